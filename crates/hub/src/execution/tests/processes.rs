//! DSL reference, Run: shell and script processes as they really run on this machine.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wire::Status;
use wire::workflow::ExecuteRequest;

use super::home::{Home, Started, definition, error, task};
use crate::config::Processes;
use crate::database::Database;

const ROWS: &str = "SELECT COUNT(*) FROM processes";

fn shell(command: &str) -> Value {
    json!([{"a": {"run": {"shell": {"command": command}}}}])
}

/// What one task that runs this yields.
async fn output(run: Value) -> Value {
    let home = Home::new().await;
    let job = home.run(json!([{"a": {"run": run}}])).await;
    home.until_status(&job, Status::Completed).await.output
}

/// The error of one task that runs this.
async fn fault(settings: Processes, task: Value) -> (String, u16, String) {
    let home = Home::with(Processes { allow: vec!["ops".to_owned()], ..settings }).await;
    let job = home.run(json!([{"a": task}])).await;
    let status = home.until_status(&job, Status::Faulted).await;
    home.until_none(ROWS).await;
    error(&status, "a")
}

fn lives(process: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

async fn until_dead(processes: &str) {
    let begun = Instant::now();
    for process in processes.split_whitespace() {
        while lives(process) {
            assert!(begun.elapsed() < Duration::from_secs(20), "process {process} goes on");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn has(program: &str) -> bool {
    let found = Processes::default().path.split(':').any(|place| Path::new(place).join(program).exists());
    if !found {
        eprintln_skipped(program);
    }
    found
}

fn eprintln_skipped(program: &str) {
    eprintln!("skipped: no {program} on this machine");
}

#[tokio::test]
async fn shell_process_gets_stdin_and_arguments_as_the_specifications_example_has_them() {
    let home = Home::new().await;
    let job = home
        .run(json!([
            {"setInput": {"set": {"message": "Hello World"}}},
            {"runShell": {"input": {"from": "${ .message }"}, "run": {"shell": {
                "stdin": "${ . }",
                "command": "input=$(cat)\necho \"STDIN was: $input\"\necho \"ARGS are $1 $2\"\n",
                "arguments": ["Foo", "Bar"]
            }}}}
        ]))
        .await;
    let status = home.until_status(&job, Status::Completed).await;
    assert_eq!(status.output, json!("STDIN was: Hello World\nARGS are Foo Bar\n"));
    let lines = home.lines(&job).await;
    assert!(lines.iter().any(|line| line == "ARGS are Foo Bar"), "{lines:#?}");
}

#[tokio::test]
async fn shell_process_reads_no_argument_as_a_command() {
    let run =
        json!({"shell": {"command": "printf '%s' \"$1\"", "arguments": ["$(echo hi); `id` && x \"y' *"]}});
    assert_eq!(output(run).await, json!("$(echo hi); `id` && x \"y' *"));
}

#[tokio::test]
async fn script_process_in_js_reads_stdin_argv_and_environment_as_the_specifications_example() {
    if !has("node") {
        return;
    }
    let code = "import { readFileSync } from 'node:fs';\n\
                const stdin = readFileSync(process.stdin.fd, 'utf8');\n\
                const [_, __, arg] = process.argv;\n\
                console.log(stdin, arg, process.env.foo)";
    let script = json!({"language": "js", "stdin": "Hello Workflow", "environment": {"foo": "bar"},
                        "arguments": ["hello"], "code": code});
    assert_eq!(output(json!({"script": script})).await, json!("Hello Workflow hello bar\n"));
    let plain = json!({"language": "js", "code": "const os = require('os'); console.log(typeof os.cpus)"});
    assert_eq!(output(json!({"script": plain})).await, json!("function\n"));
}

#[tokio::test]
async fn script_process_in_python_reads_stdin_argv_and_environment() {
    if !has("python3") {
        return;
    }
    let code = "import sys, os\nprint(sys.stdin.read(), sys.argv[1:], os.environ['foo'], '演练')";
    let script = json!({"language": "python", "stdin": "in", "environment": {"foo": 1},
                        "arguments": ["a b"], "code": code});
    assert_eq!(output(json!({"script": script})).await, json!("in ['a b'] 1 演练\n"));
}

#[tokio::test]
async fn run_return_says_what_becomes_the_output_and_a_code_that_is_asked_for_is_no_fault() {
    let run =
        |returns: &str| json!({"shell": {"command": "echo out; echo err >&2; exit 3"}, "return": returns});
    assert_eq!(output(run("code")).await, json!(3));
    assert_eq!(output(run("all")).await, json!({"code": 3, "stdout": "out\n", "stderr": "err\n"}));
    let fine = |returns: &str| json!({"shell": {"command": "echo out; echo err >&2"}, "return": returns});
    assert_eq!(output(fine("stdout")).await, json!("out\n"));
    assert_eq!(output(fine("stderr")).await, json!("err\n"));
    assert_eq!(output(fine("none")).await, Value::Null);
    let killed = json!({"shell": {"command": "kill -9 $$"}, "return": "code"});
    assert_eq!(output(killed).await, json!(137));
}

#[tokio::test]
async fn run_with_an_exit_code_faults_with_what_the_process_complained_of() {
    let run = json!({"run": {"shell": {"command": "echo 'no such site' >&2; exit 7"}}});
    let (kind, status, detail) = fault(Processes::default(), run).await;
    assert_eq!((kind.as_str(), status), ("runtime", 500));
    assert_eq!(detail, "the process ended with exit code 7: no such site");
}

#[tokio::test]
async fn a_process_inherits_nothing_and_leaves_nothing() {
    let home = Home::new().await;
    let job = home.run(shell("env | cut -d= -f1 | sort; ls -A; pwd; touch left; cat")).await;
    let status = home.until_status(&job, Status::Completed).await;
    let output = status.output.as_str().unwrap_or_default();
    let (names, directory) = output.trim_end().rsplit_once('\n').unwrap();
    let names: Vec<&str> =
        names.lines().filter(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name)).collect();
    assert_eq!(names, ["HOME", "LANG", "MAS_IDEMPOTENCY_KEY", "MAS_PROCESS", "PATH", "TMPDIR"]);
    assert!(directory.contains("mas-process-") && !Path::new(directory).exists(), "{directory}");
    assert_eq!(home.count(ROWS).await, 0);
}

#[tokio::test]
async fn processes_are_refused_before_the_start_and_by_name_where_the_namespace_is_not_allowed() {
    let home = Home::with(Processes { allow: vec!["other".to_owned()], ..Processes::default() }).await;
    let tasks = json!([{"a": {"do": [{"b": {"run": {"script": {"language": "python", "code": "1"}}}}]}}]);
    let id = home.save(&definition("main", "1.0.0", tasks)).await;
    let error = home.start(&id, ExecuteRequest::default()).await.unwrap_err();
    assert_eq!(error.problems[0].pointer.as_str(), "/do/0/a/do/0/b");
    assert!(
        error.reason.en.contains("run: script") && error.reason.en.contains("\"ops\""),
        "{}",
        error.reason.en
    );
    assert_eq!(home.count("SELECT COUNT(*) FROM jobs").await, 0);
}

/// Starts something that has children in its group, children that left it, and none that would end by themselves.
async fn family(home: &Home, run: impl Fn(&str) -> Value) -> (Started, String) {
    let command = "trap '' TERM; sleep 1000 & a=$!; setsid sleep 1000 & b=$!; sh -c 'trap \"\" TERM; sleep 1000' & c=$!\n\
                   echo \"family $$ $a $b $c\"; wait";
    let job = home.run(run(command)).await;
    let processes = home.until_line(&job, "family ").await;
    assert!(processes.split_whitespace().all(lives), "{processes}");
    (job, processes)
}

#[tokio::test]
async fn stopped_by_hand_the_process_ends_with_all_that_it_has_started() {
    let home = Home::new().await;
    let (job, processes) = family(&home, shell).await;
    home.executions.stop(&job.job, "bob", None).await.unwrap();
    until_dead(&processes).await;
    home.until_none(ROWS).await;
    assert_eq!(home.status(&job).await.job.status, Status::Cancelled);
}

#[tokio::test]
async fn out_of_its_tasks_time_the_process_ends_with_all_that_it_has_started() {
    let home = Home::new().await;
    let timed = |command: &str| json!([{"a": {"run": {"shell": {"command": command}}, "timeout": {"after": "PT1S"}}}]);
    let (job, processes) = family(&home, timed).await;
    let status = home.until_status(&job, Status::Faulted).await;
    assert_eq!(error(&status, "a").1, 408);
    until_dead(&processes).await;
}

#[tokio::test]
async fn when_the_hub_stops_its_processes_end_and_are_run_again_by_the_next() {
    let mut home = Home::new().await;
    let go = tempfile::tempdir().unwrap();
    let command = "echo \"begun $$\"; while [ ! -e \"$1/go\" ]; do sleep 0.02; done; echo done";
    let job = home
        .run(json!([{"a": {"run": {"shell": {"command": command, "arguments": [go.path().to_string_lossy()]}}}}]))
        .await;
    let first = home.until_line(&job, "begun ").await;
    home.open_again().await;
    assert!(!lives(&first));
    std::fs::write(go.path().join("go"), "").unwrap();
    let status = home.until_status(&job, Status::Completed).await;
    assert!(status.output.as_str().unwrap_or_default().ends_with("done\n"));
}

#[tokio::test]
async fn what_a_process_leaves_behind_ends_with_it() {
    let home = Home::new().await;
    let job = home.run(shell("sleep 1000 & setsid sleep 1000 & echo $!")).await;
    let status = home.until_status(&job, Status::Completed).await;
    until_dead(status.output.as_str().unwrap_or_default()).await;
}

#[tokio::test]
async fn an_output_bomb_is_ended_and_said() {
    let settings = Processes { output_limit: 100_000, ..Processes::default() };
    let (kind, status, detail) = fault(settings.clone(), json!({"run": {"shell": {"command": "yes"}}})).await;
    assert_eq!((kind.as_str(), status), ("runtime", 500));
    assert!(detail.contains("more than 100000 bytes to standard output"), "{detail}");
    let (_, _, detail) = fault(settings, json!({"run": {"shell": {"command": "yes >&2"}}})).await;
    assert!(detail.contains("standard error"), "{detail}");
}

#[tokio::test]
async fn a_process_whose_task_has_no_timeout_has_the_hubs() {
    let settings = Processes { timeout: 1, ..Processes::default() };
    let (kind, status, detail) = fault(settings, json!({"run": {"shell": {"command": "sleep 1000"}}})).await;
    assert_eq!((kind.as_str(), status), ("timeout", 408));
    assert!(detail.contains("longer than 1 s"), "{detail}");
    let settings = Processes { timeout: 300, longest: 1, ..Processes::default() };
    let task = json!({"run": {"shell": {"command": "sleep 1000"}}, "timeout": {"after": "PT1H"}});
    assert_eq!(fault(settings, task).await.1, 408);
}

#[tokio::test]
async fn a_missing_interpreter_is_named_with_what_to_install() {
    let settings = Processes { python: "python-of-nobody".to_owned(), ..Processes::default() };
    let run = json!({"run": {"script": {"language": "python", "code": "1"}}});
    let (kind, status, detail) = fault(settings, run).await;
    assert_eq!((kind.as_str(), status), ("configuration", 400));
    assert!(detail.contains("python-of-nobody") && detail.contains("install"), "{detail}");
}

#[tokio::test]
async fn what_no_process_can_be_given_is_a_fault() {
    let zero = json!({"run": {"shell": {"command": "echo", "arguments": ["a\u{0}b"]}}});
    assert_eq!(fault(Processes::default(), zero).await.0, "validation");
    let name = json!({"run": {"shell": {"command": "echo", "environment": {"A=B": "c"}}}});
    assert_eq!(fault(Processes::default(), name).await.0, "validation");
}

#[tokio::test]
async fn what_is_private_is_masked_in_lines_errors_and_outputs() {
    let home = Home::new().await;
    let mut main = definition(
        "main",
        "1.0.0",
        json!([{"a": {"run": {"shell": {"command": "echo \"got $1\"; echo \"bad $1\" >&2; exit 1",
                                        "arguments": ["${ .token }"]}}}}]),
    );
    main["input"] = json!({"schema": {"document": {"type": "object",
        "properties": {"token": {"type": "string", "writeOnly": true}}}}});
    let id = home.save(&main).await;
    let request =
        ExecuteRequest { input: Some(json!({"token": "s3cr3t-word"})), ..ExecuteRequest::default() };
    let job = home.start(&id, request).await.unwrap();
    let status = home.until_status(&job, Status::Faulted).await;
    let lines = home.lines(&job).await;
    assert!(lines.iter().any(|line| line == "got ******"), "{lines:#?}");
    assert!(!format!("{status:?} {lines:?}").contains("s3cr3t-word"));
}

#[tokio::test]
async fn not_awaited_the_task_goes_on_with_its_input_and_a_stop_ends_the_process() {
    let home = Home::new().await;
    let command = "echo \"begun $$\"; sleep 1000";
    let job = home
        .run_with(
            json!([
                {"a": {"run": {"shell": {"command": command}, "await": false}}},
                {"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": "?"}}}
            ]),
            json!({"n": 1}),
        )
        .await;
    let process = home.until_line(&job, "begun ").await;
    let status = home.until(&job, |status| !status.job.waiting.is_empty()).await;
    assert_eq!(task(&status, "a").map(|task| &task.output), Some(&json!({"n": 1})));
    assert!(lives(&process));
    home.executions.stop(&job.job, "bob", None).await.unwrap();
    until_dead(&process).await;
    home.until_none(ROWS).await;
}

#[tokio::test]
async fn a_hundred_processes_run_beside_each_other() {
    let home = Home::new().await;
    let branch = |number: usize| {
        let task = json!({"run": {"shell": {"command": "echo $1", "arguments": ["${ .n }"]}},
                          "input": {"from": format!("${{ {{n: {number}}} }}")}});
        json!({format!("b{number}"): task})
    };
    let branches: Vec<Value> = (0..100).map(branch).collect();
    let job = home.run(json!([{"all": {"fork": {"branches": branches}}}])).await;
    let status = home.until_status(&job, Status::Completed).await;
    let expected: Vec<String> = (0..100).map(|number| format!("{number}\n")).collect();
    assert_eq!(status.output, json!(expected));
    assert_eq!(home.count(ROWS).await, 0);
}

#[tokio::test]
async fn what_a_killed_hub_left_running_ends_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::open(directory.path()).await.unwrap();
    let work = tempfile::tempdir().unwrap();
    let mut orphan = std::process::Command::new("sh")
        .args(["-c", "setsid sleep 1000 & sleep 1000"])
        .env("MAS_PROCESS", "cookie-of-the-last-hub")
        .spawn()
        .unwrap();
    sqlx::query("PRAGMA foreign_keys = OFF").execute(database.write()).await.unwrap();
    sqlx::query("INSERT INTO processes VALUES ('cookie-of-the-last-hub', 1, 1, 1, ?)")
        .bind(work.path().to_string_lossy())
        .execute(database.write())
        .await
        .unwrap();
    let bench = super::Bench {
        committer: super::Committer::start(database.clone()),
        database,
        _directory: directory.into(),
    };
    let home = Home::on(bench, Processes::default()).await;
    assert!(!lives(&orphan.id().to_string()) && !work.path().exists());
    assert!(orphan.wait().unwrap().code().is_none(), "a signal ended it");
    assert_eq!(home.count(ROWS).await, 0);
}
