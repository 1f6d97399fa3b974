//! A shell in miniature: answers calls from a script, fires timers in order, and writes down what it sees.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;

use flow::engine::errors::Standard;
use flow::engine::may_match;
use flow::engine::{
    Call, Command, Decision, Event, Start, State, TaskId, TaskRecord, TaskStatus, TimerId, Timestamp,
    WorkflowError, step,
};
use flow::{Document, Pointer, Program};
use serde_json::{Map, Value, json};

/// What a scripted call answers.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Output(Value),
    Fault(u16, &'static str),
    /// Never answers.
    Silence,
}

pub(crate) struct Shell {
    pub(crate) program: Program,
    pub(crate) state: State,
    pub(crate) store: Store,
    pub(crate) now: i64,
    pub(crate) timers: BTreeMap<TimerId, i64>,
    pub(crate) bus: Bus,
    pub(crate) calls: VecDeque<(TaskId, u32, Pointer, Call)>,
    pub(crate) tasks: BTreeMap<TaskId, TaskRecord>,
    pub(crate) trace: String,
    pub(crate) job: Option<flow::engine::JobRecord>,
    script: BTreeMap<String, VecDeque<Outcome>>,
    shows_logs: bool,
}

/// Keeps a state as a database does: only what an event changes is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    pub(crate) parts: BTreeMap<String, String>,
    /// How many bytes the last event wrote.
    pub(crate) written: usize,
    /// What a hub would give with every event.
    pub(crate) secrets: Value,
}

impl Store {
    /// Stores what has changed, and gives the state as it is read again.
    pub(crate) fn keep(&mut self, mut state: State) -> State {
        let changes = state.take_changes().expect("a state is JSON");
        self.written = changes.put.iter().map(|(name, text)| name.len() + text.len()).sum();
        for name in changes.dropped {
            self.parts.remove(&name).expect("only what is stored is dropped");
        }
        self.parts.extend(changes.put);
        let mut read = State::from_parts(self.parts.clone()).expect("a state is read again");
        for state in [&mut read, &mut state] {
            state.set_secrets(self.secrets.clone());
        }
        assert_eq!(read, state, "a state survives being stored");
        read
    }
}

