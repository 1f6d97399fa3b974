//! The specification's conformance kit, as far as it needs no network: its calls are answered from a script.

use std::collections::BTreeMap;
use std::path::PathBuf;

use flow::engine::{Command, Event, Start, State, TaskStatus, Timestamp, step};
use flow::{Document, Program};
use serde_json::{Value, json};

use super::driver::{Outcome, Shell};

fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("MAS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    path.join("ows/ctk").is_dir().then_some(path)
}

#[derive(Default, Debug)]
struct Scenario {
    name: String,
    definition: String,
    input: Value,
    checks: Vec<(String, Option<Value>)>,
}

/// Reads what the kit's features use of Gherkin: scenarios, steps, and YAML in doc strings.
fn scenarios(text: &str) -> Vec<Scenario> {
    let mut found: Vec<Scenario> = Vec::new();
    let mut lines = text.lines();
    let mut last_step = String::new();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("Scenario:") {
            found.push(Scenario { name: name.trim().to_owned(), ..Scenario::default() });
        }
        let Some(scenario) = found.last_mut() else { continue };
        if line.starts_with("\"\"\"") {
            let indent = usize::MAX;
            let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "\"\"\"").collect();
            let indent = body
                .iter()
                .filter(|line| !line.trim().is_empty())
                .map(|line| line.len() - line.trim_start().len())
                .fold(indent, usize::min);
            let body: String =
                body.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or(""))).collect();
            if last_step.contains("definition") {
                scenario.definition = body;
            } else {
                let value =
                    Document::from_yaml(&body).map_or_else(|_| json!(body.trim()), Document::into_value);
                if last_step.contains("input is") {
                    scenario.input = value;
                } else if let Some(check) = scenario.checks.last_mut() {
                    check.1 = Some(value);
                }
            }
        } else if ["Given ", "When ", "Then ", "And "].iter().any(|word| line.starts_with(word)) {
            last_step = line.to_owned();
            if line.starts_with("Then ") || line.starts_with("And ") && !line.contains("given") {
                scenario.checks.push((line.to_owned(), None));
            }
        }
    }
    found
}

/// What the kit's public services would answer.
fn answers() -> BTreeMap<&'static str, Outcome> {
    let pet = |id: u64| json!({"id": id, "name": "Milou", "status": "available"});
    BTreeMap::from([
        ("findPet", Outcome::Output(json!([pet(1), pet(2)]))),
        ("getPet", Outcome::Output(pet(1))),
        ("getPetById1", Outcome::Output(pet(1))),
        ("getPetById2", Outcome::Output(pet(2))),
        ("login", Outcome::Output(json!({"authenticated": true}))),
    ])
}

fn property<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

fn check(scenario: &Scenario) -> Result<(), String> {
    let document = Document::from_yaml(&scenario.definition).map_err(|error| error.to_string())?;
    if let Err(problems) = Program::compile(&document) {
        let unsupported = problems.iter().all(|problem| problem.code == "unsupported-construct");
        return if unsupported { Err("unsupported".to_owned()) } else { Err(format!("{problems:#?}")) };
    }
    let mut answers = answers();
    if scenario.name.contains("Response Output") {
        let request = json!({"method": "GET", "uri": "https://petstore.swagger.io/v2/pet/1", "headers": {}});
        let content = json!({"id": 1, "name": "Milou", "status": "available"});
        let response = json!({"request": request, "headers": {}, "statusCode": 200, "content": content});
        answers.insert("getPet", Outcome::Output(response));
    }
    if scenario.name.starts_with("Try") {
        answers.insert("getPet", Outcome::Fault(404, "Not Found"));
    }
    let mut shell = Shell::new(&scenario.definition);
    for (name, outcome) in answers {
        shell = shell.answering(name, [outcome]);
    }
    let shell = shell.start(scenario.input.clone()).run();
    let job = shell.job.as_ref().expect("a job");
    let names: Vec<&str> = shell.tasks.values().map(|task| task.name.as_str()).collect();
    for (step, expected) in &scenario.checks {
        let quoted: Vec<&str> = step.split('\'').skip(1).step_by(2).collect();
        let words: Vec<&str> = step.split_whitespace().collect();
        let holds = if step.contains("should fault with error") {
            let error = serde_json::to_value(&job.error).expect("JSON");
            let expected = expected.as_ref().and_then(Value::as_object).expect("an error");
            job.status == TaskStatus::Faulted && expected.iter().all(|(name, value)| error[name] == *value)
        } else if step.contains("should fault") {
            job.status == TaskStatus::Faulted
        } else if step.contains("complete with output") {
            job.status == TaskStatus::Completed && Some(&job.output) == expected.as_ref()
        } else if step.contains("should complete") {
            job.status == TaskStatus::Completed
        } else if step.contains("should have properties") {
            quoted.iter().all(|path| property(&job.output, path).is_some())
        } else if step.contains("property with value") {
            property(&job.output, quoted[0]) == expected.as_ref()
        } else if step.contains("property containing") {
            let count = words[words.len() - 2].parse().ok();
            property(&job.output, quoted[0]).and_then(Value::as_array).map(Vec::len) == count
        } else if step.contains("should run first") {
            names.first() == Some(&words[1])
        } else if step.contains("should run last") {
            names.last() == Some(&words[1])
        } else if step.contains("should run after") {
            let place = |name: &str| names.iter().position(|other| *other == name);
            place(words[1]) > place(words[words.len() - 1])
        } else {
            return Err(format!("an unknown step: {step}"));
        };
        if !holds {
            return Err(format!("{step}\n{expected:?}\n{}", shell.trace));
        }
    }
    Ok(())
}

