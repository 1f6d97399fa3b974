//! DSL, Secret: what a run is given is used, and stands nowhere that anybody but the hub can read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::any;
use mas_hub::config::{Config, Egress};
use mas_hub::secrets::Secrets;
use serde_json::{Value, json};
use wire::{Operation, Role};

use super::support::Hub;

const KEY: &str = "api-key-5c1f";
const PASSWORD: &str = "pass\"word 7d2e";
/// The key in base64 and the password in a URL and in JSON.
const SPELLINGS: [&str; 5] = [KEY, PASSWORD, "YXBpLWtleS01YzFm", "pass%22word%207d2e", "pass\\\"word 7d2e"];
const DEADLINE: Duration = Duration::from_secs(30);

/// A service that repeats what it is sent, and refuses.
async fn refuse(headers: HeaderMap, body: String) -> (StatusCode, String) {
    let key = headers.get("x-api-key").map_or("", |value| value.to_str().unwrap());
    (StatusCode::CONFLICT, format!("refused {key} with {body}"))
}

async fn accept(headers: HeaderMap, body: String) -> String {
    let key = headers.get("x-api-key").map_or("", |value| value.to_str().unwrap());
    format!("took {key} with {body}")
}

/// Every file of the data directory, the write-ahead log with them.
fn check_files(directory: &Path) {
    let mut seen = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for spelling in SPELLINGS {
            let found = bytes.windows(spelling.len()).position(|window| window == spelling.as_bytes());
            let around = found.map(|at| {
                let from = at.saturating_sub(200);
                String::from_utf8_lossy(&bytes[from..(at + 200).min(bytes.len())]).into_owned()
            });
            assert_eq!(around, None, "{} holds {spelling}", path.display());
        }
        seen += usize::from(path.file_name().unwrap().to_string_lossy().starts_with("hub.sqlite"));
    }
    assert!(seen >= 2, "the database and its log are looked through");
}

async fn status(hub: &Hub, token: &str, workflow: &str, job: &str) -> (Value, String) {
    let answer = hub
        .operation(Operation::ShowJobStatus, &[workflow])
        .query(&format!("job_name={job}&with_def=true"))
        .token(token)
        .send()
        .await;
    (answer.body["result"].clone(), answer.text)
}

#[tokio::test]
async fn a_secret_is_used_in_header_body_and_a_failing_call_and_can_be_read_nowhere() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = listener.local_addr().unwrap();
    let router = Router::new().route("/accept", any(accept)).route("/refuse", any(refuse));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let egress = Egress { allow: vec![service.to_string()], ..Egress::default() };
    let place = Arc::new(Mutex::new(PathBuf::new()));
    let noted = Arc::clone(&place);
    let hub = Hub::with(Config { egress, ..Config::default() }, move |path| {
        *noted.lock().unwrap() = path.join("data");
    })
    .await;
    let directory = place.lock().unwrap().clone();
    let call = |path: &str| {
        json!({
            "call": "http",
            "with": {
                "method": "post",
                "endpoint": format!("http://{service}{path}"),
                "headers": {"X-Api-Key": "${ $secrets.apiKey }"},
                "query": {"password": "${ $secrets.login.password }"},
                "body": {"password": "${ $secrets.login.password }", "coded": "${ $secrets.apiKey | @base64 }"}
            }
        })
    };
    let workflow = hub
        .build(&json!({
            "document": {"dsl": "1.0.3", "namespace": "default", "name": "secretive", "version": "1.0.0"},
            "use": {"secrets": ["apiKey", "login"]},
            "do": [
                {"accepted": call("/accept")},
                {"copied": {"set": {"before": "${ . }", "key": "${ $secrets.apiKey }", "all": "${ [$secrets] }"}}},
                {"refused": call("/refuse")}
            ]
        }))
        .await;
    let token = hub.token(Role::Admin).await;
    let secrets = Secrets::open(hub.app.database.clone()).unwrap();
    secrets.set(None, "apiKey", &json!(KEY)).await.unwrap();
    let start = || {
        hub.operation(Operation::StartWorkflow, &[&workflow])
            .token(&token)
            .json(&json!({"workflowExecuteRequest": "{}"}))
    };
    let refused = start().send().await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.error().1.contains("`login`"), "{}", refused.text);
    secrets.set(Some("default"), "login", &json!({"user": "ada", "password": PASSWORD})).await.unwrap();
    let started = start().send().await;
    assert_eq!(started.status, 200, "{}", started.text);
    let job = started.body["result"]["job_name"].as_str().unwrap().to_owned();
    let begun = Instant::now();
    let (result, text) = loop {
        let (result, text) = status(&hub, &token, &workflow, &job).await;
        if result["status"] == "faulted" {
            break (result, text);
        }
        assert!(begun.elapsed() < DEADLINE, "{text}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    // It was used: the service took it, and what it repeated is masked.
    let took = result["tasks"][0]["output"].as_str().unwrap();
    assert!(took.starts_with("took ****** with {\"password\":\"******\""), "{took}");
    assert_eq!(result["error"]["status"], 409, "{text}");
    assert!(result["error"]["detail"].as_str().unwrap().contains("refused ******"), "{text}");
    let log = hub
        .operation(Operation::ShowLog, &[&job, "-"])
        .query("filter=false&size=1000")
        .token(&token)
        .send()
        .await;
    assert!(log.body["result"]["lines"].as_array().unwrap().len() > 5, "{}", log.text);
    for spelling in SPELLINGS {
        assert!(!text.contains(spelling) && !log.text.contains(spelling), "{spelling}: {text} {}", log.text);
    }
    // The run waits for people with everything that it needs to go on; none of it is readable.
    check_files(&directory);
    let (stored,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM state_parts WHERE value LIKE 'sealed:%'")
        .fetch_one(hub.app.database.read())
        .await
        .unwrap();
    assert!(stored > 0, "what is stored of the run is sealed");
}
