//! `run: workflow` (DSL reference, Workflow Process): a task that starts a run of its own, and may await it.
//!
//! The link between the two is a row that is written with the child's first event, one for each attempt of the task: a
//! call that is made again after a crash finds the child that is there. While the parent waits, nothing waits for it in
//! memory: the child's end is written with the child's last event and becomes the answer to the parent's call, at once or
//! when the call is found in the outbox at the next start.
//!
//! A child at fault waits for people as every run does, and its parent waits with it, unless a `try` there catches the
//! error (see [`caught`]). A child that was stopped is a fault of the task that awaits it. A parent that does not wait
//! any more stops the child.

mod caught;
mod telling;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use flow::Pointer;
use flow::engine::{Call, Command, Event, LogLevel, TaskId, TaskStatus, Timestamp, WorkflowError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row;
use tokio::sync::watch;
use wire::workflow::ExecuteRequest;
use wire::{ErrorCode, Status};

use self::caught::Given;
use super::host::{CallKey, Host};
use super::masking::Masking;
use super::plan::{LogRow, Write};
use super::start::check_input;
use super::{Executions, StartJob, faults};
use crate::clock;
use crate::database::Database;
use crate::error::HubError;
use crate::workflows::{Saved, Workflows};

/// A run may stand within so many others; one that runs itself must come to an end.
const DEEPEST: i64 = 16;
/// How long the hub waits before it tries again what the database refused.
const PAUSE: Duration = Duration::from_secs(1);

/// What the host keeps for this.
#[derive(Debug, Default)]
pub(super) struct SubRuns {
    /// There may be a run that is a task's of another: without one, nobody has to look for any.
    any: AtomicBool,
    /// Those who start runs; known once the host is open.
    executions: watch::Sender<Option<Weak<Executions>>>,
}

/// The task that a run is of.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    pub(super) job: i64,
    pub(super) job_name: String,
    pub(super) task: TaskId,
    pub(super) attempt: u32,
    /// The place of the task in its definition.
    pub(super) pointer: String,
    pub(super) awaited: bool,
    pub(super) depth: i64,
    /// What is private to it, where the child's input shows any of it; known at the start only.
    pub(super) private: Vec<String>,
}

/// How a run has ended, as the one needs it that awaits it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Completed {
        output: Value,
        /// What is private to the run, where the output shows any of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        private: Vec<String>,
    },
    Stopped,
}

/// A call that runs a workflow.
#[derive(Clone, Debug)]
pub(super) struct SubRunCall {
    namespace: String,
    name: String,
    version: String,
    input: Value,
    awaited: bool,
    dry_run: bool,
}

/// What a run has of the one whose task it is: its place in a chain of runs and events, and the start of the first of
/// them, from which on it hears events.
pub(super) async fn inherited(
    database: &Database,
    parent: &Parent,
) -> sqlx::Result<(u32, Option<Timestamp>)> {
    let (chain, first): (i64, i64) = sqlx::query_as(
        "WITH RECURSIVE above (id) AS
             (SELECT ?1 UNION SELECT parent FROM sub_runs JOIN above ON child = above.id)
         SELECT (SELECT chain FROM jobs WHERE id = ?1), MIN(started_at) FROM jobs JOIN above ON jobs.id = above.id",
    )
    .bind(parent.job)
    .fetch_one(database.read())
    .await?;
    Ok((u32::try_from(chain).unwrap_or_default(), Some(Timestamp(first))))
}

/// A child that is there.
struct Link {
    child: i64,
    job_name: String,
    outcome: Option<Outcome>,
}

/// Why a child did not begin.
enum NotBegun {
    /// The task faults with it.
    Fault(WorkflowError),
    /// The database, or another reason that passes.
    Again(HubError),
}

impl From<HubError> for NotBegun {
    fn from(error: HubError) -> Self {
        match error.code {
            ErrorCode::Internal => Self::Again(error),
            _ => Self::Fault(faults::validation(error.reason.en)),
        }
    }
}

impl From<sqlx::Error> for NotBegun {
    fn from(cause: sqlx::Error) -> Self {
        Self::Again(cause.into())
    }
}

impl SubRunCall {
    /// None where the call is another.
    pub(super) fn of(call: &Call) -> Option<Self> {
        match call {
            Call::Workflow { namespace, name, version, input, awaited, dry_run } => Some(Self {
                namespace: namespace.clone(),
                name: name.clone(),
                version: version.clone(),
                input: input.clone(),
                awaited: *awaited,
                dry_run: *dry_run,
            }),
            _ => None,
        }
    }
}

