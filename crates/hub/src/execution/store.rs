//! Writes plans into the database: everything that one event changes in one transaction, several jobs' events in one
//! commit where they come at once.
//!
//! The disk is asked to make a commit durable once for all that are waiting: a hundred jobs cost hardly more than one.

use flow::Pointer;
use flow::engine::{Changes, TaskId, TaskStatus, Timestamp};
use sqlx::{Sqlite, SqliteConnection, Transaction};
use tokio::sync::{mpsc, oneshot};

use super::plan::{Kept, LogRow, NewJob, TaskRow, Write, word};
use crate::database::Database;
use crate::events::table::{self as events, EventWrite};
use crate::schedules::table as schedules;

/// How many commits at most share one transaction.
const BATCH: usize = 256;

/// Hands writes to the one task that commits.
#[derive(Clone, Debug)]
pub(super) struct Committer {
    sender: mpsc::UnboundedSender<Commit>,
    /// About how many bytes the commits wrote: all of them, and the largest.
    #[cfg(test)]
    pub(super) written: std::sync::Arc<[std::sync::atomic::AtomicUsize; 2]>,
}

#[derive(Debug)]
struct Commit {
    job: i64,
    writes: Vec<Write>,
    /// None for lines of running calls: nobody waits for those.
    done: Option<oneshot::Sender<Result<(), CommitError>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CommitError {
    /// The event is part of the state already.
    #[error("the event is handled already")]
    Handled,
    #[error("{0}")]
    Database(String),
}

impl From<sqlx::Error> for CommitError {
    fn from(cause: sqlx::Error) -> Self {
        Self::Database(cause.to_string())
    }
}

impl Committer {
    /// Starts the task that commits. It ends when every committer is dropped and what they sent is committed.
    pub(super) fn start(database: Database) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(commit_all(database, receiver));
        Self {
            sender,
            #[cfg(test)]
            written: Default::default(),
        }
    }

    /// Commits the writes of one event; they are durable when this returns.
    pub(super) async fn commit(&self, job: i64, writes: Vec<Write>) -> Result<(), CommitError> {
        #[cfg(test)]
        {
            let bytes = format!("{writes:?}").len();
            self.written[0].fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
            self.written[1].fetch_max(bytes, std::sync::atomic::Ordering::Relaxed);
        }
        let (done, outcome) = oneshot::channel();
        let gone = || CommitError::Database("the hub is shutting down".to_owned());
        self.sender.send(Commit { job, writes, done: Some(done) }).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }

    /// Appends a line in the order of the calls; it is committed before any commit that is asked for later.
    pub(super) fn append(&self, job: i64, line: LogRow) {
        // A hub that is shutting down runs the call again: its lines come again too.
        let _ = self.sender.send(Commit { job, writes: vec![Write::Log(line)], done: None });
    }
}

async fn commit_all(database: Database, mut receiver: mpsc::UnboundedReceiver<Commit>) {
    let mut batch = Vec::with_capacity(BATCH);
    #[cfg(test)]
    let power = super::power::Power::of(database.directory());
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        #[cfg(test)]
        if let Some(power) = &power {
            power.before_commit().await;
        }
        let outcome = commit_batch(&database, &batch).await;
        #[cfg(test)]
        if let Some(power) = &power {
            power.after_commit().await;
            power.reported();
        }
        if outcome.is_ok() || batch.len() == 1 {
            batch.drain(..).for_each(|commit| report(commit, outcome.clone()));
            continue;
        }
        // One of them cannot be written: the others must not suffer for it.
        for commit in batch.drain(..) {
            let outcome = commit_batch(&database, std::slice::from_ref(&commit)).await;
            report(commit, outcome);
        }
    }
}

fn report(commit: Commit, outcome: Result<(), CommitError>) {
    match (commit.done, outcome) {
        (Some(done), outcome) => {
            // Whoever asked may be gone; the commit stands.
            let _ = done.send(outcome);
        }
        (None, Err(error)) => tracing::error!(job = commit.job, %error, "a log line is lost"),
        (None, Ok(())) => {}
    }
}

