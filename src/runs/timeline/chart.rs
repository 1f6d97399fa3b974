//! What the timeline of a run shows: a row for each task, bars for its instances. It knows no pixel and reads no clock:
//! what goes on has no end here.

mod earlier;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use flow::view::tasks;
use flow::{Document, Origin};
use wire::{JobStatus, Status, Task};

use super::critical;
use super::moment::milliseconds;

/// All times are milliseconds since the epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::runs) struct Chart {
    /// In document order, a box before what stands in it; all instances of a task in one row.
    pub rows: Vec<Arc<Row>>,
    pub from: f64,
    /// None while the run goes on.
    pub to: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::runs) struct Row {
    pub pointer: String,
    pub name: String,
    /// The function that is called, else the kind of task.
    pub what: String,
    pub depth: usize,
    /// Other tasks stand in it: its bar is a frame around theirs.
    pub is_box: bool,
    /// The flow went another way; the task will not run.
    pub not_taken: bool,
    /// In the order of their start.
    pub bars: Vec<Bar>,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::runs) struct Bar {
    pub task_id: String,
    pub kind: BarKind,
    pub status: Status,
    pub from: f64,
    /// None: it still goes on. Never before `from`.
    pub to: Option<f64>,
    pub attempt: u32,
    pub iteration: Option<u64>,
    pub is_critical: bool,
    /// The latest end of this bar and of those before it in the row; infinite from one that goes on.
    pub reach: f64,
}

/// What the time of a bar went into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::runs) enum BarKind {
    /// A box around other tasks: its time is theirs.
    Scope,
    Work,
    /// For an approval, or for somebody who sees to a fault.
    People,
    Time,
    Event,
    /// Attempts that failed and the pauses after them.
    Retry,
    Stopped,
    Skipped,
    Faulted,
}

impl BarKind {
    /// In the order in which they are drawn: what matters most lies on top.
    pub(super) const ALL: [Self; 9] = [
        Self::Scope,
        Self::Work,
        Self::People,
        Self::Time,
        Self::Event,
        Self::Retry,
        Self::Stopped,
        Self::Skipped,
        Self::Faulted,
    ];

    pub(in crate::runs) fn as_str(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Work => "work",
            Self::People => "people",
            Self::Time => "time",
            Self::Event => "event",
            Self::Retry => "retry",
            Self::Stopped => "stopped",
            Self::Skipped => "skipped",
            Self::Faulted => "faulted",
        }
    }
}

impl Row {
    pub(super) fn is_open(&self) -> bool {
        self.bars.iter().any(|bar| bar.to.is_none())
    }

    /// The bar that stands for the row: what goes on or is at fault before what is done, the newest of these.
    pub(super) fn leading(&self) -> Option<&Bar> {
        self.bars.iter().max_by_key(|bar| match (&bar.status, bar.kind) {
            (_, BarKind::Retry) if bar.to.is_some() => 0,
            (Status::Faulted, _) => 3,
            _ if bar.to.is_none() => 2,
            _ => 1,
        })
    }
}

impl Chart {
    /// `at_fault` are the ids of the tasks whose fault waits for somebody.
    pub(in crate::runs) fn of(
        document: Option<&Document>,
        status: &JobStatus,
        at_fault: &HashSet<String>,
    ) -> Self {
        let from = milliseconds(&status.job.started_at);
        let starts = status.tasks.iter().filter_map(|task| milliseconds(task.started_at.as_deref()?));
        let from = from.into_iter().chain(starts).reduce(f64::min).unwrap_or_default();
        let mut rows = rows(document, status);
        let instances = instances(&status.tasks);
        for index in 0..rows.len() {
            let inside = rows.get(index + 1).is_some_and(|next| holds(&rows[index], next));
            let row = &mut rows[index];
            row.row.is_box = inside || matches!(row.kind, "do" | "fork" | "for" | "try");
            for task in instances.get(row.row.pointer.as_str()).into_iter().flatten() {
                push_bars(row, task, at_fault.contains(&task.task_id));
            }
            row.row.bars.sort_by(|one, other| one.from.total_cmp(&other.from));
        }
        earlier::add(&mut rows, from);
        let mut rows: Vec<Row> = rows.into_iter().map(|row| row.row).collect();
        critical::mark(&mut rows);
        for row in &mut rows {
            let mut reach = f64::NEG_INFINITY;
            for bar in &mut row.bars {
                reach = reach.max(bar.to.unwrap_or(f64::INFINITY));
                bar.reach = reach;
            }
        }
        let ends = rows.iter().flat_map(|row| &row.bars).filter_map(|bar| bar.to);
        let last = ends.fold(from, f64::max);
        let is_over = status.job.status.is_final();
        let ended_at = status.job.ended_at.as_deref().and_then(milliseconds).unwrap_or(last);
        Self { rows: rows.into_iter().map(Arc::new).collect(), from, to: is_over.then(|| ended_at.max(last)) }
    }

