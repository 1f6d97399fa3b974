//! Opens the host: what the last hub left undone is taken up, and nothing else is.
//!
//! A call in the outbox was not begun, or nobody knows how it ended: it is made again with the same idempotency key.
//! Everything else that a job waits for is a timer or a person, and both are still there.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use flow::Pointer;
use flow::engine::{TaskId, TimerId, Timestamp};
use sqlx::Row;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::calls::{CallKey, Calls};
use super::listeners::Listeners;
use super::{Host, Prepared, Seal, Timers};
use crate::database::Database;
use crate::error::HubError;
use crate::events::Bus;
use crate::execution::masking::Masking;
use crate::execution::runner::TaskRunner;
use crate::execution::seams::DefinitionStore as _;
use crate::execution::store::Committer;
use crate::execution::sub_runs::SubRuns;
use crate::secrets::Secrets;

impl Host {
    pub(in crate::execution) async fn open(
        database: Database,
        runner: Arc<dyn TaskRunner>,
        events: Bus,
        secrets: Secrets,
    ) -> Result<Arc<Self>, HubError> {
        let (last,): (i64,) =
            sqlx::query_as("SELECT COALESCE(MAX(id), 0) FROM jobs").fetch_one(database.read()).await?;
        let host = Arc::new(Self {
            committer: Committer::start(database.clone()),
            database,
            runner,
            secrets,
            cells: Default::default(),
            prepared: Default::default(),
            recent: Default::default(),
            calls: Calls::default(),
            timers: Timers::default(),
            events,
            listeners: Listeners::default(),
            completions: Notify::new(),
            next_job: AtomicI64::new(last + 1),
            sub_runs: SubRuns::default(),
            tracker: TaskTracker::new(),
            draining: CancellationToken::new(),
        });
        host.take_up_timers().await?;
        host.take_up_calls().await?;
        host.take_up_listeners().await?;
        host.tracker.spawn(Arc::clone(&host).hand_out_events());
        let timing = Arc::clone(&host);
        host.tracker.spawn(async move {
            while let Some(due) = timing.draining.run_until_cancelled(timing.timers.due()).await {
                for (job_name, timer) in due {
                    timing.fire(job_name, timer);
                }
            }
        });
        Ok(host)
    }

    async fn take_up_timers(&self) -> Result<(), HubError> {
        let timers: Vec<(String, i64, i64)> =
            sqlx::query_as("SELECT job_name, timer, due_at FROM timers JOIN jobs ON id = job")
                .fetch_all(self.database.read())
                .await?;
        for (job_name, timer, due_at) in timers {
            self.timers.set(&job_name, TimerId(timer.unsigned_abs()), Timestamp(due_at));
        }
        Ok(())
    }

    async fn take_up_calls(self: &Arc<Self>) -> Result<(), HubError> {
        let calls = sqlx::query(
            "SELECT calls.job, job_name, digest, task, attempt, pointer, call, private
             FROM calls JOIN jobs ON id = calls.job JOIN job_states ON job_states.job = id
             ORDER BY calls.job, task, attempt",
        )
        .fetch_all(self.database.read())
        .await?;
        if !calls.is_empty() {
            tracing::info!(calls = calls.len(), "calls without an answer are made again");
        }
        let mut prepared = HashMap::new();
        for row in calls {
            let key = CallKey {
                job_name: row.try_get("job_name")?,
                task: TaskId(row.try_get::<i64, _>("task")?.unsigned_abs()),
                attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(u32::MAX),
            };
            let seal = Seal::of(self.secrets.vault(), row.try_get("job")?);
            let private = seal.unseal(&row.try_get::<String, _>("private")?).unwrap_or_default();
            let mut masking = Masking::new(serde_json::from_str(&private).unwrap_or_default());
            let pointer: String = row.try_get("pointer")?;
            let pointer = Pointer::parse(&pointer).unwrap_or_default();
            let call: String = row.try_get("call")?;
            let opened = seal.unseal(&call);
            if opened.as_ref().is_ok_and(|opened| *opened != call) {
                self.mask_secrets(&mut prepared, row.try_get("digest")?, &mut masking).await?;
            }
            let read = opened
                .map_err(|cause| cause.to_string())
                .and_then(|call| serde_json::from_str(&call).map_err(|cause| cause.to_string()));
            match read {
                Ok(call) => self.dispatch(key, row.try_get("job")?, masking, pointer, call),
                // Another version of the hub wrote it, or another key sealed it.
                Err(cause) => {
                    let mut locked = self.lock(&key.job_name).await;
                    let cause = format!("a call in its outbox cannot be read: {cause}");
                    self.break_off(&mut locked, row.try_get("job")?, &cause, Vec::new()).await?;
                }
            }
        }
        Ok(())
    }

    /// What a call that is made again logs must not tell the secrets that it holds.
    async fn mask_secrets(
        &self,
        prepared: &mut HashMap<String, Arc<Prepared>>,
        digest: String,
        masking: &mut Masking,
    ) -> Result<(), HubError> {
        if !prepared.contains_key(&digest) {
            let definition = self.definition(&digest).await?;
            // A definition that does not compile any more breaks its job off at its next event.
            let Ok(ready) = self.prepare(&definition, Some(digest.clone())).await else { return Ok(()) };
            prepared.insert(digest.clone(), ready);
        }
        if let Some(Prepared { blueprint, .. }) = prepared.get(&digest).map(|prepared| &**prepared) {
            let secrets = self.secrets.given(&blueprint.namespace, &blueprint.secrets).await?;
            masking.add(&serde_json::Value::Object(secrets));
        }
        Ok(())
    }
}
