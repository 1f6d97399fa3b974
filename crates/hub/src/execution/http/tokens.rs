//! Access tokens (DSL reference, OAUTH2 and OpenIdConnect Authentication): what is asked for, what comes back, and how long it
//! is kept.
//!
//! Tokens stay in memory and nowhere else. Nothing is sent here: the runner sends, so that egress and limits hold for
//! identity servers as for everything else. A source has one token at a time, and one request for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flow::engine::WorkflowError;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{StatusCode, Url};
use serde_json::{Map, Value, json};

use super::authentication::{ClientProof, Encoding, Grant, TokenSource, secret_header};
use crate::execution::faults;

/// A token ends this much before its time: it has to reach the service.
const MARGIN: Duration = Duration::from_secs(10);
/// How long a token is kept whose server does not say.
const UNSAID: Duration = Duration::from_secs(60);
/// Tokens of so many sources are kept.
const SOURCES: usize = 256;

/// What an identity server granted.
#[derive(Clone)]
pub(super) struct Token {
    pub access: String,
    pub refresh: Option<String>,
    pub ends: Instant,
}

/// The place of one source's token: whoever holds the lock gets it for everybody.
pub(super) type Place = Arc<tokio::sync::Mutex<Option<Token>>>;

#[derive(Default)]
pub(super) struct Tokens {
    places: Mutex<HashMap<TokenSource, Place>>,
}

impl Tokens {
    pub(super) fn place(&self, source: &TokenSource) -> Place {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= SOURCES && !places.contains_key(source) {
            places.clear();
        }
        Arc::clone(places.entry(source.clone()).or_default())
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tokens")
    }
}

impl Token {
    pub(super) fn is_good(&self, now: Instant) -> bool {
        now < self.ends
    }

    pub(super) fn header(&self) -> Result<HeaderValue, WorkflowError> {
        secret_header(&format!("Bearer {}", self.access))
    }
}

/// What a signed assertion needs from outside.
pub(super) struct Stamp {
    /// Seconds since 1970.
    pub now: i64,
    pub id: String,
}

/// A token request: its headers and its body.
///
/// # Errors
/// A validation error where a header cannot carry the client's credentials.
pub(super) fn request(
    source: &TokenSource,
    refresh: Option<&str>,
    endpoint: &Url,
    stamp: &Stamp,
) -> Result<(HeaderMap, Vec<u8>), WorkflowError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let mut fields: Vec<(&str, String)> = Vec::new();
    match (refresh, &source.grant) {
        (Some(token), _) => fields.extend(refreshing(token)),
        (None, Grant::RefreshToken { token }) => fields.extend(refreshing(token)),
        (None, Grant::ClientCredentials) => fields.push(("grant_type", "client_credentials".to_owned())),
        (None, Grant::Password(credentials)) => {
            fields.push(("grant_type", "password".to_owned()));
            fields.push(("username", credentials.username.clone()));
            fields.push(("password", credentials.password.clone()));
        }
        (None, Grant::TokenExchange { subject, actor }) => {
            fields.push(("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange".to_owned()));
            fields.push(("subject_token", subject.token.clone()));
            fields.push(("subject_token_type", subject.kind.clone()));
            if let Some(actor) = actor {
                fields.push(("actor_token", actor.token.clone()));
                fields.push(("actor_token_type", actor.kind.clone()));
            }
        }
    }
    if !source.scopes.is_empty() {
        fields.push(("scope", source.scopes.join(" ")));
    }
    if !source.audiences.is_empty() {
        fields.push(("audience", source.audiences.join(" ")));
    }
    let client = source.client_id.clone();
    let assertion = |fields: &mut Vec<(&str, String)>, jwt: String| {
        fields.push((
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
        ));
        fields.push(("client_assertion", jwt));
    };
    match &source.proof {
        ClientProof::SecretInHeader { secret } => {
            // RFC 6749, 2.3.1: both are form-encoded before they become a user and a password.
            let pair = format!("{}:{}", form_word(client.as_deref().unwrap_or_default()), form_word(secret));
            headers.insert(AUTHORIZATION, secret_header(&format!("Basic {}", STANDARD.encode(pair)))?);
        }
        ClientProof::SecretInBody { secret } => {
            fields.extend(client.map(|id| ("client_id", id)));
            fields.extend(secret.clone().map(|secret| ("client_secret", secret)));
        }
        ClientProof::SignedBySecret { secret } => {
            let id = client.unwrap_or_default();
            fields.push(("client_id", id.clone()));
            assertion(&mut fields, signed(&id, secret, endpoint, stamp));
        }
        ClientProof::Assertion { jwt } => {
            fields.extend(client.map(|id| ("client_id", id)));
            assertion(&mut fields, jwt.clone());
        }
        ClientProof::None => fields.extend(client.map(|id| ("client_id", id))),
    }
    let (kind, body) = match source.encoding {
        Encoding::Form => ("application/x-www-form-urlencoded", form(&fields)),
        Encoding::Json => {
            let members: Map<_, _> =
                fields.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
            ("application/json", Value::Object(members).to_string())
        }
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok((headers, body.into_bytes()))
}

