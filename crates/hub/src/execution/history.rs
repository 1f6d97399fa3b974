//! The history: its filters as SQL here, the indexes that they are found by in [`sources`], the search in [`search`]. Words come from closed enums, values are bound: nothing of a request becomes SQL.

use sqlx::{QueryBuilder, Sqlite};
use wire::history::{Filter, Operator, Property, PropertyKind};

use crate::error::HubError;

mod buckets;
mod cursor;
mod search;
mod sources;

use wire::history::Sort;

pub(super) use self::search::{Limits, answer, explain};

/// What is asked of the history.
#[derive(Clone, Debug)]
pub struct HistoryQuery {
    pub filters: Vec<Filter>,
    pub sort: Sort,
    pub descending: bool,
    pub place: Place,
    pub page_size: u32,
    /// Into how many parts of time the runs are counted instead of being listed.
    pub histogram: Option<u32>,
}

/// Which page is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// From 1, counted from the beginning, however far that is.
    Page(u32),
    /// Where a cursor says; empty is the beginning. Such a search looks at a bounded number of runs, and says how far it came.
    Cursor(String),
}

impl HistoryQuery {
    /// As the API reference has it: newest first.
    pub fn page(filters: &[Filter], page_no: u32, page_size: u32) -> Self {
        Self {
            filters: filters.to_vec(),
            sort: Sort::StartedAt,
            descending: true,
            place: Place::Page(page_no),
            page_size,
            histogram: None,
        }
    }
}

/// A filter whose operands are read.
#[derive(Clone, Debug, PartialEq)]
struct Condition {
    property: Property,
    operator: Operator,
    operands: Vec<Operand>,
}

/// What a filter compares with, read from its operand.
#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Text(String),
    Integer(i64),
    Seconds(f64),
}

/// Reads the operands of all filters.
///
/// # Errors
/// 400 naming the element whose operand is no time.
fn conditions(filters: &[Filter]) -> Result<Vec<Condition>, HubError> {
    let read = |(index, filter): (usize, &Filter)| {
        let operands = operands(filter).map_err(|operand| not_a_time(index, filter, &operand))?;
        Ok(Condition { property: filter.property, operator: filter.operator, operands })
    };
    filters.iter().enumerate().map(read).collect()
}

/// Appends all conditions, ANDed. `now` is when an unfinished job's duration is measured.
fn push_conditions<'c>(
    query: &mut QueryBuilder<Sqlite>,
    conditions: impl IntoIterator<Item = &'c Condition>,
    now: i64,
) {
    query.push("1");
    for condition in conditions {
        query.push(" AND (");
        push_condition(query, condition, now);
        query.push(")");
    }
}

fn not_a_time(index: usize, filter: &Filter, operand: &str) -> HubError {
    let property = filter.property.as_str();
    HubError::bad_request(
        format!(
            "[{index}].operand: {property} is compared with a time of RFC 3339 with offset, such as 2026-11-23T11:00:00+08:00, not {operand:?}"
        ),
        format!(
            "[{index}].operand：{property} 须为带时区的 RFC 3339 时间，例如 2026-11-23T11:00:00+08:00，而不是 {operand:?}"
        ),
    )
}

/// Reads the operands; the error is the one that is no time.
fn operands(filter: &Filter) -> Result<Vec<Operand>, String> {
    if !filter.operator.takes_operand() {
        return Ok(Vec::new());
    }
    let read = |text: &str| match filter.property.kind() {
        PropertyKind::Text | PropertyKind::Status => Ok(Operand::Text(text.to_owned())),
        // A space stands where a form of a URL had a plus.
        PropertyKind::Time => text
            .replace(' ', "+")
            .parse::<jiff::Timestamp>()
            .map(|time| Operand::Integer(time.as_millisecond()))
            .map_err(|_| text.to_owned()),
        PropertyKind::Duration => text.parse().map(Operand::Seconds).map_err(|_| text.to_owned()),
        PropertyKind::Boolean => Ok(Operand::Integer(i64::from(text == "true"))),
    };
    filter.operands().into_iter().map(read).collect()
}

fn push_condition(query: &mut QueryBuilder<Sqlite>, condition: &Condition, now: i64) {
    let operands = &condition.operands;
    match (condition.property, condition.operator) {
        (Property::Error, Operator::IsNull) => {
            query.push("error IS NULL");
        }
        (Property::Error, Operator::NotNull) => {
            query.push("error IS NOT NULL");
        }
        (Property::Error, Operator::Ne) => {
            query.push("error IS NULL OR NOT (");
            push_error(query, Operator::Eq, operands);
            query.push(")");
        }
        (Property::Error, operator) => push_error(query, operator, operands),
        (Property::Duration, Operator::Eq | Operator::Ne) => {
            // Durations are shown in whole seconds, and that is what somebody who asks for one means.
            query.push("CAST(");
            push_duration(query, now);
            query.push(" AS INTEGER)");
            push_comparison(query, condition.operator, operands);
        }
        (Property::Duration, operator) => {
            push_duration(query, now);
            push_comparison(query, operator, operands);
        }
        (property, operator) => {
            query.push(column(property));
            push_comparison(query, operator, operands);
        }
    }
}

