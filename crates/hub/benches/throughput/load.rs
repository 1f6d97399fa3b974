//! What the clients do: start as many runs as they can, start them at a pace with readers beside, fill gates, stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use wire::{Operation, Status};

use super::figures::Durations;
use super::hub::Hub;

/// How often a reader asks: as a few dozen browsers together do.
const READ_EVERY: Duration = Duration::from_millis(50);
const POLL: Duration = Duration::from_millis(20);

/// What came of many runs.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    runs: u64,
    /// From the first start until the last run was completed.
    took: Duration,
    /// What the hub computed meanwhile.
    cpu: Duration,
    /// From a start (from when it was due) to its answer: by then the first task has begun, and is durable.
    pub(crate) starts: Durations,
    /// From a run's start to its end, as the hub writes them down.
    pub(crate) ends: Durations,
    pub(crate) reads: Vec<(&'static str, Durations)>,
}

impl Outcome {
    pub(crate) fn rate(&self) -> f64 {
        self.runs as f64 / self.took.as_secs_f64()
    }

    pub(crate) fn print(&self) {
        let Self { runs, took, cpu, .. } = self;
        let share = cpu.as_secs_f64() / took.as_secs_f64() * 100.0;
        let each = cpu.as_secs_f64() * 1000.0 / *runs as f64;
        println!(
            "  {runs} runs in {took:.2?}: {:.0} a second; the hub used {share:.0} % of a core, {each:.2} ms a run",
            self.rate()
        );
        println!("  start → first task begun: {}", self.starts);
        println!("  start → run completed:    {}", self.ends);
        let mut all = Durations::default();
        for (what, reads) in &self.reads {
            println!("  {what}: {reads}");
            all.extend(reads.clone());
        }
        if all.len() > 0 {
            println!("  all reads: {all}");
        }
    }
}

/// So many clients, each of which starts its next run when the last start is answered; until all runs are completed.
pub(crate) async fn as_many_as_possible(
    hub: &Hub,
    workflow: &str,
    clients: usize,
    during: Duration,
) -> Outcome {
    let measure = Measure::begin(hub, workflow).await;
    let starts = (0..clients).map(|_| async {
        let mut starts = Durations::default();
        while measure.begun.elapsed() < during {
            let asked = Instant::now();
            hub.run(workflow).await;
            starts.push(asked.elapsed());
        }
        starts
    });
    let starts = futures::future::join_all(starts).await;
    let mut all = Durations::default();
    starts.into_iter().for_each(|starts| all.extend(starts));
    measure.end(hub, workflow, all, Vec::new()).await
}

/// So many starts a second, whether the last ones are answered or not, and readers of every kind beside them.
pub(crate) async fn paced(hub: &Hub, workflow: &str, rate: f64, during: Duration) -> Outcome {
    let measure = Measure::begin(hub, workflow).await;
    let newest = Mutex::new(hub.jobs(workflow, "completed", 1).await.items.remove(0).job_name);
    let is_over = AtomicUsize::new(0);
    let starting = async {
        let total = (rate * during.as_secs_f64()) as usize;
        let mut under_way = FuturesUnordered::new();
        let mut starts = Durations::default();
        for number in 0..total {
            let due = measure.begun + Duration::from_secs_f64(number as f64 / rate);
            let mut due_yet = std::pin::pin!(tokio::time::sleep_until(due.into()));
            loop {
                tokio::select! {
                    () = &mut due_yet => break,
                    Some(took) = under_way.next() => starts.push(took),
                }
            }
            let newest = &newest;
            under_way.push(async move {
                let started = hub.run(workflow).await;
                let took = due.elapsed();
                *newest.lock().await = started.job_name;
                took
            });
        }
        while let Some(took) = under_way.next().await {
            starts.push(took);
        }
        is_over.store(1, Ordering::Relaxed);
        starts
    };
    let readers = READS.iter().enumerate().map(|(place, (what, read))| {
        let (newest, is_over) = (&newest, &is_over);
        async move {
            let mut reads = Durations::default();
            // They do not ask all at the same moment.
            tokio::time::sleep(READ_EVERY * u32::try_from(place).unwrap() / 10).await;
            let mut turns = tokio::time::interval(READ_EVERY);
            while is_over.load(Ordering::Relaxed) == 0 {
                let due = turns.tick().await;
                let job_name = newest.lock().await.clone();
                let (operation, path, body) = read(workflow, &job_name);
                hub.send(operation, &path, &body).await;
                reads.push(due.elapsed());
            }
            (*what, reads)
        }
    });
    let (starts, reads) = tokio::join!(starting, futures::future::join_all(readers));
    measure.end(hub, workflow, starts, reads).await
}

