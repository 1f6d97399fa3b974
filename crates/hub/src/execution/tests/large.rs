//! Loops of many iterations, forks of many branches, large values: what each event writes and each answer holds is bounded.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flow::engine::WorkflowError;
use serde_json::{Value, json};
use wire::workflow::ExecuteRequest;
use wire::{JobStatus, Status};

use super::Bench;
use crate::execution::runner::{FunctionCall, FunctionRunner};
use crate::execution::{ExecutionSettings, Executions, HistoryQuery, StartJob};

const DEADLINE: Duration = Duration::from_secs(120);

/// Answers every call with its number.
struct Numbered;

#[async_trait]
impl FunctionRunner for Numbered {
    async fn run(&self, call: FunctionCall) -> Result<Value, WorkflowError> {
        Ok(call.with)
    }
}

struct Ran {
    bench: Bench,
    executions: Arc<Executions>,
    job: String,
    status: JobStatus,
}

/// Runs tasks until the job has a status, or is waiting.
async fn run(tasks: Value, input: Value, wanted: Status) -> Ran {
    let bench = Bench::new().await;
    let executions =
        Executions::open(bench.database.clone(), Arc::new(Numbered), ExecutionSettings::default())
            .await
            .unwrap();
    let definition = json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "large", "version": "1.0.0"},
        "do": tasks
    });
    let start = StartJob {
        workflow_id: "w".to_owned(),
        workflow_name: "large".to_owned(),
        namespace: "default".to_owned(),
        revision: 1,
        definition: definition.to_string(),
        request: ExecuteRequest { input: Some(input), ..ExecuteRequest::default() },
        started_by: "alice".to_owned(),
    };
    let job = executions.start(start).await.unwrap().job_name;
    let begun = Instant::now();
    while executions.last_jobs(&["w".to_owned()]).await.unwrap()["w"].status != wanted {
        assert!(begun.elapsed() < DEADLINE, "the job does not get there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let status = executions.status("w", &job, false).await.unwrap();
    Ran { bench, executions, job, status }
}

impl Ran {
    /// About how many bytes all commits and the largest of them wrote.
    fn written(&self) -> [usize; 2] {
        [0, 1].map(|index| self.executions.host.committer.written[index].load(Ordering::Relaxed))
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.bench.database.read()).await.unwrap()
    }
}

fn over(count: usize, body: Value) -> Value {
    json!({"loop": {"for": {"in": format!("[range({count})]")}, "do": body}})
}

fn branches(count: usize) -> Value {
    let branch = |number: usize| json!({format!("branch{number}"): {"call": "dns-record-add:1.0.0@default", "with": {"n": number}}});
    json!({"all": {"fork": {"branches": (0..count).map(branch).collect::<Vec<_>>()}}})
}

#[tokio::test]
async fn what_a_long_loop_writes_with_each_event_does_not_depend_on_its_length() {
    let body = json!([{"one": {"set": {"n": "${ $item }"}}}]);
    let short = run(json!([over(1_000, body.clone())]), json!({}), Status::Completed).await;
    let long = run(json!([over(10_000, body)]), json!({}), Status::Completed).await;
    let ([short_all, short_most], [long_all, long_most]) = (short.written(), long.written());
    // The items themselves are written once: 7 bytes each.
    assert!(long_most < short_most + 200_000, "{long_most} after {short_most}");
    assert!(long_all / 10_000 < short_all / 1_000 * 11 / 10, "{long_all} after {short_all}");
    assert_eq!(long.count("SELECT COUNT(*) FROM tasks").await, 10_001);
    assert_eq!(long.count("SELECT COUNT(*) FROM state_parts").await, 0);
    assert_eq!(long.status.output, json!({"n": 9_999}));
}

#[tokio::test]
async fn what_a_wide_fork_writes_with_each_event_does_not_depend_on_its_width() {
    let narrow = run(json!([branches(200)]), json!({}), Status::Completed).await;
    let wide = run(json!([branches(1_000)]), json!({}), Status::Completed).await;
    let ([narrow_all, narrow_most], [wide_all, wide_most]) = (narrow.written(), wide.written());
    assert!(wide_most < narrow_most * 3 / 2, "{wide_most} after {narrow_most}");
    assert!(wide_all / 1_000 < narrow_all / 200 * 12 / 10, "{wide_all} after {narrow_all}");
    assert_eq!(wide.status.output.as_array().map(Vec::len), Some(1_000));
}

