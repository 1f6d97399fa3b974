use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn every_example_survives_both_formats() {
    let Some(files) = shared("ows/examples") else { return };
    assert!(files.len() > 50, "{} examples", files.len());
    for (name, text) in files {
        let document = Document::from_text(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let yaml = document.to_yaml();
        assert!(!yaml.starts_with('{'), "{name} is written as YAML");
        let formats = [("yaml", yaml), ("json", document.to_json()), ("pretty", document.to_json_pretty())];
        for (format, saved) in formats {
            let loaded = Document::from_text(&saved)
                .unwrap_or_else(|error| panic!("{name}, {format}: {error}\n{saved}"));
            assert!(same(loaded.root(), document.root()), "{name} changes in {format}:\n{saved}");
        }
    }
}

/// An independent check of the order of members: the keys of the text in the order of its lines.
#[test]
fn members_keep_the_order_of_the_text() {
    let document =
        Document::from_yaml("z: 1\non: {b: 1, a: 2}\ny: [~, no, 'true', 1.0, 0x1f]\n").expect("YAML");
    insta::assert_snapshot!(document.to_json(), @r#"{"z":1,"on":{"b":1,"a":2},"y":[null,"no","true",1.0,31]}"#);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter_map("finite", |number| serde_json::Number::from_f64(number).map(Value::from)),
        ".{0,12}".prop_map(Value::from),
        "[ \\-:#{}&*!|>'\"%@`~\n\t,?0-9a-z]{0,10}".prop_map(Value::from),
        proptest::sample::select(vec![
            "yes",
            "no",
            "on",
            "true",
            "null",
            "~",
            "1e3",
            "0o7",
            "1_000",
            "<<",
            ".inf",
            "2001-01-01",
            "---",
            "=",
            "+1",
            "a\n",
            "\na",
            " a",
            "a\n\nb\n\n",
            "\u{feff}",
            "\u{7f}",
            "\u{9f}\u{2028}",
            "\u{ffff}",
            "\u{85}x",
            "\r\n"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let key = prop_oneof![
            ".{0,6}",
            "[ \\-:#{}&*!|>'\"%@`~\n,?0-9a-z]{0,6}",
            Just("on".to_owned()),
            Just("<<".to_owned())
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_document_survives_both_formats(root in value()) {
        let document = Document::from_value(json!({ "root": root }));
        for saved in [document.to_yaml(), document.to_json(), document.to_json_pretty()] {
            let loaded = Document::from_text(&saved).map_err(|error| TestCaseError::fail(format!("{error}\n{saved}")))?;
            prop_assert!(same(loaded.root(), document.root()), "{}", saved);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ \\-:#{}\\[\\]&*!|>'\"%@`~\n\t,?0-9a-z]{0,60}") {
        let _ = Document::from_text(&text);
        let _ = source_map(&text);
    }
}

fn refusal(text: &str) -> String {
    Document::from_text(text).expect_err("a refusal").to_string()
}

#[test]
fn a_text_that_cannot_be_kept_whole_is_refused_with_its_place() {
    insta::assert_snapshot!(refusal("{\"a\": 1,\n \"a\": 2}"), @"line 2, column 4: the member `a` is there twice");
    insta::assert_snapshot!(refusal("a: 1\nb:\n  c: 1\n  c: 2\n"), @"line 4, column 3: the member `c` is there twice");
    insta::assert_snapshot!(refusal("a: 1\n---\nb: 1\n"), @"line 2, column 1: a second document begins here; a definition is one");
    insta::assert_snapshot!(refusal("a: [1, 2\nb: 3\n"), @"line 2, column 2: illegal placement of ':' indicator");
    insta::assert_snapshot!(refusal("{\"a\": }"), @"line 1, column 7: expected value");
    insta::assert_snapshot!(refusal("a: .inf"), @"line 1, column 4: JSON has no number `.inf`; write it in quotes if it is a text");
    insta::assert_snapshot!(refusal("a: !secret x"), @"line 1, column 12: the tag `!secret` has no meaning here");
    insta::assert_snapshot!(refusal("a: !!int x"), @"line 1, column 10: `x` is not what the tag `!!int` says");
    insta::assert_snapshot!(refusal("? [a]\n: 1\n"), @"line 1, column 3: the name of a member is a text, not a list or an object");
    insta::assert_snapshot!(refusal("a: *b"), @"line 1, column 4: while parsing node, found unknown anchor");
    insta::assert_snapshot!(refusal("a: &b [*b]"), @"line 1, column 8: this alias stands for a value that it is itself a part of");
}

#[test]
fn bombs_are_refused_before_they_grow() {
    let laughs = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
        d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
        g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    Document::from_yaml(laughs).expect_err("an alias bomb");
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), vec!["*a"; 100].join(","));
    Document::from_yaml(&long).expect_err("a wide alias bomb");
    for open in ["[", "{\"a\":", "- ", "{a: "] {
        Document::from_text(&open.repeat(100_000)).expect_err("a depth bomb");
    }
    Document::from_text(&format!("\"{}\"", "x".repeat(MAX_BYTES))).expect_err("a size bomb");
}

#[test]
fn the_deepest_document_survives_both_formats() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let levels = 127 / open.matches(['[', '{']).count();
        let text = format!("{}1{}", open.repeat(levels), close.repeat(levels));
        let document = Document::from_json(&text).expect("127 levels");
        assert_eq!(Document::from_yaml(&text).expect("127 levels"), document);
        for saved in [document.to_yaml(), document.to_json_pretty()] {
            assert_eq!(Document::from_yaml(&saved).expect("127 levels"), document);
        }
    }
}

#[test]
fn yaml_is_read_by_its_core_schema() {
    let text = "[~, '', null, True, no, on, 12, -3, +4, 0x1F, 0o17, 1_000, 1., .5, 1e3, -0, 18446744073709551615, 18446744073709551616, 1.0.3, '1', !!str 2]";
    let document = Document::from_yaml(text).expect("YAML");
    insta::assert_snapshot!(document.to_json(), @r#"[null,"",null,true,"no","on",12,-3,4,31,15,"1_000",1.0,0.5,1000.0,0,18446744073709551615,1.8446744073709552e+19,"1.0.3","1","2"]"#);
    let keys = Document::from_yaml("on: 1\ntrue: 2\n3: 3\n~: 4\n&k x: *k\n").expect("YAML");
    insta::assert_snapshot!(keys.to_json(), @r#"{"on":1,"true":2,"3":3,"~":4,"x":"x"}"#);
}

#[test]
fn the_digest_is_of_the_compact_json() {
    let document = Document::from_value(json!({ "a": [1, "x"] }));
    // echo -n '{"a":[1,"x"]}' | sha256sum
    insta::assert_snapshot!(document.digest(), @"sha256:5e49f471d8b615a8ae0ecf0a53dbe2f5f617abb2dfe6246974aa6e4bdeb89725");
}
