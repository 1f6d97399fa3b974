//! A hub in miniature: what it knows is either durable (the parts of the state, the outbox, the timers, the projections) or
//! lost in a crash (which calls are under way). What happens next is decided by an [`Order`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::engine::{
    Call, Command, Decision, Event, JobRecord, Start, State, TaskId, TaskRecord, TaskStatus, TimerId,
    Timestamp, Waiting, WorkflowError, step,
};
use flow::{Document, Program};
use programs::{Answer, Asked, Person, Reply, definition};
use serde_json::{Value, json};

use crate::bus::{Bus, Subscription};

/// No program takes more events; one that does goes on for ever.
const MOST_EVENTS: usize = 20_000;

/// Task and attempt.
pub(crate) type Key = (TaskId, u32);

/// What a person did, and to which task.
pub(crate) type Act = (String, Option<TaskId>);

pub(crate) struct Shell<'p> {
    program: &'p Program,
    person: Person,
    /// What a crash leaves.
    pub(crate) durable: Durable,
    /// The state, where it was not lost.
    memory: Option<State>,
    /// The calls under way, with the time at which each was begun; lost in a crash.
    pub(crate) under_way: BTreeMap<Key, i64>,
    pub(crate) now: i64,
    /// Everything that was ever committed, with its time.
    pub(crate) trace: Vec<(i64, Command)>,
    /// Events that are part of the run: none of them may count again.
    handled: Vec<Event>,
    /// The attempts that the world was asked for, each once, however often it was asked.
    pub(crate) asked: Vec<(Key, Asked)>,
    pub(crate) acts: Vec<Act>,
}

