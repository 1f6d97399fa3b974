//! The HTTP runner against a real loopback server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{any, get};
use flow::engine::LogLevel;
use serde_json::{Value, json};

use super::*;

mod authentication;

type Seen = Arc<Mutex<Vec<(String, HeaderMap, Bytes)>>>;

async fn serve() -> (SocketAddr, Seen) {
    let seen = Seen::default();
    let router = Router::new()
        .route("/echo", any(echo))
        .route("/busy", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "later") }))
        .route("/away", get(|| async { Redirect::temporary("http://169.254.169.254/latest") }))
        .route("/here", get(|| async { Redirect::temporary("/echo") }))
        .route("/round", get(|| async { Redirect::temporary("/round") }))
        .route("/large", get(|| async { vec![b'x'; BODY_LIMIT + 1] }))
        .with_state(Arc::clone(&seen));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, seen)
}

async fn echo(State(seen): State<Seen>, uri: Uri, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    seen.lock().unwrap().push((uri.to_string(), headers, body));
    axum::Json(json!({"path": uri.to_string()}))
}

fn runner(address: SocketAddr) -> HttpRunner {
    let egress = Egress { allow: vec![address.to_string()], ..Egress::default() };
    HttpRunner::new(&egress, "http://127.0.0.1:1").unwrap()
}

async fn check(path: &str, members: Value) -> Result<Value, WorkflowError> {
    let (address, _) = serve().await;
    let mut with = json!({"method": "get", "endpoint": {"uri": format!("http://{address}{path}")}});
    with.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let (log, _) = LogSink::collecting();
    runner(address).run_call(&with, "job/1/1", &log).await
}

#[tokio::test]
async fn a_call_carries_its_key_and_its_log_holds_no_secret() {
    let (address, seen) = serve().await;
    let (log, lines) = LogSink::collecting();
    let with = json!({
        "method": "POST",
        "url": format!("http://user:hidden@{address}/echo"),
        "parameters": {"token": "hidden"},
        "body": {"a": 1}
    });
    let output = runner(address).run_plugin(&with, "job/1/1", &log).await.unwrap();
    assert_eq!(output["statusCode"], 200);
    assert_eq!(output["content"]["path"], "/echo?token=hidden");
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].1["idempotency-key"], "job/1/1");
    assert_eq!(seen[0].1["authorization"], "Basic dXNlcjpoaWRkZW4=");
    assert_eq!(&seen[0].2[..], b"{\"a\":1}");
    let lines = lines.lock().unwrap();
    assert!(
        lines.iter().all(|(_, line)| !line.contains("hidden") && !line.contains("dXNlcjpoaWRkZW4")),
        "{lines:?}"
    );
    assert!(lines[0].1.starts_with("POST http://127.0.0.1"), "{lines:?}");
    assert!(
        lines.iter().any(|(level, line)| *level == LogLevel::Info && line.starts_with("200 OK")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_status_that_is_not_wanted_faults_with_that_status() {
    let error = check("/busy", json!({})).await.unwrap_err();
    assert_eq!((error.status, error.title.as_deref()), (503, Some("Communication Error")));
}

#[tokio::test]
async fn every_hop_of_a_redirection_is_checked() {
    assert_eq!(check("/here", json!({"redirect": true})).await.unwrap()["path"], "/echo");
    assert_eq!(check("/here", json!({})).await.unwrap_err().status, 307);
    let error = check("/away", json!({"redirect": true})).await.unwrap_err();
    assert!(error.kind.ends_with("/authorization"), "{error:?}");
    assert!(
        check("/round", json!({"redirect": true}))
            .await
            .unwrap_err()
            .detail
            .unwrap()
            .contains("redirections")
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_faults() {
    assert!(check("/large", json!({})).await.unwrap_err().detail.unwrap().contains("larger"));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_a_communication_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (log, lines) = LogSink::collecting();
    let with = json!({"method": "get", "endpoint": format!("http://{address}/")});
    let error = runner(address).run_call(&with, "job/1/1", &log).await.unwrap_err();
    assert!(error.kind.ends_with("/communication"), "{error:?}");
    assert_eq!(lines.lock().unwrap().last().unwrap().0, LogLevel::Error);
}
