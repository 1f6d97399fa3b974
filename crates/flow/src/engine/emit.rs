//! `emit` (DSL reference, Emit, Event Properties): puts a CloudEvent together. Publishing it is a call like any other.
//!
//! What the definition leaves out is filled in so that the same attempt always emits the same event: a crash between
//! the publication and its answer repeats it, and whoever takes it can tell.

use serde_json::{Map, Value};

use super::errors::Standard;
use super::moment::iso8601;
use super::run::{Run, short};
use super::{Call, TaskId, WorkflowError};
use crate::program::Template;

/// The version of CloudEvents that is spoken.
const VERSION: &str = "1.0";
/// Attributes that are texts, not empty where they are there at all (CloudEvents 1.0, Context Attributes).
const TEXTS: [&str; 7] = ["id", "source", "type", "time", "subject", "datacontenttype", "dataschema"];

impl Run<'_> {
    pub(super) fn emit(&mut self, task: TaskId, with: &Template) -> Result<(), WorkflowError> {
        let Some(frame) = self.state.frames.get(&task) else { return Ok(()) };
        let id = format!("{}/{}/{}", self.state.job.id, task.0, frame.attempt);
        let attributes = match self.evaluate(task, with, frame.input(), &[])? {
            Value::Object(attributes) => attributes,
            _ => Map::new(),
        };
        let document = |name: &str| {
            self.program.definition["document"].get(name).and_then(Value::as_str).unwrap_or_default()
        };
        let namespace = document("namespace").to_owned();
        let defaults = [
            ("specversion", VERSION.to_owned()),
            ("id", id),
            ("source", format!("/{namespace}/{}/{}", document("name"), document("version"))),
            ("type", String::new()),
            ("time", iso8601(self.at)),
        ];
        let event = event(attributes, defaults).map_err(|detail| {
            Standard::Validation.at(&self.pointer_of(Some(task)), "Validation Error", detail)
        })?;
        self.call(task, Call::Emit { namespace, event });
        Ok(())
    }
}

/// What an event is called in a log: `com.example.order.placed (id)`.
pub(super) fn name(event: &Value) -> String {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or("?");
    format!("{} ({})", text("type"), text("id"))
}

/// The attributes that are there, after the required ones in their usual order.
fn event(mut attributes: Map<String, Value>, defaults: [(&str, String); 5]) -> Result<Value, String> {
    // An attribute that evaluates to nothing is not there.
    attributes.retain(|_, value| !value.is_null());
    if attributes.get("specversion").is_some_and(|version| version != VERSION) {
        return Err(format!(
            "`specversion` is {}; only \"{VERSION}\" is spoken",
            short(&attributes["specversion"])
        ));
    }
    let mut event = Map::new();
    for (name, default) in defaults {
        let value = attributes.shift_remove(name).unwrap_or(Value::String(default));
        event.insert(name.to_owned(), value);
    }
    event.extend(attributes);
    for (name, value) in &event {
        let is_text = value.as_str().is_some_and(|text| !text.trim().is_empty());
        let fits = match name.as_str() {
            "data" => true,
            "time" => value.as_str().is_some_and(is_time),
            name if TEXTS.contains(&name) => is_text,
            _ => value.is_string() || value.is_boolean() || value.is_i64(),
        };
        if !fits {
            let wanted = match name.as_str() {
                "time" => "a time such as 2026-11-23T11:18:27Z (RFC 3339)",
                name if TEXTS.contains(&name) => "a text that is not empty",
                _ => "a text, a boolean or an integer",
            };
            return Err(format!("the event's `{name}` has to be {wanted}, not {}", short(value)));
        }
    }
    Ok(Value::Object(event))
}

/// Whether a text has the shape of an RFC 3339 time: `2026-11-23T11:18:27.5+08:00`.
pub(super) fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_shape = |bytes: &[u8], shape: &[u8]| {
        bytes.len() == shape.len()
            && bytes.iter().zip(shape).all(|(byte, sign)| match sign {
                b'0' => byte.is_ascii_digit(),
                b'T' => b"Tt ".contains(byte),
                sign => byte == sign,
            })
    };
    let Some((date, rest)) = bytes.split_at_checked(19) else { return false };
    let digits = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            digits + 1
        }
        None => 0,
    };
    let zone = &rest[digits..];
    has_shape(date, b"0000-00-00T00:00:00")
        && (zone == b"Z" || zone == b"z" || has_shape(zone, b"+00:00") || has_shape(zone, b"-00:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_from_a_text() {
        for time in ["2026-11-23T11:18:27Z", "2026-11-23t11:18:27.123456z", "2026-11-23 11:18:27.5+08:00"] {
            assert!(is_time(time), "{time}");
        }
        for text in
            ["", "now", "2026-11-23", "2026-11-23T11:18:27", "2026-11-23T11:18:27.Z", "2026-11-23T11:18:27é"]
        {
            assert!(!is_time(text), "{text}");
        }
    }
}