#[derive(Default)]
pub(crate) struct Durable {
    parts: BTreeMap<String, String>,
    pub(crate) calls: BTreeMap<Key, Asked>,
    /// The calls among them that publish an event.
    emits: BTreeMap<Key, Value>,
    pub(crate) bus: Bus,
    pub(crate) timers: BTreeMap<TimerId, i64>,
    pub(crate) tasks: BTreeMap<TaskId, TaskRecord>,
    pub(crate) job: Option<JobRecord>,
    retried: usize,
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Next {
    Answer(Key),
    Fire(TimerId),
    /// The bus has an event for a task that listens.
    Deliver(TaskId),
    Decide(TaskId),
    /// A person retries or skips what is at fault.
    Help,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Submitted {
    Applied,
    Ignored,
    /// The power went before it was committed.
    Lost,
}

/// Decides what happens next, and when there is a crash.
pub(crate) trait Order {
    /// None ends the run. May turn the clock forward.
    fn next(&mut self, shell: &mut Shell) -> Option<Next>;
    /// Whether the event is lost with the power: nothing of it is committed.
    fn crashes_before_commit(&mut self) -> bool;
    /// Whether the power goes after the commit; if so, for how many milliseconds.
    fn crashes_after_commit(&mut self) -> Option<i64>;
    /// Whether what was lost comes again at once; otherwise it comes when its time comes again.
    fn insists(&self) -> bool;
    /// Whether, at this boundary, what is stored is compared with what is in memory, and events that were handled already
    /// are delivered again.
    fn looks_closely(&mut self) -> bool;
}

/// A random program, ready to run.
pub(crate) fn compile(random: &programs::Program) -> Program {
    let calls = |asked: Value| json!({"call": "random:1.0.0@default", "with": asked});
    let document = Document::from_value(definition(random, &calls));
    let problems = flow::validate(&document, &flow::Catalog::default()).into_iter();
    let errors: Vec<_> = problems.filter(|problem| problem.severity == flow::Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{}", document.to_json());
    Program::compile(&document).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

impl<'p> Shell<'p> {
    pub(crate) fn new(program: &'p Program, random: &programs::Program) -> Self {
        Self {
            program,
            person: Person { patience: usize::from(random.patience) },
            durable: Durable::default(),
            memory: Some(State::new()),
            under_way: BTreeMap::new(),
            now: 1_000_000,
            trace: Vec::new(),
            handled: Vec::new(),
            asked: Vec::new(),
            acts: Vec::new(),
        }
    }

    pub(crate) fn run(mut self, order: &mut dyn Order) -> Self {
        let start = Start { job: "job".to_owned(), input: json!({}), ..Start::default() };
        let at = Timestamp(self.now);
        let start = Event::Started { at, start };
        while self.submit(&start, order) == Submitted::Lost {}
        for _ in 0..MOST_EVENTS {
            let Some(next) = order.next(&mut self) else {
                self.check_end();
                return self;
            };
            if let Next::Answer(key) = next
                && let Some(event) = self.durable.emits.get(&key)
            {
                // It is published before its answer is part of the run, which may never be.
                self.durable.bus.publish(key, self.now, event.clone());
            }
            let mut events: VecDeque<_> = self.events(next).into();
            let mut helped = next != Next::Help;
            while let Some((event, act)) = events.pop_front() {
                let mut submitted = self.submit(&event, order);
                if submitted == Submitted::Lost && order.insists() {
                    submitted = self.submit(&event, order);
                }
                match submitted {
                    Submitted::Applied => {
                        helped = true;
                        self.acts.extend(act);
                    }
                    Submitted::Ignored if events.is_empty() && !helped => {
                        // What holds a gate for two people cannot be skipped.
                        helped = true;
                        let (at, by) = (Timestamp(self.now), Person::NAMES[0].to_owned());
                        let stop = Event::StopRequested { at, by, reason: String::new() };
                        events.push_back((stop, Some(("stop".to_owned(), None))));
                    }
                    Submitted::Ignored => {}
                    // Whoever asked for it looks again at how things stand.
                    Submitted::Lost => break,
                }
            }
        }
        let end = self.trace.len().saturating_sub(12);
        panic!("it goes on for ever: {:#?}", &self.trace[end..]);
    }

    /// What may happen now or later, with the earliest time for each.
    pub(crate) fn possible(&self) -> Vec<(i64, Next)> {
        let mut possible = Vec::new();
        for (key, begun) in &self.under_way {
            if let Some(asked) = self.durable.calls.get(key)
                && asked.reply(key.1) != Reply::Never
            {
                let late = i64::try_from(asked.answer.late).unwrap_or_default();
                possible.push((begun + late, Next::Answer(*key)));
            }
        }
        possible.extend(self.durable.timers.iter().map(|(timer, due)| (*due, Next::Fire(*timer))));
        possible.extend(self.durable.bus.ready().map(|task| (self.now, Next::Deliver(task))));
        for (task, record) in &self.durable.tasks {
            if let Some(Waiting::Approval(approval)) = &record.waiting
                && Person::decides(&approval.message).is_some()
            {
                possible.push((approval.since.0 + 2, Next::Decide(*task)));
            }
        }
        let is_faulted = self.durable.job.as_ref().is_some_and(|job| job.status == TaskStatus::Faulted);
        if is_faulted && possible.is_empty() {
            possible.push((self.now + 5, Next::Help));
        }
        possible
    }

    /// The events of what happens, with what is kept of a person's act.
    fn events(&self, next: Next) -> Vec<(Event, Option<Act>)> {
        let at = Timestamp(self.now);
        let by = Person::NAMES[0].to_owned();
        match next {
            Next::Answer((task, attempt)) if self.durable.emits.contains_key(&(task, attempt)) => {
                let output = self.durable.emits[&(task, attempt)].clone();
                vec![(Event::CallCompleted { at, task, attempt, output }, None)]
            }
            Next::Answer((task, attempt)) => {
                let asked = &self.durable.calls[&(task, attempt)];
                let event = match asked.reply(attempt) {
                    Reply::Fault(status) => Event::CallFaulted { at, task, attempt, error: fault(status) },
                    Reply::Answer(answer) => {
                        Event::CallCompleted { at, task, attempt, output: json!({"answer": answer}) }
                    }
                    Reply::Never => panic!("nobody answers it"),
                };
                vec![(event, None)]
            }
            Next::Fire(timer) => {
                assert!(self.durable.timers[&timer] <= self.now, "no timer is early");
                vec![(Event::TimerFired { at, timer }, None)]
            }
            Next::Deliver(task) => {
                let event = self.durable.bus.event_for(task, at).expect("there is one");
                vec![(event, None)]
            }
            Next::Decide(task) => {
                let Some(Waiting::Approval(approval)) = &self.durable.tasks[&task].waiting else {
                    panic!("it waits for nobody")
                };
                let (decision, word) = match Person::decides(&approval.message) {
                    Some(true) => (Decision::Approve, "approve"),
                    _ => (Decision::Reject, "reject"),
                };
                let given = |name: &&&str| approval.given.iter().all(|given| given.by != ***name);
                let by = Person::NAMES.iter().find(given).copied().unwrap_or_default().to_owned();
                let event =
                    Event::Decided { at, task, decision, by, roles: Vec::new(), comment: String::new() };
                vec![(event, Some((word.to_owned(), Some(task))))]
            }
            Next::Help if self.person.retries(self.durable.retried) => {
                let reason = String::new();
                vec![(
                    Event::RetryRequested { at, tasks: Vec::new(), by, reason },
                    Some(("retry".to_owned(), None)),
                )]
            }
            Next::Help => {
                let faulted = self.durable.tasks.values().filter(|task| task.error.is_some());
                let faulted = faulted.filter(|task| task.status == TaskStatus::Faulted);
                let skip = |task: &TaskRecord| {
                    let event = Event::SkipRequested {
                        at,
                        task: task.task,
                        by: by.clone(),
                        roles: Vec::new(),
                        reason: String::new(),
                    };
                    (event, Some(("skip".to_owned(), Some(task.task))))
                };
                faulted.map(skip).collect()
            }
        }
    }

    /// Makes an event part of the run, or loses it.
    fn submit(&mut self, event: &Event, order: &mut dyn Order) -> Submitted {
        let state = self.memory.take().unwrap_or_else(|| self.stored());
        let (mut after, commands) = step(self.program, state, event.clone());
        let changes = after.take_changes().expect("a state is JSON");
        if order.crashes_before_commit() {
            self.crash();
            return Submitted::Lost;
        }
        for name in changes.dropped {
            self.durable.parts.remove(&name).expect("only what is stored is dropped");
        }
        self.durable.parts.extend(changes.put);
        let looks_closely = order.looks_closely();
        if looks_closely {
            assert_eq!(self.stored(), after, "a state survives being stored");
        }
        self.memory = Some(after);
        match event {
            Event::Delivered { task, .. } => self.durable.bus.delivered(*task),
            Event::CallCompleted { task, attempt, .. } | Event::CallFaulted { task, attempt, .. } => {
                self.durable.calls.remove(&(*task, *attempt));
                self.durable.emits.remove(&(*task, *attempt));
                self.under_way.remove(&(*task, *attempt));
            }
            Event::TimerFired { timer, .. } => {
                self.durable.timers.remove(timer);
            }
            Event::RetryRequested { .. } if !commands.is_empty() => self.durable.retried += 1,
            _ => {}
        }
        let applied = !commands.is_empty();
        for command in commands {
            self.perform(&command);
            self.trace.push((self.now, command));
        }
        if applied
            && !matches!(
                event,
                Event::RetryRequested { .. } | Event::SkipRequested { .. } | Event::Decided { .. }
            )
        {
            self.handled.push(event.clone());
        }
        if let Some(downtime) = order.crashes_after_commit() {
            self.now += downtime;
            self.crash();
        }
        if looks_closely {
            self.repeat();
        }
        if applied { Submitted::Applied } else { Submitted::Ignored }
    }

    fn stored(&self) -> State {
        if self.durable.parts.is_empty() {
            // Its start was lost: there is no such job yet.
            return State::new();
        }
        State::from_parts(self.durable.parts.clone()).expect("a state is read again")
    }

    /// What is only in memory is gone; what is in the outbox is begun again.
    fn crash(&mut self) {
        self.memory = None;
        let begun = std::mem::take(&mut self.under_way);
        let now = self.now;
        let again = self.durable.calls.keys();
        self.under_way = again.map(|key| (*key, begun.get(key).copied().unwrap_or(now))).collect();
    }

    /// Whatever was handled comes again, and so does what never was asked for: nothing follows from it.
    fn repeat(&self) {
        let state = self.stored();
        let count = self.handled.len();
        let some = self
            .handled
            .iter()
            .enumerate()
            .filter(|(index, _)| count - index <= 2 || index % 13 == count % 13);
        for (_, event) in some {
            let mut later = event.clone();
            if let Event::CallCompleted { task, attempt, .. } = &mut later {
                let next = (*task, *attempt + 1);
                if !self.durable.calls.contains_key(&next) {
                    *attempt += 1;
                }
            }
            for event in [event.clone(), later] {
                let (after, commands) = step(self.program, state.clone(), event.clone());
                assert!(commands.is_empty(), "{event:?} came again and led to {commands:#?}");
                assert_eq!(after, state, "{event:?} came again");
            }
        }
    }

    fn perform(&mut self, command: &Command) {
        match command {
            Command::Call { task, attempt, call, .. } => {
                let key = (*task, *attempt);
                let with = match call {
                    Call::Function { with, .. } => with,
                    Call::Emit { event, .. } => {
                        self.durable.emits.insert(key, event.clone());
                        &json!({"name": "", "branch": "", "sum": 0, "answer": Answer::prompt()})
                    }
                    other => panic!("another call: {other:?}"),
                };
                let asked: Asked = serde_json::from_value(with.clone()).expect("what a call carries");
                assert!(
                    self.asked.iter().all(|(other, _)| *other != key),
                    "an attempt is asked for twice: {key:?}"
                );
                self.asked.push((key, asked.clone()));
                self.durable.calls.insert(key, asked);
                self.under_way.insert(key, self.now);
            }
            Command::AbortCall { task, attempt } => {
                let key = (*task, *attempt);
                assert!(self.durable.calls.remove(&key).is_some(), "only calls under way are aborted");
                self.durable.emits.remove(&key);
                self.under_way.remove(&key);
            }
            Command::SetTimer { timer, at } => {
                assert!(self.durable.timers.insert(*timer, at.0).is_none(), "timers are never reused");
            }
            Command::CancelTimer { timer } => {
                assert!(self.durable.timers.remove(timer).is_some(), "only set timers are cancelled");
            }
            Command::RecordTask { task } => {
                self.durable.tasks.insert(task.task, (**task).clone());
            }
            Command::RecordJob { job } => self.durable.job = Some(job.clone()),
            Command::Log { .. } => {}
            Command::Subscribe { task, attempt, after, since, filters, .. } => {
                let (attempt, after, since, filters) = (*attempt, *after, since.0, filters.clone());
                self.durable.bus.subscribe(*task, Subscription { attempt, after, since, filters });
            }
            Command::Unsubscribe { task, attempt } => self.durable.bus.unsubscribe(*task, *attempt),
            Command::Consume { task, sequences, next } => self.durable.bus.consume(*task, sequences, *next),
        }
    }

    /// Where nothing can happen any more, nothing is left behind.
    fn check_end(&self) {
        let job = self.durable.job.as_ref().expect("a job");
        if matches!(job.status, TaskStatus::Completed | TaskStatus::Cancelled) {
            assert!(self.stored().is_ended());
            assert!(self.durable.calls.is_empty(), "calls are left: {:?}", self.durable.calls);
            assert!(self.durable.bus.is_idle(), "somebody still listens");
            assert!(self.durable.timers.is_empty(), "timers are left: {:?}", self.durable.timers);
            let open: Vec<_> = self.durable.tasks.values().filter(|task| task.ended_at.is_none()).collect();
            assert!(open.is_empty(), "tasks are left: {open:#?}");
        }
        let tasks: BTreeSet<TaskId> = self.durable.tasks.keys().copied().collect();
        assert!(self.asked.iter().all(|((task, _), _)| tasks.contains(task)), "every call belongs to a task");
    }
}

fn fault(status: u16) -> WorkflowError {
    WorkflowError {
        kind: flow::engine::errors::Standard::Communication.uri(),
        status,
        title: Some("Scripted".to_owned()),
        detail: None,
        instance: None,
    }
}
