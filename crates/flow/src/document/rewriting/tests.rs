use crate::edit::{Edit, apply, plan};
use crate::{Document, Pointer};

use super::rewrite;

const YAML: &str = "\
# The failover of the shop.
document:
  dsl: '1.0.3'   # as the hub runs it
  namespace: default
  name: \"shop\"
  version: '1.0.0'

do:
  # Nobody goes on alone.
  - approve:
      call: gate   # two people

      with: { who: ops, count: 2 }
  # The lamp turns green here.
  - switch:
      set:
        note: |
          line one
          # no comment
        \"left\": 1
      then: end # done
";

fn changed(text: &str, change: impl FnOnce(&mut serde_json::Value)) -> String {
    let mut document = Document::from_text(text).expect("a definition");
    change(document.root_mut());
    let (written, _) = rewrite(text, &document).expect("the layout is kept");
    assert_eq!(Document::from_text(&written).expect("a definition").to_json(), document.to_json());
    written
}

/// What a change does to the lines of a text.
fn lines(text: &str, change: impl FnOnce(&mut serde_json::Value)) -> String {
    let written = changed(text, change);
    let mut told = String::new();
    let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), written.lines().collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
    for line in &old[head..old.len() - tail] {
        told.push_str(&format!("-{line}\n"));
    }
    for line in &new[head..new.len() - tail] {
        told.push_str(&format!("+{line}\n"));
    }
    told
}

