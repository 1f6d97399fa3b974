//! Hosts the jobs: one event at a time for each, state and commands committed together, then the commands performed.
//!
//! A job's state is kept in memory between events and read from the database where it is not there, so that opening a
//! hub with many waiting jobs costs no more than their calls and timers. A job that the hub cannot carry on is faulted;
//! the others go on.

mod calls;
mod listeners;
mod loading;
mod privacy;
mod recovery;

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use flow::engine::{Event, JobRecord, LogLevel, TaskStatus, Timestamp};
use flow::expression::within_time;
use tokio::sync::{Notify, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(super) use self::calls::CallKey;
use self::calls::Calls;
use self::listeners::Listeners;
use self::loading::LoadError;
pub(super) use self::loading::PrepareError;
pub(super) use self::privacy::Seal;
use super::blueprint::{Blueprint, Progress};
use super::faults;
use super::interpreter::{Program, State, step};
use super::masking::Masking;
use super::plan::{Effect, KeptValues, LogRow, Plan, Write, is_final, plan};
use super::runner::TaskRunner;
use super::seams::{ExecutionHost, Submitted};
use super::store::{CommitError, Committer};
use super::sub_runs::{Outcome, Parent, SubRuns};
use super::timers::Timers;
use crate::clock;
use crate::database::Database;
use crate::error::HubError;
use crate::events::Bus;
use crate::events::table::EventWrite;
use crate::recent::Recent;
use crate::secrets::Secrets;

pub(super) struct Host {
    database: Database,
    pub(super) committer: Committer,
    runner: Arc<dyn TaskRunner>,
    pub(super) secrets: Secrets,
    cells: Mutex<HashMap<String, Cell>>,
    prepared: Mutex<HashMap<String, Weak<Prepared>>>,
    /// By the texts that runs were started with last.
    recent: Recent<Prepared>,
    calls: Calls,
    timers: Timers,
    events: Bus,
    listeners: Listeners,
    completions: Notify,
    next_job: AtomicI64,
    sub_runs: SubRuns,
    /// Everything that runs for the host, so that it can be waited for.
    tracker: TaskTracker,
    /// No call is begun any more.
    draining: CancellationToken,
}

/// How long one expression may work. Its budget in steps ends it long before, unless this hub has found a way round.
const LONGEST_EXPRESSION: Duration = Duration::from_secs(5);

/// One job's place in memory; empty where its state is only in the database.
type Cell = Arc<tokio::sync::Mutex<Option<Memory>>>;

/// A definition that is ready to run.
pub(super) struct Prepared {
    pub(super) digest: String,
    /// Compact JSON.
    pub(super) definition: String,
    pub(super) program: Program,
    pub(super) blueprint: Blueprint,
}

/// A job in memory, as it is in the database.
pub(super) struct Memory {
    pub(super) job: i64,
    pub(super) prepared: Arc<Prepared>,
    pub(super) state: State,
    pub(super) masking: Masking,
    pub(super) progress: Progress,
    pub(super) status: TaskStatus,
    pub(super) kept: KeptValues,
    /// The run that this one is of.
    pub(super) parent: Option<Parent>,
}

/// A job that nobody else can change until this is dropped.
pub(super) struct Locked {
    job_name: String,
    memory: OwnedMutexGuard<Option<Memory>>,
}

impl Locked {
    /// Looks at the job's state, where it is in memory: after an event was applied, or ignored, it is.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Program, &State) -> T) -> Option<T> {
        self.memory.as_ref().map(|memory| look(&memory.prepared.program, &memory.state))
    }
}

