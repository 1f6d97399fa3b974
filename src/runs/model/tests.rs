use serde_json::json;
use wire::job::{TaskError, Waiting};

use super::*;

fn task(id: &str, pointer: &str, status: Status, span: (&str, &str)) -> Task {
    let time = |time: &str| (!time.is_empty()).then(|| time.to_owned());
    Task {
        task_id: id.to_owned(),
        pointer: pointer.to_owned(),
        name: pointer.rsplit('/').next().unwrap_or_default().to_owned(),
        error: (status == Status::Faulted).then(TaskError::default),
        status,
        started_at: time(span.0),
        ended_at: time(span.1),
        ..Task::default()
    }
}

fn job(status: Status, tasks: Vec<Task>) -> JobStatus {
    let mut job = JobStatus { tasks, ..JobStatus::default() };
    job.job.status = status;
    job
}

fn guarded() -> Document {
    Document::from_value(json!({ "do": [
        { "safe": { "try": [{ "cut": { "call": "http" } }], "catch": { "do": [{ "back": { "set": {} } }] } } },
        { "last": { "set": {} } },
    ] }))
}

fn check_attention(tasks: Vec<Task>) -> Vec<String> {
    let status = job(Status::Faulted, tasks);
    attention(Some(&guarded()), &status).into_iter().map(|one| one.task_id).collect()
}

#[test]
fn a_fault_that_the_definition_handles_needs_nobody() {
    let cut = task("2", "/do/0/safe/try/0/cut", Status::Faulted, ("1", "2"));
    let safe = |status| task("1", "/do/0/safe", status, ("1", ""));
    let back = task("3", "/do/0/safe/catch/do/0/back", Status::Running, ("3", ""));
    let last = task("4", "/do/1/last", Status::Faulted, ("4", "5"));
    assert_eq!(check_attention(vec![safe(Status::Faulted), cut.clone()]), ["1", "2"]);
    let mut holder = safe(Status::Faulted);
    holder.error = None;
    assert_eq!(check_attention(vec![holder, cut.clone()]), ["2"]);
    assert_eq!(check_attention(vec![safe(Status::Running), cut.clone(), back]), [""; 0]);
    assert_eq!(check_attention(vec![safe(Status::Completed), cut, last]), ["4"]);
}

#[test]
fn a_gate_needs_somebody_and_a_pause_does_not() {
    let waiting = |id, kind: &str| Task {
        waiting: Some(Waiting { kind: kind.to_owned(), ..Waiting::default() }),
        ..task(id, "/do/1/last", Status::Waiting, ("1", ""))
    };
    assert_eq!(check_attention(vec![waiting("1", "time"), waiting("2", "approval")]), ["2"]);
}

#[test]
fn what_is_over_needs_nobody() {
    let status = job(Status::Cancelled, vec![task("1", "/do/1/last", Status::Faulted, ("1", "2"))]);
    assert_eq!(attention(None, &status), []);
}

#[test]
fn the_next_one_goes_around() {
    let one = |id: &str| Attention {
        attempt: 1,
        task_id: id.to_owned(),
        name: String::new(),
        status: Status::Faulted,
        text: String::new(),
    };
    let list = [one("a"), one("b")];
    let next = |current| next_attention(&list, current).map(|one| one.task_id.as_str());
    assert_eq!(
        (next(None), next(Some("a")), next(Some("b")), next(Some("gone"))),
        (Some("a"), Some("b"), Some("a"), Some("a"))
    );
    assert_eq!(next_attention(&[], None), None);
}

#[test]
fn rows_follow_the_definition_and_keep_what_it_does_not_name() {
    let mut status = job(
        Status::Running,
        vec![
            task("1", "/do/0/safe", Status::Running, ("1", "")),
            task("2", "/do/0/safe/try/0/cut", Status::Completed, ("1", "2")),
            task("3", "/do/0/safe/try/0/cut", Status::Running, ("3", "")),
            task("4", "/use/functions/f/do/0/inner", Status::Running, ("3", "")),
        ],
    );
    status.paths_not_taken = vec!["/do/0/safe/catch".to_owned()];
    let rows = task_rows(Some(&guarded()), &status);
    let seen: Vec<String> = rows
        .iter()
        .map(|row| {
            let taken = if row.not_taken { " not taken" } else { "" };
            let instance = row.instance.map(|(at, of)| format!(" {at}/{of}")).unwrap_or_default();
            format!("{}{} {}{instance}{taken}", "  ".repeat(row.depth), row.name, row.status.as_str())
        })
        .collect();
    assert_eq!(
        seen,
        [
            "safe running",
            "  cut completed 1/2",
            "  cut running 2/2",
            "  back pending not taken",
            "last pending",
            "inner running"
        ]
    );
    assert_eq!(task_rows(None, &status).len(), 4);
}

#[test]
fn of_several_instances_the_worst_and_newest_leads() {
    let at = "/do/0/each";
    let tasks = [
        task("1", at, Status::Completed, ("1", "2")),
        task("2", at, Status::Faulted, ("2", "3")),
        task("3", at, Status::Completed, ("3", "4")),
    ];
    let leads = |tasks: &[Task]| leading_instance(tasks, at).map(|task| task.task_id.clone());
    assert_eq!(leads(&tasks).as_deref(), Some("2"));
    assert_eq!(leads(&[tasks[0].clone(), tasks[2].clone()]).as_deref(), Some("3"));
    assert_eq!(leads(&[]), None);
    let (leading, instances) = leading_instances(&tasks)[at];
    assert_eq!((leading.task_id.as_str(), instances), ("2", 3));
}

#[test]
fn people_are_waited_for_calmly_and_machines_are_not() {
    let waits = |kind: &str| {
        let mut status = job(Status::Waiting, Vec::new());
        status.job.waiting = vec![WaitingTask { kind: kind.to_owned(), ..WaitingTask::default() }];
        poll_interval(&status).map(|pause| pause.as_secs())
    };
    assert_eq!((waits("approval"), waits("time")), (Some(3), Some(1)));
    assert_eq!(poll_interval(&job(Status::Completed, Vec::new())), None);
}

#[test]
fn what_the_flow_went_past_is_told_while_it_goes_on() {
    let document = Document::from_value(json!({ "do": [
        { "which": { "switch": [{ "a": { "then": "gate" } }] } },
        { "never": { "do": [{ "inner": { "set": {} } }] } },
        { "gate": { "fork": { "branches": [{ "one": { "set": {} } }, { "two": { "set": {} } }] } } },
        { "later": { "set": {} } },
    ] }));
    let ran = ["/do/0/which", "/do/2/gate", "/do/2/gate/fork/branches/1/two"];
    let ran: Vec<Task> =
        ran.iter().map(|pointer| task(pointer, pointer, Status::Running, ("1", ""))).collect();
    let mut passed: Vec<String> = passed_over(&document, &ran).iter().map(ToString::to_string).collect();
    passed.sort();
    assert_eq!(passed, ["/do/1/never", "/do/1/never/do/0/inner"]);
}
