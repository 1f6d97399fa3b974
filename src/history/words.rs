//! The names of properties, conditions and columns, and a filter as a sentence.

use leptos_i18n::I18nContext;
use wire::history::{Operator, Property, PropertyKind};

use super::address::{Clause, minutes_ago};
use super::columns::Column;
use crate::i18n::*;
use crate::ui::TimeDisplay;
use crate::ui::status::status_label;
use crate::ui::time::{format_duration, format_time};

pub(super) fn property_label(i18n: I18nContext<Locale>, property: Property) -> &'static str {
    match property {
        Property::JobName => t_string!(i18n, history.properties.job_name),
        Property::WorkflowId => t_string!(i18n, history.properties.workflow_id),
        Property::WorkflowName => t_string!(i18n, history.properties.workflow_name),
        Property::Namespace => t_string!(i18n, history.properties.namespace),
        Property::Status => t_string!(i18n, history.properties.status),
        Property::StartedBy => t_string!(i18n, history.properties.started_by),
        Property::StartedAt => t_string!(i18n, history.properties.started_at),
        Property::EndedAt => t_string!(i18n, history.properties.ended_at),
        Property::Duration => t_string!(i18n, history.properties.duration),
        Property::Error => t_string!(i18n, history.properties.error),
        Property::DryRun => t_string!(i18n, history.properties.dry_run),
    }
}

/// Times come before and after, durations are longer and shorter, the rest is or is not.
pub(super) fn operator_label(
    i18n: I18nContext<Locale>,
    kind: PropertyKind,
    operator: Operator,
) -> &'static str {
    let is_time = kind == PropertyKind::Time;
    match operator {
        Operator::Eq => t_string!(i18n, history.operators.eq),
        Operator::Ne => t_string!(i18n, history.operators.ne),
        Operator::Gt if is_time => t_string!(i18n, history.operators.after),
        Operator::Gt => t_string!(i18n, history.operators.gt),
        Operator::Ge if is_time => t_string!(i18n, history.operators.since),
        Operator::Ge => t_string!(i18n, history.operators.ge),
        Operator::Lt if is_time => t_string!(i18n, history.operators.before),
        Operator::Lt => t_string!(i18n, history.operators.lt),
        Operator::Le if is_time => t_string!(i18n, history.operators.until),
        Operator::Le => t_string!(i18n, history.operators.le),
        Operator::Like => t_string!(i18n, history.operators.like),
        Operator::In => t_string!(i18n, history.operators.within),
        Operator::Between => t_string!(i18n, history.operators.between),
        Operator::IsNull => t_string!(i18n, history.operators.is_null),
        Operator::NotNull => t_string!(i18n, history.operators.not_null),
    }
}

pub(super) fn column_label(i18n: I18nContext<Locale>, column: Column) -> &'static str {
    match column {
        Column::Status => t_string!(i18n, history.properties.status),
        Column::Run => t_string!(i18n, history.column.run),
        Column::Workflow => t_string!(i18n, history.properties.workflow_name),
        Column::StartedAt => t_string!(i18n, history.properties.started_at),
        Column::EndedAt => t_string!(i18n, history.properties.ended_at),
        Column::Duration => t_string!(i18n, history.properties.duration),
        Column::StartedBy => t_string!(i18n, history.properties.started_by),
        Column::Progress => t_string!(i18n, history.column.progress),
        Column::Detail => t_string!(i18n, history.column.detail),
        Column::Mode => t_string!(i18n, history.column.mode),
        Column::WorkflowId => t_string!(i18n, history.properties.workflow_id),
    }
}

/// `Status is one of Faulted, Waiting`.
pub(super) fn sentence(i18n: I18nContext<Locale>, clause: &Clause, display: TimeDisplay) -> String {
    let (property, kind) = (property_label(i18n, clause.property), clause.property.kind());
    let operator = operator_label(i18n, kind, clause.operator);
    if !clause.operator.takes_operand() {
        return format!("{property} {operator}");
    }
    let one = |operand: &str| match kind {
        PropertyKind::Status => status_label(i18n, &operand.into()),
        PropertyKind::Time => moment_label(i18n, operand, display),
        PropertyKind::Duration => operand
            .parse::<f64>()
            .map_or_else(|_| operand.to_owned(), |seconds| format_duration(seconds * 1000.0)),
        PropertyKind::Boolean if operand == "true" => t_string!(i18n, history.yes).to_owned(),
        PropertyKind::Boolean => t_string!(i18n, history.no).to_owned(),
        PropertyKind::Text => operand.to_owned(),
    };
    let joint = if clause.operator == Operator::Between { " – " } else { ", " };
    let operands: Vec<String> = clause.operands().into_iter().map(one).collect();
    format!("{property} {operator} {}", operands.join(joint))
}

/// `24 h ago`, or the moment itself.
pub(super) fn moment_label(i18n: I18nContext<Locale>, operand: &str, display: TimeDisplay) -> String {
    match minutes_ago(operand) {
        Some(minutes) if minutes > 1_440 && minutes.is_multiple_of(1_440) => {
            t_string!(i18n, common.time.days, count = minutes / 1_440)
        }
        Some(minutes) if minutes.is_multiple_of(60) => {
            t_string!(i18n, common.time.hours, count = minutes / 60)
        }
        Some(minutes) => t_string!(i18n, common.time.minutes, count = minutes),
        None => format_time(operand, display),
    }
}

/// What of a count is known: `1,234`, or `1,234+` where there may be more.
pub(super) fn count(number: u64, is_at_least: bool) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if is_at_least {
        text.push('+');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn large_counts_can_be_read() {
        assert_eq!(
            (count(999, false), count(1_000, false), count(1_234_567, true)),
            ("999".into(), "1,000".into(), "1,234,567+".into())
        );
    }
}
