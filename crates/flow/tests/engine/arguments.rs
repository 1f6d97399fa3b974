//! DSL, Runtime Expressions: which argument each expression has, and how a definition is evaluated loosely.

use flow::engine::Start;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

const NAMES: [&str; 8] =
    ["context", "input", "output", "secrets", "task", "workflow", "runtime", "authorization"];

/// Which arguments an expression has at a place of a definition, in the order of the specification's table.
fn offered(yaml: &str) -> String {
    let is_offered = |name: &&&str| {
        // An argument may be null; without a value the job faults.
        let yaml = yaml.replace("PROBE", &format!("(${name}|true)"));
        let shell = Shell::new(&yaml).answering("call", [Outcome::Output(json!({}))]).start(json!({})).run();
        let error = shell.job.as_ref().expect("a job").error.as_ref();
        if let Some(error) = error {
            let detail = error.detail.as_deref().unwrap_or_default();
            assert!(detail.contains(&format!("uses ${name}, which has no value here")), "{detail}");
        }
        error.is_none()
    };
    NAMES.iter().filter(is_offered).copied().collect::<Vec<_>>().join(" ")
}

#[test]
fn each_place_has_the_arguments_of_the_table_and_no_others() {
    for (place, yaml, expected) in [
        (
            "Workflow `input.from`",
            "input: {from: PROBE}\ndo: [{a: {set: {a: 1}}}]",
            "secrets workflow runtime",
        ),
        ("Task `if`", "do: [{a: {if: PROBE, set: {a: 1}}}]", "context secrets task workflow runtime"),
        (
            "Task `input.from`",
            "do: [{a: {input: {from: PROBE}, set: {a: 1}}}]",
            "context secrets task workflow runtime",
        ),
        (
            "Task definition",
            "do: [{a: {set: {a: '${ PROBE }'}}}]",
            "context input secrets task workflow runtime authorization",
        ),
        (
            "Task definition: `switch.when`",
            "do: [{a: {switch: [{b: {when: PROBE, then: end}}]}}]",
            "context input secrets task workflow runtime authorization",
        ),
        (
            "Task definition: `with` of a call",
            "do: [{call: {call: 'f:1.0.0@default', with: {a: '${ PROBE }'}}}]",
            "context input secrets task workflow runtime authorization",
        ),
        (
            "Task `output.as`",
            "do: [{a: {set: {a: 1}, output: {as: PROBE}}}]",
            "context input secrets task workflow runtime authorization",
        ),
        (
            "Task `export.as`",
            "do: [{a: {set: {a: 1}, export: {as: PROBE}}}]",
            "context input output secrets task workflow runtime authorization",
        ),
        (
            "Workflow `output.as`",
            "output: {as: PROBE}\ndo: [{a: {set: {a: 1}}}]",
            "context secrets workflow runtime",
        ),
    ] {
        assert_eq!(offered(yaml), expected, "{place}");
    }
}

fn output(yaml: &str, start: Start) -> Value {
    let shell =
        Shell::new(yaml).answering("call", [Outcome::Output(json!({"raw": 1}))]).start_with(start).run();
    shell.output().clone()
}

#[test]
fn the_task_descriptor_tells_the_raw_output() {
    let yaml = "do: [{call: {call: 'f:1.0.0@default', output: {as: '{o: $task.output}'}, export: {as: '{e: $task.output, o: $output}'}}}]\noutput: {as: '[., $context]'}";
    assert_eq!(
        output(yaml, Start::default()),
        json!([{"o": {"raw": 1}}, {"e": {"raw": 1}, "o": {"o": {"raw": 1}}}])
    );
}

/// DSL, Data Flow: the transformed input of the workflow is the first context.
#[test]
fn the_context_is_the_workflows_input_at_first() {
    let yaml = "input: {from: .in}\ndo: [{a: {set: '${ $context }'}}]";
    let start = Start { input: json!({"in": {"x": 1}}), ..Start::default() };
    assert_eq!(output(yaml, start), json!({"x": 1}));
}

