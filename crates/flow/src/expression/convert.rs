//! Between the document's JSON and jq's values. Bounded on the way out: jq's values may share their parts.

use std::fmt::{self, Write};

use jaq_json::{Map, Num, Val};
use serde_json::{Number, Value};

use super::DEEPEST_VALUE;
use super::budget::{LONGEST_STRING, MOST_VALUES};

pub(super) fn into_jq(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(truth) => Val::Bool(*truth),
        Value::Number(number) => Val::Num(match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Num::from_integral(number),
            (None, Some(number)) => Num::from_integral(number),
            (None, None) => Num::Float(number.as_f64().unwrap_or(f64::NAN)),
        }),
        Value::String(text) => Val::from(text.clone()),
        Value::Array(items) => items.iter().map(into_jq).collect(),
        Value::Object(members) => Val::obj(
            members.iter().map(|(name, value)| (Val::from(name.clone()), into_jq(value))).collect::<Map>(),
        ),
    }
}

/// Counts what one evaluation gives out.
pub(super) struct Converter {
    values: usize,
    bytes: usize,
}

impl Converter {
    pub(super) fn new() -> Self {
        Self { values: MOST_VALUES, bytes: LONGEST_STRING }
    }

    /// # Errors
    /// What of the budget the result exceeds.
    pub(super) fn value(&mut self, value: &Val, depth: usize) -> Result<Value, String> {
        if depth > DEEPEST_VALUE {
            return Err(format!("a result that nests more than {DEEPEST_VALUE} deep"));
        }
        self.values = self.values.checked_sub(1).ok_or("a result of more than 1,000,000 values")?;
        Ok(match value {
            Val::Null => Value::Null,
            Val::Bool(truth) => Value::Bool(*truth),
            Val::Num(number) => number_from_jq(number),
            Val::TStr(bytes) | Val::BStr(bytes) => Value::String(self.text(bytes)?),
            Val::Arr(items) => {
                Value::Array(items.iter().map(|item| self.value(item, depth + 1)).collect::<Result<_, _>>()?)
            }
            Val::Obj(members) => {
                let mut object = serde_json::Map::with_capacity(members.len());
                for (name, value) in members.iter() {
                    let name = match name {
                        Val::TStr(bytes) | Val::BStr(bytes) => self.text(bytes)?,
                        // jaq allows any value as a member's name; JSON only strings.
                        other => text(other, LONGEST_STRING).ok_or("a member name that is too long")?,
                    };
                    object.insert(name, self.value(value, depth + 1)?);
                }
                Value::Object(object)
            }
        })
    }

    fn text(&mut self, bytes: &[u8]) -> Result<String, String> {
        self.bytes = self.bytes.checked_sub(bytes.len()).ok_or("a result of more than 16 MiB")?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// JSON has neither infinities nor not-a-number; jq writes the largest number and null.
fn number_from_jq(number: &Num) -> Value {
    let float = match number {
        Num::Int(number) => return Value::from(*number as i64),
        Num::BigInt(number) => {
            let text = number.to_string();
            if let Ok(number) = text.parse::<u64>() {
                return Value::from(number);
            }
            text.parse().unwrap_or(f64::NAN)
        }
        Num::Float(number) => *number,
        Num::Dec(text) => text.parse().unwrap_or(f64::NAN),
    };
    if float.is_nan() {
        return Value::Null;
    }
    let float = float.clamp(f64::MIN, f64::MAX);
    // `1.0` and `1` are one number to jq, and to everybody who compares results.
    if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 {
        return Value::from(float as i64);
    }
    Number::from_f64(float).map_or(Value::Null, Value::Number)
}

/// A value as JSON text; none where that is longer than `most` bytes.
pub(super) fn text(value: &impl fmt::Display, most: usize) -> Option<String> {
    let mut writer = Bounded { text: String::new(), most };
    write!(writer, "{value}").ok().map(|()| writer.text)
}

/// A value as JSON text, with what JSON has no word for written as jq writes it: no number as null, and the largest number
/// for what is larger. None where it is longer than `most` bytes.
pub(super) fn json_text(value: &Val, most: usize) -> Option<String> {
    let mut writer = Bounded { text: String::new(), most };
    write_json(&mut writer, value).ok().map(|()| writer.text)
}

fn write_json(writer: &mut Bounded, value: &Val) -> fmt::Result {
    match value {
        Val::Arr(items) => {
            writer.write_char('[')?;
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    writer.write_char(',')?;
                }
                write_json(writer, item)?;
            }
            writer.write_char(']')
        }
        Val::Obj(members) => {
            writer.write_char('{')?;
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    writer.write_char(',')?;
                }
                match name {
                    Val::TStr(_) | Val::BStr(_) => write_json(writer, name)?,
                    other => {
                        let name = text(other, writer.most).ok_or(fmt::Error)?;
                        write_json(writer, &Val::from(name))?;
                    }
                }
                writer.write_char(':')?;
                write_json(writer, value)?;
            }
            writer.write_char('}')
        }
        Val::Num(Num::Float(number)) if number.is_nan() => writer.write_str("null"),
        Val::Num(Num::Float(number)) if number.is_infinite() => {
            write!(writer, "{}", Val::Num(Num::Float(number.clamp(f64::MIN, f64::MAX))))
        }
        // Bytes that are no text have no form in JSON.
        Val::BStr(bytes) => write!(writer, "{}", Value::from(String::from_utf8_lossy(bytes))),
        Val::Null | Val::Bool(_) | Val::Num(_) | Val::TStr(_) => write!(writer, "{value}"),
    }
}

/// The message of a jq error, cut where it quotes a long value.
pub(super) fn describe(error: &jaq_json::Error) -> String {
    let mut writer = Bounded { text: String::new(), most: 400 };
    if write!(writer, "{error}").is_err() {
        writer.text.push('…');
    }
    writer.text
}

struct Bounded {
    text: String,
    most: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.text.len() + part.len() > self.most {
            return Err(fmt::Error);
        }
        self.text.push_str(part);
        Ok(())
    }
}
