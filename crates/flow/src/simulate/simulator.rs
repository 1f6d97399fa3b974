//! The shell of a simulated run: a clock that jumps, a queue of what is to come, and an answer for everything that the
//! engine asks for. It performs nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::bus::{Bus, Subscription};
use super::estimate::{self, Source, Waited};
use super::journal::Journal;
use super::remarks::{self, Found};
use super::scenario::{ByHand, Happens, Scenario};
use super::simulation::{Limit, Outcome, Simulation, SpanKind, Target};
use super::{answers, people};
use crate::engine::errors::Standard;
use crate::engine::{
    Approval, Call, Command, Decision, Event, JobRecord, Start, State, TaskId, TaskRecord, TaskStatus,
    TimerId, Timestamp, Waiting, WorkflowError, may_match, step,
};
use crate::program::{Action, milliseconds};
use crate::{Document, Pointer, Problem, Program};

/// So many events are made up for one listener.
const MOST_INVENTED: usize = 20;
/// So often what the state keeps for a database is let go.
const KEPT_EVENTS: u32 = 256;

/// A simulated run that can be taken further bit by bit, so that a page stays awake meanwhile.
#[derive(Debug)]
pub struct Simulator {
    program: Program,
    scenario: Scenario,
    state: State,
    now: Timestamp,
    /// When the last event that changed something happened.
    last: Timestamp,
    queue: BTreeMap<Key, Due>,
    scheduled: u64,
    timers: BTreeMap<TimerId, Key>,
    calls: BTreeMap<(TaskId, u32), Key>,
    gates: BTreeSet<(TaskId, u32)>,
    /// Who listens, and how many events were made up for it.
    listening: BTreeMap<(TaskId, u32), usize>,
    helped: BTreeSet<TaskId>,
    /// Types of events that the definition emits itself.
    emitted: BTreeSet<String>,
    bus: Bus,
    journal: Journal,
    found: Found,
    job: Option<JobRecord>,
    events: u32,
    given_up: Option<Limit>,
}

/// When, and of what is due at one time which comes first: what was scheduled first.
type Key = (Timestamp, u64);

#[derive(Debug)]
enum Due {
    Submit(Box<Event>),
    Publish(Value),
    Invent { task: TaskId, attempt: u32 },
    Help { task: TaskId, attempt: u32, by_hand: ByHand },
}

impl Simulator {
    /// Starts a simulated run.
    ///
    /// # Errors
    /// What keeps the definition from running, as [`Program::compile`] has it.
    pub fn new(document: &Document, scenario: Scenario) -> Result<Self, Vec<Problem>> {
        let program = Program::compile(document)?;
        let mut found = Found::default();
        let input = match &scenario.input {
            Some(input) => input.clone(),
            None => {
                let (input, invented) = answers::input(document.input_schema());
                found.input = invented;
                input
            }
        };
        let secrets = scenario.secrets.clone().unwrap_or_else(|| answers::secrets(&program.definition));
        let start = scenario.start;
        let emitted = emitted_types(&program);
        let mut simulator = Self {
            state: State::new(),
            now: start,
            last: start,
            queue: BTreeMap::new(),
            scheduled: 0,
            timers: BTreeMap::new(),
            calls: BTreeMap::new(),
            gates: BTreeSet::new(),
            listening: BTreeMap::new(),
            helped: BTreeSet::new(),
            emitted,
            bus: Bus::default(),
            journal: Journal::new(start),
            found,
            job: None,
            events: 0,
            given_up: None,
            program,
            scenario,
        };
        for planned in simulator.scenario.events.clone() {
            simulator.schedule(planned.after.max(0), Due::Publish(planned.event));
        }
        let runtime = json!({
            "name": "mas-hub",
            "version": env!("CARGO_PKG_VERSION"),
            "metadata": {"address": "https://hub.example"},
        });
        let start = Start { job: "simulated".to_owned(), input, runtime, secrets, ..Start::default() };
        simulator.submit(Event::Started { at: simulator.now, start });
        Ok(simulator)
    }

