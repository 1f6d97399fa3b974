//! A hub's runs and saved workflows on a database of their own, for tests of what runs start.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flow::engine::WorkflowError;
use serde_json::{Value, json};
use wire::job::{DecisionRequest, SubJob, Task};
use wire::log::{LogQuery, SortOrder};
use wire::workflow::ExecuteRequest;
use wire::{Decision, JobStatus, Role, Status};

use super::Bench;
use crate::config::Processes;
use crate::error::HubError;
use crate::execution::runner::{FunctionCall, FunctionRunner};
use crate::execution::{ExecutionSettings, Executions, StartJob, faults};
use crate::plugins::Plugins;
use crate::workflows::{Definition, Workflows};

const DEADLINE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(5);

/// No function of the catalog is there.
struct Nothing;

#[async_trait]
impl FunctionRunner for Nothing {
    async fn run(&self, call: FunctionCall) -> Result<Value, WorkflowError> {
        Err(faults::configuration(format!("{} is not there", call.function)))
    }
}

pub(super) struct Home {
    pub(super) bench: Bench,
    pub(super) executions: Arc<Executions>,
    settings: Processes,
}

/// A job, found again by these.
#[derive(Clone, Debug)]
pub(super) struct Started {
    pub(super) workflow: String,
    pub(super) job: String,
}

impl From<&SubJob> for Started {
    fn from(sub: &SubJob) -> Self {
        Self { workflow: sub.workflow_id.clone(), job: sub.job_name.clone() }
    }
}

/// A definition in the namespace `ops`.
pub(super) fn definition(name: &str, version: &str, tasks: Value) -> Value {
    json!({"document": {"dsl": "1.0.3", "namespace": "ops", "name": name, "version": version}, "do": tasks})
}

impl Home {
    /// Processes are allowed in `ops`.
    pub(super) async fn new() -> Self {
        Self::with(Processes { allow: vec!["ops".to_owned()], ..Processes::default() }).await
    }

    pub(super) async fn with(settings: Processes) -> Self {
        Self::on(Bench::new().await, settings).await
    }

    pub(super) async fn on(bench: Bench, settings: Processes) -> Self {
        let executions = open(&bench, &settings).await;
        Self { bench, executions, settings }
    }

    /// The hub stops and another opens the database.
    pub(super) async fn open_again(&mut self) {
        self.executions.shutdown().await;
        self.executions = open(&self.bench, &self.settings).await;
    }

    /// Saves a workflow; its id.
    pub(super) async fn save(&self, definition: &Value) -> String {
        let definition = self.read(definition);
        Workflows::new(self.bench.database.clone()).build(&definition, "alice").await.unwrap().workflow_id
    }

    pub(super) async fn save_again(&self, workflow: &str, definition: &Value) {
        let definition = self.read(definition);
        let workflows = Workflows::new(self.bench.database.clone());
        workflows.update(workflow, &definition, None, "alice").await.unwrap();
    }

    fn read(&self, definition: &Value) -> Definition {
        let plugins = Plugins::embedded().unwrap();
        Definition::read(&definition.to_string(), plugins.catalog()).unwrap()
    }

    pub(super) async fn start(&self, workflow: &str, request: ExecuteRequest) -> Result<Started, HubError> {
        let saved = Workflows::new(self.bench.database.clone()).newest(workflow).await.unwrap();
        let start = StartJob {
            workflow_id: saved.workflow_id,
            workflow_name: saved.name,
            namespace: saved.namespace,
            revision: saved.revision,
            definition: saved.definition,
            request,
            started_by: "alice".to_owned(),
        };
        let job = self.executions.start(start).await?.job_name;
        Ok(Started { workflow: workflow.to_owned(), job })
    }

    /// Saves and starts a workflow of these tasks.
    pub(super) async fn run(&self, tasks: Value) -> Started {
        self.run_with(tasks, json!({})).await
    }

