//! What was, for machines: the run, its definition, its tasks and people, with times as RFC 3339 and spans in milliseconds.
//! No DOM, no clock, no words for people.

use std::collections::HashSet;

use flow::Document;
use flow::duration::recovery_target;
use serde::Serialize;
use serde_json::Value;
use wire::job::{Act, ParentTask, TaskError};
use wire::{JobStatus, Status, Task};

use crate::runs::model::attention;
use crate::runs::timeline::{BarKind, Chart, at_fault, milliseconds, rfc3339, shares};

/// The report of one run. The names of its members are the format of the JSON file: they are added to, not changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Record {
    pub format: &'static str,
    /// When the report was made; a run that is not over may have changed since.
    pub as_of: String,
    pub run: Run,
    pub definition: Definition,
    /// None where the definition has no recovery time objective.
    pub target: Option<Target>,
    /// What the chain of tasks that determined the end was spent on, and how much of it.
    pub critical_path: Vec<Share>,
    pub waits_for_people: Vec<Wait>,
    pub people: Vec<Act>,
    pub tasks: Vec<Instance>,
    /// Tasks that the service left out of its answer.
    pub tasks_omitted: u64,
    /// Tasks of the definition that the flow went past.
    pub not_taken: Vec<String>,
    pub input: Value,
    pub output: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Run {
    pub job_name: String,
    pub status: String,
    pub is_over: bool,
    pub dry_run: bool,
    pub started_by: String,
    pub started_at: String,
    pub ended_at: Option<String>,
    pub elapsed_ms: f64,
    pub reason: Option<String>,
    pub error: Option<TaskError>,
    pub parent: Option<ParentTask>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Definition {
    pub workflow_id: String,
    pub namespace: String,
    pub name: String,
    pub version: String,
    pub title: Option<String>,
    pub revision: u64,
    /// Of the definition that ran; none where the service does not say which it was.
    pub digest: Option<String>,
}

/// The recovery time objective, and whether the run kept it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Target {
    pub ms: f64,
    /// None while that is open: the run goes on, and there is time left.
    pub is_met: Option<bool>,
}

/// A part of the time on the critical path.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Share {
    #[serde(rename = "of", serialize_with = "kind_word")]
    pub kind: BarKind,
    pub ms: f64,
}

/// A time in which the run waited for a person: at a gate, or for somebody who sees to a fault.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Wait {
    pub task: String,
    pub pointer: String,
    pub from: String,
    /// None: it still waits.
    pub to: Option<String>,
    pub ms: f64,
    /// The act that ended it.
    pub ended_by: Option<Act>,
}

/// One instance of a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Instance {
    pub task_id: String,
    pub pointer: String,
    pub name: String,
    /// The function that was called, else the kind of task.
    pub what: String,
    pub status: String,
    pub attempt: u32,
    pub iteration: Option<u64>,
    pub started_at: Option<String>,
    pub ended_at: Option<String>,
    pub ms: Option<f64>,
    /// It is on the chain that determined the end of the run.
    pub critical: bool,
    pub error: Option<TaskError>,
    /// How deep it stands in the definition: for the eye only.
    #[serde(skip)]
    pub depth: usize,
}

/// Milliseconds after the end of a wait within which its act is told: the act is recorded, then the task goes on.
const SOON: f64 = 2_000.0;

impl Record {
    /// `now` is in milliseconds since the epoch, and ends what goes on.
    pub(super) fn of(document: Option<&Document>, status: &JobStatus, now: f64) -> Self {
        let chart = Chart::of(document, status, &at_fault(&attention(document, status)));
        let end = chart.to.unwrap_or(now).max(chart.from);
        let job = &status.job;
        let error = job.error.clone().filter(|_| job.status == Status::Faulted || !job.status.is_final());
        Self {
            format: "mas-run-report/1",
            as_of: rfc3339(now),
            run: Run {
                job_name: job.job_name.clone(),
                status: job.status.as_str().to_owned(),
                is_over: job.status.is_final(),
                dry_run: job.dry_run,
                started_by: job.started_by.clone(),
                started_at: job.started_at.clone(),
                ended_at: job.ended_at.clone(),
                elapsed_ms: end - chart.from,
                reason: status.reason.clone().filter(|reason| !reason.is_empty()),
                error,
                parent: job.parent.clone(),
            },
            definition: definition(document, status),
            target: document
                .and_then(recovery_target)
                .map(|target| met(target as f64, end - chart.from, &job.status)),
            critical_path: shares(chart.rows.iter().map(AsRef::as_ref), end)
                .into_iter()
                .map(|(kind, ms)| Share { kind, ms })
                .collect(),
            waits_for_people: waits(&chart, &status.acts, end),
            people: status.acts.clone(),
            tasks: instances(&chart, &status.tasks, end),
            tasks_omitted: status.tasks_omitted,
            not_taken: chart.rows.iter().filter(|row| row.not_taken).map(|row| row.pointer.clone()).collect(),
            input: status.input.clone(),
            output: status.output.clone(),
        }
    }

