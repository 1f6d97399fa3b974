//! What a page of a history of a million runs costs, over HTTP, for every property, operator and order, and by which index
//! it is found. The runs are written into the tables as they are after a year, not run: running them takes hours.
//!
//! `MAS_HISTORY_DATA` names a data directory to fill and keep, with which a hub can be started to look at them;
//! `MAS_HISTORY_RUNS` says how many they are.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its result and has nobody to tell"
)]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use mas_hub::clock;
use mas_hub::database::Database;
use mas_hub::execution::{HistoryQuery, Place};
use mas_hub::server::App;
use mas_hub::startup;
use reqwest::Client;
use wire::history::{Counted, Filter, FilterProperty, JobPage, Operator, Property, Sort};
use wire::{Envelope, Operation, Role};

/// A year of runs, one each half minute.
const RUNS: i64 = 1_000_000;
const APART: i64 = 31_536;
const SAMPLES: usize = 40;
const FEW_SAMPLES: usize = 6;

struct Hub {
    app: App,
    client: Client,
    base: String,
    token: String,
}

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (ready, opened) = std::sync::mpsc::channel();
    // The hub has threads of its own, as it has in a process of its own.
    std::thread::spawn(move || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let scratch = tempfile::tempdir().unwrap();
            let kept = std::env::var_os("MAS_HISTORY_DATA");
            let directory = kept.as_deref().map_or(scratch.path(), Path::new);
            let database = Database::open(directory).await.unwrap();
            fill(&database).await;
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            let app = startup::open(database, Default::default(), None, &base).await.unwrap();
            let user = match app.accounts.add("bench", Role::Admin, None).await {
                Ok(user) => user,
                Err(_) => app
                    .accounts
                    .add(&format!("bench-{}", std::process::id()), Role::Admin, None)
                    .await
                    .unwrap(),
            };
            let token = app.accounts.issue_token(&user).await.unwrap().token;
            ready.send((base, token, app.clone())).unwrap();
            let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).await.unwrap();
        });
    });
    let (base, token, app) = opened.recv().unwrap();
    let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let hub = Hub { app, client, base, token };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(measure(&hub));
}

