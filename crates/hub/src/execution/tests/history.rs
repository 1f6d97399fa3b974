//! The history: every filter finds what it says, and nothing else.

use flow::engine::{JobRecord, TaskStatus, Timestamp};
use serde_json::Value;
use wire::history::{Filter, FilterProperty};

use super::Bench;
use crate::clock;
use crate::execution::faults;
use crate::execution::history::HistoryQuery;
use crate::execution::plan::{NewJob, Write};
use crate::execution::projection::SqliteProjection;
use crate::execution::seams::Projection;

/// Property, operator, operand.
type Element = (&'static str, &'static str, &'static str);

const HOUR: i64 = 3_600_000;
/// 2026-11-23T03:00:00Z.
const MORNING: i64 = 1_795_402_800_000;

/// Four jobs: a-1 completed in 90 s, a-2 faulted, b-1 still running since an hour, b-2 a dry run that was cancelled.
async fn projection() -> (Bench, SqliteProjection) {
    let bench = Bench::new().await;
    let jobs = [
        (1, "a", MORNING, Some(90_000), TaskStatus::Completed, "alice"),
        (2, "a", MORNING + HOUR, Some(5_000), TaskStatus::Faulted, "bob"),
        (3, "b", clock::now() - HOUR, None, TaskStatus::Running, "alice"),
        (4, "b", MORNING + 2 * HOUR, Some(0), TaskStatus::Cancelled, "Álvaro"),
    ];
    for (job, workflow, start, took, status, by) in jobs {
        let new = NewJob {
            job_name: format!("{workflow}-{job}"),
            workflow_id: format!("id-{workflow}"),
            workflow_name: format!("{workflow}_flow"),
            namespace: "default".to_owned(),
            revision: 1,
            digest: "d".to_owned(),
            started_by: by.to_owned(),
            started_at: Timestamp(start),
            chain: 0,
            dry_run: job == 4,
            reason: None,
            stages: None,
            input: "{}".to_owned(),
            private: "[]".to_owned(),
            tasks_total: 1,
        };
        let record = JobRecord {
            status,
            started_at: Timestamp(start),
            ended_at: took.map(|took| Timestamp(start + took)),
            output: Value::Null,
            error: (status == TaskStatus::Faulted).then(|| faults::communication(503, "db-7 answered 503")),
            paths_not_taken: Vec::new(),
        };
        let definition = Write::Definition { digest: "d".to_owned(), definition: "{}".to_owned() };
        let writes = vec![definition, Write::NewJob(Box::new(new)), Write::Job(Box::new(record))];
        bench.committer.commit(job, writes).await.unwrap();
    }
    let projection = SqliteProjection::new(bench.database.clone());
    (bench, projection)
}

async fn names(projection: &SqliteProjection, filters: &[Element]) -> Vec<String> {
    let filters: Vec<Filter> = filters
        .iter()
        .map(|(property, operator, operand)| {
            Filter::parse(&FilterProperty {
                operator: (*operator).to_owned(),
                property_name: (*property).to_owned(),
                operand: (*operand).to_owned(),
            })
            .unwrap()
        })
        .collect();
    let page = projection.history(&HistoryQuery::page(&filters, 1, 20)).await.unwrap();
    assert_eq!(page.total as usize, page.items.len());
    page.items.into_iter().map(|job| job.job_name).collect()
}

#[tokio::test]
async fn every_filter_finds_what_it_says() {
    let (_bench, projection) = projection().await;
    let cases: &[(&[Element], &[&str])] = &[
        (&[], &["b-3", "b-4", "a-2", "a-1"]),
        (&[("status", "in", "faulted, cancelled")], &["b-4", "a-2"]),
        (&[("status", "ne", "completed"), ("workflow_id", "=", "id-a")], &["a-2"]),
        (&[("job_name", "like", "A-")], &["a-2", "a-1"]),
        (&[("job_name", "like", "%-1")], &["a-1"]),
        (&[("workflow_name", "like", "b_f")], &["b-3", "b-4"]),
        (&[("workflow_name", "like", "bxf")], &[]),
        (&[("started_by", "eq", "alice")], &["b-3", "a-1"]),
        (&[("error", "like", "DB-7")], &["a-2"]),
        (&[("error", "eq", "Communication Error")], &["a-2"]),
        (&[("error", "like", "errors/communication")], &["a-2"]),
        (&[("error", "ne", "Communication Error")], &["b-3", "b-4", "a-1"]),
        (&[("error", "is_null", "")], &["b-3", "b-4", "a-1"]),
        (&[("error", "not_null", "")], &["a-2"]),
        (&[("ended_at", "is_null", "")], &["b-3"]),
        (
            &[("started_at", "between", "2026-11-23T11:30:00+08:00,2026-11-23T13:00:00+08:00")],
            &["b-4", "a-2"],
        ),
        (&[("started_at", "lt", "2026-11-23T04:00:00Z")], &["a-1"]),
        (&[("duration", "ge", "90")], &["b-3", "a-1"]),
        (&[("duration", "eq", "90")], &["a-1"]),
        (&[("duration", "gt", "3500"), ("duration", "lt", "3700")], &["b-3"]),
        (&[("dry_run", "eq", "true")], &["b-4"]),
        (&[("dry_run", "ne", "true"), ("namespace", "eq", "default")], &["b-3", "a-2", "a-1"]),
    ];
    for (filters, expected) in cases {
        // The running job of this test began an hour ago; the others in November 2026, whenever the test runs.
        let mut found = names(&projection, filters).await;
        let mut expected: Vec<String> = expected.iter().map(|name| (*name).to_owned()).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{filters:?}");
    }
}

#[tokio::test]
async fn pages_come_newest_first_and_one_past_the_end_is_empty() {
    let (_bench, projection) = projection().await;
    let filter = Filter::parse(&FilterProperty {
        operator: "not_null".to_owned(),
        property_name: "ended_at".to_owned(),
        operand: String::new(),
    })
    .unwrap();
    let page = |page_no| {
        let (projection, filter) = (projection.clone(), filter.clone());
        async move { projection.history(&HistoryQuery::page(&[filter], page_no, 2)).await.unwrap() }
    };
    let first: Vec<_> = page(1).await.items.into_iter().map(|job| job.job_name).collect();
    let second: Vec<_> = page(2).await.items.into_iter().map(|job| job.job_name).collect();
    assert_eq!((first, second), (vec!["b-4".into(), "a-2".into()], vec!["a-1".to_owned()]));
    let third = page(3).await;
    assert_eq!((third.items.len(), third.total), (0, 3));
}

#[tokio::test]
async fn a_workflow_knows_its_last_job_and_what_is_under_way() {
    let (_bench, projection) = projection().await;
    let workflows = ["id-a".to_owned(), "id-b".to_owned(), "id-none".to_owned()];
    let last = projection.last_jobs(&workflows).await.unwrap();
    assert_eq!(last["id-a"].job_name, "a-2");
    assert_eq!(last.len(), 2);
    for (workflow, job) in &last {
        let same = projection.last_in_status(&job.status).await.unwrap();
        assert!(
            same.contains(workflow) && same.iter().all(|other| last[other].status == job.status),
            "{same:?}"
        );
    }
    assert_eq!(projection.running_jobs(&workflows).await.unwrap(), ["b-3"]);
    assert_eq!(projection.running_jobs(&[]).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_job_of_another_workflow_is_not_found() {
    let (_bench, projection) = projection().await;
    assert_eq!(projection.status("id-a", "a-1", true).await.unwrap().workflow_def.as_deref(), Some("{}"));
    assert_eq!(projection.status("id-b", "a-1", false).await.unwrap_err().http_status(), 404);
}
