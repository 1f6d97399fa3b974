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
}

async fn measure(what: &str, jobs: usize, steps: usize, tasks: Value) {
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
    let names: Vec<String> = futures::future::join_all(starting)
        .await
        .into_iter()
        .map(|started| started.unwrap().job_name)
        .collect();
    let started = begun.elapsed();
    for name in &names {
        while executions.status("bench", name, false).await.unwrap().job.status != Status::Completed {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let took = begun.elapsed();
    let rate = (jobs * steps) as f64 / took.as_secs_f64();
    println!("{what}: {took:.2?} ({rate:.0} steps a second; all accepted after {started:.2?})");
    executions.shutdown().await;
    database.close().await;
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
