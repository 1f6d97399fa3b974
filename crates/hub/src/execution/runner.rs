//! What performs the calls that leave the engine: the seam between an execution and the world outside.
//!
//! A runner gets a call whose expressions are evaluated already and answers with its output or with an error of the
//! specification. It keeps no state of the execution and decides nothing about retries: the engine does.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use flow::engine::{Call, LogLevel, WorkflowError};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::faults;
use super::http::HttpRunner;
use super::processes::{Asked, ProcessRunner};
use crate::events::{Bus, Origin, PublishError};

/// Performs functions of the default catalog (`dns-record-add:1.0.0@default`).
#[async_trait]
pub trait FunctionRunner: Send + Sync {
    /// Performs the call. A function that the runner does not know is an error of the specification, never a panic.
    ///
    /// The same `idempotency_key` may come twice when the hub died with the call under way: a runner that changes
    /// something outside hands the key on, or makes the change so that twice is once.
    ///
    /// # Errors
    /// The specification's error that the task faults with; its `instance` is filled in by the engine.
    async fn run(&self, call: FunctionCall) -> Result<Value, WorkflowError>;
}

/// One call of a function, ready to be performed.
#[derive(Clone, Debug)]
pub struct FunctionCall {
    /// The call name, `http-request:1.0.0@default`.
    pub function: String,
    pub with: Value,
    /// `<job>/<task>/<attempt>`.
    pub idempotency_key: String,
    pub log: LogSink,
    /// Cancelled when nobody wants the outcome any more; the future may also just be dropped.
    pub cancelled: CancellationToken,
}

/// Performs any call of the engine (invariant 8). [`Runners`] is the hub's; a distributed engine brings its own.
#[async_trait]
pub trait TaskRunner: Send + Sync {
    /// Performs one call.
    ///
    /// # Errors
    /// The specification's error that the task faults with.
    async fn run(&self, call: TaskCall) -> Result<Value, WorkflowError>;

    /// A job was stopped by hand: what still runs for it although no call waits for it is to end.
    fn stopped(&self, _job_name: &str) {}
}

/// A call with what it takes to perform it.
#[derive(Clone, Debug)]
pub struct TaskCall {
    pub call: Call,
    pub idempotency_key: String,
    pub log: LogSink,
    pub cancelled: CancellationToken,
}

/// Takes the lines that a running call writes. Never blocks; the store gives each line its offset, in order.
#[derive(Clone)]
pub struct LogSink {
    write: Arc<dyn Fn(LogLevel, String) + Send + Sync>,
    /// As many permits as lines may wait for the disk.
    room: Option<Arc<Semaphore>>,
}

/// The lines of a sink that collects them.
pub type CollectedLines = Arc<Mutex<Vec<(LogLevel, String)>>>;

impl LogSink {
    /// A sink that hands every line to `write`.
    pub fn new(write: impl Fn(LogLevel, String) + Send + Sync + 'static) -> Self {
        Self { write: Arc::new(write), room: None }
    }

    /// A sink whose lines hold a permit each until they are stored.
    pub(super) fn with_room(self, room: Arc<Semaphore>) -> Self {
        Self { room: Some(room), ..self }
    }

    /// Waits while more lines are on their way to the disk than should be: whoever writes without an end asks now and then.
    pub async fn room(&self) {
        if let Some(room) = &self.room {
            // It is never closed.
            let _ = room.acquire().await;
        }
    }

    /// A sink that collects the lines, for tests of runners.
    pub fn collecting() -> (Self, CollectedLines) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = {
            let lines = Arc::clone(&lines);
            Self::new(move |level, message| {
                lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((level, message));
            })
        };
        (sink, lines)
    }

    pub fn write(&self, level: LogLevel, message: impl Into<String>) {
        (self.write)(level, message.into());
    }

    pub fn debug(&self, message: impl Into<String>) {
        self.write(LogLevel::Debug, message);
    }

    pub fn info(&self, message: impl Into<String>) {
        self.write(LogLevel::Info, message);
    }

    pub fn warn(&self, message: impl Into<String>) {
        self.write(LogLevel::Warn, message);
    }

    pub fn error(&self, message: impl Into<String>) {
        self.write(LogLevel::Error, message);
    }
}

impl fmt::Debug for LogSink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LogSink")
    }
}

/// The hub's runners: HTTP and processes built in, catalog functions as given.
#[derive(Clone)]
pub struct Runners {
    /// Performs `call: http`, `call: openapi` and `http-request`.
    pub http: Arc<HttpRunner>,
    /// Takes what runs emit.
    pub events: Bus,
    /// Performs every other function of the default catalog.
    pub functions: Arc<dyn FunctionRunner>,
    /// Performs `run: shell` and `run: script`.
    pub(super) processes: ProcessRunner,
}

/// The catalog's HTTP function without its version: performed by the HTTP runner.
const HTTP_REQUEST: &str = "http-request";

#[async_trait]
impl TaskRunner for Runners {
    async fn run(&self, call: TaskCall) -> Result<Value, WorkflowError> {
        let TaskCall { call, idempotency_key, log, cancelled } = call;
        match call {
            Call::Http { with } => self.http.run_call(&with, &idempotency_key, &log).await,
            Call::OpenApi { with } => self.http.run_openapi(&with, &idempotency_key, &log).await,
            Call::Emit { namespace, event } => {
                let origin = Origin::Run(idempotency_key);
                match self.events.publish(&namespace, &origin, std::slice::from_ref(&event)).await {
                    Ok(_) => Ok(event),
                    Err(PublishError::TooLarge) => {
                        Err(faults::validation(PublishError::TooLarge.to_string()))
                    }
                    Err(PublishError::Database(cause)) => {
                        Err(faults::communication(503, format!("the event could not be kept: {cause}")))
                    }
                }
            }
            Call::Function { function, with } if plugin_name(&function) == HTTP_REQUEST => {
                self.http.run_plugin(&with, &idempotency_key, &log).await
            }
            Call::Function { function, with } => {
                if cancelled.is_cancelled() {
                    return Err(faults::runtime("the call was cancelled before it began"));
                }
                self.functions.run(FunctionCall { function, with, idempotency_key, log, cancelled }).await
            }
            Call::Shell { command, process } => {
                let asked = Asked::Shell { command };
                self.processes.run(asked, *process, &idempotency_key, log, cancelled).await
            }
            Call::Script { language, code, source, process } => {
                let asked = Asked::Script { language, code, source };
                self.processes.run(asked, *process, &idempotency_key, log, cancelled).await
            }
            // The host does: nothing outside is called, and nobody waits for it here.
            Call::Workflow { .. } => {
                Err(faults::runtime("a workflow is run by the host of runs, not by a runner"))
            }
        }
    }

    fn stopped(&self, job_name: &str) {
        self.processes.stop_job(job_name);
    }
}

/// The name of a catalog function without version and catalog: `dns-record-add` of `dns-record-add:1.0.0@default`.
pub fn plugin_name(function: &str) -> &str {
    let end = function.find([':', '@']).unwrap_or(function.len());
    &function[..end]
}

#[cfg(test)]
mod tests {
    use super::plugin_name;

    #[test]
    fn a_function_is_shown_without_version_and_catalog() {
        assert_eq!(plugin_name("dns-record-add:1.0.0@default"), "dns-record-add");
        assert_eq!(plugin_name("local"), "local");
    }
}
