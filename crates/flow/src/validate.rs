//! Says everything that is wrong with a definition, each at its place, in two languages.
//!
//! The rules are the schema's of DSL 1.0.3 and what the schema cannot say: flow directives, names, references,
//! expressions. They are written as tables and walked by hand, since the schema's own `oneOf` would answer
//! "matches none of twelve": here the kind of a task is decided by its defining member first. Validation
//! changes nothing, and whether the hub can run a definition is asked of [`crate::unsupported`].

mod calls;
mod functions;
pub(crate) mod guide;
mod patterns;
mod reachable;
mod references;
mod say;
mod scope;
mod shape;
mod special;
mod tables;
mod tasks;

use std::collections::HashMap;

use serde_json::Value;

pub(crate) use guide::member_names;
pub use patterns::is_name;
pub(crate) use patterns::{is_duration, is_expression};

use crate::expression::Reason;
use crate::{Catalog, Document, MAX_BYTES, MAX_TASKS, Pointer, Problem, document, view};

/// So many problems are told; a definition with more is no definition, and nobody reads on.
pub const MAX_PROBLEMS: usize = 1_000;

/// Every problem of the definition: first what is wrong with it as it is written (errors, which refuse saving,
/// and warnings), then what the hub cannot run.
///
/// `catalog` is the runtime's default catalog; where it is empty, as where it is not known yet, functions are
/// not looked up in it.
pub fn validate(document: &Document, catalog: &Catalog) -> Vec<Problem> {
    let root = document.root();
    let mut checker = Checker {
        root,
        catalog,
        problems: Vec::new(),
        expressions: HashMap::new(),
        scope: scope::Scope::default(),
    };
    checker.size(document);
    if checker.problems.is_empty() {
        checker.members(&Pointer::root(), root, &[&tables::WORKFLOW]);
        checker.unknown_at_root();
        let room = MAX_PROBLEMS.saturating_sub(checker.problems.len());
        checker.problems.extend(crate::unsupported(document).into_iter().take(room));
    }
    checker.problems
}

/// Walks the definition and gathers what it finds.
struct Checker<'a> {
    root: &'a Value,
    catalog: &'a Catalog,
    problems: Vec<Problem>,
    /// What was said about an expression before: loops of tasks repeat theirs, and compiling costs.
    expressions: HashMap<String, Result<Vec<String>, Reason>>,
    scope: scope::Scope,
}

impl Checker<'_> {
    fn size(&mut self, document: &Document) {
        // Asked first: whatever walks a value by recursion needs a stack as deep as the value.
        if document::is_deeper_than(document.root(), document::MAX_DEPTH) {
            let most = document::MAX_DEPTH;
            return self.error(
                &Pointer::root(),
                "too-deep",
                format!("The definition is nested deeper than {most} levels; move the inner tasks into a workflow of their own."),
                format!("定义的嵌套超过 {most} 层，请将内层任务移到单独的工作流。"),
            );
        }
        let bytes = document.to_json().len();
        if bytes > MAX_BYTES {
            self.error(
                &Pointer::root(),
                "too-large",
                format!("The definition is {bytes} bytes of JSON; the most is {MAX_BYTES}."),
                format!("定义的 JSON 有 {bytes} 字节，最多允许 {MAX_BYTES} 字节。"),
            );
        }
        let tasks = view::tasks(document).take(MAX_TASKS + 1).count();
        if tasks > MAX_TASKS {
            self.error(
                &Pointer::root(),
                "too-many-tasks",
                format!("The definition has more than {MAX_TASKS} tasks; split it into several workflows."),
                format!("定义中的任务超过 {MAX_TASKS} 个，请拆分为多个工作流。"),
            );
        }
    }

    fn error(&mut self, pointer: &Pointer, code: &str, en: impl Into<String>, zh: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::error(pointer.clone(), code, en, zh));
        }
    }

    fn warning(&mut self, pointer: &Pointer, code: &str, en: impl Into<String>, zh: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::warning(pointer.clone(), code, en, zh));
        }
    }
}

#[cfg(test)]
mod tests;
