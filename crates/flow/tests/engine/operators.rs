//! Retry, skip and stop in every construct (DSL reference, Flow, Try, For, Fork), several at once, and while others run.

use flow::engine::{Start, TaskStatus};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

/// Where a task may stand when it faults, with what the job yields when it answers `{"ok": true}` the second time, and
/// when it is skipped. Its input is `{"n": 1}`.
fn constructs() -> Vec<(&'static str, &'static str, Value, Value)> {
    let (ok, skipped) = (json!({"ok": true}), json!({"n": 1}));
    vec![
        ("the list of the workflow", "do: [{bad: {call: 'f:1.0.0@default'}}]", ok.clone(), skipped.clone()),
        ("a do", "do: [{d: {do: [{bad: {call: 'f:1.0.0@default'}}]}}]", ok.clone(), skipped.clone()),
        (
            "a for",
            "do: [{l: {for: {in: '[1, 2]'}, do: [{bad: {call: 'f:1.0.0@default'}}]}}]",
            ok.clone(),
            ok.clone(),
        ),
        (
            "a fork",
            "do: [{f: {fork: {branches: [{bad: {call: 'f:1.0.0@default'}}, {x: {set: {x: 1}}}]}}}]",
            json!([ok, {"x": 1}]),
            json!([skipped, {"x": 1}]),
        ),
        (
            "a fork that competes",
            "do: [{f: {fork: {compete: true, branches: [{bad: {call: 'f:1.0.0@default'}}]}}}]",
            ok.clone(),
            skipped.clone(),
        ),
        (
            "a try that catches something else",
            "do: [{t: {try: [{bad: {call: 'f:1.0.0@default'}}], catch: {errors: {with: {status: 404}}}}}]",
            ok.clone(),
            skipped.clone(),
        ),
        (
            "a catch",
            "do: [{t: {try: [{r: {raise: {error: {type: 'https://a/b', status: 409}}}}], catch: {do: [{bad: {call: 'f:1.0.0@default'}}]}}}]",
            ok.clone(),
            skipped.clone(),
        ),
        (
            "a task with its own way on",
            "do: [{bad: {call: 'f:1.0.0@default', then: last}}, {never: {set: {never: true}}}, {last: {set: '${ . }'}}]",
            ok,
            skipped,
        ),
    ]
}

fn at_fault(yaml: &str) -> Shell {
    let shell = Shell::new(yaml)
        .answering("bad", [Outcome::Fault(500, "No"), Outcome::Output(json!({"ok": true}))])
        .start(json!({"n": 1}))
        .run();
    assert_eq!(shell.status(), TaskStatus::Faulted, "{}", shell.trace);
    shell
}

#[test]
fn a_faulted_task_is_retried_wherever_it_stands_with_the_same_input() {
    for (place, yaml, retried, _) in constructs() {
        let shell = at_fault(yaml);
        let (id, input) = (shell.id("bad"), shell.tasks[&shell.id("bad")].input.clone());
        let shell = shell.retry(&["bad"]).run();
        assert_eq!(*shell.output(), retried, "{place}");
        let again = &shell.tasks[&id];
        assert_eq!(
            (again.attempt, &again.input, again.status),
            (2, &input, TaskStatus::Completed),
            "{place}"
        );
        assert_eq!(shell.state.live_tasks(), 0, "{place}");
    }
}

#[test]
fn a_faulted_task_is_skipped_wherever_it_stands_and_its_output_is_its_input() {
    for (place, yaml, _, skipped) in constructs() {
        let shell = at_fault(yaml);
        let id = shell.id("bad");
        let shell = shell.skip("bad").run();
        assert_eq!(*shell.output(), skipped, "{place}");
        let task = &shell.tasks[&id];
        assert_eq!(
            (task.status, &task.output, &task.error),
            (TaskStatus::Skipped, &task.input, &None),
            "{place}"
        );
        assert!(shell.timers.is_empty() && shell.calls.is_empty(), "{place}");
    }
}

const THREE: &str = r#"
do:
  - f:
      fork:
        branches:
          - a: {do: [{bad: {call: 'f:1.0.0@default'}}]}
          - b: {for: {in: '[1, 2]'}, do: [{worse: {call: 'f:1.0.0@default'}}]}
          - c: {do: [{slow: {call: 'f:1.0.0@default'}}]}
"#;

fn three() -> Shell {
    let no = || Outcome::Fault(500, "No");
    Shell::new(THREE)
        .answering("bad", [no(), Outcome::Output(json!("a"))])
        .answering("worse", [no(), Outcome::Output(json!("b"))])
        .answering("slow", [Outcome::Silence])
        .start(Value::Null)
        .run()
}

#[test]
fn several_are_retried_at_once_while_another_branch_runs() {
    let shell = three();
    assert_eq!(shell.status(), TaskStatus::Running, "the slow branch goes on");
    let shell = shell.retry(&[]).run();
    for name in ["bad", "worse"] {
        assert!(
            shell.trace.contains(&format!("{name}#2 Completed"))
                || shell.trace.contains("worse[0]#2 Completed")
        );
    }
    assert_eq!(shell.status(), TaskStatus::Running);
    assert_eq!(shell.calls.len(), 1, "the call under way was made once, and goes on");
    let named = three().retry(&["bad"]).run();
    assert!(
        named.trace.contains("bad#2 Completed") && !named.trace.contains("worse[0]#2"),
        "{}",
        named.trace
    );
}

