//! The bus: events that runs emit and that come from outside, kept for those that listen and for those that will.
//!
//! An event reaches the runs and schedules of its namespace, and nothing else: the hub sends none anywhere. It knows
//! neither filters nor tasks; who wants an event is found by `execution` and `schedules`, which read the bus in the
//! order of its sequence.

pub mod cloud_event;
pub(crate) mod table;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flow::engine::Timestamp;
use serde_json::Value;
use sqlx::SqliteConnection;
use tokio::sync::watch;

use crate::clock;
use crate::config::EventSettings;
use crate::database::Database;

/// The largest event, in bytes of JSON.
pub const LARGEST_EVENT: usize = 256 * 1024;
/// So many publications pass between two looks at what is too old.
const PRUNED_EVERY: u64 = 256;
const HOUR: i64 = 60 * 60 * 1000;

/// The events of one hub; cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    database: Database,
    settings: EventSettings,
    /// The last sequence that is known.
    head: watch::Sender<u64>,
    published: AtomicU64,
    /// Somebody is about to look what is new.
    looking: AtomicBool,
}

/// An event on the bus.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub sequence: u64,
    pub received_at: Timestamp,
    pub event: Value,
    /// How many runs in a row were started by what the one before had emitted, up to the one that emitted this.
    pub chain: u32,
}

/// Where an event comes from: what tells it from another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An attempt of a task, by its idempotency key: `<job>/<task>/<attempt>`.
    Run(String),
    /// CloudEvents: "source + id is unique for each distinct event".
    Outside,
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("the event is larger than {} KiB", LARGEST_EVENT / 1024)]
    TooLarge,
    #[error("{0}")]
    Database(#[from] sqlx::Error),
}

impl Bus {
    /// # Errors
    /// As the database has them.
    pub async fn open(database: Database, settings: EventSettings) -> sqlx::Result<Self> {
        let head = table::head(database.read()).await?;
        let (head, published, looking) =
            (watch::Sender::new(head), AtomicU64::new(0), AtomicBool::new(false));
        Ok(Self(Arc::new(Parts { database, settings, head, published, looking })))
    }

    /// Makes events part of the bus, all of them or none. One that is there already changes nothing. When this
    /// returns, whoever listens will be given them, whatever happens to the hub. Answers how many are new.
    ///
    /// # Errors
    /// Of an event that is too large, or of the database.
    pub async fn publish(
        &self,
        namespace: &str,
        origin: &Origin,
        events: &[Value],
    ) -> Result<usize, PublishError> {
        let texts: Vec<String> = events.iter().map(Value::to_string).collect();
        if texts.iter().any(|text| text.len() > LARGEST_EVENT) {
            return Err(PublishError::TooLarge);
        }
        let now = clock::now();
        let mut transaction = self.0.database.begin().await?;
        let mut new = 0;
        for (event, text) in events.iter().zip(texts) {
            let key = origin.key(event);
            let inserted =
                table::insert(&mut transaction, namespace, &key, (now, &text), origin.emitter()).await?;
            new += usize::from(inserted);
        }
        let published = events.len() as u64;
        let before = self.0.published.fetch_add(published, Ordering::Relaxed);
        if before / PRUNED_EVERY != (before + published) / PRUNED_EVERY {
            self.prune(&mut transaction, namespace, now).await?;
        }
        let head = table::head(&mut *transaction).await?;
        transaction.commit().await?;
        self.announce(head);
        Ok(new)
    }

    /// Says that a commit may have made events part of the bus, as the end of a run does (`0010_lifecycle.sql`).
    pub(crate) fn look(&self) {
        // Many ends at once cost one look.
        if self.0.looking.swap(true, Ordering::AcqRel) {
            return;
        }
        let bus = self.clone();
        tokio::spawn(async move {
            bus.0.looking.store(false, Ordering::Release);
            if let Err(error) = bus.look_now().await {
                tracing::error!(%error, "what runs tell of themselves is heard with the next event");
            }
        });
    }

    async fn look_now(&self) -> sqlx::Result<()> {
        let before = *self.0.head.borrow();
        let head = self.head().await?;
        self.announce(head);
        if before / PRUNED_EVERY < head / PRUNED_EVERY {
            let mut transaction = self.0.database.begin().await?;
            for namespace in table::namespaces(&mut *transaction).await? {
                self.prune(&mut transaction, &namespace, clock::now()).await?;
            }
            transaction.commit().await?;
        }
        Ok(())
    }

    async fn prune(&self, connection: &mut SqliteConnection, namespace: &str, now: i64) -> sqlx::Result<()> {
        let EventSettings { keep_hours, keep_count } = self.0.settings;
        let oldest = now.saturating_sub(i64::from(keep_hours).saturating_mul(HOUR));
        table::prune(connection, namespace, oldest, i64::from(keep_count)).await
    }

    fn announce(&self, head: u64) {
        self.0.head.send_if_modified(|known| {
            let is_new = head > *known;
            *known = head.max(*known);
            is_new
        });
    }

