//! How a task begins: its input, its condition, its timeout, and then what its kind does.

use std::borrow::Cow;

use serde_json::Value;

use super::errors::Standard;
use super::run::{Run, short};
use super::scope::Place;
use super::state::{Attempts, Body, Frame, Ready, Shared, Timer};
use super::{Call, Command, LogLevel, TaskId, TaskStatus, Waiting, WorkflowError};
use crate::program::{Action, Case, ErrorTemplate, NodeId, Template, readable};

impl Run<'_> {
    /// A new instance of a task.
    pub(super) fn enter(&mut self, parent: Option<TaskId>, node: NodeId, input: Shared) {
        let program = self.program;
        self.state.reached.insert(node);
        let iteration =
            parent.and_then(|parent| self.state.frames.get(&parent)).and_then(|parent| match &parent.body {
                Body::For { index, .. } => Some(*index as u64),
                Body::Handling(listening) => Some(listening.count as u64),
                _ => parent.iteration,
            });
        let (task, attempt) = self.identity(parent, node, iteration);
        self.state.frames.insert(
            task,
            Frame {
                node,
                parent,
                attempt,
                iteration,
                started_at: self.at,
                raw_input: input,
                input: None,
                body: Body::Idle,
                status: TaskStatus::Pending,
                error: None,
                ended_at: None,
                waiting: None,
                extensions: Vec::new(),
            },
        );
        let is_chosen =
            |name: &String| self.state.job.stages.as_ref().is_none_or(|stages| stages.contains(name));
        if parent.is_none() && !is_chosen(&program.node(node).name) {
            self.log(Some(task), LogLevel::Info, "skipped: not among the chosen stages");
            return self.pass_over(task);
        }
        self.begin(task);
    }

    /// The id of a task that begins; one that a `try` runs again keeps its own.
    fn identity(&mut self, parent: Option<TaskId>, node: NodeId, iteration: Option<u64>) -> (TaskId, u32) {
        let mut around = parent;
        while let Some((outer, frame)) = around.and_then(|task| Some((task, self.state.frames.get(&task)?))) {
            around = frame.parent;
            if let Body::Trying(attempts) = &frame.body {
                let found = attempts.again.iter().position(|again| {
                    again.node == node && again.parent == parent && again.iteration == iteration
                });
                if let Some(found) = found
                    && let Some(Body::Trying(attempts)) = self.frame_mut(outer).map(|frame| &mut frame.body)
                {
                    let again = attempts.again.swap_remove(found);
                    return (again.task, again.attempt.saturating_add(1));
                }
            }
        }
        let task = TaskId(self.state.next_task);
        self.state.next_task += 1;
        (task, 1)
    }

    /// Begins a task that has its frame: for the first time, or again.
    pub(super) fn begin(&mut self, task: TaskId) {
        let at = self.at;
        let Some(frame) = self.frame_mut(task) else { return };
        frame.started_at = at;
        frame.status = TaskStatus::Running;
        frame.error = None;
        frame.ended_at = None;
        frame.waiting = None;
        frame.input = None;
        frame.body = Body::Idle;
        match self.prepare(task) {
            Ok(true) => self.before(task, 0),
            Ok(false) => {
                self.log(Some(task), LogLevel::Info, "skipped: its condition does not hold");
                self.pass_over(task);
            }
            Err(error) => self.fault(task, error),
        }
    }

    /// `if`, `input.schema`, `input.from` and `timeout`, and the extensions that apply. False where the task is not
    /// to run.
    fn prepare(&mut self, task: TaskId) -> Result<bool, WorkflowError> {
        let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task)) else {
            return Ok(false);
        };
        if let Some(condition) = &node.condition {
            let scope = self.scope_at(task, Place::Before, &[]);
            let holds = condition.holds(&frame.raw_input, &scope);
            if !self.as_fault(Some(task), holds)? {
                return Ok(false);
            }
        }
        self.fits(Some(task), "input", node.input_schema.as_ref(), &frame.raw_input)?;
        if let Some(template) = &node.input_from {
            let input = self.evaluate_at(task, template, &frame.raw_input, Place::Before)?;
            if let Some(frame) = self.frame_mut(task) {
                frame.input = Some(input.into());
            }
        }
        self.arm_timeout(task)?;
        self.choose_extensions(task)?;
        Ok(true)
    }

    pub(super) fn arm_timeout(&mut self, task: TaskId) -> Result<(), WorkflowError> {
        if let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task))
            && let Some(timeout) = &node.timeout
        {
            let milliseconds = self.delay(Some(task), timeout, frame.input())?;
            self.set_timer(Timer::Timeout(task), self.later(milliseconds));
        }
        Ok(())
    }

    pub(super) fn act(&mut self, task: TaskId) -> Result<(), WorkflowError> {
        let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task)) else {
            return Ok(());
        };
        match &node.action {
            Action::Set(template) => {
                let output = self.evaluate(task, template, frame.input(), &[])?;
                self.leave(task, output, None);
            }
            Action::Raise(template) => {
                let error = self.raised(task, template, frame.input())?;
                self.fault(task, error);
            }
            Action::Switch(cases) => {
                let (case, output) = (self.choose(task, cases, frame.input())?, frame.input().clone());
                let taken = case.map_or("no case".to_owned(), |case| format!("case `{}`", case.name));
                self.log(Some(task), LogLevel::Info, &format!("took {taken}"));
                self.leave(task, output, case.map(|case| case.then));
            }
            Action::Do(list) => {
                let input = frame.input().clone();
                self.open(task, Body::Do);
                self.sequence(Some(task), *list, input);
            }
            Action::Fork { branches, .. } => {
                let input = frame.input().clone();
                self.open(task, Body::Fork { begun: 0, done: 0 });
                if self.program.list(*branches).is_empty() {
                    self.leave(task, input, None);
                } else {
                    self.state.ready.push_back(Ready::Branch { task });
                }
            }
            Action::For { within, .. } => {
                let items = match self.evaluate(task, within, frame.input(), &[])? {
                    items @ Value::Array(_) => items.into(),
                    Value::Null => Value::Array(Vec::new()).into(),
                    other => {
                        let detail = format!("`for.in` has to yield an array, not {}", short(&other));
                        return Err(Standard::Expression.at(&node.pointer, "Expression Error", detail));
                    }
                };
                let data = frame.input().clone();
                self.open(task, Body::For { items, index: 0 });
                self.state.ready.push_back(Ready::Iterate { task, data });
            }
            Action::Try { .. } => self.first_attempt(task)?,
            Action::Wait(delay) => {
                let milliseconds = self.delay(Some(task), delay, frame.input())?;
                self.wait(task, milliseconds);
            }
            Action::WaitFunction(with) => {
                let with = self.evaluate(task, with, frame.input(), &[])?;
                let seconds = with.get("seconds").and_then(number).filter(|seconds| *seconds >= 0.0);
                let Some(seconds) = seconds else {
                    return Err(Standard::Validation.at(
                        &node.pointer,
                        "Validation Error",
                        "`with.seconds` has to be a number of seconds",
                    ));
                };
                self.wait(task, (seconds * 1000.0).min(1e14) as i64);
            }
            Action::Gate(gate) => {
                let with = self.evaluate(task, &gate.with, frame.input(), &[])?;
                self.gate(task, &with)?;
            }
            Action::Emit(with) => self.emit(task, with)?,
            Action::Listen(listen) => self.listen(task, listen),
            Action::Http(call) => {
                let with = self.http(task, call, frame.input())?;
                self.call(task, Call::Http { with });
            }
            Action::OpenApi(call) => {
                let with = self.openapi(task, call, frame.input())?;
                self.call(task, Call::OpenApi { with });
            }
            Action::Run(run) => {
                let call = self.process(task, run, frame.input())?;
                self.call(task, call);
            }
            Action::Function { function, with } => {
                let with = self.evaluate(task, with, frame.input(), &[])?;
                self.call(task, Call::Function { function: function.clone(), with });
            }
            Action::Invoke { list, with } => {
                let with = self.evaluate(task, with, frame.input(), &[])?;
                self.open(task, Body::Do);
                self.sequence(Some(task), *list, with);
            }
        }
        Ok(())
    }

    /// A task that holds others is under way.
    pub(super) fn open(&mut self, task: TaskId, body: Body) {
        if let Some(frame) = self.frame_mut(task) {
            frame.body = body;
        }
        self.record(task, TaskStatus::Running, Value::Null);
        self.log(Some(task), LogLevel::Info, "started");
    }

    fn first_attempt(&mut self, task: TaskId) -> Result<(), WorkflowError> {
        self.open(task, Body::Trying(Attempts::default()));
        self.attempt(task)
    }

    /// Runs the list of a `try`, with the time that its policy gives one attempt.
    pub(super) fn attempt(&mut self, task: TaskId) -> Result<(), WorkflowError> {
        let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task)) else {
            return Ok(());
        };
        let Action::Try { list, catch } = &node.action else { return Ok(()) };
        let input = frame.input().clone();
        if let Some(limit) = catch.retry.as_ref().and_then(|retry| retry.attempt_limit.as_ref()) {
            let milliseconds = self.delay(Some(task), limit, &input)?;
            self.set_timer(Timer::Attempt(task), self.later(milliseconds));
        }
        self.sequence(Some(task), *list, input);
        Ok(())
    }

    fn wait(&mut self, task: TaskId, milliseconds: i64) {
        if self.state.job.dry_run {
            return self.pretend(task, &format!("would wait for {}", readable(milliseconds)));
        }
        let until = self.later(milliseconds);
        self.suspend(task, Waiting::Time { since: self.at, until });
        self.set_timer(Timer::Wait(task), until);
        self.log(Some(task), LogLevel::Info, &format!("waiting for {}", readable(milliseconds)));
    }

    pub(super) fn suspend(&mut self, task: TaskId, waiting: Waiting) {
        if let Some(frame) = self.frame_mut(task) {
            frame.body = Body::Waiting;
            frame.waiting = Some(waiting);
        }
        self.record(task, TaskStatus::Waiting, Value::Null);
    }

    pub(super) fn call(&mut self, task: TaskId, call: Call) {
        let what = match &call {
            Call::Http { with } => {
                let endpoint = with.get("endpoint").map(|endpoint| endpoint.get("uri").unwrap_or(endpoint));
                let address = endpoint.and_then(Value::as_str).unwrap_or("?");
                let method = with.get("method").and_then(Value::as_str).unwrap_or("get").to_uppercase();
                format!("{method} {}", address.split(['?', '#']).next().unwrap_or(address))
            }
            Call::OpenApi { with } => {
                format!("openapi {}", with.get("operationId").and_then(Value::as_str).unwrap_or("?"))
            }
            Call::Function { function, .. } => function.clone(),
            Call::Emit { event, .. } => format!("emit {}", super::emit::name(event)),
            other => super::process::described(other).unwrap_or_default(),
        };
        // A workflow that is run dry calls nothing either.
        if self.state.job.dry_run && !matches!(call, Call::Workflow { .. }) {
            return self.pretend(task, &format!("would call {what}"));
        }
        let pointer = self.pointer_of(Some(task));
        let Some(frame) = self.frame_mut(task) else { return };
        frame.body = Body::Calling;
        let attempt = frame.attempt;
        self.record(task, TaskStatus::Running, Value::Null);
        self.log(Some(task), LogLevel::Info, &format!("started: {what}"));
        self.commands.push(Command::Call { task, attempt, pointer, call });
    }

    /// A dry run passes by everything that would reach outside.
    pub(super) fn pretend(&mut self, task: TaskId, what: &str) {
        self.log(Some(task), LogLevel::Info, &format!("dry run: {what}"));
        let output = self.state.frames.get(&task).map(|frame| frame.input().clone()).unwrap_or_default();
        self.leave(task, output, None);
    }

    /// The first case that holds; the one without a condition only where no other does.
    fn choose<'c>(
        &self,
        task: TaskId,
        cases: &'c [Case],
        input: &Value,
    ) -> Result<Option<&'c Case>, WorkflowError> {
        for case in cases {
            if let Some(when) = &case.when
                && self.holds(task, when, input, &[])?
            {
                return Ok(Some(case));
            }
        }
        Ok(cases.iter().find(|case| case.when.is_none()))
    }

    fn raised(
        &self,
        task: TaskId,
        template: &ErrorTemplate,
        input: &Value,
    ) -> Result<WorkflowError, WorkflowError> {
        let text = |template: &Template| {
            self.evaluate(task, template, input, &[]).map(|value| match value {
                Value::String(text) => text,
                other => other.to_string(),
            })
        };
        let optional = |template: &Option<Template>| template.as_ref().map(text).transpose();
        Ok(WorkflowError {
            kind: text(&template.kind)?,
            status: template.status,
            title: optional(&template.title)?,
            detail: optional(&template.detail)?,
            instance: Some(match optional(&template.instance)? {
                Some(instance) => instance,
                None => self.pointer_of(Some(task)).to_string(),
            }),
        })
    }

    /// Begins the next branch of a fork; those after it follow in the same place of the queue, so that all branches
    /// begin before any of them goes on.
    pub(super) fn begin_branch(&mut self, task: TaskId, place: u64) {
        let Some(Action::Fork { branches, .. }) = self.node_of(task).map(|node| &node.action) else { return };
        let branches = self.program.list(*branches);
        let Some(frame) = self.frame_mut(task) else { return };
        let input = frame.input().clone();
        let Body::Fork { begun, .. } = &mut frame.body else { return };
        let Some(&node) = branches.get(*begun) else { return };
        *begun += 1;
        if *begun < branches.len() {
            self.state.ready.put(place, Ready::Branch { task });
        }
        self.enter(Some(task), node, input);
    }

    /// Goes on with a loop: the next item, or its end.
    pub(super) fn iterate(&mut self, task: TaskId, data: Shared) {
        let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task)) else { return };
        let (Action::For { each, at, condition, list, .. }, Body::For { items, index }) =
            (&node.action, &frame.body)
        else {
            return;
        };
        let Some(item) = items.get(*index) else { return self.leave(task, data, None) };
        if let Some(condition) = condition {
            let local =
                [(each.as_str(), Cow::Borrowed(item)), (at.as_str(), Cow::Owned(Value::from(*index)))];
            match self.holds(task, condition, &data, &local) {
                Ok(true) => {}
                Ok(false) => return self.leave(task, data, None),
                Err(error) => return self.fault(task, error),
            }
        }
        self.sequence(Some(task), *list, data);
    }
}

/// A number, or a text that is one: forms send texts.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
}
