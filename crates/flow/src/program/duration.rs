//! Durations of a program: written as they are, or as an expression that yields one (DSL reference, Duration).

use serde_json::Value;

use crate::duration::milliseconds;
use crate::expression::{Arguments, ExpressionError, Mode, Template};

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

    #[test]
    fn a_person_reads_two_units_at_most() {
        assert_eq!(
            [20, 1500, 5000, 65_000, 7_500_000, 90_061_000].map(readable).join(", "),
            "20 ms, 1.5 s, 5 s, 1 min 5 s, 2 h 5 min, 1 d 1 h"
        );
    }
}
