//! DSL reference, Authentication: policies against a loopback identity server and a service that checks what it is sent.

use std::collections::HashMap;

use axum::Json;
use axum::response::Response;
use axum::routing::post;
use sha2::{Digest as _, Sha256};

use super::*;

/// An identity server and a service that trusts it.
#[derive(Clone, Default)]
struct World {
    state: Arc<Mutex<Desk>>,
}

#[derive(Default)]
struct Desk {
    /// The forms of the token requests, and the requests that the service was sent.
    requests: Vec<HashMap<String, String>>,
    calls: Vec<String>,
    issued: u32,
    /// The service takes only tokens from this one on.
    least: u32,
    refuses: bool,
    address: String,
    life: u32,
    nonce: u32,
    counts: Vec<String>,
}

impl World {
    async fn start() -> (Self, SocketAddr) {
        let world = Self::default();
        let router = Router::new()
            .route("/realms/a/oauth2/token", post(token))
            .route("/realms/a/.well-known/openid-configuration", get(configuration))
            .route("/service", any(service))
            .route("/digest", any(digest))
            .route("/echo", any(echo_headers))
            .with_state(world.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        {
            let mut desk = world.desk();
            desk.address = address.to_string();
            desk.life = 3600;
        }
        (world, address)
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.state.lock().unwrap()
    }
}

async fn token(State(world): State<World>, body: String) -> Response {
    let mut desk = world.desk();
    let form = Url::parse(&format!("http://x/?{body}")).unwrap();
    desk.requests.push(form.query_pairs().into_owned().collect());
    if desk.refuses {
        let body = json!({"error": "invalid_client", "error_description": "unknown"});
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    desk.issued += 1;
    let (number, life) = (desk.issued, desk.life);
    Json(json!({"access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": life,
                "refresh_token": "again"}))
    .into_response()
}

async fn configuration(State(world): State<World>) -> Json<Value> {
    let base = format!("http://{}/realms/a", world.desk().address);
    Json(json!({"issuer": base, "token_endpoint": format!("{base}/oauth2/token")}))
}

async fn service(State(world): State<World>, headers: HeaderMap) -> Response {
    let mut desk = world.desk();
    let sent = headers.get(AUTHORIZATION).map_or("", |value| value.to_str().unwrap()).to_owned();
    let number = sent.strip_prefix("Bearer token-").and_then(|number| number.parse().ok()).unwrap_or(0_u32);
    desk.calls.push(sent);
    if number < desk.least.max(1) {
        // A service that repeats what it was sent.
        return (StatusCode::UNAUTHORIZED, format!("no good: {}", desk.calls.last().unwrap()))
            .into_response();
    }
    Json(json!({"fine": true})).into_response()
}

/// Checks a digest by RFC 7616, on its own; every second nonce is used up after two answers.
async fn digest(State(world): State<World>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let mut desk = world.desk();
    let challenge = |nonce: u32, stale: bool| {
        let basic = "Basic realm=\"r\"".to_owned();
        let digest = format!(
            "Digest realm=\"r, s\", nonce=\"n{nonce}\", qop=\"auth\", algorithm=SHA-256, stale={stale}"
        );
        let headers = [("www-authenticate", basic), ("www-authenticate", digest)];
        (StatusCode::UNAUTHORIZED, axum::response::AppendHeaders(headers)).into_response()
    };
    let Some(sent) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
        return challenge(desk.nonce, false);
    };
    let part = |name: &str| {
        let from = sent.find(&format!(" {name}=")).unwrap() + name.len() + 2;
        sent[from..].trim_start_matches('"').split(['"', ',']).next().unwrap().to_owned()
    };
    let hash =
        |text: String| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (nonce, count) = (part("nonce"), part("nc"));
    if nonce != format!("n{}", desk.nonce) || desk.counts.len() == 2 {
        desk.nonce += 1;
        desk.counts.clear();
        return challenge(desk.nonce, true);
    }
    let user = hash("Mufasa:r, s:Circle of Life".to_owned());
    let request = hash(format!("{method}:{uri}"));
    let expected = hash(format!("{user}:{nonce}:{count}:{}:auth:{request}", part("cnonce")));
    if expected != part("response") || desk.counts.contains(&count) {
        return (StatusCode::FORBIDDEN, "wrong").into_response();
    }
    desk.counts.push(count);
    Json(json!({"fine": true})).into_response()
}

async fn echo_headers(headers: HeaderMap) -> Json<Value> {
    let named = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.to_string(), Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned()))
    };
    Json(Value::Object(headers.iter().map(named).collect()))
}

