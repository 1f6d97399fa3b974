//! Checks values against the part of JSON Schema that parameters and plugin forms use, and fills in defaults.
//!
//! Understood are `type`, `enum`, `const`, `required`, `properties`, `additionalProperties`, `items`, and the bounds
//! of numbers, texts and lists. Everything else of JSON Schema is passed over: a schema that says more is not
//! refused, it is checked less.

use serde_json::{Map, Value};

use crate::validate::is_expression;
use crate::{Pointer, Problem};

/// What is wrong with `input` by `schema`, with pointers into `input`; empty where it fits.
pub fn check_input(schema: &Value, input: &Value) -> Vec<Problem> {
    check_at(schema, input, &Pointer::root(), Expressions::AreTexts)
}

/// `input` with the `default`s of `schema` where a member is missing. Nothing that is there is changed.
///
/// An input that is missing itself (null) becomes an object where the schema describes one.
#[must_use]
pub fn defaults(schema: &Value, input: Value) -> Value {
    let input = match (input, schema.get("default")) {
        (Value::Null, Some(default)) => default.clone(),
        (Value::Null, None) if schema.get("properties").is_some() => Value::Object(Map::new()),
        (input, _) => input,
    };
    match input {
        Value::Object(mut members) => {
            for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if let Some(value) = members.get_mut(name) {
                    if !value.is_null() {
                        *value = defaults(schema, value.take());
                    }
                } else if let Some(default) = schema.get("default") {
                    members.insert(name.clone(), default.clone());
                }
            }
            Value::Object(members)
        }
        Value::Array(items) => match schema.get("items") {
            Some(schema) => items
                .into_iter()
                .map(|item| if item.is_null() { item } else { defaults(schema, item) })
                .collect(),
            None => Value::Array(items),
        },
        other => other,
    }
}

/// How texts that are written `${ … }` are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expressions {
    /// Their value is not known yet, so they fit anything: the arguments of a call.
    FitAnything,
    AreTexts,
}

pub(crate) fn check_at(
    schema: &Value,
    value: &Value,
    at: &Pointer,
    expressions: Expressions,
) -> Vec<Problem> {
    let mut check = Check { expressions, problems: Vec::new() };
    check.value(schema, value, at);
    check.problems
}

struct Check {
    expressions: Expressions,
    problems: Vec<Problem>,
}

impl Check {
    fn value(&mut self, schema: &Value, value: &Value, at: &Pointer) {
        if self.problems.len() >= crate::validate::MAX_PROBLEMS {
            return;
        }
        if self.expressions == Expressions::FitAnything && value.as_str().is_some_and(is_expression) {
            return;
        }
        if *schema == Value::Bool(false) {
            return self.report(at, "unexpected-member", ("must not be here", "不允许出现"));
        }
        if !self.type_fits(schema, value, at) {
            return;
        }
        self.choices(schema, value, at);
        match value {
            Value::Object(members) => self.members(schema, members, at),
            Value::Array(items) => {
                self.bound(schema, ("minItems", "maxItems"), items.len() as f64, at, ("entries", "项数"));
                if let Some(schema) = schema.get("items") {
                    for (index, item) in items.iter().enumerate() {
                        self.value(schema, item, &at.index(index));
                    }
                }
            }
            Value::String(text) => {
                let length = text.chars().count() as f64;
                self.bound(schema, ("minLength", "maxLength"), length, at, ("characters", "字符数"));
            }
            Value::Number(number) => {
                if let Some(number) = number.as_f64() {
                    self.number(schema, number, at);
                }
            }
            _ => {}
        }
    }

    fn type_fits(&mut self, schema: &Value, value: &Value, at: &Pointer) -> bool {
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        if types.is_empty() || types.iter().any(|name| is_of_type(value, name)) {
            return true;
        }
        let join = |words: Vec<&str>, or: &str| words.join(or);
        let en = join(types.iter().map(|name| words_of_type(name).0).collect(), " or ");
        let zh = join(types.iter().map(|name| words_of_type(name).1).collect(), "或");
        let is = words_of_type(type_of(value));
        // "a whole number, not a number" would say little: the number itself says what is wrong.
        let number = value.is_number().then(|| value.to_string());
        let number_zh = number.as_ref().map(|number| format!(" {number}"));
        let (is_en, is_zh) = (number.as_deref().unwrap_or(is.0), number_zh.as_deref().unwrap_or(is.1));
        let words = (format!("has to be {en}, not {is_en}"), format!("必须是{zh}，而不是{is_zh}"));
        self.report(at, "wrong-type", (&words.0, &words.1));
        false
    }

