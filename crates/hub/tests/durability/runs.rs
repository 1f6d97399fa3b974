//! DSL reference, Run: the hub is killed while a process runs, and while a run awaits another.

use std::path::Path;

use serde_json::{Value, json};
use wire::{JobStatus, Status};

use super::hub::{Hub, Outside};
use super::{is_completed, workflow};

/// Waits until a file has so many lines, and gives them.
async fn lines_of(path: &Path, wanted: usize) -> Vec<String> {
    let begun = std::time::Instant::now();
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.len() >= wanted {
            return lines;
        }
        assert!(begun.elapsed().as_secs() < 60, "{} stays at {text:?}", path.display());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn lives(process: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn killed_in_a_shell_process_what_is_left_ends_before_the_process_runs_again() {
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let place = tempfile::tempdir().unwrap();
    // One child in the group, and one that has left it.
    let command = "sleep 1000 & a=$!; setsid sleep 1000 & echo \"$$ $a $!\" >> \"$1/begun\"\n\
                   while [ ! -e \"$1/go\" ]; do sleep 0.02; done; echo \"$MAS_IDEMPOTENCY_KEY\"";
    let task = json!({"shell": {"run": {"shell": {"command": command, "arguments": [place.path().to_string_lossy()]}}}});
    let id = hub.build(&workflow(vec![task, outside.task("after")])).await;
    let job = hub.run(&id).await;
    let begun = place.path().join("begun");
    let first = lines_of(&begun, 1).await.remove(0);
    hub.kill();
    assert!(first.split(' ').all(lives), "nothing but the hub is killed: {first}");
    hub.start_again().await;
    let both = lines_of(&begun, 2).await;
    assert!(!first.split(' ').any(lives), "the first never runs beside the second: {first}");
    std::fs::write(place.path().join("go"), "").unwrap();
    let status = hub.until(&id, &job, is_completed).await;
    assert_eq!(lines_of(&begun, 2).await, both, "it is run again once");
    let shell = status.tasks.iter().find(|task| task.name == "shell").unwrap();
    assert_eq!(shell.output, json!(format!("{job}/1/1\n")), "the key is the same");
    assert!(!both[1].split(' ').any(lives), "{both:?}");
    assert_eq!(outside.seen()["after"].len(), 1);
}

/// The job that a task has started, once it has.
async fn sub_job(hub: &Hub, id: &str, job: &str) -> Vec<(String, String)> {
    let of = |status: &JobStatus| -> Vec<(String, String)> {
        let subs = status.tasks.iter().filter_map(|task| task.sub_job.clone());
        subs.map(|sub| (sub.workflow_id, sub.job_name)).collect()
    };
    of(&hub.until(id, job, |status| !of(status).is_empty()).await)
}

#[tokio::test]
async fn killed_while_a_run_awaits_another_the_same_one_is_found_and_awaited() {
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let mut inner =
        workflow(vec![outside.task("first"), outside.task("held"), json!({"x": {"set": {"n": 1}}})]);
    inner["document"]["name"] = json!("inner");
    hub.build(&inner).await;
    let named = json!({"namespace": "default", "name": "inner", "version": "1.0.0"});
    let id = hub.build(&workflow(vec![json!({"sub": {"run": {"workflow": named}}})])).await;
    outside.hold("held");
    let job = hub.run(&id).await;
    // Wherever it is killed: while the other begins, …
    hub.kill();
    hub.start_again().await;
    let before = sub_job(&hub, &id, &job).await;
    outside.until(|seen| seen.contains_key("held")).await;
    // … and while it runs.
    hub.kill();
    hub.start_again().await;
    assert_eq!(sub_job(&hub, &id, &job).await, before);
    outside.release("held");
    let status = hub.until(&id, &job, is_completed).await;
    assert_eq!((&status.output, status.tasks.len()), (&json!({"n": 1}), 1));
    let (inner, child) = &before[0];
    let child = hub.status(inner, child).await;
    assert_eq!(child.job.status, Status::Completed);
    assert_eq!(child.job.parent.map(|parent| parent.job_name), Some(job.clone()));
    let seen = outside.seen();
    let keys: std::collections::HashSet<&String> = seen["first"].iter().collect();
    assert_eq!(keys.len(), 1, "there was never a second one");
}

#[tokio::test]
async fn killed_right_after_the_answer_was_stopped_the_awaited_run_is_stopped_too() {
    let outside = Outside::start().await;
    let mut hub = Hub::start(outside.address).await;
    let gate = json!({"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": "?"}}});
    let mut inner = workflow(vec![gate]);
    inner["document"]["name"] = json!("inner");
    hub.build(&inner).await;
    let named: Value = json!({"namespace": "default", "name": "inner", "version": "latest"});
    let id = hub.build(&workflow(vec![json!({"sub": {"run": {"workflow": named}}})])).await;
    let job = hub.run(&id).await;
    let (inner, child) = sub_job(&hub, &id, &job).await.remove(0);
    hub.until(&inner, &child, |status| !status.job.waiting.is_empty()).await;
    hub.stop(&job).await;
    // What is answered is durable, and so is what follows from it.
    hub.kill();
    hub.start_again().await;
    hub.until(&inner, &child, |status| status.job.status == Status::Cancelled).await;
}
