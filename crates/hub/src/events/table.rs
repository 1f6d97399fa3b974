//! The tables of the bus and of those that listen: SQL, and nothing else.

use flow::engine::{TaskId, Timestamp};
use serde_json::{Map, Value};
use sqlx::{Row, Sqlite, SqliteConnection, SqliteExecutor};

use super::Recorded;

/// A task that waits for its next event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subscription {
    pub(crate) task: TaskId,
    pub(crate) attempt: u32,
    pub(crate) namespace: String,
    pub(crate) after: u64,
    pub(crate) since: Timestamp,
    pub(crate) filters: Vec<Map<String, Value>>,
}

/// What a step of a run changes here.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum EventWrite {
    Subscribe(Subscription),
    Unsubscribe {
        task: TaskId,
        attempt: u32,
    },
    /// The event that a subscription was for is part of the state.
    Delivered {
        task: TaskId,
        attempt: u32,
        sequence: u64,
    },
    Consume {
        task: TaskId,
        sequences: Vec<u64>,
        next: TaskId,
    },
}

pub(crate) async fn write(
    connection: &mut SqliteConnection,
    job: i64,
    write: &EventWrite,
) -> sqlx::Result<()> {
    match write {
        EventWrite::Subscribe(subscription) => {
            let filters = serde_json::to_string(&subscription.filters)
                .map_err(|cause| sqlx::Error::Encode(Box::new(cause)))?;
            sqlx::query(
                "INSERT OR REPLACE INTO event_subscriptions (job, task, attempt, namespace, after_sequence, since, filters)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(job)
            .bind(number(subscription.task.0))
            .bind(i64::from(subscription.attempt))
            .bind(&subscription.namespace)
            .bind(number(subscription.after))
            .bind(subscription.since.0)
            .bind(filters)
            .execute(connection)
            .await?;
        }
        EventWrite::Unsubscribe { task, attempt } => {
            sqlx::query("DELETE FROM event_subscriptions WHERE job = ? AND task = ? AND attempt = ?")
                .bind(job)
                .bind(number(task.0))
                .bind(i64::from(*attempt))
                .execute(connection)
                .await?;
        }
        EventWrite::Delivered { task, attempt, sequence } => {
            // A delivery that comes again must not take the subscription for the next event away.
            sqlx::query(
                "DELETE FROM event_subscriptions WHERE job = ? AND task = ? AND attempt = ? AND after_sequence < ?",
            )
            .bind(job)
            .bind(number(task.0))
            .bind(i64::from(*attempt))
            .bind(number(*sequence))
            .execute(connection)
            .await?;
        }
        EventWrite::Consume { task, sequences, next } => {
            for sequence in sequences {
                sqlx::query(
                    "INSERT OR IGNORE INTO event_consumptions (job, sequence, task, next_task) VALUES (?, ?, ?, ?)",
                )
                .bind(job)
                .bind(number(*sequence))
                .bind(number(task.0))
                .bind(number(next.0))
                .execute(&mut *connection)
                .await?;
            }
        }
    }
    Ok(())
}

/// Every task that waits for an event, with its job.
pub(crate) async fn subscriptions(
    executor: impl SqliteExecutor<'_>,
) -> sqlx::Result<Vec<(i64, String, Subscription)>> {
    let rows = sqlx::query(
        "SELECT job, job_name, task, attempt, event_subscriptions.namespace AS namespace, after_sequence, since, filters
         FROM event_subscriptions JOIN jobs ON id = job",
    )
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            let filters: String = row.try_get("filters")?;
            let subscription = Subscription {
                task: TaskId(row.try_get::<i64, _>("task")?.unsigned_abs()),
                attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(u32::MAX),
                namespace: row.try_get("namespace")?,
                after: row.try_get::<i64, _>("after_sequence")?.unsigned_abs(),
                since: Timestamp(row.try_get("since")?),
                // Filters only save the engine looks at events; without them it looks at every one.
                filters: serde_json::from_str(&filters).unwrap_or_else(|_| vec![Map::new()]),
            };
            Ok((row.try_get("job")?, row.try_get("job_name")?, subscription))
        })
        .collect()
}