impl Host {
    /// Makes an event part of a locked job. `beside` is written first, in the same transaction, unless the event is
    /// ignored.
    pub(super) async fn apply(
        self: &Arc<Self>,
        locked: &mut Locked,
        key: Option<String>,
        event: Event,
        mut beside: Vec<Write>,
    ) -> Result<Submitted, HubError> {
        let memory = match locked.memory.take() {
            Some(memory) => memory,
            None => match self.load(&locked.job_name).await {
                Ok(memory) => memory,
                Err(LoadError::Over) => return Ok(Submitted::Ignored),
                Err(LoadError::Broken { job, cause }) => {
                    self.break_off(locked, job, &cause, Vec::new()).await?;
                    return Ok(Submitted::Ignored);
                }
                Err(LoadError::Hub(error)) => return Err(error),
            },
        };
        let Memory { job, prepared, mut state, mut masking, mut progress, status, mut kept, parent } = memory;
        self.give_secrets(&prepared.blueprint, &mut state, &mut masking).await?;
        // What people write may hold what nobody is to read.
        for write in &mut beside {
            if let Write::Act(act) = write {
                act.comment = act.comment.take().map(|comment| masking.text(&comment));
            }
        }
        let seal = Seal::where_needed(self.secrets.vault(), job, &masking);
        let sealing = seal.clone();
        let used_up = used_up(&event);
        let stepping = Arc::clone(&prepared);
        // Expressions may take their time, within their budget; a step that fails takes nothing with it but its job.
        let stepped = tokio::task::spawn_blocking(move || {
            let (mut state, commands) =
                within_time(clock::worked, LONGEST_EXPRESSION, || step(&stepping.program, state, event));
            let changes = state.take_changes().map_err(|cause| cause.to_string())?;
            let changes = match sealing {
                Some(seal) => seal.changes(changes).map_err(|cause| cause.to_string())?,
                None => changes,
            };
            Ok::<_, String>((state, changes, commands))
        })
        .await;
        let cause = match stepped {
            Ok(Ok((state, changes, commands))) => {
                if commands.is_empty() && used_up.is_none() {
                    // Nothing follows from it: a decision that came too late, a retry of what is not faulted.
                    // A state that is to be stored otherwise than it was read is stored all the same.
                    if !changes.is_empty() {
                        self.write(job, vec![Write::State(changes)]).await?;
                    }
                    *locked.memory =
                        Some(Memory { job, prepared, state, masking, progress, status, kept, parent });
                    return Ok(Submitted::Ignored);
                }
                let submitted = if commands.is_empty() { Submitted::Ignored } else { Submitted::Applied };
                let outcome = parent.as_ref().and_then(|parent| parent.outcome(&commands, &masking));
                let Plan { writes: planned, effects, status: changed } =
                    plan(commands, &prepared.blueprint, &masking, &mut progress, &mut kept);
                kept.settle(&changes.released, |number| state.holds(number));
                let mut writes = beside;
                writes.extend(key.map(|key| Write::Handled { key }));
                writes.extend(used_up);
                if !state.is_ended() {
                    writes.push(Write::State(changes));
                }
                let mut planned = planned;
                planned.extend(outcome.as_ref().and_then(Outcome::write));
                writes.extend(match &seal {
                    Some(seal) => seal.writes(planned).map_err(HubError::internal)?,
                    None => planned,
                });
                match self.committer.commit(job, writes).await {
                    Ok(()) => {}
                    Err(CommitError::Handled) => return Ok(Submitted::Ignored),
                    // What is in memory is ahead of the database: the next event reads it again.
                    Err(CommitError::Database(cause)) => return Err(HubError::internal(cause)),
                }
                self.perform(&locked.job_name, job, &masking, effects);
                if changed.is_some_and(|changed| changed != status) {
                    self.events.look();
                }
                if changed == Some(TaskStatus::Completed) {
                    self.completions.notify_one();
                }
                let before = status;
                let status = changed.unwrap_or(status);
                if status == TaskStatus::Cancelled {
                    self.runner.stopped(&locked.job_name);
                }
                if let Some(parent) = &parent {
                    self.tell_parent(parent, &locked.job_name, outcome, status != before, status);
                }
                if is_final(status) {
                    self.forget(&locked.job_name);
                } else {
                    *locked.memory =
                        Some(Memory { job, prepared, state, masking, progress, status, kept, parent });
                }
                return Ok(submitted);
            }
            Ok(Err(cause)) => cause,
            Err(cause) => cause.to_string(),
        };
        self.break_off(locked, job, &cause, beside).await?;
        Ok(Submitted::Ignored)
    }

    /// Locks a job.
    pub(super) async fn lock(&self, job_name: &str) -> Locked {
        let cell = Cell::clone(self.cells().entry(job_name.to_owned()).or_default());
        Locked { job_name: job_name.to_owned(), memory: cell.lock_owned().await }
    }

    /// Begins a job. `beside` creates it in the database; ignored where that refuses it. Tells how the job stands unless
    /// it is at its end.
    pub(super) async fn begin(
        self: &Arc<Self>,
        job_name: &str,
        memory: Memory,
        event: Event,
        beside: Vec<Write>,
    ) -> Result<(Submitted, Option<TaskStatus>), HubError> {
        let mut locked = self.lock(job_name).await;
        *locked.memory = Some(memory);
        let submitted = self.apply(&mut locked, Some("start".to_owned()), event, beside).await?;
        if submitted == Submitted::Ignored {
            self.forget(job_name);
        }
        let status = locked.memory.as_ref().map(|memory| memory.status);
        Ok((submitted, status))
    }

    /// Tells when jobs are completed.
    pub(super) fn completions(&self) -> &Notify {
        &self.completions
    }

    /// Whether a job of this name is in memory.
    pub(super) fn has_cell(&self, job_name: &str) -> bool {
        self.cells().contains_key(job_name)
    }