    /// The instances that a person or the flow passed by.
    pub(super) fn skipped(&self) -> impl Iterator<Item = &Instance> {
        self.tasks.iter().filter(|task| task.status == Status::Skipped.as_str())
    }

    /// The instances that were tried more than once.
    pub(super) fn retried(&self) -> impl Iterator<Item = &Instance> {
        self.tasks.iter().filter(|task| task.attempt > 1)
    }

    /// The instances that ended, or stand, at fault.
    pub(super) fn faulted(&self) -> impl Iterator<Item = &Instance> {
        self.tasks.iter().filter(|task| task.error.is_some())
    }
}

fn met(ms: f64, elapsed: f64, status: &Status) -> Target {
    let is_met = match status {
        Status::Completed => Some(elapsed <= ms),
        status if status.is_final() => Some(false),
        _ => (elapsed > ms).then_some(false),
    };
    Target { ms, is_met }
}

fn definition(document: Option<&Document>, status: &JobStatus) -> Definition {
    let known = Definition {
        workflow_id: status.job.workflow_id.clone(),
        name: status.job.workflow_name.clone(),
        revision: status.definition_revision,
        ..Definition::default()
    };
    let Some(document) = document else { return known };
    let head = document.view();
    Definition {
        namespace: head.namespace.to_owned(),
        name: head.name.to_owned(),
        version: head.version.to_owned(),
        title: head.title.map(str::to_owned),
        digest: Some(document.digest()),
        ..known
    }
}

fn waits(chart: &Chart, acts: &[Act], end: f64) -> Vec<Wait> {
    let mut found = Vec::new();
    for row in &chart.rows {
        for bar in row.bars.iter().filter(|bar| bar.kind == BarKind::People) {
            let to = bar.to.unwrap_or(end);
            // Of an act to all faulted tasks no task is named.
            let concerns = |act: &&Act| {
                let named = act.task_id.as_deref();
                let at = milliseconds(&act.at).unwrap_or(f64::NEG_INFINITY);
                (named == Some(bar.task_id.as_str()) || (named.is_none() && act.act != "start"))
                    && at >= bar.from
                    && at <= to + SOON
            };
            found.push(Wait {
                task: row.name.clone(),
                pointer: row.pointer.clone(),
                from: rfc3339(bar.from),
                to: bar.to.map(rfc3339),
                ms: (to - bar.from).max(0.0),
                ended_by: bar.to.and_then(|_| acts.iter().rfind(concerns).cloned()),
            });
        }
    }
    found.sort_by(|one, other| one.from.cmp(&other.from));
    found
}

fn instances(chart: &Chart, tasks: &[Task], end: f64) -> Vec<Instance> {
    let critical: HashSet<&str> = chart
        .rows
        .iter()
        .flat_map(|row| &row.bars)
        .filter(|bar| bar.is_critical)
        .map(|bar| bar.task_id.as_str())
        .collect();
    let instance = |task: &Task| {
        let from = task.started_at.as_deref().and_then(milliseconds);
        let to = task.ended_at.as_deref().and_then(milliseconds).unwrap_or(end);
        let depth = chart.position(&task.pointer).map_or(0, |index| chart.rows[index].depth);
        Instance {
            task_id: task.task_id.clone(),
            pointer: task.pointer.clone(),
            name: task.name.clone(),
            what: task.plugin.clone().unwrap_or_else(|| task.kind.clone()),
            status: task.status.as_str().to_owned(),
            attempt: task.attempt,
            iteration: task.iteration,
            started_at: task.started_at.clone(),
            ended_at: task.ended_at.clone(),
            ms: from.map(|from| (to - from).max(0.0)),
            critical: critical.contains(task.task_id.as_str()),
            error: task.error.clone(),
            depth,
        }
    };
    tasks.iter().map(instance).collect()
}

fn kind_word<S: serde::Serializer>(kind: &BarKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

#[cfg(test)]
pub(in crate::runs::report) mod tests;
