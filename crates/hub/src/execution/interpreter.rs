//! The one place where the hub meets the engine of `flow`: what runs a definition is named nowhere else.

pub(super) use flow::Program;
pub(super) use flow::engine::{State, step};