    /// Faults a job that the hub cannot carry on, and says so in its log.
    async fn break_off(
        self: &Arc<Self>,
        locked: &mut Locked,
        job: i64,
        cause: &str,
        beside: Vec<Write>,
    ) -> Result<(), HubError> {
        tracing::error!(job = locked.job_name, cause, "the job cannot be carried on");
        let now = Timestamp(clock::now());
        let detail = format!("the hub cannot carry this job on: {cause}");
        let record = JobRecord {
            status: TaskStatus::Faulted,
            started_at: now,
            ended_at: Some(now),
            output: serde_json::Value::Null,
            error: Some(faults::runtime(detail.clone())),
            paths_not_taken: Vec::new(),
        };
        let place = (String::new(), None, 1);
        let line = LogRow::new(&Masking::default(), now, place, LogLevel::Error, &detail);
        let mut writes = beside;
        writes.extend([Write::Job(Box::new(record)), Write::Broken, Write::DropPending, Write::Log(line)]);
        *locked.memory = None;
        self.committer.commit(job, writes).await.map_err(HubError::internal)?;
        self.perform(&locked.job_name, job, &Masking::default(), vec![Effect::AbortAll]);
        Ok(())
    }

    /// Writes without an event: all that is left for a job that the hub cannot carry on.
    pub(super) async fn write(&self, job: i64, writes: Vec<Write>) -> Result<(), HubError> {
        self.committer.commit(job, writes).await.map_err(HubError::internal)
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// What a job has stored, as it was before it was sealed.
    pub(super) fn opened(&self, job: i64, text: &str) -> Option<String> {
        Seal::of(self.secrets.vault(), job).unseal(text).ok()
    }

    pub(super) fn committer(&self) -> &Committer {
        &self.committer
    }

    pub(super) fn sub_runs(&self) -> &SubRuns {
        &self.sub_runs
    }

    pub(super) fn tracker(&self) -> &TaskTracker {
        &self.tracker
    }

    /// Cancelled when the hub stops.
    pub(super) fn draining(&self) -> &CancellationToken {
        &self.draining
    }

    pub(super) fn next_job(&self) -> i64 {
        self.next_job.fetch_add(1, Ordering::Relaxed)
    }

    /// Stops taking work: no call is begun, those under way get a moment to end, and what they end in is committed.
    pub(super) async fn shutdown(&self, moment: Duration) {
        self.draining.cancel();
        self.tracker.close();
        if tokio::time::timeout(moment, self.tracker.wait()).await.is_err() {
            self.calls.cancel_all();
            // What is left waits for nothing outside any more.
            let _ = tokio::time::timeout(moment, self.tracker.wait()).await;
        }
        // Commits are made in their order: when this one is made, all before it are.
        let _ = self.committer.commit(0, Vec::new()).await;
    }

    fn perform(self: &Arc<Self>, job_name: &str, job: i64, masking: &Masking, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Call { task, attempt, pointer, call } => {
                    let key = CallKey { job_name: job_name.to_owned(), task, attempt };
                    self.dispatch(key, job, masking.clone(), pointer, call);
                }
                Effect::Abort { task, attempt } => {
                    self.stop_sub_runs(job, Some((task, attempt)));
                    self.calls.cancel(&CallKey { job_name: job_name.to_owned(), task, attempt });
                }
                Effect::SetTimer { timer, at } => self.timers.set(job_name, timer, at),
                Effect::CancelTimer { timer } => self.timers.cancel(job_name, timer),
                Effect::Subscribe(subscription) => self.listeners.add(job, job_name, subscription),
                Effect::Unsubscribe { task, attempt } => self.listeners.remove(job, task, attempt),
                Effect::AbortAll => {
                    self.listeners.remove_job(job);
                    self.stop_sub_runs(job, None);
                    self.calls.cancel_job(job_name);
                    self.timers.cancel_all(job_name);
                }
            }
        }
    }

    /// Removes a job's place in memory, unless somebody waits for it: then it stays, empty.
    fn forget(&self, job_name: &str) {
        let mut cells = self.cells();
        // One reference is in the map and one in the guard of the one who calls this.
        if cells.get(job_name).is_some_and(|cell| Arc::strong_count(cell) <= 2) {
            cells.remove(job_name);
        }
    }

    fn cells(&self) -> MutexGuard<'_, HashMap<String, Cell>> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an event uses up: the call that it answers, the timer that fired.
fn used_up(event: &Event) -> Option<Write> {
    match event {
        Event::CallCompleted { task, attempt, .. } | Event::CallFaulted { task, attempt, .. } => {
            Some(Write::DropCall { task: *task, attempt: *attempt })
        }
        Event::TimerFired { timer, .. } => Some(Write::DropTimer { timer: *timer }),
        Event::Delivered { task, attempt, sequence, .. } => {
            Some(Write::Events(EventWrite::Delivered { task: *task, attempt: *attempt, sequence: *sequence }))
        }
        _ => None,
    }
}

#[async_trait]
impl ExecutionHost for Arc<Host> {
    async fn submit(&self, job_name: &str, key: &str, event: Event) -> Result<Submitted, HubError> {
        let mut locked = self.lock(job_name).await;
        self.apply(&mut locked, Some(key.to_owned()), event, Vec::new()).await
    }
}
