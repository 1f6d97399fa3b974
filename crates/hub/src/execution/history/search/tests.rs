//! Whatever is asked, the search finds what reading the whole table finds, in the same order, page by page and back again.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use sqlx::SqliteConnection;
use tempfile::TempDir;
use wire::history::{Filter, FilterProperty};

use super::*;
use crate::database::Database;

/// So small that every way of searching is taken with a few dozen runs.
const SMALL: Limits = Limits { few: 6, bound: 12, texts: 3 };
/// 2026-11-23T00:00:00Z.
const MIDNIGHT: i64 = 1_795_392_000_000;
const MINUTE: i64 = 60_000;

struct Runs {
    database: Database,
    _directory: TempDir,
}

impl Runs {
    /// Runs that begin a minute apart, some at the same moment, with every property in several combinations.
    async fn new(count: i64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(directory.path()).await.unwrap();
        let runs = Self { database, _directory: directory };
        let mut transaction = runs.database.begin().await.unwrap();
        sqlx::query("INSERT INTO definitions (digest, definition) VALUES ('d', '{}')")
            .execute(&mut *transaction)
            .await
            .unwrap();
        for number in 0..count {
            insert(&mut transaction, number).await;
        }
        transaction.commit().await.unwrap();
        runs
    }
}

async fn insert(connection: &mut SqliteConnection, number: i64) {
    let pick = |of: &[&str], step: i64| of[usize::try_from(number / step).unwrap_or(0) % of.len()].to_owned();
    let status = pick(&["completed", "completed", "faulted", "running", "waiting", "cancelled"], 1);
    let started_at = MIDNIGHT + number / 2 * MINUTE;
    let ended_at =
        (!matches!(status.as_str(), "running" | "waiting")).then_some(started_at + number % 7 * MINUTE);
    let error = (status == "faulted").then(|| pick(&["timeout", "communication"], 6));
    sqlx::query(
        "INSERT INTO jobs (job_name, workflow_id, workflow_name, namespace, revision, digest, status, started_by, started_at,
                           ended_at, dry_run, input, error, error_type, error_title, tasks_total)
         VALUES (?, ?, ?, ?, 1, 'd', ?, ?, ?, ?, ?, '{}', ?, ?, ?, 1)",
    )
    .bind(format!("job-{number}"))
    .bind(pick(&["w1", "w2", "w3", "w4"], 3))
    .bind(pick(&["failover", "failback", "drill", "verify"], 3))
    .bind(pick(&["default", "east"], 5))
    .bind(status)
    .bind(pick(&["alice", "bob", "Álvaro"], 4))
    .bind(started_at)
    .bind(ended_at)
    .bind(number % 5 == 0)
    .bind(error.as_ref().map(|_| "{}"))
    .bind(error.clone())
    .bind(error)
    .execute(connection)
    .await
    .unwrap();
}

/// What reading the whole table finds.
async fn read_all(connection: &mut SqliteConnection, asked: &HistoryQuery) -> Vec<String> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT job_name FROM jobs WHERE ");
    push_conditions(&mut query, &conditions(&asked.filters).unwrap(), clock::now());
    push_order(&mut query, sources::keys(asked.sort), asked.descending);
    query.build_query_scalar().fetch_all(connection).await.unwrap()
}

fn names(jobs: Vec<(i64, Job)>) -> Vec<String> {
    jobs.into_iter().map(|(_, job)| job.job_name).collect()
}

async fn check(runs: &Runs, asked: &HistoryQuery) {
    let mut connection = runs.database.read().acquire().await.unwrap();
    let expected = read_all(&mut connection, asked).await;
    let (page, _) = answer(&mut connection, asked, SMALL).await.unwrap();
    assert_eq!(page.total as usize, expected.len(), "pages by number count exactly: {asked:?}");
    // Forth, by cursors, however often the search stops on its way.
    let mut asked = HistoryQuery { place: Place::Cursor(String::new()), ..asked.clone() };
    let (mut found, mut last) = (Vec::new(), None);
    for _ in 0..200 {
        let (page, jobs) = answer(&mut connection, &asked, SMALL).await.unwrap();
        if page.total_is.is_none() {
            assert_eq!(page.total as usize, expected.len(), "{asked:?}");
        } else {
            assert!(page.total as usize <= expected.len());
        }
        found.extend(names(jobs));
        let Some(next) = page.next.clone() else {
            last = page.previous.clone();
            break;
        };
        last = page.here.clone().or(last);
        asked.place = Place::Cursor(next);
    }
    assert_eq!(found, expected, "{asked:?}");
    // And back again.
    let Some(mut previous) = last else { return };
    let mut back: Vec<String> = Vec::new();
    for _ in 0..200 {
        asked.place = Place::Cursor(previous);
        let (page, jobs) = answer(&mut connection, &asked, SMALL).await.unwrap();
        back.splice(0..0, names(jobs));
        match page.previous {
            Some(text) => previous = text,
            None => break,
        }
    }
    assert!(expected.starts_with(&back), "{asked:?}: {back:?} of {expected:?}");
}

fn filter(property: &str, operator: &str, operand: &str) -> Filter {
    let element = FilterProperty {
        property_name: property.to_owned(),
        operator: operator.to_owned(),
        operand: operand.to_owned(),
    };
    Filter::parse(&element).unwrap()
}

