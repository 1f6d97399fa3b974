//! How fast the hub runs jobs, every commit durable: many small jobs at once, one long one, one wide one.
//!
//! The calls themselves cost nothing here; what is measured is the engine, the commits and the projections.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its result and has nobody to tell"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flow::engine::WorkflowError;
use mas_hub::database::Database;
use mas_hub::execution::runner::{FunctionCall, FunctionRunner};
use mas_hub::execution::{ExecutionSettings, Executions, StartJob};
use serde_json::{Value, json};
use wire::Status;
use wire::workflow::ExecuteRequest;

struct Instantly;

#[async_trait]
impl FunctionRunner for Instantly {
    async fn run(&self, call: FunctionCall) -> Result<Value, WorkflowError> {
        Ok(call.with)
    }
}

#[tokio::main]
async fn main() {
    let call = |number: usize| json!({format!("step{number}"): {"call": "dns-record-add:1.0.0@default", "with": {"n": number}}});
    let steps = |count: usize| Value::Array((0..count).map(call).collect());
    measure("200 jobs of 20 steps at once", 200, 20, steps(20)).await;
    measure("1 job of 500 steps, one after another", 1, 500, steps(500)).await;
    measure("1 job of 500 steps, all at once", 1, 500, json!([{"all": {"fork": {"branches": steps(500)}}}]))
        .await;
    let over = |size: usize, task: Value| json!([{"loop": {"for": {"in": format!("[range({size})]")}, "do": [{"one": task}]}}]);
    // One measurement that does not count: the first run of a process pays for pages and caches.
    measure("1 loop of 1000, to warm up", 1, 1_000, over(1_000, json!({"set": {"n": 1}}))).await;
    grow("1 loop of values", &[1_000, 10_000, 100_000], |size| {
        over(size, json!({"set": {"n": "${ $item }"}}))
    })
    .await;
    let called = json!({"call": "dns-record-add:1.0.0@default", "with": {"n": "${ $item }"}});
    grow("1 loop of calls", &[1_000, 10_000], |size| over(size, called.clone())).await;
    let sites = |size: usize| {
        json!([
            {"sites": {"set": {"sites": large(1_000)}}},
            {"all": {"fork": {"branches": (0..size).map(|number| json!({
                format!("site{number}"): {"call": "dns-record-add:1.0.0@default",
                    "with": {"name": format!("${{ .sites[{number} % 1000].name }}")}}
            })).collect::<Vec<_>>()}}}
        ])
    };
    grow("1 fork of calls over 50 KiB of input", &[100, 1_000], sites).await;
    grow("1 fork of calls", &[100, 1_000], |size| json!([{"all": {"fork": {"branches": steps(size)}}}]))
        .await;
}

/// An input that is worth sharing: every branch of a fork sees all of it.
fn large(size: usize) -> Value {
    Value::Array((0..size).map(|number| json!({"site": number, "name": "a site with a name"})).collect())
}

/// Runs the same work in two or more sizes, and says by how much the dearest of them is dearer a piece than the cheapest
/// size that is measured well.
async fn grow(what: &str, sizes: &[usize], tasks: impl Fn(usize) -> Value) {
    let mut costs = Vec::new();
    for &size in sizes {
        forget_peak();
        let took = measure(&format!("{what} of {size}"), 1, size, tasks(size)).await;
        costs.push(took.as_secs_f64() * 1e6 / size as f64);
        println!("    {:.0} µs a piece, at most {} MiB in memory", costs[costs.len() - 1], peak());
    }
    if let [first, .., last] = costs[..] {
        println!("    ratio of the largest to the smallest, a piece: {:.2} (aim: 1.3 at most)", last / first);
    }
}

async fn measure(what: &str, jobs: usize, steps: usize, tasks: Value) -> Duration {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::open(directory.path()).await.unwrap();
    let executions =
        Executions::open(database.clone(), Arc::new(Instantly), ExecutionSettings::default()).await.unwrap();
    let definition = json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "bench", "version": "1.0.0"},
        "do": tasks
    })
    .to_string();
    let begun = Instant::now();
    let starting = (0..jobs).map(|_| executions.start(start(&definition)));
    for started in futures::future::join_all(starting).await {
        started.unwrap();
    }
    let started = begun.elapsed();
    while !executions.running_jobs(&["bench".to_owned()]).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let took = begun.elapsed();
    let last = executions.last_jobs(&["bench".to_owned()]).await.unwrap();
    assert_eq!(last["bench"].status, Status::Completed);
    let read = Instant::now();
    let status = executions.status("bench", &last["bench"].job_name, false).await.unwrap();
    let (read, shown) = (read.elapsed(), status.tasks.len());
    let rate = (jobs * steps) as f64 / took.as_secs_f64();
    println!(
        "{what}: {took:.2?} ({rate:.0} a second; all accepted after {started:.2?}; its {shown} tasks are shown in {read:.2?})"
    );
    executions.shutdown().await;
    database.close().await;
    took
}

/// The most memory that this process has held since [`forget_peak`], in MiB; 0 where the system does not tell.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() / 1024
}

fn forget_peak() {
    // Linux only, and only where it is allowed: then the peak is that of the whole benchmark so far.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn start(definition: &str) -> StartJob {
    StartJob {
        workflow_id: "bench".to_owned(),
        workflow_name: "bench".to_owned(),
        namespace: "default".to_owned(),
        revision: 1,
        definition: definition.to_owned(),
        request: ExecuteRequest::default(),
        started_by: "bench".to_owned(),
    }
}
