//! Where the runs that a search looks at come from. Either few enough match one of the filters, by its index: then these are
//! gathered, whatever the order. Or the runs are walked in the order that is asked for, by the index of that order, and what
//! does not match is left out. No search reads the table from end to end without knowing where to stop.

use sqlx::{QueryBuilder, Sqlite};
use wire::history::{Operator, Property, Sort};

use super::cursor::Key;
use super::{Condition, Operand, pattern};

/// Larger than every time: the keys of what has not ended are counted from here.
const OPEN: i64 = 4_000_000_000_000_000_000;

/// Runs that an index finds: a superset of what a filter lets through.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) index: &'static str,
    pub(super) bounds: Bounds,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bounds {
    /// The column is one of these.
    Values(&'static str, Vec<String>),
    /// The column is a number from the one to the other, both included.
    Range(&'static str, Option<i64>, Option<i64>),
    /// The whole of a partial index, by its own condition.
    All(&'static str),
}

/// How a filter is found.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reach {
    Spans(Vec<Span>),
    /// By the different texts of the column, as long as these are few, that are like the pattern.
    Like {
        index: &'static str,
        column: &'static str,
        pattern: String,
    },
}

/// How this condition is found by an index, if at all.
pub(super) fn reach(condition: &Condition, now: i64) -> Option<Reach> {
    let texts = || -> Vec<String> {
        condition
            .operands
            .iter()
            .filter_map(|operand| if let Operand::Text(text) = operand { Some(text.clone()) } else { None })
            .collect()
    };
    let spans = |spans: Vec<Span>| Some(Reach::Spans(spans));
    match (condition.property, condition.operator) {
        (property, Operator::Eq | Operator::In) if text_index(property).is_some() => {
            let (index, column) = text_index(property)?;
            spans(vec![Span { index, bounds: Bounds::Values(column, texts()) }])
        }
        (Property::JobName, Operator::Eq | Operator::In) => {
            let bounds = Bounds::Values("job_name", texts());
            spans(vec![Span { index: "sqlite_autoindex_jobs_1", bounds }])
        }
        (Property::WorkflowId | Property::WorkflowName | Property::StartedBy, Operator::Like) => {
            let (index, column) = text_index(condition.property)?;
            Some(Reach::Like { index, column, pattern: pattern(texts().first()?) })
        }
        (Property::StartedAt, operator) => {
            let (low, high) = numbers(operator, &condition.operands)?;
            let bounds = Bounds::Range("started_at", low, high);
            spans(vec![Span { index: "jobs_by_start", bounds }])
        }
        (Property::EndedAt, Operator::IsNull) => {
            spans(vec![Span { index: "jobs_by_end", bounds: Bounds::Range("ended_key", Some(OPEN), None) }])
        }
        (Property::EndedAt, operator) => {
            let (low, high) = numbers(operator, &condition.operands)?;
            let bounds = Bounds::Range("ended_key", low, Some(high.unwrap_or(OPEN - 1)));
            spans(vec![Span { index: "jobs_by_end", bounds }])
        }
        (Property::Duration, operator) => {
            let (low, high) = durations(operator, &condition.operands)?;
            let index = "jobs_by_duration";
            let ended = Bounds::Range("duration_key", low, Some(high.unwrap_or(OPEN / 2)));
            let open = |time: Option<i64>| time.map(|time| (OPEN - now).saturating_add(time));
            let open = Bounds::Range("duration_key", Some(open(low).unwrap_or(OPEN / 2)), open(high));
            spans(vec![Span { index, bounds: ended }, Span { index, bounds: open }])
        }
        (Property::Error, Operator::Eq | Operator::In | Operator::Like | Operator::NotNull) => {
            spans(vec![Span { index: "jobs_with_error", bounds: Bounds::All("error IS NOT NULL") }])
        }
        (Property::DryRun, Operator::Eq) if condition.operands == [Operand::Integer(1)] => {
            spans(vec![Span { index: "jobs_rehearsed", bounds: Bounds::All("dry_run = 1") }])
        }
        _ => None,
    }
}

/// The index of a text that many runs share; it goes on in the order of the start.
fn text_index(property: Property) -> Option<(&'static str, &'static str)> {
    Some(match property {
        Property::WorkflowId => ("jobs_by_workflow", "workflow_id"),
        Property::WorkflowName => ("jobs_by_workflow_name", "workflow_name"),
        Property::Status => ("jobs_by_status", "status"),
        Property::StartedBy => ("jobs_by_starter", "started_by"),
        _ => return None,
    })
}

/// From and to, both included; an operator that leaves both open finds nothing by an index.
fn numbers(operator: Operator, operands: &[Operand]) -> Option<(Option<i64>, Option<i64>)> {
    let number = |at: usize| match operands.get(at) {
        Some(Operand::Integer(number)) => Some(*number),
        _ => None,
    };
    Some(match operator {
        Operator::Eq => (Some(number(0)?), Some(number(0)?)),
        Operator::Gt => (Some(number(0)?.saturating_add(1)), None),
        Operator::Ge => (Some(number(0)?), None),
        Operator::Lt => (None, Some(number(0)?.saturating_sub(1))),
        Operator::Le => (None, Some(number(0)?)),
        Operator::Between => (Some(number(0)?), Some(number(1)?)),
        _ => return None,
    })
}

/// Milliseconds from and to that hold all durations in question; the condition itself is exact.
fn durations(operator: Operator, operands: &[Operand]) -> Option<(Option<i64>, Option<i64>)> {
    let seconds = |at: usize| match operands.get(at) {
        // Ten thousand years are as good as more: the keys of what has not ended lie beyond.
        Some(Operand::Seconds(seconds)) => Some(seconds.clamp(0.0, 3.2e11)),
        _ => None,
    };
    let low = |seconds: f64| Some((seconds * 1000.0).floor() as i64);
    let high = |seconds: f64| Some((seconds * 1000.0).ceil() as i64);
    Some(match operator {
        Operator::Eq => (low(seconds(0)?.floor()), high(seconds(0)?.floor() + 1.0)),
        Operator::Gt | Operator::Ge => (low(seconds(0)?), None),
        Operator::Lt | Operator::Le => (None, high(seconds(0)?)),
        Operator::Between => (low(seconds(0)?), high(seconds(1)?)),
        _ => return None,
    })
}

/// The runs in an order, by an index that has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Walk {
    pub(super) index: &'static str,
    /// What the index begins with and all these runs have in common.
    fixed: Option<(&'static str, String)>,
    /// The condition of a partial index.
    partial: Option<&'static str>,
    /// The first key is from the one to the other.
    range: (Option<i64>, Option<i64>),
    pub(super) keys: &'static [&'static str],
    /// The conditions that are left to be looked at for each run.
    pub(super) left: Vec<Condition>,
}

/// The columns of an order, the last of which tells every run from all others.
pub(super) fn keys(sort: Sort) -> &'static [&'static str] {
    match sort {
        Sort::StartedAt => &["started_at", "id"],
        Sort::EndedAt => &["ended_key", "id"],
        Sort::Duration => &["duration_key", "id"],
        Sort::Status => &["status", "started_at", "id"],
        Sort::WorkflowName => &["workflow_name", "started_at", "id"],
        Sort::JobName => &["job_name", "id"],
        Sort::StartedBy => &["started_by", "started_at", "id"],
    }
}

