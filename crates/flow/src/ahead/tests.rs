use serde_json::{Value, json};

use super::*;

fn gate() -> Value {
    json!({ "call": "manual-gate:1.0.0@default", "with": {} })
}

fn set() -> Value {
    json!({ "set": { "a": 1 } })
}

fn told(ahead: &Ahead) -> String {
    let steps = ahead.steps.iter().map(|step| {
        let marks = [(!step.certain).then_some("?"), step.beside.then_some("∥")];
        format!("{}{}{}", "  ".repeat(step.depth), step.name, marks.into_iter().flatten().collect::<String>())
    });
    let ends = ahead.ends.iter().map(|end| match end {
        End::Gate { name, certain, .. } => format!("→ Gate {name}{}", if *certain { "" } else { "?" }),
        other => format!("→ {other:?}"),
    });
    let caught = ahead
        .caught_by
        .iter()
        .map(|one| format!("caught by {}{}", one.name, if one.certain { "" } else { "?" }));
    caught.chain(steps).chain(ends).collect::<Vec<_>>().join("\n")
}

fn check(list: Value, pointer: &str) -> String {
    let document = Document::from_value(json!({ "do": list }));
    let told = |ahead: Option<Ahead>| ahead.map_or_else(|| "nothing".to_owned(), |ahead| told(&ahead));
    format!(
        "YES\n{}\nNO\n{}",
        told(passed(&document, pointer, None)),
        told(rejected(&document, pointer, None))
    )
}