impl Parent {
    /// How a run ends by these commands; none where it goes on, or nobody awaits it.
    pub(super) fn outcome(&self, commands: &[Command], masking: &Masking) -> Option<Outcome> {
        if !self.awaited {
            return None;
        }
        let record = commands.iter().rev().find_map(|command| match command {
            Command::RecordJob { job } => Some(job),
            _ => None,
        })?;
        match record.status {
            TaskStatus::Completed => Some(Outcome::Completed {
                output: record.output.clone(),
                private: masking.shown_in(&record.output),
            }),
            TaskStatus::Cancelled => Some(Outcome::Stopped),
            _ => None,
        }
    }
}

impl Outcome {
    pub(super) fn write(&self) -> Option<Write> {
        serde_json::to_string(self).ok().map(Write::SubRunOutcome)
    }
}

impl Host {
    /// Begins to run workflows, and stops the runs whose parents have ceased to wait while the hub died.
    pub(super) async fn take_up_sub_runs(
        self: &Arc<Self>,
        executions: &Arc<Executions>,
    ) -> Result<(), HubError> {
        let (any,): (bool,) = sqlx::query_as("SELECT EXISTS (SELECT 1 FROM sub_runs)")
            .fetch_one(self.database().read())
            .await?;
        self.sub_runs().any.fetch_or(any, Ordering::Relaxed);
        self.sub_runs().executions.send_replace(Some(Arc::downgrade(executions)));
        if any {
            let unwanted: Vec<(i64,)> = sqlx::query_as(
                "SELECT DISTINCT parent FROM sub_runs JOIN jobs ON id = child
                 WHERE awaited AND outcome IS NULL AND status NOT IN ('completed', 'cancelled', 'skipped')
                   AND NOT EXISTS (SELECT 1 FROM calls WHERE calls.job = sub_runs.parent
                                   AND calls.task = sub_runs.task AND calls.attempt = sub_runs.attempt)",
            )
            .fetch_all(self.database().read())
            .await?;
            for (parent,) in unwanted {
                self.stop_sub_runs(parent, None);
            }
        }
        Ok(())
    }

    pub(super) async fn parent_of(&self, child: i64) -> sqlx::Result<Option<Parent>> {
        if !self.sub_runs().any.load(Ordering::Relaxed) {
            // The host may still be opening.
            let (any,): (bool,) = sqlx::query_as("SELECT EXISTS (SELECT 1 FROM sub_runs)")
                .fetch_one(self.database().read())
                .await?;
            if !any {
                return Ok(None);
            }
        }
        let row = sqlx::query(
            "SELECT parent, task, attempt, awaited, depth, job_name,
                    COALESCE((SELECT pointer FROM tasks
                              WHERE tasks.job = parent AND tasks.task = sub_runs.task), '') AS pointer
             FROM sub_runs JOIN jobs ON id = parent WHERE child = ?",
        )
        .bind(child)
        .fetch_optional(self.database().read())
        .await?;
        row.map(|row| {
            Ok(Parent {
                job: row.try_get("parent")?,
                job_name: row.try_get("job_name")?,
                task: TaskId(row.try_get::<i64, _>("task")?.unsigned_abs()),
                attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(u32::MAX),
                pointer: row.try_get("pointer")?,
                awaited: row.try_get("awaited")?,
                depth: row.try_get("depth")?,
                private: Vec::new(),
            })
        })
        .transpose()
    }

