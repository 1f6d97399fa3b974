//! The table of schedules: SQL, and nothing else.

use flow::{Document, Schedule};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::calendar::Cron;
use crate::database::Database;

/// What makes a workflow start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Every,
    Cron,
    After,
    On,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Every, Self::Cron, Self::After, Self::On];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Every => "every",
            Self::Cron => "cron",
            Self::After => "after",
            Self::On => "on",
        }
    }
}

/// One member of the schedule of a workflow, and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) workflow_id: String,
    pub(crate) kind: Kind,
    pub(crate) written: String,
    pub(crate) namespace: String,
    pub(crate) saved_by: String,
    pub(crate) delay: Option<i64>,
    pub(crate) due_at: Option<i64>,
    pub(crate) position: u64,
    pub(crate) pending: String,
    pub(crate) turn: i64,
}

impl Entry {
    pub(crate) fn cron(&self) -> Option<Cron> {
        let written: Value = serde_json::from_str(&self.written).ok()?;
        Cron::parse(written.get("cron")?.as_str()?).ok()
    }

    /// For a person: `cron 0 0 * * *`.
    pub(crate) fn describe(&self) -> String {
        let written: Value = serde_json::from_str(&self.written).unwrap_or_default();
        match (self.kind, &written[self.kind.as_str()]) {
            (Kind::On, _) => Kind::On.as_str().to_owned(),
            (kind, Value::String(text)) => format!("{} {text}", kind.as_str()),
            (kind, other) => format!("{} {other}", kind.as_str()),
        }
    }
}

/// Takes a schedule on from what it was, unless somebody did before.
#[derive(Clone, Debug)]
pub(crate) struct Advance {
    workflow_id: String,
    kind: Kind,
    /// As it was.
    turn: i64,
    pub(crate) due_at: Option<i64>,
    position: u64,
    pending: String,
    /// As [`crate::events::Recorded::chain`], of the run that is started with this.
    pub(crate) chain: u32,
    pub(crate) last_error: Option<String>,
}

impl Advance {
    pub(crate) fn of(entry: &Entry) -> Self {
        Self {
            workflow_id: entry.workflow_id.clone(),
            kind: entry.kind,
            turn: entry.turn,
            due_at: entry.due_at,
            position: entry.position,
            pending: entry.pending.clone(),
            chain: 0,
            last_error: None,
        }
    }
}

/// False where the schedule is not any more what it was.
pub(crate) async fn advance(connection: &mut SqliteConnection, advance: &Advance) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE schedules SET due_at = ?, position = ?, pending = ?, last_error = ?, turn = turn + 1
         WHERE workflow_id = ? AND kind = ? AND turn = ?",
    )
    .bind(advance.due_at)
    .bind(i64::try_from(advance.position).unwrap_or(i64::MAX))
    .bind(&advance.pending)
    .bind(&advance.last_error)
    .bind(&advance.workflow_id)
    .bind(advance.kind.as_str())
    .bind(advance.turn)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes a schedule on without a start.
pub(crate) async fn advance_alone(database: &Database, on: &Advance) -> sqlx::Result<()> {
    let mut transaction = database.begin().await?;
    advance(&mut transaction, on).await?;
    transaction.commit().await
}

/// Makes the schedule of a workflow what a new revision says. What it leaves as it was goes on.
pub(crate) async fn save(
    connection: &mut SqliteConnection,
    workflow_id: &str,
    document: &Document,
    namespace: &str,
    saved_by: &str,
    now: i64,
) -> sqlx::Result<()> {
    // What cannot be read is not saved: see `problems`.
    let schedule = Schedule::compile(document).ok().flatten();
    let written = document.root().get("schedule");
    for kind in Kind::ALL {
        let wanted = schedule.as_ref().zip(written).and_then(|(schedule, written)| {
            let (delay, due_at) = first(schedule, kind, now)?;
            let mut text = json!({ kind.as_str(): written[kind.as_str()] });
            if let Some(read) = written.get("read").filter(|_| kind == Kind::On) {
                text["read"] = read.clone();
            }
            Some((text.to_string(), delay, due_at))
        });
        let Some((text, delay, due_at)) = wanted else {
            sqlx::query("DELETE FROM schedules WHERE workflow_id = ? AND kind = ?")
                .bind(workflow_id)
                .bind(kind.as_str())
                .execute(&mut *connection)
                .await?;
            continue;
        };
        sqlx::query(
            "INSERT INTO schedules (workflow_id, kind, written, namespace, saved_by, delay, due_at, position)
             VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(sequence), 0) FROM events))
             ON CONFLICT DO UPDATE SET
                 saved_by = excluded.saved_by, last_error = NULL, turn = turn + 1,
                 due_at = CASE WHEN written = excluded.written THEN due_at ELSE excluded.due_at END,
                 position = CASE WHEN written = excluded.written AND namespace = excluded.namespace
                                 THEN position ELSE excluded.position END,
                 pending = CASE WHEN written = excluded.written AND namespace = excluded.namespace
                                THEN pending ELSE excluded.pending END,
                 written = excluded.written, namespace = excluded.namespace, delay = excluded.delay",
        )
        .bind(workflow_id)
        .bind(kind.as_str())
        .bind(text)
        .bind(namespace)
        .bind(saved_by)
        .bind(delay)
        .bind(due_at)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// The delay and the first start of one member, where the schedule has it.
