//! Expressions, as the DSL reference's "Runtime Expressions" and "Data Flow" use them.

use serde_json::json;

use super::*;

fn evaluate(text: &str, input: Value) -> String {
    let arguments =
        BTreeMap::from([("context".to_owned(), json!({"colour": "red"})), ("index".to_owned(), json!(3))]);
    match Expression::compile(text).and_then(|expression| expression.evaluate(&input, &arguments)) {
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    }
}

fn check_all(cases: &[(&str, &str)], input: &Value) {
    for (text, expected) in cases {
        assert_eq!(&evaluate(text, input.clone()), expected, "{text}");
    }
}

#[test]
fn programs_yield_values() {
    let input = json!({"a": [1, 2.5, "x"], "b": {"c": null}, "s": "a-b"});
    check_all(
        &[
            (".a[1]", "2.5"),
            ("${ .a | length }", "3"),
            (".b", r#"{"c":null}"#),
            (".a[]", r#"[1,2.5,"x"]"#),
            ("empty", "null"),
            (".missing + [1]", "[1]"),
            ("$context.colour + \"\\($index * 2)\"", r#""red6""#),
            (".s | test(\"^a\")", "true"),
            (".s | split(\"-\") | map(ascii_upcase) | join(\"/\")", r#""A/B""#),
            ("[.a[] | tostring]", r#"["1","2.5","x"]"#),
            ("@json", r#""{\"a\":[1,2.5,\"x\"],\"b\":{\"c\":null},\"s\":\"a-b\"}""#),
            (".b |= {c: 1, d: .c}", r#"{"a":[1,2.5,"x"],"b":{"c":1,"d":null},"s":"a-b"}"#),
            (".a[0] *= 4 | .a[0]", "4"),
            ("\"ab\" * 2", r#""abab""#),
            ("[(1,2) * (3,4)]", "[3,4,6,8]"),
            ("to_entries | map(.key)", r#"["a","b","s"]"#),
            ("[limit(3; repeat(1))]", "[1,1,1]"),
            ("first(range(10; 1000000000))", "10"),
            ("reduce range(5) as $i (0; . + $i)", "10"),
            ("[.[] | numbers, strings]", r#"["a-b"]"#),
            ("def f: if . > 3 then . else . + 1 | f end; 1 | f", "4"),
            ("try error(\"no\") catch .", r#""no""#),
            ("{a, s, \"x\": 1, (.s): 2}", r#"{"a":[1,2.5,"x"],"s":"a-b","x":1,"a-b":2}"#),
            (". as {a: [$first], $s} | [$first, $s]", r#"[1,"a-b"]"#),
            ("0 | todate", r#""1970-01-01T00:00:00Z""#),
            ("@base64 \"\\(.s)\"", r#""YS1i""#),
            ("\"{\\\"q\\\":[1]}\" | fromjson | .q[0]", "1"),
            ("18446744073709551615", "18446744073709551615"),
            ("[.. | numbers]", "[1,2.5]"),
            ("path(.a[0])", r#"["a",0]"#),
            ("del(.a) | keys", r#"["b","s"]"#),
            ("[1,[2]] | flatten", "[1,2]"),
            (
                "group_by(.x)",
                r#"the expression `group_by(.x)` failed: cannot use {"a":[1,2.5,"x"],"b":{"c":null},"s":"a-b"} as array"#,
            ),
        ],
        &input,
    );
}

/// Found by looking for what can run for ever: recursion, streams, growth, depth.
#[test]
fn no_program_runs_for_ever() {
    for text in [
        "def f: f; f",
        "def f: 1 + f; f",
        "def f: try f catch f; f",
        "last(repeat(1))",
        "[repeat(1)]",
        "[range(1000000000000)] | length",
        "last(range(1000000000000))",
        "range(1000000000000)",
        "range(1000000000000) | empty",
        "range(1000000000000) as $x | empty",
        "reduce range(1000000000000) as $i (0; $i)",
        "[foreach range(1000000000000) as $i (0; $i)] | length",
        "until(false; .)",
        "while(true; .)",
        "recurse(.)",
        "isempty(range(1000000000000) | empty)",
        "label $out | repeat(1) | empty",
        "\"x\" * 1000000000",
        ".s = \"x\" | .s *= 1000000000",
        "reduce range(64) as $i (\"x\"; . + .)",
        "reduce range(64) as $i ([1]; . + .)",
        "reduce range(64) as $i (3; . * .) | . * .",
        "reduce range(64) as $i (1; [., .]) | tojson",
        "reduce range(64) as $i (1; [., .]) | \"\\(.)\"",
        "reduce range(64) as $i (1; [., .]) | tostring",
        "reduce range(64) as $i (1; [., .])",
        "reduce range(1000000) as $i (1; [.])",
        "reduce range(1000000) as $i (1; {a: .})",
        "[range(1000000)] | [.[] as $a | .[] as $b | 1] | length",
        "[range(1000000)] | map(. as $a | $a) | combinations(9)",
        "(\"[\" * 100000) | fromjson",
        ". as $x | [limit(1000000000000; repeat($x))] | length",
        "first(repeat(empty))",
        "def f: . as $x | f; f",
        "def f($x): f($x + 1); f(0)",
        "def f($x): f([$x]); f(0)",
        "def f($x): [$x] as $y | f($y); f(0)",
        "def f: def g: f; g; f",
        "def f: label $out | f; f",
        "def f: (f, 1) ; f",
        "def f: [f]; f",
        "def f: {a: f}; f",
        "def f: \"\\(f)\"; f",
        "def f: first(f); f",
        "(range(1000000000000) | empty) // 1",
        "[skip(1000000000000; repeat(1))]",
        "(.a, .b) = range(1000000000000) | empty",
        "..|=(.,.)|[..]|..|=[.,.]|[limit(100;..)]|..|=[.,.,.]|repeat(.)|empty",
    ] {
        let outcome = evaluate(text, json!({"a": 1, "b": 2}));
        assert!(outcome.contains("exceeds its budget") || outcome.contains("not JSON"), "{text}: {outcome}");
    }
}

#[test]
fn what_cannot_be_run_is_said_before_the_start() {
    for (text, expected) in [
        (".a |", "term expected at the end"),
        ("", "it is empty"),
        (".a b", "nothing expected at character 4, before `b`"),
        ("nosuch(1)", "there is no function `nosuch` with 1 arguments"),
        ("now", "there is no function `now` with 0 arguments"),
        ("env", "there is no function `env` with 0 arguments"),
        ("input", "there is no function `input` with 0 arguments"),
        ("debug", "there is no function `debug` with 0 arguments"),
        ("halt", "there is no function `halt` with 0 arguments"),
        ("$ENV.HOME", "$ENV is not available here"),
        (
            "def f(g): f(g | g); f(.)",
            "`f` calls itself and takes a filter: only values (`$x`) can be handed on",
        ),
        ("break $x", "there is no label `$x`"),
        ("import \"a\" as a; .", "nothing expected at character 8, before `\"a\" as a; .`"),
    ] {
        assert_eq!(check(text).unwrap_err(), expected, "{text}");
    }
    assert_eq!(check("${ .a + $anything }"), Ok(()));
}

#[test]
fn texts_that_nest_without_end_are_refused() {
    for text in [
        "(".repeat(5000),
        "[".repeat(5000),
        "-".repeat(5000) + "1",
        ".|".repeat(3000) + ".",
        "if ".repeat(3000),
        "def f: ".repeat(3000),
        "\"\\(".repeat(3000),
        "try ".repeat(3000),
        "reduce ".repeat(3000),
        "1 as $x|".repeat(3000) + ".",
        ".a//".repeat(3000) + ".",
        ".a=".repeat(3000) + ".",
        format!("{{a: 1{}}}", ", \"b\": (1+2)".repeat(2000)),
        "\"".to_owned() + &"\\(.)".repeat(2000) + "\"",
    ] {
        assert!(check(&text).is_err(), "{text}");
    }
    for text in [
        "-".repeat(96) + "1",
        ".|".repeat(76) + ".",
        ".a//".repeat(42) + ".",
        ".a=".repeat(75) + ".",
        "1 as $x|".repeat(47) + ".",
        "if ".repeat(24) + "1" + &" then 1 else 2 end".repeat(24),
        "reduce 1 as $x (1; ".repeat(13) + "1" + &")".repeat(13),
        "[".repeat(19) + "1" + &"]".repeat(19),
        "{a:".repeat(19) + "1" + &"}".repeat(19),
        "map(".repeat(19) + "1" + &")".repeat(19),
        "try ".repeat(96) + "1",
        "def f: ".repeat(96) + "1" + &"; f".repeat(96),
        "1 | reduce 1 as $x (1; 1".to_owned() + &"+1".repeat(85) + ")",
        "\"".to_owned() + &"\\(.)".repeat(24) + "\"",
        ".a".repeat(380),
        format!("{{a: 1{}}}", ", \"b\": (1+2)".repeat(85)),
    ] {
        assert_eq!(check(&text), Ok(()), "{text}");
        assert!(!evaluate(&text, json!({})).contains("gave up"), "{text}");
    }
}

#[test]
fn variables_from_outside_are_found_and_must_have_a_value() {
    let expression = Expression::compile("$workflow.id as $id | [$id, $item, $__nope]").unwrap();
    assert_eq!(expression.variables().collect::<Vec<_>>(), ["__nope", "item", "workflow"]);
    assert_eq!(
        evaluate("$colour", json!(null)),
        "the expression `$colour` uses $colour, which has no value here"
    );
}

#[test]
fn templates_evaluate_whole_string_expressions_only() {
    let value = json!({"a": "${ .x }", "b": ["text ${ .x }", {"c": "${ .y }"}], "d": 1});
    let template = Template::compile(&value, Mode::Strict).unwrap();
    let result = template.evaluate(&json!({"x": {"deep": true}, "y": 2}), &BTreeMap::new()).unwrap();
    assert_eq!(result, json!({"a": {"deep": true}, "b": ["text ${ .x }", {"c": 2}], "d": 1}));
}

#[test]
fn a_value_in_a_uri_cannot_leave_its_place() {
    let input = json!({"name": "a/../b?c#d é", "id": 7, "list": [1]});
    assert_eq!(
        interpolate_uri("https://host/{name}/{id}{none}/{open", &input).unwrap(),
        "https://host/a%2F..%2Fb%3Fc%23d%20%C3%A9/7/{open"
    );
    // DSL reference, URI Template: a variable of another type is an error.
    assert_eq!(interpolate_uri("https://host/{list}", &input), Err("list".to_owned()));
}
