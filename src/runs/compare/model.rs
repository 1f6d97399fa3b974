//! What differs between two runs, computed from the service's answers and the definitions that ran. No DOM, no clock.

use std::collections::HashMap;

use flow::Document;
use flow::compare::{Comparison, FieldChange, compare, field_changes, same_tasks};
use wire::{JobStatus, Status, Task};

use crate::runs::timeline::milliseconds;

/// Two runs, task by task.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Compared {
    /// In the order of the first run's definition; what only the second has stands after what it came after.
    pub rows: Vec<Row>,
    /// The row at which they first went different ways.
    pub first: Option<usize>,
    /// None where the definitions are the same, or one is not known.
    pub definition: Option<Comparison>,
    pub input: Vec<FieldChange>,
    pub output: Vec<FieldChange>,
}

/// One instance of a task in both runs, or in one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub name: String,
    pub depth: usize,
    pub iteration: Option<u64>,
    pub a: Option<Side>,
    pub b: Option<Side>,
    pub differences: Vec<Difference>,
    pub input: Vec<FieldChange>,
    pub output: Vec<FieldChange>,
}

/// The instance in one run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Side {
    pub task_id: String,
    pub pointer: String,
    pub status: Status,
    pub attempt: u32,
    /// Milliseconds from the start of its run.
    pub began: Option<f64>,
    /// Milliseconds; none while it goes on.
    pub took: Option<f64>,
    pub error: Option<String>,
}

/// In what respect an instance differs; those that mean another way come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    /// Only one of the runs came here.
    Presence,
    Status,
    Error,
    Attempts,
    Input,
    Output,
}

impl Difference {
    /// The flow itself went another way, not only its data.
    fn is_way(self) -> bool {
        matches!(self, Self::Presence | Self::Status | Self::Error | Self::Attempts)
    }
}

impl Row {
    /// How much longer the second took, in milliseconds.
    pub(super) fn longer_by(&self) -> Option<f64> {
        Some(self.b.as_ref()?.took? - self.a.as_ref()?.took?)
    }

    fn began(&self) -> f64 {
        let began = |side: &Option<Side>| side.as_ref().and_then(|side| side.began).unwrap_or(f64::INFINITY);
        began(&self.a).min(began(&self.b))
    }

    fn pointer(&self) -> &str {
        self.a.as_ref().or(self.b.as_ref()).map_or("", |side| side.pointer.as_str())
    }
}

impl Compared {
    pub(super) fn of(a: (&JobStatus, Option<&Document>), b: (&JobStatus, Option<&Document>)) -> Self {
        let same = match (a.1, b.1) {
            (Some(before), Some(after)) if before.root() != after.root() => Some((before, after)),
            _ => None,
        };
        // By the second run's pointer, the first run's.
        let renamed: HashMap<String, String> = same
            .map(|(before, after)| same_tasks(before, after))
            .unwrap_or_default()
            .into_iter()
            .map(|(was, is)| (is.as_str().to_owned(), was.as_str().to_owned()))
            .collect();
        let known = |pointer: &str| match same {
            Some(_) => renamed.get(pointer).cloned(),
            None => Some(pointer.to_owned()),
        };
        let rows = rows(a.0, b.0, known);
        Self {
            first: first_divergence(&rows),
            rows,
            definition: same.map(|(before, after)| compare(before, after)),
            input: field_changes(&a.0.input, &b.0.input),
            output: field_changes(&a.0.output, &b.0.output),
        }
    }
}

