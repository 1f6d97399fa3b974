//! From text to JSON values, strictly: a member that is said twice, a document that grows beyond its bound
//! and nesting that could exhaust the stack are refused.
//!
//! JSON is read by `serde_json`. YAML is read from the parser's events without recursion, since the stack of a
//! browser is small.

mod numbers;
mod words;
mod yaml;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Dropped, MAX_BYTES, ParseError};

/// The deepest nesting, the same for both formats: `serde_json`'s own limit.
pub(crate) const MAX_DEPTH: usize = 127;

pub(super) fn json(text: &str) -> Result<Value, ParseError> {
    check_size(text)?;
    // Files that were saved on Windows begin with a mark that is no part of JSON.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Strict.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    let value = read.map_err(|error| {
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = message.strip_suffix(&place).unwrap_or(&message);
        words::json(message).at(error.line().max(1), error.column().max(1))
    })?;
    match numbers::not_kept(text) {
        None => Ok(value),
        Some(place) => {
            let before = &text[..place.start];
            let line = before.matches('\n').count() + 1;
            let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
            Err(words::too_long_number(&text[place]).at(line, column))
        }
    }
}

pub(super) fn yaml(text: &str) -> Result<(Value, Dropped), ParseError> {
    check_size(text)?;
    yaml::load(text)
}

fn check_size(text: &str) -> Result<(), ParseError> {
    let bytes = text.len();
    if bytes <= MAX_BYTES { Ok(()) } else { Err(words::too_large(bytes).at(1, 1)) }
}

/// Builds a value as `serde_json::Value` does, but refuses a second member of the same name instead of forgetting the first.
#[derive(Clone, Copy)]
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("JSON has no such number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(words::twice(&name).en));
            }
            let value = members.next_value_seed(self)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}