pub(crate) fn program(yaml: &str) -> Program {
    let head = "document: {dsl: '1.0.3', namespace: test, name: test, version: '1.0.0'}\n";
    let text = if yaml.contains("document:") { yaml.to_owned() } else { format!("{head}{yaml}") };
    let document = Document::from_yaml(&text).expect("YAML");
    Program::compile(&document).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Who listens, and what was published.
#[derive(Default)]
pub(crate) struct Bus {
    /// When each came, in their order; the first has sequence 1.
    pub(crate) events: Vec<(i64, Value)>,
    pub(crate) subscriptions: BTreeMap<TaskId, Subscription>,
    consumed: Vec<(TaskId, u64, TaskId)>,
}

pub(crate) struct Subscription {
    attempt: u32,
    after: u64,
    since: i64,
    filters: Vec<Map<String, Value>>,
}

impl Bus {
    fn publish(&mut self, at: i64, event: Value) -> Value {
        self.events.push((at, event.clone()));
        event
    }

    /// The next event that somebody has asked for, as `Command::Subscribe` says.
    fn next(&mut self) -> Option<(TaskId, u32, u64, Value)> {
        let found = self.subscriptions.iter().find_map(|(task, asked)| {
            let mut events = (1..).zip(&self.events);
            let is_wanted = |(sequence, (at, event)): &(u64, &(i64, Value))| {
                *sequence > asked.after
                    && *at >= asked.since
                    && asked.filters.iter().any(|filter| may_match(filter, event))
                    && !self
                        .consumed
                        .iter()
                        .any(|(by, what, next)| what == sequence && (by == task || next <= task))
            };
            let (sequence, (_, event)) = events.find(is_wanted)?;
            Some((*task, asked.attempt, sequence, event.clone()))
        })?;
        self.subscriptions.remove(&found.0);
        Some(found)
    }
}

impl Shell {
    /// An event comes from outside, of a type and with data.
    pub(crate) fn event(self, kind: &str, data: Value) -> Self {
        self.cloud_event(
            json!({"specversion": "1.0", "id": "1", "source": "test", "type": kind, "data": data}),
        )
    }

    pub(crate) fn cloud_event(mut self, event: Value) -> Self {
        self.bus.publish(self.now, event);
        self
    }

    pub(crate) fn new(yaml: &str) -> Self {
        Self {
            program: program(yaml),
            state: State::new(),
            store: Store::default(),
            now: 0,
            timers: BTreeMap::new(),
            bus: Bus::default(),
            calls: VecDeque::new(),
            tasks: BTreeMap::new(),
            trace: String::new(),
            job: None,
            script: BTreeMap::new(),
            shows_logs: false,
        }
    }

    pub(crate) fn with_logs(mut self) -> Self {
        self.shows_logs = true;
        self
    }

    /// What the calls of a task answer, one after the other; the last goes on answering.
    pub(crate) fn answering(mut self, task: &str, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        self.script.insert(task.to_owned(), outcomes.into_iter().collect());
        self
    }

    pub(crate) fn start(self, input: Value) -> Self {
        self.start_with(Start { job: "job".to_owned(), input, ..Start::default() })
    }

    pub(crate) fn start_with(mut self, start: Start) -> Self {
        self.store.secrets = start.secrets.clone();
        self.submit(Event::Started { at: Timestamp(self.now), start });
        self
    }

    pub(crate) fn submit(&mut self, event: Event) {
        let (state, commands) = step(&self.program, self.state.clone(), event);
        self.state = self.store.keep(state);
        for command in commands {
            self.perform(command);
        }
    }

    fn perform(&mut self, command: Command) {
        match command {
            Command::Call { task, attempt, pointer, call } => {
                self.calls.push_back((task, attempt, pointer, call))
            }
            Command::AbortCall { task, attempt } => {
                self.calls.retain(|(other, of, _, _)| (*other, *of) != (task, attempt));
                let name = &self.tasks[&task].name;
                _ = writeln!(self.trace, "{:>6} abort {name}#{attempt}", self.now);
            }
            Command::SetTimer { timer, at } => {
                assert!(self.timers.insert(timer, at.0).is_none(), "timers are never reused");
            }
            Command::CancelTimer { timer } => {
                self.timers.remove(&timer).expect("only set timers are cancelled");
            }
            Command::Subscribe { task, attempt, after, since, filters, .. } => {
                let asked = Subscription { attempt, after, since: since.0, filters };
                assert!(self.bus.subscriptions.insert(task, asked).is_none(), "one event at a time");
            }
            Command::Unsubscribe { task, attempt } => {
                let asked = self.bus.subscriptions.remove(&task).expect("what was asked for");
                assert_eq!(asked.attempt, attempt);
            }
            Command::Consume { task, sequences, next } => {
                let consumed = sequences.into_iter().map(|sequence| (task, sequence, next));
                self.bus.consumed.extend(consumed);
            }
            Command::RecordTask { task } => {
                let iteration = task.iteration.map(|index| format!("[{index}]")).unwrap_or_default();
                let output = if task.output.is_null() { String::new() } else { format!(" {}", task.output) };
                let error = task.error.as_ref().map(|error| format!(" {}", error.status)).unwrap_or_default();
                _ = writeln!(
                    self.trace,
                    "{:>6} {}{iteration}#{} {:?}{output}{error}",
                    self.now, task.name, task.attempt, task.status
                );
                self.tasks.insert(task.task, *task);
            }
            Command::RecordJob { job } => {
                let error = job.error.as_ref().map(|error| format!(" {}", error.status)).unwrap_or_default();
                let output = if job.output.is_null() { String::new() } else { format!(" {}", job.output) };
                _ = writeln!(self.trace, "{:>6} job {:?}{output}{error}", self.now, job.status);
                self.job = Some(job);
            }
            Command::Log { level, message, .. } if self.shows_logs => {
                _ = writeln!(self.trace, "{:>6}   {level:?}: {message}", self.now);
            }
            Command::Log { .. } => {}
        }
    }

    /// Answers calls and fires timers until nothing is left to do, or `until` is reached.
    pub(crate) fn run_until(mut self, until: i64) -> Self {
        for _ in 0..10_000 {
            if let Some((task, attempt, sequence, event)) = self.bus.next() {
                let at = Timestamp(self.now);
                self.submit(Event::Delivered { at, task, attempt, sequence, event });
                continue;
            }
            let answerable = self.calls.iter().position(|(_, _, pointer, _)| {
                let name = pointer.last().unwrap_or_default();
                !matches!(
                    self.script.get(&name).and_then(|outcomes| outcomes.front()),
                    Some(Outcome::Silence)
                )
            });
            if let Some(index) = answerable {
                let (task, attempt, pointer, call) = self.calls.remove(index).expect("just found");
                self.answer(task, attempt, &pointer, call);
                continue;
            }
            let due =
                self.timers.iter().map(|(timer, at)| (*at, *timer)).min().filter(|(at, _)| *at <= until);
            let Some((at, timer)) = due else { return self };
            self.timers.remove(&timer);
            self.now = self.now.max(at);
            self.submit(Event::TimerFired { at: Timestamp(self.now), timer });
        }
        panic!("it goes on for ever:\n{}", self.trace);
    }

    pub(crate) fn run(self) -> Self {
        self.run_until(i64::MAX)
    }

    fn answer(&mut self, task: TaskId, attempt: u32, pointer: &Pointer, call: Call) {
        let name = pointer.last().unwrap_or_default();
        let outcomes = self.script.get_mut(&name);
        let outcome = match outcomes {
            Some(outcomes) if outcomes.len() > 1 => outcomes.pop_front(),
            Some(outcomes) => outcomes.front().cloned(),
            None => None,
        };
        let at = Timestamp(self.now);
        let answered = match outcome {
            Some(Outcome::Fault(status, title)) => Event::CallFaulted {
                at,
                task,
                attempt,
                error: WorkflowError {
                    kind: Standard::Communication.uri(),
                    status,
                    title: Some(title.to_owned()),
                    detail: None,
                    instance: None,
                },
            },
            Some(Outcome::Output(output)) => Event::CallCompleted { at, task, attempt, output },
            // Without a script a call answers what it was given.
            _ => {
                let output = match call {
                    Call::Http { with } | Call::OpenApi { with } | Call::Function { with, .. } => with,
                    Call::Emit { event, .. } => self.bus.publish(self.now, event),
                    other => serde_json::to_value(other).expect("a call is JSON"),
                };
                Event::CallCompleted { at, task, attempt, output }
            }
        };
        self.submit(answered);
    }

    pub(crate) fn id(&self, name: &str) -> TaskId {
        let found = self.tasks.values().rev().find(|task| task.name == name);
        found.unwrap_or_else(|| panic!("no task {name}:\n{}", self.trace)).task
    }

    pub(crate) fn decide(mut self, gate: &str, decision: Decision) -> Self {
        let (task, at) = (self.id(gate), Timestamp(self.now));
        self.submit(Event::Decided {
            at,
            task,
            decision,
            by: "ann".to_owned(),
            roles: Vec::new(),
            comment: "because".to_owned(),
        });
        self
    }

    /// A decision of somebody with the role `operator`, at a time.
    pub(crate) fn decide_as(mut self, by: &str, at: i64, gate: &str, decision: Decision) -> Self {
        let task = self.id(gate);
        self.now = at;
        self.submit(Event::Decided {
            at: Timestamp(at),
            task,
            decision,
            by: by.to_owned(),
            roles: vec!["operator".to_owned()],
            comment: String::new(),
        });
        self
    }

    pub(crate) fn retry(mut self, names: &[&str]) -> Self {
        let (tasks, at) = (names.iter().map(|name| self.id(name)).collect(), Timestamp(self.now));
        self.submit(Event::RetryRequested { at, tasks, by: "ann".to_owned(), reason: String::new() });
        self
    }

    pub(crate) fn skip(self, name: &str) -> Self {
        self.skip_as("ann", name)
    }

    pub(crate) fn skip_as(mut self, by: &str, name: &str) -> Self {
        let (task, at) = (self.id(name), Timestamp(self.now));
        let (roles, reason) = (vec!["operator".to_owned()], "no time".to_owned());
        self.submit(Event::SkipRequested { at, task, by: by.to_owned(), roles, reason });
        self
    }

    pub(crate) fn stop(mut self) -> Self {
        let reason = "wrong site".to_owned();
        self.submit(Event::StopRequested { at: Timestamp(self.now), by: "ann".to_owned(), reason });
        self
    }

    pub(crate) fn note(mut self, text: &str) -> Self {
        _ = writeln!(self.trace, "-- {text}");
        self
    }

    pub(crate) fn status(&self) -> TaskStatus {
        self.job.as_ref().expect("a job").status
    }

    pub(crate) fn output(&self) -> &Value {
        assert_eq!(self.status(), TaskStatus::Completed, "{}", self.trace);
        &self.job.as_ref().expect("a job").output
    }

    pub(crate) fn not_taken(&self) -> Vec<&str> {
        self.job.as_ref().expect("a job").paths_not_taken.iter().map(Pointer::as_str).collect()
    }
}