/// Writes the runs, where there are none yet.
async fn fill(database: &Database) {
    let known: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM jobs").fetch_one(database.read()).await.unwrap();
    if known > 0 {
        println!("{known} runs are there");
        return;
    }
    let runs: i64 = std::env::var("MAS_HISTORY_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(RUNS);
    let from = Instant::now();
    let mut transaction = database.begin().await.unwrap();
    sqlx::query("INSERT INTO definitions (digest, definition) VALUES ('bench', '{}')")
        .execute(&mut *transaction)
        .await
        .unwrap();
    // `h` scatters: neighbours in time have nothing in common. The last 400 runs have not ended.
    sqlx::query(
        "WITH RECURSIVE run (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM run WHERE n + 1 < ?1),
              mixed AS (SELECT n, (n * 2654435761) % 4294967296 AS h FROM run),
              made AS (
                  SELECT n, h, h % 200 AS w, ?2 - (?1 - n) * ?3 AS at,
                         1000 + (h / 7 % 1000) * (h / 7 % 1000) * 7 AS took,
                         CASE WHEN n >= ?1 - 400 THEN CASE WHEN h % 3 = 0 THEN 'waiting' ELSE 'running' END
                              WHEN h / 11 % 100 < 92 THEN 'completed' WHEN h / 11 % 100 < 97 THEN 'faulted'
                              ELSE 'cancelled' END AS status
                  FROM mixed)
         INSERT INTO jobs (job_name, workflow_id, workflow_name, namespace, revision, digest, status, started_by, started_at,
                           ended_at, dry_run, input, output, error, error_type, error_title, error_detail, tasks_total, tasks_done)
         SELECT 'region-' || w || '-failover-' || n, 'wf-' || w, 'region-' || w || '-failover', 'team-' || (h / 13 % 20), 1,
                'bench', status, 'operator' || (h / 17 % 60), at,
                CASE WHEN status IN ('running', 'waiting') THEN NULL ELSE MIN(at + took, ?2) END,
                h / 19 % 10 < 7, '{\"region\":\"cn-north-4\",\"group\":\"db-' || w || '\",\"timeout\":\"PT15M\"}', '{\"ok\":true}',
                CASE WHEN status = 'faulted' THEN json_object('type', 'https://serverlessworkflow.io/spec/1.0.0/errors/timeout',
                    'status', 408, 'title', 'Timeout Error', 'detail', 'group db-' || w || ' did not answer in ' || h % 900 || ' s') END,
                CASE WHEN status = 'faulted' THEN 'https://serverlessworkflow.io/spec/1.0.0/errors/timeout' END,
                CASE WHEN status = 'faulted' THEN 'Timeout Error' END,
                CASE WHEN status = 'faulted' THEN 'group db-' || w || ' did not answer in ' || h % 900 || ' s' END,
                12, CASE WHEN status = 'completed' THEN 12 ELSE h % 12 END
         FROM made",
    )
    .bind(runs)
    .bind(clock::now())
    .bind(APART)
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    println!("{runs} runs written in {:.1?}", from.elapsed());
}

/// RFC 3339, so many days ago.
fn days_ago(days: i64) -> String {
    clock::rfc3339(clock::now() - days * 86_400_000)
}

/// A typical operand of each property and operator.
fn operand(property: Property, operator: Operator) -> String {
    match (property, operator) {
        (_, Operator::IsNull | Operator::NotNull) => String::new(),
        (Property::StartedAt | Property::EndedAt, Operator::Between) => {
            format!("{},{}", days_ago(200), days_ago(193))
        }
        (Property::StartedAt | Property::EndedAt, _) => days_ago(180),
        (Property::Duration, Operator::Between) => "3600,5400".to_owned(),
        (Property::Duration, _) => "3600".to_owned(),
        (Property::DryRun, _) => "true".to_owned(),
        (Property::Status, Operator::In) => "faulted,cancelled".to_owned(),
        (Property::Status, _) => "faulted".to_owned(),
        (Property::Error, Operator::In) => "Timeout Error,Communication Error".to_owned(),
        (Property::Error, Operator::Like) => "db-17 did".to_owned(),
        (Property::Error, _) => "Timeout Error".to_owned(),
        (Property::JobName, Operator::Like) => "failover-7310".to_owned(),
        (Property::JobName, Operator::In) => "region-7-failover-100,region-9-failover-2".to_owned(),
        (Property::JobName, _) => "region-7-failover-100".to_owned(),
        (Property::WorkflowId, Operator::In) => "wf-7,wf-8".to_owned(),
        (Property::WorkflowId, _) => "wf-7".to_owned(),
        (Property::WorkflowName, Operator::In) => "region-7-failover,region-8-failover".to_owned(),
        (Property::WorkflowName, Operator::Like) => "region-17".to_owned(),
        (Property::WorkflowName, _) => "region-7-failover".to_owned(),
        (Property::Namespace, Operator::In) => "team-1,team-2".to_owned(),
        (Property::Namespace, _) => "team-1".to_owned(),
        (Property::StartedBy, Operator::In) => "operator1,operator2".to_owned(),
        (Property::StartedBy, _) => "operator1".to_owned(),
    }
}

fn filter(property: Property, operator: Operator) -> Filter {
    Filter { property, operator, operand: operand(property, operator) }
}

fn every_filter() -> Vec<Filter> {
    let fitting = |property: Property| {
        Operator::ALL
            .into_iter()
            .filter(move |operator| operator.fits(property.kind()))
            .map(move |operator| filter(property, operator))
    };
    Property::ALL.into_iter().flat_map(fitting).collect()
}

fn first_page(filters: &[Filter]) -> HistoryQuery {
    HistoryQuery { place: Place::Cursor(String::new()), ..HistoryQuery::page(filters, 1, 20) }
}

async fn measure(hub: &Hub) {
    heading("pages");
    hub.show("first page, newest first", &first_page(&[]), SAMPLES).await;
    let first = hub.ask(&first_page(&[])).await;
    let next = HistoryQuery { place: Place::Cursor(first.next.clone().unwrap()), ..first_page(&[]) };
    hub.show("next page", &next, SAMPLES).await;
    let here = HistoryQuery { place: Place::Cursor(first.here.clone().unwrap()), ..first_page(&[]) };
    hub.show("the same page again, as consoles poll it", &here, SAMPLES).await;
    hub.show("200 a page", &HistoryQuery { page_size: 200, ..first_page(&[]) }, SAMPLES).await;
    for number in [1, 25_000, 50_000] {
        hub.show(&format!("page {number} by its number"), &HistoryQuery::page(&[], number, 20), SAMPLES)
            .await;
    }
    for sort in Sort::ALL {
        for descending in [true, false] {
            let asked = HistoryQuery { sort, descending, ..first_page(&[]) };
            hub.show(
                &format!("sorted by {}, {}", sort.as_str(), if descending { "desc" } else { "asc" }),
                &asked,
                SAMPLES,
            )
            .await;
        }
    }
    heading("one filter, newest first");
    for filter in every_filter() {
        hub.show(&described(&filter), &first_page(std::slice::from_ref(&filter)), SAMPLES / 2).await;
    }
    heading("several filters");
    let groups = [
        vec![filter(Property::Status, Operator::Eq), filter(Property::WorkflowId, Operator::Eq)],
        vec![
            filter(Property::Status, Operator::Eq),
            filter(Property::StartedAt, Operator::Between),
            filter(Property::Duration, Operator::Ge),
        ],
        vec![
            filter(Property::JobName, Operator::Like),
            filter(Property::DryRun, Operator::Ne),
            filter(Property::StartedBy, Operator::Eq),
        ],
        vec![filter(Property::Error, Operator::Like), filter(Property::WorkflowName, Operator::Like)],
    ];
    for group in &groups {
        let what = group.iter().map(described).collect::<Vec<_>>().join(", ");
        hub.show(&what, &first_page(group), SAMPLES / 2).await;
    }
    heading("histograms of 96 parts");
    let histogram = |filters: &[Filter]| HistoryQuery { histogram: Some(96), ..first_page(filters) };
    hub.show("of everything", &histogram(&[]), SAMPLES / 2).await;
    for filter in [
        filter(Property::Status, Operator::Eq),
        filter(Property::StartedAt, Operator::Between),
        filter(Property::WorkflowId, Operator::Eq),
        filter(Property::Duration, Operator::Ge),
        filter(Property::DryRun, Operator::Eq),
    ] {
        hub.show(&described(&filter), &histogram(std::slice::from_ref(&filter)), SAMPLES / 2).await;
    }
    heading("every filter in every order");
    let mut all = Vec::new();
    let mut worst = (Duration::ZERO, String::new());
    for filter in every_filter() {
        for sort in Sort::ALL {
            for descending in [true, false] {
                let asked = HistoryQuery { sort, descending, ..first_page(std::slice::from_ref(&filter)) };
                let (times, _) = hub.time(&asked, FEW_SAMPLES).await;
                let slowest = times[times.len() - 1];
                if slowest > worst.0 {
                    let order = if descending { "desc" } else { "asc" };
                    worst = (slowest, format!("{}, {} {order}", described(&filter), sort.as_str()));
                }
                all.extend(times);
            }
        }
    }
    all.sort();
    println!(
        "{:<62} {} {}   slowest: {:.1?}, {}",
        format!("{} answers", all.len()),
        ms(at(&all, 0.5)),
        ms(at(&all, 0.99)),
        worst.0,
        worst.1
    );
}

fn heading(text: &str) {
    println!("\n{text:<62} {:>8} {:>8} {:>10}  index", "p50 ms", "p99 ms", "total");
}

fn described(filter: &Filter) -> String {
    format!("{} {} {}", filter.property.as_str(), filter.operator.as_str(), filter.operand)
}

impl Hub {
    async fn show(&self, what: &str, asked: &HistoryQuery, samples: usize) {
        let (times, page) = self.time(asked, samples).await;
        let more = if page.total_is == Some(Counted::AtLeast) { "+" } else { " " };
        let plan = self.app.executions.explain_history(asked).await.unwrap();
        let what: String = what.chars().take(62).collect();
        println!(
            "{what:<62} {} {} {:>9}{more}  {}",
            ms(at(&times, 0.5)),
            ms(at(&times, 0.99)),
            page.total,
            indexes(&plan)
        );
    }

    /// How long each of so many answers took, the shortest first, and the last of them.
    async fn time(&self, asked: &HistoryQuery, samples: usize) -> (Vec<Duration>, JobPage) {
        let mut page = self.ask(asked).await;
        let mut times = Vec::with_capacity(samples);
        for _ in 0..samples {
            let from = Instant::now();
            page = self.ask(asked).await;
            times.push(from.elapsed());
        }
        times.sort();
        (times, page)
    }

    async fn ask(&self, asked: &HistoryQuery) -> JobPage {
        let order = if asked.descending { "desc" } else { "asc" };
        let (page_no, cursor) = match &asked.place {
            Place::Page(number) => (*number, String::new()),
            Place::Cursor(text) => (1, format!("&cursor={text}")),
        };
        let histogram = asked.histogram.map(|parts| format!("&histogram={parts}")).unwrap_or_default();
        let url = format!(
            "{}{}?page_no={page_no}&page_size={}&sort={}&order={order}{cursor}{histogram}",
            self.base,
            Operation::ListJobs.url_path(&[]),
            asked.page_size,
            asked.sort.as_str(),
        );
        let body: Vec<FilterProperty> = asked.filters.iter().map(FilterProperty::from).collect();
        let request = self.client.post(url).json(&body).header(wire::AUTH_TOKEN_HEADER, &self.token);
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{status} {text}");
        serde_json::from_str::<Envelope<JobPage>>(&text).unwrap().result.unwrap()
    }
}

/// The indexes that the plan names.
fn indexes(plan: &[String]) -> String {
    let named = plan.iter().filter_map(|step| {
        let mut words = step.split_whitespace().skip_while(|word| *word != "INDEX" && *word != "PRIMARY");
        (words.next()? == "INDEX").then(|| words.next().map(str::to_owned)).flatten()
    });
    named.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" + ")
}

fn at(sorted: &[Duration], share: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * share).ceil() as usize]
}

fn ms(time: Duration) -> String {
    format!("{:>8.1}", time.as_secs_f64() * 1000.0)
}
