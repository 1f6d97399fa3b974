//! What an expression sees: the arguments of the specification where it gives them (DSL, Runtime expression arguments),
//! and the variables of the loops and catches around it. Built only for the names that are used.

mod authorization;

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use serde_json::{Map, Value, json};

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
    pub(super) spent: &'a Cell<u64>,
    pub(super) place: Place<'a>,
}

/// Where an expression stands: the rows of the specification's table of arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place<'a> {
    WorkflowInput,
    /// A task's `if` and `input.from`.
    Before,
    /// `when` of an extension, about the task that it extends.
    Extension,
    /// What makes the task what it is.
    Definition,
    /// The policy that `$authorization` tells of, so that it cannot tell of itself.
    Authorization,
    Output {
        raw: &'a Value,
    },
    Export {
        raw: &'a Value,
        output: &'a Value,
    },
    WorkflowOutput,
}

impl Place<'_> {
    fn offers(self, name: &str) -> bool {
        let within = matches!(self, Self::Definition | Self::Output { .. } | Self::Export { .. });
        match name {
            "context" => self != Self::WorkflowInput,
            "input" => within || matches!(self, Self::Authorization | Self::Extension),
            "output" => matches!(self, Self::Export { .. }),
            "task" => !matches!(self, Self::WorkflowInput | Self::WorkflowOutput),
            "authorization" => within,
            _ => true,
        }
    }
}

impl Arguments for Scope<'_> {
    fn argument(&self, name: &str) -> Option<Cow<'_, Value>> {
        if let Some((_, value)) = self.local.iter().find(|(local, _)| *local == name) {
            return Some(Cow::Borrowed(value));
        }
        if let Some(value) = self.around(name) {
            return Some(value);
        }
        if !self.place.offers(name) {
            return None;
        }
        let job = &self.state.job;
        let frame = self.task.and_then(|task| self.state.frames.get(&task));
        match name {
            "context" => Some(Cow::Borrowed(&job.context)),
            "secrets" => Some(Cow::Borrowed(&job.secrets)),
            "runtime" => Some(Cow::Borrowed(&job.runtime)),
            "input" => frame.map(|frame| Cow::Borrowed(frame.input() as &Value)),
            "output" => match self.place {
                Place::Export { output, .. } => Some(Cow::Borrowed(output)),
                _ => None,
            },
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
            "task" => self.task_descriptor().map(Cow::Owned),
            "authorization" => Some(Cow::Owned(self.authorization())),
            _ => None,
        }
    }

    fn spent(&self) -> Option<&Cell<u64>> {
        Some(self.spent)
    }

    fn memo(&self) -> Option<&Memo> {
        Some(self.memo)
    }
}

impl Scope<'_> {
    /// `$task`. For the expressions of an extension that is the task which it extends, with the members of its
    /// definition beside those of the descriptor: the specification's own examples write `$task.with`.
    fn task_descriptor(&self) -> Option<Value> {
        let (frame, is_extended) = match self.extended() {
            Some(frame) => (frame, true),
            None => (self.state.frames.get(&self.task?)?, self.place == Place::Extension),
        };
        let node = self.program.node(frame.node);
        let definition = node.pointer.get(&self.program.definition);
        let mut members = match definition.and_then(Value::as_object) {
            Some(definition) if is_extended => definition.clone(),
            _ => Map::new(),
        };
        let descriptor = json!({
            "name": node.name,
            "reference": node.pointer,
            "definition": definition,
            "input": frame.raw_input,
            "startedAt": descriptor(frame.started_at),
        });
        if let Value::Object(descriptor) = descriptor {
            members.extend(descriptor);
        }
        if let (Place::Output { raw } | Place::Export { raw, .. }, false) = (self.place, is_extended) {
            members.insert("output".to_owned(), raw.clone());
        }
        Some(Value::Object(members))
    }

    /// The task around which the extension stands that this task belongs to.
    fn extended(&self) -> Option<&Frame> {
        let mut frame = self.state.frames.get(&self.task?)?;
        loop {
            frame = self.state.frames.get(&frame.parent?)?;
            if matches!(frame.body, Body::Extending(_)) {
                return Some(frame);
            }
            if self.is_function(frame) {
                return None;
            }
        }
    }

    /// The variable of a loop or catch around the task. A function does not see those around its call.
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
                _ if self.is_function(frame) => return None,
                _ => {}
            }
            task = frame.parent;
        }
        None
    }

    /// Whether the tasks within a frame are those of a function that it calls.
    fn is_function(&self, frame: &Frame) -> bool {
        frame.body == Body::Do && matches!(self.program.node(frame.node).action, Action::Invoke { .. })
    }
}

pub(super) fn error_value(error: &WorkflowError) -> Value {
    serde_json::to_value(error).unwrap_or(Value::Null)
}