    /// The definition, ready to run.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Takes the run further by so many happenings at most; true once there are no more.
    pub fn advance(&mut self, happenings: u32) -> bool {
        (0..happenings).any(|_| !self.happen())
    }

    /// What the run came to, or how it stands.
    pub fn finish(self) -> Simulation {
        let total = self.journal.since_start(self.ended_at());
        let outcome = self.outcome();
        let limit = estimate::target(&self.program).and_then(milliseconds);
        let is_completed = outcome == Outcome::Completed;
        let target = limit.map(|limit| Target { limit, is_met: is_completed && total <= limit });
        let Self { journal, program, scenario, found, job, .. } = self;
        let mut simulation = Simulation {
            outcome,
            total,
            target,
            assumed: 0,
            shares: BTreeMap::new(),
            steps: journal.finish(),
            critical: Vec::new(),
            not_reached: job.map(|job| job.paths_not_taken).unwrap_or_default(),
            remarks: Vec::new(),
        };
        if !is_completed {
            let reached: BTreeSet<&Pointer> = simulation.steps.iter().map(|step| &step.pointer).collect();
            let flow = Pointer::root().child("do");
            let left =
                program.pointers().filter(|pointer| pointer.is_within(&flow) && !reached.contains(pointer));
            simulation.not_reached = left.cloned().collect();
        }
        simulation.weigh();
        simulation.remarks = remarks::of(&program, &scenario, &found, &simulation);
        simulation
    }

    fn ended_at(&self) -> Timestamp {
        let completed = self.job.as_ref().filter(|job| job.status == TaskStatus::Completed);
        completed.and_then(|job| job.ended_at).unwrap_or(self.last)
    }

    fn outcome(&self) -> Outcome {
        if let Some(limit) = self.given_up {
            return Outcome::Unending { limit };
        }
        let pointers = |tasks: &mut dyn Iterator<Item = TaskId>| -> Vec<Pointer> {
            tasks.filter_map(|task| Some(self.journal.step_of(task)?.pointer.clone())).collect()
        };
        match self.job.as_ref().map(|job| job.status) {
            Some(TaskStatus::Completed) => Outcome::Completed,
            status => {
                let at_fault = pointers(&mut self.state.at_fault());
                if !at_fault.is_empty() || status == Some(TaskStatus::Faulted) {
                    let first = self.state.at_fault().next().and_then(|task| self.journal.step_of(task));
                    let error = first.and_then(|step| step.error.clone());
                    let error = error.or_else(|| self.job.as_ref().and_then(|job| job.error.clone()));
                    return Outcome::Faulted { tasks: at_fault, error };
                }
                let open = self.journal.steps.iter().filter(|step| {
                    step.to.is_none() && step.spans.last().is_some_and(|span| span.to.is_none())
                });
                Outcome::Waiting { tasks: open.map(|step| step.pointer.clone()).collect() }
            }
        }
    }

    /// The next happening; false where there is none.
    fn happen(&mut self) -> bool {
        if self.given_up.is_some() || self.state.is_ended() {
            return false;
        }
        let Some(((at, _), due)) = self.queue.pop_first() else { return false };
        let limits = self.scenario.limits;
        self.given_up = if self.journal.since_start(at) > limits.time {
            Some(Limit::Time)
        } else if self.events >= limits.events {
            Some(Limit::Events)
        } else if self.journal.steps.len() >= limits.steps {
            Some(Limit::Steps)
        } else {
            None
        };
        if self.given_up.is_some() {
            return false;
        }
        self.now = at;
        match due {
            Due::Submit(event) => self.submit(*event),
            Due::Publish(event) => {
                self.bus.publish(at, event);
                self.deliver();
            }
            Due::Invent { task, attempt } => self.invent(task, attempt),
            Due::Help { task, attempt, by_hand } => self.help(task, attempt, by_hand),
        }
        true
    }

