//! DSL reference, Schema: what a schema finds, and what of JSON Schema could keep the hub from its work.

use super::*;
use crate::input::check_input;
use proptest::prelude::*;
use serde_json::json;

fn check(schema: Value, value: Value) -> String {
    match Schema::compile(&schema) {
        Ok(schema) => schema.check(&value).err().unwrap_or_else(|| "fits".to_owned()),
        Err(reason) => format!("refused: {reason}"),
    }
}

#[test]
fn a_value_is_told_what_is_wrong_without_being_told_itself() {
    let schema = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "pin": {"pattern": "^[0-9]+$"}}});
    insta::assert_snapshot!(check(schema.clone(), json!({"id": 1})), @"fits");
    insta::assert_snapshot!(check(schema, json!({"id": "hunter22", "pin": "hunter22"})), @r#"/id: it is not of type "integer""#);
    insta::assert_snapshot!(check(json!({"type": 7}), json!(1)), @"refused: 7 is not valid under any of the schemas listed in the 'anyOf' keyword");
    insta::assert_snapshot!(check(json!({"$ref": "https://elsewhere.example/schema"}), json!(1)), @"refused: `$ref` to `https://elsewhere.example/schema`: only schemas within this one can be referred to");
    insta::assert_snapshot!(check(json!({"$ref": "#/$defs/none"}), json!(1)), @"refused: there is no `#/$defs/none` in it");
}

#[test]
fn a_schema_that_refers_to_itself_is_followed_into_the_value_only() {
    let list = json!({"type": ["object", "null"], "properties": {"next": {"$ref": "#"}}, "additionalProperties": false});
    assert_eq!(check(list.clone(), json!({"next": {"next": {"next": null}}})), "fits");
    assert!(check(list, json!({"next": {"next": {"other": 1}}})).starts_with("/next/next"));
    for endless in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}),
        json!({"$anchor": "here", "if": {"$ref": "#here"}}),
        json!({"$dynamicAnchor": "here", "allOf": [{"$dynamicRef": "#here"}]}),
        json!({"$id": "https://a.example/s", "$ref": "https://a.example/s"}),
    ] {
        assert_eq!(
            check(endless.clone(), json!({})),
            "refused: a `$ref` comes back to where it stands",
            "{endless}"
        );
    }
}

/// Two ways down to the same schema: the work doubles with each level of the value.
#[test]
fn a_schema_that_multiplies_its_work_is_measured_first() {
    let down = json!({"properties": {"a": {"$ref": "#"}}});
    let schema = json!({"allOf": [down, down, down]});
    let deep = (0..90).fold(json!(1), |value, _| json!({"a": value}));
    assert_eq!(check(schema.clone(), deep), "the schema needs too many steps to check this value");
    assert_eq!(check(schema, json!({"a": {"a": 1}})), "fits");
    // Beside each other, without any depth of the value.
    let mut schema = json!({"$ref": "#/$defs/0", "$defs": {}});
    for level in 0..64 {
        let next = json!({"$ref": format!("#/$defs/{}", level + 1)});
        schema["$defs"][level.to_string()] = json!({"allOf": [next, next]});
    }
    schema["$defs"]["64"] = json!({});
    assert_eq!(check(schema, json!(1)), "the schema needs too many steps to check this value");
    // A list that is long and plain is no bomb.
    let list = json!({"items": {"type": "object", "properties": {"id": {"type": "integer"}}}});
    assert_eq!(check(list, (0..100_000).map(|id| json!({"id": id})).collect()), "fits");
}

#[test]
fn a_pattern_that_is_a_bomb_is_refused() {
    assert!(check(json!({"pattern": "((a{1000}){1000}){1000}"}), json!("a")).starts_with("refused"));
    assert_eq!(
        check(json!({"pattern": "(a+)+$"}), json!("a".repeat(100_000) + "b")),
        r#"it does not match "(a+)+$""#
    );
    // Backtracking is what makes bombs of patterns, and what look-around needs.
    assert!(check(json!({"pattern": "(?=a)b"}), json!("a")).starts_with("refused"));
}

fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({})),
        Just(json!({"type": "string", "minLength": 1, "maxLength": 2})),
        Just(json!({"type": ["integer", "null"], "minimum": 0, "exclusiveMaximum": 3})),
        Just(json!({"enum": [1, "a", null]})),
        Just(json!({"const": 1.0})),
        Just(json!({"type": "boolean"})),
        Just(json!(false)),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), 0..3_u64).prop_map(|(items, least)| json!({"type": "array", "items": items, "minItems": least})),
            (inner.clone(), inner.clone(), any::<bool>()).prop_map(|(a, b, open)| {
                json!({"type": "object", "properties": {"a": a, "b": b}, "required": ["a"], "additionalProperties": open})
            }),
            inner.prop_map(|rest| json!({"additionalProperties": rest})),
        ]
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-1..4_i64).prop_map(Value::from),
        Just(json!(1.0)),
        Just(json!(1.5)),
        proptest::sample::select(vec!["", "a", "ab", "abc", "é"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(proptest::sample::select(vec!["a", "b", "c"]), inner, 0..3)
                .prop_map(|members| members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()),
        ]
    })
}

proptest! {
    /// The start dialog and the API check inputs by `crate::input`, the engine by JSON Schema: of what both speak,
    /// they say the same, so that nothing is refused by one and taken by the other.
    #[test]
    fn the_dialog_and_the_engine_agree(schema in any_schema(), value in any_value()) {
        let dialog = check_input(&schema, &value).is_empty();
        let engine = Schema::compile(&schema).map_err(TestCaseError::fail)?.check(&value).is_ok();
        prop_assert_eq!(dialog, engine, "{} {}", schema, value);
    }

    /// Whatever stands where a schema should: an answer, no panic and no endless loop.
    #[test]
    fn any_schema_is_survived(schema in any_value(), value in any_value()) {
        if let Ok(schema) = Schema::compile(&schema) {
            let _ = schema.check(&value);
        }
    }
}
