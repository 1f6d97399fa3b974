//! Who calls: a token, or a signature made with an access key.

use axum::http::{HeaderMap, Method, Uri, header};
use signature::{Authorization, Refusal, SecretKey};
use wire::ErrorCode;

use crate::accounts::{Accounts, Principal};
use crate::clock;
use crate::error::HubError;

/// What a request brings to show who it comes from.
pub(super) enum Claim {
    Token(String),
    Signature(Authorization),
}

/// Reads the claim from the headers.
///
/// # Errors
/// 401 where there is none, or where it cannot be read.
pub(super) fn claim(headers: &HeaderMap) -> Result<Claim, HubError> {
    let token = [wire::AUTH_TOKEN_HEADER, wire::AUTH_TOKEN_HEADER_MISPRINT]
        .iter()
        .find_map(|name| headers.get(*name))
        .and_then(|value| value.to_str().ok());
    if let Some(token) = token {
        return Ok(Claim::Token(token.trim().to_owned()));
    }
    match headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        Some(value) if Authorization::is_ours(value) => {
            Authorization::parse(value).map(Claim::Signature).map_err(|refusal| refused(&refusal))
        }
        _ => Err(HubError::not_signed_in(
            "sign in: X-Auth-Token carries no token, and Authorization no SDK-HMAC-SHA256 signature",
            "请先登录：缺少 X-Auth-Token 或 Authorization: SDK-HMAC-SHA256 签名",
        )),
    }
}

/// # Errors
/// 401 for a token that is not known or has expired.
pub(super) async fn by_token(accounts: &Accounts, token: &str) -> Result<Principal, HubError> {
    accounts.by_token(token).await?.ok_or_else(|| {
        HubError::not_signed_in(
            "the token is not known or has expired; sign in again",
            "令牌无效或已过期，请重新登录",
        )
    })
}

/// # Errors
/// 401 for a signature that is not the one of this request by a key that is known.
pub(super) async fn by_signature(
    accounts: &Accounts,
    authorization: &Authorization,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Principal, HubError> {
    // HTTP/2 has no Host header: the authority is what the client signed as such.
    let authority = uri.authority().map(|authority| authority.as_str());
    let mut read: Vec<(&str, &str)> =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    if let Some(authority) = authority.filter(|_| !headers.contains_key(header::HOST)) {
        read.push(("host", authority));
    }
    let request = signature::Request {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        headers: &read,
        body,
    };
    let known = accounts.by_access_key(&authorization.access_key).await?;
    // An unknown key takes as long as a wrong signature.
    let nobody = SecretKey(String::new());
    let secret = known.as_ref().map_or(&nobody, |(_, secret)| secret);
    signature::verify(&request, authorization, secret, clock::now() / 1000)
        .map_err(|refusal| refused(&refusal))?;
    known.map(|(principal, _)| principal).ok_or_else(|| refused(&Refusal::SignatureWrong))
}

fn refused(refusal: &Refusal) -> HubError {
    let code = match refusal {
        Refusal::DateOff { .. } | Refusal::DateMalformed => ErrorCode::SignatureExpired,
        _ => ErrorCode::NotSignedIn,
    };
    let zh = match refusal {
        Refusal::Malformed { part } => format!("Authorization 头不正确：{part}"),
        Refusal::HeaderMissing { name } => format!("缺少已签名的请求头 {name}"),
        Refusal::DateMalformed => "X-Sdk-Date 格式应为 20060102T150405Z".to_owned(),
        Refusal::DateOff { skew_seconds } => {
            format!("X-Sdk-Date 与服务端时间相差 {skew_seconds} 秒，最多 900 秒")
        }
        Refusal::SignatureWrong => "签名与请求不符，或访问密钥不存在".to_owned(),
    };
    let en = match refusal {
        Refusal::SignatureWrong => {
            "the signature does not match the request, or the access key is not known".to_owned()
        }
        other => other.to_string(),
    };
    HubError::new(code, en, zh)
}
