//! Hostile expressions, with the budget that a hub has and the stack that its workers have: each gives a value or an
//! error, soon. The unit tests of `flow::expression` bound the same with a smaller budget, and say by what each is ended.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says so when it fails, and what it runs"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use flow::expression::{Expression, ExpressionError, within_time};
use serde_json::{Value, json};

/// What tokio gives the threads that a hub evaluates on.
const STACK: usize = 2 * 1024 * 1024;

/// The net in time below the budget in steps. A hub allows five seconds, which no expression should take there; without
/// optimisation the steps alone would take longer than anybody waits for a test.
const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 300 } else { 5_000 });

/// What nobody may wait for, on a busy machine and in an unoptimised build.
const HANGS: Duration = Duration::from_secs(60);

/// How an expression ends.
#[derive(Debug, PartialEq)]
enum End {
    /// With a value, which is told as far as it is short.
    Value(String),
    /// With an error of its own: the data does not fit.
    Failed,
    /// The budget has ended it.
    OverBudget,
    /// It cannot even be compiled.
    Refused,
}

fn run(text: &str) -> End {
    let now = || {
        thread_local!(static BEGUN: Instant = Instant::now());
        BEGUN.with(Instant::elapsed)
    };
    let input = json!({"a": 1, "b": [1, 2, 3], "s": "text"});
    let outcome = Expression::compile(text).and_then(|expression| {
        within_time(now, LONGEST, || expression.evaluate(&input, &BTreeMap::<String, Value>::new()))
    });
    match outcome {
        Ok(value) => End::Value(value.to_string().chars().take(60).collect()),
        Err(ExpressionError::Syntax { .. } | ExpressionError::UnknownVariable { .. }) => End::Refused,
        Err(ExpressionError::OverBudget { .. }) => End::OverBudget,
        Err(ExpressionError::Failed { reason, .. }) => {
            assert_ne!(reason, "the interpreter gave up", "{text} panics");
            End::Failed
        }
        Err(error) => panic!("{text}: {error}"),
    }
}

