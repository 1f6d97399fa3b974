//! One life of a hub: from its opening to the loss of power, or to the end of the run. A person looks at the run whenever
//! something has changed.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use programs::Person;
use wire::job::DecisionRequest;
use wire::workflow::ExecuteRequest;
use wire::{Decision, JobStatus, Role, Status};

use super::Case;
use super::outcome::Shown;
use super::world::World;
use crate::database::Database;
use crate::execution::power::{Goes, Power};
use crate::execution::runner::FunctionRunner;
use crate::execution::{ExecutionSettings, Executions, StartJob};

/// A run that gets no further by then is not going to.
const DEADLINE: Duration = Duration::from_secs(60);

pub(super) struct Life<'a> {
    pub(super) case: &'a Case,
    pub(super) directory: &'a Path,
    pub(super) world: &'a Arc<World>,
    pub(super) goes: Option<Goes>,
}

pub(super) enum Ended {
    PowerLost,
    Over(Box<Shown>),
}

impl Life<'_> {
    pub(super) fn live(self) -> Ended {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let power = Power::lay(self.directory, self.goes);
        let ended = runtime.block_on(async {
            tokio::select! {
                biased;
                () = power.gone() => Ended::PowerLost,
                outcome = tokio::time::timeout(DEADLINE, self.work(&power)) => {
                    Ended::Over(Box::new(outcome.expect("the run gets on")))
                }
            }
        });
        // Nothing of this hub runs on, and nothing is told that it ends.
        runtime.shutdown_background();
        Power::cut(self.directory);
        ended
    }

    async fn work(&self, power: &Power) -> Shown {
        let database = Database::open(self.directory).await.unwrap();
        self.world.reborn(under_way(&database).await);
        let settings = ExecutionSettings { address: "http://127.0.0.1:1".to_owned(), ..Default::default() };
        let functions = Arc::clone(self.world) as Arc<dyn FunctionRunner>;
        let mut commits = power.commits();
        let executions = Executions::open(database.clone(), functions, settings).await.unwrap();
        let job = match job_name(&database).await {
            Some(job) => job,
            None => self.start(&executions).await,
        };
        loop {
            let status = executions.status("w", &job, false).await.unwrap();
            if status.job.status.is_final() {
                return Shown::of(self.case, &executions, &status, self.world).await;
            }
            if !self.operate(&executions, &status).await {
                commits.changed().await.unwrap();
            }
        }
    }

    async fn start(&self, executions: &Executions) -> String {
        let start = StartJob {
            workflow_id: "w".to_owned(),
            workflow_name: "random".to_owned(),
            namespace: "default".to_owned(),
            revision: 1,
            definition: self.case.definition.to_string(),
            request: ExecuteRequest::default(),
            started_by: "ann".to_owned(),
        };
        executions.start(start).await.unwrap().job_name
    }

    /// Does what a person would, given what there is to see. True where something was done.
    async fn operate(&self, executions: &Executions, status: &JobStatus) -> bool {
        let mut acted = false;
        for task in &status.tasks {
            let Some(waiting) = task.waiting.as_ref().filter(|waiting| waiting.kind == "approval") else {
                continue;
            };
            let Some(approves) = Person::decides(&waiting.message) else { continue };
            let decision = if approves { Decision::Approve } else { Decision::Reject };
            let request = DecisionRequest::new(decision, "");
            let has_approved = |name: &str| waiting.approvals.iter().any(|approval| approval.by == name);
            let by = Person::NAMES.into_iter().find(|name| !has_approved(name)).unwrap();
            executions.notify(&task.task_id, request, by, Role::Operator).await.unwrap();
            acted = true;
        }
        if status.job.status != Status::Faulted {
            return acted;
        }
        let retried = status.acts.iter().filter(|act| act.act == "retry").count();
        if self.case.person.retries(retried) {
            executions.retry(&status.job.job_name, None, "ben", None).await.unwrap();
            return true;
        }
        for task in &status.tasks {
            if task.status == Status::Faulted && task.error.is_some() {
                // Some are at fault no more: a `try` around them has dealt with it.
                let skipped =
                    executions.skip(&status.job.job_name, &task.task_id, "ben", Role::Operator, None);
                acted |= skipped.await.is_ok();
            }
        }
        if !acted {
            // What holds a gate for two people cannot be skipped.
            executions.stop(&status.job.job_name, "ben", None).await.unwrap();
        }
        true
    }
}

/// The idempotency keys of the calls that nobody has answered yet.
async fn under_way(database: &Database) -> HashSet<String> {
    let calls: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT job_name, task, attempt FROM calls JOIN jobs ON id = job")
            .fetch_all(database.read())
            .await
            .unwrap();
    calls.into_iter().map(|(job, task, attempt)| format!("{job}/{task}/{attempt}")).collect()
}

async fn job_name(database: &Database) -> Option<String> {
    let jobs: Vec<(String,)> =
        sqlx::query_as("SELECT job_name FROM jobs").fetch_all(database.read()).await.unwrap();
    assert!(jobs.len() <= 1, "it is started once");
    jobs.into_iter().next().map(|(job,)| job)
}
