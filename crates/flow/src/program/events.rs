//! What a definition says about events, compiled: which to wait for, how to read them, what to do with each
//! (DSL reference, Listen, Event Consumption Strategy, Event Filter, Correlation, Subscription Iterator).

use serde_json::Value;

use super::{ListId, Schema};
use crate::expression::{Expression, Template};

/// `listen`, with its `foreach`.
#[derive(Debug)]
pub(crate) struct Listen {
    pub(crate) to: Strategy,
    pub(crate) read: Read,
    pub(crate) foreach: Option<Foreach>,
}

/// Which events are consumed, and when that is enough. `one` is `any` of one.
#[derive(Debug)]
pub(crate) struct Strategy {
    pub(crate) mode: Mode,
    /// None of them, in `any`: every event.
    pub(crate) filters: Vec<Filter>,
    pub(crate) until: Option<Until>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    All,
    Any,
}

#[derive(Debug)]
pub(crate) enum Until {
    /// `${ false }`: it listens for ever, and nobody will ever see what it has gathered.
    Never,
    Condition(Expression),
    Events(Box<Strategy>),
}

#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) with: Vec<(String, Pattern)>,
    pub(crate) correlate: Vec<Correlation>,
}

/// What an attribute, or a part of the data, has to be.
#[derive(Debug)]
pub(crate) enum Pattern {
    Constant(Value),
    Expression(Box<Expression>),
    Array(Vec<Pattern>),
    Object(Vec<(String, Pattern)>),
}

#[derive(Debug)]
pub(crate) struct Correlation {
    pub(crate) name: String,
    pub(crate) from: Expression,
    pub(crate) expect: Option<Template>,
}

/// How an event becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    Data,
    Envelope,
    Raw,
}

#[derive(Debug)]
pub(crate) struct Foreach {
    pub(crate) item: String,
    pub(crate) at: String,
    pub(crate) list: Option<ListId>,
    pub(crate) output_as: Option<Template>,
    pub(crate) output_schema: Option<Schema>,
    pub(crate) export_as: Option<Template>,
    pub(crate) export_schema: Option<Schema>,
}
