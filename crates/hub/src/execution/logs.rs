//! The logs of jobs, read a window at a time. A line's offset is its number in its state's log, given once.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use wire::Status;
use wire::log::{Level, LogLine, LogPage, LogQuery, SortOrder};

use super::naming::task_id;
use super::rows;
use super::seams::LogStore;
use crate::clock;
use crate::database::Database;
use crate::error::HubError;
use flow::engine::TaskId;

/// The state that stands for the whole job, in time order.
const WHOLE_JOB: &str = "-";
const LARGEST_PAGE: u32 = 10_000;

/// The logs in SQLite.
#[derive(Clone, Debug)]
pub(super) struct SqliteLogs {
    database: Database,
}

impl SqliteLogs {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }

    /// Lines of a job, and its number.
    pub(super) async fn numbered(
        &self,
        job_name: &str,
        state_id: &str,
        query: &LogQuery,
    ) -> Result<(i64, LogPage), HubError> {
        let window = Window::read(query)?;
        let mut snapshot = self.database.read().begin().await?;
        let (job, status): (i64, String) = sqlx::query_as("SELECT id, status FROM jobs WHERE job_name = ?")
            .bind(job_name)
            .fetch_optional(&mut *snapshot)
            .await?
            .ok_or_else(|| rows::unknown_job(job_name))?;
        let whole = state_id == WHOLE_JOB;
        let total: i64 = if whole {
            sqlx::query_scalar("SELECT COALESCE(MAX(position) + 1, 0) FROM log_lines WHERE job = ?").bind(job)
        } else {
            sqlx::query_scalar("SELECT COALESCE(MAX(line) + 1, 0) FROM log_lines WHERE job = ? AND state = ?")
                .bind(job)
                .bind(state_id)
        }
        .fetch_one(&mut *snapshot)
        .await?;
        let end = window.end.unwrap_or(total).min(total);
        let start = window.start.min(end);
        let found = sqlx::query(sqlx::AssertSqlSafe(statement(whole, window.order, window.lowest)))
            .bind(job)
            .bind(if whole { None } else { Some(state_id) })
            .bind(start)
            .bind(end)
            .bind(window.lowest as i64)
            .bind(i64::from(window.size))
            .fetch_all(&mut *snapshot)
            .await?;
        snapshot.commit().await?;
        let lines: Vec<LogLine> = found.iter().map(|row| line(row, job_name)).collect::<sqlx::Result<_>>()?;
        let is_final = Status::from(status.as_str()).is_final();
        Ok((job, page(lines, &window, (start, end), is_final)))
    }
}

#[async_trait]
impl LogStore for SqliteLogs {
    async fn log(&self, job_name: &str, state_id: &str, query: &LogQuery) -> Result<LogPage, HubError> {
        self.numbered(job_name, state_id, query).await.map(|(_, page)| page)
    }
}

/// What a query asks for, its numbers read.
#[derive(Clone, Copy, Debug)]
struct Window {
    start: i64,
    /// Exclusive; none is the end.
    end: Option<i64>,
    size: u32,
    order: SortOrder,
    lowest: Level,
}

impl Window {
    fn read(query: &LogQuery) -> Result<Self, HubError> {
        if !(1..=LARGEST_PAGE).contains(&query.size) {
            return Err(HubError::bad_request(
                format!("size is a number from 1 to {LARGEST_PAGE}, not {}", query.size),
                format!("size 须为 1 到 {LARGEST_PAGE} 的整数，而不是 {}", query.size),
            ));
        }
        let end = offset("end_offset", &query.end_offset)?;
        Ok(Self {
            start: offset("start_offset", &query.start_offset)?,
            end: (end != 0).then_some(end),
            size: query.size,
            order: query.sort,
            lowest: if query.filter { query.level } else { Level::Debug },
        })
    }
}

fn offset(name: &str, text: &str) -> Result<i64, HubError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or_else(|| {
        HubError::bad_request(
            format!("{name} is the number of a line, from 0, not {text:?}"),
            format!("{name} 须为从 0 开始的行号，而不是 {text:?}"),
        )
    })
}

