//! What is assumed of the world in a simulated run: what calls answer and how long they take, what people decide, and
//! which events come. Plain data; what is not said here is looked up in the definition, then in history, then guessed.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::Value;

use crate::Pointer;
use crate::engine::{Timestamp, WorkflowError};

/// A world for one simulated run. The empty one lets everything go well.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// When the run starts: deadlines that are written as moments count from here.
    pub start: Timestamp,
    /// None takes the defaults of the definition, and invents what it asks for besides.
    pub input: Option<Value>,
    /// `$secrets`; none invents those that the definition asks for.
    pub secrets: Option<Value>,
    /// What happens at a task, by its pointer. Of several rules that apply the first that says something counts.
    pub rules: BTreeMap<Pointer, Vec<Rule>>,
    /// How long tasks took in runs before, by pointer.
    pub history: BTreeMap<Pointer, Past>,
    pub pace: Pace,
    /// Events that come from outside.
    pub events: Vec<Planned>,
    pub limits: Limits,
}

/// What happens at a task. A member that is none leaves that to the next rule, and in the end to what is usual.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// Only in this iteration of the innermost loop around the task, from 0.
    pub iteration: Option<u64>,
    /// Only in these attempts, from 1.
    pub attempts: Option<RangeInclusive<u32>>,
    pub happens: Option<Happens>,
    /// Milliseconds: of a call, of a person who decides, of an event that comes.
    pub takes: Option<i64>,
    /// What a call yields, or the data of the event that comes.
    pub output: Option<Value>,
    /// What somebody does where the task is at fault and nothing in the definition catches it.
    pub by_hand: Option<ByHand>,
}

/// How a task ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Happens {
    /// A call answers, a gate is approved, an event comes.
    Completes,
    /// A call fails with this error; its `instance` is filled in.
    Faults(WorkflowError),
    /// A gate is rejected.
    Rejected,
    /// No answer, no decision, no event: only a timeout or a deadline ends it.
    Silence,
}

/// What somebody does with a task at fault, so many milliseconds after the fault; once for each instance of the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHand {
    Retry { after: i64 },
    Skip { after: i64 },
}

/// How long a task took in runs before, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// The median.
    pub usual: i64,
    /// What nine of ten stayed below.
    pub slow: i64,
}

/// Which figure of history counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    #[default]
    Usual,
    Slow,
}

/// An event from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Milliseconds after the start.
    pub after: i64,
    /// A CloudEvent as JSON.
    pub event: Value,
}

/// Where a simulation is given up: a definition may loop without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Attempts of tasks.
    pub steps: usize,
    /// Events that the engine takes.
    pub events: u32,
    /// Simulated milliseconds.
    pub time: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 10_000, events: 50_000, time: 366 * 86_400_000 }
    }
}

impl Rule {
    /// A rule for every attempt of every instance.
    pub fn always(happens: Happens) -> Self {
        Self { happens: Some(happens), ..Self::default() }
    }

    fn applies(&self, iteration: Option<u64>, attempt: u32) -> bool {
        self.iteration.is_none_or(|only| iteration == Some(only))
            && self.attempts.as_ref().is_none_or(|attempts| attempts.contains(&attempt))
    }
}

impl Scenario {
    /// What the first rule that applies and says something says.
    pub(super) fn said<T>(
        &self,
        pointer: &Pointer,
        iteration: Option<u64>,
        attempt: u32,
        read: impl Fn(&Rule) -> Option<T>,
    ) -> Option<T> {
        let rules = self.rules.get(pointer)?.iter();
        rules.filter(|rule| rule.applies(iteration, attempt)).find_map(read)
    }
}
