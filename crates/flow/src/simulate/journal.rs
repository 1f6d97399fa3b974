//! Writes down a simulated run: what the engine records becomes steps and the spans of time within them.

use std::collections::{BTreeMap, BTreeSet};

use super::estimate::Source;
use super::simulation::{Span, SpanKind, Step};
use crate::engine::{TaskId, TaskRecord, TaskStatus, Timestamp, Waiting};

#[derive(Debug, Default)]
pub(super) struct Journal {
    start: Timestamp,
    pub(super) steps: Vec<Step>,
    /// The step of each task that began last.
    latest: BTreeMap<TaskId, usize>,
    parents: BTreeSet<TaskId>,
}

impl Journal {
    pub(super) fn new(start: Timestamp) -> Self {
        Self { start, ..Self::default() }
    }

    pub(super) fn step_of(&self, task: TaskId) -> Option<&Step> {
        self.steps.get(*self.latest.get(&task)?)
    }

    fn step_mut(&mut self, task: TaskId) -> Option<&mut Step> {
        self.steps.get_mut(*self.latest.get(&task)?)
    }

    /// Takes over how a task stands now.
    pub(super) fn record(&mut self, at: Timestamp, record: &TaskRecord) {
        let now = self.since_start(at);
        self.parents.extend(record.parent);
        let is_new = self.step_of(record.task).is_none_or(|step| {
            // A `try` goes on through its attempts; what was at fault begins anew.
            step.to.is_some() && step.attempt != record.attempt
        });
        if is_new {
            let begun = record.started_at.map_or(now, |at| self.since_start(at));
            self.latest.insert(record.task, self.steps.len());
            self.steps.push(begin(record, begun));
        }
        let is_over = is_over(record.status);
        let ended = record.ended_at.map_or(now, |at| self.since_start(at));
        let waits = record.waiting.as_ref().map(kind);
        let Some(step) = self.step_mut(record.task) else { return };
        (step.status, step.attempt) = (record.status, record.attempt);
        step.error = record.error.clone();
        step.to = is_over.then_some(ended);
        let open = step.spans.last().filter(|span| span.to.is_none()).map(|span| span.kind);
        let goes_on = match open {
            Some(SpanKind::Work) => !is_over && waits.is_none(),
            // A person who sees to a fault does so until the task begins anew.
            Some(SpanKind::People) if record.status == TaskStatus::Faulted && waits.is_none() => !is_new,
            open => open == waits,
        };
        if !goes_on {
            close(step, now);
            if let Some(kind) = waits {
                step.spans.push(Span { kind, from: now, to: None, source: None, is_critical: false });
            }
        }
    }

    /// Something begins that the task spends its time with from now on.
    pub(super) fn open(&mut self, at: Timestamp, task: TaskId, kind: SpanKind, source: Option<Source>) {
        let now = self.since_start(at);
        if let Some(step) = self.step_mut(task) {
            close(step, now);
            step.spans.push(Span { kind, from: now, to: None, source, is_critical: false });
        }
    }

    /// How the length of what the task waits for is known.
    pub(super) fn explain(&mut self, task: TaskId, source: Option<Source>) {
        let open =
            self.step_mut(task).and_then(|step| step.spans.last_mut()).filter(|span| span.to.is_none());
        if let Some(span) = open {
            span.source = source;
        }
    }

    /// What the task spent its time with is over.
    pub(super) fn close(&mut self, at: Timestamp, task: TaskId) {
        let now = self.since_start(at);
        if let Some(step) = self.step_mut(task) {
            close(step, now);
        }
    }

    pub(super) fn since_start(&self, at: Timestamp) -> i64 {
        at.0.saturating_sub(self.start.0)
    }

    /// The steps as they are in the end: what took no time, and is no box, is a moment.
    pub(super) fn finish(self) -> Vec<Step> {
        let Self { mut steps, parents, .. } = self;
        for step in &mut steps {
            step.is_box =
                parents.contains(&step.task) || matches!(step.kind.as_str(), "do" | "fork" | "for" | "try");
            let moment = step.to.unwrap_or(step.from);
            if step.spans.is_empty() && !step.is_box && step.status != TaskStatus::Skipped {
                let kind = SpanKind::Work;
                step.spans.push(Span { kind, from: moment, to: step.to, source: None, is_critical: false });
            }
        }
        steps
    }
}

fn begin(record: &TaskRecord, from: i64) -> Step {
    Step {
        task: record.task,
        parent: record.parent,
        pointer: record.pointer.clone(),
        name: record.name.clone(),
        kind: record.kind.clone(),
        function: record.function.clone(),
        iteration: record.iteration,
        attempt: record.attempt,
        status: record.status,
        error: None,
        from,
        to: None,
        is_box: false,
        spans: Vec::new(),
    }
}

fn close(step: &mut Step, now: i64) {
    if let Some(span) = step.spans.last_mut()
        && span.to.is_none()
    {
        span.to = Some(now);
    }
}

fn kind(waiting: &Waiting) -> SpanKind {
    match waiting {
        Waiting::Approval(_) => SpanKind::People,
        Waiting::Time { .. } => SpanKind::Time,
        Waiting::Retry { .. } => SpanKind::Retry,
        Waiting::Event { .. } => SpanKind::Event,
    }
}

fn is_over(status: TaskStatus) -> bool {
    match status {
        TaskStatus::Completed | TaskStatus::Faulted | TaskStatus::Cancelled | TaskStatus::Skipped => true,
        TaskStatus::Pending | TaskStatus::Running | TaskStatus::Waiting | TaskStatus::Suspended => false,
    }
}