/// Which of the keys are text.
pub(super) fn shape(sort: Sort) -> Vec<bool> {
    keys(sort).iter().map(|key| !matches!(*key, "started_at" | "ended_key" | "duration_key" | "id")).collect()
}

/// The walk for this order, with as much of the conditions in it as its index has. `spans` are those of the conditions, by
/// their places, the rarest first.
pub(super) fn walk(sort: Sort, conditions: &[Condition], spans: &[(usize, Vec<Span>)]) -> Walk {
    let mut walk = Walk {
        index: match sort {
            Sort::StartedAt => "jobs_by_start",
            Sort::EndedAt => "jobs_by_end",
            Sort::Duration => "jobs_by_duration",
            Sort::Status => "jobs_by_status",
            Sort::WorkflowName => "jobs_by_workflow_name",
            Sort::JobName => "sqlite_autoindex_jobs_1",
            Sort::StartedBy => "jobs_by_starter",
        },
        fixed: None,
        partial: None,
        range: (None, None),
        keys: keys(sort),
        left: Vec::new(),
    };
    let mut held = Vec::new();
    if sort == Sort::StartedAt {
        for (place, spans) in spans {
            match spans.as_slice() {
                [Span { index, bounds: Bounds::Values(column, values) }]
                    if conditions[*place].property != Property::JobName =>
                {
                    let [value] = values.as_slice() else { continue };
                    walk.index = index;
                    walk.fixed = Some((column, value.clone()));
                    held.push(*place);
                    break;
                }
                [Span { index, bounds: Bounds::All(partial) }] => {
                    walk.index = index;
                    walk.partial = Some(partial);
                    if conditions[*place].operator == Operator::NotNull || *index == "jobs_rehearsed" {
                        held.push(*place);
                    }
                    break;
                }
                _ => {}
            }
        }
    }
    for (place, condition) in conditions.iter().enumerate() {
        let ranged = match (sort, condition.property) {
            (Sort::StartedAt, Property::StartedAt) => numbers(condition.operator, &condition.operands),
            (Sort::EndedAt, Property::EndedAt) => numbers(condition.operator, &condition.operands),
            _ => None,
        };
        if let Some((low, high)) = ranged {
            walk.range.0 = walk.range.0.max(low);
            walk.range.1 = match (walk.range.1, high) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            if sort == Sort::StartedAt {
                held.push(place);
            }
        }
    }
    let left = conditions.iter().enumerate().filter(|(place, _)| !held.contains(place));
    walk.left = left.map(|(_, condition)| condition.clone()).collect();
    walk
}

