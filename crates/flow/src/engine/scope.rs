//! What an expression sees: `$workflow`, `$task`, `$input`, `$context`, `$secrets`, `$runtime`, and the variables of the
//! loops and catches around it (DSL reference, Runtime Expressions). Built only for the names that are used.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::{Value, json};

use super::moment::descriptor;
use super::state::{Body, Frame, Shared, State};
use super::{TaskId, WorkflowError};
use crate::Program;
use crate::expression::{Arguments, Memo};
use crate::program::Action;

pub(super) struct Scope<'a> {
    pub(super) program: &'a Program,
    pub(super) state: &'a State,
    /// The task whose expression it is; none for the workflow's own.
    pub(super) task: Option<TaskId>,
    /// Further variables, the innermost first.
    pub(super) local: &'a [(&'a str, Cow<'a, Value>)],
    /// `$workflow`, once somebody has asked for it: it holds the whole definition.
    pub(super) workflow: &'a OnceCell<Shared>,
    pub(super) memo: &'a Memo,
}

impl Arguments for Scope<'_> {
    fn argument(&self, name: &str) -> Option<Cow<'_, Value>> {
        if let Some((_, value)) = self.local.iter().find(|(local, _)| *local == name) {
            return Some(Cow::Borrowed(value));
        }
        if let Some(value) = self.around(name) {
            return Some(value);
        }
        let job = &self.state.job;
        let frame = self.task.and_then(|task| self.state.frames.get(&task));
        match name {
            "context" => Some(Cow::Borrowed(&job.context)),
            "secrets" => Some(Cow::Borrowed(&job.secrets)),
            "runtime" => Some(Cow::Borrowed(&job.runtime)),
            "input" => Some(Cow::Borrowed(frame.map_or(&job.input, Frame::input) as &Value)),
            "workflow" => {
                let workflow = self.workflow.get_or_init(|| {
                    Shared::from(json!({
                        "id": job.id,
                        "definition": self.program.definition,
                        "input": job.input,
                        "startedAt": descriptor(job.started_at),
                    }))
                });
                self.memo.remember(workflow);
                Some(Cow::Borrowed(workflow))
            }
            "task" => frame.map(|frame| {
                let node = self.program.node(frame.node);
                Cow::Owned(json!({
                    "name": node.name,
                    "reference": node.pointer,
                    "definition": node.pointer.get(&self.program.definition),
                    "input": frame.raw_input,
                    "startedAt": descriptor(frame.started_at),
                }))
            }),
            _ => None,
        }
    }

    fn memo(&self) -> Option<&Memo> {
        Some(self.memo)
    }
}

impl Scope<'_> {
    /// The variable of a loop or catch around the task.
    fn around(&self, name: &str) -> Option<Cow<'_, Value>> {
        let mut task = self.state.frames.get(&self.task?)?.parent;
        while let Some(frame) = task.and_then(|task| self.state.frames.get(&task)) {
            match (&frame.body, &self.program.node(frame.node).action) {
                (Body::For { items, index }, Action::For { each, at, .. }) => {
                    if name == each {
                        return items.get(*index).map(Cow::Borrowed);
                    }
                    if name == at {
                        return Some(Cow::Owned(Value::from(*index)));
                    }
                }
                (Body::Handling(listening), Action::Listen(listen)) => {
                    if let Some(value) = listening.variable(listen, name) {
                        return Some(value);
                    }
                }
                (Body::Catching { error }, Action::Try { catch, .. }) if catch.variable == name => {
                    return Some(Cow::Owned(error_value(error)));
                }
                _ => {}
            }
            task = frame.parent;
        }
        None
    }
}

pub(super) fn error_value(error: &WorkflowError) -> Value {
    serde_json::to_value(error).unwrap_or(Value::Null)
}