fn refreshing(token: &str) -> [(&'static str, String); 2] {
    [("grant_type", "refresh_token".to_owned()), ("refresh_token", token.to_owned())]
}

/// The fields of a form, as its body.
pub(super) fn form<N: AsRef<str>>(fields: &[(N, String)]) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        pairs.append_pair(name.as_ref(), value);
    }
    pairs.finish()
}

fn form_word(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A JWT by which the client proves that it knows its secret (RFC 7523; HMAC with SHA-256).
fn signed(client: &str, secret: &str, endpoint: &Url, stamp: &Stamp) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({
        "iss": client, "sub": client, "aud": endpoint.as_str(), "jti": stamp.id, "iat": stamp.now, "exp": stamp.now + 60,
    });
    let text = format!("{}.{}", part(json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, text.as_bytes()));
    format!("{text}.{signature}")
}

/// Reads the answer of a token endpoint.
///
/// # Errors
/// An authentication error where the server refuses; a communication error where it fails or answers no token.
pub(super) fn read(
    source: &TokenSource,
    endpoint: &Url,
    status: StatusCode,
    body: &[u8],
    now: Instant,
) -> Result<Token, WorkflowError> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let place = super::shown_url(endpoint);
    if !status.is_success() {
        let reason = [text("error"), text("error_description")].into_iter().flatten().collect::<Vec<_>>();
        let reason = if reason.is_empty() { String::new() } else { format!(": {}", reason.join(", ")) };
        let detail = format!("{place} gave no token but answered {}{reason}", status.as_u16());
        return Err(if status.is_client_error() {
            faults::authentication(detail)
        } else {
            faults::communication(status.as_u16(), detail)
        });
    }
    let Some(access) = text("access_token").filter(|token| !token.is_empty()) else {
        return Err(faults::communication(502, format!("{place} answered without an access_token")));
    };
    if let Some(kind) = text("token_type").filter(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(faults::authentication(format!("{place} gave a token of type {kind:?}, not Bearer")));
    }
    if !source.issuers.is_empty() {
        check_issuer(source, &place, [Some(access), text("id_token")])?;
    }
    let life = answer.get("expires_in").and_then(seconds).unwrap_or(UNSAID + MARGIN);
    Ok(Token {
        access: access.to_owned(),
        refresh: text("refresh_token").map(str::to_owned),
        ends: now.checked_add(life.saturating_sub(MARGIN)).unwrap_or(now),
    })
}

/// Seconds, which some servers write as a text.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    // Nothing is kept longer than a day: a server that says more has been misread before.
    Some(Duration::from_secs(seconds.min(86_400)))
}

/// DSL reference, `issuers`: the token has to come from one of them. Only the issuer is read; the signature is for the service
/// that takes the token.
fn check_issuer(source: &TokenSource, place: &str, tokens: [Option<&str>; 2]) -> Result<(), WorkflowError> {
    let issuer = tokens.into_iter().flatten().find_map(issuer);
    match issuer {
        Some(issuer) if source.issuers.contains(&issuer) => Ok(()),
        Some(issuer) => Err(faults::authentication(format!(
            "{place} gave a token of the issuer {issuer:?}, which is none of `issuers`"
        ))),
        None => Err(faults::authentication(format!("{place} gave a token that names no issuer to check"))),
    }
}

