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
            ("\"a,b, c\" | [splits(\", *\")]", r#"["a","b","c"]"#),
            (
                "\"aéb é\" | [match(\"(?<x>é)|(b)\"; \"g\") | [.offset, .length, .string, (.captures | map(.name))]]",
                r#"[[1,1,"é",["x"]],[2,1,"b",[null]],[4,1,"é",["x"]]]"#,
            ),
            ("\"xyz\" | sub(\"(?<m>y)\"; \"[\\(.m)]\")", r#""x[y]z""#),
            ("\"aXbX\" | gsub(\"x\"; \"-\"; \"i\")", r#""a-b-""#),
            ("\"foo bar\" | capture(\"(?<a>\\\\w+) (?<b>\\\\w+)\")", r#"{"a":"foo","b":"bar"}"#),
            ("\"test\" | [scan(\"t\")]", r#"["t","t"]"#),
            ("[1,2,3,2] | indices(2), index(2)", "[[1,3],1]"),
            ("\"a,b,a\" | indices(\"a\")", "[0,4]"),
            ("[\"foobar\", \"x\"] | contains([\"bar\"])", "true"),
            ("[[1,2],[1],[2]] - [[1]]", "[[1,2],[2]]"),
            (
                "[{a: 1} == {a: 1.0}, [1] < [2], \"a\" >= \"b\", (1,2) == (2,1)]",
                "[true,true,false,false,true,true,false]",
            ),
            ("{a: {b: 1}} * {a: {c: 2}}", r#"{"a":{"b":1,"c":2}}"#),
            (".a[1:] | .[0]", "2.5"),
            (".a[(.a | length) - 1]", r#""x""#),
            (".a[-1:] = [9] | .a", "[1,2.5,9]"),
            ("\"a-b\" | . /= \"-\"", r#"["a","b"]"#),
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
        // Depth in the middle, where nobody looks first, and by long paths.
        "reduce range(1000000) as $i (1; [0, ., 0])",
        "reduce range(1000000) as $i (1; {a: 0, b: ., c: 0})",
        "reduce range(100000) as $i (1; [[[[[[[[.]]]]]]]])",
        "null | path(def f: .a | f; f)",
        "null | [limit(100000; path(recurse(.a)))] | length",
        "null | first(path(recurse(.[0]) | select(false)))",
        "null | reduce range(100000) as $i ([]; . + [\"a\"]) as $p | getpath($p), setpath($p; 1), delpaths([$p]) | empty",
        "null | [range(100000) | 0] as $p | path(getpath($p))",
        // Values that share their parts with themselves, seen whole.
        "reduce range(64) as $i (1; [., .]) as $x | reduce range(64) as $i (1; [., .]) as $y | $x == $y",
        "reduce range(64) as $i (1; [., .]) as $x | reduce range(64) as $i (1; [., .]) as $y | $x < $y",
        "reduce range(64) as $i (1; {a: ., b: .}) as $x | reduce range(64) as $i (1; {a: ., b: .}) as $y | $x == $y",
        "reduce range(64) as $i (1; [., .]) | [., .] | sort",
        "reduce range(64) as $i (1; [., .]) | [., .] | unique",
        "reduce range(64) as $i (1; [., .]) as $x | [1, 2] | group_by($x)",
        "reduce range(64) as $i (1; [., .]) as $x | [$x] - [$x]",
        "reduce range(64) as $i (1; [., .]) as $x | [$x] | contains([$x])",
        "reduce range(64) as $i (1; [., .]) as $x | [$x] | index([$x])",
        "reduce range(64) as $i (1; [., .]) as $x | [[$x]] | .[[$x]]",
        "reduce range(64) as $i (1; [., .]) as $x | {($x): 1}",
        "reduce range(64) as $i (1; {a: ., b: .}) | . * .",
        // Long values, looked at again and again.
        "(\"x\" * 16000000) as $s | range(1000000) | $s | ascii_downcase | empty",
        "(\"x\" * 16000000) as $s | range(1000000) | $s[8000000:8000001] | empty",
        "{a: (\"x\" * 16000000)} as $s | range(1000000) | $s.a[8000000:8000001] | empty",
        "(\"x\" * 16000000) as $s | range(1000000) | $s | length | empty",
        "(\"x\" * 16000000) as $s | range(1000000) | $s == $s | empty",
        "\"x\" * 16000000 | . as $s | indices($s[1:])",
        "\"x\" * 16000000 | explode",
        "\"x\" * 16000000 | split(\"\")",
        "\"x,\" * 8000000 | . / \",\"",
        "[limit(20000; repeat(0))] as $a | $a | indices($a[1:15000])",
        "[limit(9000; repeat(0))] as $a | range(1000000) | ($a | .[0] = 1) | empty",
        "[limit(9000; repeat(0))] as $a | range(1000000) | ({$a} | .a[0] = 1) | empty",
        "0 | strftime(\"%c\" * 1000000)",
        "reduce range(16) as $i (7; . * .) as $n | range(1000000) | $n * $n | empty",
        // Regular expressions: large ones, long texts, and many.
        "\"a\" | test(\"((a{1000}){1000}){1000}\")",
        "\"a\" * 16000000 | test(\"(a+)+$\")",
        "[\"a\" * 1000000 | match(\"a\"; \"g\")] | length",
        "\"a\" * 1000000 | gsub(\"a\"; \"bb\")",
        "[range(1000000) | tostring as $r | \"a\" | test($r)] | length",
        "\"a\" * 8000000 | [splits(\"\")] | length",
    ] {
        let outcome = evaluate(text, json!({"a": 1, "b": 2}));
        let bounded = ["exceeds its budget", "not JSON"].iter().any(|word| outcome.contains(word));
        assert!(bounded, "{text}: {outcome}");
    }
}

#[test]
fn what_cannot_be_run_is_said_before_the_start() {
    let told = |text: &str| {
        let reason = check(text).unwrap_err();
        format!("{text}: {} · {}\n", reason.en, reason.zh)
    };
    let texts = [
        ".a |",
        "",
        ".a b",
        "nosuch(1)",
        "lenght",
        "map",
        "now",
        "env",
        "input",
        "debug",
        "halt",
        "$ENV.HOME",
        "def f(g): f(g | g); f(.)",
        "def contains(f): 1; .",
        "break $x",
        "import \"a\" as a; .",
        "(.a",
        "[1, 2",
        "{a: 1",
        "\"a",
        "{a 1}",
        "if 1 then 2",
        "\"\\q\"",
        ".a[",
        "reduce .[] as x (0; 1)",
        "1 2",
        "ltrimstr(1; 2)",
        ".state-id",
        ".a.b-c",
        "@nosuch \"a\"",
    ];
    insta::assert_snapshot!(texts.map(told).concat(), @r#"
        .a |: it ends where a value such as `.name` is expected · 表达式不完整，末尾应为一个值，如 `.name`
        : it is empty; `.` stands for the data as it comes · 表达式为空；`.` 表示原样的数据
        .a b: at character 4, before `b`, an operator or the end is expected · 第 4 个字符 `b` 之前应为运算符或表达式结尾
        nosuch(1): there is no function `nosuch` · 没有函数 `nosuch`
        lenght: there is no function `lenght`, most likely `length` is meant · 没有函数 `lenght`，可能是 `length`
        map: `map` takes 1 argument in brackets, separated by `;`, not 0 · `map` 的括号中需要 1 个参数（用 `;` 分隔），而不是 0 个
        now: `now` reads or changes something outside of the workflow and is not offered · `now` 会读取或改变工作流之外的内容，不可使用
        env: `env` reads or changes something outside of the workflow and is not offered · `env` 会读取或改变工作流之外的内容，不可使用
        input: `input` reads or changes something outside of the workflow and is not offered · `input` 会读取或改变工作流之外的内容，不可使用
        debug: `debug` reads or changes something outside of the workflow and is not offered · `debug` 会读取或改变工作流之外的内容，不可使用
        halt: `halt` reads or changes something outside of the workflow and is not offered · `halt` 会读取或改变工作流之外的内容，不可使用
        $ENV.HOME: `$ENV` is not available here · 此处不能使用 `$ENV`
        def f(g): f(g | g); f(.): `f` calls itself and takes a filter: only values (`$x`) can be handed on · `f` 递归调用自身并带有过滤器参数：只能传递值（`$x`）
        def contains(f): 1; .: `contains` cannot take the name `contains` or `indices`, which is jq's own · `contains` 不能使用 jq 自带的名称 `contains` 或 `indices`
        break $x: there is no label `$x` · 没有标签 `$x`
        import "a" as a; .: at character 8, before `"a" as a; .`, an operator or the end is expected · 第 8 个字符 `"a" as a; .` 之前应为运算符或表达式结尾
        (.a: it ends where a closing `)` is expected · 表达式不完整，末尾应为 `)`
        [1, 2: it ends where a closing `]` is expected · 表达式不完整，末尾应为 `]`
        {a: 1: it ends where a closing `}` is expected · 表达式不完整，末尾应为 `}`
        "a: it ends where a closing `"` is expected · 表达式不完整，末尾应为引号 `"`
        {a 1}: at character 4, before `1}`, `,` or `}` is expected · 第 4 个字符 `1}` 之前应为 `,` 或 `}`
        if 1 then 2: it ends where `else` or `end` is expected · 表达式不完整，末尾应为 `else` 或 `end`
        "\q": at character 3, before `q"`, an escape such as `\n`, `\"` or `\(…)` is expected · 第 3 个字符 `q"` 之前应为转义字符，如 `\n`、`\"` 或 `\(…)`
        .a[: it ends where a closing `]` is expected · 表达式不完整，末尾应为 `]`
        reduce .[] as x (0; 1): at character 15, before `x (0; 1)`, a pattern such as `$name` is expected · 第 15 个字符 `x (0; 1)` 之前应为模式，如 `$name`
        1 2: at character 3, before `2`, an operator or the end is expected · 第 3 个字符 `2` 之前应为运算符或表达式结尾
        ltrimstr(1; 2): `ltrimstr` takes 1 argument in brackets, separated by `;`, not 2 · `ltrimstr` 的括号中需要 1 个参数（用 `;` 分隔），而不是 2 个
        .state-id: there is no function `id`; a member with a dash in its name is written in quotes: `."state-id"` · 没有函数 `id`；名称中带连字符的成员要加引号：`."state-id"`
        .a.b-c: there is no function `c`; a member with a dash in its name is written in quotes: `."b-c"` · 没有函数 `c`；名称中带连字符的成员要加引号：`."b-c"`
        @nosuch "a": there is no function `@nosuch`; a member is written `.@nosuch`, a text "@nosuch" · 没有函数 `@nosuch`；成员写作 `.@nosuch`，文本写作 "@nosuch"
        "#);
    assert_eq!(check("${ .a + $anything }"), Ok(vec!["anything".to_owned()]));
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
        assert_eq!(check(&text), Ok(Vec::new()), "{text}");
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

thread_local! {
    static CLOCK: std::cell::Cell<std::time::Duration> = const { std::cell::Cell::new(std::time::Duration::ZERO) };
}

/// A host's clock ends what the steps would let pass, and nothing that is quick.
#[test]
fn a_host_with_a_clock_bounds_the_time() {
    let slow = || {
        CLOCK.set(CLOCK.get() + std::time::Duration::from_secs(1));
        CLOCK.get()
    };
    let text = "[range(20000)] | length";
    let most = std::time::Duration::from_millis(1500);
    assert_eq!(
        within_time(slow, most, || evaluate(text, json!(null))),
        format!("the expression `{text}` exceeds its budget: it takes too long")
    );
    assert_eq!(within_time(slow, most, || evaluate(".a", json!({"a": 1}))), "1");
    assert_eq!(evaluate(text, json!(null)), "20000");
}

/// Many expressions of one event share a bound, so that they do not add up to hours.
#[test]
fn expressions_that_share_a_bound_end_together() {
    struct Counting(Cell<u64>);
    impl Arguments for Counting {
        fn argument(&self, _: &str) -> Option<Cow<'_, Value>> {
            None
        }

        fn spent(&self) -> Option<&Cell<u64>> {
            Some(&self.0)
        }
    }
    let arguments = Counting(Cell::new(0));
    let expression = Expression::compile("[range(9000)] | length").unwrap();
    let outcomes: Vec<bool> =
        (0..100).map(|_| expression.evaluate(&json!(null), &arguments).is_ok()).collect();
    let good = outcomes.iter().filter(|good| **good).count();
    assert!((10..60).contains(&good), "{good}");
    assert!(outcomes[..good].iter().all(|good| *good));
}
