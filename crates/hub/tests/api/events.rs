//! `POST /v1/events`: CloudEvents from outside (HTTP Protocol Binding), who may send them, and that twice is once.

use serde_json::{Value, json};
use wire::{Operation, Role};

use super::support::{Ask, Hub};

fn event(id: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/monitor", "type": "site.lost", "data": data})
}

fn send<'a>(hub: &'a Hub, token: &str, kind: &str, body: &Value) -> Ask<'a> {
    hub.ask("POST", "/v1/events").token(token).header("Content-Type", kind).json(body)
}

const STRUCTURED: &str = "application/cloudevents+json";
const BATCHED: &str = "application/cloudevents-batch+json";

fn listens(namespace: &str) -> Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": namespace, "name": "failover", "version": "1.0.0"},
        "do": [{"hear": {"listen": {"to": {"any": [{"with": {"type": "site.lost"}}], "until": "length == 3"}}}}]
    })
}

async fn until(hub: &Hub, token: &str, id: &str, job: &str, wanted: &str) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let answer = hub
            .operation(Operation::ShowJobStatus, &[id])
            .query(&format!("job_name={job}"))
            .token(token)
            .send()
            .await;
        if answer.body["result"]["status"] == wanted {
            return answer.body["result"].clone();
        }
        assert!(begun.elapsed().as_secs() < 20, "{}", answer.text);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_run_goes_on_with_events_from_outside_and_each_counts_once() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Operator).await;
    let id = hub.build(&listens("ops")).await;
    let started = hub.operation(Operation::StartWorkflow, &[&id]).token(&token).send().await;
    let job = started.body["result"]["job_name"].as_str().unwrap().to_owned();
    until(&hub, &token, &id, &job, "waiting").await;
    let elsewhere = send(&hub, &token, STRUCTURED, &event("0", json!("elsewhere"))).send().await;
    assert_eq!((elsewhere.status, &elsewhere.body["result"]), (202, &json!({"accepted": 1, "known": 0})));
    for known in [0, 1] {
        let answer =
            send(&hub, &token, STRUCTURED, &event("1", json!(1))).query("namespace=ops").send().await;
        assert_eq!(answer.body["result"], json!({"accepted": 1 - known, "known": known}));
    }
    let batch = json!([event("1", json!("again")), event("2", json!(2))]);
    let answer = send(&hub, &token, BATCHED, &batch).query("namespace=ops").send().await;
    assert_eq!(answer.body["result"], json!({"accepted": 1, "known": 1}));
    let binary = hub
        .ask("POST", "/v1/events?namespace=ops")
        .token(&token)
        .header("ce-specversion", "1.0")
        .header("ce-id", "3")
        .header("ce-source", "/monitor")
        .header("ce-type", "site.lost")
        .header("Content-Type", "application/json")
        .body("{\"n\": 3}");
    assert_eq!(binary.send().await.status, 202);
    let status = until(&hub, &token, &id, &job, "completed").await;
    assert_eq!(status["output"], json!([1, 2, {"n": 3}]));
}

#[tokio::test]
async fn who_may_not_operate_sends_no_events() {
    let hub = Hub::start().await;
    let viewer = hub.token(Role::Viewer).await;
    assert_eq!(send(&hub, &viewer, STRUCTURED, &event("1", json!(1))).send().await.status, 403);
    assert_eq!(send(&hub, "nobody", STRUCTURED, &event("1", json!(1))).send().await.status, 401);
    assert_eq!(hub.app.executions.events().head().await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_no_event_is_refused_with_its_reason() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Operator).await;
    let check = async |ask: Ask<'_>, status: u16, part: &str| {
        let answer = ask.send().await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.error().1.contains(part), "{}", answer.text);
    };
    check(send(&hub, &token, "application/json", &event("1", json!(1))), 400, STRUCTURED).await;
    check(send(&hub, &token, STRUCTURED, &json!({"specversion": "1.0", "id": "1"})), 400, "source").await;
    check(send(&hub, &token, STRUCTURED, &event("1", json!(1))).query("namespace=A%20b"), 400, "namespace")
        .await;
    check(send(&hub, &token, STRUCTURED, &event("1", json!(1))).query("nmaespace=a"), 400, "nmaespace").await;
    let large = event("1", json!("x".repeat(300 * 1024)));
    check(send(&hub, &token, STRUCTURED, &large), 413, "256 KiB").await;
    assert_eq!(hub.app.executions.events().head().await.unwrap(), 0);
    assert_eq!(hub.ask("GET", "/v1/events").token(&token).send().await.status, 405);
}
