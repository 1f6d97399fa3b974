//! How the task that runs a workflow hears of it: of its end, and of a fault that people, or a `try`, have to deal with.

use std::sync::Arc;

use flow::engine::{Event, LogLevel, TaskId, Timestamp};

use super::caught::Given;
use super::{Outcome, PAUSE, Parent, faults};
use crate::clock;
use crate::execution::host::Host;
use crate::execution::masking::Masking;
use crate::execution::plan::{LogRow, Write};

impl Host {
    /// A child is at fault: a `try` of its parent takes the error, or both wait for people.
    pub(super) fn tell_of_fault(self: &Arc<Self>, parent: Parent, job_name: String) {
        let host = Arc::clone(self);
        self.tracker().spawn(Box::pin(async move {
            loop {
                let what = match host.give_fault(&parent, &job_name).await {
                    Ok(Given::Taken) => "its error is this task's",
                    Ok(Given::NotWanted) => "this task waits until somebody retries, skips or stops there",
                    Ok(Given::Over) => return,
                    Err(error) => {
                        tracing::error!(%error, "a run's fault could not be told, and is tried again");
                        if host.draining().run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                            return;
                        }
                        continue;
                    }
                };
                return host.note(&parent, LogLevel::Warn, &format!("run {job_name} is at fault: {what}"));
            }
        }) as std::pin::Pin<Box<dyn Future<Output = ()> + Send>>);
    }

    /// Makes the outcome of a run the answer to the call of the task that awaits it. What is private to the one that ran is
    /// private to the one that awaited it from then on.
    pub(super) async fn deliver_outcome(
        self: &Arc<Self>,
        parent: i64,
        parent_name: &str,
        (task, attempt): (TaskId, u32),
        job_name: &str,
        outcome: Outcome,
    ) {
        if let Outcome::Completed { private, .. } = &outcome
            && !private.is_empty()
        {
            while let Err(error) = self.keep_private(parent, parent_name, private).await {
                tracing::error!(job = parent_name, %error, "what is private could not be kept, and is tried again");
                if self.draining().run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                    return;
                }
            }
        }
        let event = event_of(task, attempt, job_name, outcome);
        self.answer(parent, parent_name, task, attempt, event).await;
    }

    /// Answers the parent's call; the same answer again changes nothing.
    pub(super) async fn answer(
        self: &Arc<Self>,
        parent: i64,
        job_name: &str,
        task: TaskId,
        attempt: u32,
        event: Event,
    ) {
        let key = format!("call/{}/{attempt}", task.0);
        // What is not committed when the hub stops is found in the outbox and answered again.
        self.submit_until_committed(job_name, &key, event, self.draining()).await;
        if let Ok(false) = self.is_wanted(parent, task, attempt).await
            && let Err(error) = self.write(parent, vec![Write::SubRunDelivered { task, attempt }]).await
        {
            tracing::error!(job = job_name, %error, "what a run has yielded could not be erased");
        }
    }

    pub(super) fn note(&self, parent: &Parent, level: LogLevel, text: &str) {
        let place = (parent.pointer.clone(), Some(parent.task), parent.attempt);
        let line = LogRow::new(&Masking::default(), Timestamp(clock::now()), place, level, text);
        self.committer().append(parent.job, line);
    }
}

fn event_of(task: TaskId, attempt: u32, job_name: &str, outcome: Outcome) -> Event {
    let at = Timestamp(clock::now());
    match outcome {
        Outcome::Completed { output, .. } => Event::CallCompleted { at, task, attempt, output },
        Outcome::Stopped => {
            let error = faults::runtime(format!("the run {job_name}, which this task awaits, was stopped"));
            Event::CallFaulted { at, task, attempt, error }
        }
    }
}
