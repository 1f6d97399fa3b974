//! What is in scope (DSL, Runtime Expression Arguments; Data Flow), and what is offered while an expression is written.

use serde_json::json;

use super::*;

fn definition() -> Value {
    json!({
        "document": { "dsl": "1.0.3", "namespace": "default", "name": "failover", "version": "1.0.0" },
        "input": { "schema": { "document": { "type": "object", "properties": {
            "site": { "type": "string", "title": { "zh": "站点", "en": "Site" } },
            "zones": { "type": "array", "items": { "type": "object", "properties": { "id": { "type": "string" } } } },
            "weights": { "type": "object", "properties": { "new-site": { "type": "integer" } } },
        } } } },
        "use": { "secrets": ["dnsToken", "smsKey"] },
        "do": [
            { "prepare": {
                "set": { "target": "${ .site }", "count": "${ .zones | length }" },
                "export": { "as": "${ $context + { target: .target } }" },
            } },
            { "ask": { "call": "http", "with": { "method": "get", "endpoint": "https://a", "output": "response" },
                "export": { "as": "${ $context + { status: .statusCode } }" } } },
            { "each": { "for": { "in": "${ $workflow.input.zones }", "each": "zone" }, "do": [
                { "move": { "set": { "moved": "${ $zone.id }" } } },
            ] } },
            { "guard": { "try": [ { "risky": { "call": "check:1.0.0@default" } } ], "catch": {
                "as": "fault", "when": "${ $fault.status == 503 }", "do": [ { "note": { "set": { "why": "${ $fault.title }" } } } ],
            } } },
            { "side": { "fork": { "branches": [ { "left": { "set": { "a": 1 } } }, { "right": { "set": { "b": 2 } } } ] } } },
            { "last": { "set": { "all": "${ . }" } } },
        ],
    })
}

/// `text` with `|` at the cursor, completed at `at`: what is offered, and the text with the first offer taken.
fn offered(at: &str, text: &str) -> (Vec<String>, String) {
    let root = definition();
    let scope = scope(&root, &Pointer::parse(at).expect("a pointer"), &Seen::default());
    let cursor = text.find('¦').expect("a cursor");
    let text = text.replace('¦', "");
    let completion = complete(&scope, &text, cursor, false);
    let taken =
        completion.offers.first().map_or_else(|| text.clone(), |offer| completion.take(&text, offer).0);
    (completion.offers.into_iter().map(|offer| offer.text).collect(), taken)
}

fn check(at: &str, text: &str, expected: &[&str]) {
    let (offers, _) = offered(at, text);
    assert_eq!(offers, expected, "{text} at {at}");
}

#[test]
fn variables_are_those_of_the_place() {
    check("/do/0/prepare/if", "${ $¦ }", &["$context", "$workflow", "$task", "$secrets", "$runtime"]);
    check(
        "/do/0/prepare/set/x",
        "${ $¦ }",
        &["$input", "$context", "$workflow", "$task", "$secrets", "$runtime", "$authorization"],
    );
    check(
        "/do/0/prepare/export/as",
        "${ $¦ }",
        &["$context", "$input", "$output", "$workflow", "$task", "$secrets", "$runtime", "$authorization"],
    );
    check("/input/from", "${ $¦ }", &["$workflow", "$secrets", "$runtime"]);
    check("/output/as", "${ $¦ }", &["$context", "$workflow", "$secrets", "$runtime"]);
}

#[test]
fn variables_of_loops_and_catches_are_known_within_them_only() {
    let (offers, _) = offered("/do/2/each/do/0/move/set/moved", "${ $¦ }");
    assert_eq!(offers[..2], ["$zone", "$index"]);
    check("/do/2/each/while", "${ $zo¦ }", &["$zone"]);
    check("/do/2/each/for/in", "${ $zo¦ }", &[]);
    check("/do/3/guard/catch/when", "${ $fau¦ }", &["$fault"]);
    check("/do/3/guard/catch/retry/when", "${ $fau¦ }", &["$fault"]);
    check("/do/3/guard/catch/do/0/note/set/why", "${ $fault.ti¦ }", &["title"]);
    check("/do/3/guard/try/0/risky/with/x", "${ $fau¦ }", &[]);
}