    /// The row of a task, by its pointer.
    pub(in crate::runs) fn position(&self, pointer: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.pointer == pointer)
    }
}

/// A row while the chart is made.
struct Draft<'a> {
    row: Row,
    kind: &'a str,
}

/// The tasks of the definition in its order, then what the definition that is known does not name; without bars.
fn rows<'a>(document: Option<&'a Document>, status: &'a JobStatus) -> Vec<Draft<'a>> {
    let not_taken: HashSet<&str> = status.paths_not_taken.iter().map(String::as_str).collect();
    let ran: HashSet<&str> = status.tasks.iter().map(|task| task.pointer.as_str()).collect();
    let is_over = status.job.status.is_final();
    let mut known = HashSet::new();
    let mut rows = Vec::new();
    for view in document.into_iter().flat_map(tasks).filter(|view| view.origin == Origin::Flow) {
        let pointer = view.pointer.as_str();
        let kind = view.kind.map_or("", flow::TaskKind::key);
        let called = view.called().map(|called| called.split(':').next().unwrap_or(called));
        rows.push(Draft {
            row: Row {
                pointer: pointer.to_owned(),
                name: view.name.to_owned(),
                what: called.unwrap_or(kind).to_owned(),
                depth: view.depth,
                not_taken: !ran.contains(pointer) && (is_over || not_taken.contains(pointer)),
                ..Row::default()
            },
            kind,
        });
        known.insert(pointer.to_owned());
    }
    for task in &status.tasks {
        if known.insert(task.pointer.clone()) {
            rows.push(Draft {
                row: Row {
                    pointer: task.pointer.clone(),
                    name: task.name.clone(),
                    what: task.plugin.clone().unwrap_or_else(|| task.kind.clone()),
                    ..Row::default()
                },
                kind: &task.kind,
            });
        }
    }
    rows
}

fn instances(tasks: &[Task]) -> HashMap<&str, Vec<&Task>> {
    let mut found: HashMap<&str, Vec<&Task>> = HashMap::new();
    for task in tasks {
        found.entry(&task.pointer).or_default().push(task);
    }
    found
}

fn holds(outer: &Draft<'_>, inner: &Draft<'_>) -> bool {
    inner.row.pointer.strip_prefix(outer.row.pointer.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

fn push_bars(draft: &mut Draft<'_>, task: &Task, waits_at_fault: bool) {
    let Some(from) = task.started_at.as_deref().and_then(milliseconds) else { return };
    let to = task.ended_at.as_deref().and_then(milliseconds).map(|to| to.max(from));
    let nature = if draft.row.is_box { BarKind::Scope } else { nature(task) };
    let bar = Bar {
        task_id: task.task_id.clone(),
        kind: nature,
        status: task.status.clone(),
        from,
        to,
        attempt: task.attempt,
        iteration: task.iteration,
        is_critical: false,
        reach: from,
    };
    let is_box = draft.row.is_box;
    let bars = &mut draft.row.bars;
    let waiting = task.waiting.as_ref().filter(|_| to.is_none());
    let kind = match (&task.status, nature) {
        (_, BarKind::Scope) => BarKind::Scope,
        (Status::Skipped, _) => BarKind::Skipped,
        (Status::Faulted, BarKind::Work) => BarKind::Faulted,
        (Status::Cancelled, BarKind::Work) => BarKind::Stopped,
        (_, nature) => waiting.and_then(|waiting| wait_kind(&waiting.kind)).unwrap_or(nature),
    };
    bars.push(Bar { kind, ..bar.clone() });
    // What waits inside of a box's time: the pause of a `try` before it tries again.
    if let Some(waiting) = waiting.filter(|_| is_box)
        && let Some(kind) = wait_kind(&waiting.kind)
    {
        let since = waiting.since.as_deref().and_then(milliseconds).unwrap_or(from).max(from);
        bars.push(Bar { kind, from: since, to: None, ..bar.clone() });
    }
    if task.status == Status::Faulted
        && !is_box
        && let Some(to) = to
    {
        // A gate that was refused was waiting for people all the same: its fault is a mark at its end.
        if nature != BarKind::Work {
            bars.push(Bar { kind: BarKind::Faulted, from: to, to: Some(to), ..bar.clone() });
        }
        if waits_at_fault {
            bars.push(Bar { kind: BarKind::People, from: to, to: None, ..bar });
        }
    }
}

/// What a task spends its time with when nothing goes wrong.
fn nature(task: &Task) -> BarKind {
    match (task.kind.as_str(), task.plugin.as_deref()) {
        (_, Some("manual-gate")) => BarKind::People,
        ("wait", _) => BarKind::Time,
        ("listen", _) => BarKind::Event,
        _ => BarKind::Work,
    }
}

fn wait_kind(kind: &str) -> Option<BarKind> {
    match kind {
        "approval" => Some(BarKind::People),
        "time" => Some(BarKind::Time),
        "event" => Some(BarKind::Event),
        "retry" => Some(BarKind::Retry),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