fn column(property: Property) -> &'static str {
    match property {
        Property::JobName => "job_name",
        Property::WorkflowId => "workflow_id",
        Property::WorkflowName => "workflow_name",
        Property::Namespace => "namespace",
        Property::Status => "status",
        Property::StartedBy => "started_by",
        Property::StartedAt => "started_at",
        Property::EndedAt => "ended_at",
        Property::DryRun => "dry_run",
        // These two are never one column; see `push_condition`.
        Property::Duration => "started_at",
        Property::Error => "error",
    }
}

/// An error is found by its type, its title or its detail.
fn push_error(query: &mut QueryBuilder<Sqlite>, operator: Operator, operands: &[Operand]) {
    query.push("error IS NOT NULL AND (");
    for (index, column) in ["error_type", "error_title", "error_detail"].into_iter().enumerate() {
        // The text is in one of them or not; an error without a title must not make the whole unknown.
        query.push(if index == 0 { "COALESCE(" } else { " OR COALESCE(" }).push(column).push(", '')");
        push_comparison(query, operator, operands);
    }
    query.push(")");
}

/// Seconds from start to end, of an unfinished job until now.
fn push_duration(query: &mut QueryBuilder<Sqlite>, now: i64) {
    query.push("((COALESCE(ended_at, ").push_bind(now).push(") - started_at) / 1000.0)");
}

fn push_comparison(query: &mut QueryBuilder<Sqlite>, operator: Operator, operands: &[Operand]) {
    let sign = match operator {
        Operator::IsNull => {
            query.push(" IS NULL");
            return;
        }
        Operator::NotNull => {
            query.push(" IS NOT NULL");
            return;
        }
        Operator::In => {
            query.push(" IN (");
            for (index, operand) in operands.iter().enumerate() {
                query.push(if index == 0 { "" } else { ", " });
                push_operand(query, operand);
            }
            query.push(")");
            return;
        }
        Operator::Between => {
            if let [from, to] = operands {
                query.push(" BETWEEN ");
                push_operand(query, from);
                query.push(" AND ");
                push_operand(query, to);
            }
            return;
        }
        Operator::Like => {
            if let [Operand::Text(text)] = operands {
                query.push(" LIKE ").push_bind(pattern(text)).push(" ESCAPE '\\'");
            }
            return;
        }
        Operator::Eq => " IS ",
        Operator::Ne => " IS NOT ",
        Operator::Gt => " > ",
        Operator::Ge => " >= ",
        Operator::Lt => " < ",
        Operator::Le => " <= ",
    };
    if let [operand] = operands {
        query.push(sign);
        push_operand(query, operand);
    }
}

fn push_operand(query: &mut QueryBuilder<Sqlite>, operand: &Operand) {
    match operand {
        Operand::Text(text) => query.push_bind(text.clone()),
        Operand::Integer(number) => query.push_bind(*number),
        Operand::Seconds(seconds) => query.push_bind(*seconds),
    };
}

/// A part of the text, unless the operand says with `%` where the rest may be.
fn pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('_', "\\_");
    if text.contains('%') { escaped } else { format!("%{escaped}%") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::history::FilterProperty;

    fn check(property: &str, operator: &str, operand: &str) -> Result<String, String> {
        let element = FilterProperty {
            operator: operator.to_owned(),
            property_name: property.to_owned(),
            operand: operand.to_owned(),
        };
        let filter = Filter::parse(&element).unwrap();
        let mut query = QueryBuilder::new("");
        let conditions = conditions(&[filter]).map_err(|error| error.reason.en)?;
        push_conditions(&mut query, &conditions, 0);
        Ok(query.into_string())
    }

    #[test]
    fn no_operand_ever_becomes_sql() {
        for property in Property::ALL {
            for operator in Operator::ALL.into_iter().filter(|operator| operator.fits(property.kind())) {
                let operand = match property.kind() {
                    PropertyKind::Text => "'; DROP TABLE jobs",
                    PropertyKind::Status => "faulted",
                    PropertyKind::Time => "2026-11-23T11:00:00+08:00",
                    PropertyKind::Duration => "31.5",
                    PropertyKind::Boolean => "true",
                };
                let operand = if operator == Operator::Between {
                    format!("{operand},{operand}")
                } else {
                    operand.to_owned()
                };
                let sql = check(property.as_str(), operator.as_str(), &operand).unwrap();
                for part in ["DROP", "faulted", "2026", "31.5", "true"] {
                    assert!(!sql.contains(part), "{sql}");
                }
            }
        }
    }

    #[test]
    fn the_element_with_a_time_that_is_none_is_named() {
        let reason = check("started_at", "gt", "2026-13-01T00:00:00Z").unwrap_err();
        assert!(reason.starts_with("[0].operand: started_at"), "{reason}");
        assert!(
            check("started_at", "gt", "2026-11-23T11:00:00").is_err(),
            "a time without offset is not a time"
        );
    }

    #[test]
    fn a_part_is_found_anywhere_and_a_pattern_where_it_says() {
        assert_eq!(pattern("dns_x"), "%dns\\_x%");
        assert_eq!(pattern("dns%"), "dns%");
    }
}
