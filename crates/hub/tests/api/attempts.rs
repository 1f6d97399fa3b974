//! What a task took in and why it failed before somebody had it tried again stays to be compared.

use std::time::Duration;

use serde_json::{Value, json};
use wire::{Operation, Role};

use crate::support::Hub;

#[tokio::test]
async fn the_attempts_before_the_last_one_are_shown_with_their_faults() {
    let hub = Hub::start().await;
    let workflow = hub
        .build(&json!({
            "document": {"dsl": "1.0.3", "namespace": "default", "name": "again", "version": "1.0.0"},
            "do": [
                {"prepare": {"set": {"site": "site-a"}}},
                {"fail": {"raise": {"error": {"type": "https://example.com/down", "status": 503, "title": "down"}}}}
            ]
        }))
        .await;
    let token = hub.token(Role::Admin).await;
    let ask = hub.operation(Operation::StartWorkflow, &[&workflow]).token(&token);
    let started = ask.json(&json!({"workflowExecuteRequest": "{}"})).send().await;
    let job = started.body["result"]["job_name"].as_str().unwrap().to_owned();
    let faulted_at = async |attempt: u64| -> Value {
        let look = async {
            loop {
                let ask = hub.operation(Operation::ShowJobStatus, &[&workflow]).token(&token);
                let seen = ask.query(&format!("job_name={job}")).send().await;
                let task = seen.body["result"]["tasks"][1].clone();
                if task["status"] == "faulted" && task["attempt"] == attempt {
                    return task;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), look).await.unwrap()
    };
    let first = faulted_at(1).await;
    assert!(first.get("earlier").is_none(), "{first}");
    for attempt in 2..=3 {
        let retry = hub.operation(Operation::RetryJob, &[&job]).token(&token).send().await;
        assert_eq!(retry.status, 200, "{}", retry.text);
        faulted_at(attempt).await;
    }
    let last = faulted_at(3).await;
    let earlier = last["earlier"].as_array().unwrap();
    assert_eq!(earlier.len(), 2, "{last}");
    for (index, attempt) in earlier.iter().enumerate() {
        assert_eq!(attempt["attempt"], index + 1);
        assert_eq!((&attempt["status"], &attempt["error"]["status"]), (&json!("faulted"), &json!(503)));
        assert_eq!(attempt["input"], json!({"site": "site-a"}));
        assert!(attempt["started_at"].is_string() && attempt["ended_at"].is_string(), "{attempt}");
    }
    assert_eq!(earlier[0]["started_at"], first["started_at"]);
}
