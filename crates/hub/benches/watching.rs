//! What it costs to be watched: a real hub in a process of its own, a run that moves all the time, and fifty consoles that
//! ask what the console asks on a run's page, at its pace, over HTTP.
//!
//! The consoles share the machine with the hub. Beside the p99 of their questions it tells what one more console costs, how
//! much of what is asked is answered by "nothing new", and what fifty consoles of a run that stands still cost.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its result and has nobody to tell"
)]

#[path = "watching/console.rs"]
mod console;
#[expect(dead_code, reason = "another benchmark uses more of it")]
#[path = "throughput/figures.rs"]
mod figures;
#[expect(dead_code, reason = "another benchmark uses more of it")]
#[path = "throughput/hub.rs"]
mod hub;
#[expect(dead_code, reason = "another benchmark uses more of it")]
#[path = "throughput/workflows.rs"]
mod workflows;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use console::{Watched, watch};
use figures::Table;
use hub::Hub;

/// What issue 5 asks for.
const AIM: Duration = Duration::from_millis(25);
const CONSOLES: usize = 50;
const WHILE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() {
    let hub = Arc::new(Hub::start().await);
    let mut table = Table::default();
    let moving = hub.build(&that_moves()).await;
    let standing = hub.build(&workflows::with_a_gate()).await;
    let job = hub.run(&moving).await;
    let place = Watched { workflow_id: moving, job_name: job.job_name };
    for consoles in [1, 2, CONSOLES] {
        let (seen, share) = measure(&hub, &place, consoles).await;
        let name = if consoles == 1 { "1 console".to_owned() } else { format!("{consoles} consoles") };
        print(&name, &seen);
        table.shown(&format!("{name} of a moving run: CPU of the hub"), percent(share));
        if consoles == CONSOLES {
            table.at_most(&format!("{name}: show-status, p99"), AIM, seen.status.percentile(99.0));
            table.at_most(&format!("{name}: log, p99"), AIM, seen.log.percentile(99.0));
            table.at_most(&format!("{name}: approvals count, p99"), AIM, seen.count.percentile(99.0));
        }
        table.shown(&format!("{name}: answered by 304"), seen.share_unchanged());
    }
    hub.stop(&place.job_name).await;
    hub.run(&standing).await;
    let gate = hub.a_gate(&standing).await;
    let place = Watched { workflow_id: standing, job_name: gate.job_name };
    let (seen, share) = measure(&hub, &place, CONSOLES).await;
    print("50 consoles of a run that stands still", &seen);
    table.at_most("50 consoles of a run that stands still: p99", AIM, seen.status.percentile(99.0));
    table.shown("… CPU of the hub", percent(share));
    table.shown("… answered by 304", seen.share_unchanged());
    table.print();
}

/// What the consoles saw, and which part of a core the hub worked for it and for the run.
async fn measure(hub: &Arc<Hub>, place: &Watched, consoles: usize) -> (console::Seen, f64) {
    let (before, begun) = (hub.cpu(), Instant::now());
    let until = begun + WHILE;
    let watching: Vec<_> = (0..consoles)
        .map(|number| {
            let late = Duration::from_millis(number as u64 * 1000 / consoles as u64);
            tokio::spawn(watch(Arc::clone(hub), place.clone(), late, until))
        })
        .collect();
    let mut all = console::Seen::default();
    for one in watching {
        all.extend(one.await.unwrap());
    }
    (all, (hub.cpu() - before).as_secs_f64() / begun.elapsed().as_secs_f64())
}

fn print(name: &str, seen: &console::Seen) {
    println!("{name}");
    for (what, times) in [("show-status", &seen.status), ("log", &seen.log), ("count", &seen.count)] {
        if times.len() > 0 {
            println!("  {what}: {times}");
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} % of a core", share * 100.0)
}

/// Sixty tasks of a runbook beside a loop that takes a step five times a second and writes what it did: every question
/// meets a run that has changed.
fn that_moves() -> Value {
    let prepared: Vec<Value> = (0..60)
        .map(|number| json!({format!("check{number}"): {"set": {"site": "site-a", "check": number, "ok": true}}}))
        .collect();
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "moving", "version": "1.0.0"},
        "do": [
            {"prepare": {"do": prepared}},
            {"step": {"for": {"each": "at", "in": "${ [range(100000)] }"}, "do": [
                {"pause": {"wait": {"milliseconds": 200}}},
                {"note": {"set": {"at": "${ $at }"}}}
            ]}}
        ]
    })
}
