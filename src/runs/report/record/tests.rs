use serde_json::json;
use wire::Job;

use super::*;

fn task(pointer: &str, status: Status, from: &str, to: Option<&str>) -> Task {
    let at = |second: &str| format!("2026-11-23T03:00:{second}Z");
    let name = pointer.rsplit('/').next().unwrap_or_default().to_owned();
    Task {
        task_id: format!("id-{name}"),
        pointer: pointer.to_owned(),
        name,
        kind: "call".to_owned(),
        status,
        attempt: 1,
        started_at: Some(at(from)),
        ended_at: to.map(at),
        ..Task::default()
    }
}

fn act(second: &str, act: &str, task: Option<&str>) -> Act {
    Act {
        at: format!("2026-11-23T03:00:{second}Z"),
        by: "ann".to_owned(),
        act: act.to_owned(),
        task_id: task.map(|task| format!("id-{task}")),
        task_name: task.map(str::to_owned),
        comment: Some("as agreed".to_owned()),
        ..Act::default()
    }
}

/// A run with a gate that ann passed after twenty seconds, and a task that she skipped after its fault.
pub(in crate::runs::report) fn drill() -> JobStatus {
    let gate = Task {
        plugin: Some("manual-gate".to_owned()),
        ..task("/do/0/gate", Status::Completed, "00", Some("20"))
    };
    let error = TaskError {
        title: Some("Timeout".to_owned()),
        detail: Some("no | answer".to_owned()),
        ..TaskError::default()
    };
    let skipped =
        Task { error: Some(error), attempt: 2, ..task("/do/1/switch", Status::Skipped, "20", Some("40")) };
    JobStatus {
        job: Job {
            job_name: "drill-7".to_owned(),
            workflow_id: "w".to_owned(),
            workflow_name: "failover".to_owned(),
            status: Status::Completed,
            started_by: "bo".to_owned(),
            started_at: "2026-11-23T03:00:00Z".to_owned(),
            ended_at: Some("2026-11-23T03:00:45Z".to_owned()),
            ..Job::default()
        },
        tasks: vec![gate, skipped, task("/do/2/verify", Status::Completed, "40", Some("45"))],
        acts: vec![
            act("00", "start", None),
            act("20", "approve", Some("gate")),
            act("40", "skip", Some("switch")),
        ],
        output: json!({"site": "b"}),
        ..JobStatus::default()
    }
}

#[test]
fn a_wait_is_told_with_the_act_that_ended_it() {
    let record = Record::of(None, &drill(), 0.0);
    let gate = &record.waits_for_people[0];
    assert_eq!((gate.task.as_str(), gate.ms), ("gate", 20_000.0));
    assert_eq!(
        gate.ended_by.as_ref().map(|act| (act.by.as_str(), act.act.as_str())),
        Some(("ann", "approve"))
    );
    assert_eq!(record.run.elapsed_ms, 45_000.0);
}

#[test]
fn what_was_skipped_retried_and_at_fault_is_named() {
    let record = Record::of(None, &drill(), 0.0);
    let names = |found: Vec<&Instance>| found.iter().map(|task| task.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(record.skipped().collect()), ["switch"]);
    assert_eq!(names(record.retried().collect()), ["switch"]);
    assert_eq!(names(record.faulted().collect()), ["switch"]);
}

#[test]
fn a_run_that_goes_on_is_told_as_of_now() {
    let mut status = drill();
    status.job.status = Status::Waiting;
    status.job.ended_at = None;
    status.tasks.truncate(1);
    status.tasks[0].status = Status::Waiting;
    status.tasks[0].ended_at = None;
    status.acts.truncate(1);
    let now = milliseconds("2026-11-23T03:01:00Z").unwrap_or_default();
    let record = Record::of(None, &status, now);
    assert!(!record.run.is_over);
    assert_eq!(record.run.elapsed_ms, 60_000.0);
    assert_eq!(record.waits_for_people[0].to, None);
    assert_eq!(record.waits_for_people[0].ended_by, None);
    assert_eq!(record.waits_for_people[0].ms, 60_000.0);
}

#[test]
fn the_target_is_met_missed_or_open() {
    let document = Document::from_value(json!({"document": {"metadata": {"mas.rto": "PT50S"}}, "do": []}));
    let met = |status: Status, ended: Option<&str>, now: &str| {
        let mut run = drill();
        run.job.status = status;
        run.job.ended_at = ended.map(str::to_owned);
        let now = milliseconds(now).unwrap_or_default();
        Record::of(Some(&document), &run, now).target.and_then(|target| target.is_met)
    };
    let (soon, late) = ("2026-11-23T03:00:45Z", "2026-11-23T03:01:00Z");
    assert_eq!(met(Status::Completed, Some(soon), late), Some(true));
    assert_eq!(met(Status::Completed, Some(late), late), Some(false));
    assert_eq!(met(Status::Cancelled, Some(soon), late), Some(false));
    assert_eq!(met(Status::Waiting, None, soon), None);
    assert_eq!(met(Status::Waiting, None, late), Some(false));
}
