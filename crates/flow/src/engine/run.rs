//! One step: takes the event, does what is ready, and says what the shell has to do.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;

use serde_json::Value;

use super::scope::{Place, Scope};
use super::state::{Body, Frame, Phase, Ready, Shared, State, Timer};
use super::{Command, Event, LogLevel, Start, TaskId, TaskStatus, TimerId, Timestamp, WorkflowError, errors};
use crate::Program;
use crate::expression::{DEEPEST_VALUE, ExpressionError, Memo};
use crate::program::{Delay, Expression, ListId, Node, Schema, Template};

/// How many tasks one event may begin. What is left goes on with the next one, so that a definition that loops
/// without waiting keeps neither the hub nor a person's stop from their turn.
const MOST_BEGINNINGS: usize = 200;

/// How many bytes of values one event may record, roughly. What is left goes on with the next one, so that large values do
/// not add up to a transaction that nobody has the memory for.
const MOST_RECORDED: usize = 4 * 1024 * 1024;

/// Steps of expressions after which an event begins no further task: about a second of work.
const MOST_SPENT: u64 = 2_000_000;

pub(super) struct Run<'p> {
    pub(super) program: &'p Program,
    pub(super) state: State,
    pub(super) commands: Vec<Command>,
    pub(super) at: Timestamp,
    /// The call that this event is the answer to.
    pub(super) answered: Option<(TaskId, u32)>,
    /// Bytes of values in the records so far, roughly.
    pub(super) recorded: usize,
    pub(super) workflow: OnceCell<Shared>,
    pub(super) memo: Memo,
    /// Steps that the expressions of this event have taken.
    pub(super) spent: Cell<u64>,
}

impl<'p> Run<'p> {
    pub(super) fn new(program: &'p Program, state: State, at: Timestamp) -> Self {
        Self {
            program,
            state,
            commands: Vec::new(),
            at,
            answered: None,
            recorded: 0,
            workflow: OnceCell::new(),
            memo: Memo::default(),
            spent: Cell::new(0),
        }
    }

    pub(super) fn take(&mut self, event: Event) {
        match (self.state.phase, event) {
            (Phase::New, Event::Started { start, .. }) => self.start(start),
            (Phase::Live, event) => {
                if let Event::CallCompleted { task, attempt, .. } | Event::CallFaulted { task, attempt, .. } =
                    &event
                {
                    self.answered = Some((*task, *attempt));
                }
                let applies = match event {
                    Event::Started { .. } => false,
                    Event::CallCompleted { task, attempt, output, .. } => {
                        self.call_completed(task, attempt, output)
                    }
                    Event::CallFaulted { task, attempt, error, .. } => {
                        self.call_faulted(task, attempt, error)
                    }
                    Event::TimerFired { timer, .. } => self.timer_fired(timer),
                    Event::Delivered { task, attempt, sequence, event, .. } => {
                        self.delivered(task, attempt, sequence, event)
                    }
                    Event::Decided { task, decision, by, roles, comment, .. } => {
                        self.decided(task, decision, &by, &roles, comment)
                    }
                    Event::RetryRequested { tasks, by, reason, .. } => self.retry(&tasks, &by, &reason),
                    Event::SkipRequested { task, by, roles, reason, .. } => {
                        self.skip(task, &by, &roles, &reason)
                    }
                    Event::StopRequested { by, reason, .. } => self.stop(&by, &reason),
                };
                if applies {
                    self.work();
                }
            }
            (Phase::New | Phase::Ended, _) => {}
        }
    }

    pub(super) fn finish(self) -> (State, Vec<Command>) {
        (self.state, self.commands)
    }

    fn start(&mut self, start: Start) {
        let state = &mut self.state;
        state.digest = Some(self.program.digest.clone());
        state.phase = Phase::Live;
        state.job.id = start.job;
        state.job.by = start.by;
        state.job.stages = start.stages.map(BTreeSet::from_iter);
        state.job.dry_run = start.dry_run;
        state.job.runtime = start.runtime.into();
        // What the host has set stands.
        if state.job.secrets.is_null() {
            state.job.secrets = start.secrets.into();
        }
        state.job.started_at = self.at;
        state.job.hears_from = start.hears_from;
        state.job.input = start.input.into();
        let deep = [&state.job.input, &state.job.runtime, &state.job.secrets]
            .into_iter()
            .any(|value| is_too_deep(value));
        let by = match self.state.job.by.as_str() {
            "" => String::new(),
            by => format!(" by {by}"),
        };
        let line = if start.dry_run {
            format!("dry run started{}: nothing outside is called", remark(&by, &start.reason))
        } else {
            format!("started{}", remark(&by, &start.reason))
        };
        self.log(None, LogLevel::Info, &line);
        if deep {
            // It could be stored but not read again.
            self.state.job.input = Shared::default();
            self.state.job.runtime = Shared::default();
            self.state.job.secrets = Shared::default();
            return self.fail(errors::Standard::Validation.at(
                &crate::Pointer::root(),
                "Validation Error",
                "the input nests too deeply",
            ));
        }
        if let Some(error) = start.refused {
            return self.fail(*error);
        }
        let checked = self.fits(None, "input", self.program.input_schema.as_ref(), &self.state.job.input);
        let template = self.program.input_from.as_ref();
        let input = checked
            .and_then(|()| self.evaluate_workflow(template, &self.state.job.input, Place::WorkflowInput));
        let input = match input {
            Ok(input) => input,
            Err(error) => return self.fail(error),
        };
        // The transformed input is what the context is at first (DSL, Data Flow).
        self.state.job.context = input.clone();
        self.record_job(TaskStatus::Running, None, Value::Null);
        self.arm_workflow_timeout();
        self.sequence(None, self.program.root, input);
        self.work();
    }