#[test]
fn a_retry_that_faults_again_can_be_retried_again() {
    let no = || Outcome::Fault(500, "No");
    let shell = Shell::new("do: [{bad: {call: 'f:1.0.0@default'}}]")
        .answering("bad", [no(), no(), no(), Outcome::Output(json!("yes"))])
        .start(Value::Null)
        .run();
    let shell = shell.retry(&["bad"]).run().retry(&[]).run().retry(&["bad"]).run();
    assert_eq!(*shell.output(), json!("yes"));
    assert_eq!(shell.tasks[&shell.id("bad")].attempt, 4);
}

/// The policy of a `try` still holds for a task that a person has retried within it.
#[test]
fn a_retry_by_hand_within_a_try_is_caught_by_it() {
    let shell = Shell::new(
        "do: [{t: {try: [{bad: {call: 'f:1.0.0@default'}}], catch: {errors: {with: {status: 503}}, do: [{instead: {set: {instead: true}}}]}}}]",
    )
    .answering("bad", [Outcome::Fault(500, "No"), Outcome::Fault(503, "Busy")])
    .start(Value::Null)
    .run();
    assert_eq!(shell.status(), TaskStatus::Faulted);
    assert_eq!(*shell.retry(&["bad"]).run().output(), json!({"instead": true}));
}

/// What fails is an expression of the workflow: it would give the same again, so there is nothing to retry.
#[test]
fn a_fault_of_the_workflow_itself_can_only_be_stopped() {
    let shell =
        Shell::new("do: [{a: {set: {n: 1}}}]\noutput: {as: '${ error(\"no\") }'}").start(Value::Null).run();
    assert_eq!((shell.status(), shell.state.live_tasks()), (TaskStatus::Faulted, 0));
    let trace = shell.trace.clone();
    let shell = shell.retry(&[]);
    assert_eq!(shell.trace, trace);
    assert_eq!(shell.stop().status(), TaskStatus::Cancelled);
}

#[test]
fn a_stop_says_what_it_gave_up_and_that_nothing_was_undone() {
    let yaml = r#"
do:
  - all:
      fork:
        branches:
          - calls: {try: [{slow: {call: 'f:1.0.0@default'}}], catch: {do: [{undo: {call: 'f:1.0.0@default'}}]}}
          - gate: {call: 'manual-gate:1.0.0@default', with: {message: Go?, deadline: PT1H}}
          - pause: {wait: PT1H}
          - undoing: {try: [{r: {raise: {error: {type: 'https://a/b', status: 409}}}}], catch: {do: [{slow: {call: 'f:1.0.0@default'}}]}}
"#;
    let shell = Shell::new(yaml)
        .with_logs()
        .answering("slow", [Outcome::Silence])
        .start_with(Start { by: "sam".to_owned(), ..Start::default() })
        .run_until(1);
    assert_eq!((shell.calls.len(), shell.timers.len()), (2, 2));
    let before = shell.trace.len();
    let shell = shell.stop();
    assert!(shell.calls.is_empty() && shell.timers.is_empty() && shell.state.is_ended());
    assert!(shell.tasks.values().all(|task| task.waiting.is_none() && task.ended_at.is_some()));
    assert!(!shell.tasks.values().any(|task| task.name == "undo"), "a compensation was run");
    assert_snapshot!(&shell.trace[before..], @r"
        0   Warn: stopped by ann: wrong site; 2 calls aborted; 1 gate closed; a compensation (catch) under way was cut off; what is done stays done, compensations (catch) were not run
        0 abort slow#1
        0 slow#1 Cancelled
        0 abort slow#1
        0 slow#1 Cancelled
        0 undoing#1 Cancelled
        0 pause#1 Cancelled
        0 gate#1 Cancelled
        0 calls#1 Cancelled
        0 all#1 Cancelled
        0 job Cancelled
        ");
}

#[test]
fn chosen_stages_run_and_the_others_pass_on_what_came_in() {
    let yaml = "do: [{a: {set: {a: 1}}}, {b: {set: '${ . + {b: 2} }'}}, {c: {set: '${ . + {c: 3} }'}}]";
    let start = |stages: &[&str]| Start {
        input: json!({"in": 0}),
        stages: Some(stages.iter().map(|name| (*name).to_owned()).collect()),
        ..Start::default()
    };
    let shell = Shell::new(yaml).start_with(start(&["c"])).run();
    assert_eq!(*shell.output(), json!({"in": 0, "c": 3}));
    assert_eq!(shell.tasks[&shell.id("a")].status, TaskStatus::Skipped);
    assert_eq!(
        *Shell::new(yaml).start_with(start(&["b", "c"])).run().output(),
        json!({"in": 0, "b": 2, "c": 3})
    );
}
