//! DSL: Fault Tolerance and Timeouts: raise, try, catch, retry.

use flow::engine::{TaskStatus, Timestamp, WorkflowError, would_catch};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

const CALL: &str = "call: 'f:1.0.0@default'";

#[test]
fn a_raised_error_is_evaluated_and_faults_its_task() {
    let shell = Shell::new(
        r#"
use: {errors: {gone: {type: 'https://x/gone', status: 410, title: Gone, detail: '${ "for \(.who)" }'}}}
do: [{a: {raise: {error: gone}}}]
"#,
    )
    .start(json!({"who": "ann"}))
    .run();
    assert_eq!(
        serde_json::to_value(shell.job.unwrap().error).unwrap(),
        json!({"type": "https://x/gone", "status": 410, "title": "Gone", "detail": "for ann", "instance": "/do/0/a"})
    );
}

#[test]
fn an_error_is_caught_by_the_nearest_try_that_wants_it() {
    let shell = Shell::new(&format!(
        r#"
do:
  - outer:
      try:
        - inner:
            try: [{{bad: {{{CALL}}}}}]
            catch: {{errors: {{with: {{status: 503}}}}, do: [{{never: {{set: {{a: 1}}}}}}]}}
        - after: {{set: {{a: 2}}}}
      catch:
        errors: {{with: {{type: 'https://serverlessworkflow.io/dsl/errors/types/communication', status: 404}}}}
        as: err
        when: $err.title == "Not Found"
        exceptWhen: .input.never
        do: [{{handle: {{set: {{error: '${{ $err }}', input: '${{ . }}'}}}}}}]
        then: last
  - between: {{set: {{a: 3}}}}
  - last: {{set: {{got: '${{ .error.instance }}', input: '${{ .input }}'}}}}
"#
    ))
    .answering("bad", [Outcome::Fault(404, "Not Found")])
    .start(json!({"in": 1}))
    .run();
    assert_eq!(*shell.output(), json!({"got": "/do/0/outer/try/0/inner/try/0/bad", "input": {"in": 1}}),);
    assert_snapshot!(shell.trace, @r#"
0 job Running
0 outer#1 Running
0 inner#1 Running
0 bad#1 Running
0 bad#1 Faulted 404
0 inner#1 Faulted 404
0 handle#1 Completed {"error":{"type":"https://open-workflow-specification.org/spec/1.0.0/errors/communication","status":404,"title":"Not Found","instance":"/do/0/outer/try/0/inner/try/0/bad"},"input":{"in":1}}
0 outer#1 Completed {"error":{"type":"https://open-workflow-specification.org/spec/1.0.0/errors/communication","status":404,"title":"Not Found","instance":"/do/0/outer/try/0/inner/try/0/bad"},"input":{"in":1}}
0 last#1 Completed {"got":"/do/0/outer/try/0/inner/try/0/bad","input":{"in":1}}
0 job Completed {"got":"/do/0/outer/try/0/inner/try/0/bad","input":{"in":1}}
"#);
}

#[test]
fn a_caught_error_without_tasks_gives_the_input_on() {
    let shell = Shell::new(&format!("do: [{{t: {{try: [{{bad: {{{CALL}}}}}], catch: {{}}}}}}]"))
        .answering("bad", [Outcome::Fault(500, "No")])
        .start(json!(7))
        .run();
    assert_eq!(*shell.output(), json!(7));
}

fn retrying(policy: &str, faults: usize) -> Shell {
    let outcomes =
        std::iter::repeat_n(Outcome::Fault(503, "Busy"), faults).chain([Outcome::Output(json!("done"))]);
    Shell::new(&format!(
        "use: {{retries: {{policy: {policy}}}}}\ndo: [{{t: {{try: [{{bad: {{{CALL}}}}}], catch: {{retry: policy}}}}}}]"
    ))
    .answering("bad", outcomes)
    .start(Value::Null)
    .run()
}

#[test]
fn a_retry_runs_the_tasks_again_after_its_pause() {
    let shell = Shell::new(&format!(
        "do: [{{t: {{try: [{{ok: {{set: {{a: 1}}}}}}, {{bad: {{{CALL}}}}}], catch: {{retry: {{delay: {{seconds: 3}}}}}}}}}}]"
    ))
    .with_logs()
    .answering("bad", [Outcome::Fault(503, "Busy"), Outcome::Output(json!("done"))])
    .start(Value::Null)
    .run();
    assert_snapshot!(shell.trace, @r#"
   0   Info: started
   0 job Running
   0 t#1 Running
   0   Info: started
   0   Info: completed
   0 ok#1 Completed {"a":1}
   0 bad#1 Running
   0   Info: started: f:1.0.0@default
   0 bad#1 Faulted 503
   0   Error: faulted: Busy (503)
   0 t#1 Waiting
   0   Warn: retry 1 in 3 s: Busy (503)
   0 job Waiting
3000 t#2 Running
3000   Info: retrying
3000   Info: completed
3000 ok#1 Completed {"a":1}
3000 bad#2 Running
3000   Info: started: f:1.0.0@default
3000 job Running
3000   Info: completed
3000 bad#2 Completed "done"
3000   Info: completed
3000 t#2 Completed "done"
3000   Info: completed
3000 job Completed "done"
"#);
}

/// The times at which the attempts begin, in seconds.
fn attempts(policy: &str, faults: usize) -> String {
    let shell = retrying(policy, faults);
    let began = shell.trace.lines().filter(|line| line.contains(" bad#") && line.contains("Running"));
    let times: Vec<String> = began
        .map(|line| {
            line.split_whitespace()
                .next()
                .unwrap()
                .parse::<f64>()
                .map(|ms| (ms / 1000.0).to_string())
                .unwrap()
        })
        .collect();
    format!("{} {:?}", times.join(" "), shell.status())
}

#[test]
fn pauses_grow_as_the_policy_says() {
    assert_snapshot!(attempts("{delay: PT2S}", 3), @"0 2 4 6 Completed");
    assert_snapshot!(attempts("{delay: PT2S, backoff: {constant: {}}}", 3), @"0 2 4 6 Completed");
    assert_snapshot!(attempts("{delay: PT2S, backoff: {linear: {}}}", 3), @"0 2 6 12 Completed");
    assert_snapshot!(attempts("{delay: PT2S, backoff: {exponential: {}}}", 4), @"0 2 6 14 30 Completed");
    assert_snapshot!(attempts("{delay: PT2S, limit: {attempt: {count: 2}}}", 9), @"0 2 4 Faulted");
    assert_snapshot!(attempts("{delay: PT2S, limit: {duration: PT5S}}", 9), @"0 2 4 Faulted");
    assert_snapshot!(attempts("{delay: PT2S, when: '$error.status == 404'}", 9), @"0 Faulted");
    assert_snapshot!(attempts("{delay: PT2S, exceptWhen: '$error.status == 503'}", 9), @"0 Faulted");
    assert_snapshot!(attempts("{limit: {attempt: {count: 1}}}", 1), @"0 0 Completed");
}

#[test]
fn jitter_lies_in_its_range_and_is_the_same_again() {
    let policy = "{delay: PT1S, jitter: {from: PT1S, to: PT3S}}";
    let once = attempts(policy, 3);
    assert_eq!(once, attempts(policy, 3));
    let times: Vec<f64> = once.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let pauses: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.iter().all(|pause| (2.0..=4.0).contains(pause)), "{pauses:?}");
    assert!(pauses[0] != pauses[1], "{pauses:?}");
}

#[test]
fn an_attempt_that_takes_too_long_is_aborted_and_tried_again() {
    let shell = Shell::new(&format!(
        "do: [{{t: {{try: [{{slow: {{{CALL}}}}}], catch: {{retry: {{delay: PT1S, limit: {{attempt: {{count: 1, duration: PT10S}}}}}}, do: [{{h: {{set: {{s: '${{ $error.status }}'}}}}}}]}}}}}}]"
    ))
    .answering("slow", [Outcome::Silence])
    .start(Value::Null)
    .run();
    assert_snapshot!(shell.trace, @r#"
    0 job Running
    0 t#1 Running
    0 slow#1 Running
10000 abort slow#1
10000 slow#1 Cancelled
10000 t#1 Waiting
10000 job Waiting
11000 t#2 Running
11000 slow#1 Running
11000 job Running
21000 abort slow#1
21000 slow#1 Cancelled
21000 h#1 Completed {"s":408}
21000 t#2 Completed {"s":408}
21000 job Completed {"s":408}
"#);
}

#[test]
fn an_error_in_a_branch_within_a_try_cancels_the_other_branches() {
    let shell = Shell::new(&format!(
        r#"
do:
  - t:
      try: [{{f: {{fork: {{branches: [{{bad: {{{CALL}}}}}, {{slow: {{{CALL}}}}}, {{w: {{wait: PT1H}}}}]}}}}}}]
      catch: {{do: [{{h: {{set: {{caught: true}}}}}}]}}
"#
    ))
    .answering("slow", [Outcome::Silence])
    .answering("bad", [Outcome::Fault(500, "No")])
    .start(Value::Null)
    .run();
    assert_eq!(*shell.output(), json!({"caught": true}));
    assert_snapshot!(shell.trace, @r#"
0 job Running
0 t#1 Running
0 f#1 Running
0 bad#1 Running
0 slow#1 Running
0 w#1 Waiting
0 bad#1 Faulted 500
0 f#1 Faulted 500
0 w#1 Cancelled
0 abort slow#1
0 slow#1 Cancelled
0 h#1 Completed {"caught":true}
0 t#1 Completed {"caught":true}
0 job Completed {"caught":true}
"#);
    assert!(shell.timers.is_empty() && shell.calls.is_empty());
}

#[test]
fn a_task_that_takes_longer_than_its_timeout_is_at_fault() {
    let shell = Shell::new(&format!(
        r#"
use: {{timeouts: {{short: {{after: PT5S}}}}}}
do:
  - t:
      try: [{{all: {{do: [{{slow: {{{CALL}}}}}], timeout: short}}}}]
      catch: {{errors: {{with: {{type: 'https://open-workflow-specification.org/dsl/errors/types/timeout', status: 408}}}}, do: [{{h: {{set: {{at: '${{ $error.instance }}'}}}}}}]}}
"#
    ))
    .answering("slow", [Outcome::Silence])
    .start(Value::Null)
    .run();
    assert_eq!(*shell.output(), json!({"at": "/do/0/t/try/0/all"}));
    assert_eq!(shell.now, 5000);
    assert_snapshot!(shell.trace, @r#"
   0 job Running
   0 t#1 Running
   0 all#1 Running
   0 slow#1 Running
5000 abort slow#1
5000 slow#1 Cancelled
5000 all#1 Faulted 408
5000 h#1 Completed {"at":"/do/0/t/try/0/all"}
5000 t#1 Completed {"at":"/do/0/t/try/0/all"}
5000 job Completed {"at":"/do/0/t/try/0/all"}
"#);
}

#[test]
fn a_timeout_that_is_kept_leaves_no_timer() {
    let shell =
        Shell::new(&format!("do: [{{a: {{{CALL}, timeout: {{after: PT5S}}}}}}]\ntimeout: {{after: PT9S}}"));
    let shell = shell.start(Value::Null).run_until(0);
    assert_eq!(shell.status(), TaskStatus::Completed);
    assert!(shell.timers.is_empty());
}

/// Even a `try` does not outlive the workflow's own timeout; a person can still go on from there.
#[test]
fn a_workflow_that_takes_longer_than_its_timeout_is_at_fault() {
    let shell = Shell::new(&format!(
        "timeout: {{after: PT9S}}\ndo: [{{t: {{try: [{{slow: {{{CALL}}}}}], catch: {{do: [{{h: {{set: {{a: 1}}}}}}]}}}}}}]"
    ))
    .answering("slow", [Outcome::Silence, Outcome::Output(json!("late"))])
    .start(Value::Null)
    .run_until(9000);
    assert_eq!(shell.status(), TaskStatus::Faulted);
    let shell = shell.note("retry").retry(&[]);
    assert_eq!(shell.status(), TaskStatus::Running);
    assert_snapshot!(shell.trace, @r"
     0 job Running
     0 t#1 Running
     0 slow#1 Running
  9000 abort slow#1
  9000 slow#1 Faulted 408
  9000 t#1 Faulted
  9000 job Faulted 408
-- retry
  9000 slow#2 Running
  9000 t#1 Running
  9000 job Running
");
}

/// Catch, `as`; Retry, `delay`: an expression there sees the error that is caught.
#[test]
fn the_pause_of_a_retry_may_follow_from_the_error() {
    let shell = Shell::new(
        r#"
do:
  - t:
      try: [{bad: {call: 'f:1.0.0@default'}}]
      catch:
        as: problem
        retry:
          delay: '${ "PT" + ($problem.status | tostring) + "S" }'
          jitter: {from: {seconds: 0}, to: '${ if $problem.status == 7 then "PT0S" else "PT9S" end }'}
          limit: {attempt: {count: 1}}
"#,
    )
    .answering("bad", [Outcome::Fault(7, "No"), Outcome::Output(json!("yes"))])
    .start(Value::Null)
    .run();
    assert_eq!(*shell.output(), json!("yes"));
    assert_eq!(shell.now, 7_000);
}

/// JSON Schema, integer: `2.0` is a whole number. Retry Limit, `attempt.count`: less than none is none.
#[test]
fn whole_numbers_may_be_written_with_a_point() {
    for (count, attempts) in [("2.0", 3), ("2", 3), ("0", 1), ("-1", 1)] {
        let shell = Shell::new(&format!(
            "do: [{{t: {{try: [{{bad: {{raise: {{error: {{type: 'https://x', status: 503.0}}}}}}}}],
                    catch: {{errors: {{with: {{status: 503.0}}}}, retry: {{limit: {{attempt: {{count: {count}}}}}}}, do: []}}}}}}]"
        ))
        .start(Value::Null)
        .run();
        assert_eq!(shell.tasks[&shell.id("bad")].attempt, attempts, "{count}");
        assert_eq!(shell.status(), TaskStatus::Completed);
    }
}

/// Who starts another run for a task asks this before the other's fault is made the task's.
#[test]
fn whether_an_error_would_be_caught_is_known_before() {
    let shell = Shell::new(
        "do: [{outer: {try: [{t: {try: [{call: {call: 'f:1.0.0@default'}}], catch: {errors: {with: {status: 404}}}}},
            {never: {set: {a: 1}}}], catch: {when: '${ $error.status == 500 }'}}}]",
    )
    .answering("call", [Outcome::Silence])
    .start(Value::Null)
    .run();
    let caught = |status| {
        let error = WorkflowError {
            kind: "https://example.com/bad".to_owned(),
            status,
            title: None,
            detail: None,
            instance: None,
        };
        would_catch(&shell.program, &shell.state, shell.id("call"), &error, Timestamp(shell.now))
    };
    assert_eq!([404, 500, 503].map(caught), [true, true, false]);
}