    fn schedule(&mut self, after: i64, due: Due) -> Key {
        self.schedule_at(Timestamp(self.now.0.saturating_add(after)), due)
    }

    fn schedule_at(&mut self, at: Timestamp, due: Due) -> Key {
        // What is due is due now at the earliest: time does not run back.
        let key = (at.max(self.now), self.scheduled);
        self.scheduled += 1;
        self.queue.insert(key, due);
        key
    }

    fn submit(&mut self, event: Event) {
        match &event {
            Event::CallCompleted { task, attempt, .. } | Event::CallFaulted { task, attempt, .. } => {
                self.calls.remove(&(*task, *attempt));
            }
            Event::TimerFired { timer, .. } => {
                self.timers.remove(timer);
            }
            _ => {}
        }
        self.events += 1;
        let (mut state, commands) = step(&self.program, std::mem::take(&mut self.state), event);
        if self.events.is_multiple_of(KEPT_EVENTS) {
            // There is no database: what is to be written there is let go, so that it does not pile up.
            drop(state.take_changes());
        }
        self.state = state;
        if !commands.is_empty() {
            self.last = self.now;
        }
        // Whoever asks for an event is recorded as waiting after that.
        let (asking, others): (Vec<_>, Vec<_>) =
            commands.into_iter().partition(|command| matches!(command, Command::Subscribe { .. }));
        for command in others.into_iter().chain(asking) {
            self.perform(command);
        }
        self.deliver();
        self.look_at_faults();
    }

    fn perform(&mut self, command: Command) {
        let at = self.now;
        match command {
            Command::Call { task, attempt, pointer, call } => self.call(task, attempt, &pointer, &call),
            Command::AbortCall { task, attempt } => {
                self.journal.close(at, task);
                if let Some(key) = self.calls.remove(&(task, attempt)) {
                    self.queue.remove(&key);
                }
            }
            Command::SetTimer { timer, at: due } => {
                let due = due.max(at);
                let key = self.schedule_at(due, Due::Submit(Box::new(Event::TimerFired { at: due, timer })));
                self.timers.insert(timer, key);
            }
            Command::CancelTimer { timer } => {
                if let Some(key) = self.timers.remove(&timer) {
                    self.queue.remove(&key);
                }
            }
            Command::Subscribe { task, attempt, after, since, filters, .. } => {
                self.listen(task, Subscription { attempt, after, since, filters });
            }
            Command::Unsubscribe { task, .. } => {
                self.bus.unsubscribe(task);
            }
            Command::Consume { task, sequences, next } => self.bus.consume(task, &sequences, next),
            Command::RecordTask { task } => {
                self.journal.record(at, &task);
                if let Some(Waiting::Approval(approval)) = &task.waiting {
                    self.decide(&task, approval);
                }
            }
            Command::RecordJob { job } => self.job = Some(job),
            Command::Log { .. } => {}
        }
    }

    /// What the scenario says of an attempt.
    fn said<T>(
        &self,
        task: TaskId,
        pointer: &Pointer,
        attempt: u32,
        read: impl Fn(&super::Rule) -> Option<T>,
    ) -> Option<T> {
        self.scenario.said(pointer, self.iteration(task), attempt, read)
    }

    fn iteration(&self, task: TaskId) -> Option<u64> {
        self.journal.step_of(task)?.iteration
    }

    fn takes(
        &self,
        task: TaskId,
        pointer: &Pointer,
        attempt: u32,
        waited: Waited<'_>,
    ) -> (i64, Option<Source>) {
        let instance = (self.iteration(task), attempt);
        estimate::duration(&self.program, &self.scenario, pointer, instance, waited)
    }

