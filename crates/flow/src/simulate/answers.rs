//! What the world would have said, where nobody says it: outputs of calls, secrets, and the input of the run. As little as
//! has the right shape; whoever reads more out of it is told that it is not known.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::engine::{Call, Process, Returns};
use crate::input::defaults;

/// What is nested deeper in a schema is left out of an invented input.
const DEEPEST: usize = 16;

/// What a call yields of which nothing is known but what it is.
pub(super) fn output(call: &Call) -> Value {
    match call {
        Call::Http { with } | Call::OpenApi { with } => match with.get("output").and_then(Value::as_str) {
            Some("raw") => Value::String(String::new()),
            Some("response") => json!({
                "request": {
                    "method": with.get("method").cloned().unwrap_or_else(|| "get".into()),
                    "uri": with.get("endpoint").map(|endpoint| endpoint.get("uri").unwrap_or(endpoint)),
                    "headers": {},
                },
                "statusCode": 200,
                "headers": {},
                "content": {},
            }),
            _ => json!({}),
        },
        Call::Emit { event, .. } => event.clone(),
        Call::Function { function, .. } if function.starts_with("http-request:") => {
            json!({"statusCode": 200, "headers": {}, "content": {}})
        }
        Call::Function { .. } | Call::Workflow { .. } => json!({}),
        Call::Shell { process, .. } | Call::Script { process, .. } => of_process(process),
    }
}

/// Whether what a call yields follows from the call itself.
pub(super) fn is_known(call: &Call) -> bool {
    match call {
        Call::Emit { .. } | Call::Workflow { awaited: false, .. } => true,
        Call::Shell { process, .. } | Call::Script { process, .. } => {
            !process.awaited || matches!(process.returns, Returns::None | Returns::Code)
        }
        Call::Http { .. } | Call::OpenApi { .. } | Call::Function { .. } | Call::Workflow { .. } => false,
    }
}

fn of_process(process: &Process) -> Value {
    match process.returns {
        Returns::Stdout | Returns::Stderr => Value::String(String::new()),
        Returns::Code => json!(0),
        Returns::All => json!({"code": 0, "stdout": "", "stderr": ""}),
        Returns::None => Value::Null,
    }
}

/// The secrets that a definition lists under `use.secrets`, with the members that its expressions read.
pub(super) fn secrets(definition: &Value) -> Value {
    let text = definition.to_string();
    let names = definition.pointer("/use/secrets").and_then(Value::as_array).into_iter().flatten();
    let secret = |name: &str| {
        let members: Map<String, Value> = members_read(&text, name)
            .into_iter()
            .map(|member| (member.to_owned(), Value::from("simulated")))
            .collect();
        if members.is_empty() { Value::from("simulated") } else { Value::Object(members) }
    };
    names.filter_map(Value::as_str).map(|name| (name.to_owned(), secret(name))).collect::<Map<_, _>>().into()
}

/// What stands behind `$secrets.name.` in a text.
fn members_read<'t>(text: &'t str, name: &str) -> BTreeSet<&'t str> {
    let after = format!("$secrets.{name}.");
    let word = |rest: &'t str| {
        let end = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
        &rest[..end]
    };
    let found = text.match_indices(&after).map(|(at, _)| word(&text[at + after.len()..]));
    found.filter(|word| !word.is_empty()).collect()
}

/// The defaults of an input's schema, and for what it requires besides something of the right type. The paths of what was
/// made up are told.
pub(super) fn input(schema: Option<&Value>) -> (Value, Vec<String>) {
    let Some(schema) = schema else { return (json!({}), Vec::new()) };
    let mut invented = Vec::new();
    let value = match defaults(schema, Value::Null) {
        Value::Null => blank(schema),
        value => value,
    };
    (filled(schema, value, "", &mut invented, DEEPEST), invented)
}

fn filled(schema: &Value, value: Value, path: &str, invented: &mut Vec<String>, left: usize) -> Value {
    let Value::Object(mut members) = value else { return value };
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if left == 0 {
            break;
        }
        let Some(member) = schema.get("properties").and_then(|members| members.get(name)) else { continue };
        let path = format!("{path}/{name}");
        let value = members.remove(name).unwrap_or_else(|| {
            invented.push(path.clone());
            blank(member)
        });
        members.insert(name.to_owned(), filled(member, value, &path, invented, left - 1));
    }
    Value::Object(members)
}

/// The least that a schema seems to allow.
fn blank(schema: &Value) -> Value {
    let first = |name: &str| schema.get(name).and_then(Value::as_array).and_then(|values| values.first());
    if let Some(value) = schema.get("const").or_else(|| first("examples")).or_else(|| first("enum")) {
        return value.clone();
    }
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match kind {
        Some("string") => {
            let length = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0).min(1000);
            Value::String((0..length).map(|_| 'x').collect())
        }
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(0)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("null") => Value::Null,
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_has_the_defaults_and_what_is_required_besides() {
        let schema = json!({
            "type": "object",
            "required": ["site", "weight", "window", "note"],
            "properties": {
                "site": {"type": "string", "enum": ["a", "b"]},
                "weight": {"type": "integer", "default": 100},
                "window": {
                    "type": "object",
                    "required": ["minutes"],
                    "properties": {"minutes": {"type": "integer", "minimum": 5}, "why": {"type": "string"}}
                },
                "note": {"type": "string", "minLength": 2},
                "left": {"type": "string"}
            }
        });
        let (value, invented) = input(Some(&schema));
        assert_eq!(value, json!({"weight": 100, "site": "a", "window": {"minutes": 5}, "note": "xx"}));
        assert_eq!(invented, ["/site", "/window", "/window/minutes", "/note"]);
        assert_eq!(input(None), (json!({}), Vec::new()));
    }

    #[test]
    fn secrets_have_the_members_that_are_read() {
        let definition = json!({
            "use": {"secrets": ["db", "token", "free"]},
            "do": [{"a": {"set": {"x": "${ $secrets.db.user + $secrets.db.password + $secrets.token }"}}}]
        });
        assert_eq!(
            secrets(&definition),
            json!({"db": {"password": "simulated", "user": "simulated"}, "token": "simulated", "free": "simulated"})
        );
    }
}