/// Runs each on a thread like the hub's. An expression that takes the stack along ends this process, as it would the hub.
fn check(cases: &[(&'static str, End)]) {
    let work = || {
        let mut wrong = Vec::new();
        for (text, expected) in cases {
            // Told beforehand, for what ends the process says nothing afterwards.
            eprintln!("{text}");
            let begun = Instant::now();
            let end = run(text);
            let took = begun.elapsed();
            eprintln!("  {end:?} in {took:?}");
            if &end != expected || took > HANGS {
                wrong.push(format!("{text}: {end:?} in {took:?}, not {expected:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    };
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap().join().unwrap();
    });
}

fn value(text: &str) -> End {
    End::Value(text.to_owned())
}

/// Depth where nobody looks first. Such a value must not even come into being: to compare it, to write it or only to drop
/// it takes a stack as deep as it is.
#[test]
fn what_nests_without_end_is_refused_wherever_it_nests() {
    check(
        &[
            "reduce range(1000000) as $i (1; [0, ., 0])",
            "reduce range(1000000) as $i (1; {a: 0, b: ., c: 0})",
            "reduce range(1000000) as $i (1; {(\"k\\($i)\"): .})",
            "reduce range(1000000) as $i (1; {([$i, .] | length | tostring): [.]})",
            "reduce range(1000000) as $i (1; [[0, [.], 1]])",
            "foreach range(1000000) as $i (1; [0, ., 0]; empty)",
            "reduce range(1000000) as $i (1; [0, ., 0]) | tojson | length",
            "reduce range(1000000) as $i (1; [0, ., 0]) as $x | $x == $x",
            "reduce range(1000000) as $i ([1, 1]; [[0, .[0], 0], [0, .[1], 0]]) | .[0] == .[1]",
            "reduce range(1000000) as $i ([1, 1]; [[0, .[0], 0], [0, .[1], 0]]) | sort",
            "reduce range(1000000) as $i (1; [0, ., 0]) | [paths] | length",
            "reduce range(1000000) as $i (1; [0, ., 0]) | flatten",
            "reduce range(1000000) as $i (1; [0, ., 0]) | walk(.)",
            "reduce range(1000000) as $i (1; [0, ., 0]) | [..] | length",
            "reduce range(1000000) as $i (1; [0, ., 0]) | group_by(.)",
            "reduce range(1000000) as $i (1; [0, ., 0]) | unique",
            "reduce range(1000000) as $i (1; [0, ., 0]) | @json",
            "reduce range(1000000) as $i (1; [0, ., 0]) | \"\\(.)\"",
            "reduce range(1000000) as $i (1; [0, ., 0]) | {a: .} * {a: .}",
            "reduce range(1000000) as $i (1; [0, ., 0]) | contains([1])",
            "reduce range(1000000) as $i (1; [0, ., 0]) | empty",
            "try (reduce range(1000000) as $i (1; [0, ., 0])) catch 1",
            "(reduce range(1000000) as $i (1; [0, ., 0])) // 1",
            "first(reduce range(1000000) as $i (1; [0, ., 0]))",
            "(reduce range(1000000) as $i (1; [0, ., 0])) as [$a, $b] | $b",
            "error(reduce range(1000000) as $i (1; [0, ., 0]))",
            "last(1 | recurse([0, ., 0]))",
            "[1 | limit(1000000; recurse([0, ., 0]))] | length",
            "1 | until(false; [0, ., 0])",
            "[1 | while(true; [0, ., 0])] | length",
            "def f: [0, f, 0]; f",
            "def f($x): f([0, $x, 0]); f(1)",
            "def f: [0, ., 0] | f; f",
            "def f: {a: [f]}; f",
            "reduce range(1000000) as $i (.; .a = [0, .a, 0])",
            "reduce range(1000000) as $i (.; .a |= [0, ., 0])",
            "reduce range(1000000) as $i (.; .b[1] |= [0, ., 0])",
            "reduce range(1000000) as $i (.; . + {a: .})",
            "reduce range(1000000) as $i (.; . * {a: {b: .}})",
            "reduce range(1000000) as $i (.; to_entries | from_entries | {a: .})",
            "reduce range(1000000) as $i (.; map_values([.]))",
            "reduce range(1000000) as $i (.; with_entries(.value = [.value]))",
            "reduce range(1000000) as $i ([1]; [.] | transpose)",
            "reduce range(1000000) as $i (1; [., 1] | [combinations(1)?] | [0, ., 0])",
            "reduce range(100000) as $i (1; [0, ., 0] | tojson)",
            "reduce range(10) as $i (.; walk([.]))",
            "reduce range(1000) as $i ([]; [[range(100) as $j | [.]]])",
            "null | path(def f: .a | f; f)",
            "null | [limit(1000000; path(recurse(.a)))] | length",
            "null | first(path(recurse(.[0]) | select(false)))",
            "[range(1000000) | \"a\"] as $p | null | setpath($p; 1) | empty",
            "[range(100000) | \"a\"] as $p | null | path(getpath($p)) | empty",
        ]
        .map(|text| (text, End::OverBudget)),
    );
}

#[test]
fn what_would_work_for_ever_is_ended() {
    check(
        &[
            "[range(1e12)]",
            "[limit(1e9; repeat(1))]",
            "reduce limit(1e9; repeat(1)) as $i (0; . + $i)",
            "[range(1e6) | range(1e6)] | length",
            "range(1e9) as $a | range(1e9) as $b | empty",
            "[1 | recurse(. + 1; true)] | length",
            "repeat(1) | empty",
            "[while(true; .)]",
            "until(false; .)",
            "last(range(0; infinite))",
            "[range(0; 1; 0)] | length",
            "[range(0; 1e300; 1)] | length",
            "limit(1e9; range(1e9)) | select(false)",
            "first(range(1e9) | select(. < 0))",
            "isempty(range(1e9) | empty)",
            "any(range(1e9); false)",
            "all(range(1e9); true)",
            "def f: f; f",
            "def f: [f]; f",
            "def f: f, f; [f]",
            "def f: def g: f; g; f",
            "def f($x): if $x < 0 then 0 else f($x + 1) end; f(0)",
            "def f($x): if $x < 2 then $x else f($x - 1) + f($x - 2) end; f(60)",
            "def f($x; $y): if $x == 0 then $y + 1 elif $y == 0 then f($x - 1; 1) else f($x - 1; f($x; $y - 1)) end; f(4; 3)",
            "label $out | foreach repeat(1) as $i (0; . + $i; if . < 0 then ., break $out else empty end)",
            "[range(60)] | map([0, 1]) | combinations | empty",
            "[range(1000)] | combinations(5) | empty",
            "[range(10)] | [combinations(9)] | length",
            "[range(1000)] as $a | [$a[] as $x | $a[] as $y | $a[] as $z | 1] | length",
            "[range(1e6)] | group_by(. % 7) | map(length)",
            "[range(1e5)] | until(false; group_by(. % 3) | add)",
            "[range(1e5)] | until(false; sort_by(-.))",
            "[range(1e5)] | until(false; reverse)",
            "[range(1e5)] | until(false; map(tostring) | map(tonumber))",
            "reduce range(1e9) as $i ({}; .[$i | tostring] = $i)",
            "reduce range(1e9) as $i ([]; . + [$i])",
            "reduce range(1e9) as $i (\"\"; . + \"x\")",
            "def f: tojson | f; f",
            "\"x\" | until(false; @base64)",
            "\"x\" | until(false; @json)",
            "\"%\" | until(false; @uri)",
            "\"'\" | until(false; @sh)",
            "\"<\" | until(false; @html)",
            "\"x\" | until(false; . * 2)",
            "\"x\" * 1e9",
            "1e9 * \"x\"",
            "\"x\" * infinite",
            ".s * 1e18",
            "\"x\" * 16000000 | until(false; ltrimstr(\"x\"))",
            "\"x\" * 16000000 | until(false; .[1:])",
            "\"x\" * 16000000 | explode | implode",
            "\"x\" * 900000 | until(false; explode | implode)",
            "\"ab\" * 500000 | until(false; split(\"a\") | join(\"a\"))",
            "\"ab\" * 500000 | until(false; ascii_upcase)",
            "[range(1e5) | tostring] | until(false; join(\",\") / \",\")",
            "\"a\" * 30000 | [scan(\".\")] | until(false; map(test(\"(a+)+$\")))",
            "\"a\" * 8000000 + \"!\" | until(false; test(\"(a+)+$\") | \"a\" * 8000000)",
            "\"a\" * 1000000 | [match(\"a*?b\"; \"g\")] | until(false; .)",
            "\"a\" * 500000 | [match(\".*[^A-Z]|[A-Z]\"; \"g\")] | until(false; .)",
            "\"a\" * 4000000 | gsub(\"\"; \"b\")",
            "\"a\" * 4000000 | gsub(\"(?<x>a)\"; .x + .x)",
            "\"a\" * 4000000 | [splits(\"a\")] | length",
            "\"x\" | test(([range(100000) | \"word\\(.)\"] | join(\"|\")))",
            "\"x\" | test(\"((a{1000}){1000}){1000}\")",
            "\"x\" | test(\"\\\\pL{1000}{1000}\")",
            "[range(1e9) | tostring as $r | \"x\" | test($r)] | length",
            "[range(1e5)] | until(false; transpose? // .)",
            "[range(1000)] | map([range(1000)]) | until(false; transpose)",
            "[range(1e5)] | until(false; tojson | fromjson)",
            "[range(1e5)] | until(false; to_entries | map(.value))",
            "[range(1e5)] | until(false; . - [1])",
            "[range(1e5)] | until(false; index(99999) | [range(1e5)])",
            "[range(1e5)] | until(false; inside([range(1e5)]) | [range(1e5)])",
            "[range(1e4)] | until(false; flatten)",
            "[range(1e4)] | until(false; [paths] | length | [range(1e4)])",
            "[range(1e4)] | until(false; walk(.))",
            "[range(1e4)] | until(false; del(.[0]) + [1])",
            "[range(1e4)] | until(false; min, max | [range(1e4)])",
            "0 | until(false; todate | fromdate)",
            "0 | until(false; strftime(\"%c\") | 0)",
            "2 | until(false; . * .)",
            "7 | until(false; . * 1000000007)",
            "1 | until(false; . + 1)",
            "[limit(1e9; recurse)] | until(false; .)",
            "getpath([\"a\" * 16000000, 1, 2] | until(false; .))",
            "__workflow_expression__",
        ]
        .map(|text| (text, End::OverBudget)),
    );
}

#[test]
fn nothing_outside_of_the_workflow_is_read() {
    check(
        &[
            "env",
            "env.HOME",
            "$ENV",
            "$ENV.PATH",
            "$__loc__",
            "$__prog_args",
            "input",
            "inputs",
            "[limit(3; inputs)]",
            "input_line_number",
            "input_filename",
            "debug",
            "stderr",
            "halt",
            "halt_error",
            "now",
            "localtime",
            "mktime | localtime",
            "strflocaltime(\"%c\")",
            "get_search_list",
            "import \"a\" as a; .",
            "include \"a\"; .",
            "import \"/etc/passwd\" as $data; $data",
            "modulemeta",
            "@env \"x\"",
            "getpath([\"a\"]) | $__workflow_expression__",
            "!tick",
            "\"x\" | tobytes",
            "read_file(\"/etc/passwd\")",
            "open(\"/etc/passwd\")",
            "system(\"id\")",
            "splits",
            "limit(1)",
        ]
        .map(|text| (text, End::Refused)),
    );
}

/// What is odd, and neither endless nor a fault of the interpreter.
#[test]
fn odd_values_give_values_or_errors() {
    check(&[
        ("reduce range(1000000) as $i (.; .a += [.a])", End::Failed),
        ("reduce range(100000) as $i (1; [0, ., 0] | tojson | fromjson)", End::Failed),
        ("null | recurse(.a) |= 1", End::Failed),
        ("null | (recurse(.[0]; true)) = 1", End::Failed),
        ("reduce range(1e9) as $i ([]; .[$i] = $i)", End::Failed),
        ("\"x\" | test(\"(\" * 10000 + \")\" * 10000)", End::Failed),
        ("null | .[1e9] = 1", End::Failed),
        ("null | setpath([1e9]; 1)", End::Failed),
        ("null | setpath([999999999]; 1)", End::Failed),
        ("null | .[1e18] = 1", End::Failed),
        ("[.] | .[1000000000] |= 1", End::Failed),
        ("nan", value("null")),
        ("[nan] | tojson", value("\"[null]\"")),
        ("infinite", value("1.7976931348623157e+308")),
        (
            "[infinite, -infinite, nan] | tojson",
            value("\"[1.7976931348623157e308,-1.7976931348623157e308,null]\""),
        ),
        ("{(\"a\", \"b\"): nan} | tostring", value("[\"{\\\"a\\\":null}\",\"{\\\"b\\\":null}\"]")),
        ("[nan] | sort", value("[null]")),
        ("[nan, 1, nan] | unique", value("[null,null,1]")),
        ("nan < nan", value("true")),
        ("[1, 2, 3] | .[nan]", End::Failed),
        ("[1, 2, 3] | .[infinite]", End::Failed),
        ("[1, 2, 3] | .[-infinite:infinite]", End::Failed),
        ("[1, 2, 3] | .[nan:nan]", End::Failed),
        ("[1, 2, 3] | .[1e18]", End::Failed),
        ("[1, 2, 3] | .[-9223372036854775808]", value("null")),
        ("[1, 2, 3] | .[9223372036854775808:]", value("[]")),
        ("[1, 2, 3] | .[1.7]", End::Failed),
        ("[1, 2, 3] | .[-1e18] = 1", End::Failed),
        ("\"text\" | .[infinite:]", End::Failed),
        ("\"text\" | .[-1e18:1e18]", End::Failed),
        ("[1] * infinite", End::Failed),
        ("\"x\" * -1", value("null")),
        ("\"x\" * nan", End::Failed),
        ("[] | implode", value("\"\"")),
        ("[1114112] | implode", End::Failed),
        ("[55296] | implode", End::Failed),
        ("[-1] | implode", value("\"\\u0001\"")),
        ("[1e18] | implode", End::Failed),
        ("[nan] | implode", End::Failed),
        ("[\"a\"] | implode", End::Failed),
        ("\"\\ud800\" | explode", End::Refused),
        ("1e18 | todate", End::Failed),
        ("-1e18 | todate", End::Failed),
        ("infinite | todate", End::Failed),
        ("nan | todate", value("\"1970-01-01T00:00:00Z\"")),
        ("9223372036854775807 | todate", End::Failed),
        ("1e18 | gmtime", End::Failed),
        ("-1e300 | gmtime", End::Failed),
        ("[1e9, 1, 1, 0, 0, 0, 0, 0] | mktime", End::Failed),
        ("[nan, 1, 1, 0, 0, 0, 0, 0] | mktime", End::Failed),
        ("[2020, 13, 32, 25, 61, 61, 0, 0] | mktime", End::Failed),
        ("[2020, -1, -1, -1, -1, -1, -1, -1] | mktime", End::Failed),
        ("[] | mktime", End::Failed),
        ("[2020] | todate", End::Failed),
        ("\"9999999-99-99T99:99:99Z\" | fromdate", End::Failed),
        ("\"\" | fromdate", End::Failed),
        ("\"x\" | strptime(\"%Y%Y%Y%Y%Y\")", End::Failed),
        ("\"99999\" | strptime(\"%s\")", value("[1970,0,2,3,46,39,5,1]")),
        ("0 | strftime(\"%\")", End::Failed),
        ("0 | strftime(\"%Q %999999999d %E\")", End::Failed),
        ("1e18 | strftime(\"%Y\")", End::Failed),
        ("1 / 0", value("1.7976931348623157e+308")),
        ("1 % 0", End::Failed),
        ("-9223372036854775808 % -1", value("0")),
        ("-9223372036854775808 / -1", value("9.223372036854776e+18")),
        ("9223372036854775807 + 1", value("9223372036854775808")),
        ("-9223372036854775808 | abs", value("9223372036854775808")),
        ("-(-9223372036854775808)", value("9223372036854775808")),
        ("1e1000", value("1.7976931348623157e+308")),
        ("5 % 1e300", value("5")),
        ("infinite % 3", value("null")),
        ("nan % 3", value("null")),
        ("5 % 0.1", value("0.09999999999999973")),
        ("pow(1e300; 1e300)", value("1.7976931348623157e+308")),
        ("1e300 | exp10", value("1.7976931348623157e+308")),
        ("scalbln(1; 1e18)", End::Failed),
        ("ldexp(1; 1e18)", End::Failed),
        (
            "1e18 | significand, logb, gamma, frexp, trunc",
            value("[1.734723475976807,59,1.7976931348623157e+308,[0.86736173798"),
        ),
        ("range(nan)", value("null")),
        ("[range(3; 1; -1)]", value("[3,2]")),
        ("[range(1; 2; nan)]", value("[]")),
        ("limit(-1; 1, 2)", value("null")),
        ("limit(nan; 1, 2)", value("null")),
        ("first(empty)", value("null")),
        ("nth(-1; 1, 2)", value("1")),
        ("nth(1e18; 1, 2)", value("null")),
        ("skip(-1; 1, 2)", value("[1,2]")),
        ("[1, [2]] | flatten(-1)", value("[1,[2]]")),
        ("[1, [2]] | flatten(1e18)", value("[1,2]")),
        ("[[1, 2], [3]] | transpose", value("[[1,3],[2,null]]")),
        ("[] | transpose", value("[]")),
        ("[] | combinations", value("[]")),
        ("[1, 2] | combinations(0)", value("[]")),
        ("[] | min, max, add, first, last", value("[null,null,null,null,null]")),
        ("[1, 2] | getpath([\"a\"])", End::Failed),
        ("null | getpath([range(900) | \"a\"])", value("null")),
        ("null | [range(90) | \"a\"] as $p | setpath($p; 1) | getpath($p)", End::Failed),
        ("null | delpaths([[1, 2, 3]])", End::Failed),
        ("null | setpath([-1]; 1)", End::Failed),
        ("null | setpath([nan]; 1)", End::Failed),
        ("null | setpath([{}]; 1)", End::Failed),
        ("try error(nan) catch .", value("null")),
        ("error(null)", End::Failed),
        ("error", End::Failed),
        ("{} | .[\"a\", \"b\"] = 1", value("{\"a\":1,\"b\":1}")),
        ("{(1, 2): 3}", value("[{\"1\":3},{\"2\":3}]")),
        ("\"\\u0000\" | tojson", value("\"\\\"\\\\u0000\\\"\"")),
        ("\"a\" | test(\"\\u0000\")", value("false")),
        ("\"a\" | test(\"(\")", End::Failed),
        ("\"a\" | test(\"a\"; \"q\")", End::Failed),
        ("\"a\" | test(\"(?=a)\")", End::Failed),
        ("\"aa\" | test(\"(a)\\\\1\")", End::Failed),
        ("\"a\" * 30 + \"!\" | test(\"^(a+)+$\")", value("false")),
        ("\"a\" * 100000 + \"!\" | test(\"^(a|a|a?)+$\")", value("false")),
        ("\"[1\" | fromjson", End::Failed),
        ("\"nan\" | fromjson", End::Failed),
        ("\"1e999\" | fromjson", End::Failed),
        ("\"[\" * 120 + \"]\" * 120 | fromjson", End::OverBudget),
        ("\"[\" * 100000 | fromjson", End::Failed),
        ("\"x\" | tonumber", End::Failed),
        ("\"1e400\" | tonumber", End::Failed),
        ("\"0x10\" | tonumber", End::Failed),
        ("@base64d", End::Failed),
        ("\"%%%\" | @base64d", End::Failed),
        ("\"/w==\" | @base64d", value("\"�\"")),
        ("\"%ff\" | @urid", value("\"�\"")),
        ("[1, [2]] | @csv", End::Refused),
        ("[1, {}] | @tsv", End::Refused),
        ("[1, [2]] | @sh", End::Failed),
        ("ltrimstr(1)", End::Failed),
        ("splits(1)", End::Failed),
        ("input_line_number?", End::Refused),
        ("[splits(\"a\")]", End::Failed),
        ("tojson | ascii", End::Refused),
        ("limit(3; repeat(\"x\"))", value("[\"x\",\"x\",\"x\"]")),
        ("getpath([\"a\", \"b\"])?", value("null")),
        ("ascii(1)", End::Refused),
        (
            "@text, @json",
            value("[\"{\\\"a\\\":1,\\\"b\\\":[1,2,3],\\\"s\\\":\\\"text\\\"}\",\"{\\\"a\\\":1,\\\"b\\\":[1"),
        ),
        ("tojson | @base32d", End::Refused),
        ("significand, drem(5; 0), ldexp(1; 2), nearbyint, trunc", End::Failed),
        ("\"a,b\" | ascii_downcase | splits(\",\")", value("[\"a\",\"b\"]")),
        ("[3, 1, 2] | bsearch(2, 9, nan)", value("[2,-4,-1]")),
        ("[1, 2] | .[1:] = nan", End::Failed),
        ("[1, 2] | .[0:1e18] |= [nan]", End::Failed),
        ("[1, 2] | del(.[nan], .[1e18], .[-1e18])", End::Failed),
        ("[1, 2] | has(nan, 1e18, -1)", End::Failed),
        ("to_entries | from_entries", value("{\"a\":1,\"b\":[1,2,3],\"s\":\"text\"}")),
        ("[[nan, 1]] | from_entries", End::Failed),
        ("ltrimstr(\"a\" * 1000)", End::Failed),
        ("\"x\" | ltrimstr(\"x\" * 1000)", value("\"x\"")),
        ("tojson | fromjson | tojson | fromjson | .a", value("1")),
    ]);
}