impl Walk {
    /// The fixed value, where there is one.
    pub(super) fn fixed(&self) -> Option<(&'static str, &str)> {
        self.fixed.as_ref().map(|(column, value)| (*column, value.as_str()))
    }

    pub(super) fn range(&self) -> (Option<i64>, Option<i64>) {
        self.range
    }

    /// The same from end to end.
    pub(super) fn without_range(&self) -> Self {
        Self { range: (None, None), ..self.clone() }
    }

    /// Appends ` FROM jobs … WHERE …` with what the index finds.
    pub(super) fn push_from(&self, query: &mut QueryBuilder<Sqlite>) {
        query.push(" FROM jobs INDEXED BY ").push(self.index).push(" WHERE ");
        query.push(self.partial.unwrap_or("1"));
        if let Some((column, value)) = &self.fixed {
            query.push(" AND ").push(*column).push(" = ").push_bind(value.clone());
        }
        if let Some(low) = self.range.0 {
            query.push(" AND ").push(self.keys[0]).push(" >= ").push_bind(low);
        }
        if let Some(high) = self.range.1 {
            query.push(" AND ").push(self.keys[0]).push(" <= ").push_bind(high);
        }
    }
}

/// Appends `SELECT id AS found …` of all spans.
pub(super) fn push_spans(query: &mut QueryBuilder<Sqlite>, spans: &[Span]) {
    for (place, span) in spans.iter().enumerate() {
        query.push(if place == 0 { "SELECT id AS found" } else { " UNION ALL SELECT id" });
        query.push(" FROM jobs INDEXED BY ").push(span.index).push(" WHERE ");
        match &span.bounds {
            Bounds::All(condition) => {
                query.push(*condition);
            }
            Bounds::Values(column, values) => {
                query.push(*column).push(" IN (");
                for (place, value) in values.iter().enumerate() {
                    query.push(if place == 0 { "" } else { ", " }).push_bind(value.clone());
                }
                query.push(")");
            }
            Bounds::Range(column, low, high) => {
                query.push(*column).push(" >= ").push_bind(low.unwrap_or(i64::MIN));
                query.push(" AND ").push(*column).push(" <= ").push_bind(high.unwrap_or(i64::MAX));
            }
        }
    }
}

/// Appends ` AND (keys) < (values)`: what lies on one side of a run.
pub(super) fn push_side(
    query: &mut QueryBuilder<Sqlite>,
    columns: &[&'static str],
    sign: &'static str,
    values: &[Key],
) {
    query.push(" AND (").push(columns.join(", ")).push(") ").push(sign).push(" (");
    for (place, value) in values.iter().enumerate() {
        query.push(if place == 0 { "" } else { ", " });
        match value {
            Key::Number(number) => query.push_bind(*number),
            Key::Text(text) => query.push_bind(text.clone()),
        };
    }
    query.push(")");
}

/// Appends ` ORDER BY …`.
pub(super) fn push_order(query: &mut QueryBuilder<Sqlite>, columns: &[&'static str], descending: bool) {
    let direction = if descending { " DESC" } else { "" };
    for (place, column) in columns.iter().enumerate() {
        query.push(if place == 0 { " ORDER BY " } else { ", " }).push(*column).push(direction);
    }
}

/// The columns that conditions look at.
pub(super) fn columns(conditions: &[Condition]) -> Vec<&'static str> {
    let mut columns = Vec::new();
    for condition in conditions {
        columns.extend_from_slice(match condition.property {
            Property::Duration => &["started_at", "ended_at"],
            Property::Error => &["error", "error_type", "error_title", "error_detail"],
            property => match property {
                Property::JobName => &["job_name"],
                Property::WorkflowId => &["workflow_id"],
                Property::WorkflowName => &["workflow_name"],
                Property::Namespace => &["namespace"],
                Property::Status => &["status"],
                Property::StartedBy => &["started_by"],
                Property::StartedAt => &["started_at"],
                Property::EndedAt => &["ended_at"],
                _ => &["dry_run"],
            },
        });
    }
    columns.sort_unstable();
    columns.dedup();
    columns
}