/// The next events that a task may be given: those that its run is not done with.
pub(crate) async fn candidates(
    executor: impl SqliteExecutor<'_>,
    job: i64,
    subscription: &Subscription,
    after: u64,
    most: u32,
) -> sqlx::Result<Vec<Recorded>> {
    let rows = sqlx::query(
        "SELECT sequence, received_at, event, chain FROM events
         WHERE namespace = ?1 AND sequence > ?2 AND received_at >= ?3
           AND NOT EXISTS (SELECT 1 FROM event_consumptions AS done
                           WHERE done.job = ?4 AND done.sequence = events.sequence
                             AND (done.task = ?5 OR done.next_task <= ?5))
         ORDER BY sequence LIMIT ?6",
    )
    .bind(&subscription.namespace)
    .bind(number(after))
    .bind(subscription.since.0)
    .bind(job)
    .bind(number(subscription.task.0))
    .bind(i64::from(most))
    .fetch_all(executor)
    .await?;
    rows.iter().map(recorded).collect()
}

pub(super) async fn head(executor: impl SqliteExecutor<'_>) -> sqlx::Result<u64> {
    let (head,): (i64,) =
        sqlx::query_as("SELECT COALESCE(MAX(sequence), 0) FROM events").fetch_one(executor).await?;
    Ok(head.unsigned_abs())
}

/// Those that have events.
pub(super) async fn namespaces(executor: impl SqliteExecutor<'_>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT DISTINCT namespace FROM events").fetch_all(executor).await
}

/// Whether the event is a new one.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    namespace: &str,
    origin: &str,
    (at, event): (i64, &str),
    emitter: Option<&str>,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "INSERT INTO events (namespace, origin, received_at, event, chain)
         VALUES (?, ?, ?, ?, COALESCE((SELECT chain FROM jobs WHERE job_name = ?), 0)) ON CONFLICT DO NOTHING",
    )
    .bind(namespace)
    .bind(origin)
    .bind(at)
    .bind(event)
    .bind(emitter)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn after(
    executor: impl SqliteExecutor<'_>,
    namespace: &str,
    sequence: u64,
    most: u32,
) -> sqlx::Result<Vec<Recorded>> {
    let rows = sqlx::query(
        "SELECT sequence, received_at, event, chain FROM events WHERE namespace = ? AND sequence > ? ORDER BY sequence LIMIT ?",
    )
    .bind(namespace)
    .bind(number(sequence))
    .bind(i64::from(most))
    .fetch_all(executor)
    .await?;
    rows.iter().map(recorded).collect()
}

pub(super) async fn all_after(
    executor: impl SqliteExecutor<'_>,
    sequence: u64,
    most: u32,
) -> sqlx::Result<Vec<(String, Recorded)>> {
    let rows = sqlx::query(
        "SELECT sequence, namespace, received_at, event, chain FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?",
    )
    .bind(number(sequence))
    .bind(i64::from(most))
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("namespace")?, recorded(row)?))).collect()
}

/// Drops what is older than `oldest`, and of one namespace all but the last `most`. An event whose emission has not
/// been answered yet stays: emitted again, it has to be recognised.
pub(super) async fn prune(
    connection: &mut SqliteConnection,
    namespace: &str,
    oldest: i64,
    most: i64,
) -> sqlx::Result<()> {
    let under_way =
        "SELECT 'run ' || job_name || '/' || task || '/' || attempt FROM calls JOIN jobs ON id = job";
    let aged = format!("DELETE FROM events WHERE received_at < ? AND origin NOT IN ({under_way})");
    sqlx::query(sqlx::AssertSqlSafe(aged)).bind(oldest).execute(&mut *connection).await?;
    let many = format!(
        "DELETE FROM events WHERE namespace = ?1 AND origin NOT IN ({under_way})
         AND sequence <= (SELECT sequence FROM events WHERE namespace = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)"
    );
    sqlx::query::<Sqlite>(sqlx::AssertSqlSafe(many))
        .bind(namespace)
        .bind(most)
        .execute(&mut *connection)
        .await?;
    // What is gone is never handed out again, so nobody has to know who was done with it.
    sqlx::query("DELETE FROM event_consumptions WHERE sequence NOT IN (SELECT sequence FROM events)")
        .execute(connection)
        .await?;
    Ok(())
}

fn recorded(row: &sqlx::sqlite::SqliteRow) -> sqlx::Result<Recorded> {
    let event: String = row.try_get("event")?;
    Ok(Recorded {
        sequence: row.try_get::<i64, _>("sequence")?.unsigned_abs(),
        received_at: Timestamp(row.try_get("received_at")?),
        event: serde_json::from_str(&event).unwrap_or_default(),
        chain: row.try_get("chain")?,
    })
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
