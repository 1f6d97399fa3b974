//! Logs: offsets that never change, windows that say what they looked at.

use flow::engine::{JobRecord, LogLevel, TaskId, TaskStatus, Timestamp};
use serde_json::Value;
use wire::log::{Level, LogPage, LogQuery, SortOrder};

use super::Bench;
use crate::execution::logs::SqliteLogs;
use crate::execution::masking::Masking;
use crate::execution::plan::{LogRow, NewJob, Write};
use crate::execution::seams::LogStore;

/// Lines 0..6 of `/do/0/a`: INFO, DEBUG in turn, an ERROR last; a line of `/do/1/b` in between.
async fn logs(status: TaskStatus) -> (Bench, SqliteLogs) {
    let bench = Bench::new().await;
    let new = NewJob {
        job_name: "drill".to_owned(),
        workflow_id: "w".to_owned(),
        workflow_name: "drill".to_owned(),
        namespace: "default".to_owned(),
        revision: 1,
        digest: "d".to_owned(),
        started_by: "alice".to_owned(),
        started_at: Timestamp(0),
        chain: 0,
        dry_run: false,
        reason: None,
        stages: None,
        input: "{}".to_owned(),
        private: "[]".to_owned(),
        tasks_total: 1,
    };
    let record = JobRecord {
        status,
        started_at: Timestamp(0),
        ended_at: None,
        output: Value::Null,
        error: None,
        paths_not_taken: Vec::new(),
    };
    let definition = Write::Definition { digest: "d".to_owned(), definition: "{}".to_owned() };
    let writes = vec![definition, Write::NewJob(Box::new(new)), Write::Job(Box::new(record))];
    bench.committer.commit(1, writes).await.unwrap();
    let line = |state: &str, number: i64, level| {
        let place = (state.to_owned(), Some(TaskId(1)), 1);
        LogRow::new(&Masking::default(), Timestamp(number), place, level, &format!("line {number}"))
    };
    for number in 0..5 {
        let level = if number % 2 == 0 { LogLevel::Info } else { LogLevel::Debug };
        bench.committer.append(1, line("/do/0/a", number, level));
        if number == 2 {
            bench.committer.append(1, line("/do/1/b", 100, LogLevel::Warn));
        }
    }
    bench.committer.append(1, line("/do/0/a", 5, LogLevel::Error));
    // What is asked for later is committed later.
    bench.committer.commit(1, Vec::new()).await.unwrap();
    let logs = SqliteLogs::new(bench.database.clone());
    (bench, logs)
}

async fn check(state: &str, query: LogQuery) -> LogPage {
    let (_bench, logs) = logs(TaskStatus::Running).await;
    logs.log("drill", state, &query).await.unwrap()
}

fn offsets(page: &LogPage) -> Vec<u64> {
    page.lines.iter().map(|line| line.offset).collect()
}

fn all() -> LogQuery {
    LogQuery { filter: false, ..LogQuery::default() }
}

#[tokio::test]
async fn reading_on_from_next_offset_meets_every_line_once() {
    let (_bench, logs) = logs(TaskStatus::Running).await;
    let mut seen = Vec::new();
    let mut start = 0;
    loop {
        let query = LogQuery { start_offset: start.to_string(), size: 2, ..all() };
        let page = logs.log("drill", "/do/0/a", &query).await.unwrap();
        assert_eq!(page.start_offset, start);
        if page.lines.is_empty() {
            break;
        }
        seen.extend(offsets(&page));
        start = page.next_offset;
    }
    assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn the_level_hides_lines_without_renumbering_them() {
    let page = check("/do/0/a", LogQuery::default()).await;
    assert_eq!((offsets(&page), page.next_offset), (vec![0, 2, 4, 5], 6));
    let page = check("/do/0/a", LogQuery { level: Level::Error, ..LogQuery::default() }).await;
    assert_eq!((offsets(&page), page.start_offset, page.end_offset), (vec![5], 0, 6));
    let page = check("/do/0/a", LogQuery { level: Level::Error, ..all() }).await;
    assert_eq!(offsets(&page).len(), 6);
}

#[tokio::test]
async fn descending_reads_back_from_the_end() {
    let newest = check("/do/0/a", LogQuery { sort: SortOrder::Desc, size: 2, ..all() }).await;
    assert_eq!((offsets(&newest), newest.next_offset, newest.end_offset), (vec![5, 4], 4, 6));
    let before =
        LogQuery { sort: SortOrder::Desc, end_offset: newest.next_offset.to_string(), size: 3, ..all() };
    let page = check("/do/0/a", before).await;
    assert_eq!((offsets(&page), page.next_offset), (vec![3, 2, 1], 1));
}

#[tokio::test]
async fn a_window_is_inclusive_at_its_start_and_exclusive_at_its_end() {
    let page = check("/do/0/a", LogQuery { start_offset: "1".into(), end_offset: "3".into(), ..all() }).await;
    assert_eq!((offsets(&page), page.next_offset), (vec![1, 2], 3));
    let past = check("/do/0/a", LogQuery { start_offset: "60".into(), ..all() }).await;
    assert_eq!((offsets(&past), past.next_offset), (vec![], 6));
}

#[tokio::test]
async fn the_whole_job_comes_in_time_order() {
    let page = check("-", all()).await;
    assert_eq!(offsets(&page), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(page.lines[3].message, "line 100");
    assert_eq!(page.lines[3].task_id.as_deref(), Some("drill.1"));
}

#[tokio::test]
async fn only_the_end_of_the_job_ends_its_logs() {
    for (status, complete) in
        [(TaskStatus::Running, false), (TaskStatus::Faulted, false), (TaskStatus::Completed, true)]
    {
        let (_bench, logs) = logs(status).await;
        let page = logs.log("drill", "/do/9/unknown", &all()).await.unwrap();
        assert_eq!((page.lines.len(), page.complete), (0, complete), "{status:?}");
        assert_eq!(logs.log("other", "-", &all()).await.unwrap_err().http_status(), 404);
    }
}

#[tokio::test]
async fn a_number_that_is_none_is_named() {
    let (_bench, logs) = logs(TaskStatus::Running).await;
    let cases = [
        ("start_offset", LogQuery { start_offset: "-1".into(), ..all() }),
        ("end_offset", LogQuery { end_offset: "x".into(), ..all() }),
        ("size", LogQuery { size: 0, ..all() }),
        ("size", LogQuery { size: 10_001, ..all() }),
    ];
    for (name, query) in cases {
        let error = logs.log("drill", "-", &query).await.unwrap_err();
        assert_eq!(error.http_status(), 400);
        assert!(error.reason.en.starts_with(name), "{error}");
    }
}