    pub(super) async fn run_with(&self, tasks: Value, input: Value) -> Started {
        let id = self.save(&definition("main", "1.0.0", tasks)).await;
        self.start(&id, ExecuteRequest { input: Some(input), ..ExecuteRequest::default() }).await.unwrap()
    }

    pub(super) async fn status(&self, of: &Started) -> JobStatus {
        self.executions.status(&of.workflow, &of.job, false).await.unwrap()
    }

    pub(super) async fn until(&self, of: &Started, wanted: impl Fn(&JobStatus) -> bool) -> JobStatus {
        let begun = Instant::now();
        loop {
            let status = self.status(of).await;
            if wanted(&status) {
                return status;
            }
            if begun.elapsed() > DEADLINE {
                panic!("the job stays as it is: {status:#?}\n{:#?}", self.lines(of).await);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    pub(super) async fn until_status(&self, of: &Started, wanted: Status) -> JobStatus {
        self.until(of, |status| status.job.status == wanted).await
    }

    /// Waits until a task has started a run, and gives it.
    pub(super) async fn until_sub_run(&self, of: &Started, name: &str) -> Started {
        let status =
            self.until(of, |status| task(status, name).is_some_and(|task| task.sub_job.is_some())).await;
        Started::from(task(&status, name).and_then(|task| task.sub_job.as_ref()).unwrap())
    }

    /// Every line of the job.
    pub(super) async fn lines(&self, of: &Started) -> Vec<String> {
        let query = LogQuery { filter: false, size: 10_000, sort: SortOrder::Asc, ..LogQuery::default() };
        let page = self.executions.log(&of.job, "-", query).await.unwrap();
        page.lines.into_iter().map(|line| line.message).collect()
    }

    /// Waits until a line begins with this, and gives the rest of it.
    pub(super) async fn until_line(&self, of: &Started, beginning: &str) -> String {
        let begun = Instant::now();
        loop {
            let lines = self.lines(of).await;
            if let Some(rest) = lines.iter().find_map(|line| line.strip_prefix(beginning)) {
                return rest.to_owned();
            }
            assert!(begun.elapsed() < DEADLINE, "nobody says {beginning:?}: {lines:#?}");
            tokio::time::sleep(LOOK).await;
        }
    }

    pub(super) async fn approve(&self, of: &Started) {
        let status = self.until(of, |status| !status.job.waiting.is_empty()).await;
        let request = DecisionRequest {
            decision: Decision::Approve,
            comment: "go".to_owned(),
            definition_digest: None,
        };
        let gate = &status.job.waiting[0].task_id;
        self.executions.notify(gate, request, "bob", Role::Admin).await.unwrap();
    }

    /// How many rows a query counts.
    pub(super) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(self.bench.database.read()).await.unwrap()
    }

    /// Waits until a query counts none.
    pub(super) async fn until_none(&self, query: &'static str) {
        let begun = Instant::now();
        while self.count(query).await > 0 {
            assert!(begun.elapsed() < DEADLINE, "{query} stays above 0");
            tokio::time::sleep(LOOK).await;
        }
    }
}

async fn open(bench: &Bench, processes: &Processes) -> Arc<Executions> {
    let settings = ExecutionSettings { processes: processes.clone(), ..ExecutionSettings::default() };
    Executions::open(bench.database.clone(), Arc::new(Nothing), settings).await.unwrap()
}

/// The last instance of a task.
pub(super) fn task<'a>(status: &'a JobStatus, name: &str) -> Option<&'a Task> {
    status.tasks.iter().rev().find(|task| task.name == name)
}

/// Type, status and detail of the error of a task.
pub(super) fn error(status: &JobStatus, name: &str) -> (String, u16, String) {
    let error = task(status, name).and_then(|task| task.error.clone()).unwrap();
    let kind = error.kind.rsplit('/').next().unwrap_or_default().to_owned();
    (kind, error.status, error.detail.unwrap_or_default())
}