#[test]
fn a_value_changes_on_its_line_only_and_the_comment_behind_it_stays() {
    let told = lines(YAML, |root| root["document"]["dsl"] = "1.1.0".into());
    insta::assert_snapshot!(told, @r#"
        -  dsl: '1.0.3'   # as the hub runs it
        +  dsl: "1.1.0"   # as the hub runs it
        "#);
    let told = lines(YAML, |root| root["do"][1]["switch"]["then"] = "approve".into());
    insta::assert_snapshot!(told, @r"
        -      then: end # done
        +      then: approve # done
        ");
    let told = lines(YAML, |root| root["do"][0]["approve"]["with"]["count"] = 3.into());
    insta::assert_snapshot!(told, @r"
        -      with: { who: ops, count: 2 }
        +      with: { who: ops, count: 3 }
        ");
    let told = lines(YAML, |root| root["do"][1]["switch"]["set"]["note"] = "a\nb".into());
    insta::assert_snapshot!(told, @r"
        -        note: |
        -          line one
        -          # no comment
        +        note: |-
        +          a
        +          b
        ");
}

#[test]
fn what_is_added_stands_where_it_belongs() {
    let told = lines(YAML, |root| root["do"][0]["approve"]["if"] = "${ .ask }".into());
    insta::assert_snapshot!(told, @"+      if: ${ .ask }");
    let told = lines(YAML, |root| root["do"][0]["approve"]["with"]["deadline"] = "PT1H".into());
    insta::assert_snapshot!(told, @r#"
        -      with: { who: ops, count: 2 }
        +      with: { who: ops, count: 2, deadline: "PT1H" }
        "#);
    let told = lines(YAML, |root| {
        let tasks = root["do"].as_array_mut().expect("a list");
        tasks.insert(1, serde_json::json!({ "check": { "wait": { "seconds": 3 } } }));
    });
    insta::assert_snapshot!(told, @r"
        +  - check:
        +      wait:
        +        seconds: 3
        ");
}

#[test]
fn what_is_taken_away_takes_its_comments_along_and_no_others() {
    let told = lines(YAML, |root| {
        root["do"].as_array_mut().expect("a list").remove(1);
    });
    insta::assert_snapshot!(told, @r#"
        -  # The lamp turns green here.
        -  - switch:
        -      set:
        -        note: |
        -          line one
        -          # no comment
        -        "left": 1
        -      then: end # done
        "#);
    let told = lines(YAML, |root| {
        root["document"].as_object_mut().expect("an object").shift_remove("name");
    });
    insta::assert_snapshot!(told, @r#"-  name: "shop""#);
}

#[test]
fn a_task_that_is_renamed_moved_or_put_into_a_box_keeps_its_lines() {
    let edited = |edit: Edit| {
        let mut document = Document::from_text(YAML).expect("a definition");
        let diff = plan(&document, &edit).expect("an edit");
        apply(&mut document, &diff).expect("it fits");
        rewrite(YAML, &document).expect("the layout is kept").0
    };
    let task = Pointer::parse("/do/1/switch").expect("a pointer");
    let renamed = edited(Edit::RenameTask { task, name: "turn".to_owned() });
    assert_eq!(renamed, YAML.replace("- switch:", "- turn:"));
    let moved = lines(YAML, |root| root["do"].as_array_mut().expect("a list").reverse());
    insta::assert_snapshot!(moved, @r#"
        -  - approve:
        -      call: gate   # two people
        -
        -      with: { who: ops, count: 2 }
        -  # The lamp turns green here.
        -  - switch:
        -      set:
        -        note: |
        -          line one
        -          # no comment
        -        "left": 1
        -      then: end # done
        +  # The lamp turns green here.
        +  - switch:
        +      set:
        +        note: |
        +          line one
        +          # no comment
        +        "left": 1
        +      then: end # done
        +  - approve:
        +      call: gate   # two people
        +
        +      with: { who: ops, count: 2 }
        "#);
    let wrapped = lines(YAML, |root| {
        let task = root["do"][1].take();
        root["do"][1] = serde_json::json!({ "box": { "do": [task] } });
    });
    insta::assert_snapshot!(wrapped, @r#"
        -  # The lamp turns green here.
        -  - switch:
        -      set:
        -        note: |
        -          line one
        -          # no comment
        -        "left": 1
        -      then: end # done
        +  - box:
        +      do:
        +        # The lamp turns green here.
        +        - switch:
        +            set:
        +              note: |
        +                line one
        +                # no comment
        +              "left": 1
        +            then: end # done
        "#);
}

#[test]
fn json_keeps_its_layout_too() {
    let text = "{\n    \"document\": {\"dsl\": \"1.0.3\", \"name\": \"shop\"},\n\n    \"do\": [\n        {\"one\": {\"wait\": \"PT1S\"}}\n    ]\n}\n";
    let told = lines(text, |root| {
        root["document"]["version"] = "1.0.0".into();
        root["do"].as_array_mut().expect("a list").push(serde_json::json!({ "two": { "set": { "x": [] } } }));
    });
    insta::assert_snapshot!(told, @r#"
        -    "document": {"dsl": "1.0.3", "name": "shop"},
        -
        -    "do": [
        -        {"one": {"wait": "PT1S"}}
        +    "document": {"dsl": "1.0.3", "name": "shop", "version": "1.0.0"},
        +
        +    "do": [
        +        {"one": {"wait": "PT1S"}},
        +        {
        +          "two": {
        +            "set": {
        +              "x": []
        +            }
        +          }
        +        }
        "#);
    let tight = changed("{\"a\":1,\"b\":[1,2]}", |root| {
        root["b"] = serde_json::json!([2, { "c": null }]);
    });
    assert_eq!(tight, "{\"a\":1,\"b\":[2,{\"c\":null}]}");
}

#[test]
fn what_other_places_share_is_printed_anew_as_far_as_need_be() {
    let text = "# why\na: &same\n  x: 1\nb: *same\nc: 3 # stays\n";
    let written = changed(text, |root| root["b"]["x"] = 2.into());
    insta::assert_snapshot!(written, @r"
        # why
        a: &same
          x: 1
        b:
          x: 2
        c: 3 # stays
        ");
    let merged = "base: &base\n  x: 1\nall:\n  <<: *base\n  y: 2\n# last\nz: 0\n";
    let written = changed(merged, |root| root["all"]["x"] = 5.into());
    insta::assert_snapshot!(written, @r#"
        base: &base
          x: 1
        all:
          x: 5
          "y": 2
        # last
        z: 0
        "#);
}

#[test]
fn an_unchanged_text_stays_to_the_byte_and_a_broken_one_has_no_layout() {
    let document = Document::from_text(YAML).expect("a definition");
    let (same, dropped) = rewrite(YAML, &document).expect("the same");
    assert_eq!(same, YAML);
    assert_eq!(dropped.comments, 6);
    assert_eq!(rewrite("a: [", &document), None);
}

mod properties {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::Document;

    fn value() -> impl Strategy<Value = Value> {
        let text = proptest::sample::select(vec![
            "",
            "a",
            "a: b",
            "# x",
            "- y",
            "l1\nl2\n",
            "true",
            " s ",
            "é\u{1f600}",
            "\"q\"",
            "1",
        ]);
        let leaf = prop_oneof![
            text.prop_map(Value::from),
            (-3_i64..9).prop_map(Value::from),
            Just(json!(null)),
            Just(json!(true)),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let name = proptest::sample::select(vec!["a", "b", "c d", "e:", "x-y", "0", "null"]);
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((name, inner), 0..4).prop_map(|members| {
                    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                }),
            ]
        })
    }

    proptest! {
        /// Whatever the layout, it can be kept or is given up; it never says anything else, and JSON can always be kept
        /// at least around the members of the definition.
        #[test]
        fn a_rewritten_text_says_what_the_definition_says(old in value(), new in value()) {
            let (old, new) = (json!({ "first": 1, "it": old }), json!({ "first": 1, "it": new }));
            let old = Document::from_value(old);
            let new = Document::from_value(new);
            for text in [old.to_json(), old.to_json_pretty(), format!("# said\n{}", old.to_yaml())] {
                let written = super::rewrite(&text, &new);
                prop_assert!(written.is_some(), "{text}");
                if let Some((written, _)) = written {
                    let read = Document::from_text(&written).expect("a definition");
                    prop_assert_eq!(read.to_json(), new.to_json());
                    prop_assert_eq!(written.starts_with("# said\n"), text.starts_with("# said\n"));
                }
            }
        }
    }
}
