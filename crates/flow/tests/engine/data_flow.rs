//! DSL: Data Flow, Runtime Expressions, and the calls that take their arguments from these.

use flow::engine::{Call, Start};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

fn check(yaml: &str, input: Value, expected: Value) {
    let shell = Shell::new(yaml).start(input).run();
    assert_eq!(*shell.output(), expected, "{}", shell.trace);
}

#[test]
fn every_stage_of_the_data_flow_sees_its_arguments() {
    check(
        r#"
input: {from: '{ wanted: .all.wanted, raw: $workflow.input.all.raw }'}
output: {as: '. + { context: $context, id: $workflow.id, input: $workflow.input }'}
do:
  - first:
      input: {from: '{ in: .wanted }'}
      set: {from: '${ .in }', name: '${ $task.name }', place: '${ $task.reference }', raw: '${ $task.input }'}
      output: {as: '{ out: ., input: $input }'}
      export: {as: '{ exported: $output.out.from, before: $context }'}
  - second:
      set: '${ { last: .out, context: $context.exported, version: $workflow.definition.document.version, run: $runtime } }'
"#,
        json!({"all": {"wanted": 1, "raw": 2}}),
        json!({
            "last": {"from": 1, "name": "first", "place": "/do/0/first", "raw": {"wanted": 1, "raw": 2}},
            "context": {"exported": 1, "before": {"wanted": 1, "raw": 2}},
            "version": "1.0.0", "run": null,
            "id": "job", "input": {"all": {"wanted": 1, "raw": 2}},
        }),
    );
}

#[test]
fn times_are_given_in_both_forms() {
    check(
        "do: [{t: {set: '${ [$workflow.startedAt, $task.startedAt] }'}}]",
        Value::Null,
        json!([
            {"iso8601": "1970-01-01T00:00:00.000Z", "epoch": {"seconds": 0, "milliseconds": 0}},
            {"iso8601": "1970-01-01T00:00:00.000Z", "epoch": {"seconds": 0, "milliseconds": 0}}
        ]),
    );
}

fn call_of(yaml: &str, start: Start) -> Value {
    let shell = Shell::new(yaml).start_with(start);
    match &shell.calls.front().unwrap_or_else(|| panic!("no call:\n{}", shell.trace)).3 {
        Call::Http { with } | Call::OpenApi { with } => with.clone(),
        Call::Function { function, with } => json!({"function": function, "with": with}),
        other => serde_json::to_value(other).unwrap(),
    }
}

#[test]
fn an_http_call_leaves_with_everything_evaluated() {
    let with = call_of(
        r#"
use:
  authentications:
    store: {basic: {username: '${ .user }', password: '${ $secrets.store }'}}
do:
  - get:
      call: http
      with:
        method: post
        endpoint: {uri: 'https://host/pet/{petId}/{name}', authentication: {use: store}}
        headers: {x: '${ .user }'}
        query: '${ .query }'
        body: {deep: [{v: '${ .petId + 1 }'}]}
        output: response
"#,
        Start {
            job: "job".to_owned(),
            input: json!({"petId": 7, "name": "a/b", "user": "u", "query": {"q": "1"}}),
            secrets: json!({"store": "s3"}),
            ..Start::default()
        },
    );
    assert_eq!(
        with,
        json!({
            "method": "post",
            "headers": {"x": "u"},
            "query": {"q": "1"},
            "body": {"deep": [{"v": 8}]},
            "output": "response",
            "endpoint": {
                "uri": "https://host/pet/7/a%2Fb",
                "authentication": {"basic": {"username": "u", "password": "s3"}}
            }
        })
    );
}

#[test]
fn an_http_call_takes_its_token_from_a_secret_by_name() {
    let with = call_of(
        r#"
use: {secrets: [tok]}
do:
  - get:
      call: http
      with: {method: get, endpoint: {uri: '${ "https://host/" + .p }', authentication: {bearer: {use: tok}}}}
"#,
        Start { input: json!({"p": "{x}"}), secrets: json!({"tok": {"token": "t"}}), ..Start::default() },
    );
    assert_eq!(
        with["endpoint"],
        json!({"uri": "https://host/{x}", "authentication": {"bearer": {"token": "t"}}})
    );
}

#[test]
fn a_function_of_the_catalog_goes_out_by_its_name() {
    let with = call_of(
        "do: [{dns: {call: 'dns-record-add:1.0.0@default', with: {ttl: '${ .ttl }', type: A}}}]",
        Start { input: json!({"ttl": 300}), ..Start::default() },
    );
    assert_eq!(with, json!({"function": "dns-record-add:1.0.0@default", "with": {"ttl": 300, "type": "A"}}));
}

#[test]
fn the_output_of_a_call_is_transformed_and_goes_on() {
    let shell = Shell::new(
        r#"
do:
  - pet: {call: http, with: {method: get, endpoint: 'https://host/'}, output: {as: .id}}
  - next: {set: {ids: '${ [., $input] }'}}
"#,
    )
    .answering("pet", [Outcome::Output(json!({"id": 5}))])
    .start(Value::Null)
    .run();
    assert_eq!(*shell.output(), json!({"ids": [5, 5]}));
}

#[test]
fn an_expression_that_fails_faults_its_task_and_says_which() {
    let shell = Shell::new("do: [{a: {set: {x: '${ .a + 1 }'}}}]").with_logs().start(json!({"a": {}})).run();
    assert_snapshot!(shell.trace, @r"
0   Info: started
0 job Running
0 a#1 Faulted 400
0   Error: faulted: Expression Error (400): the expression `.a + 1` failed: cannot calculate {} + 1
0   Error: faulted: it goes on when its tasks at fault are retried or skipped
0 job Faulted 400
");
    let error = shell.job.unwrap().error.unwrap();
    assert_eq!(error.instance.as_deref(), Some("/do/0/a"));
    assert_eq!(error.kind, "https://open-workflow-specification.org/spec/1.0.0/errors/expression");
}

/// What could be written but not read again must not get into the state.
#[test]
fn values_that_nest_too_deeply_fault_instead_of_being_stored() {
    let mut deep = json!(1);
    for _ in 0..120 {
        deep = json!([deep]);
    }
    let shell = Shell::new("do: [{a: {call: 'f:1.0.0@default'}}]")
        .answering("a", [Outcome::Output(deep.clone())])
        .start(Value::Null)
        .run();
    assert_eq!(shell.job.unwrap().error.unwrap().status, 500);
    let shell = Shell::new("do: [{a: {set: {a: 1}}}]").start(deep).run();
    assert_eq!(shell.job.unwrap().error.unwrap().status, 400);
    let shell = Shell::new("do: [{a: {set: {a: '${ . }'}, then: a}}]").start(json!(1)).run();
    assert_eq!(shell.job.unwrap().error.unwrap().status, 400);
}