    fn call(&mut self, task: TaskId, attempt: u32, pointer: &Pointer, call: &Call) {
        let (takes, source) = self.takes(task, pointer, attempt, Waited::Call(call));
        self.journal.open(self.now, task, SpanKind::Work, source);
        if matches!(call, Call::Workflow { awaited: true, .. }) {
            self.found.workflows.insert(pointer.clone());
        }
        let at = Timestamp(self.now.0.saturating_add(takes));
        let happens = self.said(task, pointer, attempt, |rule| rule.happens.clone());
        let event = match happens.unwrap_or(Happens::Completes) {
            Happens::Silence => return,
            Happens::Faults(error) => Event::CallFaulted { at, task, attempt, error },
            Happens::Rejected => {
                let error = Standard::Authorization.at(pointer, "Rejected", "the simulation rejects it");
                Event::CallFaulted { at, task, attempt, error }
            }
            Happens::Completes => {
                if let Call::Emit { event, .. } = call {
                    self.schedule_at(at, Due::Publish(event.clone()));
                }
                let output = self.output(task, attempt, pointer, call);
                Event::CallCompleted { at, task, attempt, output }
            }
        };
        let key = self.schedule_at(at, Due::Submit(Box::new(event)));
        self.calls.insert((task, attempt), key);
    }

    fn output(&mut self, task: TaskId, attempt: u32, pointer: &Pointer, call: &Call) -> Value {
        let said = self.said(task, pointer, attempt, |rule| rule.output.clone());
        if let Some(output) = said.or_else(|| self.sample(pointer)) {
            return output;
        }
        if !answers::is_known(call) && !self.found.unknown.contains(pointer) {
            self.found.unknown.push(pointer.clone());
        }
        answers::output(call)
    }

    fn sample(&self, pointer: &Pointer) -> Option<Value> {
        estimate::metadata(&self.program, pointer, super::SAMPLE).cloned()
    }

    /// People decide at a gate that has just opened.
    fn decide(&mut self, record: &TaskRecord, approval: &Approval) {
        let (task, attempt) = (record.task, record.attempt);
        if !self.gates.insert((task, attempt)) {
            return;
        }
        let happens = self.said(task, &record.pointer, attempt, |rule| rule.happens.clone());
        let decision = match happens.unwrap_or(Happens::Completes) {
            Happens::Completes => Decision::Approve,
            Happens::Rejected | Happens::Faults(_) => Decision::Reject,
            Happens::Silence => return,
        };
        let (takes, source) = self.takes(task, &record.pointer, attempt, Waited::Person);
        self.journal.explain(task, source);
        let at = Timestamp(self.now.0.saturating_add(takes));
        for (by, roles) in people::who_decides(approval) {
            let comment = String::new();
            let event = Event::Decided { at, task, decision, by, roles, comment };
            self.schedule_at(at, Due::Submit(Box::new(event)));
        }
    }

    fn listen(&mut self, task: TaskId, subscription: Subscription) {
        let attempt = subscription.attempt;
        let Some(pointer) = self.journal.step_of(task).map(|step| step.pointer.clone()) else { return };
        let comes = self.is_to_come(&subscription);
        self.bus.subscribe(task, subscription);
        let is_silent = matches!(
            self.said(task, &pointer, attempt, |rule| rule.happens.clone()),
            Some(Happens::Silence | Happens::Rejected | Happens::Faults(_))
        );
        if is_silent || comes {
            return;
        }
        match self.listening.get(&(task, attempt)).copied() {
            None => {
                let (takes, source) = self.takes(task, &pointer, attempt, Waited::Event);
                self.journal.explain(task, source);
                self.listening.insert((task, attempt), 0);
                self.schedule(takes, Due::Invent { task, attempt });
            }
            // The first is late; those after it come with it.
            Some(1..MOST_INVENTED) => {
                self.schedule(0, Due::Invent { task, attempt });
            }
            Some(_) => {}
        }
    }

    /// Whether an event that may be meant is announced: by the scenario, or because the run emits it itself.
    fn is_to_come(&self, asked: &Subscription) -> bool {
        let is_planned = |event: &Value| asked.filters.iter().any(|filter| may_match(filter, event));
        let is_emitted = asked
            .filters
            .iter()
            .filter_map(|filter| filter.get("type")?.as_str())
            .any(|kind| self.emitted.contains(kind));
        is_emitted || self.queue.values().any(|due| matches!(due, Due::Publish(event) if is_planned(event)))
    }

