//! Workflows that start by themselves (DSL reference, Schedule): every so often, by the calendar, after each other, on
//! events.
//!
//! A start and what is due after it are committed together, so a start is made once, whatever happens to the hub. Starts
//! that were due while no hub ran are made up for by one. A workflow is scheduled as its newest revision says: saving
//! one without `schedule` switches it off.

mod calendar;
pub(crate) mod table;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use flow::engine::{WorkflowError, errors::Standard};
use flow::schedule::{Pending, Trigger};
use flow::{Document, Pointer, Problem, Schedule};
use serde_json::Value;
use tokio::sync::{Mutex, RwLock};
use tokio_util::sync::CancellationToken;
use wire::workflow::ExecuteRequest;

use self::calendar::Cron;
use self::table::{Advance, Entry, Kind};
use crate::clock;
use crate::database::Database;
use crate::error::HubError;
use crate::events::Bus;
use crate::execution::{Executions, StartJob};
use crate::workflows::Workflows;

/// Who starts a scheduled run, as the history shows; no user has this name.
pub const STARTER: &str = "schedule";
/// Looks at the clock at least this often: it may have been set, or the machine may have slept.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How long it waits before it tries again what the database has refused.
const PAUSE: Duration = Duration::from_secs(1);
/// Several things that happen at once cost one look.
const MOMENT: Duration = Duration::from_millis(5);
/// So many events are looked at at once.
const BATCH: u32 = 100;
/// Nothing starts more often by itself than this, in milliseconds: a slip of the pen would fill the disk.
const SHORTEST: i64 = 1000;
/// So many runs in a row may be started by what the one before has emitted.
const LONGEST_CHAIN: u32 = 100;

/// The schedules of one hub.
pub struct Schedules {
    database: Database,
    workflows: Workflows,
    executions: Arc<Executions>,
    events: Bus,
    /// As [`crate::server::Parts::deletions`].
    deletions: Arc<RwLock<()>>,
    /// What `on` waits for, by workflow, with the text that it was compiled from.
    triggers: Mutex<HashMap<String, (String, Arc<Trigger>)>>,
    stopping: CancellationToken,
}

/// What is wrong with the schedule of a definition, as far as it keeps it from being saved.
pub fn problems(document: &Document) -> Vec<Problem> {
    let schedule = match Schedule::compile(document) {
        Ok(Some(schedule)) => schedule,
        Ok(None) => return Vec::new(),
        Err(problems) => return problems,
    };
    let mut problems = Vec::new();
    let here = |name: &str| Pointer::root().child("schedule").child(name);
    if let Some(text) = &schedule.cron
        && let Err(reason) = Cron::parse(text)
    {
        problems.push(Problem::error(
            here("cron"),
            "bad-cron",
            format!("`{text}` is no cron expression of five fields (minute, hour, day, month, weekday; UTC): {reason}"),
            format!("`{text}` 不是五段式 cron 表达式（分 时 日 月 周，UTC）：{reason}"),
        ));
    }
    for (name, delay) in [("every", schedule.every), ("after", schedule.after)] {
        if delay.is_some_and(|delay| delay < SHORTEST) {
            problems.push(Problem::error(
                here(name),
                "bad-schedule",
                "A workflow starts by itself once a second at most.",
                "工作流最多每秒自动启动一次。",
            ));
        }
    }
    problems
}

impl Schedules {
    pub fn new(
        database: Database,
        workflows: Workflows,
        executions: Arc<Executions>,
        deletions: Arc<RwLock<()>>,
    ) -> Arc<Self> {
        let events = executions.events().clone();
        let (triggers, stopping) = (Mutex::default(), CancellationToken::new());
        Arc::new(Self { database, workflows, executions, events, deletions, triggers, stopping })
    }

