//! History (API reference 4.1.1.1.12): jobs that all filters let through.

use wire::history::{Filter, FilterError, FilterProperty, Operator, Property, PropertyKind, Sort};

use super::paging;
use crate::error::HubError;
use crate::execution::{HistoryQuery, Place};
use crate::freshness::Subject;
use crate::server::{Call, Reply};

const MOST_PARTS: u32 = 200;

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [page_no, page_size, sort, order, cursor, histogram] =
        call.query_values(["page_no", "page_size", "sort", "order", "cursor", "histogram"])?;
    let (page_no, page_size) = paging::page(
        "page_no",
        paging::number("page_no", page_no)?,
        paging::number("page_size", page_size)?,
        20,
    )?;
    let elements: Vec<FilterProperty> = if call.has_body() { call.json()? } else { Vec::new() };
    let asked = HistoryQuery {
        filters: filters(&elements)?,
        sort: sort.as_deref().filter(|word| !word.is_empty()).map_or(Ok(Sort::StartedAt), sorted_by)?,
        descending: is_descending(order.as_deref().unwrap_or_default())?,
        place: cursor.map_or(Place::Page(page_no), Place::Cursor),
        page_size,
        histogram: parts(paging::number("histogram", histogram)?)?,
    };
    // How long a run takes that is under way changes by itself, and so does where a histogram ends.
    let is_timeless = asked.histogram.is_none()
        && asked.filters.iter().all(|filter| filter.property.kind() != PropertyKind::Duration);
    if let Some(unchanged) = call.unchanged().filter(|_| is_timeless) {
        return Ok(unchanged);
    }
    let moment = call.app.executions.freshness().now();
    let reply = Reply::result(call.app.executions.history(&asked).await?)?;
    Ok(if is_timeless { call.tagged(reply, Subject::Lists, moment) } else { reply })
}

fn sorted_by(word: &str) -> Result<Sort, HubError> {
    Sort::parse(word).ok_or_else(|| {
        let known = Sort::ALL.map(Sort::as_str).join(", ");
        HubError::bad_request(
            format!("query: sort {word:?} is none of {known}"),
            format!("查询参数 sort {word:?} 不是 {known} 之一"),
        )
    })
}

fn is_descending(word: &str) -> Result<bool, HubError> {
    match word {
        "" | "desc" => Ok(true),
        "asc" => Ok(false),
        _ => Err(HubError::bad_request(
            format!("query: order {word:?} is neither asc nor desc"),
            format!("查询参数 order {word:?} 应为 asc 或 desc"),
        )),
    }
}

fn parts(parts: Option<u32>) -> Result<Option<u32>, HubError> {
    match parts {
        Some(0) => Ok(None),
        Some(parts) if parts > MOST_PARTS => Err(HubError::bad_request(
            format!("query: histogram: at most {MOST_PARTS} parts of time"),
            format!("查询参数 histogram：最多 {MOST_PARTS} 段"),
        )),
        parts => Ok(parts),
    }
}

fn filters(elements: &[FilterProperty]) -> Result<Vec<Filter>, HubError> {
    let parsed =
        elements.iter().enumerate().map(|(index, element)| {
            Filter::parse(element)
                .and_then(|filter| {
                    if times_are_times(&filter) { Ok(filter) } else { Err(FilterError::OperandNotValid) }
                })
                .map_err(|error| refused(index, element, &error))
        });
    parsed.collect()
}

fn times_are_times(filter: &Filter) -> bool {
    filter.property.kind() != PropertyKind::Time
        || !filter.operator.takes_operand()
        || filter.operands().iter().all(|operand| operand.parse::<jiff::Timestamp>().is_ok())
}

fn refused(index: usize, element: &FilterProperty, error: &FilterError) -> HubError {
    let FilterProperty { operator, property_name, operand } = element;
    let operators = Operator::ALL.map(Operator::as_str).join(", ");
    let properties = Property::ALL.map(Property::as_str).join(", ");
    let (en, zh) = match error {
        FilterError::UnknownOperator => (
            format!("operator {operator:?} is none of {operators}"),
            format!("operator {operator:?} 不是 {operators} 之一"),
        ),
        FilterError::UnknownProperty => (
            format!("property_name {property_name:?} is none of {properties}"),
            format!("property_name {property_name:?} 不是 {properties} 之一"),
        ),
        FilterError::OperatorDoesNotFit => (
            format!("operator {operator} does not fit {property_name}"),
            format!("operator {operator} 不适用于 {property_name}"),
        ),
        FilterError::OperandMissing => {
            (format!("operator {operator} needs an operand"), format!("operator {operator} 需要 operand"))
        }
        FilterError::TwoOperandsNeeded => (
            format!("operator {operator} takes two operands, separated by a comma"),
            format!("operator {operator} 需要两个以逗号分隔的 operand"),
        ),
        FilterError::OperandNotValid => (
            format!(
                "operand {operand:?} is no value of {property_name} (times are RFC 3339 with offset, durations seconds)"
            ),
            format!("operand {operand:?} 不是 {property_name} 的有效值（时间为带时区的 RFC 3339，时长为秒）"),
        ),
    };
    HubError::bad_request(format!("filter [{index}]: {en}"), format!("过滤条件 [{index}]：{zh}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(property_name: &str, operator: &str, operand: &str) -> String {
        let good = FilterProperty {
            operator: "eq".into(),
            property_name: "status".into(),
            operand: "faulted".into(),
        };
        let element = FilterProperty {
            operator: operator.into(),
            property_name: property_name.into(),
            operand: operand.into(),
        };
        filters(&[good, element]).map_or_else(|error| error.reason.en, |filters| format!("{}", filters.len()))
    }

    #[test]
    fn the_element_that_is_wrong_is_named() {
        assert_eq!(check("started_at", "between", "2026-01-01T00:00:00Z, 2026-02-01T00:00:00+08:00"), "2");
        assert!(check("started_at", "gt", "2026-13-01T00:00:00Z").starts_with("filter [1]: operand"));
        assert!(check("started_at", "gt", "2026-01-01").contains("RFC 3339"));
        assert!(check("colour", "eq", "red").contains("workflow_name"));
        assert!(check("status", "~", "x").contains("is_null"));
        assert_eq!(check("ended_at", "is_null", ""), "2");
    }
}
