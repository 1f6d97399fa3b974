//! A task that is switched off: its `if` is the constant `false`, and the condition that it had is kept behind it, so
//! that switching it on again brings that back.

use serde_json::Value;

/// What stands before a condition that is switched off; jq looks at nothing behind it.
const OFF: &str = "false and (";

/// Whether a task with this `if` never runs, whatever the data.
pub fn is_disabled(condition: Option<&Value>) -> bool {
    match condition {
        Some(Value::Bool(false)) => true,
        Some(Value::String(text)) => {
            let inner = inner(text);
            inner == "false" || kept(inner).is_some()
        }
        _ => false,
    }
}

/// The `if` that switches a task off which has this one.
pub fn switched_off(condition: Option<&Value>) -> Value {
    match condition {
        Some(Value::String(text)) if !inner(text).is_empty() => {
            let inner = inner(text);
            // A comment would swallow the bracket.
            let end = if inner.contains('#') { "\n)" } else { ")" };
            Value::from(format!("${{ {OFF}{inner}{end} }}"))
        }
        _ => Value::from("${ false }"),
    }
}

/// The `if` that the task had before; `None` where it had none.
pub fn switched_on(condition: &Value) -> Option<Value> {
    let kept = kept(inner(condition.as_str()?))?;
    Some(Value::from(format!("${{ {} }}", kept.trim())))
}

fn inner(text: &str) -> &str {
    flow::expression::strict(text).unwrap_or(text).trim()
}

fn kept(inner: &str) -> Option<&str> {
    inner.strip_prefix(OFF)?.strip_suffix(')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(before: Option<Value>, off: Value) {
        assert!(!is_disabled(before.as_ref()), "{before:?}");
        let switched = switched_off(before.as_ref());
        assert_eq!(switched, off);
        assert!(is_disabled(Some(&switched)));
        assert_eq!(switched_on(&switched), before);
    }

    #[test]
    fn a_condition_comes_back_when_its_task_is_switched_on_again() {
        check(None, json!("${ false }"));
        check(Some(json!("${ .site == \"b\" }")), json!("${ false and (.site == \"b\") }"));
        check(Some(json!("${ (.a) or (.b) }")), json!("${ false and ((.a) or (.b)) }"));
        check(Some(json!("${ .a # why }")), json!("${ false and (.a # why\n) }"));
    }

    #[test]
    fn what_was_written_by_hand_is_understood() {
        for off in [json!(false), json!("false"), json!("${false}"), json!(" ${ false } ")] {
            assert!(is_disabled(Some(&off)), "{off}");
            assert_eq!(switched_on(&off), None, "{off}");
        }
        for on in [json!(true), json!("${ true }"), json!("${ .a and false }"), json!(1)] {
            assert!(!is_disabled(Some(&on)), "{on}");
        }
    }
}
