//! How much a whole hub does: a real process on a fresh data directory, every commit durable, driven over HTTP by others
//! than itself.
//!
//! Runs of ten tasks a second, how long a start waits for its first task, how long readers wait while that goes on, what a
//! thousand runs at gates cost, and how soon a hub that was killed with ten thousand of them is back. The clients share
//! the machine with the hub: what is printed is what both get out of it together. `runs` measures the engine alone.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its result and has nobody to tell"
)]

#[path = "throughput/figures.rs"]
mod figures;
#[path = "throughput/hub.rs"]
mod hub;
#[path = "throughput/load.rs"]
mod load;
#[path = "throughput/workflows.rs"]
mod workflows;

use std::time::{Duration, Instant};

use wire::Decision;

use figures::{Table, milliseconds};
use hub::Hub;

/// What issue 3 asks for.
const AIM: f64 = 500.0;
const READ_AIM: Duration = Duration::from_millis(25);
/// How many starts are under way at a time where as many as possible are made.
const CLIENTS: usize = 32;

#[tokio::main]
async fn main() {
    let mut hub = Hub::start().await;
    let mut table = Table::default();
    let ten = hub.build(&workflows::of_ten_tasks()).await;
    // The first runs of a process pay for pages, caches and the history that readers find.
    load::as_many_as_possible(&hub, &ten, CLIENTS, Duration::from_secs(2)).await;

    println!("as many runs of ten tasks as {CLIENTS} clients can start, for 10 s");
    let busy = load::as_many_as_possible(&hub, &ten, CLIENTS, Duration::from_secs(10)).await;
    busy.print();
    table.at_least("runs of 10 tasks a second", AIM, busy.rate());

    println!("{AIM} runs a second for 10 s, and readers beside them");
    let paced = load::paced(&hub, &ten, AIM, Duration::from_secs(10)).await;
    paced.print();
    table.at_least("… with readers beside them", 0.98 * AIM, paced.rate());
    table.shown("start → first task begun, p50", milliseconds(paced.starts.percentile(50.0)));
    table.shown("start → first task begun, p99", milliseconds(paced.starts.percentile(99.0)));
    table.shown("start → run completed, p99", milliseconds(paced.ends.percentile(99.0)));
    for (what, reads) in &paced.reads {
        table.at_most(&format!("read under load, p99: {what}"), READ_AIM, reads.percentile(99.0));
    }

    println!("1,000 runs at gates, then 10,000, and the hub killed");
    let gated = hub.build(&workflows::with_a_gate()).await;
    load::fill_gates(&hub, &gated, 1_000).await;
    let (before, wall) = (hub.cpu(), Instant::now());
    tokio::time::sleep(Duration::from_secs(10)).await;
    let share = (hub.cpu() - before).as_secs_f64() / wall.elapsed().as_secs_f64();
    table.shown("CPU of a hub with 1,000 runs at gates", format!("{:.2} % of a core", share * 100.0));
    load::fill_gates(&hub, &gated, 10_000).await;
    let gate = hub.a_gate(&gated).await;
    let memory = hub.memory();
    hub.kill();
    let begun = Instant::now();
    hub.start_again().await;
    table.shown("killed with 10,000 runs at gates: ready after", milliseconds(begun.elapsed()));
    hub.decide(&gate.task_id, Decision::Approve).await;
    hub.until_completed(&gated, &gate.job_name).await;
    table.shown("… and one is approved and completed after", milliseconds(begun.elapsed()));
    table.shown("memory of that hub before and after", format!("{memory} MiB, {} MiB", hub.memory()));

    println!("a run of 2,000 branches at gates, and somebody stops it");
    let wide = hub.build(&workflows::of_many_gates(2_000)).await;
    let stopped = load::stop_a_wide_run(&hub, &wide, &ten).await;
    table.shown("the stop of 2,000 live branches", milliseconds(stopped.took));
    table.at_most("… and the longest read meanwhile", READ_AIM, stopped.longest_read);
    table.shown("… and the longest start meanwhile", milliseconds(stopped.longest_start));
    table.print();
}
