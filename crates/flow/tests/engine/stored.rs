//! What is stored of a state: how much of it with each event, and what was stored before there were parts.

use flow::engine::{Command, Decision, Event, State, TaskId, TaskStatus, Timestamp, step};
use serde_json::{Value, json};

use super::driver::{Shell, Store, program};

/// Stored by the hub as it was before states had parts, in the middle of this definition.
const WHOLE: &str = r#"{"digest":"133a3695b0e72c6b7892fc2cafe46a1de6f37b2d5e218aaa6f512a127f656f71","phase":"Live","job":{"id":"job","input":{"n":1},"stages":null,"dry_run":false,"runtime":null,"secrets":null,"context":null,"started_at":0,"status":"running","error":null,"ended_at":null},"next_task":9,"next_timer":2,"frames":{"1":{"node":0,"parent":null,"attempt":1,"iteration":null,"started_at":0,"raw_input":{"n":1},"input":null,"body":{"Fork":{"outputs":{"1":{"n":2}}}},"status":"running","error":null,"ended_at":null,"waiting":null},"2":{"node":1,"parent":1,"attempt":1,"iteration":null,"started_at":0,"raw_input":{"n":1},"input":null,"body":"Calling","status":"running","error":null,"ended_at":null,"waiting":null},"4":{"node":3,"parent":1,"attempt":1,"iteration":null,"started_at":0,"raw_input":{"n":1},"input":null,"body":{"For":{"items":[1,2],"index":0}},"status":"running","error":null,"ended_at":null,"waiting":null},"5":{"node":5,"parent":1,"attempt":1,"iteration":null,"started_at":0,"raw_input":{"n":1},"input":null,"body":{"Trying":{"retries":0,"since":null,"again":[]}},"status":"running","error":null,"ended_at":null,"waiting":null},"6":{"node":7,"parent":1,"attempt":1,"iteration":null,"started_at":0,"raw_input":{"n":1},"input":null,"body":"Waiting","status":"waiting","error":null,"ended_at":null,"waiting":{"kind":"approval","since":0,"message":"","approvers":[],"deadline":9000}},"7":{"node":6,"parent":5,"attempt":1,"iteration":null,"started_at":0,"raw_input":{"n":1},"input":1,"body":"Calling","status":"running","error":null,"ended_at":null,"waiting":null},"8":{"node":4,"parent":4,"attempt":1,"iteration":0,"started_at":0,"raw_input":{"n":1},"input":null,"body":"Calling","status":"running","error":null,"ended_at":null,"waiting":null}},"timers":{"1":{"Deadline":6}},"ready":[],"reached":[0,1,2,3,4,5,6,7]}"#;
const OF_WHOLE: &str = r#"
do:
  - f:
      fork:
        branches:
          - a: {call: 'f:1.0.0@default'}
          - b: {set: {n: 2}}
          - c: {for: {in: '[1, 2]'}, do: [{c1: {call: 'f:1.0.0@default', with: {n: '${ $item }'}}}]}
          - d: {try: [{d1: {call: 'f:1.0.0@default', input: {from: '.n'}}}], catch: {}}
          - g: {call: 'manual-gate:1.0.0@default', with: {deadline: PT9S}}
  - last: {set: {all: '${ . }'}}
"#;

#[test]
fn a_run_that_was_stored_whole_goes_on_in_parts() {
    let program = program(OF_WHOLE);
    let mut store = Store::default();
    let mut state = store.keep(State::from_whole(WHOLE).unwrap());
    let at = Timestamp(1_000);
    let answer = |task, output| Event::CallCompleted { at, task: TaskId(task), attempt: 1, output };
    let approve = Event::Decided {
        at,
        task: TaskId(6),
        decision: Decision::Approve,
        by: "ann".to_owned(),
        roles: Vec::new(),
        comment: String::new(),
    };
    let mut outputs = Vec::new();
    for event in [
        answer(7, json!("d")),
        answer(8, json!("c1")),
        answer(2, json!("a")),
        approve,
        answer(9, json!("c2")),
    ] {
        let (after, commands) = step(&program, state, event);
        state = store.keep(after);
        outputs.extend(commands.into_iter().filter_map(|command| match command {
            Command::RecordJob { job } if job.status == TaskStatus::Completed => Some(job.output),
            _ => None,
        }));
    }
    assert!(state.is_ended());
    assert_eq!(outputs, [json!({"all": ["a", {"n": 2}, "c2", "d", {"n": 1}]})]);
}

#[test]
fn what_is_no_state_is_refused_by_name() {
    let part = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let refused = |parts: Vec<(String, String)>| State::from_parts(parts).unwrap_err().to_string();
    assert_eq!(refused(vec![]), "head: is missing");
    assert_eq!(refused(vec![part("fraim/1", "{}")]), "fraim/1: is no part of a state");
    assert!(refused(vec![part("frame/1", "{}")]).starts_with("frame/1: missing field"));
    assert!(State::from_whole("{}").is_err());
}

#[test]
fn without_a_large_value_that_it_refers_to_a_state_is_refused() {
    let input = json!({"long": "x".repeat(1_000)});
    let shell = Shell::new("do: [{a: {call: 'f:1.0.0@default'}}]").start(input);
    let mut parts = shell.store.parts.clone();
    let value = parts.keys().find(|name| name.starts_with("value/")).unwrap().clone();
    parts.remove(&value);
    let refused = State::from_parts(parts).unwrap_err();
    assert_eq!(refused.reason, "value 1 is missing");
}

/// The most bytes that one event of a job writes, from its first answer on.
fn most_written(yaml: &str, input: Value) -> usize {
    let mut shell = Shell::new(yaml).start(input);
    let mut most = 0;
    while let Some((task, attempt, _, _)) = shell.calls.pop_front() {
        let at = Timestamp(shell.now);
        shell.submit(Event::CallCompleted { at, task, attempt, output: json!({"n": 1}) });
        most = most.max(shell.store.written);
    }
    assert_eq!(shell.status(), TaskStatus::Completed);
    most
}

/// The size of what an event writes is that of what it touches: not of the loop, not of the input, not of the branches.
#[test]
fn an_answer_writes_its_own_task_and_not_the_job() {
    let input = || json!({"long": "x".repeat(50_000)});
    let branch = |number: usize| format!("{{b{number}: {{call: 'f:1.0.0@default', with: {{n: {number}}}}}}}");
    let fork = |count: usize| {
        let branches: Vec<String> = (0..count).map(branch).collect();
        format!("do: [{{all: {{fork: {{branches: [{}]}}}}}}]", branches.join(", "))
    };
    let call = "[{one: {call: 'f:1.0.0@default'}}]";
    let over = |count: usize| format!("do: [{{all: {{for: {{in: '[range({count})]'}}, do: {call}}}}}]");
    for yaml in [fork(150), fork(20), over(300), over(20)] {
        let most = most_written(&yaml, input());
        assert!(most < 2_000, "{most} bytes for one answer");
    }
}
