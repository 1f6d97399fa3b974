//! `run` (DSL reference, Run): what the shell is asked to start, every expression evaluated.
//!
//! A command and its arguments stay apart to the end: nothing that a value holds is ever read as part of a command.

use serde_json::Value;

use super::errors::Standard;
use super::run::{Run, short};
use super::state::Shared;
use super::{Call, Process, Returns, TaskId, WorkflowError};
use crate::program::{Action, ProcessTemplate, RunTask};

impl Run<'_> {
    pub(super) fn process(&self, task: TaskId, run: &RunTask, input: &Value) -> Result<Call, WorkflowError> {
        Ok(match &run.process {
            ProcessTemplate::Workflow(template) => {
                let with = self.evaluate(task, template, input, &[])?;
                Call::Workflow {
                    namespace: self.word(task, &with, "namespace")?,
                    name: self.word(task, &with, "name")?,
                    version: self.word(task, &with, "version")?,
                    input: with.get("input").cloned().unwrap_or_default(),
                    awaited: run.awaited,
                    dry_run: self.state.job.dry_run,
                }
            }
            ProcessTemplate::Shell(template) => {
                let with = self.evaluate(task, template, input, &[])?;
                let command = self.word(task, &with, "command")?;
                Call::Shell { command, process: Box::new(self.settings(task, run, &with)?) }
            }
            ProcessTemplate::Script { language, source, rest } => {
                let with = self.evaluate(task, rest, input, &[])?;
                let (code, source) = match source {
                    Some(fetch) => (None, Some(self.http(task, fetch, input)?)),
                    None => (Some(self.word(task, &with, "code")?), None),
                };
                let process = Box::new(self.settings(task, run, &with)?);
                Call::Script { language: *language, code, source, process }
            }
        })
    }

    /// What a call that has completed yields: a process that is not awaited yields what went in, and of a workflow
    /// that is run nothing is taken where the task says `return: none`.
    pub(super) fn output_of_call(&self, task: TaskId, output: Value) -> Shared {
        match (self.node_of(task).map(|node| &node.action), self.state.frames.get(&task)) {
            (Some(Action::Run(run)), Some(frame)) if !run.awaited => frame.input().clone(),
            (Some(Action::Run(run)), _) if run.returns == Returns::None => Value::Null.into(),
            _ => output.into(),
        }
    }

    fn settings(&self, task: TaskId, run: &RunTask, with: &Value) -> Result<Process, WorkflowError> {
        let arguments = match with.get("arguments") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.iter().map(text).collect(),
            // DSL 1.0.0 had a map here, which its runtimes handed on as `name=value`.
            Some(Value::Object(members)) => members
                .iter()
                .map(|(name, value)| match value {
                    Value::Null => name.clone(),
                    value => format!("{name}={}", text(value)),
                })
                .collect(),
            Some(other) => {
                let detail = format!("`arguments` has to be an array, not {}", short(other));
                return Err(self.invalid(task, detail));
            }
        };
        let environment = match with.get("environment") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(members)) => {
                members.iter().map(|(name, value)| (name.clone(), text(value))).collect()
            }
            Some(other) => {
                let detail = format!("`environment` has to be an object, not {}", short(other));
                return Err(self.invalid(task, detail));
            }
        };
        let stdin = with.get("stdin").filter(|stdin| !stdin.is_null()).map(text);
        let (returns, awaited, has_timeout) = (run.returns, run.awaited, run.has_timeout);
        Ok(Process { arguments, environment, stdin, returns, awaited, has_timeout })
    }

    fn word(&self, task: TaskId, with: &Value, member: &str) -> Result<String, WorkflowError> {
        match with.get(member) {
            Some(Value::String(text)) => Ok(text.clone()),
            other => {
                let value = other.cloned().unwrap_or_default();
                Err(self.invalid(task, format!("`{member}` has to be a text, not {}", short(&value))))
            }
        }
    }

    fn invalid(&self, task: TaskId, detail: String) -> WorkflowError {
        Standard::Validation.at(&self.pointer_of(Some(task)), "Validation Error", detail)
    }
}

/// A value as a process reads it: a text is itself, everything else its JSON.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a call starts, in one line of the log.
pub(super) fn described(call: &Call) -> Option<String> {
    match call {
        Call::Workflow { namespace, name, version, .. } => {
            Some(format!("workflow {namespace}/{name}:{version}"))
        }
        Call::Shell { command, .. } => {
            let first = command.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
            Some(format!("shell {}", short(&Value::from(first))))
        }
        Call::Script { language, .. } => Some(format!("script in {}", language.word())),
        _ => None,
    }
}
