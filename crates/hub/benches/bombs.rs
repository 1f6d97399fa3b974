//! Whether the hub keeps its pace while expressions work as long as they may: how long a read of another run over HTTP
//! takes with nothing else to do, and while so many runs at a time evaluate what would never end.
//!
//! The figures are of one process on one machine, so what says something is the ratio of the two.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its result and has nobody to tell"
)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mas_hub::database::Database;
use mas_hub::startup;
use reqwest::Client;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wire::text::DefinitionText;
use wire::workflow::{DefinitionRequest, ExecuteRequest, SavedWorkflow, StartRequest, StartedJob};
use wire::{Envelope, JsonText, Operation, Role};

/// Each ends by another bound, or by none of its own but the number of steps.
const BOMBS: [&str; 10] = [
    "[range(1e12)]",
    "def f: 1 + f; f",
    "reduce range(1e6) as $i (1; [0, ., 0])",
    "reduce range(64) as $i (1; [., .]) as $x | reduce range(64) as $i (1; [., .]) as $y | $x == $y",
    "\"a\" * 16000000 | test(\"((a{1000}){1000}){1000}\")",
    "(\"x\" * 16000000) as $s | range(1e9) | $s[8000000:8000001] | empty",
    "[range(1000000)] | [.[] as $a | .[] as $b | 1] | length",
    "\"A\" * 500000 | [match(\".*[^A-Z]|[A-Z]\"; \"g\")] | length",
    "1 | until(false; . + 1)",
    "[range(1e5)] | until(false; tojson | fromjson)",
];
/// How many of them are under way at any moment.
const AT_ONCE: usize = 4;
const READS: usize = 400;
/// Between two reads, as people and their browsers make them.
const PAUSE: Duration = Duration::from_millis(10);

struct Hub {
    client: Client,
    base: String,
    token: String,
}

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (ready, address) = std::sync::mpsc::channel();
    // The hub has threads of its own, as it has in a process of its own.
    std::thread::spawn(move || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let directory = tempfile::tempdir().unwrap();
            let database = Database::open(directory.path()).await.unwrap();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let base = format!("http://{address}");
            let app = startup::open(database, Default::default(), None, &base).await.unwrap();
            let user = app.accounts.add("bench", Role::Admin, None).await.unwrap();
            let token = app.accounts.issue_token(&user).await.unwrap().token;
            ready.send((base, token)).unwrap();
            let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).await.unwrap();
        });
    });
    let (base, token) = address.recv().unwrap();
    let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let hub = Arc::new(Hub { client, base, token });
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(measure(hub));
}

async fn measure(hub: Arc<Hub>) {
    let gate = json!([{"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?"}}}]);
    let other = hub.build("other", gate).await;
    let job = hub.start(&other).await;
    let read = format!("{}?job_name={job}", Operation::ShowJobStatus.url_path(&[&other]));
    let mut bombs = Vec::new();
    for (index, bomb) in BOMBS.iter().enumerate() {
        let tasks = json!([{"bomb": {"set": {"x": format!("${{ {bomb} }}")}}}]);
        bombs.push(hub.build(&format!("bomb{index}"), tasks).await);
    }
    hub.read_often(&read, READS / 4).await;
    let idle = hub.read_often(&read, READS).await;
    let stopping = Arc::new(AtomicBool::new(false));
    let bombs = Arc::new(bombs);
    let throwing: Vec<_> = (0..AT_ONCE)
        .map(|first| {
            let (hub, bombs, stopping) = (Arc::clone(&hub), Arc::clone(&bombs), Arc::clone(&stopping));
            tokio::spawn(async move {
                let mut took = BTreeMap::<usize, Duration>::new();
                let mut thrown = 0;
                for index in (first..).step_by(3) {
                    if stopping.load(Ordering::Relaxed) {
                        break;
                    }
                    let from = Instant::now();
                    // A start answers when its first step is made, which here is the whole run.
                    let _ = hub.start(&bombs[index % bombs.len()]).await;
                    let longest = took.entry(index % bombs.len()).or_default();
                    *longest = from.elapsed().max(*longest);
                    thrown += 1;
                }
                (thrown, took)
            })
        })
        .collect();
    let busy = hub.read_often(&read, READS).await;
    stopping.store(true, Ordering::Relaxed);
    let mut thrown = 0;
    let mut longest = BTreeMap::<usize, Duration>::new();
    for throwing in throwing {
        let (some, took) = throwing.await.unwrap();
        thrown += some;
        for (index, took) in took {
            let known = longest.entry(index).or_default();
            *known = took.max(*known);
        }
    }
    println!("{thrown} runs of expressions that would never end, {AT_ONCE} at a time:");
    for (index, took) in longest {
        println!("    {took:>9.2?} at the most: {}", BOMBS[index]);
    }
    show("a read of another run, idle", &idle);
    show("the same meanwhile", &busy);
    let ratio = |share| at(&busy, share).as_secs_f64() / at(&idle, share).as_secs_f64();
    println!("    ratio of the medians {:.1}, of the 99th percentiles {:.1}", ratio(0.5), ratio(0.99));
}

impl Hub {
    async fn build(&self, name: &str, tasks: Value) -> String {
        let definition = json!({
            "document": {"dsl": "1.0.3", "namespace": "default", "name": name, "version": "1.0.0"},
            "do": tasks
        });
        let body = DefinitionRequest { workflow_def: DefinitionText(definition.to_string()) };
        let path = Operation::BuildWorkflow.url_path(&[]);
        self.post::<SavedWorkflow>(&path, &body).await.workflow_id
    }

    async fn start(&self, workflow: &str) -> String {
        let body = StartRequest { workflow_execute_request: JsonText(ExecuteRequest::default()) };
        let path = Operation::StartWorkflow.url_path(&[workflow]);
        self.post::<StartedJob>(&path, &body).await.job_name
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> T {
        let request = self.client.post(format!("{}{path}", self.base)).json(body);
        let answer = request.header(wire::AUTH_TOKEN_HEADER, &self.token).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str::<Envelope<T>>(&text).unwrap().result.unwrap()
    }

    /// How long each of so many reads took, the shortest first.
    async fn read_often(&self, path: &str, reads: usize) -> Vec<Duration> {
        let mut all = Vec::with_capacity(reads);
        for _ in 0..reads {
            let from = Instant::now();
            let request = self.client.get(format!("{}{path}", self.base));
            let answer = request.header(wire::AUTH_TOKEN_HEADER, &self.token).send().await.unwrap();
            assert!(answer.status().is_success());
            answer.bytes().await.unwrap();
            all.push(from.elapsed());
            tokio::time::sleep(PAUSE).await;
        }
        all.sort();
        all
    }
}

fn at(sorted: &[Duration], share: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

fn show(what: &str, sorted: &[Duration]) {
    let [median, most, last] = [0.5, 0.99, 1.0].map(|share| at(sorted, share));
    println!("{what}: p50 {median:.2?}, p99 {most:.2?}, longest {last:.2?}");
}
