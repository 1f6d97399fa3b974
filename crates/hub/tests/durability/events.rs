//! A hub is killed while runs emit and listen: every event is heard once, in its order, and none is emitted twice.

use std::collections::HashSet;

use serde_json::{Value, json};
use wire::JobStatus;

use super::hub::{Hub, Outside};
use super::{is_completed, workflow};

const EVENTS: usize = 20;

/// A task that calls the step that an expression names.
fn step(outside: &Outside, name: &str) -> Value {
    json!({"call": {
        "call": "http-request:1.0.0@default",
        "with": {"method": "POST", "url": format!("${{ \"http://{}/step/\" + {name} }}", outside.address)}
    }})
}

#[tokio::test]
async fn killed_again_and_again_every_event_between_two_runs_is_handled_once_and_in_order() {
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let listens = json!({"hear": {
        "listen": {"to": {"any": [{"with": {"type": "tick"}}], "until": {"one": {"with": {"type": "end"}}}}},
        "foreach": {"do": [step(&outside, "$item")]},
    }});
    let tick =
        json!({"tell": {"emit": {"event": {"with": {"type": "tick", "data": "${ \"step\\($item)\" }"}}}}});
    let emits = json!([
        {"each": {"for": {"in": format!("[range({EVENTS})]")}, "do": [tick]}},
        {"end": {"emit": {"event": {"with": {"type": "end"}}}}},
    ]);
    let listener = hub.build(&workflow(vec![listens])).await;
    let emitter = hub.build(&workflow(emits.as_array().unwrap().clone())).await;
    let heard = hub.run(&listener).await;
    let told = hub.run(&emitter).await;
    for steps in [1, 4, 9, 15] {
        hub.kill();
        hub.start_again().await;
        outside.until(|seen| seen.len() >= steps).await;
    }
    hub.until(&emitter, &told, is_completed).await;
    let status = hub.until(&listener, &heard, is_completed).await;
    let expected: Vec<String> = (0..EVENTS).map(|number| format!("step{number}")).collect();
    assert_eq!(status.output, json!(expected));
    assert_eq!(outside.order(), expected);
    for (name, keys) in &outside.seen() {
        let different: HashSet<&String> = keys.iter().collect();
        assert_eq!(different.len(), 1, "{name} is one call: {keys:?}");
    }
    let repeated: usize = outside.seen().values().map(|keys| keys.len() - 1).sum();
    assert!(
        repeated <= 4,
        "at most one call is under way in each of the four kills, {repeated} were repeated"
    );
}

#[tokio::test]
async fn killed_while_a_run_waits_an_event_that_was_answered_is_heard() {
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let all = json!({"all": [{"with": {"type": "a"}}, {"with": {"type": "b"}}]});
    let id = hub.build(&workflow(vec![json!({"hear": {"listen": {"to": all}}})])).await;
    let job = hub.run(&id).await;
    hub.until(&id, &job, |status: &JobStatus| {
        status.job.waiting.iter().any(|waiting| waiting.kind == "event")
    })
    .await;
    for (kind, number) in [("a", 1), ("a", 2), ("b", 3)] {
        hub.publish(&json!({"specversion": "1.0", "id": kind, "source": format!("s{number}"), "type": kind, "data": number}))
            .await;
        hub.kill();
        hub.start_again().await;
    }
    let status = hub.until(&id, &job, is_completed).await;
    assert_eq!(status.output, json!([1, 3]));
}

/// Each event starts one run, whenever the hub is killed.
#[tokio::test]
async fn killed_while_a_schedule_starts_runs_each_event_starts_one() {
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let mut definition = workflow(vec![step(&outside, "$workflow.input[0]")]);
    definition["schedule"] = json!({"on": {"one": {"with": {"type": "lost"}}}});
    hub.build(&definition).await;
    let names: Vec<String> = (0..8).map(|number| format!("run{number}")).collect();
    for name in &names {
        hub.publish(&json!({"specversion": "1.0", "id": name, "source": "s", "type": "lost", "data": name}))
            .await;
        hub.kill();
        hub.start_again().await;
    }
    outside.until(|seen| seen.len() == names.len()).await;
    for (name, keys) in &outside.seen() {
        let different: HashSet<&String> = keys.iter().collect();
        assert_eq!(different.len(), 1, "{name} is one run: {keys:?}");
    }
}
