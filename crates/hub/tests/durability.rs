//! A hub is killed with signal 9 and started again: runs go on, no step is lost, and none but the call that was under
//! way is repeated.

#[path = "durability/events.rs"]
mod events;
#[path = "durability/hub.rs"]
mod hub;
#[path = "durability/random.rs"]
mod random;
#[path = "durability/runs.rs"]
mod runs;
#[path = "durability/world.rs"]
mod world;

use std::collections::HashSet;

use hub::{Hub, Outside};
use serde_json::{Value, json};
use wire::{JobStatus, Status};

fn workflow(tasks: Vec<Value>) -> Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "durable", "version": "1.0.0"},
        "do": tasks
    })
}

fn is_completed(status: &JobStatus) -> bool {
    assert_ne!(status.job.status, Status::Faulted, "{status:#?}");
    status.job.status == Status::Completed
}

/// All tasks of the job are completed, each once, and the log has no gap.
async fn check_whole(hub: &Hub, workflow_id: &str, job_name: &str, tasks: usize) {
    let status = hub.until(workflow_id, job_name, is_completed).await;
    assert_eq!(status.tasks.len(), tasks, "{:#?}", status.tasks);
    assert!(status.tasks.iter().all(|task| task.status == Status::Completed), "{:#?}", status.tasks);
    assert_eq!(status.job.tasks_done, status.job.tasks_total);
    let log = hub.log(job_name).await;
    let offsets: Vec<u64> = log.lines.iter().map(|line| line.offset).collect();
    assert_eq!(offsets, (0..offsets.len() as u64).collect::<Vec<_>>());
    assert!(log.complete && !log.lines.is_empty());
}

#[tokio::test]
async fn killed_in_a_call_the_run_goes_on_and_repeats_just_that_call() {
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let tasks = ["first", "held", "last"].map(|name| outside.task(name));
    let id = hub.build(&workflow(tasks.to_vec())).await;
    outside.hold("held");
    let job = hub.run(&id).await;
    outside.until(|seen| seen.contains_key("held")).await;
    hub.kill();
    outside.release("held");
    hub.start_again().await;
    check_whole(&hub, &id, &job, 3).await;
    let seen = outside.seen();
    assert_eq!((seen["first"].len(), seen["held"].len(), seen["last"].len()), (1, 2, 1));
    assert_eq!(seen["held"][0], seen["held"][1], "the repeated call carries the same idempotency key");
    assert!(seen["held"][0].starts_with(&job));
    assert_eq!(outside.order(), ["first", "held", "last"]);
}

#[tokio::test]
async fn killed_at_a_gate_the_gate_still_waits_and_the_approval_counts() {
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let gate = json!({"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?"}}});
    let id = hub.build(&workflow(vec![outside.task("before"), gate, outside.task("after")])).await;
    let job = hub.run(&id).await;
    let at_the_gate =
        |status: &JobStatus| status.job.waiting.iter().any(|waiting| waiting.kind == "approval");
    let before = hub.until(&id, &job, at_the_gate).await;
    hub.kill();
    hub.start_again().await;
    let after = hub.status(&id, &job).await;
    assert_eq!(after.tasks, before.tasks, "the kill changes nothing that is shown");
    let task_id = after.job.waiting[0].task_id.clone();
    hub.approve(&task_id).await;
    // The approval is durable once it is answered.
    hub.kill();
    hub.start_again().await;
    check_whole(&hub, &id, &job, 3).await;
    let status = hub.status(&id, &job).await;
    let acts: Vec<&str> = status.acts.iter().map(|act| act.act.as_str()).collect();
    assert_eq!(acts, ["start", "approve"]);
    let seen = outside.seen();
    assert_eq!(seen["before"].len(), 1);
    let keys: HashSet<&String> = seen["after"].iter().collect();
    assert_eq!(keys.len(), 1);
}

#[tokio::test]
async fn killed_in_a_wait_the_run_goes_on_when_the_time_comes() {
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let wait = json!({"pause": {"wait": {"seconds": 2}}});
    let id = hub.build(&workflow(vec![outside.task("before"), wait, outside.task("after")])).await;
    let job = hub.run(&id).await;
    let waits = |status: &JobStatus| status.job.waiting.iter().any(|waiting| waiting.kind == "time");
    hub.until(&id, &job, waits).await;
    hub.kill();
    hub.start_again().await;
    check_whole(&hub, &id, &job, 3).await;
    let status = hub.status(&id, &job).await;
    let pause = status.tasks.iter().find(|task| task.name == "pause").unwrap();
    let time =
        |text: &Option<String>| text.as_ref().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond();
    assert!(time(&pause.ended_at) - time(&pause.started_at) >= 2000, "{pause:#?}");
    let seen = outside.seen();
    assert_eq!((seen["before"].len(), seen["after"].len()), (1, 1));
}

#[tokio::test]
async fn killed_again_and_again_in_the_middle_no_step_is_lost_and_none_is_repeated_but_the_one_under_way() {
    const STEPS: usize = 40;
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let names: Vec<String> = (0..STEPS).map(|number| format!("step{number}")).collect();
    let id = hub.build(&workflow(names.iter().map(|name| outside.task(name)).collect())).await;
    let job = hub.run(&id).await;
    // What is answered is durable: the first kill may come before the first step is even begun.
    hub.kill();
    hub.start_again().await;
    for steps in [5, 13, 14, 30] {
        outside.until(|seen| seen.len() >= steps).await;
        hub.kill();
        hub.start_again().await;
    }
    check_whole(&hub, &id, &job, STEPS).await;
    let seen = outside.seen();
    assert_eq!(outside.order(), names);
    for (name, keys) in &seen {
        let different: HashSet<&String> = keys.iter().collect();
        assert_eq!(different.len(), 1, "{name} was called with one key: {keys:?}");
    }
    let repeated: usize = seen.values().map(|keys| keys.len() - 1).sum();
    assert!(
        repeated <= 5,
        "at most one call is under way in each of the five kills, {repeated} were repeated"
    );
}
