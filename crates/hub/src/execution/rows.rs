//! Reads the rows of the projections as the API's shapes.

use flow::engine::{Given, TaskId, TaskStatus, Waiting as EngineWaiting, WorkflowError};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use wire::job::{Act, Approval, Attempt, ParentTask, TaskError, Waiting};
use wire::{Job, Status, Task};

use super::naming::task_id;
use super::runner::plugin_name;
use crate::clock;
use crate::error::HubError;

/// The columns of `jobs` that [`job`] reads.
pub(super) const JOB_COLUMNS: &str = "id, job_name, workflow_id, workflow_name, status, started_by, started_at, ended_at, \
                                      dry_run, tasks_total, tasks_done, error";

pub(super) fn unknown_job(job_name: &str) -> HubError {
    HubError::not_found(
        format!("job_name: there is no job {job_name}"),
        format!("job_name：作业 {job_name} 不存在"),
    )
}

pub(super) fn unknown_task(task: &str) -> HubError {
    HubError::not_found(format!("task_id: there is no task {task}"), format!("task_id：任务 {task} 不存在"))
}

/// A job without what it waits for, with its number.
pub(super) fn job(row: &SqliteRow) -> sqlx::Result<(i64, Job)> {
    let job = Job {
        job_name: row.try_get("job_name")?,
        workflow_id: row.try_get("workflow_id")?,
        workflow_name: row.try_get("workflow_name")?,
        status: Status::from(row.try_get::<String, _>("status")?.as_str()),
        started_by: row.try_get("started_by")?,
        started_at: clock::rfc3339(row.try_get("started_at")?),
        ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(clock::rfc3339),
        dry_run: row.try_get("dry_run")?,
        waiting: Vec::new(),
        waiting_omitted: 0,
        tasks_total: row.try_get::<i64, _>("tasks_total")?.unsigned_abs(),
        tasks_done: row.try_get::<i64, _>("tasks_done")?.unsigned_abs(),
        error: optional_json(row.try_get("error")?).map(task_error),
        parent: None,
    };
    Ok((row.try_get("id")?, job))
}

/// Fills in the tasks that the jobs are of.
pub(super) async fn fill_parents(
    snapshot: &mut SqliteConnection,
    jobs: &mut [(i64, Job)],
) -> sqlx::Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let numbers: Vec<i64> = jobs.iter().map(|(number, _)| *number).collect();
    let rows = sqlx::query(
        "SELECT child, task, job_name, workflow_id FROM sub_runs JOIN jobs ON id = parent
         WHERE child IN (SELECT value FROM json_each(?))",
    )
    .bind(serde_json::json!(numbers).to_string())
    .fetch_all(snapshot)
    .await?;
    for row in rows {
        let child: i64 = row.try_get("child")?;
        if let Some((_, job)) = jobs.iter_mut().find(|(number, _)| *number == child) {
            let job_name: String = row.try_get("job_name")?;
            let task: i64 = row.try_get("task")?;
            job.parent = Some(ParentTask {
                task_id: task_id(&job_name, TaskId(task.unsigned_abs())),
                workflow_id: row.try_get("workflow_id")?,
                job_name,
            });
        }
    }
    Ok(())
}

pub(super) fn task(row: &SqliteRow, job_name: &str, digest: &str) -> sqlx::Result<Task> {
    let pointer: String = row.try_get("pointer")?;
    let number: i64 = row.try_get("task")?;
    let function: Option<String> = row.try_get("function")?;
    let time = |name: &str| row.try_get::<Option<i64>, _>(name).map(|time| time.map(clock::rfc3339));
    Ok(Task {
        task_id: task_id(job_name, TaskId(number.unsigned_abs())),
        state_id: pointer.clone(),
        pointer,
        name: row.try_get("name")?,
        kind: row.try_get("kind")?,
        plugin: function.as_deref().map(plugin_name).map(str::to_owned),
        status: Status::from(row.try_get::<String, _>("status")?.as_str()),
        attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(u32::MAX),
        started_at: time("started_at")?,
        ended_at: time("ended_at")?,
        iteration: row.try_get::<Option<i64>, _>("iteration")?.map(i64::unsigned_abs),
        input: json(row.try_get("input")?),
        output: json(row.try_get("output")?),
        values_omitted: row.try_get("values_omitted")?,
        error: optional_json(row.try_get("error")?).map(task_error),
        waiting: optional_json(row.try_get("waiting")?).map(|state| waiting(state, digest)),
        log_lines: row.try_get::<i64, _>("log_lines")?.unsigned_abs(),
        sub_job: optional_json(row.try_get("sub_job")?),
        earlier: Vec::new(),
    })
}