fn some_filters() -> Vec<Filter> {
    [
        ("status", "in", "faulted,running"),
        ("status", "eq", "completed"),
        ("status", "ne", "completed"),
        ("workflow_id", "eq", "w1"),
        ("workflow_name", "like", "fail"),
        ("job_name", "like", "1"),
        ("job_name", "eq", "job-7"),
        ("started_by", "eq", "Álvaro"),
        ("started_by", "like", "o"),
        ("started_by", "ne", "bob"),
        ("namespace", "eq", "east"),
        ("started_at", "ge", "2026-11-23T00:05:00Z"),
        ("started_at", "lt", "2026-11-23T00:20:00Z"),
        ("started_at", "between", "2026-11-23T00:02:00Z,2026-11-23T00:12:00Z"),
        ("ended_at", "is_null", ""),
        ("ended_at", "gt", "2026-11-23T00:09:00Z"),
        ("ended_at", "le", "2026-11-23T00:19:00Z"),
        ("duration", "ge", "120"),
        ("duration", "lt", "180"),
        ("duration", "eq", "60"),
        ("duration", "between", "60,240"),
        ("error", "not_null", ""),
        ("error", "is_null", ""),
        ("error", "like", "time"),
        ("error", "ne", "timeout"),
        ("dry_run", "eq", "true"),
        ("dry_run", "ne", "true"),
    ]
    .map(|(property, operator, operand)| filter(property, operator, operand))
    .to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn every_search_finds_what_reading_everything_finds(
        filters in subsequence(some_filters(), 0..3),
        sort in select(Sort::ALL.to_vec()),
        descending: bool,
        page_size in 1_u32..9,
    ) {
        static RUNS: std::sync::OnceLock<(tokio::runtime::Runtime, Runs)> = std::sync::OnceLock::new();
        let (runtime, runs) = RUNS.get_or_init(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let runs = runtime.block_on(Runs::new(60));
            (runtime, runs)
        });
        let asked = HistoryQuery { sort, descending, ..HistoryQuery::page(&filters, 1, page_size) };
        runtime.block_on(check(runs, &asked));
    }

    #[test]
    fn the_histogram_counts_what_the_search_finds(
        filters in subsequence(some_filters(), 0..3),
        parts in 1_u32..40,
    ) {
        static RUNS: std::sync::OnceLock<(tokio::runtime::Runtime, Runs)> = std::sync::OnceLock::new();
        let (runtime, runs) = RUNS.get_or_init(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let runs = runtime.block_on(Runs::new(60));
            (runtime, runs)
        });
        runtime.block_on(async {
            let mut connection = runs.database.read().acquire().await.unwrap();
            let asked = HistoryQuery { histogram: Some(parts), ..HistoryQuery::page(&filters, 1, 5) };
            let expected = read_all(&mut connection, &asked).await.len() as u64;
            let (page, _) = answer(&mut connection, &asked, SMALL).await.unwrap();
            let histogram = page.histogram.unwrap();
            assert_eq!(histogram.buckets.len(), parts as usize);
            let counted: u64 = histogram.buckets.iter().map(|bucket| bucket.runs).sum();
            if histogram.searched_to.is_some() { assert!(counted <= expected) } else { assert_eq!(counted, expected, "{filters:?}") }
            assert!(histogram.buckets.iter().all(|bucket| bucket.faulted.is_none_or(|faulted| faulted <= bucket.runs)));
        });
    }
}

#[tokio::test]
async fn a_page_stays_while_new_runs_arrive_and_says_how_many() {
    let runs = Runs::new(30).await;
    let mut connection = runs.database.read().acquire().await.unwrap();
    let mut asked = HistoryQuery { place: Place::Cursor(String::new()), ..HistoryQuery::page(&[], 1, 5) };
    let (page, first) = answer(&mut connection, &asked, SMALL).await.unwrap();
    drop(connection);
    let first = names(first);
    assert_eq!(first, ["job-29", "job-28", "job-27", "job-26", "job-25"]);
    let mut transaction = runs.database.begin().await.unwrap();
    for number in 30..33 {
        insert(&mut transaction, number).await;
    }
    transaction.commit().await.unwrap();
    let mut connection = runs.database.read().acquire().await.unwrap();
    asked.place = Place::Cursor(page.here.unwrap());
    let (again, jobs) = answer(&mut connection, &asked, SMALL).await.unwrap();
    assert_eq!((names(jobs), again.before), (first, Some(3)));
    asked.place = Place::Cursor(page.next.unwrap());
    let (_, second) = answer(&mut connection, &asked, SMALL).await.unwrap();
    assert_eq!(
        names(second),
        ["job-24", "job-23", "job-22", "job-21", "job-20"],
        "nothing twice, nothing left out"
    );
}

#[tokio::test]
async fn a_cursor_of_another_order_is_refused() {
    let runs = Runs::new(3).await;
    let mut connection = runs.database.read().acquire().await.unwrap();
    let mut asked = HistoryQuery { place: Place::Cursor(String::new()), ..HistoryQuery::page(&[], 1, 1) };
    let (page, _) = answer(&mut connection, &asked, SMALL).await.unwrap();
    asked.place = Place::Cursor(page.next.unwrap());
    asked.sort = Sort::JobName;
    assert_eq!(answer(&mut connection, &asked, SMALL).await.unwrap_err().http_status(), 400);
}
