//! DSL: Task Flow, and the tasks that make it: do, fork, for, switch, wait; `if` and `then`.

use flow::engine::{Start, TaskStatus};
use flow::{Document, Program};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

fn trace(yaml: &str, input: Value) -> String {
    Shell::new(yaml).start(input).run().trace
}

#[test]
fn tasks_follow_each_other_and_their_directives() {
    assert_snapshot!(trace(
        r#"
do:
  - a: {set: {n: 1}, then: c}
  - b: {set: {n: '${ .n * 10 }'}, then: end}
  - c:
      do:
        - inner: {set: {n: '${ .n + 1 }'}, then: exit}
        - never: {set: {n: 100}}
      then: b
  - d: {set: {n: 1000}}
"#,
        Value::Null
    ), @r#"
0 job Running
0 a#1 Completed {"n":1}
0 c#1 Running
0 inner#1 Completed {"n":2}
0 c#1 Completed {"n":2}
0 b#1 Completed {"n":20}
0 job Completed {"n":20}
"#);
}

#[test]
fn paths_not_taken_are_those_without_an_instance() {
    let shell = Shell::new(
        r#"
do:
  - pick: {switch: [{one: {when: .n == 1, then: left}}, {other: {then: right}}]}
  - left: {do: [{deep: {set: {a: 1}}}], then: end}
  - right: {set: {a: 2}, then: end}
"#,
    )
    .start(json!({"n": 1}))
    .run();
    assert_eq!(shell.not_taken(), ["/do/2/right"]);
    assert_eq!(shell.state.live_tasks(), 0);
}

#[test]
fn a_condition_that_does_not_hold_passes_its_task_over_and_goes_to_the_next() {
    assert_snapshot!(trace(
        "do: [{a: {if: '.n < 1', input: {from: '{n: 0}'}, set: {n: 5}, then: end}}, {b: {set: {seen: '${ .n }'}}}]",
        json!({"n": 7})
    ), @r#"
        0 job Running
        0 a#1 Skipped {"n":7}
        0 b#1 Completed {"seen":7}
        0 job Completed {"seen":7}
        "#);
}

#[test]
fn branches_run_side_by_side_and_their_outputs_keep_their_order() {
    let shell = Shell::new(
        r#"
do:
  - both:
      fork:
        branches:
          - slow: {do: [{pause: {wait: {seconds: 5}}}, {x: {set: {n: '${ .n + 1 }'}}}]}
          - fast: {call: 'f:1.0.0@default', with: {n: '${ .n }'}}
"#,
    )
    .start(json!({"n": 1}))
    .run();
    assert_eq!(*shell.output(), json!([{"n": 2}, {"n": 1}]));
    assert_snapshot!(shell.trace, @r#"
   0 job Running
   0 both#1 Running
   0 slow#1 Running
   0 fast#1 Running
   0 pause#1 Waiting
   0 fast#1 Completed {"n":1}
   0 job Waiting
5000 pause#1 Completed {"n":1}
5000 x#1 Completed {"n":2}
5000 slow#1 Completed {"n":2}
5000 both#1 Completed [{"n":2},{"n":1}]
5000 job Completed [{"n":2},{"n":1}]
"#);
}

#[test]
fn the_first_of_competing_branches_wins_and_the_others_are_aborted() {
    let shell = Shell::new(
        r#"
do:
  - race:
      fork:
        compete: true
        branches:
          - slow: {do: [{asked: {call: 'f:1.0.0@default'}}]}
          - bad: {call: 'f:1.0.0@default'}
          - waits: {wait: {seconds: 60}}
          - wins: {do: [{p: {wait: {seconds: 1}}}, {w: {set: {winner: true}}}]}
"#,
    )
    .answering("asked", [Outcome::Silence])
    .answering("bad", [Outcome::Fault(500, "No")])
    .start(Value::Null)
    .run();
    assert_eq!(*shell.output(), json!({"winner": true}));
    assert_snapshot!(shell.trace, @r#"
   0 job Running
   0 race#1 Running
   0 slow#1 Running
   0 bad#1 Running
   0 waits#1 Waiting
   0 wins#1 Running
   0 asked#1 Running
   0 p#1 Waiting
   0 bad#1 Faulted 500
1000 p#1 Completed
1000 w#1 Completed {"winner":true}
1000 wins#1 Completed {"winner":true}
1000 abort asked#1
1000 asked#1 Cancelled
1000 waits#1 Cancelled
1000 slow#1 Cancelled
1000 race#1 Completed {"winner":true}
1000 job Completed {"winner":true}
"#);
    assert!(shell.timers.is_empty() && shell.calls.is_empty());
}

#[test]
fn a_loop_hands_its_data_on_and_ends_with_its_condition() {
    assert_snapshot!(trace(
        r#"
do:
  - loop:
      for: {each: colour, at: place, in: .colours}
      while: $colour != "stop" and .n < 10
      do:
        - add: {set: {n: '${ .n + $place }', last: '${ $colour }', colours: []}}
"#,
        json!({"colours": ["red", "green", "stop", "blue"], "n": 1})
    ), @r#"
0 job Running
0 loop#1 Running
0 add[0]#1 Completed {"n":1,"last":"red","colours":[]}
0 add[1]#1 Completed {"n":2,"last":"green","colours":[]}
0 loop#1 Completed {"n":2,"last":"green","colours":[]}
0 job Completed {"n":2,"last":"green","colours":[]}
"#);
}

#[test]
fn loops_within_loops_see_both_variables() {
    let shell = Shell::new(
        r#"
do:
  - outer:
      for: {each: a, in: '[1, 2]'}
      do:
        - inner:
            for: {each: b, in: '${ [10, 20] }'}
            do: [{s: {set: {sum: '${ .sum + $a * $b + $index }'}}}]
"#,
    )
    .start(json!({"sum": 0}))
    .run();
    assert_eq!(*shell.output(), json!({"sum": 92}));
}

#[test]
fn a_long_loop_does_not_grow_the_state() {
    let yaml = "do: [{l: {for: {in: '[range(5000)]'}, do: [{s: {set: {n: '${ .n + 1 }'}}}]}}]";
    let mut shell = Shell::new(yaml).start(json!({"n": 0}));
    let size = |shell: &Shell| shell.store.parts.values().map(String::len).sum::<usize>();
    let early = size(&shell);
    assert_eq!(shell.status(), TaskStatus::Running);
    shell.trace.clear();
    let shell = shell.run_until(0);
    assert_eq!(*shell.output(), json!({"n": 5000}));
    assert!(size(&shell) < early, "what is over leaves the state");
}

/// A loop without waiting must leave a person's stop its turn.
#[test]
fn an_endless_definition_can_be_stopped() {
    let mut shell = Shell::new("do: [{a: {set: {n: 1}, then: a}}]").start(Value::Null);
    assert!(!shell.timers.is_empty());
    assert_eq!(shell.status(), TaskStatus::Running);
    shell = shell.stop();
    assert_eq!(shell.status(), TaskStatus::Cancelled);
    assert!(shell.timers.is_empty());
}

#[test]
fn empty_lists_are_over_at_once() {
    let yaml = "do: [{a: {do: []}}, {b: {for: {in: '[1,2,3]'}, do: []}}, {c: {fork: {branches: []}}}, {d: {try: [], catch: {}}}]";
    assert_eq!(*Shell::new(yaml).start(json!({"n": 1})).run().output(), json!({"n": 1}));
    assert_eq!(*Shell::new("do: []").start(json!(2)).run().output(), json!(2));
}

#[test]
fn waits_last_as_long_as_they_say() {
    assert_snapshot!(trace(
        "do: [{a: {wait: PT1M}}, {b: {wait: {seconds: 5}}}, {c: {wait: '${ .d }'}}, {d: {call: 'wait:1.0.0@default', with: {seconds: 2}}}]",
        json!({"d": "PT1S"})
    ), @r#"
    0 job Running
    0 a#1 Waiting
    0 job Waiting
60000 a#1 Completed {"d":"PT1S"}
60000 b#1 Waiting
65000 b#1 Completed {"d":"PT1S"}
65000 c#1 Waiting
66000 c#1 Completed {"d":"PT1S"}
66000 d#1 Waiting
68000 d#1 Completed {"d":"PT1S"}
68000 job Completed {"d":"PT1S"}
"#);
}

#[test]
fn the_end_within_a_branch_ends_the_job() {
    let shell = Shell::new(
        "do: [{f: {fork: {branches: [{a: {wait: {seconds: 9}}}, {b: {set: {over: true}, then: end}}]}}}, {g: {set: {x: 1}}}]",
    )
    .start(Value::Null)
    .run();
    assert_eq!(*shell.output(), json!({"over": true}));
    assert_eq!(shell.now, 0);
}

#[test]
fn chosen_stages_run_and_the_others_are_skipped() {
    let shell =
        Shell::new("do: [{a: {set: {a: 1}}}, {b: {do: [{x: {set: {b: 1}}}]}}, {c: {set: {c: '${ . }'}}}]")
            .with_logs()
            .start_with(Start { input: json!("in"), stages: Some(vec!["c".to_owned()]), ..Start::default() })
            .run();
    assert_snapshot!(shell.trace, @r#"
0   Info: started
0 job Running
0   Info: skipped: not among the chosen stages
0 a#1 Skipped "in"
0   Info: skipped: not among the chosen stages
0 b#1 Skipped "in"
0   Info: completed
0 c#1 Completed {"c":"in"}
0   Info: completed
0 job Completed {"c":"in"}
"#);
    assert_eq!(shell.not_taken(), ["/do/1/b/do/0/x"]);
}

#[test]
fn a_dry_run_calls_nothing_and_passes_everything() {
    let shell = Shell::new(
        r#"
do:
  - http: {call: http, with: {method: delete, endpoint: 'https://host/x?key=1'}, output: {as: '.content + 1'}}
  - function: {call: 'dns-record-add:1.0.0@default', with: {}}
  - gate: {call: 'manual-gate:1.0.0@default', with: {message: 'Switch over?', deadline: PT1H}}
  - wait: {wait: {minutes: 5}}
  - try: {try: [{no: {raise: {error: {type: t, status: 500}}}}], catch: {retry: {delay: PT1S}, do: [{h: {set: {ok: true}}}]}}
"#,
    )
    .with_logs()
    .start_with(Start { dry_run: true, input: json!({"content": {}}), ..Start::default() });
    assert_snapshot!(shell.trace, @r#"
0   Info: dry run started: nothing outside is called
0 job Running
0   Info: dry run: would call DELETE https://host/x
0   Warn: dry run: `output.as` is left out: Expression Error (400): the expression `.content + 1` failed: cannot calculate {} + 1
0   Info: completed
0 http#1 Completed {"content":{}}
0   Info: dry run: would call dns-record-add:1.0.0@default
0   Info: completed
0 function#1 Completed {"content":{}}
0   Info: dry run: would wait for approval: Switch over?
0   Info: completed
0 gate#1 Completed {"content":{}}
0   Info: dry run: would wait for 5 min
0   Info: completed
0 wait#1 Completed {"content":{}}
0 try#1 Running
0   Info: started
0 no#1 Faulted 500
0   Error: faulted: t (500)
0   Warn: caught, running the tasks for it: t (500)
0   Info: completed
0 h#1 Completed {"ok":true}
0   Info: completed
0 try#1 Completed {"ok":true}
0   Info: completed
0 job Completed {"ok":true}
"#);
    assert!(shell.calls.is_empty() && shell.timers.is_empty());
}

fn problems(yaml: &str) -> String {
    let document = Document::from_yaml(yaml).expect("YAML");
    let problems = Program::compile(&document).expect_err("problems");
    problems
        .iter()
        .map(|problem| format!("{} {}: {}\n", problem.pointer, problem.code, problem.message_en))
        .collect()
}

#[test]
fn what_cannot_run_is_refused_by_name_all_at_once() {
    assert_snapshot!(problems(
        r#"
use:
  extensions: [{x: {extend: all}}]
  functions: {mine: {set: {a: 1}}}
evaluate: {mode: loose}
do:
  - a: {call: grpc, with: {}}
  - b: {emit: {event: {with: {type: t}}}}
  - c: {listen: {to: {any: []}}}
  - d: {run: {container: {image: i}}}
  - e: {call: mine}
  - f: {call: 'https://host/function.yaml'}
  - g: {call: http, with: {method: get, endpoint: {uri: 'https://h', authentication: {certificate: {}}}}}
  - h: {set: {a: '${ .a | }'}, then: nowhere}
  - i: {try: [{x: {wait: 5s}}], catch: {retry: none, when: 'nosuch(1)'}, timeout: none}
  - j: {raise: {error: none}}
  - k: {fork: {branches: [{x: {set: {a: 1}, then: y}}, {y: {set: {a: 1}}}]}}
  - l: {}
  - m: {do: {}}
  - n: {call: http, with: {method: get}}
"#
    ), @r#"
        /do/0/a/call unsupported-construct: This engine does not run `call: grpc`.
        /do/3/d/run unsupported-construct: This engine does not run `run: container`.
        /do/5/f/call unresolved-function: The function `https://host/function.yaml` has not been fetched from https://host/function.yaml yet.
        /do/6/g/with/endpoint/authentication unsupported-construct: This engine does not run the authentication `certificate`.
        /do/7/h/then dangling-then: There is no task `nowhere` in the same list.
        /do/7/h/set invalid-expression: The expression `.a |` does not compile: it ends where a value such as `.name` is expected.
        /do/8/i/timeout unknown-reference: There is no `none` in `use.timeouts`.
        /do/8/i/try/0/x/wait invalid-duration: This is no duration: write {"seconds": 30} or "PT30S".
        /do/8/i/catch/retry unknown-reference: There is no `none` in `use.retries`.
        /do/8/i/catch/when invalid-expression: The expression `nosuch(1)` does not compile: there is no function `nosuch`.
        /do/9/j/raise/error unknown-reference: There is no `none` in `use.errors`.
        /do/10/k/fork/branches/0/x/then dangling-then: A branch of a fork cannot go on to another branch; use continue, exit or end.
        /do/11/l unknown-task-kind: This is no task: none of call, do, fork, for, … defines it.
        /do/12/m/do missing-tasks: A list of tasks is missing here.
        /do/13/n/with/endpoint missing-endpoint: A call needs an address.
        "#);
}

/// Fork: "a single possible winner". Task: "The task is considered skipped if not run", so it has not won.
#[test]
fn a_branch_that_is_not_run_does_not_win_a_race() {
    let race = |branches: &str| {
        Shell::new(&format!("do: [{{race: {{fork: {{compete: true, branches: [{branches}]}}}}}}]"))
            .start(json!({"came": "in"}))
            .run()
    };
    let not_run = "{out: {if: '${ false }', set: {x: 1}}}";
    let slow = "{slow: {do: [{w: {wait: {seconds: 1}}}, {s: {set: {won: true}}}]}}";
    assert_eq!(*race(&format!("{not_run}, {slow}")).output(), json!({"won": true}));
    let nobody = race(&format!("{not_run}, {}", not_run.replace("out", "out2")));
    assert_eq!(*nobody.output(), json!({"came": "in"}), "nobody is left: what came in goes out");
}

/// The same for a branch that a person skips: the others go on.
#[test]
fn a_branch_that_a_person_skips_does_not_end_a_race() {
    let shell = Shell::new(
        "do: [{race: {fork: {compete: true, branches: [
            {nurse: {call: 'f:1.0.0@default'}}, {doctor: {call: 'f:1.0.0@default'}}]}}}]",
    )
    .answering("nurse", [Outcome::Fault(500, "No")])
    .answering("doctor", [Outcome::Silence])
    .start(json!({"came": "in"}))
    .run()
    .skip("nurse");
    assert_eq!(shell.tasks[&shell.id("doctor")].status, TaskStatus::Running);
    let shell = shell.answering("doctor", [Outcome::Output(json!("here"))]).run();
    assert_eq!(*shell.output(), json!("here"));
}
