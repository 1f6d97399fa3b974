//! Expressions that would never end: each faults its own task, and the rest of the hub keeps its pace.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wire::Status;
use wire::workflow::ExecuteRequest;

use super::running::House;

const BOMBS: [&str; 8] = [
    "[range(1e12)]",
    "def f: 1 + f; f",
    "reduce range(1e9) as $i (1; [0, ., 0])",
    "reduce range(64) as $i (1; [., .]) as $x | reduce range(64) as $i (1; [., .]) as $y | $x == $y",
    "\"a\" * 16000000 | test(\"((a{1000}){1000}){1000}\")",
    "(\"x\" * 16000000) as $s | range(1e9) | $s[8000000:8000001] | empty",
    "[range(1000000)] | [.[] as $a | .[] as $b | 1] | length",
    "\"A\" * 500000 | [match(\".*[^A-Z]|[A-Z]\"; \"g\")] | length",
];

fn definition(expression: &str) -> Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "drill", "version": "1.0.0"},
        "do": [{"bomb": {"set": {"x": format!("${{ {expression} }}")}}}],
    })
}

/// Reads what the API reads, for as long as the bombs go off, and starts plain jobs meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_fault_their_tasks_while_other_jobs_go_on() {
    let house = House::new().await;
    let begun = Instant::now();
    let starts = BOMBS.map(|bomb| house.start(definition(bomb), ExecuteRequest::default()));
    let starting = futures::future::join_all(starts);
    tokio::pin!(starting);
    let mut plain = 0;
    let mut slowest = Duration::ZERO;
    let jobs = loop {
        let meanwhile = async {
            let from = Instant::now();
            let job = house.run(json!([{"a": {"set": {"x": "${ 1 + 1 }"}}}])).await;
            house.until_status(&job, Status::Completed).await;
            from.elapsed()
        };
        tokio::select! {
            biased;
            jobs = &mut starting => break jobs,
            took = meanwhile => {
                plain += 1;
                slowest = slowest.max(took);
            }
        }
    };
    let took = begun.elapsed();
    eprintln!("{} bombs in {took:?}; {plain} plain jobs meanwhile, the slowest in {slowest:?}", BOMBS.len());
    assert!(plain > 0, "no other job was completed while the bombs went off, in {took:?}");
    for (job, bomb) in jobs.into_iter().zip(BOMBS) {
        let status = house.until_status(&job.unwrap(), Status::Faulted).await;
        let error = status.job.error.as_ref().unwrap();
        assert!(error.kind.ends_with("/expression") && error.status == 400, "{error:?}");
        let detail = error.detail.as_deref().unwrap_or_default();
        assert!(detail.contains(bomb) && detail.contains("exceeds its budget"), "{detail}");
    }
}
