//! Extensions around a task (DSL reference, Extension): the tasks before it, and the tasks after it.
//!
//! The first extension of the list is the outermost: its `before` runs first, its `after` last. What their tasks
//! yield does not become the task's input or output. `then: exit` of a task of `before` leaves the extended task
//! with what that task yielded as the raw output: it is not run, and neither are the `after`s of that extension and
//! of those within it.

use serde_json::Value;

use super::run::Run;
use super::scope::Place;
use super::state::{Body, Extending, Shared, Timer};
use super::{LogLevel, TaskId, TaskStatus, WorkflowError};
use crate::program::{Extension, Then};

impl<'p> Run<'p> {
    /// Evaluates `when` once, so that an extension applies both before and after a task or not at all.
    pub(super) fn choose_extensions(&mut self, task: TaskId) -> Result<(), WorkflowError> {
        let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task)) else {
            return Ok(());
        };
        let mut chosen = Vec::new();
        for &index in &node.extensions {
            let Some(extension) = self.program.extensions.get(usize::from(index)) else { continue };
            let holds = match &extension.when {
                None => true,
                Some(when) => {
                    let scope = self.scope_at(task, Place::Extension, &[]);
                    self.as_fault(Some(task), when.holds(frame.input(), &scope))?
                }
            };
            if holds {
                chosen.push(index);
            }
        }
        if let Some(frame) = self.frame_mut(task) {
            frame.extensions = chosen;
        }
        Ok(())
    }

    /// Runs the tasks before, from the extension `at` on, and then the task itself.
    pub(super) fn before(&mut self, task: TaskId, at: usize) {
        for at in at.. {
            let Some(extension) = self.extension(task, at) else { break };
            let Some(list) = extension.before else { continue };
            self.record_extension(task, extension, Extending::Before { at });
            let input = self.state.frames.get(&task).map(|frame| frame.input().clone()).unwrap_or_default();
            return self.sequence(Some(task), list, input);
        }
        if let Some(frame) = self.frame_mut(task) {
            frame.body = Body::Idle;
        }
        if let Err(error) = self.act(task) {
            self.fault(task, error);
        }
    }

    /// Runs the tasks after, of the extensions before `until`, the innermost first, and then ends the task.
    pub(super) fn after(&mut self, task: TaskId, until: usize, output: Shared, then: Then) {
        for at in (0..until).rev() {
            let Some(extension) = self.extension(task, at) else { continue };
            let Some(list) = extension.after else { continue };
            // Of what the task has waited for, only the time that it may take in all goes on.
            self.cancel_timer(Timer::Wait(task));
            self.cancel_timer(Timer::Deadline(task));
            self.cancel_timer(Timer::Attempt(task));
            self.record_extension(task, extension, Extending::After { at, output: output.clone(), then });
            return self.sequence(Some(task), list, output);
        }
        self.complete(task, output, then);
    }

    /// The tasks of an extension are over.
    pub(super) fn extended(&mut self, task: TaskId) {
        let Some(frame) = self.frame_mut(task) else { return };
        let Body::Extending(extending) = std::mem::replace(&mut frame.body, Body::Idle) else { return };
        match extending {
            Extending::Before { at } => self.before(task, at + 1),
            Extending::After { at, output, then } => self.after(task, at, output, then),
        }
    }

    /// A task has left the list that it stands in by `exit`.
    pub(super) fn exit(&mut self, parent: Option<TaskId>, output: Shared) {
        let body = parent.and_then(|task| Some((task, &self.state.frames.get(&task)?.body)));
        match body {
            Some((task, Body::Extending(Extending::Before { at }))) => {
                let at = *at;
                self.log(Some(task), LogLevel::Info, "left by an extension, with its output");
                self.leave_within(task, output, None, at);
            }
            _ => self.close(parent, output),
        }
    }

    fn extension(&self, task: TaskId, at: usize) -> Option<&'p Extension> {
        let index = *self.state.frames.get(&task)?.extensions.get(at)?;
        self.program.extensions.get(usize::from(index))
    }

    fn record_extension(&mut self, task: TaskId, extension: &Extension, extending: Extending) {
        let place = if matches!(extending, Extending::Before { .. }) { "before" } else { "after" };
        if let Some(frame) = self.frame_mut(task) {
            frame.body = Body::Extending(extending);
            frame.waiting = None;
        }
        self.record(task, TaskStatus::Running, Value::Null);
        self.log(Some(task), LogLevel::Info, &format!("extension `{}`: {place}", extension.name));
    }
}
