//! How a run stood at an instant, read off its timeline: the service keeps what was, not what was then.

use std::collections::HashMap;

use flow::Pointer;
use wire::{JobStatus, Status};

use crate::runs::timeline::{Bar, BarKind, Chart, Row, milliseconds};
use crate::ui::flow_canvas::NodeStatus;

/// What happened last before an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Last {
    /// Who did what, where it was somebody's act.
    pub act: Option<(String, String)>,
    pub task_name: Option<String>,
    /// The task began; it ended otherwise.
    pub began: bool,
}

/// The tasks that had begun at `moment`, in milliseconds since the epoch, as they stood; and at the end of the run also
/// those that the flow went past.
pub(in crate::runs) fn statuses_at(chart: &Chart, moment: f64) -> HashMap<Pointer, NodeStatus> {
    let is_end = chart.to.is_some_and(|end| moment >= end);
    let status = |row: &Row| {
        let pointer = Pointer::parse(&row.pointer)?;
        if row.not_taken {
            return is_end.then(|| (pointer, NodeStatus { not_taken: true, ..NodeStatus::default() }));
        }
        let begun: Vec<&Bar> = row.bars.iter().filter(|bar| bar.from <= moment).collect();
        // What goes on at the instant stands for the task, the last that began before what it waits for.
        let goes_on = begun.iter().rfind(|bar| bar.to.is_none_or(|to| to > moment));
        let bar = goes_on.or(begun.last())?;
        let status = if goes_on.is_some() { while_it_lasts(bar) } else { afterwards(bar) };
        let instances =
            begun.iter().map(|bar| bar.task_id.as_str()).collect::<std::collections::HashSet<_>>().len();
        let note = (instances > 1).then(|| format!("×{instances}"));
        Some((pointer, NodeStatus { status, attempt: bar.attempt, note, not_taken: false }))
    };
    chart.rows.iter().filter_map(|row| status(row)).collect()
}

fn while_it_lasts(bar: &Bar) -> Status {
    match bar.kind {
        // Somebody is to see to a fault.
        BarKind::People if bar.status == Status::Faulted => Status::Faulted,
        BarKind::People | BarKind::Time | BarKind::Event => Status::Waiting,
        _ => Status::Running,
    }
}

fn afterwards(bar: &Bar) -> Status {
    match bar.kind {
        // The attempt that followed had not begun.
        BarKind::Retry => Status::Faulted,
        _ => bar.status.clone(),
    }
}

/// What happened last until `moment`; acts before what followed from them.
pub(super) fn caption(status: &JobStatus, moment: f64) -> Option<Last> {
    let at = |time: Option<&str>| time.and_then(milliseconds).filter(|at| *at <= moment);
    let mut found: Option<(f64, Last)> = None;
    let mut take = |at: Option<f64>, last: Last| {
        if let Some(at) = at
            && found.as_ref().is_none_or(|(latest, _)| at > *latest)
        {
            found = Some((at, last));
        }
    };
    for act in &status.acts {
        let last = Last {
            act: Some((act.by.clone(), act.act.clone())),
            task_name: act.task_name.clone(),
            began: false,
        };
        take(at(Some(&act.at)), last);
    }
    for task in &status.tasks {
        let last = |began| Last { act: None, task_name: Some(task.name.clone()), began };
        take(at(task.started_at.as_deref()), last(true));
        take(at(task.ended_at.as_deref()), last(false));
    }
    found.map(|(_, last)| last)
}

#[cfg(test)]
mod tests;
