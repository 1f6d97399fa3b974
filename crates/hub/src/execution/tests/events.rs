//! DSL, Events; DSL reference, Emit and Listen: between runs, through the bus, and over the end of a hub.

use serde_json::{Value, json};
use wire::Status;
use wire::workflow::ExecuteRequest;

use super::running::{House, open, task};
use crate::events::Origin;

fn in_namespace(namespace: &str, tasks: Value) -> Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": namespace, "name": "drill", "version": "1.0.0"},
        "do": tasks
    })
}

fn emit(kind: &str, data: Value) -> Value {
    json!({"tell": {"emit": {"event": {"with": {"type": kind, "data": data}}}}})
}

fn hear(to: Value) -> Value {
    json!({"hear": {"listen": {"to": to}}})
}

fn outside(kind: &str, id: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "test", "type": kind, "data": data})
}

async fn publish(house: &House, events: &[Value]) {
    house.executions.events().publish("default", &Origin::Outside, events).await.unwrap();
}

fn waits_for_event(status: &wire::JobStatus) -> bool {
    status.job.status == Status::Waiting && status.job.waiting.iter().any(|waiting| waiting.kind == "event")
}

#[tokio::test]
async fn a_run_hears_what_another_emits_in_its_namespace() {
    let house = House::new().await;
    let listens = json!([hear(json!({"one": {"with": {"type": "moved", "data": "${ .site == \"b\" }"}}}))]);
    let here =
        house.start(in_namespace("default", listens.clone()), ExecuteRequest::default()).await.unwrap();
    let there = house.start(in_namespace("other", listens), ExecuteRequest::default()).await.unwrap();
    let status = house.until(&here, waits_for_event).await;
    let waiting = task(&status, "hear").waiting.clone().unwrap();
    assert_eq!((waiting.kind.as_str(), waiting.message.as_str()), ("event", "moved"));
    house.run(json!([emit("moved", json!({"site": "a"})), emit("stayed", json!({"site": "b"}))])).await;
    house.run(json!([emit("moved", json!({"site": "b", "n": 2}))])).await;
    let status = house.until_status(&here, Status::Completed).await;
    assert_eq!(status.output, json!([{"site": "b", "n": 2}]));
    assert!(waits_for_event(&house.executions.status("w", &there, false).await.unwrap()));
}

#[tokio::test]
async fn an_event_that_came_before_the_listener_is_heard_and_one_from_before_the_run_is_not() {
    let house = House::new().await;
    publish(&house, &[outside("a", "old", json!("old"))]).await;
    let gate = json!({"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?"}}});
    // The run begins at a later millisecond than what is old.
    let begun = crate::clock::now();
    while crate::clock::now() == begun {
        tokio::task::yield_now().await;
    }
    let job = house
        .run(json!([gate, hear(json!({"any": [{"with": {"type": "a"}}], "until": "length == 2"}))]))
        .await;
    let status = house.until(&job, |status| !status.job.waiting.is_empty()).await;
    publish(&house, &[outside("b", "1", json!(0)), outside("a", "2", json!(1))]).await;
    let gate = task(&status, "gate").task_id.clone();
    house.decide(&gate, wire::Decision::Approve, "bob", wire::Role::Operator).await.unwrap();
    house.until(&job, waits_for_event).await;
    publish(&house, &[outside("a", "2", json!("again")), outside("a", "3", json!(2))]).await;
    assert_eq!(house.until_status(&job, Status::Completed).await.output, json!([1, 2]));
}

#[tokio::test]
async fn what_waits_and_what_has_come_survive_the_end_of_the_hub() {
    let mut house = House::new().await;
    let all = json!({"all": [{"with": {"type": "a"}}, {"with": {"type": "b"}}, {"with": {"type": "c"}}]});
    let job = house.run(json!([hear(all)])).await;
    house.until(&job, waits_for_event).await;
    publish(&house, &[outside("a", "1", json!(1))]).await;
    house.executions.shutdown().await;
    // Between two hubs: as good as just before the last one ended.
    publish(&house, &[outside("b", "2", json!(2))]).await;
    house.executions = open(&house.bench, &house.scripted).await;
    publish(&house, &[outside("a", "3", json!(3)), outside("c", "4", json!(4))]).await;
    assert_eq!(house.until_status(&job, Status::Completed).await.output, json!([1, 2, 4]));
    let (left,): (i64,) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM event_subscriptions) + (SELECT count(*) FROM event_consumptions)",
    )
    .fetch_one(house.bench.database.read())
    .await
    .unwrap();
    assert_eq!(left, 0, "nothing is kept for a run that is over");
}

