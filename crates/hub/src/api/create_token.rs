//! The sign-in (API reference 3.1 and 3.2): a password or a one-time code for a token of 24 hours.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use wire::auth::{CatalogEndpoint, CatalogEntry, Named, Scoped, Token, TokenRequest, TokenResponse};

use crate::accounts::{DOMAIN, IssuedToken, Password, Principal};
use crate::clock;
use crate::error::{HubError, Language};
use crate::lab::DEFAULT_PROJECT;
use crate::server::{App, Reply, read_json, refused_sign_in};

pub(crate) async fn handle(
    app: &App,
    headers: &HeaderMap,
    body: &[u8],
    peer: Option<IpAddr>,
    language: Language,
) -> Response {
    match sign_in(app, headers, body, peer).await {
        Ok(reply) => reply.into_response(),
        Err(error) => refused_sign_in(&error, language),
    }
}

async fn sign_in(
    app: &App,
    headers: &HeaderMap,
    body: &[u8],
    peer: Option<IpAddr>,
) -> Result<Reply, HubError> {
    let request: TokenRequest = read_json(body)?;
    let identity = &request.auth.identity;
    let method = match identity.methods.as_slice() {
        [method] => method.as_str(),
        _ => "",
    };
    let address = peer.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string());
    let (name, user) = match (method, &identity.password, &identity.one_time_code) {
        ("password", Some(password), None) => {
            let user = &password.user;
            let in_domain = user.domain.as_ref().is_none_or(|domain| names(domain, DOMAIN, DOMAIN));
            begin(app, &user.name, &address)?;
            let attempt = Password::attempt(&user.password);
            let found = app.accounts.check_password(&user.name, &attempt).await?;
            (user.name.clone(), found.filter(|_| in_domain))
        }
        ("one_time_code", None, Some(code)) => {
            begin(app, "", &address)?;
            (String::new(), app.accounts.take_code(&code.code).await?)
        }
        _ => {
            return Err(HubError::bad_request(
                "auth.identity: methods is [\"password\"] with password, or [\"one_time_code\"] with one_time_code",
                "auth.identity：methods 应为 [\"password\"] 并带 password，或 [\"one_time_code\"] 并带 one_time_code",
            ));
        }
    };
    let Some(user) = user else {
        tracing::warn!(method, address, "sign-in refused");
        return Err(match method {
            "password" => {
                HubError::not_signed_in("the user name or the password is wrong", "用户名或密码错误")
            }
            _ => HubError::not_signed_in(
                "the sign-in link was used already or has expired; ask for a new one",
                "登录链接已使用或已过期，请重新获取",
            ),
        });
    };
    app.sign_ins.succeeded(&name, &address);
    let project = project(app, &request).await?;
    let issued = app.accounts.issue_token(&user).await?;
    tracing::info!(user = user.name, method, address, "signed in");
    let token = token(app, headers, method, &user, project, &issued).await?;
    let mut reply = Reply::bare(TokenResponse { token })?;
    reply.status = 201;
    let value = HeaderValue::from_str(&issued.token).map_err(HubError::internal)?;
    reply.headers.push((HeaderName::from_static("x-subject-token"), value));
    Ok(reply)
}

fn begin(app: &App, name: &str, address: &str) -> Result<(), HubError> {
    app.sign_ins.begin(name, address, clock::now()).map_err(|seconds| {
        tracing::warn!(address, "sign-in slowed down");
        HubError::too_many_requests(
            format!("too many wrong sign-ins; try again in {seconds} seconds"),
            format!("登录失败次数过多，请 {seconds} 秒后重试"),
            seconds,
        )
    })
}

async fn project(app: &App, request: &TokenRequest) -> Result<(String, String), HubError> {
    let wanted = request.auth.scope.as_ref().map(|scope| &scope.project);
    let wanted = match wanted {
        Some(Named { id, .. }) if !id.is_empty() => id,
        Some(Named { name, .. }) if !name.is_empty() => name,
        _ => DEFAULT_PROJECT,
    };
    app.inventory.project(wanted).await?.ok_or_else(|| {
        HubError::not_signed_in(
            format!("auth.scope.project: there is no project {wanted}"),
            format!("auth.scope.project：项目 {wanted} 不存在"),
        )
    })
}

async fn token(
    app: &App,
    headers: &HeaderMap,
    method: &str,
    user: &Principal,
    project: (String, String),
    issued: &IssuedToken,
) -> Result<Token, HubError> {
    let domain = Named { id: DOMAIN.to_owned(), name: DOMAIN.to_owned() };
    let scoped =
        |id: &str, name: &str| Scoped { id: id.to_owned(), name: name.to_owned(), domain: domain.clone() };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // The hub speaks plain HTTP; what stands in front of it says what the caller speaks.
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let url = text("host").map(|host| format!("{scheme}://{host}")).unwrap_or_default();
    let endpoints = app.inventory.regions().await?.into_iter().map(|(id, _)| CatalogEndpoint {
        region: id.clone(),
        region_id: id,
        url: format!("{url}{}", wire::BASE_PATH),
    });
    let role = user.role.as_str().to_owned();
    Ok(Token {
        expires_at: clock::rfc3339(issued.expires_at),
        issued_at: clock::rfc3339(issued.issued_at),
        methods: vec![method.to_owned()],
        user: scoped(&user.user_id, &user.name),
        project: scoped(&project.0, &project.1),
        roles: vec![Named { id: role.clone(), name: role }],
        catalog: vec![CatalogEntry {
            kind: "mas".to_owned(),
            name: "mas".to_owned(),
            endpoints: endpoints.collect(),
        }],
    })
}

/// Whether something named by id or by name is this one; where neither is given, it is.
fn names(named: &Named, id: &str, name: &str) -> bool {
    (named.id.is_empty() || named.id == id) && (named.name.is_empty() || named.name == name)
}
