//! DSL reference, Run: what a task asks for, what of it becomes its output, and what is refused.

use flow::engine::{Start, TaskStatus};
use flow::{Document, Program};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

/// The first call that a definition makes, as JSON.
fn call(yaml: &str, input: Value) -> String {
    let shell = Shell::new(yaml).start(input);
    let (_, _, _, call) = shell.calls.front().unwrap_or_else(|| panic!("no call:\n{}", shell.trace));
    serde_json::to_string_pretty(call).unwrap()
}

#[test]
fn shell_process_its_arguments_stay_arguments_whatever_they_hold() {
    assert_snapshot!(call(
        r#"
do:
  - show:
      input: {from: '${ .message }'}
      run:
        shell:
          stdin: ${ . }
          command: 'echo "$1"'
          arguments: ['${ . }', Bar, '${ {n: 1} }', '${ null }']
          environment: {LEVEL: 3, WHO: '${ . }'}
        return: all
"#,
        json!({"message": "\"; rm -rf / #"})
    ), @r#"
        {
          "kind": "shell",
          "command": "echo \"$1\"",
          "process": {
            "arguments": [
              "\"; rm -rf / #",
              "Bar",
              "{\"n\":1}",
              ""
            ],
            "environment": [
              [
                "LEVEL",
                "3"
              ],
              [
                "WHO",
                "\"; rm -rf / #"
              ]
            ],
            "stdin": "\"; rm -rf / #",
            "returns": "all",
            "awaited": true,
            "has_timeout": false
          }
        }
        "#);
}

#[test]
fn script_process_is_named_by_its_language_and_its_source_is_fetched_as_it_is() {
    assert_snapshot!(call(
        r#"
do:
  - show:
      run:
        script:
          language: python
          source: {endpoint: {uri: 'https://example.com/{name}.py', authentication: {bearer: {token: t}}}}
          arguments: [a]
      timeout: {after: PT5S}
"#,
        json!({"name": "check"})
    ), @r#"
        {
          "kind": "script",
          "language": "python",
          "code": null,
          "source": {
            "method": "get",
            "output": "raw",
            "endpoint": {
              "uri": "https://example.com/check.py",
              "authentication": {
                "bearer": {
                  "token": "t"
                }
              }
            }
          },
          "process": {
            "arguments": [
              "a"
            ],
            "environment": [],
            "stdin": null,
            "returns": "stdout",
            "awaited": true,
            "has_timeout": true
          }
        }
        "#);
}

#[test]
fn workflow_process_gives_its_version_or_the_latest_and_its_input() {
    assert_snapshot!(call(
        "do: [{sub: {run: {workflow: {namespace: ops, name: heal, version: '1.0.0', input: {site: '${ .site }'}}}}}]",
        json!({"site": "north"})
    ), @r#"
        {
          "kind": "workflow",
          "namespace": "ops",
          "name": "heal",
          "version": "1.0.0",
          "input": {
            "site": "north"
          },
          "awaited": true,
          "dry_run": false
        }
        "#);
}

#[test]
fn run_awaited_its_result_is_the_output() {
    let shell = Shell::new("do: [{a: {run: {shell: {command: id}}, output: {as: '{got: .}'}}}]")
        .answering("a", [Outcome::Output(json!("root\n"))])
        .start(json!({"n": 1}))
        .run();
    assert_eq!(shell.output(), &json!({"got": "root\n"}));
}

#[test]
fn run_not_awaited_its_transformed_input_is_the_output() {
    let shell =
        Shell::new("do: [{a: {input: {from: '{m: .n}'}, run: {workflow: {namespace: a, name: b, version: latest}, await: false}}}]")
            .answering("a", [Outcome::Output(json!("ignored"))])
            .start(json!({"n": 1}))
            .run();
    assert_eq!(shell.output(), &json!({"m": 1}));
}

#[test]
fn run_returning_none_has_no_output() {
    let shell =
        Shell::new("do: [{a: {run: {workflow: {namespace: a, name: b, version: latest}, return: none}}}]")
            .answering("a", [Outcome::Output(json!("ignored"))])
            .start(json!({"n": 1}))
            .run();
    assert_eq!(shell.output(), &Value::Null);
}

#[test]
fn run_in_a_dry_run_starts_no_process_and_runs_workflows_dry() {
    let yaml = "
do:
  - a: {run: {shell: {command: reboot}}}
  - b: {run: {script: {language: js, code: 'x()'}}}
  - c: {run: {workflow: {namespace: n, name: w, version: latest}}}
";
    let start = Start { dry_run: true, input: json!({}), ..Start::default() };
    let shell = Shell::new(yaml).start_with(start);
    let calls: Vec<Value> =
        shell.calls.iter().map(|(_, _, _, call)| serde_json::to_value(call).unwrap()).collect();
    assert_eq!(calls.len(), 1, "{calls:#?}");
    assert_eq!((&calls[0]["kind"], &calls[0]["dry_run"]), (&json!("workflow"), &json!(true)));
    assert_eq!(shell.tasks[&shell.id("b")].status, TaskStatus::Completed);
}

#[test]
fn run_stopped_or_timed_out_is_aborted() {
    let yaml = "do: [{a: {run: {shell: {command: 'sleep 100'}}, timeout: {after: PT2S}}}]";
    let never = || Shell::new(yaml).answering("a", [Outcome::Silence]).start(json!({}));
    let timed = never().run();
    assert!(timed.trace.contains("2000 abort a#1"), "{}", timed.trace);
    assert_eq!(timed.tasks[&timed.id("a")].error.as_ref().map(|error| error.status), Some(408));
    let stopped = never().stop();
    assert!(stopped.trace.contains("abort a#1"), "{}", stopped.trace);
}

#[test]
fn run_with_values_of_the_wrong_kind_faults_as_validation() {
    let yaml = "do: [{a: {run: {workflow: {namespace: n, name: '${ .n }', version: latest}}}}]";
    let shell = Shell::new(yaml).start(json!({"n": 1})).run();
    let error = shell.tasks[&shell.id("a")].error.clone().unwrap();
    assert!(error.kind.ends_with("/validation") && error.detail.unwrap().contains("`name`"));
}

#[test]
fn container_process_and_other_languages_are_refused_by_name() {
    let refused = |run: &str| {
        let text = format!(
            "document: {{dsl: '1.0.3', namespace: t, name: t, version: '1.0.0'}}\ndo: [{{a: {{run: {run}}}}}]"
        );
        let problems = Program::compile(&Document::from_yaml(&text).unwrap()).unwrap_err();
        problems
            .iter()
            .map(|problem| format!("{}: {}\n", problem.pointer, problem.message_en))
            .collect::<String>()
    };
    assert_snapshot!(
        [
            "{container: {image: hello-world}}",
            "{script: {language: ruby, code: 'puts 1'}}",
            "{script: {language: js}}",
            "{shell: {}}",
            "{shell: {command: ls}, return: exit}",
            "{workflow: {name: x}}",
        ]
        .map(refused)
        .concat(),
        @r"
        /do/0/a/run: This engine does not run `run: container`.
        /do/0/a/run/script/language: This engine does not run scripts in `ruby`: only `js` and `python`.
        /do/0/a/run/script/code: A script needs its `code`, or the `source` to get it from.
        /do/0/a/run/shell/command: A shell needs a `command`.
        /do/0/a/run/return: A process returns stdout, stderr, code, all or none.
        /do/0/a/run/workflow/namespace: A workflow is run by its `namespace`, `name` and `version`.
        "
    );
}
