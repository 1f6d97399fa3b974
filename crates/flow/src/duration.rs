//! Lengths of time as the language writes them: inline, or as ISO 8601 (DSL reference, Duration).

use serde_json::Value;

use crate::Document;

/// The member of a definition's metadata that says within what time it has to complete.
pub const RECOVERY_TARGET: &str = "mas.rto";

/// No timer reaches further: two hundred years.
const LONGEST: f64 = 200.0 * 365.0 * DAY;
const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Milliseconds of `{days, hours, minutes, seconds, milliseconds}` or of an ISO 8601 text.
pub fn milliseconds(value: &Value) -> Option<i64> {
    let sum = match value {
        Value::String(text) => iso(text)?,
        Value::Object(members) if !members.is_empty() => {
            let mut sum = 0.0;
            for (name, value) in members {
                let unit = match name.as_str() {
                    "days" => DAY,
                    "hours" => HOUR,
                    "minutes" => MINUTE,
                    "seconds" => SECOND,
                    "milliseconds" => 1.0,
                    _ => return None,
                };
                sum += value.as_f64()? * unit;
            }
            sum
        }
        _ => return None,
    };
    (sum.is_finite() && sum >= 0.0).then_some(sum.min(LONGEST).round() as i64)
}

/// `P1DT2H3M4.5S`; a year counts 365 days and a month 30, for a duration has no calendar.
fn iso(text: &str) -> Option<f64> {
    let mut rest = text.trim().strip_prefix('P')?;
    let (mut sum, mut parts, mut in_time) = (0.0, 0, false);
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T') {
            if in_time || time.is_empty() {
                return None;
            }
            (rest, in_time) = (time, true);
            continue;
        }
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next()?;
        sum += number
            * match (in_time, unit) {
                (false, 'Y') => 365.0 * DAY,
                (false, 'M') => 30.0 * DAY,
                (false, 'W') => 7.0 * DAY,
                (false, 'D') => DAY,
                (true, 'H') => HOUR,
                (true, 'M') => MINUTE,
                (true, 'S') => SECOND,
                _ => return None,
            };
        rest = &rest[end + unit.len_utf8()..];
        parts += 1;
    }
    (parts > 0).then_some(sum)
}

/// The recovery time objective of a definition (`document.metadata`, `mas.rto`), in milliseconds.
pub fn recovery_target(document: &Document) -> Option<i64> {
    milliseconds(document.root().get("document")?.get("metadata")?.get(RECOVERY_TARGET)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn durations_are_read_inline_and_as_iso_8601() {
        for (value, expected) in [
            (json!({"seconds": 30}), Some(30_000)),
            (json!({"days": 1, "hours": 1, "minutes": 1, "seconds": 1, "milliseconds": 1}), Some(90_061_001)),
            (json!("PT30S"), Some(30_000)),
            (json!("P1DT2H3M4.5S"), Some(93_784_500)),
            (json!("P1W"), Some(604_800_000)),
            (json!("P1Y2M"), Some(36_720_000_000)),
            (json!("PT1M"), Some(60_000)),
            (json!("P"), None),
            (json!("PT"), None),
            (json!("30s"), None),
            (json!("P1H"), None),
            (json!({"second": 1}), None),
            (json!({"seconds": -1}), None),
            (json!(30), None),
            (json!({}), None),
        ] {
            assert_eq!(milliseconds(&value), expected, "{value}");
        }
    }

    #[test]
    fn the_target_of_a_definition_stands_in_its_metadata() {
        let with = |metadata: Value| Document::from_value(json!({"document": {"metadata": metadata}}));
        assert_eq!(recovery_target(&with(json!({"mas.rto": "PT10M"}))), Some(600_000));
        assert_eq!(recovery_target(&with(json!({"mas.rto": {"minutes": 5}}))), Some(300_000));
        assert_eq!(recovery_target(&with(json!({"mas.rto": "soon"}))), None);
        assert_eq!(recovery_target(&with(json!({}))), None);
    }
}
