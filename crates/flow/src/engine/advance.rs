//! How a task ends well, and what comes after it: `output`, `export`, the flow directive, the end of a list, the end
//! of the job.

use serde_json::Value;

use super::errors::Standard;
use super::run::{Run, is_too_deep};
use super::scope::Place;
use super::state::{Body, Phase, Ready, Shared};
use super::{LogLevel, TaskId, TaskStatus, WorkflowError};
use crate::program::{Action, Node, Then};

impl Run<'_> {
    pub(super) fn call_completed(&mut self, task: TaskId, attempt: u32, output: Value) -> bool {
        if !self.is_calling(task, attempt) {
            return false;
        }
        if is_too_deep(&output) {
            let pointer = self.pointer_of(Some(task));
            self.fault(task, Standard::Runtime.at(&pointer, "Runtime Error", "the output nests too deeply"));
        } else {
            let output = self.output_of_call(task, output);
            self.leave(task, output, None);
        }
        true
    }

    pub(super) fn wait_over(&mut self, task: TaskId) {
        self.pass(task);
    }

    /// Ends a wait, a gate or a pretended call well: what came in goes out.
    pub(super) fn pass(&mut self, task: TaskId) {
        if let Some(frame) = self.state.frames.get(&task) {
            let output = frame.input().clone();
            self.leave(task, output, None);
        }
    }

    /// Ends a task's own work with what it has yielded. `then` overrides its own directive.
    pub(super) fn leave(&mut self, task: TaskId, output: impl Into<Shared>, then: Option<Then>) {
        let extensions = self.state.frames.get(&task).map_or(0, |frame| frame.extensions.len());
        self.leave_within(task, output.into(), then, extensions);
    }

    /// As [`Self::leave`], within so many of the extensions around the task.
    pub(super) fn leave_within(
        &mut self,
        task: TaskId,
        output: Shared,
        then: Option<Then>,
        extensions: usize,
    ) {
        let Some(node) = self.node_of(task) else { return };
        match self.transform(task, node, output) {
            Ok(output) => self.after(task, extensions, output, then.unwrap_or(node.then)),
            Err(error) => self.fault(task, error),
        }
    }

    /// Ends a task for good.
    pub(super) fn complete(&mut self, task: TaskId, output: Shared, then: Then) {
        let Some(node) = self.node_of(task) else { return };
        self.log(Some(task), LogLevel::Info, "completed");
        let parent = self.remove(task, TaskStatus::Completed, output.clone());
        self.advance(parent, node, output, then);
    }

    /// `output.as`, `output.schema`, `export.as`, `export.schema`.
    fn transform(&mut self, task: TaskId, node: &Node, raw: Shared) -> Result<Shared, WorkflowError> {
        let output: Shared = match &node.output_as {
            None => raw.clone(),
            Some(template) => match self.evaluate_at(task, template, &raw, Place::Output { raw: &raw }) {
                Ok(output) => output.into(),
                // A dry run has no answers, so what reads them cannot work; that is no fault of the definition.
                Err(error) if self.is_pretended(node) => {
                    let message =
                        format!("dry run: `output.as` is left out: {}", super::errors::line(&error));
                    self.log(Some(task), LogLevel::Warn, &message);
                    raw.clone()
                }
                Err(error) => return Err(error),
            },
        };
        // What was only pretended has not the shape of an answer.
        if !self.is_pretended(node) {
            self.fits(Some(task), "output", node.output_schema.as_ref(), &output)?;
        }
        if let Some(template) = &node.export_as {
            let place = Place::Export { raw: &raw, output: &output };
            let context = self.evaluate_at(task, template, &output, place).and_then(|context| {
                self.fits(Some(task), "exported context", node.export_schema.as_ref(), &context)?;
                Ok(context)
            });
            match context {
                Ok(context) => self.state.job.context = context.into(),
                Err(error) if self.is_pretended(node) => {
                    let message =
                        format!("dry run: `export.as` is left out: {}", super::errors::line(&error));
                    self.log(Some(task), LogLevel::Warn, &message);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(output)
    }

    fn is_pretended(&self, node: &Node) -> bool {
        self.state.job.dry_run
            && matches!(
                node.action,
                Action::Http(_)
                    | Action::Function { .. }
                    | Action::Emit(_)
                    | Action::Listen(_)
                    | Action::Run(_)
            )
    }

    /// A task that is not run: what came in goes out, untransformed, and the flow goes on to the next.
    pub(super) fn pass_over(&mut self, task: TaskId) {
        let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task)) else { return };
        let output = frame.raw_input.clone();
        let parent = self.remove(task, TaskStatus::Skipped, output.clone());
        self.advance_skipped(parent, node, output, Then::Continue);
    }

    /// As [`Self::advance`], for a task that has done nothing: a branch that was not run has not won.
    pub(super) fn advance_skipped(
        &mut self,
        parent: Option<TaskId>,
        node: &Node,
        output: Shared,
        then: Then,
    ) {
        let race = parent.filter(|task| {
            let action = self.node_of(*task).map(|node| &node.action);
            let is_race = matches!(action, Some(Action::Fork { compete: true, .. }));
            is_race && matches!(self.state.frames.get(task).map(|frame| &frame.body), Some(Body::Fork { .. }))
        });
        match race.filter(|_| then != Then::End) {
            Some(fork) => self.branch_left(fork),
            None => self.advance(parent, node, output, then),
        }
    }

    /// A branch is out of a race; where none is left, nobody has won, and what came in goes out.
    fn branch_left(&mut self, fork: TaskId) {
        let Some(Action::Fork { branches, .. }) = self.node_of(fork).map(|node| &node.action) else { return };
        let expected = self.program.list(*branches).len();
        let Some(frame) = self.frame_mut(fork) else { return };
        let Body::Fork { done, .. } = &mut frame.body else { return };
        *done += 1;
        if *done == expected {
            self.pass(fork);
        }
    }

    /// Follows a flow directive from a task that has left.
    pub(super) fn advance(
        &mut self,
        parent: Option<TaskId>,
        node: &Node,
        output: impl Into<Shared>,
        then: Then,
    ) {
        let output = output.into();
        if then == Then::End {
            return self.end(parent, output);
        }
        if let Some(fork) = parent
            && let Some(Body::Fork { .. }) = self.state.frames.get(&fork).map(|frame| &frame.body)
        {
            return self.branch_done(fork, node.position, output);
        }
        let position = match then {
            Then::Continue => node.position + 1,
            Then::Task(position) => position,
            Then::Exit | Then::End => return self.exit(parent, output),
        };
        match self.program.list(node.list).get(position) {
            Some(&node) => self.state.ready.push_back(Ready::Enter { parent, node, input: output }),
            None => self.close(parent, output),
        }
    }

    /// The list of tasks within a task, or of the workflow, is over.
    pub(super) fn close(&mut self, parent: Option<TaskId>, output: impl Into<Shared>) {
        let output = output.into();
        let Some(task) = parent else { return self.end(None, output) };
        let Some(node) = self.node_of(task) else { return };
        let Some(frame) = self.frame_mut(task) else { return };
        match (&mut frame.body, &node.action) {
            (Body::For { index, .. }, _) => {
                *index += 1;
                self.state.ready.push_back(Ready::Iterate { task, data: output });
            }
            (Body::Catching { .. }, Action::Try { catch, .. }) => self.leave(task, output, catch.then),
            (Body::Handling(_), _) => self.item_done(task, output),
            (Body::Do | Body::Trying(_), _) => self.leave(task, output, None),
            (Body::Extending(_), _) => self.extended(task),
            _ => {}
        }
    }

    fn branch_done(&mut self, fork: TaskId, position: usize, output: Shared) {
        let Some(Action::Fork { branches, compete }) = self.node_of(fork).map(|node| &node.action) else {
            return;
        };
        if *compete {
            self.cancel_within(fork);
            return self.leave(fork, output, None);
        }
        let expected = self.program.list(*branches).len();
        let is_new = self.state.outputs.insert(fork, position, output);
        let Some(Body::Fork { done, .. }) = self.frame_mut(fork).map(|frame| &mut frame.body) else { return };
        *done += usize::from(is_new);
        if *done == expected {
            let outputs = self.state.outputs.take_of(fork).into_iter().map(Shared::into_value).collect();
            self.leave(fork, Value::Array(outputs), None);
        }
    }

    /// The end of the job, at the end of its list or by `then: end`: the tasks around complete, others are cancelled.
    fn end(&mut self, parent: Option<TaskId>, output: Shared) {
        let mut around = parent;
        while let Some(task) = around {
            around = self.remove(task, TaskStatus::Completed, output.clone());
        }
        self.cancel_all();
        self.state.ready.clear();
        self.cancel_all_timers();
        let output = self
            .evaluate_workflow(self.program.output_as.as_ref(), &output, Place::WorkflowOutput)
            .and_then(|output| {
                self.fits(None, "output", self.program.output_schema.as_ref(), &output)?;
                Ok(output)
            });
        match output {
            Ok(output) => {
                self.state.phase = Phase::Ended;
                self.log(None, LogLevel::Info, "completed");
                self.record_job(TaskStatus::Completed, None, output.into_value());
            }
            Err(error) => self.fail(error),
        }
    }
}