#[test]
fn the_authorization_is_what_the_call_will_be_authorised_with() {
    let yaml = |policy: &str| {
        format!(
            "use: {{secrets: [t, p]}}\ndo: [{{call: {{call: http, with: {{method: get, endpoint: {{uri: 'https://h', authentication: {policy}}}}}, output: {{as: $authorization}}}}}}]"
        )
    };
    let with = |policy: &str| {
        output(
            &yaml(policy),
            Start {
                input: json!({"u": "ann"}),
                secrets: json!({"t": {"token": "tok"}, "p": "pass"}),
                ..Start::default()
            },
        )
    };
    assert_eq!(
        with("{basic: {username: '${ .u }', password: '${ $secrets.p }'}}"),
        json!({"scheme": "Basic", "parameter": "YW5uOnBhc3M="})
    );
    assert_eq!(with("{bearer: {use: t}}"), json!({"scheme": "Bearer", "parameter": "tok"}));
    let none = "do: [{call: {call: http, with: {method: get, endpoint: 'https://h'}, output: {as: '[$authorization]'}}}]";
    assert_eq!(output(none, Start::default()), json!([null]));
    // A policy that would tell of itself has no value, and no end either.
    assert_eq!(with("{bearer: {token: '${ $authorization.parameter }'}}"), json!(null));
}

/// DSL reference, Evaluate: `loose` evaluates any value, and what fails is a text.
#[test]
fn loose_mode_takes_what_fails_for_a_text() {
    let start = || Start { input: json!({"a": [1, 2]}), ..Start::default() };
    let yaml = |mode: &str| {
        format!(
            r#"
evaluate: {{mode: {mode}}}
do:
  - s:
      set:
        sum: .a | add
        plain: Hello, world!
        strict: '${{ .a[0] }}'
        fails: .a.b
        unknown: $nothing
        deep: [{{x: '.a[1]'}}, 7]
      output: {{as: '. + {{done: true}}'}}
"#
        )
    };
    assert_eq!(
        output(&yaml("loose"), start()),
        json!({
            "sum": 3, "plain": "Hello, world!", "strict": 1, "fails": ".a.b", "unknown": "$nothing",
            "deep": [{"x": 2}, 7], "done": true,
        })
    );
    assert_eq!(
        output(&yaml("strict"), start()),
        json!({
            "sum": ".a | add", "plain": "Hello, world!", "strict": 1, "fails": ".a.b", "unknown": "$nothing",
            "deep": [{"x": ".a[1]"}, 7], "done": true,
        })
    );
}

#[test]
fn loose_mode_keeps_addresses_and_words_and_bounds_bombs() {
    let yaml = "evaluate: {mode: loose}\ndo: [{call: {call: http, with: {method: get, endpoint: 'https://host/{id}', output: content}}}]";
    let shell = Shell::new(yaml).start(json!({"id": 7}));
    let flow::engine::Call::Http { with } = &shell.calls[0].3 else { panic!("an HTTP call") };
    assert_eq!(with, &json!({"method": "get", "output": "content", "endpoint": "https://host/7"}));
    // A text that happens to be a bomb is an error, not a text: nobody may find out by waiting.
    let shell = Shell::new("evaluate: {mode: loose}\ndo: [{a: {set: {x: 'last(repeat(1))'}}}]")
        .start(json!({}))
        .run();
    let error = shell.job.unwrap().error.unwrap();
    assert!(error.detail.unwrap().contains("exceeds its budget"));
    // A condition that fails is never taken to hold.
    let shell = Shell::new("evaluate: {mode: loose}\ndo: [{a: {if: .a.b.c, set: {x: '1'}}}]")
        .start(json!({"a": 1}))
        .run();
    assert_eq!(shell.job.unwrap().error.unwrap().status, 400);
}