/// An attempt before the last one, with the number of its task.
pub(super) fn attempt(row: &SqliteRow) -> sqlx::Result<(i64, Attempt)> {
    let time = |name: &str| row.try_get::<Option<i64>, _>(name).map(|time| time.map(clock::rfc3339));
    let attempt = Attempt {
        attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(u32::MAX),
        status: Status::from(row.try_get::<String, _>("status")?.as_str()),
        started_at: time("started_at")?,
        ended_at: time("ended_at")?,
        input: json(row.try_get("input")?),
        output: json(row.try_get("output")?),
        error: optional_json(row.try_get("error")?).map(task_error),
        values_omitted: row.try_get("values_omitted")?,
    };
    Ok((row.try_get("task")?, attempt))
}

pub(super) fn act(row: &SqliteRow, job_name: &str) -> sqlx::Result<Act> {
    let task: Option<i64> = row.try_get("task")?;
    Ok(Act {
        at: clock::rfc3339(row.try_get("at")?),
        by: row.try_get("by_user")?,
        act: row.try_get("act")?,
        task_id: task.map(|task| task_id(job_name, TaskId(task.unsigned_abs()))),
        task_name: row.try_get("task_name")?,
        attempt: row.try_get("attempt")?,
        comment: row.try_get("comment")?,
    })
}

fn waiting(state: EngineWaiting, digest: &str) -> Waiting {
    match state {
        EngineWaiting::Approval(approval) => Waiting {
            kind: "approval".to_owned(),
            min_approvals: approval.min_approvals.max(1),
            four_eyes: approval.four_eyes,
            approvals: approval.given.into_iter().map(given).collect(),
            message: approval.message,
            approvers: approval.approvers,
            deadline: approval.deadline.map(|time| clock::rfc3339(time.0)),
            since: Some(clock::rfc3339(approval.since.0)),
            definition_digest: Some(digest.to_owned()),
            ..Waiting::default()
        },
        EngineWaiting::Time { since, until } => waiting_until("time", since.0, until.0),
        EngineWaiting::Retry { since, until } => waiting_until("retry", since.0, until.0),
        EngineWaiting::Event { since, types } => Waiting {
            kind: "event".to_owned(),
            message: types.join(", "),
            since: Some(clock::rfc3339(since.0)),
            ..Waiting::default()
        },
    }
}

fn given(given: Given) -> Approval {
    let comment = (!given.comment.is_empty()).then_some(given.comment);
    Approval { by: given.by, at: clock::rfc3339(given.at.0), comment }
}

fn waiting_until(kind: &str, since: i64, until: i64) -> Waiting {
    Waiting {
        kind: kind.to_owned(),
        deadline: Some(clock::rfc3339(until)),
        since: Some(clock::rfc3339(since)),
        ..Waiting::default()
    }
}

fn task_error(error: WorkflowError) -> TaskError {
    let WorkflowError { kind, status, title, detail, instance } = error;
    TaskError { kind, status, title, detail, instance }
}

pub(super) fn task_status(word: &str) -> TaskStatus {
    serde_json::from_value(Value::String(word.to_owned())).unwrap_or(TaskStatus::Running)
}

/// A column that holds JSON. The hub wrote it; what does not read shows as null rather than hiding the row.
pub(super) fn json(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or_default()
}

pub(super) fn optional_json<T: DeserializeOwned>(text: Option<String>) -> Option<T> {
    serde_json::from_str(&text?).ok()
}