    fn choices(&mut self, schema: &Value, value: &Value, at: &Pointer) {
        let choices = match (schema.get("const"), schema.get("enum")) {
            (Some(only), _) => std::slice::from_ref(only),
            (None, Some(Value::Array(choices))) => choices,
            _ => return,
        };
        if !choices.iter().any(|choice| same_value(choice, value)) {
            let list: Vec<String> =
                choices.iter().take(24).map(|choice| format!("`{}`", shown(choice))).collect();
            let (list_en, list_zh) = (list.join(", "), list.join("、"));
            let value = shown(value);
            self.report(
                at,
                "bad-value",
                (
                    &format!("has to be one of {list_en}, not `{value}`"),
                    &format!("必须是 {list_zh} 之一，而不是 `{value}`"),
                ),
            );
        }
    }

    fn members(&mut self, schema: &Value, members: &Map<String, Value>, at: &Pointer) {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str).filter(|name| !members.contains_key(*name)) {
            self.report(&at.child(name), "missing-member", ("is missing", "缺失"));
        }
        let properties = schema.get("properties");
        for (name, value) in members {
            let at = at.child(name);
            match (properties.and_then(|properties| properties.get(name)), schema.get("additionalProperties"))
            {
                (Some(schema), _) => self.value(schema, value, &at),
                (None, Some(Value::Bool(false))) => {
                    let known = properties.and_then(Value::as_object).into_iter().flatten();
                    let known: Vec<String> = known.take(24).map(|(name, _)| format!("`{name}`")).collect();
                    let (known_en, known_zh) = (known.join(", "), known.join("、"));
                    let words = (
                        format!("is not known here; known are {known_en}"),
                        format!("不属于这里；此处可用：{known_zh}"),
                    );
                    self.report(&at, "unexpected-member", (&words.0, &words.1));
                }
                (None, Some(schema @ Value::Object(_))) => self.value(schema, value, &at),
                _ => {}
            }
        }
    }

    fn number(&mut self, schema: &Value, number: f64, at: &Pointer) {
        self.bound(schema, ("minimum", "maximum"), number, at, ("", ""));
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        if let Some(least) = bound("exclusiveMinimum").filter(|least| number <= *least) {
            self.report(
                at,
                "bad-value",
                (&format!("has to be more than {least}"), &format!("必须大于 {least}")),
            );
        }
        if let Some(most) = bound("exclusiveMaximum").filter(|most| number >= *most) {
            self.report(
                at,
                "bad-value",
                (&format!("has to be less than {most}"), &format!("必须小于 {most}")),
            );
        }
    }

    /// Checks an amount: of the number itself, or of what is counted, such as `entries`.
    fn bound(
        &mut self,
        schema: &Value,
        names: (&str, &str),
        amount: f64,
        at: &Pointer,
        counted: (&str, &str),
    ) {
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let words = |few: &str, bound: &str, bound_zh: &str, limit: f64| {
            if counted.0.is_empty() {
                (format!("has to be at {bound} {limit}"), format!("{bound_zh}为 {limit}"))
            } else {
                (
                    format!("has too {few} {}: at {bound} {limit}", counted.0),
                    format!("的{}{bound_zh}为 {limit}", counted.1),
                )
            }
        };
        if let Some(least) = bound(names.0).filter(|least| amount < *least) {
            let (en, zh) = words("few", "least", "至少", least);
            self.report(at, "bad-value", (&en, &zh));
        }
        if let Some(most) = bound(names.1).filter(|most| amount > *most) {
            let (en, zh) = words("many", "most", "最多", most);
            self.report(at, "bad-value", (&en, &zh));
        }
    }

    fn report(&mut self, at: &Pointer, code: &str, (en, zh): (&str, &str)) {
        let name = at.last();
        let (subject_en, subject_zh) = match &name {
            Some(name) => (format!("`{name}`"), format!("`{name}` ")),
            None => ("The input".to_owned(), "输入".to_owned()),
        };
        let (en, zh) = (format!("{subject_en} {en}."), format!("{subject_zh}{zh}。"));
        self.problems.push(Problem::error(at.clone(), code, en, zh));
    }
}

/// Equality of JSON Schema: `1` and `1.0` are the same number.
fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        _ => left == right,
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "null" | "boolean" | "number" | "string" | "array" | "object" => type_of(value) == name,
        // A type that JSON Schema does not know binds nobody.
        _ => true,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn words_of_type(name: &str) -> (&str, &str) {
    match name {
        "null" => ("nothing (null)", "空值"),
        "boolean" => ("true or false", "布尔值"),
        "integer" => ("a whole number", "整数"),
        "number" => ("a number", "数字"),
        "string" => ("a text", "文本"),
        "array" => ("a list", "列表"),
        "object" => ("an object", "对象"),
        other => (other, other),
    }
}