    /// Does what is ready, up to a bound, and then says how things stand.
    fn work(&mut self) {
        let mut beginnings = 0;
        while beginnings < MOST_BEGINNINGS && self.recorded < MOST_RECORDED && self.spent.get() < MOST_SPENT {
            let Some((place, ready)) = self.state.ready.pop_front() else { break };
            if ready.owner().is_some_and(|owner| !self.state.frames.contains_key(&owner)) {
                continue;
            }
            beginnings += 1;
            match ready {
                Ready::Enter { parent, node, input } => self.enter(parent, node, input),
                Ready::Begin { task } => self.begin(task),
                Ready::Branch { task } => self.begin_branch(task, place),
                Ready::Iterate { task, data } => self.iterate(task, data),
            }
        }
        self.state.drop_orphans();
        if !self.state.ready.is_empty() && self.state.timers.with(Timer::Continue).is_empty() {
            self.set_timer(Timer::Continue, self.at);
        }
        self.settle();
    }

    fn timer_fired(&mut self, timer: TimerId) -> bool {
        let Some(purpose) = self.state.timers.remove(timer) else { return false };
        match purpose {
            Timer::Wait(task) => self.wait_over(task),
            Timer::Deadline(task) => self.deadline_passed(task),
            Timer::Timeout(task) => self.timed_out(task),
            Timer::Retry(task) => self.try_again(task),
            Timer::Attempt(task) => self.attempt_timed_out(task),
            Timer::Workflow => self.workflow_timed_out(),
            Timer::Continue => {}
        }
        true
    }

    /// Starts a list of tasks within a task, or at the top; an empty one is over at once.
    pub(super) fn sequence(&mut self, parent: Option<TaskId>, list: ListId, input: impl Into<Shared>) {
        let input = input.into();
        match self.program.list(list).first() {
            Some(&node) => self.state.ready.push_back(Ready::Enter { parent, node, input }),
            None => self.close(parent, input),
        }
    }