    /// Tells of every publication, by the last sequence.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.0.head.subscribe()
    }

    /// The last sequence as of now.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn head(&self) -> sqlx::Result<u64> {
        table::head(self.0.database.read()).await
    }

    /// The next events of a namespace after a sequence, at most so many, in their order.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn after(&self, namespace: &str, sequence: u64, most: u32) -> sqlx::Result<Vec<Recorded>> {
        table::after(self.0.database.read(), namespace, sequence, most).await
    }

    /// The next events of every namespace, with their namespaces.
    pub(crate) async fn all_after(&self, sequence: u64, most: u32) -> sqlx::Result<Vec<(String, Recorded)>> {
        table::all_after(self.0.database.read(), sequence, most).await
    }
}

impl Origin {
    /// The run that emits it.
    fn emitter(&self) -> Option<&str> {
        match self {
            Self::Run(attempt) => attempt.rsplitn(3, '/').nth(2),
            Self::Outside => None,
        }
    }

    fn key(&self, event: &Value) -> String {
        match self {
            Self::Run(attempt) => format!("run {attempt}"),
            Self::Outside => {
                let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
                format!("outside {}\n{}", text("source"), text("id"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    async fn bus(settings: EventSettings) -> (tempfile::TempDir, Bus) {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(directory.path()).await.unwrap();
        (directory, Bus::open(database, settings).await.unwrap())
    }

    fn event(id: usize) -> Value {
        json!({"specversion": "1.0", "id": id.to_string(), "source": "s", "type": "t"})
    }

    async fn ids(bus: &Bus, namespace: &str) -> Vec<String> {
        let events = bus.after(namespace, 0, 10_000).await.unwrap();
        events.iter().map(|recorded| recorded.event["id"].as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn an_event_that_comes_again_is_there_once() {
        let (_directory, bus) = bus(EventSettings::default()).await;
        let mut changes = bus.watch();
        assert_eq!(bus.publish("a", &Origin::Outside, &[event(1), event(1), event(2)]).await.unwrap(), 2);
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        assert_eq!(bus.publish("a", &Origin::Outside, &[event(2)]).await.unwrap(), 0);
        assert!(!changes.has_changed().unwrap());
        // The same id elsewhere is another event, and so is what a run emits.
        assert_eq!(bus.publish("b", &Origin::Outside, &[event(1)]).await.unwrap(), 1);
        let attempt = Origin::Run("job/1/1".to_owned());
        assert_eq!(bus.publish("a", &attempt, &[event(1)]).await.unwrap(), 1);
        assert_eq!(bus.publish("a", &attempt, &[event(1)]).await.unwrap(), 0);
        assert_eq!(
            (ids(&bus, "a").await.join(" "), ids(&bus, "b").await.join(" ")),
            ("1 2 1".into(), "1".into())
        );
    }

    #[tokio::test]
    async fn a_batch_with_an_event_that_is_too_large_changes_nothing() {
        let (_directory, bus) = bus(EventSettings::default()).await;
        let large = json!({"id": "2", "source": "s", "data": "x".repeat(LARGEST_EVENT)});
        let refused = bus.publish("a", &Origin::Outside, &[event(1), large]).await;
        assert!(matches!(refused, Err(PublishError::TooLarge)));
        assert_eq!(bus.head().await.unwrap(), 0);
    }

    #[tokio::test]
    async fn the_oldest_go_when_there_are_too_many_and_a_sequence_is_never_given_anew() {
        let settings = EventSettings { keep_count: 10, ..EventSettings::default() };
        let (_directory, bus) = bus(settings).await;
        bus.publish("other", &Origin::Outside, &[event(0)]).await.unwrap();
        let mut jobs = bus.0.database.begin().await.unwrap();
        for statement in [
            "INSERT INTO definitions (digest, definition) VALUES ('d', '{}')",
            "INSERT INTO jobs (id, job_name, workflow_id, workflow_name, namespace, revision, digest, status,
                               started_by, started_at, dry_run, input, tasks_total)
             VALUES (1, 'long', 'w', 'w', 'a', 1, 'd', 'running', 'alice', 0, 0, '{}', 1)",
        ] {
            sqlx::query(statement).execute(&mut *jobs).await.unwrap();
        }
        jobs.commit().await.unwrap();
        for id in 0..300 {
            bus.publish("a", &Origin::Outside, &[event(id)]).await.unwrap();
            let (task, sequences) = (flow::engine::TaskId(1), vec![id as u64 + 2]);
            let consumed = table::EventWrite::Consume { task, sequences, next: task };
            let mut transaction = bus.0.database.begin().await.unwrap();
            table::write(&mut transaction, 1, &consumed).await.unwrap();
            transaction.commit().await.unwrap();
        }
        let kept = bus.after("a", 0, 1000).await.unwrap();
        assert!(kept.len() < 300 && kept.len() >= 10, "{}", kept.len());
        assert_eq!(kept.last().unwrap().sequence, 301);
        let (done_with,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM event_consumptions")
            .fetch_one(bus.0.database.read())
            .await
            .unwrap();
        assert!(done_with < 300, "what is gone is not remembered as consumed: {done_with}");
        assert_eq!(ids(&bus, "other").await, ["0"], "one namespace does not push the events of another out");
    }
}
