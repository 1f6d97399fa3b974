//! The one place where the hub meets the engine of `flow`.

use flow::engine::{Command, Event};
use flow::{Document, Pointer, Problem, Severity};
use serde::{Deserialize, Serialize};

#[derive(Debug)]
pub(super) struct Program;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {}

impl Program {
    /// Refuses everything until the engine is in.
    pub(super) fn compile(_document: &Document) -> Result<Self, Vec<Problem>> {
        Err(vec![Problem {
            pointer: Pointer::root(),
            severity: Severity::Error,
            code: "no-engine".to_owned(),
            message_en: "this hub is built without an engine".to_owned(),
            message_zh: "该服务未包含执行引擎".to_owned(),
        }])
    }
}

pub(super) fn step(_program: &Program, state: State, _event: Event) -> (State, Vec<Command>) {
    (state, Vec::new())
}
