//! A definition made ready to run: every task a node, every reference resolved, every expression compiled.
//!
//! Compiling refuses, by name, what the engine does not run, so that nothing is found out halfway. It does not
//! validate against the schema (see [`crate::validate`]) and reads no values: those come with a job.

mod compile;
mod duration;
pub(crate) mod events;
mod guards;
mod schema;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::engine::{Language, Returns};
use crate::view::TaskKind;
use crate::{Document, Pointer, Problem};

pub(crate) use crate::duration::milliseconds;
pub(crate) use crate::expression::{Expression, Template};
pub(crate) use compile::schedule;
pub(crate) use duration::{Delay, readable};
pub(crate) use schema::Schema;

/// A compiled definition. Two programs of one document are the same, so a state can outlive the process.
#[derive(Debug)]
pub struct Program {
    pub(crate) digest: String,
    pub(crate) definition: Value,
    /// In document order.
    pub(crate) nodes: Vec<Node>,
    pub(crate) lists: Vec<Vec<NodeId>>,
    pub(crate) root: ListId,
    pub(crate) input_from: Option<Template>,
    pub(crate) output_as: Option<Template>,
    pub(crate) timeout: Option<Delay>,
    pub(crate) input_schema: Option<Schema>,
    pub(crate) output_schema: Option<Schema>,
    /// `use.extensions`, in their order.
    pub(crate) extensions: Vec<Extension>,
}

impl Program {
    /// Compiles a definition.
    ///
    /// # Errors
    /// Everything that keeps it from running, in document order. `unsupported-construct` names what the language
    /// has and this engine does not run.
    pub fn compile(document: &Document) -> Result<Self, Vec<Problem>> {
        compile::compile(document)
    }

    /// The SHA-256 of the definition as compact JSON, in lowercase hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The pointers of all tasks, in document order.
    pub fn pointers(&self) -> impl Iterator<Item = &Pointer> {
        self.nodes.iter().map(|node| &node.pointer)
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn list(&self, id: ListId) -> &[NodeId] {
        &self.lists[id.0 as usize]
    }
}

/// The digest of a definition, as [`Program::digest`] gives it.
pub(crate) fn digest(definition: &Value) -> String {
    Sha256::digest(definition.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A task of the definition, by its place in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct NodeId(pub(crate) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListId(pub(crate) u32);

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) pointer: Pointer,
    pub(crate) name: String,
    pub(crate) kind: TaskKind,
    /// The function that a call calls, for the projections.
    pub(crate) function: Option<String>,
    pub(crate) list: ListId,
    pub(crate) position: usize,
    pub(crate) condition: Option<Expression>,
    pub(crate) input_from: Option<Template>,
    pub(crate) output_as: Option<Template>,
    pub(crate) export_as: Option<Template>,
    pub(crate) timeout: Option<Delay>,
    pub(crate) then: Then,
    pub(crate) action: Action,
    pub(crate) input_schema: Option<Schema>,
    pub(crate) output_schema: Option<Schema>,
    pub(crate) export_schema: Option<Schema>,
    /// The extensions that can apply to it, by their place in [`Program::extensions`], the outermost first.
    pub(crate) extensions: Vec<u16>,
}

/// An extension (DSL reference, Extension): tasks around those that it extends.
#[derive(Debug)]
pub(crate) struct Extension {
    pub(crate) name: String,
    pub(crate) when: Option<Expression>,
    pub(crate) before: Option<ListId>,
    pub(crate) after: Option<ListId>,
}

/// A flow directive (DSL reference, Flow Directive), resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Then {
    Continue,
    Exit,
    End,
    /// The position of a task in the same list.
    Task(usize),
}

#[derive(Debug)]
pub(crate) enum Action {
    Set(Template),
    Do(ListId),
    Fork {
        branches: ListId,
        compete: bool,
    },
    Switch(Vec<Case>),
    For {
        each: String,
        at: String,
        within: Template,
        condition: Option<Expression>,
        list: ListId,
    },
    Try {
        list: ListId,
        catch: Box<Catch>,
    },
    Raise(ErrorTemplate),
    Wait(Delay),
    Gate(Box<Gate>),
    WaitFunction(Template),
    /// The attributes of the event.
    Emit(Template),
    Listen(Box<events::Listen>),
    Http(Box<HttpCall>),
    OpenApi(Box<OpenApiCall>),
    Function {
        function: String,
        with: Template,
    },
    /// A function of `use.functions`: a list of one task, whose input is `with`.
    Invoke {
        list: ListId,
        with: Template,
    },
    Run(Box<RunTask>),
}

#[derive(Debug)]
pub(crate) struct RunTask {
    pub(crate) process: ProcessTemplate,
    pub(crate) returns: Returns,
    pub(crate) awaited: bool,
    pub(crate) has_timeout: bool,
}

#[derive(Debug)]
pub(crate) enum ProcessTemplate {
    /// `{namespace, name, version, input}`.
    Workflow(Template),
    /// `{command, arguments, environment, stdin}`.
    Shell(Template),
    /// `rest` has `code`, where there is no source, `arguments`, `environment` and `stdin`.
    Script { language: Language, source: Option<Box<HttpCall>>, rest: Template },
}

#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) with: Template,
    /// Whether anybody who may decide at all lets it pass alone; then skipping it takes nothing away.
    pub(crate) is_open: bool,
}

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) when: Option<Expression>,
    pub(crate) then: Then,
}

#[derive(Debug)]
pub(crate) struct Catch {
    /// Members that the error must have, `type` compared as a type (see `engine::errors`).
    pub(crate) with: Vec<(String, Value)>,
    pub(crate) variable: String,
    pub(crate) when: Option<Expression>,
    pub(crate) except_when: Option<Expression>,
    pub(crate) retry: Option<Retry>,
    pub(crate) list: Option<ListId>,
    pub(crate) then: Option<Then>,
}

#[derive(Debug)]
pub(crate) struct Retry {
    pub(crate) when: Option<Expression>,
    pub(crate) except_when: Option<Expression>,
    pub(crate) delay: Option<Delay>,
    pub(crate) backoff: Backoff,
    pub(crate) jitter: Option<(Delay, Delay)>,
    pub(crate) most_attempts: Option<u64>,
    pub(crate) attempt_limit: Option<Delay>,
    pub(crate) total_limit: Option<Delay>,
}

#[derive(Debug)]
pub(crate) enum Backoff {
    Constant,
    /// The delay grows by this, or by itself, with each retry.
    Linear(Option<Delay>),
    /// The delay is multiplied by this with each retry.
    Exponential(f64),
}

#[derive(Debug)]
pub(crate) struct ErrorTemplate {
    pub(crate) kind: Template,
    pub(crate) status: u16,
    pub(crate) title: Option<Template>,
    pub(crate) detail: Option<Template>,
    pub(crate) instance: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct HttpCall {
    /// `with` without `endpoint`.
    pub(crate) rest: Template,
    pub(crate) endpoint: Endpoint,
}

#[derive(Debug)]
pub(crate) struct OpenApiCall {
    /// `with` without `document` and `authentication`.
    pub(crate) rest: Template,
    pub(crate) document: Endpoint,
    pub(crate) authentication: Option<Policy>,
}

#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The address as it is written, `{name}` in it to be interpolated, or an expression.
    pub(crate) uri: Template,
    pub(crate) authentication: Option<Policy>,
}

/// An authentication policy: an object with the scheme as its one member.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) template: Template,
    /// The scheme whose `authority` is written, so that `{name}` in it is interpolated.
    pub(crate) written_authority: Option<String>,
}