    /// Starts what is due, until it is stopped.
    pub async fn run(self: Arc<Self>) {
        let mut publications = self.events.watch();
        loop {
            let Some(turn) = self.stopping.run_until_cancelled(self.turn(clock::now())).await else { return };
            let sleep = match turn {
                Ok(next) => next.map_or(LONGEST_SLEEP, |next| {
                    let left = u64::try_from(next.saturating_sub(clock::now())).unwrap_or_default();
                    Duration::from_millis(left).min(LONGEST_SLEEP)
                }),
                Err(error) => {
                    tracing::error!(%error, "schedules cannot be kept, and it is tried again");
                    PAUSE
                }
            };
            let wait = async {
                tokio::select! {
                    () = tokio::time::sleep(sleep) => {}
                    () = self.workflows.changes().notified() => {}
                    () = self.executions.completions().notified() => {}
                    // The bus lives as long as this.
                    _ = publications.changed() => {}
                }
                tokio::time::sleep(MOMENT).await;
            };
            if self.stopping.run_until_cancelled(wait).await.is_none() {
                return;
            }
        }
    }

    pub fn stop(&self) {
        self.stopping.cancel();
    }

    /// Starts everything that is due at a time, and answers when the next start is.
    ///
    /// # Errors
    /// As the database has them; what is due stays due.
    pub async fn turn(&self, now: i64) -> Result<Option<i64>, HubError> {
        for entry in table::due(&self.database, now).await? {
            self.start_due(entry, now).await?;
        }
        for entry in table::on_events(&self.database).await? {
            self.look_at_events(entry).await?;
        }
        Ok(table::next(&self.database).await?)
    }

    /// A start whose time has come.
    async fn start_due(&self, entry: Entry, now: i64) -> Result<(), HubError> {
        let Some(due_at) = entry.due_at else { return Ok(()) };
        let (due_next, missed) = match entry.kind {
            Kind::Every => {
                let (next, missed) = calendar::every(entry.delay.unwrap_or(SHORTEST), due_at, now);
                (Some(next), missed)
            }
            Kind::Cron => match entry.cron() {
                Some(cron) => (cron.after(now), cron.missed(due_at, now)),
                None => (None, 0),
            },
            Kind::After | Kind::On => (None, 0),
        };
        if missed > 0 {
            let due = clock::rfc3339(due_at);
            tracing::warn!(
                workflow = entry.workflow_id,
                due,
                missed,
                "starts were missed; one makes up for them all"
            );
        }
        let mut advance = Advance::of(&entry);
        advance.due_at = due_next;
        self.start(&entry, None, advance).await
    }

    /// Events that may start a run, one after the other.
    async fn look_at_events(&self, mut entry: Entry) -> Result<(), HubError> {
        let trigger = self.trigger(&entry).await?;
        loop {
            let events = self.events.after(&entry.namespace, entry.position, BATCH).await?;
            let Some(last) = events.last().map(|event| event.sequence) else { return Ok(()) };
            let mut pending: Vec<Pending> = serde_json::from_str(&entry.pending).unwrap_or_default();
            let mut start = None;
            let mut position = last;
            let mut chain = 0;
            for recorded in events {
                let Some(trigger) = &trigger else { break };
                let taken = trigger.take(&mut pending, &recorded.event);
                if taken.given_up > 0 {
                    tracing::warn!(
                        workflow = entry.workflow_id,
                        "events that never became a start are given up"
                    );
                }
                if taken.start.is_some() {
                    (start, position, chain) = (taken.start, recorded.sequence, recorded.chain + 1);
                    break;
                }
            }
            entry.position = position;
            entry.pending = serde_json::to_string(&pending).map_err(HubError::internal)?;
            let mut advance = Advance::of(&entry);
            advance.chain = chain;
            match start {
                Some(_) if chain > LONGEST_CHAIN => {
                    let error = format!(
                        "{LONGEST_CHAIN} runs in a row were started by what the one before had emitted: does the workflow start itself?"
                    );
                    tracing::error!(workflow = entry.workflow_id, error, "an event starts no further run");
                    advance.last_error = Some(error);
                    table::advance_alone(&self.database, &advance).await?;
                }
                Some(input) => self.start(&entry, Some(input), advance).await?,
                None => table::advance_alone(&self.database, &advance).await?,
            }
            // Saved anew or deleted meanwhile: the next turn sees what there is now.
            match table::one(&self.database, &entry.workflow_id, Kind::On).await? {
                Some(now) if now.position == entry.position && now.turn == entry.turn + 1 => entry = now,
                _ => return Ok(()),
            }
        }
    }

