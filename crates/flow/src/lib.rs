//! The workflow language: the Open Workflow Specification, DSL 1.0.3, as MAS uses it.
//!
//! Parses, validates, edits and runs definitions. Reads no clock, no randomness, no network and no DOM:
//! time and ids come in as arguments, effects go out as commands. It does not know the HTTP API (`wire`).

pub mod ahead;
pub mod catalog;
pub mod compare;
pub mod completion;
pub mod critical;
pub mod cron;
pub mod document;
pub mod duration;
pub mod edit;
#[cfg(feature = "evaluate")]
pub mod engine;
pub mod expression;
pub mod external;
pub mod fix;
pub mod gate;
pub mod input;
mod near;
pub mod outside;
pub mod pointer;
pub mod problem;
#[cfg(feature = "evaluate")]
pub mod program;
pub mod recovery;
pub mod runbook;
#[cfg(feature = "evaluate")]
pub mod schedule;
pub mod scope;
#[cfg(feature = "evaluate")]
pub mod simulate;
#[cfg(feature = "evaluate")]
pub mod startable;
pub mod unsupported;
pub mod validate;
pub mod view;

pub use catalog::{Catalog, CatalogFunction};
pub use document::{
    Document, Dropped, MAX_BYTES, MAX_TASKS, ParseError, Position, SourceMap, looks_like_json, rewrite,
    source_map,
};
pub use input::{check_input, defaults};
pub use pointer::Pointer;
pub use problem::{Problem, Severity};
#[cfg(feature = "evaluate")]
pub use program::Program;
#[cfg(feature = "evaluate")]
pub use schedule::Schedule;
#[cfg(feature = "evaluate")]
pub use startable::{refusals, unstartable};
pub use unsupported::unsupported;
pub use validate::validate;
pub use view::{ChildList, ChildRole, DocumentView, FlowTarget, Origin, SwitchCase, TaskKind, TaskView};
