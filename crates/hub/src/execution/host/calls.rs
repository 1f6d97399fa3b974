//! The calls under way: begun from the outbox, at most so many at a time, aborted when nobody wants their outcome.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use flow::Pointer;
use flow::engine::{Call, Event, TaskId, TimerId, Timestamp, WorkflowError};
use futures::FutureExt;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::Host;
use crate::clock;
use crate::execution::faults;
use crate::execution::masking::Masking;
use crate::execution::plan::LogRow;
use crate::execution::runner::{LogSink, TaskCall};
use crate::execution::seams::ExecutionHost;
use crate::execution::sub_runs::SubRunCall;

/// How many calls are under way at most; the others wait for their turn.
const AT_A_TIME: usize = 256;
/// How long the hub waits before it tries again to commit what it could not, at first and at most.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(100);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::execution) struct CallKey {
    pub(in crate::execution) job_name: String,
    pub(in crate::execution) task: TaskId,
    pub(in crate::execution) attempt: u32,
}

#[derive(Debug)]
pub(super) struct Calls {
    running: Mutex<HashMap<CallKey, CancellationToken>>,
    turns: Arc<Semaphore>,
}

impl Default for Calls {
    fn default() -> Self {
        Self { running: Mutex::default(), turns: Arc::new(Semaphore::new(AT_A_TIME)) }
    }
}

impl Calls {
    pub(super) fn cancel(&self, key: &CallKey) {
        if let Some(token) = self.lock().remove(key) {
            token.cancel();
        }
    }

    pub(super) fn cancel_job(&self, job_name: &str) {
        self.lock().retain(|key, token| {
            let keep = key.job_name != job_name;
            if !keep {
                token.cancel();
            }
            keep
        });
    }

    pub(super) fn cancel_all(&self) {
        self.lock().drain().for_each(|(_, token)| token.cancel());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CallKey, CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    /// Begins a call of the outbox. While the hub shuts down none is begun: the next start finds it in the outbox.
    pub(super) fn dispatch(
        self: &Arc<Self>,
        key: CallKey,
        job: i64,
        masking: Masking,
        pointer: Pointer,
        call: Call,
    ) {
        if self.draining.is_cancelled() {
            return;
        }
        if let Some(call) = SubRunCall::of(&call) {
            // It takes no turn of those that call something outside, however long it runs.
            return self.dispatch_sub_run(key, job, pointer, call);
        }
        let cancelled = CancellationToken::new();
        if self.calls.lock().insert(key.clone(), cancelled.clone()).is_some() {
            return;
        }
        let committer = self.committer.clone();
        let place = (pointer.as_str().to_owned(), Some(key.task), key.attempt);
        let silent = cancelled.clone();
        let log = LogSink::new(move |level, message| {
            // What an aborted call still says belongs to nothing any more.
            if !silent.is_cancelled() {
                let now = Timestamp(clock::now());
                committer.append(job, LogRow::new(&masking, now, place.clone(), level, &message));
            }
        })
        .with_room(self.committer.room());
        let idempotency_key = format!("{}/{}/{}", key.job_name, key.task.0, key.attempt);
        let call = TaskCall { call, idempotency_key, log, cancelled: cancelled.clone() };
        let host = Arc::clone(self);
        // Boxed as what it is to the outside: performing a call leads to further calls.
        let performing: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            if let Some(outcome) = host.run(call, &cancelled).await {
                host.complete(&key, outcome, &cancelled).await;
            }
            host.calls.lock().remove(&key);
        });
        self.tracker.spawn(performing);
    }

    /// The outcome of a call; none where it was aborted, or did not get its turn before the hub shut down.
    async fn run(
        &self,
        call: TaskCall,
        cancelled: &CancellationToken,
    ) -> Option<Result<Value, WorkflowError>> {
        let turn = tokio::select! {
            biased;
            () = cancelled.cancelled() => return None,
            () = self.draining.cancelled() => return None,
            turn = self.calls.turns.acquire() => turn,
        };
        let running = AssertUnwindSafe(self.runner.run(call)).catch_unwind();
        let outcome = tokio::select! {
            biased;
            () = cancelled.cancelled() => return None,
            outcome = running => outcome,
        };
        drop(turn);
        Some(outcome.unwrap_or_else(|_| Err(faults::runtime("the hub failed while it performed this call"))))
    }

    async fn complete(
        self: &Arc<Self>,
        key: &CallKey,
        outcome: Result<Value, WorkflowError>,
        cancelled: &CancellationToken,
    ) {
        let (task, attempt) = (key.task, key.attempt);
        let at = Timestamp(clock::now());
        let event = match outcome {
            Ok(output) => Event::CallCompleted { at, task, attempt, output },
            Err(error) => Event::CallFaulted { at, task, attempt, error },
        };
        let event_key = format!("call/{}/{attempt}", task.0);
        self.submit_until_committed(&key.job_name, &event_key, event, cancelled).await;
    }

    /// Fires a timer, on its own: a slow step of one job must not hold up the timers of the others.
    pub(super) fn fire(self: &Arc<Self>, job_name: String, timer: TimerId) {
        let host = Arc::clone(self);
        let firing: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            let event = Event::TimerFired { at: Timestamp(clock::now()), timer };
            let key = format!("timer/{}", timer.0);
            host.submit_until_committed(&job_name, &key, event, &host.draining).await;
        });
        self.tracker.spawn(firing);
    }

    /// A full disk or a locked file passes; the outcome of a call must not be lost to it.
    pub(in crate::execution) async fn submit_until_committed(
        self: &Arc<Self>,
        job_name: &str,
        key: &str,
        event: Event,
        given_up: &CancellationToken,
    ) {
        let mut pause = FIRST_PAUSE;
        while let Err(error) = self.submit(job_name, key, event.clone()).await {
            tracing::error!(job = job_name, key, %error, "an event could not be committed, and is tried again");
            tokio::select! {
                () = given_up.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
