//! Writes plans into the database: everything that one event changes in one transaction, several jobs' events in one
//! commit where they come at once.
//!
//! The disk is asked to make a commit durable once for all that are waiting: a hundred jobs cost hardly more than one.

mod gathered;
mod lines;
mod many;
mod tables;

use std::sync::Arc;

use flow::engine::TaskStatus;
use sqlx::SqliteConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use self::gathered::{Apart, Gathered};
use super::plan::{LogRow, Write};
use crate::database::Database;
use crate::events::table as events;
use crate::freshness::{Freshness, Subject};

/// How many commits at most share one transaction.
const BATCH: usize = 256;

/// How many lines of running calls wait for their commit before those who write them are asked to wait too: what people and
/// engines commit stands behind them in the same queue.
const WAITING_LINES: usize = 4_096;

/// Hands writes to the one task that commits.
#[derive(Clone, Debug)]
pub(super) struct Committer {
    sender: mpsc::UnboundedSender<Commit>,
    freshness: Freshness,
    room: Arc<Semaphore>,
    /// About how many bytes the commits wrote: all of them, and the largest.
    #[cfg(test)]
    pub(super) written: Arc<[std::sync::atomic::AtomicUsize; 2]>,
}

#[derive(Debug)]
struct Commit {
    job: i64,
    writes: Vec<Write>,
    /// None for lines of running calls: nobody waits for those.
    done: Option<oneshot::Sender<Result<(), CommitError>>>,
    /// A line's place in the queue; given back when it is committed.
    _place: Option<OwnedSemaphorePermit>,
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
        let freshness = Freshness::new();
        tokio::spawn(commit_all(database, freshness.clone(), receiver));
        Self {
            sender,
            freshness,
            room: Arc::new(Semaphore::new(WAITING_LINES)),
            #[cfg(test)]
            written: Default::default(),
        }
    }

    /// When jobs last changed.
    pub(super) fn freshness(&self) -> &Freshness {
        &self.freshness
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
        self.sender.send(Commit { job, writes, done: Some(done), _place: None }).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }

    /// Appends a line in the order of the calls; it is committed before any commit that is asked for later.
    pub(super) fn append(&self, job: i64, line: LogRow) {
        let place = Arc::clone(&self.room).try_acquire_owned().ok();
        // A hub that is shutting down runs the call again: its lines come again too.
        let _ = self.sender.send(Commit { job, writes: vec![Write::Log(line)], done: None, _place: place });
    }

    /// What lines that are not committed yet hold permits of.
    pub(super) fn room(&self) -> Arc<Semaphore> {
        Arc::clone(&self.room)
    }
}

async fn commit_all(database: Database, freshness: Freshness, mut receiver: mpsc::UnboundedReceiver<Commit>) {
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
        // Also what failed may be in the database: an answer too many costs less than one too few.
        freshness.changed(batch.iter().flat_map(touched));
        if outcome.is_ok() || batch.len() == 1 {
            batch.drain(..).for_each(|commit| report(commit, outcome.clone()));
            continue;
        }
        // One of them cannot be written: the others must not suffer for it.
        for commit in batch.drain(..) {
            let outcome = commit_batch(&database, std::slice::from_ref(&commit)).await;
            freshness.changed(touched(&commit));
            report(commit, outcome);
        }
    }
}

/// What a commit changes: its job, that job in the lists unless it only wrote a line, and the task that started it.
fn touched(commit: &Commit) -> impl Iterator<Item = Subject> {
    let lines_only = commit.writes.iter().all(|write| matches!(write, Write::Log(_)));
    let parent = commit.writes.iter().find_map(|write| match write {
        Write::SubRun(parent) => Some(Subject::Job(parent.job)),
        _ => None,
    });
    let lists = (!lines_only).then_some(Subject::Lists);
    std::iter::once(Subject::Job(commit.job)).chain(parent).chain(lists)
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
    let mut gathered = Gathered::default();
    for commit in batch {
        for write in &commit.writes {
            if let Some(apart) = gathered.add(commit.job, write) {
                tables::write(&mut transaction, std::mem::take(&mut gathered)).await?;
                apply(&mut transaction, commit.job, apart).await?;
            }
        }
    }
    tables::write(&mut transaction, gathered).await?;
    transaction.commit().await?;
    Ok(())
}

/// Makes a write that is not gathered with others.
async fn apply(connection: &mut SqliteConnection, job: i64, write: Apart<'_>) -> Result<(), CommitError> {
    match write {
        Apart::SubRun(parent) => {
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
        Apart::Private(sealed) => {
            sqlx::query("UPDATE job_states SET private = ? WHERE job = ?")
                .bind(sealed)
                .bind(job)
                .execute(connection)
                .await?;
        }
        Apart::SubRunOutcome(outcome) => {
            sqlx::query("UPDATE sub_runs SET outcome = ? WHERE child = ?")
                .bind(outcome)
                .bind(job)
                .execute(connection)
                .await?;
        }
        Apart::SubRunDelivered { task, attempt } => {
            sqlx::query("UPDATE sub_runs SET outcome = NULL WHERE parent = ? AND task = ? AND attempt = ?")
                .bind(job)
                .bind(number(task.0))
                .bind(i64::from(attempt))
                .execute(connection)
                .await?;
        }
        Apart::Broken => {
            sqlx::query("UPDATE jobs SET broken = 1 WHERE id = ?")
                .bind(job)
                .execute(&mut *connection)
                .await?;
            tables::end_open_tasks(connection, job, TaskStatus::Suspended, None).await?;
        }
        Apart::Cancelled { at } => {
            sqlx::query("UPDATE jobs SET status = 'cancelled', ended_at = ? WHERE id = ?")
                .bind(at.0)
                .bind(job)
                .execute(&mut *connection)
                .await?;
            tables::end_open_tasks(connection, job, TaskStatus::Cancelled, Some(at)).await?;
        }
        Apart::Events(write) => events::write(connection, job, write).await?,
    }
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, CommitError> {
    serde_json::to_string(value).map_err(|cause| CommitError::Database(cause.to_string()))
}

/// SQLite counts with a sign; no job gets anywhere near the end of either.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