#[test]
fn members_follow_the_data_from_task_to_task() {
    check("/do/0/prepare/set/target", "${ .¦ }", &["site", "zones", "weights"]);
    check("/do/1/ask/with/body", "${ .¦ }", &["target", "count"]);
    check("/do/2/each/if", "${ .¦ }", &["content", "statusCode", "headers", "request"]);
    check("/do/2/each/do/0/move/set/moved", "${ $zone.¦ }", &["id"]);
    check("/do/5/last/set/all", "${ .[0].¦ }", &["a", "b"]);
    check("/do/5/last/set/all", "${ $workflow.input.si¦ }", &["site"]);
    check("/do/5/last/set/all", "${ $secrets.¦ }", &["dnsToken", "smsKey"]);
}

#[test]
fn the_context_holds_what_was_exported_before() {
    check("/do/0/prepare/set/target", "${ $context.¦ }", &[]);
    check("/do/1/ask/with/body", "${ $context.¦ }", &["target"]);
    check("/do/1/ask/export/as", "${ $context.¦ }", &["target"]);
    check("/do/2/each/do/0/move/set/moved", "${ $context.¦ }", &["target", "status"]);
}

#[test]
fn dot_is_what_the_pipe_and_the_brackets_make_of_it() {
    check("/do/0/prepare/set/x", "${ .zones | map(.¦) }", &["id"]);
    check("/do/0/prepare/set/x", "${ .zones[] | select(.¦", &["id"]);
    check("/do/0/prepare/set/x", "${ .zones[0].¦ }", &["id"]);
    check("/do/0/prepare/set/x", "${ .zones[] as $z | $z.¦ }", &["id"]);
    check("/do/0/prepare/set/x", "${ .zones[] as $z | .si¦ }", &["site"]);
    check("/do/0/prepare/set/x", "${ { a: .zones, b: .si¦ } }", &["site"]);
    check("/do/0/prepare/set/x", r#"${ "at \(.si¦" }"#, &["site"]);
    check("/do/0/prepare/set/x", r#"${ "at .si¦" }"#, &[]);
    check("/do/0/prepare/set/x", "${ .unknown.¦ }", &[]);
}

#[test]
fn a_word_finds_members_variables_and_functions() {
    let (offers, taken) = offered("/do/0/prepare/set/x", "${ si¦ }");
    assert_eq!(offers[0], ".site");
    assert_eq!(taken, "${ .site }");
    let (offers, _) = offered("/do/0/prepare/set/x", "${ .zones | leng¦ }");
    assert_eq!(offers, ["length"]);
    let (offers, taken) = offered("/do/0/prepare/set/x", "${ con¦text }");
    assert_eq!(offers[..2], ["$context", "contains"]);
    assert_eq!(taken, "${ $context }");
    // A name that is no word of jq is written as a text.
    assert_eq!(offered("/do/0/prepare/set/x", "${ .weights.new¦ }").1, r#"${ .weights."new-site" }"#);
    let function = offered("/do/0/prepare/set/x", "${ .zones | map_val¦ }").1;
    assert_eq!(function, "${ .zones | map_values() }", "its argument is written next");
    check("/do/0/prepare/set/x", "plain con¦", &[]);
    check("/do/0/prepare/set/x", "${ 12¦ }", &[]);
}

#[test]
fn a_definition_that_goes_in_circles_ends() {
    let tasks: Vec<Value> =
        (0..2_000).map(|n| json!({ format!("t{n}"): { "wait": "PT1S", "then": "t0" } })).collect();
    let root = json!({ "do": tasks });
    let at = Pointer::parse("/do/1999/t1999/if").expect("a pointer");
    assert_eq!(scope(&root, &at, &Seen::default()).data, Shape::default());
}

#[test]
fn data_of_a_run_is_found_again_after_tasks_were_put_before() {
    let mut seen = Seen::default();
    let task = SeenTask { output: Some(json!({ "answer": { "code": 1 } })), ..SeenTask::default() };
    seen.insert(&Pointer::parse("/do/7/guard/try/0/risky").expect("a pointer"), task);
    let root = definition();
    let at = Pointer::parse("/do/3/guard/try/0/risky/output/as").expect("a pointer");
    let shape = scope(&root, &at, &seen).data;
    assert_eq!(
        shape.member("answer").and_then(|answer| answer.member("code")).and_then(|code| code.kind),
        Some(Kind::Number)
    );
}

proptest::proptest! {
    /// Whatever is half written, and wherever the cursor is: an offer replaces what is there, and nothing panics.
    #[test]
    fn anything_can_be_half_written(text in r#"(\$\{ )?([.$a-z0-9é| ()\[\]{}":;,\\?+]|zones|\.si| as \$x \|){0,24}"#, part in 0.0..1.0_f64) {
        let root = definition();
        let cursor = (text.len() as f64 * part) as usize;
        let scope = scope(&root, &Pointer::parse("/do/1/ask/with/body").expect("a pointer"), &Seen::default());
        let completion = complete(&scope, &text, cursor, true);
        proptest::prop_assert!(completion.from <= cursor && completion.from <= completion.to);
        proptest::prop_assert!(text.is_char_boundary(completion.from) && text.is_char_boundary(completion.to));
    }
}

#[cfg(feature = "evaluate")]
mod previews {
    use super::*;

    fn shown(at: &str, text: &str, seen: &Seen) -> Preview {
        preview(&definition(), &Pointer::parse(at).expect("a pointer"), text, seen)
    }

    fn run() -> Seen {
        let mut seen = Seen {
            id: Some("job-1".to_owned()),
            input: Some(json!({ "site": "east", "zones": [{ "id": "z1" }, { "id": "z2" }] })),
            ..Seen::default()
        };
        let mut add = |at: &str, task| seen.insert(&Pointer::parse(at).expect("a pointer"), task);
        let some =
            |input, output| SeenTask { input: Some(input), output: Some(output), ..SeenTask::default() };
        add("/do/0/prepare", some(json!({ "site": "east" }), json!({ "target": "east", "count": 2 })));
        add("/do/1/ask", some(json!({ "target": "east" }), json!({ "statusCode": 200 })));
        let moved = SeenTask { iteration: Some(1), ..some(json!({}), json!({ "moved": "z2" })) };
        add("/do/2/each/do/0/move", moved);
        seen
    }

    #[test]
    fn a_run_gives_the_data_the_context_and_the_item() {
        let value = |at: &str, text: &str| shown(at, text, &run()).outcome;
        assert_eq!(value("/do/1/ask/with/body", "${ .target }"), Ok(json!("east")));
        assert_eq!(value("/do/2/each/if", "${ $context }"), Ok(json!({ "target": "east", "status": 200 })));
        assert_eq!(value("/do/2/each/do/0/move/set/moved", "${ $zone.id, $index }"), Ok(json!(["z2", 1])));
        assert_eq!(value("/do/1/ask/with/body", "${ $workflow.input.zones | length }"), Ok(json!(2)));
        assert_eq!(value("/do/1/ask/with/body", "$secrets.dnsToken"), Ok(json!("••••••")));
    }

    #[test]
    fn without_a_run_the_defaults_flow() {
        let seen = Seen { input: None, ..Seen::default() };
        let preview = shown("/do/1/ask/with/body", "${ .count }", &seen);
        assert_eq!((preview.basis, preview.outcome), (Basis::Sample, Ok(json!(0))));
        let preview = shown("/do/4/side/if", "${ .answer }", &seen);
        assert_eq!((preview.data, preview.outcome), (None, Ok(json!(null))));
    }

    #[test]
    fn what_cannot_be_shown_says_why() {
        let error = |at: &str, text: &str| shown(at, text, &run()).outcome.expect_err("an error").en;
        assert_eq!(error("/do/0/prepare/if", "${ $input }"), "`$input` has no value here");
        assert_eq!(error("/do/1/ask/with/body", "${ .target + 1 }"), r#"cannot calculate "east" + 1"#);
        let preview = shown("/do/1/ask/with/body", "${ nosuch }", &run());
        assert!(preview.outcome.is_err_and(|reason| reason.zh.contains("nosuch")), "told in Chinese too");
        let preview = shown("/do/3/guard/catch/when", "${ $fault.status == 503 }", &run());
        assert_eq!((preview.unknown, preview.outcome), (vec!["fault".to_owned()], Ok(json!(false))));
    }
}
