//! Which tasks of a job are shown, and with which of their values: an answer stays an answer, also of a loop of a hundred
//! thousand iterations and of values of many megabytes.

use std::collections::BTreeSet;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// How many tasks are shown at most, apart from the newest instance of each task of the definition.
const MOST_TASKS: i64 = 2_000;
/// How many bytes of inputs and outputs are shown at most, the smallest first.
const MOST_BYTES: i64 = 4 * 1024 * 1024;
/// Of a task so many attempts before the last one are shown, and kept.
pub(in crate::execution) const MOST_EARLIER: i64 = 20;

/// The numbers of the tasks to show, and how many are not. None are chosen where all are shown.
pub(super) async fn shown(
    snapshot: &mut SqliteConnection,
    job: i64,
) -> sqlx::Result<(Option<BTreeSet<i64>>, u64)> {
    let total: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tasks WHERE job = ?")
        .bind(job)
        .fetch_one(&mut *snapshot)
        .await?;
    if total <= MOST_TASKS {
        return Ok((None, 0));
    }
    // Steps through the index from place to place: a loop's many instances are not read for it.
    let newest: Vec<i64> = sqlx::query_scalar(
        "WITH RECURSIVE places (place) AS (
             SELECT MIN(place) FROM tasks WHERE job = ?1
             UNION ALL
             SELECT (SELECT MIN(place) FROM tasks WHERE job = ?1 AND tasks.place > places.place)
             FROM places WHERE places.place IS NOT NULL
         )
         SELECT (SELECT MAX(task) FROM tasks WHERE job = ?1 AND tasks.place = places.place)
         FROM places WHERE places.place IS NOT NULL",
    )
    .bind(job)
    .fetch_all(&mut *snapshot)
    .await?;
    let open: Vec<i64> = sqlx::query_scalar(
        "SELECT task FROM tasks INDEXED BY tasks_open
         WHERE job = ? AND status IN ('pending', 'running', 'waiting', 'suspended', 'faulted')
         ORDER BY status = 'faulted' DESC, waiting IS NOT NULL DESC, task LIMIT ?",
    )
    .bind(job)
    .bind(MOST_TASKS)
    .fetch_all(&mut *snapshot)
    .await?;
    let last: Vec<i64> =
        sqlx::query_scalar("SELECT task FROM tasks WHERE job = ? ORDER BY task DESC LIMIT ?")
            .bind(job)
            .bind(MOST_TASKS)
            .fetch_all(&mut *snapshot)
            .await?;
    let mut shown: BTreeSet<i64> = newest.into_iter().collect();
    let most = shown.len().max(usize::try_from(MOST_TASKS).unwrap_or_default());
    for task in open.into_iter().chain(last) {
        if shown.len() >= most {
            break;
        }
        shown.insert(task);
    }
    let omitted = total.unsigned_abs().saturating_sub(shown.len() as u64);
    Ok((Some(shown), omitted))
}

/// The attempts before the last ones of the tasks that have any, with the number of their task, oldest first.
pub(super) async fn earlier(snapshot: &mut SqliteConnection, job: i64) -> sqlx::Result<Vec<SqliteRow>> {
    sqlx::query(
        "WITH sized AS (
             SELECT attempts.*, inputs.value AS input_value, outputs.value AS output_value,
                    COALESCE(octet_length(inputs.value), octet_length(input))
                        + COALESCE(octet_length(outputs.value), octet_length(output)) AS size,
                    ROW_NUMBER() OVER (PARTITION BY task ORDER BY attempt DESC) AS back
             FROM attempts
             LEFT JOIN task_values AS inputs ON inputs.job = attempts.job AND inputs.number = input_number
             LEFT JOIN task_values AS outputs ON outputs.job = attempts.job AND outputs.number = output_number
             WHERE attempts.job = ?1
             ORDER BY task DESC LIMIT ?2
         ), chosen AS (SELECT *, SUM(size) OVER (ORDER BY size, task, attempt) > ?3 AS values_omitted FROM sized)
         SELECT task, attempt, status, started_at, ended_at, error, values_omitted,
                CASE WHEN values_omitted THEN 'null' ELSE COALESCE(input_value, input) END AS input,
                CASE WHEN values_omitted THEN 'null' ELSE COALESCE(output_value, output) END AS output
         FROM chosen WHERE back <= ?4 ORDER BY task, attempt",
    )
    .bind(job)
    .bind(MOST_TASKS)
    .bind(MOST_BYTES / 4)
    .bind(MOST_EARLIER)
    .fetch_all(snapshot)
    .await
}

/// The rows of these tasks, or of all, in document order.
pub(super) async fn read(
    snapshot: &mut SqliteConnection,
    job: i64,
    shown: &Option<BTreeSet<i64>>,
) -> sqlx::Result<Vec<SqliteRow>> {
    let chosen = shown.as_ref().map(|shown| serde_json::Value::from_iter(shown.iter().copied()).to_string());
    // A value's length is known without reading it.
    let mut query = QueryBuilder::<Sqlite>::new(
        "WITH sized AS (
             SELECT tasks.*, inputs.value AS input_value, outputs.value AS output_value,
                    COALESCE(octet_length(inputs.value), octet_length(input))
                        + COALESCE(octet_length(outputs.value), octet_length(output)) AS size
             FROM tasks
             LEFT JOIN task_values AS inputs ON inputs.job = tasks.job AND inputs.number = input_number
             LEFT JOIN task_values AS outputs ON outputs.job = tasks.job AND outputs.number = output_number
             WHERE tasks.job = ",
    );
    query.push_bind(job);
    if let Some(chosen) = chosen {
        query.push(" AND task IN (SELECT value FROM json_each(").push_bind(chosen).push("))");
    }
    query
        .push("), chosen AS (SELECT *, SUM(size) OVER (ORDER BY size, place, task) > ")
        .push_bind(MOST_BYTES)
        .push(
            " AS values_omitted FROM sized)
             SELECT task, pointer, name, kind, function, status, attempt, started_at, ended_at, iteration, error,
                    waiting, values_omitted,
                    CASE WHEN values_omitted THEN 'null' ELSE COALESCE(input_value, input) END AS input,
                    CASE WHEN values_omitted THEN 'null' ELSE COALESCE(output_value, output) END AS output,
                    (SELECT COALESCE(MAX(line) + 1, 0) FROM log_lines
                     WHERE log_lines.job = chosen.job AND log_lines.state = pointer) AS log_lines,
                    (SELECT json_object('job_name', job_name, 'workflow_id', workflow_id)
                     FROM sub_runs JOIN jobs ON id = child
                     WHERE parent = chosen.job AND sub_runs.task = chosen.task
                           AND sub_runs.attempt = chosen.attempt) AS sub_job
             FROM chosen ORDER BY place, task",
        );
    query.build().fetch_all(snapshot).await
}