fn issuer(token: &str) -> Option<String> {
    let claims = token.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

/// Where the configuration of an OpenID Connect authority is; an authority may be written with the path already.
pub(super) fn configuration_url(authority: &Url) -> Option<Url> {
    const PATH: &str = "/.well-known/openid-configuration";
    let text = authority.as_str().trim_end_matches('/');
    if text.ends_with(PATH) { Some(authority.clone()) } else { Url::parse(&format!("{text}{PATH}")).ok() }
}

/// The token endpoint of an authority's configuration (OpenID Connect Discovery, 4).
///
/// # Errors
/// A communication error where it is none; an authentication error where it is that of somebody else.
pub(super) fn token_endpoint(
    source: &TokenSource,
    configuration: &Url,
    body: &[u8],
) -> Result<Url, WorkflowError> {
    let place = super::shown_url(configuration);
    let answer: Value = serde_json::from_slice(body)
        .map_err(|_| faults::communication(502, format!("{place} is no OpenID Connect configuration")))?;
    let issuer = answer.get("issuer").and_then(Value::as_str).unwrap_or_default();
    let is_authority = configuration_url_of(issuer).is_some_and(|of| of == *configuration);
    if !is_authority && !source.issuers.iter().any(|listed| listed == issuer) {
        return Err(faults::authentication(format!(
            "{place} speaks for the issuer {issuer:?}, which is neither the authority nor one of `issuers`"
        )));
    }
    answer
        .get("token_endpoint")
        .and_then(Value::as_str)
        .and_then(|endpoint| Url::parse(endpoint).ok())
        .ok_or_else(|| faults::communication(502, format!("{place} names no token_endpoint")))
}

fn configuration_url_of(issuer: &str) -> Option<Url> {
    configuration_url(&Url::parse(issuer).ok()?)
}

#[cfg(test)]
mod tests {
    use super::super::authentication::Authentication;
    use super::*;

    fn source(members: Value) -> TokenSource {
        let mut settings = json!({"authority": "http://id", "grant": "client_credentials", "client": {"id": "c 1", "secret": "s&1"}});
        settings.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        match Authentication::read(&json!({"oauth2": settings})).unwrap() {
            Authentication::Token(source) => *source,
            other => panic!("{other:?}"),
        }
    }

    fn sent(members: Value) -> (String, String) {
        let stamp = Stamp { now: 1000, id: "1".to_owned() };
        let endpoint = Url::parse("http://id/token").unwrap();
        let (headers, body) = request(&source(members), None, &endpoint, &stamp).unwrap();
        let authorization = headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        (authorization.unwrap_or_default(), String::from_utf8(body).unwrap())
    }

    /// DSL reference, OAUTH2 Authentication: grants, client authentication, request encoding, scopes and audiences.
    #[test]
    fn a_token_request_says_what_the_policy_says() {
        let plain = "grant_type=client_credentials&client_id=c+1&client_secret=s%261";
        assert_eq!(sent(json!({})), (String::new(), plain.to_owned()));
        let (header, body) = sent(json!({
            "client": {"id": "c 1", "secret": "s&1", "authentication": "client_secret_basic"},
            "scopes": ["a", "b"], "audiences": ["x", "y"],
        }));
        assert_eq!(header, format!("Basic {}", STANDARD.encode("c+1:s%261")));
        assert_eq!(body, "grant_type=client_credentials&scope=a+b&audience=x+y");
        let (_, body) = sent(
            json!({"grant": "password", "username": "u", "password": 7, "request": {"encoding": "application/json"}}),
        );
        let json = r#"{"grant_type":"password","username":"u","password":"7","client_id":"c 1","client_secret":"s&1"}"#;
        assert_eq!(body, json);
        let exchange = json!({
            "grant": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject": {"token": "st", "type": "jwt"}, "actor": {"token": "at", "type": "jwt"},
            "client": {"authentication": "none"},
        });
        let (_, body) = sent(exchange);
        assert!(
            body.ends_with("&subject_token=st&subject_token_type=jwt&actor_token=at&actor_token_type=jwt"),
            "{body}"
        );
        let (_, body) =
            sent(json!({"client": {"id": "c", "authentication": "private_key_jwt", "assertion": "a.b.c"}}));
        assert!(body.ends_with("jwt-bearer&client_assertion=a.b.c"), "{body}");
        let (_, body) = sent(json!({"grant": "refresh_token", "subject": {"token": "rt", "type": "x"}}));
        assert!(body.starts_with("grant_type=refresh_token&refresh_token=rt&"), "{body}");
    }

    #[test]
    fn a_client_that_signs_with_its_secret_can_be_verified() {
        let (_, body) =
            sent(json!({"client": {"id": "c", "secret": "s", "authentication": "client_secret_jwt"}}));
        let jwt = body.rsplit_once("client_assertion=").unwrap().1;
        let (text, signature) = jwt.rsplit_once('.').unwrap();
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"s");
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        ring::hmac::verify(&key, text.as_bytes(), &signature).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(text.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!((&claims["aud"], &claims["exp"]), (&json!("http://id/token"), &json!(1060)));
    }

    #[test]
    fn what_an_identity_server_answers_is_a_token_or_a_reason() {
        let endpoint = Url::parse("http://id/token").unwrap();
        let now = Instant::now();
        let check = |source: &TokenSource, status: u16, body: Value| {
            read(source, &endpoint, StatusCode::from_u16(status).unwrap(), body.to_string().as_bytes(), now)
        };
        let plain = source(json!({}));
        let token =
            check(&plain, 200, json!({"access_token": "t", "token_type": "bearer", "expires_in": "40"}))
                .ok()
                .unwrap();
        assert!(
            token.is_good(now + Duration::from_secs(29)) && !token.is_good(now + Duration::from_secs(31))
        );
        let error =
            check(&plain, 400, json!({"error": "invalid_client", "error_description": "who"})).err().unwrap();
        assert!(error.kind.ends_with("/authentication") && error.status == 401, "{error:?}");
        assert!(error.detail.unwrap().ends_with("answered 400: invalid_client, who"));
        assert_eq!(check(&plain, 503, json!({})).err().unwrap().status, 503);
        assert!(check(&plain, 200, json!({})).err().unwrap().kind.ends_with("/communication"));
        assert!(check(&plain, 200, json!({"access_token": "t", "token_type": "DPoP"})).is_err());
        let issued =
            |issuer: &str| format!("h.{}.s", URL_SAFE_NO_PAD.encode(json!({"iss": issuer}).to_string()));
        let picky = source(json!({"issuers": ["http://good"]}));
        assert!(check(&picky, 200, json!({"access_token": issued("http://good")})).is_ok());
        assert!(check(&picky, 200, json!({"access_token": issued("http://bad")})).is_err());
        assert!(check(&picky, 200, json!({"access_token": "opaque"})).is_err());
        assert!(
            check(&picky, 200, json!({"access_token": "opaque", "id_token": issued("http://good")})).is_ok()
        );
    }

    /// DSL reference, OpenIdConnect Authentication: the authority is written with and without the well-known path.
    #[test]
    fn a_configuration_is_that_of_the_authority() {
        let url = |text: &str| Url::parse(text).unwrap();
        let configuration = url("http://id/realms/a/.well-known/openid-configuration");
        assert_eq!(configuration_url(&url("http://id/realms/a")), Some(configuration.clone()));
        assert_eq!(configuration_url(&configuration), Some(configuration.clone()));
        let check = |issuer: &str, members: Value| {
            let body = json!({"issuer": issuer, "token_endpoint": "http://id/t"}).to_string();
            token_endpoint(&source(members), &configuration, body.as_bytes())
        };
        assert_eq!(check("http://id/realms/a", json!({})).unwrap(), url("http://id/t"));
        assert!(check("http://id/realms/b", json!({})).unwrap_err().kind.ends_with("/authentication"));
        assert!(check("http://id/realms/b", json!({"issuers": ["http://id/realms/b"]})).is_ok());
    }
}