/// Starts runs until so many wait for a person.
pub(crate) async fn fill_gates(hub: &Hub, workflow: &str, wanted: u64) {
    let missing = usize::try_from(wanted - hub.count(workflow, "waiting").await).unwrap();
    futures::stream::iter(0..missing)
        .for_each_concurrent(32, |_| async {
            hub.run(workflow).await;
        })
        .await;
    while hub.count(workflow, "waiting").await < wanted {
        tokio::time::sleep(POLL).await;
    }
}

pub(crate) struct Stopped {
    pub(crate) took: Duration,
    pub(crate) longest_read: Duration,
    pub(crate) longest_start: Duration,
}

/// Stops a run while others start theirs and read.
pub(crate) async fn stop_a_wide_run(hub: &Hub, wide: &str, other: &str) -> Stopped {
    let job_name = hub.run(wide).await.job_name;
    while hub.status(wide, &job_name).await.job.status != Status::Waiting {
        tokio::time::sleep(POLL).await;
    }
    let is_over = Arc::new(AtomicUsize::new(0));
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let asked = Instant::now();
        hub.stop(&job_name).await;
        let took = asked.elapsed();
        assert_eq!(hub.status(wide, &job_name).await.job.status, Status::Cancelled);
        is_over.store(1, Ordering::Relaxed);
        took
    };
    let reading = async {
        let mut reads = Durations::default();
        while is_over.load(Ordering::Relaxed) == 0 {
            let asked = Instant::now();
            hub.jobs(other, "completed", 20).await;
            reads.push(asked.elapsed());
        }
        reads
    };
    let starting = async {
        let mut starts = Durations::default();
        while is_over.load(Ordering::Relaxed) == 0 {
            let asked = Instant::now();
            hub.run(other).await;
            starts.push(asked.elapsed());
        }
        starts
    };
    let (took, reads, starts) = tokio::join!(stopping, reading, starting);
    Stopped { took, longest_read: reads.percentile(100.0), longest_start: starts.percentile(100.0) }
}

/// A stretch of time in which runs are started and completed.
struct Measure {
    begun: Instant,
    cpu: Duration,
    completed: u64,
}

impl Measure {
    async fn begin(hub: &Hub, workflow: &str) -> Self {
        let completed = hub.count(workflow, "completed").await;
        Self { begun: Instant::now(), cpu: hub.cpu(), completed }
    }

    async fn end(
        self,
        hub: &Hub,
        workflow: &str,
        starts: Durations,
        reads: Vec<(&'static str, Durations)>,
    ) -> Outcome {
        let runs = starts.len() as u64;
        while hub.count(workflow, "completed").await < self.completed + runs {
            tokio::time::sleep(POLL).await;
        }
        let (took, cpu) = (self.begun.elapsed(), hub.cpu() - self.cpu);
        let mut ends = Durations::default();
        for job in hub.jobs(workflow, "completed", 200).await.items {
            let time = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
            let lasted = time(&job.ended_at.unwrap()).duration_since(time(&job.started_at));
            ends.push(lasted.unsigned_abs());
        }
        let first = &hub.jobs(workflow, "completed", 1).await.items[0].job_name;
        assert_eq!(hub.status(workflow, first).await.tasks.len(), 10);
        Outcome { runs, took, cpu, starts, ends, reads }
    }
}

type Read = fn(workflow: &str, newest_job: &str) -> (Operation, String, Value);

/// Every kind of read that the console makes.
const READS: [(&str, Read); 8] = [
    ("a run", |workflow, job| {
        let path = Operation::ShowJobStatus.url_path(&[workflow]);
        (Operation::ShowJobStatus, format!("{path}?job_name={job}"), Value::Null)
    }),
    ("a run's log", |_, job| {
        let path = Operation::ShowLog.url_path(&[job, "-"]);
        (Operation::ShowLog, format!("{path}?filter=false&size=1000"), Value::Null)
    }),
    ("history", |_, _| jobs(json!([]))),
    ("history of a workflow", |workflow, _| {
        jobs(json!([{"property_name": "workflow_id", "operator": "eq", "operand": workflow}]))
    }),
    ("history, faulted, by name", |_, _| {
        jobs(json!([
            {"property_name": "status", "operator": "eq", "operand": "faulted"},
            {"property_name": "workflow_name", "operator": "like", "operand": "pac"}
        ]))
    }),
    ("history, over 60 s", |_, _| {
        jobs(json!([{"property_name": "duration", "operator": "gt", "operand": "60"}]))
    }),
    ("approvals", |_, _| {
        let (operation, _, filters) =
            jobs(json!([{"property_name": "status", "operator": "in", "operand": "waiting,running"}]));
        (operation, format!("{}?page_size=200", operation.url_path(&[])), filters)
    }),
    ("list of workflows", |_, _| {
        let path = Operation::ListWorkflows.url_path(&[]);
        (Operation::ListWorkflows, path, json!({"workflowQuery": {}}))
    }),
];

fn jobs(filters: Value) -> (Operation, String, Value) {
    (Operation::ListJobs, format!("{}?page_size=20", Operation::ListJobs.url_path(&[])), filters)
}
