//! Random programs under random events: a state that is kept in parts and read again after every event goes on exactly as
//! one that never left the memory, and what the engine knows of its tree is what a look at all of it would tell.
//!
//! (The second is asserted by the engine itself after every event, where it is built with debug assertions as here.)

use std::collections::BTreeSet;

use flow::engine::{
    Command, Decision, Event, Start, State, TaskId, TimerId, Timestamp, Waiting, WorkflowError, step,
};
use flow::{Document, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::driver::Store;

/// A task, without its name.
fn task() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        2 => Just(json!({"set": {"n": "${ (.n // 0) + 1 }"}})),
        1 => Just(json!({"set": {"n": 1, "text": "${ [range(300)] | tostring }"}})),
        4 => Just(json!({"call": "f:1.0.0@default"})),
        1 => Just(json!({"call": "f:1.0.0@default", "timeout": {"after": "PT4S"}})),
        1 => Just(json!({"call": "manual-gate:1.0.0@default", "with": {"deadline": "PT9S"}})),
        1 => Just(json!({"wait": "PT2S"})),
        1 => Just(json!({"raise": {"error": {"type": "https://x/y", "status": 404}}})),
        1 => Just(json!({"if": "(.n // 0) % 2 == 0", "set": {"n": 7}, "export": {"as": "."}})),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let list = || vec(inner.clone(), 0..4).prop_map(|tasks| named(tasks, "t"));
        prop_oneof![
            2 => list().prop_map(|list| json!({"do": list})),
            3 => (list(), any::<bool>())
                .prop_map(|(list, compete)| json!({"fork": {"branches": list, "compete": compete}})),
            2 => list().prop_map(|list| json!({"for": {"in": "[range(3)]"}, "do": list})),
            1 => list().prop_map(|list| json!({"for": {"in": "[range(200)]"}, "while": "$index < 3", "do": list})),
            2 => (list(), list()).prop_map(|(list, caught)| json!({"try": list, "catch": {"do": caught}})),
            2 => list().prop_map(|list| json!({
                "try": list,
                "catch": {"retry": {"delay": "PT1S", "limit": {"attempt": {"count": 2, "duration": "PT5S"}}}}
            })),
            1 => list().prop_map(|list| json!({"do": list, "timeout": {"after": "PT6S"}})),
        ]
    })
}

fn named(tasks: Vec<Value>, prefix: &str) -> Value {
    let task = |(index, task)| json!({(format!("{prefix}{index}")): task});
    tasks.into_iter().enumerate().map(task).collect()
}

fn program() -> impl Strategy<Value = Value> {
    (vec(task(), 1..4), proptest::option::of(Just("PT20S"))).prop_map(|(tasks, timeout)| {
        let mut definition = json!({
            "document": {"dsl": "1.0.3", "namespace": "test", "name": "test", "version": "1.0.0"},
            "do": named(tasks, "top")
        });
        if let Some(timeout) = timeout {
            definition["timeout"] = json!({"after": timeout});
        }
        definition
    })
}

/// What is open, as a shell sees it.
#[derive(Default)]
struct Open {
    calls: Vec<(TaskId, u32)>,
    timers: Vec<TimerId>,
    gates: BTreeSet<TaskId>,
    tasks: BTreeSet<TaskId>,
}

impl Open {
    fn see(&mut self, commands: &[Command]) {
        for command in commands {
            match command {
                Command::Call { task, attempt, .. } => self.calls.push((*task, *attempt)),
                Command::AbortCall { task, attempt } => {
                    self.calls.retain(|call| call != &(*task, *attempt));
                }
                Command::SetTimer { timer, .. } => self.timers.push(*timer),
                Command::CancelTimer { timer } => self.timers.retain(|other| other != timer),
                Command::RecordTask { task } => {
                    self.tasks.insert(task.task);
                    if matches!(task.waiting, Some(Waiting::Approval { .. })) {
                        self.gates.insert(task.task);
                    } else {
                        self.gates.remove(&task.task);
                    }
                }
                _ => {}
            }
        }
    }