    fn invent(&mut self, task: TaskId, attempt: u32) {
        let Some(pointer) = self.journal.step_of(task).map(|step| step.pointer.clone()) else { return };
        let Some(asked) = self.bus.unsubscribe(task) else { return };
        if asked.attempt != attempt {
            return self.bus.subscribe(task, asked);
        }
        let turn = self.listening.entry((task, attempt)).or_default();
        let turn = std::mem::replace(turn, *turn + 1);
        let said = self.said(task, &pointer, attempt, |rule| rule.output.clone());
        let data = said.or_else(|| self.sample(&pointer)).unwrap_or_else(|| json!({}));
        let (sequence, event) = self.bus.invent(self.now, &asked, turn, data);
        self.found.invented.insert(pointer);
        self.submit(Event::Delivered { at: self.now, task, attempt, sequence, event });
    }

    /// Hands out what came to those who asked for it.
    fn deliver(&mut self) {
        while let Some((task, attempt, sequence, event)) = self.bus.next() {
            let at = self.now;
            self.schedule(0, Due::Submit(Box::new(Event::Delivered { at, task, attempt, sequence, event })));
        }
    }

    /// Somebody sees to what is at fault, where the scenario says so.
    fn look_at_faults(&mut self) {
        let at_fault: Vec<TaskId> =
            self.state.at_fault().filter(|task| !self.helped.contains(task)).collect();
        for task in at_fault {
            let Some(step) = self.journal.step_of(task) else { continue };
            let (pointer, attempt) = (step.pointer.clone(), step.attempt);
            let Some(by_hand) = self.said(task, &pointer, attempt, |rule| rule.by_hand) else { continue };
            self.helped.insert(task);
            let (ByHand::Retry { after } | ByHand::Skip { after }) = by_hand;
            self.journal.open(self.now, task, SpanKind::People, Some(Source::Said));
            self.schedule(after.max(0), Due::Help { task, attempt, by_hand });
        }
    }

    fn help(&mut self, task: TaskId, attempt: u32, by_hand: ByHand) {
        let is_at_fault = |simulator: &Self| {
            let step = simulator.journal.step_of(task);
            simulator.state.at_fault().any(|other| other == task)
                && step.is_some_and(|step| step.attempt == attempt)
        };
        if !is_at_fault(self) {
            return;
        }
        let (at, by, reason) = (self.now, people::OPERATOR.to_owned(), String::new());
        // Also where it is refused, the time until then has gone by.
        self.last = at;
        match by_hand {
            ByHand::Retry { .. } => {
                self.journal.close(at, task);
                self.submit(Event::RetryRequested { at, tasks: vec![task], by, reason });
            }
            ByHand::Skip { .. } => {
                self.submit(Event::SkipRequested { at, task, by, roles: people::roles(), reason });
                if is_at_fault(self) {
                    self.journal.close(at, task);
                    let pointer = self.journal.step_of(task).map(|step| step.pointer.clone());
                    self.found.not_skipped.extend(pointer);
                }
            }
        }
    }
}

fn emitted_types(program: &Program) -> BTreeSet<String> {
    let emits = program.nodes.iter().filter(|node| matches!(node.action, Action::Emit(_)));
    let kind = |pointer: &Pointer| {
        let task = pointer.get(&program.definition)?;
        Some(task.pointer("/emit/event/with/type")?.as_str()?.to_owned())
    };
    emits.filter_map(|node| kind(&node.pointer)).collect()
}

/// An error of a standard type, as a call that fails brings it.
pub(super) fn injected(standard: Standard) -> WorkflowError {
    WorkflowError {
        kind: standard.uri(),
        status: standard.status(),
        title: Some("Simulated fault".to_owned()),
        detail: Some("the simulation lets this call fail".to_owned()),
        instance: None,
    }
}
