//! Whatever happens in whatever order: no panic, a state that survives being stored, and the same again when replayed.

use flow::Program;
use flow::engine::{Command, Decision, Event, Start, State, TaskId, TimerId, Timestamp, WorkflowError, step};
use proptest::prelude::*;
use serde_json::json;

use super::driver::{Store, program};

const DEFINITIONS: [&str; 4] = [
    r#"
timeout: {after: PT30S}
do:
  - f:
      fork:
        branches:
          - a: {do: [{a1: {call: 'f:1.0.0@default', timeout: {after: PT5S}}}, {a2: {wait: PT3S}}]}
          - b: {call: 'manual-gate:1.0.0@default', with: {deadline: PT9S}}
          - c: {for: {in: '[1,2,3]'}, do: [{c1: {call: 'f:1.0.0@default'}}]}
  - last: {call: http, with: {method: get, endpoint: 'https://h/'}}
"#,
    r#"
do:
  - t:
      try:
        - inner: {try: [{x: {call: 'f:1.0.0@default'}}, {y: {call: 'f:1.0.0@default'}}], catch: {errors: {with: {status: 404}}}}
        - g: {fork: {branches: [{p: {call: 'f:1.0.0@default'}}, {q: {wait: PT2S}}]}}
      catch:
        retry: {delay: PT1S, backoff: {exponential: {}}, jitter: {from: PT0S, to: PT1S}, limit: {attempt: {count: 3, duration: PT4S}}}
        do: [{h: {call: 'f:1.0.0@default'}}]
        then: t
  - end: {set: {a: 1}}
"#,
    "do: [{a: {set: {n: '${ .n + 1 }'}, then: b}}, {b: {if: '.n % 7 != 0', call: 'f:1.0.0@default', then: a}}, {c: {set: {n: 1}, then: a}}]",
    "do: [{r: {fork: {compete: true, branches: [{x: {call: 'f:1.0.0@default'}}, {y: {do: [{z: {call: 'f:1.0.0@default', output: {as: '.a.b'}}}]}}, {w: {wait: PT1S, then: end}}]}}}]",
];

/// An event by numbers: what kind, and which of the tasks or timers that there are.
fn event(kind: u8, task: u64, attempt: u32, at: Timestamp) -> Event {
    let (task, timer) = (TaskId(task), TimerId(task));
    match kind % 10 {
        0 => Event::Started { at, start: Start { input: json!({"n": 1}), ..Start::default() } },
        1 | 2 => Event::CallCompleted { at, task, attempt, output: json!({"n": 1}) },
        3 => Event::CallFaulted {
            at,
            task,
            attempt,
            error: WorkflowError {
                kind: "https://x/y".to_owned(),
                status: if attempt.is_multiple_of(2) { 404 } else { 500 },
                title: None,
                detail: None,
                instance: None,
            },
        },
        4 | 5 => Event::TimerFired { at, timer },
        6 => Event::Decided {
            at,
            task,
            decision: if attempt.is_multiple_of(2) { Decision::Approve } else { Decision::Reject },
            by: if task.0.is_multiple_of(2) { "ann" } else { "bob" }.to_owned(),
            roles: Vec::new(),
            comment: String::new(),
        },
        7 => Event::RetryRequested {
            at,
            tasks: if attempt.is_multiple_of(2) { vec![] } else { vec![task] },
            by: "ann".to_owned(),
            reason: String::new(),
        },
        8 => {
            Event::SkipRequested { at, task, by: "ann".to_owned(), roles: Vec::new(), reason: String::new() }
        }
        _ if attempt == 1 && timer.0 == 1 => {
            Event::StopRequested { at, by: "ann".to_owned(), reason: String::new() }
        }
        _ => Event::RetryRequested { at, tasks: vec![], by: "ann".to_owned(), reason: String::new() },
    }
}

fn play(program: &Program, events: &[(u8, u64, u32)]) -> (State, Vec<Vec<Command>>) {
    let (mut state, mut store) = (State::new(), Store::default());
    let mut all = Vec::new();
    let mut timers = std::collections::BTreeSet::new();
    let first = event(0, 0, 0, Timestamp(0));
    let rest = events
        .iter()
        .enumerate()
        .map(|(index, &(kind, task, attempt))| event(kind, task, attempt, Timestamp(index as i64 * 500)));
    for event in std::iter::once(first).chain(rest) {
        let before = state.clone();
        let (after, commands) = step(program, state, event);
        if commands.is_empty() {
            assert_eq!(before, after, "what yields no command changes nothing");
        }
        for command in &commands {
            match command {
                Command::SetTimer { timer, .. } => assert!(timers.insert(*timer), "timers are never reused"),
                Command::CancelTimer { timer } => assert!(timers.contains(timer)),
                _ => {}
            }
        }
        state = store.keep(after);
        all.push(commands);
    }
    (state, all)
}

proptest! {
    #[test]
    fn any_events_in_any_order(
        definition in 0..DEFINITIONS.len(),
        events in proptest::collection::vec((any::<u8>(), 1_u64..12, 1_u32..4), 0..60),
    ) {
        let program = program(DEFINITIONS[definition]);
        let first = play(&program, &events);
        prop_assert_eq!(first, play(&program, &events), "the same events give the same commands");
    }
}
