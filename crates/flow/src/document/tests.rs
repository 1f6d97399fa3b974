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
    insta::assert_snapshot!(refusal("a: [1, 2\nb: 3\n"), @"line 2, column 2: a `:` cannot stand here; check the line before and the indentation, and quote a text that holds `: `");
    insta::assert_snapshot!(refusal("{\"a\": }"), @"line 1, column 7: a value is expected here; a text stands in double quotes");
    insta::assert_snapshot!(refusal("a: .inf"), @"line 1, column 4: JSON has no number `.inf`; write it in quotes if it is a text");
    insta::assert_snapshot!(refusal("a: !secret x"), @"line 1, column 12: the tag `!secret` has no meaning here; leave it out, or write what it stands for");
    insta::assert_snapshot!(refusal("a: !!int x"), @"line 1, column 10: `x` is not what the tag `!!int` says");
    insta::assert_snapshot!(refusal("? [a]\n: 1\n"), @"line 1, column 3: the name of a member is a text, not a list or an object; a text that begins with `{` or `[` is quoted");
    insta::assert_snapshot!(refusal("a: *b"), @"line 1, column 4: this alias (`*name`) has no anchor (`&name`) before it");
    insta::assert_snapshot!(refusal("a: &b [*b]"), @"line 1, column 8: this alias stands for a value that it is itself a part of");
}