async fn commit_batch(database: &Database, batch: &[Commit]) -> Result<(), CommitError> {
    let mut transaction = database.begin().await?;
    for commit in batch {
        for write in &commit.writes {
            apply(&mut transaction, commit.job, write).await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

async fn apply(
    transaction: &mut Transaction<'static, Sqlite>,
    job: i64,
    write: &Write,
) -> Result<(), CommitError> {
    let connection: &mut SqliteConnection = transaction;
    match write {
        Write::Definition { digest, definition } => {
            sqlx::query("INSERT INTO definitions (digest, definition) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .bind(digest)
                .bind(definition)
                .execute(connection)
                .await?;
        }
        Write::NewJob(new) => insert_job(connection, job, new).await?,
        Write::SubRun(parent) => {
            sqlx::query(
                "INSERT INTO sub_runs (parent, task, attempt, child, awaited, depth) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(parent.job)
            .bind(number(parent.task.0))
            .bind(i64::from(parent.attempt))
            .bind(job)
            .bind(parent.awaited)
            .bind(parent.depth)
            .execute(connection)
            .await?;
        }
        Write::SubRunOutcome(outcome) => {
            sqlx::query("UPDATE sub_runs SET outcome = ? WHERE child = ?")
                .bind(outcome)
                .bind(job)
                .execute(connection)
                .await?;
        }
        Write::SubRunDelivered { task, attempt } => {
            sqlx::query("UPDATE sub_runs SET outcome = NULL WHERE parent = ? AND task = ? AND attempt = ?")
                .bind(job)
                .bind(number(task.0))
                .bind(i64::from(*attempt))
                .execute(connection)
                .await?;
        }
        Write::Handled { key } => {
            let done =
                sqlx::query("INSERT INTO handled_events (job, key) VALUES (?, ?) ON CONFLICT DO NOTHING")
                    .bind(job)
                    .bind(key)
                    .execute(connection)
                    .await?;
            if done.rows_affected() == 0 {
                return Err(CommitError::Handled);
            }
        }
        Write::State(changes) => write_state(connection, job, changes).await?,
        Write::DropState => {
            sqlx::query("UPDATE job_states SET state = '', private = '[]' WHERE job = ?")
                .bind(job)
                .execute(&mut *connection)
                .await?;
            sqlx::query("DELETE FROM state_parts WHERE job = ?").bind(job).execute(connection).await?;
        }
        Write::Job(record) => update_job(connection, job, record).await?,
        Write::Progress { total, done } => {
            sqlx::query("UPDATE jobs SET tasks_total = ?, tasks_done = ? WHERE id = ?")
                .bind(total)
                .bind(done)
                .bind(job)
                .execute(connection)
                .await?;
        }
        Write::Broken => {
            sqlx::query("UPDATE jobs SET broken = 1 WHERE id = ?")
                .bind(job)
                .execute(&mut *connection)
                .await?;
            end_open_tasks(connection, job, TaskStatus::Suspended, None).await?;
        }
        Write::Cancelled { at } => {
            sqlx::query("UPDATE jobs SET status = 'cancelled', ended_at = ? WHERE id = ?")
                .bind(at.0)
                .bind(job)
                .execute(&mut *connection)
                .await?;
            end_open_tasks(connection, job, TaskStatus::Cancelled, Some(*at)).await?;
        }
        Write::Task(row) => upsert_task(connection, job, row).await?,
        Write::TaskValue { number: of, value } => {
            sqlx::query(
                "INSERT INTO task_values (job, number, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(job)
            .bind(number(*of))
            .bind(value)
            .execute(connection)
            .await?;
        }
        Write::Call { task, attempt, pointer, call } => {
            insert_call(connection, job, (*task, *attempt), pointer, &json(call)?).await?;
        }
        Write::SealedCall { task, attempt, pointer, call } => {
            insert_call(connection, job, (*task, *attempt), pointer, call).await?;
        }
        Write::DropCall { task, attempt } => {
            sqlx::query("DELETE FROM calls WHERE job = ? AND task = ? AND attempt = ?")
                .bind(job)
                .bind(number(task.0))
                .bind(i64::from(*attempt))
                .execute(connection)
                .await?;
        }
        Write::Timer { timer, at } => {
            sqlx::query("INSERT OR REPLACE INTO timers (job, timer, due_at) VALUES (?, ?, ?)")
                .bind(job)
                .bind(number(timer.0))
                .bind(at.0)
                .execute(connection)
                .await?;
        }
        Write::DropTimer { timer } => {
            sqlx::query("DELETE FROM timers WHERE job = ? AND timer = ?")
                .bind(job)
                .bind(number(timer.0))
                .execute(connection)
                .await?;
        }
        Write::Schedule(advance) => {
            if !schedules::advance(connection, advance).await? {
                return Err(CommitError::Handled);
            }
        }
        Write::Events(write) => events::write(connection, job, write).await?,
        Write::DropPending => {
            events::write(connection, job, &EventWrite::Forget).await?;
            sqlx::query("DELETE FROM calls WHERE job = ?").bind(job).execute(&mut *connection).await?;
            sqlx::query("DELETE FROM timers WHERE job = ?").bind(job).execute(connection).await?;
        }
        Write::Act(act) => {
            sqlx::query(
                "INSERT INTO acts (job, at, by_user, act, task, task_name, attempt, comment)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(job)
            .bind(act.at.0)
            .bind(&act.by)
            .bind(act.act.as_str())
            .bind(act.task.as_ref().map(|task| number(task.task.0)))
            .bind(act.task.as_ref().map(|task| &task.name))
            .bind(act.task.as_ref().map(|task| task.attempt))
            .bind(&act.comment)
            .execute(connection)
            .await?;
        }
        Write::Log(line) => insert_line(connection, job, line).await?,
    }
    Ok(())
}

/// One statement for all that is put and one for all that is dropped, however many parts an event touches.
async fn write_state(
    connection: &mut SqliteConnection,
    job: i64,
    changes: &Changes,
) -> Result<(), CommitError> {
    if !changes.dropped.is_empty() {
        sqlx::query("DELETE FROM state_parts WHERE job = ? AND part IN (SELECT value FROM json_each(?))")
            .bind(job)
            .bind(json(&changes.dropped)?)
            .execute(&mut *connection)
            .await?;
    }
    if !changes.put.is_empty() {
        // WHERE TRUE keeps ON from being read as a join's.
        sqlx::query(
            "INSERT INTO state_parts (job, part, value)
             SELECT ?, value ->> 0, value ->> 1 FROM json_each(?) WHERE TRUE
             ON CONFLICT DO UPDATE SET value = excluded.value",
        )
        .bind(job)
        .bind(json(&changes.put)?)
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn insert_call(
    connection: &mut SqliteConnection,
    job: i64,
    (task, attempt): (TaskId, u32),
    pointer: &Pointer,
    call: &str,
) -> Result<(), CommitError> {
    sqlx::query("INSERT OR REPLACE INTO calls (job, task, attempt, pointer, call) VALUES (?, ?, ?, ?, ?)")
        .bind(job)
        .bind(number(task.0))
        .bind(i64::from(attempt))
        .bind(pointer.as_str())
        .bind(call)
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert_job(connection: &mut SqliteConnection, job: i64, new: &NewJob) -> Result<(), CommitError> {
    sqlx::query(
        "INSERT INTO jobs (id, job_name, workflow_id, workflow_name, namespace, revision, digest, status, started_by,
                           started_at, dry_run, reason, stages, input, tasks_total, chain)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(job)
    .bind(&new.job_name)
    .bind(&new.workflow_id)
    .bind(&new.workflow_name)
    .bind(&new.namespace)
    .bind(new.revision)
    .bind(&new.digest)
    .bind(&new.started_by)
    .bind(new.started_at.0)
    .bind(new.dry_run)
    .bind(&new.reason)
    .bind(new.stages.as_ref().map(json).transpose()?)
    .bind(&new.input)
    .bind(new.tasks_total)
    .bind(new.chain)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO job_states (job, state, private) VALUES (?, '', ?)")
        .bind(job)
        .bind(&new.private)
        .execute(connection)
        .await?;
    Ok(())
}

async fn update_job(
    connection: &mut SqliteConnection,
    job: i64,
    record: &flow::engine::JobRecord,
) -> Result<(), CommitError> {
    let error = record.error.as_ref();
    sqlx::query(
        "UPDATE jobs SET status = ?, ended_at = ?, output = ?, error = ?, error_type = ?, error_title = ?,
                         error_detail = ?, paths_not_taken = ?
         WHERE id = ?",
    )
    .bind(word(record.status))
    .bind(record.ended_at.map(|at| at.0))
    .bind(record.output.to_string())
    .bind(error.map(json).transpose()?)
    .bind(error.map(|error| &error.kind))
    .bind(error.and_then(|error| error.title.as_ref()))
    .bind(error.and_then(|error| error.detail.as_ref()))
    .bind(json(&record.paths_not_taken)?)
    .bind(job)
    .execute(&mut *connection)
    .await?;
    if record.status == TaskStatus::Completed {
        let at = record.ended_at.unwrap_or(record.started_at);
        schedules::completed(connection, job, at.0).await?;
    }
    Ok(())
}

async fn upsert_task(connection: &mut SqliteConnection, job: i64, row: &TaskRow) -> Result<(), CommitError> {
    let TaskRow { task, place, input, output } = row;
    let (input, input_number) = kept(input);
    let (output, output_number) = kept(output);
    sqlx::query(
        "INSERT OR REPLACE INTO tasks (job, task, place, pointer, name, kind, function, status, attempt, started_at,
                                       ended_at, iteration, input, input_number, output, output_number, error, waiting)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(job)
    .bind(number(task.task.0))
    .bind(place)
    .bind(task.pointer.as_str())
    .bind(&task.name)
    .bind(&task.kind)
    .bind(&task.function)
    .bind(word(task.status))
    .bind(i64::from(task.attempt))
    .bind(task.started_at.map(|at| at.0))
    .bind(task.ended_at.map(|at| at.0))
    .bind(task.iteration.map(number))
    .bind(input)
    .bind(input_number)
    .bind(output)
    .bind(output_number)
    .bind(task.error.as_ref().map(json).transpose()?)
    .bind(task.waiting.as_ref().map(json).transpose()?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Nothing moves the tasks of a broken job any more: they must not look as if they ran or waited.
async fn end_open_tasks(
    connection: &mut SqliteConnection,
    job: i64,
    status: TaskStatus,
    at: Option<Timestamp>,
) -> Result<(), CommitError> {
    sqlx::query(
        "UPDATE tasks SET status = ?, ended_at = ?, waiting = NULL
         WHERE job = ? AND status IN ('pending', 'running', 'waiting', 'suspended')",
    )
    .bind(word(status))
    .bind(at.map(|at| at.0))
    .bind(job)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_line(connection: &mut SqliteConnection, job: i64, line: &LogRow) -> Result<(), CommitError> {
    // The subqueries read the ends of two indexes: a number costs the same in a long log as in a short one. What two
    // tasks say within the same moment may arrive in either order; their times must not run backwards for that.
    sqlx::query(
        "WITH last AS (SELECT position, at FROM log_lines WHERE job = ?1 ORDER BY position DESC LIMIT 1)
         INSERT INTO log_lines (job, state, line, position, at, level, task, attempt, message)
         SELECT ?1, ?2,
                (SELECT COALESCE(MAX(line) + 1, 0) FROM log_lines WHERE job = ?1 AND state = ?2),
                COALESCE((SELECT position + 1 FROM last), 0),
                COALESCE((SELECT at FROM last WHERE at - ?3 BETWEEN 0 AND 1000), ?3),
                ?4, ?5, ?6, ?7",
    )
    .bind(job)
    .bind(&line.state)
    .bind(line.at.0)
    .bind(line.level as i64)
    .bind(line.task.map(|task| number(task.0)))
    .bind(i64::from(line.attempt))
    .bind(&line.message)
    .execute(connection)
    .await?;
    Ok(())
}

/// The columns of a value: its text, or nothing and its number.
fn kept(value: &Kept) -> (&str, Option<i64>) {
    match value {
        Kept::Here(text) => (text, None),
        Kept::Apart(of) => ("", Some(number(*of))),
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, CommitError> {
    serde_json::to_string(value).map_err(|cause| CommitError::Database(cause.to_string()))
}

/// SQLite counts with a sign; no job gets anywhere near the end of either.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