#[tokio::test]
async fn a_large_input_of_many_branches_is_kept_once() {
    let input = json!({"note": "x".repeat(100_000)});
    let gates: Vec<Value> = (0..100)
        .map(|number| json!({format!("gate{number}"): {"call": "manual-gate:1.0.0@default", "with": {}}}))
        .collect();
    let ran = run(json!([{"all": {"fork": {"branches": gates}}}]), input.clone(), Status::Waiting).await;
    let kept = ran.count("SELECT COALESCE(SUM(LENGTH(value)), 0) FROM task_values").await;
    let states = ran.count("SELECT SUM(LENGTH(value)) FROM state_parts").await;
    let rows = ran.count("SELECT SUM(LENGTH(input) + LENGTH(output)) FROM tasks").await;
    assert!(kept < 110_000 && states < 150_000 && rows < 10_000, "{kept} {states} {rows}");
    let shown = ran.status.tasks.iter().filter(|task| task.input == input).count();
    assert!(shown > 25, "it is shown with each of them while the answer has room: {shown}");
    let left_out = ran.status.tasks.iter().filter(|task| task.values_omitted).count();
    assert_eq!((shown + left_out, ran.status.tasks.len()), (101, 101));
    assert!(serde_json::to_string(&ran.status).unwrap().len() < 6_000_000);
    // It is read again as it was.
    ran.executions.shutdown().await;
    let again =
        Executions::open(ran.bench.database.clone(), Arc::new(Numbered), ExecutionSettings::default())
            .await
            .unwrap();
    let task = &ran.status.tasks[1].task_id;
    again.skip(&ran.job, task, "alice", wire::Role::Operator, None).await.unwrap();
    let status = again.status("w", &ran.job, false).await.unwrap();
    assert_eq!(status.tasks[1].status, Status::Skipped);
}

#[tokio::test]
async fn of_very_many_tasks_those_are_shown_that_matter() {
    let body = json!([
        {"one": {"set": {"n": "${ $item }"}}},
        {"two": {"if": ".n == 7", "raise": {"error": {"type": "https://x/y", "status": 500}}}}
    ]);
    let caught = json!([{"safe": {"try": body, "catch": {"errors": {"with": {"status": 1}}}}}]);
    let tasks = json!([
        {"first": {"set": {"a": 1}}},
        {"side by side": {"fork": {"branches": [over(3_000, json!([{"one": {"set": {"n": 1}}}])), over(10, caught)]}}}
    ]);
    let ran = run(tasks, json!({}), Status::Faulted).await;
    let names: Vec<&str> = ran.status.tasks.iter().map(|task| task.name.as_str()).collect();
    assert_eq!(names.len(), 2_000);
    let all = ran.count("SELECT COUNT(*) FROM tasks").await;
    assert_eq!(ran.status.tasks_omitted, all.unsigned_abs() - 2_000);
    let faulted = ran.status.tasks.iter().find(|task| task.name == "two" && task.status == Status::Faulted);
    assert!(faulted.is_some(), "the task at fault is among them");
    for name in ["first", "side by side", "loop", "one", "safe"] {
        assert!(names.contains(&name), "{name} is among them");
    }
    let newest = ran.status.tasks.iter().filter(|task| task.name == "one").filter_map(|task| task.iteration);
    assert_eq!(newest.max(), Some(2_999));
    assert_eq!(names[0], "first", "in document order");
}

#[tokio::test]
async fn of_very_many_gates_a_list_shows_some_and_a_stop_ends_all() {
    let wait = |number: usize| json!({format!("wait{number}"): {"wait": {"hours": 1}}});
    let ask = |number: usize| json!({format!("ask{number}"): {"call": "manual-gate:1.0.0@default", "with": {"message": "Go?"}}});
    let branches: Vec<Value> = (0..150).map(wait).chain((0..1_000).map(ask)).collect();
    let ran = run(json!([{"all": {"fork": {"branches": branches}}}]), json!({}), Status::Waiting).await;
    let page = ran.executions.history(&HistoryQuery::page(&[], 1, 20)).await.unwrap();
    let job = &page.items[0];
    let all = ran.count("SELECT COUNT(*) FROM tasks WHERE waiting IS NOT NULL").await;
    assert_eq!((job.waiting.len(), job.waiting_omitted), (100, all.unsigned_abs() - 100));
    assert!(job.waiting.iter().all(|task| task.kind == "approval"), "people are asked first");
    ran.executions.stop(&ran.job, "alice", None).await.unwrap();
    let open =
        "SELECT COUNT(*) FROM tasks WHERE ended_at IS NULL OR waiting IS NOT NULL OR status <> 'cancelled'";
    assert_eq!((all, ran.count(open).await), (1_150, 0));
    assert_eq!(ran.count("SELECT COUNT(*) FROM timers").await, 0);
    assert!(
        ran.executions.history(&HistoryQuery::page(&[], 1, 20)).await.unwrap().items[0].waiting.is_empty()
    );
}
