//! What jobs wait for, as lists show it: an answer stays an answer where a run waits at thousands of gates.

use std::collections::HashMap;

use flow::engine::{TaskId, Waiting};
use serde_json::json;
use sqlx::{Row, SqliteConnection};
use wire::Job;
use wire::job::WaitingTask;

use crate::clock;
use crate::execution::naming::task_id;
use crate::execution::rows::optional_json;

/// How many tasks of one job are shown as waiting at most; those for a person come first.
const MOST_SHOWN: usize = 100;
/// How many of a job's waiting tasks are looked at for those that wait for a person, from the oldest on.
const MOST_LOOKED_AT: i64 = 500;

/// Fills in what the jobs wait for, oldest first, as of the moment at which the jobs were read.
pub(super) async fn fill(snapshot: &mut SqliteConnection, jobs: &mut [(i64, Job)]) -> sqlx::Result<()> {
    let live = jobs.iter().filter(|(_, job)| !job.status.is_final()).map(|(number, _)| *number);
    let live: Vec<i64> = live.collect();
    if live.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(
        "SELECT shown.job, shown.task, shown.name, shown.waiting
         FROM json_each(?1) AS wanted
         JOIN tasks AS shown ON shown.job = wanted.value AND shown.task IN (
             SELECT task FROM (
                 SELECT task, waiting ->> '$.kind' AS kind FROM tasks INDEXED BY tasks_waiting
                 WHERE job = wanted.value AND waiting IS NOT NULL ORDER BY task LIMIT ?2
             ) ORDER BY kind = 'approval' DESC, task LIMIT ?3
         )
         ORDER BY shown.job, shown.task",
    )
    .bind(json!(live).to_string())
    .bind(MOST_LOOKED_AT)
    .bind(i64::try_from(MOST_SHOWN).unwrap_or(i64::MAX))
    .fetch_all(&mut *snapshot)
    .await?;
    let mut waiting: HashMap<i64, Vec<(i64, String, Waiting)>> = HashMap::new();
    for row in rows {
        if let Some(state) = optional_json(row.try_get("waiting")?) {
            let entry = (row.try_get("task")?, row.try_get("name")?, state);
            waiting.entry(row.try_get("job")?).or_default().push(entry);
        }
    }
    for (number, job) in jobs {
        let found = waiting.remove(number).unwrap_or_default();
        if found.len() >= MOST_SHOWN {
            let all: i64 =
                sqlx::query_scalar("SELECT COUNT(*) FROM tasks WHERE job = ? AND waiting IS NOT NULL")
                    .bind(*number)
                    .fetch_one(&mut *snapshot)
                    .await?;
            job.waiting_omitted = all.unsigned_abs().saturating_sub(found.len() as u64);
        }
        job.waiting = found
            .into_iter()
            .map(|(task, name, state)| {
                let (kind, since) = match state {
                    Waiting::Approval(approval) => ("approval", approval.since),
                    Waiting::Time { since, .. } => ("time", since),
                    Waiting::Retry { since, .. } => ("retry", since),
                    Waiting::Event { since, .. } => ("event", since),
                };
                WaitingTask {
                    task_id: task_id(&job.job_name, TaskId(task.unsigned_abs())),
                    name,
                    kind: kind.to_owned(),
                    since: clock::rfc3339(since.0),
                }
            })
            .collect();
    }
    Ok(())
}