    pub(super) fn node_of(&self, task: TaskId) -> Option<&'p Node> {
        self.state.frames.get(&task).map(|frame| self.program.node(frame.node))
    }

    pub(super) fn frame_mut(&mut self, task: TaskId) -> Option<&mut Frame> {
        self.state.frames.get_mut(&task)
    }

    pub(super) fn set_timer(&mut self, purpose: Timer, at: Timestamp) {
        let timer = TimerId(self.state.next_timer);
        self.state.next_timer += 1;
        self.state.timers.insert(timer, purpose);
        self.commands.push(Command::SetTimer { timer, at });
    }

    /// Cancels the timer that is set for this purpose.
    pub(super) fn cancel_timer(&mut self, purpose: Timer) {
        let timers = self.state.timers.with(purpose);
        self.cancel_timers(timers);
    }

    /// Cancels all timers of a task.
    pub(super) fn cancel_timers_of(&mut self, task: TaskId) {
        let timers = self.state.timers.of(Some(task));
        self.cancel_timers(timers);
    }

    pub(super) fn cancel_all_timers(&mut self) {
        let timers = self.state.timers.all();
        self.cancel_timers(timers);
    }

    fn cancel_timers(&mut self, timers: Vec<TimerId>) {
        for timer in timers {
            self.state.timers.remove(timer);
            self.commands.push(Command::CancelTimer { timer });
        }
    }

    pub(super) fn later(&self, milliseconds: i64) -> Timestamp {
        Timestamp(self.at.0.saturating_add(milliseconds))
    }

    /// A duration of the definition in milliseconds, as seen by a task or by the workflow.
    pub(super) fn delay(
        &self,
        task: Option<TaskId>,
        delay: &Delay,
        input: &Value,
    ) -> Result<i64, WorkflowError> {
        self.delay_knowing(task, delay, input, &[])
    }

    /// The same with further variables.
    pub(super) fn delay_knowing(
        &self,
        task: Option<TaskId>,
        delay: &Delay,
        input: &Value,
        local: &[(&str, Cow<'_, Value>)],
    ) -> Result<i64, WorkflowError> {
        let pointer = self.pointer_of(task);
        match delay.evaluate(input, &self.scope(task, local)) {
            Ok(Ok(milliseconds)) => Ok(milliseconds),
            Ok(Err(value)) => Err(errors::Standard::Expression.at(
                &pointer,
                "Expression Error",
                format!("{} is no duration", short(&value)),
            )),
            Err(error) => Err(errors::expression(&pointer, &error)),
        }
    }

    pub(super) fn evaluate(
        &self,
        task: TaskId,
        template: &Template,
        input: &Value,
        local: &[(&str, Cow<'_, Value>)],
    ) -> Result<Value, WorkflowError> {
        self.remember(task);
        let result = template.evaluate(input, &self.scope(Some(task), local));
        self.as_fault(Some(task), result.and_then(shallow))
    }

    /// Evaluates what is not the task's definition but stands around it.
    pub(super) fn evaluate_at(
        &self,
        task: TaskId,
        template: &Template,
        input: &Value,
        place: Place<'_>,
    ) -> Result<Value, WorkflowError> {
        let result = template.evaluate(input, &self.scope_at(task, place, &[]));
        self.as_fault(Some(task), result.and_then(shallow))
    }

    pub(super) fn holds(
        &self,
        task: TaskId,
        expression: &Expression,
        input: &Value,
        local: &[(&str, Cow<'_, Value>)],
    ) -> Result<bool, WorkflowError> {
        self.remember(task);
        self.as_fault(Some(task), expression.holds(input, &self.scope(Some(task), local)))
    }

    /// What large values become to expressions is worth remembering: a thousand branches, or iterations, see the same.
    fn remember(&self, task: TaskId) {
        let job = &self.state.job;
        let frame = self.state.frames.get(&task);
        let seen = frame.into_iter().flat_map(|frame| [&frame.raw_input, frame.input()]);
        for value in seen.chain([&job.input, &job.context, &job.runtime]).filter(|value| value.is_large()) {
            self.memo.remember(value);
        }
    }

    pub(super) fn evaluate_workflow(
        &self,
        template: Option<&Template>,
        input: &Shared,
        place: Place<'_>,
    ) -> Result<Shared, WorkflowError> {
        match template {
            None => Ok(input.clone()),
            Some(template) => {
                let scope = Scope { place, ..self.scope(None, &[]) };
                let result = template.evaluate(input, &scope);
                self.as_fault(None, result.and_then(shallow)).map(Shared::from)
            }
        }
    }

    /// Checks a value against a schema (DSL, Data Flow).
    pub(super) fn fits(
        &self,
        task: Option<TaskId>,
        what: &str,
        schema: Option<&Schema>,
        value: &Value,
    ) -> Result<(), WorkflowError> {
        let Some(schema) = schema else { return Ok(()) };
        schema.check(value).map_err(|reason| {
            let detail = format!("the {what} does not fit its schema: {reason}");
            errors::Standard::Validation.at(&self.pointer_of(task), "Validation Error", detail)
        })
    }

    pub(super) fn as_fault<T>(
        &self,
        task: Option<TaskId>,
        result: Result<T, ExpressionError>,
    ) -> Result<T, WorkflowError> {
        result.map_err(|error| errors::expression(&self.pointer_of(task), &error))
    }

    pub(super) fn is_calling(&self, task: TaskId, attempt: u32) -> bool {
        self.state
            .frames
            .get(&task)
            .is_some_and(|frame| frame.attempt == attempt && frame.body == Body::Calling)
    }
}

/// A template puts results of expressions into further levels, so each may be fine and the whole too deep.
fn shallow(value: Value) -> Result<Value, ExpressionError> {
    if is_too_deep(&value) {
        return Err(ExpressionError::OverBudget {
            expression: "…".to_owned(),
            reason: format!("a result that nests more than {DEEPEST_VALUE} deep"),
        });
    }
    Ok(value)
}

pub(super) fn is_too_deep(value: &Value) -> bool {
    fn deeper(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(items) => left == 0 || items.iter().any(|item| deeper(item, left - 1)),
            Value::Object(members) => left == 0 || members.values().any(|value| deeper(value, left - 1)),
            _ => false,
        }
    }
    deeper(value, DEEPEST_VALUE)
}

/// What somebody did, with the reason where one is given.
pub(super) fn remark(what: &str, reason: &str) -> String {
    if reason.is_empty() { what.to_owned() } else { format!("{what}: {reason}") }
}

/// A value in a message.
pub(super) fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
