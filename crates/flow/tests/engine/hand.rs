//! What people do to a job: gates, retry, skip, stop; and what happens while nobody does.

use flow::engine::{Decision, Event, TaskId, TaskStatus, Timestamp};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

const GATE: &str = r#"
do:
  - before: {set: {n: 1}}
  - gate:
      call: manual-gate:1.0.0@default
      with: {message: '${ "Switch \(.n)?" }', approvers: [ann, bob], deadline: PT1H, onDeadline: fault}
  - after: {set: {n: '${ .n + 1 }'}}
"#;

fn at_the_gate() -> Shell {
    Shell::new(GATE).with_logs().start(Value::Null).run_until(1000)
}

#[test]
fn a_gate_waits_for_a_person_and_gives_on_what_came_in() {
    let shell = at_the_gate();
    assert_eq!(shell.status(), TaskStatus::Waiting);
    let shell = shell.decide("gate", Decision::Approve);
    assert_eq!(*shell.output(), json!({"n": 2}));
    assert_snapshot!(shell.trace, @r#"
0   Info: started
0 job Running
0   Info: completed
0 before#1 Completed {"n":1}
0 gate#1 Waiting
0   Info: waiting for approval by ann, bob: Switch 1?
0 job Waiting
0   Info: approved by ann: because
0   Info: completed
0 gate#1 Completed {"n":1}
0   Info: completed
0 after#1 Completed {"n":2}
0   Info: completed
0 job Completed {"n":2}
"#);
    assert!(shell.timers.is_empty());
}

#[test]
fn a_rejected_gate_is_at_fault_and_waits_again_after_a_retry() {
    let shell = at_the_gate().decide("gate", Decision::Reject);
    assert_eq!(shell.status(), TaskStatus::Faulted);
    let error = shell.job.clone().unwrap().error.unwrap();
    assert_eq!((error.status, error.detail.as_deref()), (403, Some("rejected by ann: because")));
    let shell = shell.retry(&["gate"]).decide("gate", Decision::Approve);
    assert_eq!(*shell.output(), json!({"n": 2}));
}

/// Fail closed: silence is no approval.
#[test]
fn a_gate_that_nobody_decides_is_at_fault_at_its_deadline() {
    let shell = at_the_gate().run();
    assert_eq!((shell.status(), shell.now), (TaskStatus::Faulted, 3_600_000));
    assert_eq!(shell.job.clone().unwrap().error.unwrap().status, 408);
    // A decision after that comes too late.
    let trace = shell.trace.clone();
    let shell = shell.decide("gate", Decision::Approve);
    assert_eq!(shell.trace, trace);
}

#[test]
fn a_gate_with_a_deadline_that_cannot_be_read_does_not_open() {
    let shell = Shell::new("do: [{g: {call: 'manual-gate:1.0.0@default', with: {deadline: '${ .soon }'}}}]")
        .start(json!({"soon": "soon"}));
    assert_eq!(shell.status(), TaskStatus::Faulted);
}

#[test]
fn a_gate_can_be_skipped_while_it_waits() {
    let shell = at_the_gate().skip("gate");
    assert_eq!(*shell.output(), json!({"n": 2}));
    assert!(shell.timers.is_empty());
}

const BRANCHES: &str = r#"
do:
  - f:
      fork:
        branches:
          - left: {do: [{bad: {call: 'f:1.0.0@default'}}, {more: {set: {left: '${ . }'}}}]}
          - right: {do: [{w: {wait: PT10S}}, {good: {set: {right: true}}}]}
  - last: {set: {both: '${ . }'}}
"#;

fn broken() -> Shell {
    Shell::new(BRANCHES)
        .answering("bad", [Outcome::Fault(500, "No"), Outcome::Output(json!("yes"))])
        .start(json!({"in": 1}))
}

#[test]
fn a_fault_stops_its_branch_and_the_others_go_on_to_their_end() {
    let shell = broken().run();
    assert_eq!(shell.status(), TaskStatus::Faulted);
    assert_eq!(shell.job.as_ref().unwrap().ended_at, Some(Timestamp(10_000)));
    let shell = shell.note("retry").retry(&["bad"]).run();
    assert_eq!(*shell.output(), json!({"both": [{"left": "yes"}, {"right": true}]}));
    assert_snapshot!(shell.trace, @r#"
     0 job Running
     0 f#1 Running
     0 left#1 Running
     0 right#1 Running
     0 bad#1 Running
     0 w#1 Waiting
     0 bad#1 Faulted 500
     0 left#1 Faulted
     0 job Waiting
 10000 w#1 Completed {"in":1}
 10000 good#1 Completed {"right":true}
 10000 right#1 Completed {"right":true}
 10000 f#1 Faulted
 10000 job Faulted 500
-- retry
 10000 bad#2 Running
 10000 f#1 Running
 10000 left#1 Running
 10000 job Running
 10000 bad#2 Completed "yes"
 10000 more#1 Completed {"left":"yes"}
 10000 left#1 Completed {"left":"yes"}
 10000 f#1 Completed [{"left":"yes"},{"right":true}]
 10000 last#1 Completed {"both":[{"left":"yes"},{"right":true}]}
 10000 job Completed {"both":[{"left":"yes"},{"right":true}]}
"#);
}

#[test]
fn a_retry_while_other_branches_run_needs_no_standstill() {
    let shell = broken().run_until(5000).retry(&[]).run();
    assert_eq!(*shell.output(), json!({"both": [{"left": "yes"}, {"right": true}]}));
    assert_eq!(shell.tasks[&shell.id("bad")].attempt, 2);
}

#[test]
fn a_skipped_task_gives_on_what_came_in() {
    let shell = broken().run().skip("bad").run();
    assert_eq!(*shell.output(), json!({"both": [{"left": {"in": 1}}, {"right": true}]}));
}

#[test]
fn a_task_that_holds_the_fault_can_be_retried_or_skipped_as_a_whole() {
    assert_eq!(
        *broken().run().retry(&["left"]).run().output(),
        json!({"both": [{"left": "yes"}, {"right": true}]})
    );
    let shell = broken().run().skip("left").run();
    assert_eq!(*shell.output(), json!({"both": [{"in": 1}, {"right": true}]}));
    assert_eq!(shell.state.live_tasks(), 0);
}

#[test]
fn a_stop_aborts_what_is_under_way() {
    let shell =
        Shell::new(BRANCHES).answering("bad", [Outcome::Silence]).start(Value::Null).run_until(1).stop();
    assert_eq!(shell.status(), TaskStatus::Cancelled);
    assert!(shell.calls.is_empty() && shell.timers.is_empty() && shell.state.is_ended());
    assert_eq!(
        shell.not_taken(),
        ["/do/0/f/fork/branches/0/left/do/1/more", "/do/0/f/fork/branches/1/right/do/1/good", "/do/1/last",]
    );
    assert_snapshot!(shell.trace, @r"
0 job Running
0 f#1 Running
0 left#1 Running
0 right#1 Running
0 bad#1 Running
0 w#1 Waiting
0 w#1 Cancelled
0 abort bad#1
0 bad#1 Cancelled
0 right#1 Cancelled
0 left#1 Cancelled
0 f#1 Cancelled
0 job Cancelled
");
}

#[test]
fn a_job_at_fault_can_be_stopped() {
    let shell = broken().run().stop();
    assert_eq!(shell.status(), TaskStatus::Cancelled);
    assert!(shell.state.is_ended());
}

/// A task's time does not run while the job stands still and waits for a person.
#[test]
fn timeouts_rest_while_a_job_is_at_fault() {
    let shell = Shell::new(
        "do: [{d: {do: [{bad: {call: 'f:1.0.0@default'}}], timeout: {after: PT1M}}}]\ntimeout: {after: PT1H}",
    )
    .answering("bad", [Outcome::Fault(500, "No"), Outcome::Silence])
    .start(Value::Null)
    .run();
    assert_eq!((shell.status(), shell.now), (TaskStatus::Faulted, 0));
    assert!(shell.timers.is_empty());
    let shell = shell.retry(&[]);
    assert_eq!(shell.timers.values().copied().collect::<Vec<_>>(), [3_600_000, 60_000]);
}

#[test]
fn stale_and_repeated_events_change_nothing() {
    let mut shell = broken().run_until(5000).retry(&[]);
    let (task, at) = (shell.id("bad"), Timestamp(5000));
    let before = (shell.state.clone(), shell.trace.clone());
    for event in [
        Event::CallCompleted { at, task, attempt: 1, output: json!("stale") },
        Event::CallCompleted { at, task, attempt: 3, output: json!("early") },
        Event::CallCompleted { at, task: TaskId(99), attempt: 1, output: json!("other") },
        Event::Started { at, start: Default::default() },
        Event::TimerFired { at, timer: flow::engine::TimerId(99) },
        Event::RetryRequested { at, tasks: vec![task], by: "ann".to_owned(), reason: String::new() },
        Event::SkipRequested { at, task, by: "ann".to_owned(), roles: Vec::new(), reason: String::new() },
        Event::Decided {
            at,
            task,
            decision: Decision::Approve,
            by: "ann".to_owned(),
            roles: Vec::new(),
            comment: String::new(),
        },
    ] {
        shell.submit(event);
    }
    assert_eq!((shell.state.clone(), shell.trace.clone()), before);
    let ended = shell.run();
    let (state, trace) = (ended.state.clone(), ended.trace.clone());
    let ended = ended.stop().retry(&[]);
    assert_eq!((ended.state, ended.trace), (state, trace));
}
