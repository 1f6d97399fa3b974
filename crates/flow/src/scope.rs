//! What an expression sees in a place of a definition: the data that comes in as `.`, and the variables that have a
//! value there (DSL, Runtime Expression Arguments; data flow of the tasks, DSL, Data Flow).
//!
//! The data is followed through the definition backwards, from the place to what comes before it, in two ways that
//! share one walk: as shapes, for completion, and as values, for a preview. Nothing is run: what a call answers is
//! known from the data of an earlier run or not at all. It does not check expressions: `validate` does.

mod complete;
mod place;
#[cfg(feature = "evaluate")]
mod preview;
mod shape;
mod spot;
mod term;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::HashMap;

use serde_json::Value;

use crate::Pointer;

pub use complete::{Completion, Offer, OfferKind, complete};
#[cfg(feature = "evaluate")]
pub use preview::{Basis, Preview, preview};
pub use shape::{Kind, Shape};

/// What an expression can name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// What `.` is.
    pub data: Shape,
    /// Variables without their `$`: those that people use most first.
    pub variables: Vec<(String, Shape)>,
}

/// What an expression at `at` sees. The cost grows with what stands before it in the definition.
pub fn scope(root: &Value, at: &Pointer, seen: &Seen) -> Scope {
    let walk = walk::Walk::new(root, seen, shape::Shapes);
    let position = walk.position(at);
    let variables = walk
        .names(&position)
        .into_iter()
        .filter_map(|name| walk.variable(&position, &name).map(|shape| (name, shape)))
        .collect();
    Scope { data: position.data.clone(), variables }
}

/// What a run has shown of the data that flows through a definition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// The run's id and its start.
    pub id: Option<String>,
    pub started_at: Option<Value>,
    /// What the workflow was started with.
    pub input: Option<Value>,
    tasks: HashMap<String, SeenTask>,
}

/// The newest instance of a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeenTask {
    /// Transformed by `input.from`; none where the task did not run.
    pub input: Option<Value>,
    /// Transformed by `output.as`; none where the task did not complete.
    pub output: Option<Value>,
    pub error: Option<Value>,
    /// The iteration of the loop around it, from 0.
    pub iteration: Option<usize>,
}

impl Seen {
    /// What a run was started with, and when.
    pub fn of_run(id: String, started_at: Option<Value>, input: Option<Value>) -> Self {
        Self { id: Some(id), started_at, input, tasks: HashMap::new() }
    }

    /// Adds what was seen of a task. Tasks are told by the names on the way to them, so that they are found again
    /// when others were put before them meanwhile.
    pub fn insert(&mut self, task: &Pointer, seen: SeenTask) {
        self.tasks.insert(by_names(task), seen);
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty() && self.input.is_none()
    }

    fn task(&self, task: &Pointer) -> Option<&SeenTask> {
        if self.tasks.is_empty() { None } else { self.tasks.get(&by_names(task)) }
    }

    /// An error of a task within a list.
    fn error_within(&self, list: &Pointer) -> Option<&Value> {
        let within = by_names(list);
        self.tasks
            .iter()
            .filter(|(name, _)| name.strip_prefix(&within).is_some_and(|rest| rest.starts_with('/')))
            .find_map(|(_, task)| task.error.as_ref())
    }
}

/// A pointer without the indexes of its lists: `/do/2/failover/try/0/switch` is `/do/failover/try/switch`.
fn by_names(pointer: &Pointer) -> String {
    let mut names = String::new();
    let mut after_index = false;
    for token in pointer.as_str().split('/').skip(1) {
        // What follows an index is a task's name, even where it is a number.
        if !after_index && token.bytes().all(|byte| byte.is_ascii_digit()) && !token.is_empty() {
            after_index = true;
            continue;
        }
        after_index = false;
        names.push('/');
        names.push_str(token);
    }
    names
}