fn first(schedule: &Schedule, kind: Kind, now: i64) -> Option<(Option<i64>, Option<i64>)> {
    Some(match kind {
        Kind::Every => (Some(schedule.every?), Some(now.saturating_add(schedule.every?))),
        Kind::Cron => (None, Some(Cron::parse(schedule.cron.as_ref()?).ok()?.after(now)?)),
        // The first run is somebody else's: by hand, or by another member of the schedule.
        Kind::After => (Some(schedule.after?), None),
        Kind::On => {
            schedule.on.as_ref()?;
            (None, None)
        }
    })
}

/// A run is completed: the next one of its workflow is due after the delay, where it has one.
pub(crate) async fn completed(connection: &mut SqliteConnection, jobs: &[(i64, i64)]) -> sqlx::Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    // Most hubs have no schedule of this kind: one look spares them a look for each job.
    let is_there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM schedules WHERE kind = 'after')")
        .fetch_one(&mut *connection)
        .await?;
    for (job, at) in jobs.iter().filter(|_| is_there) {
        sqlx::query(
            "UPDATE schedules SET due_at = ?1 + delay, turn = turn + 1
             WHERE kind = 'after' AND workflow_id = (SELECT workflow_id FROM jobs WHERE id = ?2 AND dry_run = 0)",
        )
        .bind(at)
        .bind(job)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Those whose time has come.
pub(crate) async fn due(database: &Database, now: i64) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query("SELECT * FROM schedules WHERE due_at <= ? ORDER BY due_at, workflow_id")
        .bind(now)
        .fetch_all(database.read())
        .await?;
    rows.iter().map(entry).collect()
}

/// Those that wait for events and have some to look at.
pub(crate) async fn on_events(database: &Database) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query(
        "SELECT * FROM schedules
         WHERE kind = 'on' AND position < (SELECT COALESCE(MAX(sequence), 0) FROM events
                                           WHERE events.namespace = schedules.namespace)
         ORDER BY workflow_id",
    )
    .fetch_all(database.read())
    .await?;
    rows.iter().map(entry).collect()
}

pub(crate) async fn one(database: &Database, workflow_id: &str, kind: Kind) -> sqlx::Result<Option<Entry>> {
    let row = sqlx::query("SELECT * FROM schedules WHERE workflow_id = ? AND kind = ?")
        .bind(workflow_id)
        .bind(kind.as_str())
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(entry).transpose()
}

/// When the next start is due.
pub(crate) async fn next(database: &Database) -> sqlx::Result<Option<i64>> {
    let (next,): (Option<i64>,) =
        sqlx::query_as("SELECT MIN(due_at) FROM schedules WHERE due_at IS NOT NULL")
            .fetch_one(database.read())
            .await?;
    Ok(next)
}

fn entry(row: &SqliteRow) -> sqlx::Result<Entry> {
    let kind: String = row.try_get("kind")?;
    Ok(Entry {
        workflow_id: row.try_get("workflow_id")?,
        kind: Kind::ALL.into_iter().find(|known| known.as_str() == kind).unwrap_or(Kind::On),
        written: row.try_get("written")?,
        namespace: row.try_get("namespace")?,
        saved_by: row.try_get("saved_by")?,
        delay: row.try_get("delay")?,
        due_at: row.try_get("due_at")?,
        position: row.try_get::<i64, _>("position")?.unsigned_abs(),
        pending: row.try_get("pending")?,
        turn: row.try_get("turn")?,
    })
}
