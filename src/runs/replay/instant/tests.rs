use std::collections::HashSet;

use wire::job::Act;
use wire::{Job, Task};

use super::*;

fn at(second: u32) -> String {
    format!("2026-11-23T03:00:{second:02}Z")
}

fn task(pointer: &str, plugin: Option<&str>, status: Status, from: u32, to: u32) -> Task {
    Task {
        task_id: format!("id{pointer}"),
        pointer: pointer.to_owned(),
        name: pointer.rsplit('/').next().unwrap_or_default().to_owned(),
        kind: "call".to_owned(),
        plugin: plugin.map(str::to_owned),
        status,
        attempt: 1,
        started_at: Some(at(from)),
        ended_at: Some(at(to)),
        ..Task::default()
    }
}

fn drill() -> JobStatus {
    let act = |second: u32, act: &str| Act {
        at: at(second),
        by: "ann".to_owned(),
        act: act.to_owned(),
        ..Act::default()
    };
    JobStatus {
        job: Job { status: Status::Completed, started_at: at(0), ended_at: Some(at(30)), ..Job::default() },
        tasks: vec![
            task("/do/0/check", None, Status::Completed, 0, 10),
            task("/do/1/gate", Some("manual-gate"), Status::Completed, 10, 20),
            task("/do/2/switch", None, Status::Faulted, 20, 30),
        ],
        acts: vec![act(0, "start"), act(19, "approve")],
        ..JobStatus::default()
    }
}

/// `check completed, gate waiting` at a second of the run, in the order of the tasks.
fn stood(second: u32) -> String {
    let status = drill();
    let chart = Chart::of(None, &status, &HashSet::new());
    let moment = milliseconds(&at(second)).unwrap_or_default();
    let mut words: Vec<String> = statuses_at(&chart, moment)
        .into_iter()
        .map(|(pointer, node)| format!("{} {}", pointer.as_str(), node.status.as_str()))
        .collect();
    words.sort();
    words.join(", ")
}

#[test]
fn a_task_stands_as_it_stood_then() {
    assert_eq!(stood(5), "/do/0/check running");
    assert_eq!(stood(15), "/do/0/check completed, /do/1/gate waiting");
    assert_eq!(stood(25), "/do/0/check completed, /do/1/gate completed, /do/2/switch running");
    assert_eq!(stood(30), "/do/0/check completed, /do/1/gate completed, /do/2/switch faulted");
}

#[test]
fn what_happened_last_is_told() {
    let told = |second: u32| caption(&drill(), milliseconds(&at(second)).unwrap_or_default());
    assert_eq!(told(19).and_then(|last| last.act), Some(("ann".to_owned(), "approve".to_owned())));
    assert_eq!(told(12).map(|last| (last.task_name, last.began)), Some((Some("check".to_owned()), false)));
    assert_eq!(caption(&JobStatus::default(), 0.0), None);
}
