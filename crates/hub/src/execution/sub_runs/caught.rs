//! A run at fault whose task stands in a `try` of the one that awaits it (DSL reference, Try, Catch).
//!
//! Without such a `try` both wait for people, who mend the run where it is. With one the definition says what comes
//! next: the run's error becomes the task's, the `try` retries or handles it, and the run is stopped, for nobody awaits
//! it any more. Whether the `try` wants the error is asked of the one that awaits, as it stands at that moment.

use std::sync::Arc;

use flow::engine::{Event, Timestamp, WorkflowError, would_catch};

use super::{Parent, faults};
use crate::clock;
use crate::error::HubError;
use crate::execution::host::Host;

/// What has become of a run's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// It is the task's, and a `try` deals with it.
    Taken,
    /// No `try` wants it.
    NotWanted,
    /// The run is not at fault any more, or nobody awaits it.
    Over,
}

impl Host {
    /// Gives the error of a run at fault to the task that awaits it, if a `try` there wants it.
    pub(super) async fn give_fault(
        self: &Arc<Self>,
        parent: &Parent,
        job_name: &str,
    ) -> Result<Given, HubError> {
        let Some(error) = self.fault_of(job_name).await? else { return Ok(Given::Over) };
        let (task, attempt, at) = (parent.task, parent.attempt, Timestamp(clock::now()));
        if !self.is_wanted(parent.job, task, attempt).await? {
            return Ok(Given::Over);
        }
        let mut locked = self.lock(&parent.job_name).await;
        let asked = error.clone();
        let is_caught = self
            .ask(&mut locked, move |program, state| would_catch(program, state, task, &asked, at))
            .await?
            .unwrap_or_default();
        if !is_caught {
            return Ok(Given::NotWanted);
        }
        let key = format!("call/{}/{attempt}", task.0);
        let event = Event::CallFaulted { at, task, attempt, error };
        self.apply(&mut locked, Some(key), event, Vec::new()).await?;
        drop(locked);
        self.stop_sub_runs(parent.job, Some((task, attempt)));
        Ok(Given::Taken)
    }

    /// Why a run is at fault, as everybody may see it: what is private to it stays so. The place of the error is one of
    /// another definition, so it is left out.
    async fn fault_of(&self, job_name: &str) -> Result<Option<WorkflowError>, HubError> {
        let row: Option<(Option<String>,)> =
            sqlx::query_as("SELECT error FROM jobs WHERE job_name = ? AND status = 'faulted'")
                .bind(job_name)
                .fetch_optional(self.database().read())
                .await?;
        Ok(row.map(|(error,)| {
            let error = error.and_then(|text| serde_json::from_str::<WorkflowError>(&text).ok());
            let unknown =
                || faults::runtime(format!("the run {job_name}, which this task awaits, is at fault"));
            WorkflowError { instance: None, ..error.unwrap_or_else(unknown) }
        }))
    }
}