fn rows(a: &JobStatus, b: &JobStatus, known: impl Fn(&str) -> Option<String>) -> Vec<Row> {
    // Of a task with several instances the first is compared with the first, and so on.
    let mut places: HashMap<(&str, usize), usize> = HashMap::new();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut pairs: Vec<(Option<&Task>, Option<&Task>)> = Vec::new();
    for task in &a.tasks {
        let count = counts.entry(&task.pointer).or_default();
        places.insert((&task.pointer, *count), pairs.len());
        *count += 1;
        pairs.push((Some(task), None));
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    // What only the second run has, by the row after which it stands.
    let mut only: HashMap<usize, Vec<&Task>> = HashMap::new();
    let mut after = 0;
    for task in &b.tasks {
        let count = counts.entry(&task.pointer).or_default();
        let place = known(&task.pointer).and_then(|pointer| places.get(&(pointer.as_str(), *count)).copied());
        *count += 1;
        match place {
            Some(place) => {
                pairs[place].1 = Some(task);
                after = place + 1;
            }
            None => only.entry(after).or_default().push(task),
        }
    }
    let (a_start, b_start) = (start(a), start(b));
    let row = |(left, right): (Option<&Task>, Option<&Task>)| row(left, right, a_start, b_start);
    let mut rows = Vec::with_capacity(pairs.len() + only.len());
    for (index, pair) in pairs.iter().enumerate() {
        rows.extend(only.remove(&index).into_iter().flatten().map(|task| row((None, Some(task)))));
        rows.push(row(*pair));
    }
    rows.extend(only.remove(&pairs.len()).into_iter().flatten().map(|task| row((None, Some(task)))));
    rows
}

fn row(a: Option<&Task>, b: Option<&Task>, a_start: Option<f64>, b_start: Option<f64>) -> Row {
    let shown = a.or(b);
    let mut row = Row {
        name: shown.map(|task| task.name.clone()).unwrap_or_default(),
        depth: shown.map_or(0, |task| depth(&task.pointer)),
        iteration: shown.and_then(|task| task.iteration),
        a: a.map(|task| side(task, a_start)),
        b: b.map(|task| side(task, b_start)),
        differences: Vec::new(),
        input: Vec::new(),
        output: Vec::new(),
    };
    let (Some(a), Some(b)) = (a, b) else {
        row.differences.push(Difference::Presence);
        return row;
    };
    let comparable = !a.values_omitted && !b.values_omitted;
    if comparable {
        row.input = field_changes(&a.input, &b.input);
        row.output = field_changes(&a.output, &b.output);
    }
    let error = |task: &Task| task.error.as_ref().map(|error| (error.kind.clone(), error.status));
    let found = [
        (Difference::Status, a.status != b.status),
        (Difference::Error, error(a) != error(b)),
        (Difference::Attempts, a.attempt != b.attempt),
        (Difference::Input, !row.input.is_empty()),
        (Difference::Output, !row.output.is_empty()),
    ];
    row.differences =
        found.into_iter().filter(|(_, differs)| *differs).map(|(difference, _)| difference).collect();
    row
}

fn side(task: &Task, start: Option<f64>) -> Side {
    let from = task.started_at.as_deref().and_then(milliseconds);
    let to = task.ended_at.as_deref().and_then(milliseconds);
    let said = |error: &wire::job::TaskError| {
        error.detail.clone().or_else(|| error.title.clone()).unwrap_or_else(|| error.kind.clone())
    };
    Side {
        task_id: task.task_id.clone(),
        pointer: task.pointer.clone(),
        status: task.status.clone(),
        attempt: task.attempt,
        began: from.zip(start).map(|(from, start)| (from - start).max(0.0)),
        took: from.zip(to).map(|(from, to)| (to - from).max(0.0)),
        error: task.error.as_ref().map(said),
    }
}

fn start(status: &JobStatus) -> Option<f64> {
    milliseconds(&status.job.started_at)
}

/// How many tasks stand around the one at this pointer: each is a list index and a name in it.
fn depth(pointer: &str) -> usize {
    let tokens: Vec<&str> = pointer.split('/').skip(1).collect();
    let names = tokens
        .windows(2)
        .filter(|pair| pair[0].bytes().all(|byte| byte.is_ascii_digit()) && !pair[0].is_empty());
    names.count().saturating_sub(1)
}

/// The earliest row where they went another way, else the earliest whose data differs. A box differs because of what
/// stands in it, so that the innermost one is told.
fn first_divergence(rows: &[Row]) -> Option<usize> {
    let earliest = |wanted: fn(&Difference) -> bool| {
        let differs = |row: &Row| row.differences.iter().any(wanted);
        let holds_another = |row: &Row| {
            let around = format!("{}/", row.pointer());
            rows.iter().any(|other| differs(other) && other.pointer().starts_with(&around))
        };
        rows.iter()
            .enumerate()
            .filter(|(_, row)| differs(row) && !holds_another(row))
            .min_by(|(_, one), (_, other)| one.began().total_cmp(&other.began()))
            .map(|(index, _)| index)
    };
    earliest(|difference| difference.is_way()).or_else(|| earliest(|_| true))
}

#[cfg(test)]
mod tests;
