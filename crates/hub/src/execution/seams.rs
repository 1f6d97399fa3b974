//! Where a larger engine takes over (invariant 8): the traits that the embedded implementation stands behind.
//!
//! Embedded SQLite is one implementation of them; a distributed durable engine will be the second. What performs calls
//! is the other seam, [`super::runner::TaskRunner`].

use async_trait::async_trait;
use flow::engine::Event;
use wire::JobStatus;
use wire::history::JobPage;
use wire::log::{LogPage, LogQuery};

use super::history::HistoryQuery;
use crate::error::HubError;

/// Hosts executions: takes events, in the order of their coming, one at a time for each job.
#[async_trait]
pub trait ExecutionHost: Send + Sync {
    /// Makes an event part of an execution; when this returns, it is durable and so is what follows from it.
    /// The same key again changes nothing.
    ///
    /// # Errors
    /// 404 for a job that is not there, 500 where the event could not be made durable.
    async fn submit(&self, job_name: &str, key: &str, event: Event) -> Result<Submitted, HubError>;
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    Applied,
    /// It was part of the execution already, or came too late to matter.
    Ignored,
}

/// What the API shows of executions. The API reads this and nothing else.
#[async_trait]
pub trait Projection: Send + Sync {
    /// One job whole; 404 for a job of another workflow.
    ///
    /// # Errors
    /// 404, or 500 from the database.
    async fn status(&self, workflow_id: &str, job_name: &str, with_def: bool) -> Result<JobStatus, HubError>;

    /// One page of all jobs that every filter lets through, or how many began when.
    ///
    /// # Errors
    /// 400 naming the element whose time is none or the cursor, or 500 from the database.
    async fn history(&self, asked: &HistoryQuery) -> Result<JobPage, HubError>;
}

/// The logs of executions.
#[async_trait]
pub trait LogStore: Send + Sync {
    /// Lines of one state of a job, or of the whole job where `state_id` is `-`.
    ///
    /// # Errors
    /// 400 naming the parameter, 404 for an unknown job, or 500 from the database.
    async fn log(&self, job_name: &str, state_id: &str, query: &LogQuery) -> Result<LogPage, HubError>;
}

/// The definitions that executions run, by digest.
#[async_trait]
pub trait DefinitionStore: Send + Sync {
    /// The definition as compact JSON.
    ///
    /// # Errors
    /// 500 from the database, also where the digest is not known.
    async fn definition(&self, digest: &str) -> Result<String, HubError>;
}