    /// The next event: mostly one that something waits for.
    fn event(&mut self, kind: u8, pick: usize, at: Timestamp) -> Event {
        let by = "ann".to_owned();
        let any_task = self.tasks.iter().copied().nth(pick % self.tasks.len().max(1)).unwrap_or(TaskId(1));
        match kind % 16 {
            0..=6 if !self.calls.is_empty() => {
                let (task, attempt) = self.calls.remove(pick % self.calls.len());
                match kind % 3 {
                    0 => Event::CallFaulted { at, task, attempt, error: error(pick) },
                    1 => Event::CallCompleted { at, task, attempt, output: json!({"n": pick}) },
                    _ => Event::CallCompleted { at, task, attempt, output: json!(["x".repeat(700), pick]) },
                }
            }
            0..=10 if !self.timers.is_empty() => {
                let timer = self.timers.remove(pick % self.timers.len());
                Event::TimerFired { at, timer }
            }
            11 | 12 if !self.gates.is_empty() => {
                let task = self.gates.iter().copied().nth(pick % self.gates.len()).unwrap_or(any_task);
                let decision = if kind.is_multiple_of(2) { Decision::Approve } else { Decision::Reject };
                Event::Decided { at, task, decision, by, roles: Vec::new(), comment: String::new() }
            }
            13 => Event::SkipRequested { at, task: any_task, by, roles: Vec::new(), reason: String::new() },
            14 => Event::RetryRequested { at, tasks: vec![any_task], by, reason: String::new() },
            15 if pick.is_multiple_of(16) => Event::StopRequested { at, by, reason: String::new() },
            _ => Event::RetryRequested { at, tasks: Vec::new(), by, reason: String::new() },
        }
    }
}

fn error(pick: usize) -> WorkflowError {
    WorkflowError {
        kind: "https://x/y".to_owned(),
        status: if pick.is_multiple_of(2) { 404 } else { 500 },
        title: None,
        detail: None,
        instance: None,
    }
}

/// Every large value that is kept is referred to, and every one that is referred to is kept.
fn check_values(store: &Store) {
    let kept: BTreeSet<&str> = store.parts.keys().filter_map(|name| name.strip_prefix("value/")).collect();
    let others = store.parts.iter().filter(|(name, _)| !name.starts_with("value/"));
    let referred: BTreeSet<&str> = others
        .flat_map(|(_, text)| text.split("{\"ref\":").skip(1))
        .filter_map(|rest| rest.split('}').next())
        .collect();
    assert_eq!(kept, referred);
}

fn play(definition: &Value, events: &[(u8, usize)]) -> State {
    let document = Document::from_value(definition.clone());
    let program = Program::compile(&document).expect("a program of what the engine runs");
    let (mut state, mut open, mut store) = (State::new(), Open::default(), Store::default());
    let mut reread = State::new();
    let input = json!({"n": 1, "long": "y".repeat(600)});
    let mut next = Event::Started {
        at: Timestamp(0),
        start: Start { job: "job".to_owned(), input, ..Start::default() },
    };
    for (index, &(kind, pick)) in events.iter().enumerate() {
        let (after, commands) = step(&program, state, next.clone());
        let (after_reread, commands_reread) = step(&program, reread, next);
        assert_eq!(commands, commands_reread, "what is read again goes on as what never left");
        assert_eq!(after, after_reread);
        let mut never_read = after.clone();
        let _ = never_read.take_changes().expect("a state is JSON");
        reread = store.keep(after_reread);
        state = if kind.is_multiple_of(2) { after } else { never_read };
        check_values(&store);
        open.see(&commands);
        if state.is_ended() {
            let left: Vec<&str> = store.parts.keys().map(String::as_str).collect();
            assert_eq!(left, ["context", "head", "start"], "a job that is over keeps nothing");
            break;
        }
        next = open.event(kind, pick, Timestamp(index as i64 * 700));
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_in_parts_goes_on_as_what_never_left_the_memory(
        definition in program(),
        events in vec((any::<u8>(), any::<usize>()), 1..60),
    ) {
        play(&definition, &events);
    }
}
