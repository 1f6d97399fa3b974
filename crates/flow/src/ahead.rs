//! What lies ahead of a task: the very tasks that run when it is passed, rejected or tried again, up to the next gate or
//! the end. People read this before they decide.
//!
//! Reads the definition only: where a condition, a switch or a filter of errors decides, both ways are shown, and what is
//! behind them is not certain. It evaluates nothing, and knows nothing of a run.

mod walk;

use serde_json::Value;

use crate::outside::{Repeat, Touch};
use crate::view::TaskKind;
use crate::{Document, Pointer};
pub(crate) use walk::Walk;

/// What comes, in the order in which the flow gets there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    pub steps: Vec<Step>,
    /// How many further steps are not listed.
    pub omitted: usize,
    /// Where it stops for now.
    pub ends: Vec<End>,
    /// The `try`s that take the fault of a rejection, the innermost first.
    pub caught_by: Vec<Caught>,
}

/// A task that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub pointer: Pointer,
    pub name: String,
    pub kind: Option<TaskKind>,
    /// How many tasks of the same way stand around it.
    pub depth: usize,
    /// False where a condition, a case or an error decides whether it runs.
    pub certain: bool,
    /// It is a branch: it runs beside its siblings.
    pub beside: bool,
    pub repeat: Repeat,
    pub touches: Option<Touch>,
}

/// Where the way stops, or what it waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A person is asked.
    Gate { pointer: Pointer, name: String, certain: bool },
    /// The run completes.
    Completes { certain: bool },
    /// A task raises an error that nothing listed takes.
    Raises { name: String },
    /// Nothing takes the fault: the run waits for a retry, a skip or a stop.
    StandsStill { certain: bool },
    /// What follows this fork waits for its other branches.
    OtherBranches { name: String },
    /// The first branch of this fork ends the others.
    FirstWins { name: String },
    /// The loop may come back to the task.
    Loop { name: String },
    /// The `try` runs its tasks again, which may ask again.
    TriesAgain { name: String },
    /// The task belongs to a function, and goes back to whoever called it.
    Caller { name: String },
}

/// A `try` that takes a fault; not certain where its filter or condition decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    pub name: String,
    pub certain: bool,
}

/// What follows when the task is passed: approved, completed or skipped. None where there is no such task.
pub fn passed(document: &Document, pointer: &str, input: Option<&Value>) -> Option<Ahead> {
    let mut walk = Walk::new(document, input);
    let task = walk.find(pointer)?;
    walk.leave(task);
    Some(walk.finish())
}

/// What follows when the gate is rejected: it is at fault, and a `try` around it may take that.
pub fn rejected(document: &Document, pointer: &str, input: Option<&Value>) -> Option<Ahead> {
    let mut walk = Walk::new(document, input);
    let task = walk.find(pointer)?;
    walk.reject(task);
    Some(walk.finish())
}

#[cfg(test)]
mod tests;
