//! How a simulated run stood at a moment: what plays it needs no more.

use std::collections::BTreeMap;

use super::simulation::{Simulation, SpanKind, Step};
use crate::Pointer;
use crate::engine::TaskStatus;

/// How a task stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub status: TaskStatus,
    pub attempt: u32,
    /// How often it had begun, tries again aside.
    pub instances: usize,
    /// The status of the error that it was at fault with.
    pub error: Option<u16>,
}

impl Simulation {
    /// The tasks that had begun at a moment, as they stood: what went on stands for a task, else what began last.
    pub fn at(&self, moment: i64) -> BTreeMap<&Pointer, Standing> {
        let mut found: BTreeMap<&Pointer, (&Step, usize)> = BTreeMap::new();
        for step in self.steps.iter().filter(|step| step.from <= moment) {
            let (shown, instances) = found.entry(&step.pointer).or_insert((step, 0));
            // A try by policy or by hand is the same instance.
            *instances += usize::from(step.attempt == 1);
            if goes_on(step, moment) || !goes_on(shown, moment) {
                *shown = step;
            }
        }
        found
            .into_iter()
            .map(|(pointer, (step, instances))| (pointer, standing(step, instances, moment)))
            .collect()
    }

    /// The moments at which something begins or ends, each once, in their order.
    pub fn moments(&self) -> Vec<i64> {
        let spans = self.steps.iter().flat_map(|step| &step.spans);
        let mut moments: Vec<i64> = spans.flat_map(|span| [Some(span.from), span.to]).flatten().collect();
        moments.extend([0, self.total]);
        moments.sort_unstable();
        moments.dedup();
        moments
    }
}

fn goes_on(step: &Step, moment: i64) -> bool {
    step.to.is_none_or(|to| to > moment)
}

fn standing(step: &Step, instances: usize, moment: i64) -> Standing {
    let span = step.spans.iter().rfind(|span| span.from <= moment && span.to.is_none_or(|to| to > moment));
    let status = match span.map(|span| span.kind) {
        _ if !goes_on(step, moment) => step.status,
        Some(SpanKind::People | SpanKind::Time | SpanKind::Event | SpanKind::Retry) => TaskStatus::Waiting,
        Some(SpanKind::Work) | None => TaskStatus::Running,
    };
    // What was skipped by hand after a fault was at fault until then.
    let error = step.error.as_ref().filter(|_| status == TaskStatus::Faulted).map(|error| error.status);
    Standing { status, attempt: step.attempt, instances, error }
}