/// What is said in Chinese is said of the same thing.
#[test]
fn a_refusal_is_told_in_both_languages() {
    let told = |text: &str| {
        let error = Document::from_text(text).expect_err("a refusal");
        format!("{error} · {}\n", error.message_zh)
    };
    let texts = [
        "{\"a\": 1,}",
        "{\"a\" 1}",
        "{\"a\": 'x'}",
        "{\"a\": 1",
        "{\"a\": \"x",
        "{\"a\": 1 \"b\": 2}",
        "{\"a\": 1} x",
        "{\"a\": 01}",
        "[1e999]",
        "{\"a\": \"\\q\"}",
        "{\"a\": \"\n\"}",
        "{\"a\": 1, b: 2}",
        "a: 1\n\tb: 2\n",
        "a: 1\n  b: 2\n",
        "a: b: c\n",
        "a: \"x\n",
        "a: *x\n",
        "a: [1\n",
        "a: {b: 1\nc: 2\n",
        "a: @x\n",
        "<<: 1\n",
        "a: 1\na: 2\n",
        "- a\nb: 1\n",
        "a: !!int x\n",
        "%YAML 9.0\n",
    ];
    insta::assert_snapshot!(texts.map(told).concat(), @r"
        line 1, column 9: no comma stands before a closing bracket · 右括号前不能有逗号
        line 1, column 6: a `:` is expected after the name of a member · 成员名后应有 `:`
        line 1, column 7: a value is expected here; a text stands in double quotes · 此处应有一个值；文本要加双引号
        line 1, column 7: the text ends before the closing `}` · 文本不完整：缺少 `}`
        line 1, column 8: the text ends before the closing quote · 文本不完整：缺少右引号
        line 1, column 9: a `,` or a closing `}` is expected here · 此处应有 `,` 或 `}`
        line 1, column 10: the definition ends before this · 定义在此之前已经结束，后面有多余内容
        line 1, column 8: this is no number · 这不是数字
        line 1, column 6: this number is too large · 数字过大
        line 1, column 9: no such escape: write `\\` for a backslash · 没有这样的转义；反斜杠写作 `\\`
        line 2, column 1: a line break or tab within a text is written `\n` or `\t` · 文本中的换行或制表符要写作 `\n` 或 `\t`
        line 1, column 10: the name of a member stands in double quotes · 成员名要加双引号
        line 1, column 4: a tab cannot indent; use blanks · 不能用制表符缩进，请用空格
        line 2, column 4: a `:` cannot stand here; check the line before and the indentation, and quote a text that holds `: ` · 此处不能有 `:`；请检查上一行和缩进，含 `: ` 的文本要加引号
        line 1, column 5: a `:` cannot stand here; check the line before and the indentation, and quote a text that holds `: ` · 此处不能有 `:`；请检查上一行和缩进，含 `: ` 的文本要加引号
        line 1, column 4: a closing quote is missing · 缺少右引号
        line 1, column 4: this alias (`*name`) has no anchor (`&name`) before it · 该别名（`*name`）之前没有对应的锚点（`&name`）
        line 1, column 4: a `,` or a closing `]` or `}` is missing · 缺少 `,`，或缺少右括号 `]`、`}`
        line 2, column 2: a `,` or a closing `]` or `}` is missing · 缺少 `,`，或缺少右括号 `]`、`}`
        line 1, column 4: no text begins with this character unless it is in quotes · 不加引号的文本不能以该字符开头
        line 1, column 5: `<<` merges an object or a list of objects, such as `<<: *defaults`; write it in quotes if it is a name · `<<` 用于合并对象或对象列表，如 `<<: *defaults`；若是普通名称，请加引号
        line 2, column 1: the member `a` is there twice · 成员 `a` 出现了两次
        line 2, column 1: an item of a list begins with `- `, below the items before it · 列表的每一项都以 `- ` 开头，并与前面的项对齐
        line 1, column 10: `x` is not what the tag `!!int` says · `x` 与标签 `!!int` 不符
        line 1, column 1: unsupported YAML major version · YAML 语法错误（unsupported YAML major version）
        ");
}

/// YAML 1.1's merge key, which people write; YAML 1.2 names it no more.
#[test]
fn a_bare_merge_key_merges_and_a_quoted_one_is_a_name() {
    let read = |text: &str| {
        Document::from_yaml(text).map(|document| document.to_json()).unwrap_or_else(|error| error.to_string())
    };
    let text = "base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\none: {w: 0, <<: *b, y: 9}\nboth: {<<: [*b, *o], z: 5}\nlate: {y: 7, <<: *b}\nnested: {<<: {x: 1}, <<: {q: 1}}\n\"<<\": 1\n";
    insta::assert_snapshot!(read(text), @r#"{"base":{"x":1,"y":2},"other":{"y":3,"z":4},"one":{"w":0,"x":1,"y":9},"both":{"x":1,"y":2,"z":5},"late":{"y":7,"x":1},"nested":{"x":1,"q":1},"<<":1}"#);
    insta::assert_snapshot!(read("a: {<<: *b, x: 1, x: 2}"), @"line 1, column 9: this alias (`*name`) has no anchor (`&name`) before it");
    insta::assert_snapshot!(read("a: {<<: {x: 1}, x: 2, x: 3}"), @"line 1, column 23: the member `x` is there twice");
    insta::assert_snapshot!(read("a: {<<: [1]}"), @"line 1, column 11: `<<` merges an object or a list of objects, such as `<<: *defaults`; write it in quotes if it is a name");
    let literal = Document::from_value(json!({ "<<": { "a": 1 }, "list": ["<<"] }));
    assert_eq!(Document::from_text(&literal.to_yaml()).expect("YAML"), literal);
}

/// Nobody should lose a comment without being told.
#[test]
fn an_import_tells_of_the_comments_that_it_drops() {
    let text = "# head\na: 1 # why\nb:\n  # inner\n  - 'x # y'\n  - |\n    # text\n";
    let (document, dropped) = Document::import(text).expect("YAML");
    insta::assert_snapshot!(document.to_json(), @r##"{"a":1,"b":["x # y","# text\n"]}"##);
    assert_eq!(dropped, Dropped { comments: 3, first_comment: Some(Position { line: 1, column: 1 }) });
    let (_, dropped) = Document::import("{\"a\": \"# no comment\"}").expect("JSON");
    assert_eq!(dropped, Dropped::default());
    let many = format!("a: [\n{}1]\n{}", "# x\n".repeat(20_000), "# x\n".repeat(20_000));
    assert_eq!(Document::import(&many).expect("YAML").1.comments, 40_000);
}

/// Texts that YAML readers are known to make something else of.
#[test]
fn texts_that_look_like_something_else_survive() {
    for text in [
        "on",
        "off",
        "yes",
        "no",
        "y",
        "n",
        "1e3",
        "0o17",
        "017",
        "0x1f",
        "~",
        "null",
        "1_000",
        "12:30:45",
        "2026-01-01",
        ".5",
        "+1",
        "=",
        "<<",
        "a\n b\n",
        "  a",
        "a: b",
        "#",
        "- a",
        "",
        "\t",
        "\"",
        "'",
        "|",
        ">-",
        "%",
        "@",
        "`",
        "\u{1f600}",
        "a\r\nb",
    ] {
        let document = Document::from_value(json!({ text: text, "list": [text, { text: [text] }] }));
        let yaml = document.to_yaml();
        assert!(!yaml.starts_with('{'), "{text:?} is written as YAML: {yaml}");
        assert!(same(Document::from_yaml(&yaml).expect("YAML").root(), document.root()), "{yaml}");
    }
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

#[test]
fn a_whole_number_that_would_be_rounded_is_refused_with_its_place() {
    for (text, line, column) in
        [("{\n  \"a\": 12345678901234567890123\n}", 2, 8), ("a: 1\nb: 12345678901234567890123\n", 2, 4)]
    {
        let error = Document::from_text(text).expect_err("it would be rounded");
        assert_eq!((error.line, error.column), (line, column), "{error}");
        assert!(error.message.contains("write it in quotes") && error.message_zh.contains("引号"));
        let quoted = text.replace("12345678901234567890123", "\"12345678901234567890123\"");
        assert!(Document::from_text(&quoted).is_ok());
    }
}