/// A value as a person would write it, cut where it is long.
fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(80) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "type": "object",
            "required": ["region", "values"],
            "additionalProperties": false,
            "properties": {
                "region": { "type": "string", "minLength": 1, "maxLength": 8 },
                "type": { "enum": ["A", "CNAME"], "default": "A" },
                "ttl": { "type": "integer", "minimum": 300, "maximum": 2_147_483_647, "default": 300 },
                "values": { "type": "array", "minItems": 1, "items": { "type": "string" } },
                "options": { "type": ["object", "null"], "properties": { "dry": { "type": "boolean", "default": false } } },
                "share": { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 },
            },
        })
    }

    fn check(input: Value) -> String {
        let line = |problem: Problem| {
            format!("{} {}: {} {}\n", problem.pointer, problem.code, problem.message_en, problem.message_zh)
        };
        check_input(&schema(), &input).into_iter().map(line).collect()
    }

    #[test]
    fn an_input_is_told_what_is_wrong_with_each_member() {
        assert_eq!(check(json!({ "region": "site-a", "values": ["x"], "ttl": 300.0, "options": null })), "");
        insta::assert_snapshot!(check(json!(7)), @" wrong-type: The input has to be an object, not 7. 输入必须是对象，而不是 7。");
        insta::assert_snapshot!(check(json!({
            "region": "a region far away", "type": "MX", "ttl": 1, "values": [], "options": { "dry": "yes" }, "share": 1, "zone": 1,
        })), @r"
            /region bad-value: `region` has too many characters: at most 8. `region` 的字符数最多为 8。
            /type bad-value: `type` has to be one of `A`, `CNAME`, not `MX`. `type` 必须是 `A`、`CNAME` 之一，而不是 `MX`。
            /ttl bad-value: `ttl` has to be at least 300. `ttl` 至少为 300。
            /values bad-value: `values` has too few entries: at least 1. `values` 的项数至少为 1。
            /options/dry wrong-type: `dry` has to be true or false, not a text. `dry` 必须是布尔值，而不是文本。
            /share bad-value: `share` has to be less than 1. `share` 必须小于 1。
            /zone unexpected-member: `zone` is not known here; known are `region`, `type`, `ttl`, `values`, `options`, `share`. `zone` 不属于这里；此处可用：`region`、`type`、`ttl`、`values`、`options`、`share`。
            ");
        insta::assert_snapshot!(check(json!({ "region": "", "ttl": 1.5, "values": ["a", 2], "share": 0 })), @r"
            /region bad-value: `region` has too few characters: at least 1. `region` 的字符数至少为 1。
            /ttl wrong-type: `ttl` has to be a whole number, not 1.5. `ttl` 必须是整数，而不是 1.5。
            /values/1 wrong-type: `1` has to be a text, not 2. `1` 必须是文本，而不是 2。
            /share bad-value: `share` has to be more than 0. `share` 必须大于 0。
            ");
        insta::assert_snapshot!(check(json!({ "ttl": "${ .ttl }" })), @r"
            /region missing-member: `region` is missing. `region` 缺失。
            /values missing-member: `values` is missing. `values` 缺失。
            /ttl wrong-type: `ttl` has to be a whole number, not a text. `ttl` 必须是整数，而不是文本。
            ");
    }

    #[test]
    fn an_expression_fits_what_it_may_turn_out_to_be() {
        let input = json!({ "region": "${ .region }", "values": "${ .values }", "ttl": "300" });
        let problems = check_at(&schema(), &input, &Pointer::root().child("with"), Expressions::FitAnything);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].pointer.as_str(), "/with/ttl");
    }

    #[test]
    fn defaults_fill_what_is_missing_and_touch_nothing_else() {
        let filled = defaults(&schema(), json!({ "ttl": 600, "options": {}, "extra": null }));
        insta::assert_snapshot!(filled.to_string(), @r#"{"ttl":600,"options":{"dry":false},"extra":null,"type":"A"}"#);
        insta::assert_snapshot!(defaults(&schema(), Value::Null).to_string(), @r#"{"type":"A","ttl":300}"#);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(|n| json!(n)),
            proptest::sample::select(vec!["type", "object", "items", "array", "a"]).prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            let name = proptest::sample::select(vec![
                "type",
                "required",
                "enum",
                "properties",
                "items",
                "additionalProperties",
                "minimum",
                "default",
                "a",
            ]);
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((name.prop_map(str::to_owned), inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_schema_and_any_input_are_survived(schema in any_value(), input in any_value()) {
            let _ = check_input(&schema, &input);
            let once = defaults(&schema, input);
            prop_assert_eq!(defaults(&schema, once.clone()), once);
        }
    }
}