#[test]
fn the_tasks_up_to_the_next_gate_are_all_named() {
    let list = json!([
        { "gate": gate() },
        { "move": { "do": [{ "dns": set() }, { "cache": set() }] } },
        { "both": { "fork": { "branches": [{ "left": set() }, { "right": { "do": [{ "deep": set() }] } }] } } },
        { "second": gate() },
        { "never": set() },
    ]);
    insta::assert_snapshot!(check(list, "/do/0/gate"), @r"
        YES
        move
          dns
          cache
        both
          left∥
          right∥
            deep
        → Gate second
        NO
        → StandsStill { certain: true }
        ");
}

#[test]
fn a_rejection_is_caught_and_its_compensation_is_named() {
    let list = json!([
        { "safe": { "try": [{ "gate": gate() }, { "act": set() }], "catch": { "do": [{ "back": set() }] } } },
        { "report": set() },
    ]);
    insta::assert_snapshot!(check(list, "/do/0/safe/try/0/gate"), @r"
        YES
          act
        report
        → Completes { certain: true }
        NO
        caught by safe
          back
        report
        → Completes { certain: true }
        ");
}

#[test]
fn a_try_for_other_errors_lets_a_rejection_pass() {
    let catch = |with: Value| json!({ "errors": { "with": with }, "do": [{ "back": set() }] });
    let list = |with: Value| json!([{ "safe": { "try": [{ "gate": gate() }], "catch": catch(with) } }]);
    let at = "/do/0/safe/try/0/gate";
    insta::assert_snapshot!(check(list(json!({ "status": 503 })), at), @r"
        YES
        → Completes { certain: true }
        NO
        → StandsStill { certain: true }
        ");
    insta::assert_snapshot!(check(
        list(
            json!({ "type": "https://serverlessworkflow.io/spec/1.0.0/errors/authorization", "status": 403 })
        ),
        at
    ), @r"
        YES
        → Completes { certain: true }
        NO
        caught by safe
        back
        → Completes { certain: true }
        ");
    insta::assert_snapshot!(check(list(json!({ "detail": "no" })), at), @r"
        YES
        → Completes { certain: true }
        NO
        caught by safe?
        back?
        → Completes { certain: false }
        → StandsStill { certain: false }
        ");
}

#[test]
fn a_try_that_tries_again_asks_again() {
    let retry = json!({ "limit": { "attempt": { "count": 2 } } });
    let list =
        json!([{ "safe": { "try": [{ "gate": gate() }], "catch": { "retry": retry } } }, { "after": set() }]);
    insta::assert_snapshot!(check(list, "/do/0/safe/try/0/gate"), @r#"
        YES
        after
        → Completes { certain: true }
        NO
        caught by safe
        → StandsStill { certain: false }
        → TriesAgain { name: "safe" }
        "#);
}

#[test]
fn a_fault_in_the_catch_itself_is_not_caught_by_it() {
    let list = json!([{ "safe": { "try": [{ "a": set() }], "catch": { "do": [{ "gate": gate() }], "then": "end" } } }, { "never": set() }]);
    insta::assert_snapshot!(check(list, "/do/0/safe/catch/do/0/gate"), @r"
        YES
        → Completes { certain: true }
        NO
        → StandsStill { certain: true }
        ");
}

#[test]
fn a_branch_waits_for_its_sisters() {
    let fork = |compete: bool| json!({ "fork": { "compete": compete, "branches": [{ "left": gate() }, { "right": set() }] } });
    let list =
        |compete: bool| json!([{ "both": fork(compete) }, { "verify": { "do": [{ "probe": set() }] } }]);
    insta::assert_snapshot!(check(list(false), "/do/0/both/fork/branches/0/left"), @r#"
        YES
        verify
          probe
        → Completes { certain: true }
        → OtherBranches { name: "both" }
        NO
        → StandsStill { certain: true }
        "#);
    insta::assert_snapshot!(check(list(true), "/do/0/both/fork/branches/0/left"), @r#"
        YES
        verify
          probe
        → Completes { certain: true }
        → FirstWins { name: "both" }
        NO
        → StandsStill { certain: true }
        "#);
}

#[test]
fn nothing_behind_a_fork_runs_before_the_gate_in_its_branch() {
    let fork =
        json!({ "fork": { "branches": [{ "left": set() }, { "right": { "do": [{ "ask": gate() }] } }] } });
    insta::assert_snapshot!(check(
        json!([{ "gate": gate() }, { "both": fork }, { "never": set() }]),
        "/do/0/gate"
    ), @r"
        YES
        both
          left∥
          right∥
        → Gate ask
        NO
        → StandsStill { certain: true }
        ");
}

#[test]
fn conditions_switches_and_loops_are_not_certain() {
    let switch =
        json!({ "switch": [{ "x": { "when": ".x", "then": "blue" } }, { "else": { "then": "green" } }] });
    let maybe = json!({ "if": ".maybe", "set": { "a": 1 } });
    let list = json!([
        { "each": { "for": { "in": "." }, "do": [{ "gate": gate() }, { "more": maybe }] } },
        { "which": switch },
        { "blue": { "set": {}, "then": "end" } },
        { "green": set() },
    ]);
    insta::assert_snapshot!(check(list, "/do/0/each/do/0/gate"), @r#"
        YES
          more?
        which?
        blue?
        green?
        → Completes { certain: false }
        → Loop { name: "each" }
        NO
        → StandsStill { certain: true }
        "#);
}

#[test]
fn a_jump_back_comes_to_the_same_gate_and_ends_there() {
    let list = json!([{ "gate": gate() }, { "act": { "set": {}, "then": "gate" } }]);
    insta::assert_snapshot!(check(list, "/do/0/gate"), @r"
        YES
        act
        → Gate gate
        NO
        → StandsStill { certain: true }
        ");
}

#[test]
fn an_error_that_is_raised_goes_to_the_try_around_it() {
    let raise = json!({ "raise": { "error": "x" } });
    let list = json!([
        { "gate": gate() },
        { "safe": { "try": [{ "bad": raise.clone() }, { "never": set() }], "catch": { "do": [{ "back": set() }] } } },
        { "last": raise },
    ]);
    insta::assert_snapshot!(check(list, "/do/0/gate"), @r#"
        YES
        safe
          bad
          back?
        last?
        → Raises { name: "last" }
        NO
        → StandsStill { certain: true }
        "#);
}

#[test]
fn functions_of_the_definition_are_followed_inwards_and_named_outwards() {
    let document = Document::from_value(json!({
        "do": [{ "gate": gate() }, { "one": { "call": "twice" } }, { "two": { "call": "twice" } }],
        "use": { "functions": { "twice": { "do": [{ "inner": set() }] }, "asks": { "do": [{ "own": gate() }] } } },
    }));
    insta::assert_snapshot!(told(&passed(&document, "/do/0/gate", None).expect("a task")), @r"
        one
        twice
          inner
        two
        → Completes { certain: true }
        ");
    insta::assert_snapshot!(told(&passed(&document, "/use/functions/asks/do/0/own", None).expect("a task")), @r#"
        → Caller { name: "asks" }
        "#);
}

#[test]
fn a_very_long_definition_is_counted_and_not_listed() {
    let tasks: Vec<Value> = (0..1_000).map(|number| json!({ format!("t{number}"): set() })).collect();
    let list = std::iter::once(json!({ "gate": gate() })).chain(tasks).collect::<Vec<_>>();
    let document = Document::from_value(json!({ "do": list }));
    let ahead = passed(&document, "/do/0/gate", None).expect("a task");
    assert_eq!((ahead.steps.len(), ahead.omitted), (300, 700));
    assert_eq!(ahead.ends, [End::Completes { certain: true }]);
}

#[test]
fn what_is_no_task_has_nothing_ahead() {
    assert_eq!(check(json!([{ "gate": gate() }]), "/do/7/other"), "YES\nnothing\nNO\nnothing");
}
