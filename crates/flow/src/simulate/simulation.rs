//! What a simulated run came to. Times are milliseconds since its start.

use std::collections::BTreeMap;

use serde::Serialize;

use super::estimate::Source;
use crate::critical::{self, Stretch};
use crate::engine::{TaskId, TaskStatus, WorkflowError};
use crate::{Pointer, Problem};

/// A simulated run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Simulation {
    pub outcome: Outcome,
    /// From the start to the end, or to where it stands and nothing happens any more.
    pub total: i64,
    pub target: Option<Target>,
    /// How much of the time on the critical path is only a guess.
    pub assumed: i64,
    /// The time on the critical path by what it went into.
    pub shares: BTreeMap<SpanKind, i64>,
    /// The path: every attempt of every task, in the order in which they began.
    pub steps: Vec<Step>,
    /// What determined the total, in the order of time.
    pub critical: Vec<Place>,
    /// Tasks of the flow that the run did not come to.
    pub not_reached: Vec<Pointer>,
    /// What to know about this result before relying on it.
    pub remarks: Vec<Problem>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    Completed,
    /// It waits for somebody who sees to these tasks; none where the run as a whole is at fault.
    Faulted {
        tasks: Vec<Pointer>,
        error: Option<WorkflowError>,
    },
    /// What these tasks wait for never comes.
    Waiting {
        tasks: Vec<Pointer>,
    },
    /// It was given up.
    Unending {
        limit: Limit,
    },
}

/// Which limit a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Steps,
    Events,
    Time,
}

/// `mas.rto` of the definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    pub limit: i64,
    /// The run completed within it.
    pub is_met: bool,
}

/// One attempt of one instance of a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    pub task: TaskId,
    /// The instance that it runs inside of.
    pub parent: Option<TaskId>,
    pub pointer: Pointer,
    pub name: String,
    pub kind: String,
    pub function: Option<String>,
    pub iteration: Option<u64>,
    pub attempt: u32,
    pub status: TaskStatus,
    pub error: Option<WorkflowError>,
    pub from: i64,
    /// None where it goes on.
    pub to: Option<i64>,
    /// Other tasks ran inside of it: their time is not told again here.
    pub is_box: bool,
    pub spans: Vec<Span>,
}

/// Time that a step spent with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    pub kind: SpanKind,
    pub from: i64,
    /// None where it goes on.
    pub to: Option<i64>,
    /// How its length is known; none where it follows from the definition.
    pub source: Option<Source>,
    pub is_critical: bool,
}

/// What time goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    Work,
    /// A decision, or somebody who sees to a fault.
    People,
    Time,
    Event,
    /// The pause before an attempt.
    Retry,
}

/// A span of [`Simulation::steps`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    pub step: usize,
    pub span: usize,
}

impl Simulation {
    /// Whether it completes, within its target where it has one.
    pub fn passes(&self) -> bool {
        self.outcome == Outcome::Completed && self.target.is_none_or(|target| target.is_met)
    }

    /// The spans of the critical path with their steps, in the order of time.
    pub fn critical_path(&self) -> impl Iterator<Item = (&Step, &Span)> {
        self.critical.iter().filter_map(|place| {
            let step = self.steps.get(place.step)?;
            Some((step, step.spans.get(place.span)?))
        })
    }

    /// Finds the critical path, and what follows from it.
    pub(super) fn weigh(&mut self) {
        let places: Vec<Place> = (0..)
            .zip(&self.steps)
            .flat_map(|(step, one)| (0..one.spans.len()).map(move |span| Place { step, span }))
            .collect();
        let stretch = |place: &Place| {
            let step = &self.steps[place.step];
            let span = &step.spans[place.span];
            Stretch {
                pointer: step.pointer.as_str(),
                from: span.from as f64,
                to: span.to.map(|to| to as f64),
                was_cut: step.status == TaskStatus::Cancelled,
            }
        };
        let stretches: Vec<Stretch<'_>> = places.iter().map(stretch).collect();
        self.critical = critical::chain(&stretches, 0.0).into_iter().map(|place| places[place]).collect();
        for place in &self.critical {
            let span = &mut self.steps[place.step].spans[place.span];
            span.is_critical = true;
            let length = span.to.unwrap_or(self.total).saturating_sub(span.from).max(0);
            if length > 0 {
                *self.shares.entry(span.kind).or_default() += length;
            }
            if span.source == Some(Source::Assumed) {
                self.assumed += length;
            }
        }
    }
}