/// Few lines reach the upper levels, and an index holds these and no others: one error among a million lines is found
/// without reading the million. SQLite reads it only where the text of the statement names level and index.
fn statement(whole: bool, order: SortOrder, lowest: Level) -> String {
    let (number, state, of) =
        if whole { ("position", "?2 IS NULL", "job") } else { ("line", "state = ?2", "state") };
    let (index, level) = match lowest {
        Level::Error => (format!("INDEXED BY log_errors_of_{of}"), "level >= 3 AND level >= ?5"),
        Level::Warn => (format!("INDEXED BY log_warnings_of_{of}"), "level >= 2 AND level >= ?5"),
        Level::Debug | Level::Info => (String::new(), "level >= ?5"),
    };
    let direction = match order {
        SortOrder::Asc => "ASC",
        SortOrder::Desc => "DESC",
    };
    format!(
        "SELECT {number} AS number, at, level, task, attempt, message FROM log_lines {index}
         WHERE job = ?1 AND {state} AND {number} >= ?3 AND {number} < ?4 AND {level}
         ORDER BY {number} {direction} LIMIT ?6"
    )
}

fn line(row: &SqliteRow, job_name: &str) -> sqlx::Result<LogLine> {
    let level: i64 = row.try_get("level")?;
    let task: Option<i64> = row.try_get("task")?;
    Ok(LogLine {
        offset: row.try_get::<i64, _>("number")?.unsigned_abs(),
        time: clock::rfc3339(row.try_get("at")?),
        level: Level::ALL.into_iter().find(|known| *known as i64 == level).unwrap_or(Level::Error),
        task_id: task.map(|task| task_id(job_name, TaskId(task.unsigned_abs()))),
        attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(u32::MAX),
        message: row.try_get("message")?,
    })
}

/// Lines that a filter left out count as looked at: reading on never meets them again.
fn page(lines: Vec<LogLine>, window: &Window, (start, end): (i64, i64), is_final: bool) -> LogPage {
    let (mut start, mut end) = (start.unsigned_abs(), end.unsigned_abs());
    let is_full = lines.len() == window.size as usize;
    if let (true, Some(last)) = (is_full, lines.last()) {
        match window.order {
            SortOrder::Asc => end = last.offset + 1,
            SortOrder::Desc => start = last.offset,
        }
    }
    let next_offset = match window.order {
        SortOrder::Asc => end,
        SortOrder::Desc => start,
    };
    LogPage { lines, start_offset: start, end_offset: end, next_offset, complete: is_final }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// Which index SQLite reads for a question.
    async fn plan(database: &Database, whole: bool, order: SortOrder, lowest: Level) -> String {
        let explained = format!("EXPLAIN QUERY PLAN {}", statement(whole, order, lowest));
        let rows = sqlx::query(sqlx::AssertSqlSafe(explained))
            .bind(1_i64)
            .bind(if whole { None } else { Some("/do/0/a") })
            .bind(0_i64)
            .bind(1_000_000_i64)
            .bind(lowest as i64)
            .bind(10_i64)
            .fetch_all(database.read())
            .await
            .unwrap();
        rows.iter().map(|row| row.try_get::<String, _>("detail").unwrap()).collect::<Vec<_>>().join("; ")
    }

    #[tokio::test]
    async fn no_question_for_lines_sorts_or_reads_a_whole_log() {
        let folder = TempDir::new().unwrap();
        let database = Database::open(folder.path()).await.unwrap();
        for order in [SortOrder::Asc, SortOrder::Desc] {
            for (whole, lowest, index) in [
                (true, Level::Debug, "log_lines_of_job (job=? AND position"),
                (true, Level::Warn, "log_warnings_of_job (job=? AND position"),
                (true, Level::Error, "log_errors_of_job (job=? AND position"),
                (false, Level::Debug, "PRIMARY KEY (job=? AND state=? AND line"),
                (false, Level::Warn, "log_warnings_of_state (job=? AND state=? AND line"),
                (false, Level::Error, "log_errors_of_state (job=? AND state=? AND line"),
            ] {
                let plan = plan(&database, whole, order, lowest).await;
                assert!(
                    plan.contains(index) && !plan.contains("TEMP B-TREE"),
                    "{lowest:?} {order:?}: {plan}"
                );
            }
        }
    }
}