fn policy(address: SocketAddr, scheme: &str, members: Value) -> Value {
    let mut settings = json!({
        "authority": format!("http://{address}/realms/a"),
        "grant": "client_credentials",
        "client": {"id": "workflow", "secret": "client-secret"},
    });
    settings.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    json!({scheme: settings})
}

fn with(address: SocketAddr, path: &str, policy: &Value) -> Value {
    json!({"method": "get", "endpoint": {"uri": format!("http://{address}{path}"), "authentication": policy}})
}

async fn call(runner: &HttpRunner, with: &Value) -> Result<Value, WorkflowError> {
    let (log, lines) = LogSink::collecting();
    let result = runner.run_call(with, "job/1/1", &log).await;
    let lines = format!("{:?}", lines.lock().unwrap());
    for secret in ["client-secret", "token-", "Circle of Life"] {
        assert!(!lines.contains(secret), "{lines}");
    }
    result
}

/// OAUTH2 Authentication: one token for many calls, and one request for it when they come at once.
#[tokio::test]
async fn oauth2_a_token_is_kept_until_it_ends() {
    let (world, address) = World::start().await;
    let (runner, policy) =
        (runner(address), policy(address, "oauth2", json!({"scopes": ["api"], "audiences": ["runtime"]})));
    let with = with(address, "/service", &policy);
    let calls = (0..8).map(|_| call(&runner, &with));
    for outcome in futures::future::join_all(calls).await {
        assert_eq!(outcome.unwrap(), json!({"fine": true}));
    }
    assert_eq!(world.desk().requests.len(), 1);
    let request = world.desk().requests[0].clone();
    for (name, value) in [
        ("grant_type", "client_credentials"),
        ("client_id", "workflow"),
        ("client_secret", "client-secret"),
        ("scope", "api"),
        ("audience", "runtime"),
    ] {
        assert_eq!(request[name], value);
    }
    // Another client is another token.
    let other = json!({"client": {"id": "another", "secret": "client-secret"}});
    let other = super::authentication::with(
        address,
        "/service",
        &super::authentication::policy(address, "oauth2", other),
    );
    call(&runner, &other).await.unwrap();
    assert_eq!(world.desk().requests.len(), 2);
}