    /// Runs a workflow for a task; one that this attempt of the task runs already is found again.
    pub(super) fn dispatch_sub_run(
        self: &Arc<Self>,
        key: CallKey,
        job: i64,
        pointer: Pointer,
        call: SubRunCall,
    ) {
        let host = Arc::clone(self);
        self.tracker().spawn(Box::pin(async move {
            while let Err(error) = host.run_workflow(&key, job, &pointer, &call).await {
                let error = match error {
                    NotBegun::Fault(error) => {
                        let (at, task, attempt) = (Timestamp(clock::now()), key.task, key.attempt);
                        let event = Event::CallFaulted { at, task, attempt, error };
                        return host.answer(job, &key.job_name, task, attempt, event).await;
                    }
                    NotBegun::Again(error) => error,
                };
                tracing::error!(job = key.job_name, %error, "a workflow could not be run, and is tried again");
                if host.draining().run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                    return;
                }
            }
        }) as std::pin::Pin<Box<dyn Future<Output = ()> + Send>>);
    }

    async fn run_workflow(
        self: &Arc<Self>,
        key: &CallKey,
        job: i64,
        pointer: &Pointer,
        call: &SubRunCall,
    ) -> Result<(), NotBegun> {
        let (task, attempt) = (key.task, key.attempt);
        let link = match self.link(job, task, attempt).await? {
            // It came to be at fault, and the hub died before its parent was told.
            Some(Link { child, job_name, outcome: None }) if call.awaited => {
                if let Some(parent) = self.parent_of(child).await?
                    && self.give_fault(&parent, &job_name).await? == Given::Taken
                {
                    return Ok(());
                }
                Link { child, job_name, outcome: None }
            }
            Some(link) => link,
            None => {
                // The parent may have ended while this came about.
                if !self.is_wanted(job, task, attempt).await? {
                    return Ok(());
                }
                let Some(executions) = self.executions().await else { return Ok(()) };
                let depth = 1 + self.parent_of(job).await?.map_or(0, |parent| parent.depth);
                if depth > DEEPEST {
                    return Err(NotBegun::Fault(faults::configuration(format!(
                        "runs stand within each other more than {DEEPEST} deep: does a workflow run itself?"
                    ))));
                }
                let parent = Parent {
                    job,
                    job_name: key.job_name.clone(),
                    task,
                    attempt,
                    pointer: pointer.as_str().to_owned(),
                    awaited: call.awaited,
                    depth,
                    private: self.masking_of(&key.job_name).await?.shown_in(&call.input),
                };
                self.sub_runs().any.store(true, Ordering::Relaxed);
                let job_name = executions.start_sub_run(call, parent.clone()).await?;
                self.note(&parent, LogLevel::Info, &format!("run {job_name} started"));
                if call.awaited && !self.is_wanted(job, task, attempt).await? {
                    self.stop_sub_runs(job, Some((task, attempt)));
                    return Ok(());
                }
                // It may be at its end already.
                match self.link(job, task, attempt).await? {
                    Some(link) => link,
                    None => return Ok(()),
                }
            }
        };
        let nothing = || Outcome::Completed { output: Value::Null, private: Vec::new() };
        let outcome = if call.awaited { link.outcome } else { Some(nothing()) };
        if let Some(outcome) = outcome {
            self.deliver_outcome(job, &key.job_name, (task, attempt), &link.job_name, outcome).await;
        }
        Ok(())
    }

    /// Tells the parent what has become of its child.
    pub(super) fn tell_parent(
        self: &Arc<Self>,
        parent: &Parent,
        job_name: &str,
        outcome: Option<Outcome>,
        changed: bool,
        status: TaskStatus,
    ) {
        if !parent.awaited {
            return;
        }
        if changed && status == TaskStatus::Faulted {
            self.tell_of_fault(parent.clone(), job_name.to_owned());
        }
        let Some(outcome) = outcome else { return };
        let (host, parent, job_name) = (Arc::clone(self), parent.clone(), job_name.to_owned());
        self.tracker().spawn(Box::pin(async move {
            let of = (parent.task, parent.attempt);
            host.deliver_outcome(parent.job, &parent.job_name, of, &job_name, outcome).await;
        }) as std::pin::Pin<Box<dyn Future<Output = ()> + Send>>);
    }

    /// Stops the runs that a job, or one attempt of one of its tasks, does not await any more.
    pub(super) fn stop_sub_runs(self: &Arc<Self>, parent: i64, of: Option<(TaskId, u32)>) {
        if !self.sub_runs().any.load(Ordering::Relaxed) {
            return;
        }
        let host = Arc::clone(self);
        self.tracker().spawn(Box::pin(async move {
            while let Err(error) = host.stop_unwanted(parent, of).await {
                tracing::error!(%error, "a run that nobody awaits could not be stopped, and is tried again");
                if host.draining().run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                    return;
                }
            }
        }) as std::pin::Pin<Box<dyn Future<Output = ()> + Send>>);
    }

    async fn stop_unwanted(&self, parent: i64, of: Option<(TaskId, u32)>) -> Result<(), HubError> {
        let rows: Vec<(String, i64, i64, String, Option<String>)> = sqlx::query_as(
            "SELECT child.job_name, sub_runs.task, sub_runs.attempt, parent.job_name,
                    (SELECT by_user FROM acts WHERE acts.job = sub_runs.parent AND act = 'stop' ORDER BY id DESC LIMIT 1)
             FROM sub_runs JOIN jobs AS child ON child.id = child JOIN jobs AS parent ON parent.id = sub_runs.parent
             WHERE sub_runs.parent = ? AND awaited AND outcome IS NULL
               AND child.status NOT IN ('completed', 'cancelled', 'skipped')",
        )
        .bind(parent)
        .fetch_all(self.database().read())
        .await?;
        for (child, task, attempt, parent_name, by) in rows {
            let (task, attempt) = (TaskId(task.unsigned_abs()), u32::try_from(attempt).unwrap_or(u32::MAX));
            if of.is_some_and(|of| of != (task, attempt)) || self.is_wanted(parent, task, attempt).await? {
                continue;
            }
            let Some(executions) = self.executions().await else { return Ok(()) };
            let by = by.unwrap_or_else(|| parent_name.clone());
            let reason = format!("{parent_name} does not wait for it any more");
            match executions.stop(&child, &by, Some(reason)).await {
                Err(error) if error.code == ErrorCode::Internal => return Err(error),
                // Otherwise it has ended by itself in the meantime.
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    async fn link(&self, parent: i64, task: TaskId, attempt: u32) -> sqlx::Result<Option<Link>> {
        let row: Option<(i64, String, String, Option<String>)> = sqlx::query_as(
            "SELECT child, job_name, status, outcome FROM sub_runs JOIN jobs ON id = child
             WHERE parent = ? AND task = ? AND attempt = ?",
        )
        .bind(parent)
        .bind(task.0.cast_signed())
        .bind(i64::from(attempt))
        .fetch_optional(self.database().read())
        .await?;
        Ok(row.map(|(child, job_name, status, outcome)| {
            let stopped = Status::from(status.as_str()) == Status::Cancelled;
            let outcome = outcome.and_then(|text| serde_json::from_str(&self.opened(child, &text)?).ok());
            // A run that the hub could not carry on has no other end than to be stopped.
            Link { child, job_name, outcome: outcome.or(stopped.then_some(Outcome::Stopped)) }
        }))
    }

    /// Whether the parent's call is still without an answer.
    async fn is_wanted(&self, parent: i64, task: TaskId, attempt: u32) -> sqlx::Result<bool> {
        let (wanted,): (bool,) =
            sqlx::query_as("SELECT EXISTS (SELECT 1 FROM calls WHERE job = ? AND task = ? AND attempt = ?)")
                .bind(parent)
                .bind(task.0.cast_signed())
                .bind(i64::from(attempt))
                .fetch_one(self.database().read())
                .await?;
        Ok(wanted)
    }

    /// Those who start runs; none where the hub stops.
    async fn executions(&self) -> Option<Arc<Executions>> {
        let mut known = self.sub_runs().executions.subscribe();
        let known = self.draining().run_until_cancelled(known.wait_for(Option::is_some)).await?.ok()?;
        known.as_ref()?.upgrade()
    }
}

impl Executions {
    /// Starts a run for a task of another: as the one who started that, and checked as every start is.
    async fn start_sub_run(&self, call: &SubRunCall, parent: Parent) -> Result<String, NotBegun> {
        let SubRunCall { namespace, name, version, input, dry_run, .. } = call;
        let workflows = Workflows::new(self.database.clone());
        let Some(saved) = workflows.named(namespace, name, version).await? else {
            return Err(NotBegun::Fault(WorkflowError {
                status: 404,
                ..faults::configuration(missing(namespace, name, version))
            }));
        };
        let Saved { workflow_id, revision, name, namespace, definition } = saved;
        let document = self.settings.startable.read(definition.clone()).await?;
        let mut input = (!input.is_null()).then(|| input.clone());
        check_input(&document, &mut input)?;
        let (started_by,): (String,) = sqlx::query_as("SELECT started_by FROM jobs WHERE id = ?")
            .bind(parent.job)
            .fetch_one(self.database.read())
            .await?;
        let request = ExecuteRequest { input, dry_run: Some(*dry_run), ..ExecuteRequest::default() };
        let workflow_name = name;
        let start =
            StartJob { workflow_id, workflow_name, namespace, revision, definition, request, started_by };
        let started = self.start_beside(start, Vec::new(), None, Some(parent)).await?;
        started.map(|started| started.job_name).ok_or_else(|| {
            NotBegun::Again(HubError::internal("the start was refused as one that was made before"))
        })
    }

    /// A line for each workflow that a definition runs and that is not there when a run of it begins.
    pub(super) async fn warn_of_missing(
        &self,
        workflows: &[(Pointer, [String; 3])],
        at: Timestamp,
    ) -> Result<Vec<Write>, HubError> {
        let all = Workflows::new(self.database.clone());
        let mut lines = Vec::new();
        for (pointer, [namespace, name, version]) in workflows {
            if all.named(namespace, name, version).await?.is_none() {
                let text = format!(
                    "{}; the task will be at fault unless it is saved by then",
                    missing(namespace, name, version)
                );
                let place = (pointer.as_str().to_owned(), None, 0);
                lines.push(Write::Log(LogRow::new(&Masking::default(), at, place, LogLevel::Warn, &text)));
            }
        }
        Ok(lines)
    }

    /// A run that was broken off is stopped without an event: the one that awaits it has to be told all the same.
    pub(super) async fn tell_parent_of_broken(&self, job: i64, job_name: &str) -> Result<(), HubError> {
        if let Some(parent) = self.host.parent_of(job).await? {
            self.host.tell_parent(&parent, job_name, Some(Outcome::Stopped), true, TaskStatus::Cancelled);
        }
        Ok(())
    }
}

fn missing(namespace: &str, name: &str, version: &str) -> String {
    format!("there is no workflow {name} {version} in the namespace {namespace}")
}