#[tokio::test]
async fn every_event_of_a_burst_is_handled_once_and_in_order() {
    const EVENTS: usize = 250;
    let house = House::new().await;
    let listens = json!({"hear": {
        "listen": {"to": {"any": [{"with": {"type": "tick"}}], "until": {"one": {"with": {"type": "end"}}}}},
        "foreach": {"do": [{"keep": {"set": {"n": "${ $item * 2 }", "at": "${ $index }"}}}], "output": {"as": "[.n, .at]"}},
    }});
    let jobs = [house.run(json!([listens.clone()])).await, house.run(json!([listens])).await];
    for chunk in (0..EVENTS).collect::<Vec<_>>().chunks(50) {
        let events: Vec<Value> = chunk.iter().map(|n| outside("tick", &n.to_string(), json!(n))).collect();
        publish(&house, &events).await;
    }
    publish(&house, &[outside("end", "end", Value::Null)]).await;
    let expected: Vec<Value> = (0..EVENTS).map(|n| json!([n * 2, n])).collect();
    for job in jobs {
        assert_eq!(house.until_status(&job, Status::Completed).await.output, Value::Array(expected.clone()));
    }
}

#[tokio::test]
async fn a_run_that_is_stopped_listens_no_more() {
    let house = House::new().await;
    let job = house.run(json!([hear(json!({"any": []}))])).await;
    house.until(&job, waits_for_event).await;
    house.executions.stop(&job, "bob", None).await.unwrap();
    publish(&house, &[outside("a", "1", json!(1))]).await;
    let status = house.until_status(&job, Status::Cancelled).await;
    assert_eq!(status.output, Value::Null);
    let (left,): (i64,) = sqlx::query_as("SELECT count(*) FROM event_subscriptions")
        .fetch_one(house.bench.database.read())
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn an_event_that_is_too_large_faults_its_task_and_reaches_nobody() {
    let house = House::new().await;
    let job = house.run(json!([emit("a", json!("x".repeat(300 * 1024)))])).await;
    let status = house.until_status(&job, Status::Faulted).await;
    assert!(status.job.error.unwrap().detail.unwrap().contains("256 KiB"));
    assert_eq!(house.executions.events().head().await.unwrap(), 0);
}

/// DSL, Lifecycle Events: "Runtimes are expected to publish these events upon state changes."
#[tokio::test]
async fn runs_tell_of_their_beginning_and_end_where_something_asks_for_it() {
    let house = House::new().await;
    let work = |n: u64| json!([{"work": {"set": {"n": n, "nothing": null}}}]);
    let done = house.run(work(1)).await;
    house.until_status(&done, Status::Completed).await;
    let any = house.run(json!([hear(json!({"any": []}))])).await;
    house.until(&any, waits_for_event).await;
    assert_eq!(house.executions.events().head().await.unwrap(), 0, "nobody asks, so nobody is told");
    let told = |what: &str, data: Value| {
        hear(
            json!({"one": {"with": {"type": format!("io\\.serverlessworkflow\\.workflow\\.{what}\\.v1"), "data": data}}}),
        )
    };
    let ended = [
        told("completed", json!("${ .output.n == 2 }")),
        told("faulted", json!("${ .error.status == 418 }")),
    ];
    let tasks: Vec<Value> =
        ended.iter().enumerate().map(|(index, task)| json!({format!("hear{index}"): task["hear"]})).collect();
    let asks = house.run(Value::Array(tasks)).await;
    house.until(&asks, waits_for_event).await;
    let dry = ExecuteRequest { dry_run: Some(true), ..ExecuteRequest::default() };
    house.start(in_namespace("default", work(2)), dry).await.unwrap();
    house.run(work(3)).await;
    let job = house.run(work(2)).await;
    house.until(&asks, |status| task(status, "hear0").status == Status::Completed).await;
    let error = json!({"type": "https://teapot", "status": 418});
    let failing = house.run(json!([{"fail": {"raise": {"error": error}}}])).await;
    house.until_status(&failing, Status::Faulted).await;
    let status = house.until_status(&asks, Status::Completed).await;
    let heard = &task(&status, "hear0").output[0];
    assert_eq!(heard["name"], format!("{job}.default"));
    assert_eq!(heard["definition"], json!({"name": "drill", "namespace": "default", "version": "1.0.0"}));
    assert_eq!(heard["output"], json!({"n": 2, "nothing": null}));
    assert!(heard["completedAt"].as_str().is_some_and(|time| time.ends_with('Z')));
    assert_eq!(status.output[0]["name"], format!("{failing}.default"));
    let events = house.executions.events().after("default", 0, 1000).await.unwrap();
    let kinds: Vec<&str> = events.iter().filter_map(|recorded| recorded.event["type"].as_str()).collect();
    let short: Vec<&str> = kinds.iter().map(|kind| kind.split('.').nth(3).unwrap()).collect();
    assert_eq!(short, ["started", "started", "completed", "started", "completed", "started", "faulted"]);
    assert!(
        waits_for_event(&house.executions.status("w", &any, false).await.unwrap()),
        "any event is none of these"
    );
    // Who asked is over: nobody is told any more.
    let head = house.executions.events().head().await.unwrap();
    let last = house.run(work(2)).await;
    house.until_status(&last, Status::Completed).await;
    assert_eq!(house.executions.events().head().await.unwrap(), head);
}