    /// Starts a run and takes the schedule on, in one commit. Where no run can be started, the schedule goes on and keeps
    /// the reason.
    async fn start(&self, entry: &Entry, input: Option<Value>, mut advance: Advance) -> Result<(), HubError> {
        let outcome = self.try_start(entry, input, advance.clone()).await;
        let error = match outcome {
            Ok(()) => return Ok(()),
            Err(error) if error.http_status() >= 500 => return Err(error),
            Err(error) => error.reason.en,
        };
        tracing::error!(workflow = entry.workflow_id, error, "a scheduled start cannot be made");
        advance.last_error = Some(error);
        Ok(table::advance_alone(&self.database, &advance).await?)
    }

    async fn try_start(&self, entry: &Entry, input: Option<Value>, advance: Advance) -> Result<(), HubError> {
        // A deletion of the workflow waits, and finds the run.
        let _no_deletion = self.deletions.read().await;
        let saved = self.workflows.newest(&entry.workflow_id).await?;
        let document = self.executions.startable().read(saved.definition.clone()).await?;
        let (input, refused) = checked(&document, input);
        let reason = format!("schedule.{}, saved by {}", entry.describe(), entry.saved_by);
        let started = self
            .executions
            .start_scheduled(
                StartJob {
                    workflow_id: saved.workflow_id,
                    workflow_name: saved.name,
                    namespace: saved.namespace,
                    revision: saved.revision,
                    definition: saved.definition,
                    request: ExecuteRequest {
                        input: Some(input),
                        reason: Some(reason),
                        ..Default::default()
                    },
                    started_by: STARTER.to_owned(),
                },
                advance,
                refused,
            )
            .await?;
        if let Some(started) = started {
            tracing::info!(workflow = entry.workflow_id, job = started.job_name, "started by its schedule");
        }
        Ok(())
    }

    async fn trigger(&self, entry: &Entry) -> Result<Option<Arc<Trigger>>, HubError> {
        let mut triggers = self.triggers.lock().await;
        if let Some((written, trigger)) = triggers.get(&entry.workflow_id)
            && *written == entry.written
        {
            return Ok(Some(Arc::clone(trigger)));
        }
        let written: Value = serde_json::from_str(&entry.written).map_err(HubError::internal)?;
        let document = Document::from_value(serde_json::json!({ "schedule": written }));
        let on = match Schedule::compile(&document) {
            Ok(schedule) => schedule.and_then(|schedule| schedule.on),
            Err(problems) => {
                let reason = problems.first().map(|problem| problem.message_en.as_str()).unwrap_or_default();
                tracing::error!(workflow = entry.workflow_id, reason, "a schedule cannot be read any more");
                None
            }
        };
        let Some(trigger) = on.map(Arc::new) else { return Ok(None) };
        triggers.insert(entry.workflow_id.clone(), (entry.written.clone(), Arc::clone(&trigger)));
        Ok(Some(trigger))
    }
}

/// The input with its defaults, and why the run cannot do with it: then it faults at once, where everybody sees it.
fn checked(document: &Document, input: Option<Value>) -> (Value, Option<WorkflowError>) {
    let input = input.unwrap_or(Value::Null);
    let Some(schema) = document.input_schema() else {
        return (if input.is_null() { serde_json::json!({}) } else { input }, None);
    };
    let input = flow::defaults(schema, input);
    let problems = flow::check_input(schema, &input);
    let refused = problems.first().map(|problem| {
        let detail = format!("the schedule's input{}: {}", problem.pointer, problem.message_en);
        Standard::Validation.at(&Pointer::root(), "Validation Error", detail)
    });
    (input, refused)
}

#[cfg(test)]
mod tests;
