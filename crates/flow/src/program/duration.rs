//! Durations: written inline, as ISO 8601, or as an expression that yields one of these (DSL reference, Duration).

use serde_json::Value;

use crate::expression::{Arguments, ExpressionError, Mode, Template};

/// No timer reaches further: two hundred years.
const LONGEST: f64 = 200.0 * 365.0 * DAY;
const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// A duration in a definition.
#[derive(Debug)]
pub(crate) enum Delay {
    Milliseconds(i64),
    Computed(Template),
}

impl Delay {
    /// Reads a duration; none where it is not one.
    pub(crate) fn compile(value: &Value, mode: Mode) -> Result<Option<Self>, ExpressionError> {
        let template = Template::compile(value, mode)?;
        Ok(match template {
            Template::Constant(value) => milliseconds(&value).map(Self::Milliseconds),
            computed => Some(Self::Computed(computed)),
        })
    }

    /// The duration in milliseconds, or what it evaluated to where that is not a duration.
    pub(crate) fn evaluate(
        &self,
        input: &Value,
        arguments: &dyn Arguments,
    ) -> Result<Result<i64, Value>, ExpressionError> {
        match self {
            Self::Milliseconds(duration) => Ok(Ok(*duration)),
            Self::Computed(template) => {
                let value = template.evaluate(input, arguments)?;
                Ok(milliseconds(&value).ok_or(value))
            }
        }
    }
}

/// Milliseconds of `{days, hours, minutes, seconds, milliseconds}` or of an ISO 8601 text.
pub(crate) fn milliseconds(value: &Value) -> Option<i64> {
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

/// A duration for a person: `2 h 5 min`, `5 s`, `1.5 s`, `20 ms`.
pub(crate) fn readable(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    match milliseconds {
        ..1000 => format!("{milliseconds} ms"),
        1000..60_000 if milliseconds % 1000 != 0 => format!("{:.1} s", milliseconds as f64 / 1000.0),
        1000..60_000 => format!("{seconds} s"),
        _ => {
            let parts = [
                (seconds / 86_400, "d"),
                (seconds / 3600 % 24, "h"),
                (seconds / 60 % 60, "min"),
                (seconds % 60, "s"),
            ];
            let shown: Vec<String> = parts
                .iter()
                .filter(|(count, _)| *count > 0)
                .take(2)
                .map(|(count, unit)| format!("{count} {unit}"))
                .collect();
            shown.join(" ")
        }
    }
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
    fn a_person_reads_two_units_at_most() {
        assert_eq!(
            [20, 1500, 5000, 65_000, 7_500_000, 90_061_000].map(readable).join(", "),
            "20 ms, 1.5 s, 5 s, 1 min 5 s, 2 h 5 min, 1 d 1 h"
        );
    }
}