#[test]
fn the_conformance_kit_is_passed_where_its_constructs_are_run() {
    let Some(shared) = shared() else {
        println!("skipped: no ../shared");
        return;
    };
    let mut report = String::new();
    for feature in
        ["set", "do", "flow", "switch", "for", "branch", "raise", "try", "data-flow", "call", "emit"]
    {
        let text =
            std::fs::read_to_string(shared.join(format!("ows/ctk/{feature}.feature"))).expect("a feature");
        for scenario in scenarios(&text) {
            let outcome = match check(&scenario) {
                Ok(()) => "passed".to_owned(),
                Err(reason) => reason,
            };
            report.push_str(&format!("{feature}: {}: {outcome}\n", scenario.name));
        }
    }
    insta::assert_snapshot!(report, @r"
set: Set Task: passed
do: Task With Sequential Sub Tasks: passed
flow: Implicit Sequence Flow: passed
flow: Explicit Sequence Flow: passed
switch: Switch task with matching case: passed
switch: Switch task with implicit default case: passed
switch: Switch task with explicit default case: passed
for: For Task: passed
branch: Fork Task With Competing Concurrent Sub Tasks: passed
raise: Raise task with inline error: passed
try: Try Handle Caught Error: passed
try: Try Raise Uncaught Error: passed
data-flow: Input Filtering: passed
data-flow: Output Filtering: passed
data-flow: Use Non-object Output: passed
call: Call HTTP With Content Output: passed
call: Call HTTP With Response Output: passed
call: Call HTTP Using Basic Authentication: passed
call: Call OpenAPI With Content Output: passed
call: Call OpenAPI With Response Output: passed
emit: Emit Task: passed
");
}

/// Every example that compiles also starts, and any first answer leaves it in order.
#[test]
fn the_examples_start() {
    let Some(shared) = shared() else {
        println!("skipped: no ../shared");
        return;
    };
    let mut started = 0;
    for entry in std::fs::read_dir(shared.join("ows/examples")).expect("examples") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let document = Document::from_yaml(&text).expect("an example is YAML");
        match Program::compile(&document) {
            Ok(program) => {
                let start = Start { job: "job".to_owned(), input: json!({}), ..Start::default() };
                let (_, commands) = step(&program, State::new(), Event::Started { at: Timestamp(0), start });
                // The empty input does not fit every example's schema; that is an answer, too.
                let is_answered = |command: &Command| match command {
                    Command::RecordTask { .. } => true,
                    Command::RecordJob { job } => {
                        job.error.as_ref().is_some_and(|error| error.kind.ends_with("/validation"))
                    }
                    _ => false,
                };
                assert!(commands.iter().any(is_answered), "{path:?}");
                started += 1;
            }
            Err(problems) => {
                let expected = ["unsupported-construct", "unresolved-function"];
                let others: Vec<_> =
                    problems.iter().filter(|problem| !expected.contains(&problem.code.as_str())).collect();
                assert!(others.is_empty(), "{path:?}: {others:#?}");
            }
        }
    }
    assert!(started > 15, "{started}");
}
