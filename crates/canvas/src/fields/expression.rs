//! From a value to an expression that yields it, and back where that is possible.

use serde_json::Value;

/// Whether a text is an expression as a whole, or on its way to be one.
pub fn is_expression(text: &str) -> bool {
    text.trim_start().starts_with("${")
}

/// The expression that stands for a value; for none, one that has still to be written. Expressions within the value
/// become parts of it.
pub fn as_expression(value: Option<&Value>) -> String {
    match value {
        None => "${  }".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "${  }".to_owned(),
        Some(Value::String(text)) if is_expression(text) => text.clone(),
        Some(value) => format!("${{ {} }}", program(value)),
    }
}

/// The value of an expression that says nothing but a value; none of any other.
pub fn as_value(text: &str) -> Option<Value> {
    let inner = text.trim().strip_prefix("${")?.strip_suffix('}')?.trim();
    serde_json::from_str(inner).ok()
}

fn program(value: &Value) -> String {
    match value {
        Value::String(text) => match flow::expression::strict(text) {
            Some(inner) => format!("({inner})"),
            // jq fills in what stands within `\( )`; JSON writes a backslash twice, so that none of it is read so.
            None => value.to_string(),
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(program).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), program(value)))
                .collect();
            if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_survives_the_way_to_an_expression_and_back() {
        for value in [json!("east"), json!(3), json!(true), json!(["a", 1]), json!({ "a": "back\\(slash)" })]
        {
            let text = as_expression(Some(&value));
            assert!(flow::expression::check(&text).is_ok(), "{text}");
            assert_eq!(as_value(&text), Some(value), "{text}");
        }
        assert_eq!(as_value("${ .site }"), None);
        assert_eq!(as_expression(None), "${  }");
    }

    #[test]
    fn expressions_within_a_value_become_its_parts() {
        let value = json!({ "site": "${ .site }", "to": ["${ $context.x // 1 }", "plain"] });
        assert_eq!(
            as_expression(Some(&value)),
            r#"${ { "site": (.site), "to": [($context.x // 1), "plain"] } }"#
        );
        assert_eq!(as_expression(Some(&json!("${ .a }"))), "${ .a }");
    }
}
