//! DSL, Data Flow: what is validated, in which order, and what a value that does not fit becomes.

use flow::engine::{Start, TaskStatus};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

fn fault(yaml: &str, input: Value) -> String {
    let shell = Shell::new(yaml).start(input).run();
    let job = shell.job.as_ref().expect("a job");
    match &job.error {
        None => format!("{:?} {}", job.status, job.output),
        Some(error) => format!(
            "{} {} at `{}`: {}",
            error.kind.rsplit('/').next().unwrap_or_default(),
            error.status,
            error.instance.as_deref().unwrap_or("none"),
            error.detail.as_deref().unwrap_or_default()
        ),
    }
}

const SCHEMA: &str = "{schema: {document: {type: object, required: [n], properties: {n: {type: integer}}}}";

#[test]
fn data_flow_1_the_raw_input_of_the_workflow() {
    let yaml = format!("input: {SCHEMA}, from: '{{x: .n}}'}}\ndo: [{{a: {{set: '${{ . }}'}}}}]");
    assert_snapshot!(fault(&yaml, json!({"n": 1})), @r#"Completed {"x":1}"#);
    assert_snapshot!(fault(&yaml, json!({"x": 1})), @r#"validation 400 at ``: the input does not fit its schema: "n" is a required property"#);
}

#[test]
fn data_flow_3_the_raw_input_of_a_task_after_its_condition() {
    let task = |condition: &str| {
        format!("do: [{{a: {{if: '{condition}', input: {SCHEMA}, from: .n}}, set: {{n: '${{ . }}'}}}}}}]")
    };
    assert_snapshot!(fault(&task("true"), json!({"n": 1})), @r#"Completed {"n":1}"#);
    assert_snapshot!(fault(&task("true"), json!({"n": "1"})), @r#"validation 400 at `/do/0/a`: the input does not fit its schema: /n: it is not of type "integer""#);
    assert_snapshot!(fault(&task(".n != null"), json!({})), @"Completed {}");
}

#[test]
fn data_flow_6_the_transformed_output_of_a_task() {
    let task =
        |output: &str| format!("do: [{{a: {{set: {{raw: true}}, output: {SCHEMA}, as: '{output}'}}}}}}]");
    assert_snapshot!(fault(&task("{n: 1}"), json!({})), @r#"Completed {"n":1}"#);
    assert_snapshot!(fault(&task("."), json!({})), @r#"validation 400 at `/do/0/a`: the output does not fit its schema: "n" is a required property"#);
}

#[test]
fn data_flow_8_the_exported_context() {
    let task = |export: &str| {
        format!(
            "output: {{as: $context}}\ndo: [{{a: {{set: {{n: 1}}, export: {SCHEMA}, as: '{export}'}}}}}}]"
        )
    };
    assert_snapshot!(fault(&task("."), json!({})), @r#"Completed {"n":1}"#);
    assert_snapshot!(fault(&task("[.]"), json!({})), @r#"validation 400 at `/do/0/a`: the exported context does not fit its schema: it is not of type "object""#);
}

#[test]
fn data_flow_11_the_output_of_the_workflow() {
    let yaml = |output: &str| format!("output: {SCHEMA}, as: '{output}'}}\ndo: [{{a: {{set: {{n: 1}}}}}}]");
    assert_snapshot!(fault(&yaml("."), json!({})), @r#"Completed {"n":1}"#);
    assert_snapshot!(fault(&yaml(".n"), json!({})), @r#"validation 400 at ``: the output does not fit its schema: it is not of type "object""#);
}

/// A validation error is an error like others: it is caught, and a context that does not fit is not kept.
#[test]
fn a_value_that_does_not_fit_is_caught() {
    let yaml = format!(
        r#"
output: {{as: '{{out: ., context: $context}}'}}
do:
  - safe:
      try: [{{a: {{set: {{m: 1}}, export: {SCHEMA}, as: .}}}}}}]
      catch:
        errors: {{with: {{type: 'https://serverlessworkflow.io/spec/1.0.0/errors/validation', status: 400}}}}
        do: [{{b: {{set: {{caught: '${{ $error.instance }}'}}}}}}]
"#
    );
    let shell = Shell::new(&yaml).start(json!({"first": 1})).run();
    assert_eq!(*shell.output(), json!({"out": {"caught": "/do/0/safe/try/0/a"}, "context": {"first": 1}}));
}

/// What a call answers is checked, and a person can call again.
#[test]
fn an_answer_that_does_not_fit_faults_the_call() {
    let yaml = format!("do: [{{a: {{call: 'f:1.0.0@default', output: {SCHEMA}}}}}}}]");
    let shell = Shell::new(&yaml)
        .answering("a", [Outcome::Output(json!({})), Outcome::Output(json!({"n": 2}))])
        .start(json!({}))
        .run();
    assert_eq!(shell.status(), TaskStatus::Faulted, "{}", shell.trace);
    let shell = shell.retry(&["a"]).run();
    assert_eq!(*shell.output(), json!({"n": 2}));
    // A dry run has no answer that could fit.
    let shell = Shell::new(&yaml).start_with(Start { dry_run: true, ..Start::default() }).run();
    assert_eq!(shell.status(), TaskStatus::Completed, "{}", shell.trace);
}