#[tokio::test]
async fn oauth2_a_token_that_ended_is_refreshed() {
    let (world, address) = World::start().await;
    world.desk().life = 0;
    let runner = runner(address);
    let with = with(address, "/service", &policy(address, "oauth2", json!({})));
    call(&runner, &with).await.unwrap();
    call(&runner, &with).await.unwrap();
    let desk = world.desk();
    assert_eq!(desk.requests[1]["grant_type"], "refresh_token");
    assert_eq!(desk.requests[1]["refresh_token"], "again");
    assert_eq!(desk.calls, ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test]
async fn oauth2_a_token_that_is_refused_is_replaced_once() {
    let (world, address) = World::start().await;
    let runner = runner(address);
    let with = with(address, "/service", &policy(address, "oauth2", json!({})));
    call(&runner, &with).await.unwrap();
    world.desk().least = 2;
    call(&runner, &with).await.unwrap();
    assert_eq!(world.desk().calls, ["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
    world.desk().least = 100;
    let error = call(&runner, &with).await.unwrap_err();
    assert_eq!((error.status, world.desk().calls.len()), (401, 5));
    let detail = error.detail.unwrap();
    assert!(detail.contains("no good: Bearer ***"), "{detail}");
}

#[tokio::test]
async fn oauth2_an_identity_server_that_refuses_is_an_authentication_error() {
    let (world, address) = World::start().await;
    world.desk().refuses = true;
    let with = with(address, "/service", &policy(address, "oauth2", json!({})));
    let error = call(&runner(address), &with).await.unwrap_err();
    assert!(error.kind.ends_with("/authentication") && error.status == 401, "{error:?}");
    assert!(error.detail.unwrap().contains("invalid_client, unknown"));
    assert!(world.desk().calls.is_empty(), "nothing is sent without a token");
}

/// Egress holds for the identity server as for everything else.
#[tokio::test]
async fn oauth2_a_token_endpoint_that_is_not_listed_is_not_called() {
    let (world, address) = World::start().await;
    let elsewhere = json!({"endpoints": {"token": "http://127.0.0.1:2/token"}});
    let with = with(address, "/service", &policy(address, "oauth2", elsewhere));
    let error = call(&runner(address), &with).await.unwrap_err();
    assert!(error.kind.ends_with("/authorization"), "{error:?}");
    assert!(error.detail.unwrap().contains("127.0.0.1:2"));
    assert!(world.desk().calls.is_empty());
}

/// OpenIdConnect Authentication: the token endpoint is the one that the authority's configuration names.
#[tokio::test]
async fn oidc_finds_its_token_endpoint() {
    let (world, address) = World::start().await;
    let runner = runner(address);
    let person = json!({"grant": "password", "username": "u", "password": "p"});
    call(&runner, &with(address, "/service", &policy(address, "oidc", person))).await.unwrap();
    assert_eq!(world.desk().requests[0]["scope"], "openid");
    let other = json!({"authority": format!("http://{address}/realms/none")});
    let error = call(&runner, &with(address, "/service", &policy(address, "oidc", other))).await.unwrap_err();
    assert!(error.kind.ends_with("/communication") && error.status == 404, "{error:?}");
}

/// Digest Authentication (RFC 7616): one nonce for several calls, counted; a stale one is replaced.
#[tokio::test]
async fn digest_answers_and_counts() {
    let (world, address) = World::start().await;
    let runner = runner(address);
    let policy = json!({"digest": {"username": "Mufasa", "password": "Circle of Life"}});
    let with = with(address, "/digest?a=b", &policy);
    for _ in 0..5 {
        assert_eq!(call(&runner, &with).await.unwrap(), json!({"fine": true}));
    }
    assert_eq!(world.desk().nonce, 2, "two answers to each nonce");
    let wrong = json!({"digest": {"username": "Mufasa", "password": "wrong"}});
    let with = super::authentication::with(address, "/digest?a=b", &wrong);
    assert_eq!(call(&runner, &with).await.unwrap_err().status, 403);
    let with = super::authentication::with(address, "/service", &wrong);
    assert!(call(&runner, &with).await.unwrap_err().kind.ends_with("/authentication"));
}

/// A redirection to another host takes no credentials along, whatever header they stand in.
#[tokio::test]
async fn credentials_stay_with_the_host_that_they_are_for() {
    let (_, other) = World::start().await;
    let to = format!("http://{other}/echo");
    let router = Router::new().route("/away", get(move || async move { Redirect::temporary(&to) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let egress = Egress { allow: vec![address.to_string(), other.to_string()], ..Egress::default() };
    let runner = HttpRunner::new(&egress, "http://127.0.0.1:1").unwrap();
    for policy in [
        json!({"basic": {"username": "u", "password": "Circle of Life"}}),
        json!({"bearer": {"token": "token-9"}}),
        policy(other, "oauth2", json!({})),
    ] {
        let mut with = with(address, "/away", &policy);
        with["redirect"] = json!(true);
        with["headers"] = json!({"X-Api-Key": "token-8", "Accept-Language": "zh"});
        let seen = call(&runner, &with).await.unwrap();
        assert_eq!(seen["accept-language"], "zh", "{seen}");
        assert!(seen.get("authorization").is_none() && seen.get("x-api-key").is_none(), "{seen}");
    }
}

/// OpenAPI Call: the document and the operation each have their own policy.
#[tokio::test]
async fn openapi_the_document_and_the_operation_are_called_with_their_policies() {
    let (world, address) = World::start().await;
    let document = json!({"openapi": "3.1.0", "paths": {"/service": {"get": {"operationId": "ask"}}}});
    let router = Router::new().route(
        "/api.json",
        get(move |headers: HeaderMap| async move {
            match headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) {
                Some("Basic dTpw") => Json(document).into_response(),
                _ => StatusCode::UNAUTHORIZED.into_response(),
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let documents = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let (log, _) = LogSink::collecting();
    let with = |server: Value| {
        json!({
            "document": {"endpoint": {
                "uri": format!("http://{documents}/api.json"),
                "authentication": {"basic": {"username": "u", "password": server}}
            }},
            "operationId": "ask",
            "authentication": policy(address, "oauth2", json!({})),
            "output": "response",
        })
    };
    // The document names no server: the operation is where the document is, which has no such path.
    let egress = Egress { allow: vec![address.to_string(), documents.to_string()], ..Egress::default() };
    let runner = HttpRunner::new(&egress, "http://127.0.0.1:1").unwrap();
    let error = runner.run_openapi(&with(json!("p")), "job/1/1", &log).await.unwrap_err();
    assert_eq!(error.status, 404, "{error:?}");
    assert_eq!(world.desk().requests.len(), 1, "the operation's policy got its token");
    let error = runner.run_openapi(&with(json!("q")), "job/1/1", &log).await.unwrap_err();
    assert!(error.status == 401 && error.detail.unwrap().contains("api.json"), "another caller's document");
    let narrow = Egress { allow: vec![address.to_string()], ..Egress::default() };
    let narrow = HttpRunner::new(&narrow, "http://127.0.0.1:1").unwrap();
    let error = narrow.run_openapi(&with(json!("p")), "job/1/1", &log).await.unwrap_err();
    assert!(error.kind.ends_with("/authorization"), "{error:?}");
}
