//! Runs of workflows: durable, observable, and in the hands of people.
//!
//! [`Executions`] is what the API uses: it starts jobs, hands people's decisions to them and shows what they are. The
//! workflow language itself is `flow`'s, the calls outside are the runners'; neither is known here beyond its seam.

pub mod answers;
mod blueprint;
mod externals;
pub mod faults;
mod history;
mod host;
pub mod http;
mod interpreter;
mod logs;
mod masking;
mod naming;
mod people;
mod plan;
#[cfg(test)]
mod power;
mod processes;
mod projection;
mod rows;
pub mod runner;
pub mod seams;
mod start;
mod store;
mod sub_runs;
#[cfg(test)]
mod tests;
mod timers;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use flow::Problem;
use flow::engine::{Event, LogLevel, Start, TaskStatus, Timestamp, WorkflowError};
use serde_json::{Value, json};
use tokio::sync::Notify;
use wire::history::JobPage;
use wire::log::{LogPage, LogQuery};
use wire::workflow::{ExecuteRequest, StartedJob};
use wire::{Job, JobStatus, Status};

use self::answers::{Answers, Shown};
use self::blueprint::{Blueprint, Progress};
use self::externals::Resolved;
pub use self::history::{HistoryQuery, Place};
use self::host::{Host, Memory, PrepareError, Seal};
use self::http::HttpRunner;
use self::interpreter::State;
use self::logs::SqliteLogs;
use self::masking::Masking;
use self::plan::{Act, ActRow, KeptValues, LogRow, NewJob, Write};
use self::processes::ProcessRunner;
use self::projection::SqliteProjection;
use self::runner::{FunctionRunner, Runners};
use self::seams::{LogStore, Projection, Submitted};
pub use self::start::check_input;
use self::sub_runs::Parent;
use crate::clock;
use crate::config::{Egress, EventSettings, Processes};
use crate::database::Database;
use crate::error::HubError;
use crate::events::Bus;
use crate::freshness::{Freshness, Moment};
use crate::schedules::table::Advance;
use crate::secrets::Secrets;
use crate::workflows::Startable;

/// All runs of one hub.
pub struct Executions {
    host: Arc<Host>,
    http: Arc<HttpRunner>,
    projection: SqliteProjection,
    logs: SqliteLogs,
    answers: Answers,
    events: Bus,
    database: Database,
    processes: ProcessRunner,
    settings: ExecutionSettings,
}

/// What the hub's configuration says about runs.
#[derive(Clone, Debug, Default)]
pub struct ExecutionSettings {
    /// The hub's own base address, `http://127.0.0.1:8444`: its `/healthz` may always be called, and definitions find it
    /// as `$runtime.metadata.address`.
    pub address: String,
    /// Where HTTP tasks may go, and how.
    pub egress: Egress,
    pub events: EventSettings,
    /// Who may start processes of the machine, and within which limits.
    pub processes: Processes,
    /// Which definitions a task may run.
    pub startable: Startable,
}

/// A job to start. Its input has its defaults already and fits the definition's schema.
#[derive(Clone, Debug)]
pub struct StartJob {
    pub workflow_id: String,
    pub workflow_name: String,
    pub namespace: String,
    pub revision: u64,
    /// The definition as JSON text.
    pub definition: String,
    pub request: ExecuteRequest,
    pub started_by: String,
}

/// How long calls under way may take to end when the hub stops; what is left is made again at the next start.
const MOMENT: Duration = Duration::from_secs(2);

impl Executions {
    /// Opens the runs of a database and goes on with everything that is unfinished. `functions` performs the functions
    /// of the default catalog; HTTP is built in.
    ///
    /// # Errors
    /// 400 naming what is wrong with the egress settings, 500 from the database.
    pub async fn open(
        database: Database,
        functions: Arc<dyn FunctionRunner>,
        settings: ExecutionSettings,
    ) -> Result<Arc<Self>, HubError> {
        let http = HttpRunner::new(&settings.egress, &settings.address)
            .map_err(|cause| HubError::bad_request(cause.clone(), format!("配置有误：{cause}")))?;
        let http = Arc::new(http);
        let events = Bus::open(database.clone(), settings.events).await?;
        // What the last hub has left running ends before its calls are made again.
        let processes =
            ProcessRunner::open(database.clone(), settings.processes.clone(), Arc::clone(&http)).await?;
        let runners = Runners {
            http: Arc::clone(&http),
            events: events.clone(),
            functions,
            processes: processes.clone(),
        };
        let secrets = Secrets::open(database.clone()).map_err(|cause| {
            HubError::new(wire::ErrorCode::Internal, cause.to_string(), format!("密钥文件有误：{cause}"))
        })?;
        let host = Host::open(database.clone(), Arc::new(runners), events.clone(), secrets).await?;
        let projection = SqliteProjection::new(database.clone());
        let logs = SqliteLogs::new(database.clone());
        let executions = Arc::new(Self {
            host,
            http,
            projection,
            logs,
            answers: Answers::default(),
            events,
            database,
            processes,
            settings,
        });
        executions.host.take_up_sub_runs(&executions).await?;
        Ok(executions)
    }

    /// Starts a job. When this returns, the job survives whatever happens to the hub.
    ///
    /// # Errors
    /// 400 with the problems of a definition that cannot run, or naming a stage that is none of it, or a secret that the
    /// hub does not have.
    pub async fn start(&self, start: StartJob) -> Result<StartedJob, HubError> {
        let started = self.start_beside(start, Vec::new(), None, None).await?;
        started.ok_or_else(|| HubError::internal("the start was refused as one that was made before"))
    }

    /// Starts a job for a schedule and takes the schedule on, in one commit; none where the schedule is not any more what
    /// it was. A job that is `refused` faults at once.
    ///
    /// # Errors
    /// As [`Executions::start`].
    pub(crate) async fn start_scheduled(
        &self,
        start: StartJob,
        advance: Advance,
        refused: Option<WorkflowError>,
    ) -> Result<Option<StartedJob>, HubError> {
        self.start_beside(start, vec![Write::Schedule(Box::new(advance))], refused, None).await
    }

    async fn start_beside(
        &self,
        start: StartJob,
        mut beside: Vec<Write>,
        mut refused: Option<WorkflowError>,
        parent: Option<Parent>,
    ) -> Result<Option<StartedJob>, HubError> {
        let secrets = match externals::authenticated(&start.definition) {
            Some(document) => Value::Object(self.secrets_of(&Blueprint::of(&document)).await?),
            None => Value::Null,
        };
        let Resolved { definition, lines } =
            externals::resolve(&self.http, start.definition, &secrets).await?;
        let prepared = self.host.prepare(&definition, None).await.map_err(cannot_run)?;
        let ExecuteRequest { input, stages, dry_run, reason } = start.request;
        if let Some(stage) = stages.iter().flatten().find(|stage| !prepared.blueprint.stages.contains(stage))
        {
            return Err(HubError::bad_request(
                format!("stages: {stage:?} is no stage of this workflow"),
                format!("stages：{stage:?} 不是该工作流的阶段"),
            ));
        }
        processes::check_allowed(&self.settings.processes, &start.namespace, &prepared.blueprint.processes)?;
        let input = input.unwrap_or_else(|| json!({}));
        let dry_run = dry_run.unwrap_or_default();
        // A dry run calls nothing that a gate could guard.
        let left_out =
            stages.as_deref().filter(|_| !dry_run).and_then(|stages| prepared.program.gate_left_out(stages));
        if let Some(gate) = left_out {
            return Err(people::refusals::gate_left_out(gate.as_str()));
        }
        let mut masking = Masking::of_input(prepared.blueprint.input_schema.as_ref(), &input);
        if let Some(parent) = &parent {
            masking.add(&json!(parent.private));
        }
        let job = self.host.next_job();
        let mut private = serde_json::to_string(masking.private()).map_err(HubError::internal)?;
        if !masking.is_empty() {
            let seal = Seal::of(self.host.secrets.vault(), job);
            private = seal.text(&private).map_err(HubError::internal)?;
        }
        let secrets = match self.secrets_of(&prepared.blueprint).await {
            Ok(secrets) => Value::Object(secrets),
            // Nobody waits for the answer of a schedule: its job says what is missing.
            Err(error) if !beside.is_empty() && error.code == wire::ErrorCode::BadRequest => {
                refused = refused.or(Some(faults::authorization(error.reason.en)));
                Value::Null
            }
            Err(error) => return Err(error),
        };
        masking.add(&secrets);
        let progress = Progress::new(&prepared.blueprint, stages.as_deref());
        let at = Timestamp(clock::now());
        let (chain, hears_from) = match &parent {
            Some(parent) => sub_runs::inherited(&self.database, parent).await?,
            None => (beside.iter().find_map(Write::chain).unwrap_or_default(), None),
        };
        let job_name = self.free_name(&start.workflow_name, at).await?;
        let new = NewJob {
            job_name: job_name.clone(),
            workflow_id: start.workflow_id.clone(),
            workflow_name: start.workflow_name,
            namespace: start.namespace,
            revision: i64::try_from(start.revision).unwrap_or(i64::MAX),
            digest: prepared.digest.clone(),
            started_by: start.started_by.clone(),
            started_at: at,
            dry_run,
            reason: reason.as_deref().map(|reason| masking.text(reason)),
            chain,
            stages: stages.clone(),
            input: masking.value(&input).to_string(),
            private,
            tasks_total: progress.total(),
        };
        let act =
            ActRow { at, by: start.started_by.clone(), act: Act::Start, task: None, comment: reason.clone() };
        let definition =
            Write::Definition { digest: prepared.digest.clone(), definition: prepared.definition.clone() };
        beside.extend([definition, Write::NewJob(Box::new(new)), Write::Act(act)]);
        beside.extend(parent.clone().map(Write::SubRun));
        beside.extend(self.warn_of_missing(&prepared.blueprint.workflows, at).await?);
        beside.extend(lines.iter().map(|line| {
            let place = (String::new(), None, 0);
            Write::Log(LogRow::new(&masking, at, place, LogLevel::Info, line))
        }));
        let event = Event::Started {
            at,
            start: Start {
                job: job_name.clone(),
                input,
                stages,
                dry_run,
                runtime: self.runtime(),
                secrets,
                refused: refused.map(Box::new),
                hears_from,
                by: start.started_by,
                reason: reason.unwrap_or_default(),
            },
        };
        let state = State::new();
        let memory = Memory {
            job,
            prepared,
            state,
            masking,
            progress,
            status: TaskStatus::Pending,
            kept: KeptValues::default(),
            parent,
        };
        let (submitted, status) = self.host.begin(&job_name, memory, event, beside).await?;
        if submitted == Submitted::Ignored {
            return Ok(None);
        }
        let status = match status {
            Some(status) => plan::word(status).to_owned(),
            None => {
                sqlx::query_scalar("SELECT status FROM jobs WHERE id = ?")
                    .bind(job)
                    .fetch_one(self.database.read())
                    .await?
            }
        };
        let status = Status::from(status.as_str());
        Ok(Some(StartedJob { job_name, workflow_id: start.workflow_id, status }))
    }

    /// One job whole.
    ///
    /// # Errors
    /// 404 for a job that is not there or belongs to another workflow.
    pub async fn status(
        &self,
        workflow_id: &str,
        job_name: &str,
        with_def: bool,
    ) -> Result<JobStatus, HubError> {
        self.projection.status(workflow_id, job_name, with_def).await
    }

    /// As [`Executions::status`], read once for all who ask while the job stays as it is.
    ///
    /// # Errors
    /// As [`Executions::status`].
    pub async fn shown(
        &self,
        workflow_id: &str,
        job_name: &str,
        with_def: bool,
    ) -> Result<Arc<Shown>, HubError> {
        let question = (workflow_id.to_owned(), job_name.to_owned(), with_def);
        let read = || self.projection.numbered(workflow_id, job_name, with_def);
        self.answers.get(self.freshness(), question, read).await
    }

    /// When jobs last changed.
    pub fn freshness(&self) -> &Freshness {
        self.host.committer().freshness()
    }

    /// One page of the jobs that every filter lets through, newest first.
    ///
    /// # Errors
    /// 400 naming the element whose operand is no time.
    pub async fn history(&self, asked: &HistoryQuery) -> Result<JobPage, HubError> {
        self.projection.history(asked).await
    }

    /// How SQLite goes about this query: for the benchmark of the history, which names the indexes.
    ///
    /// # Errors
    /// As [`Executions::history`].
    pub async fn explain_history(&self, asked: &HistoryQuery) -> Result<Vec<String>, HubError> {
        self.projection.explain_history(asked).await
    }

    /// Lines of one state of a job, or of the whole job where `state_id` is `-`.
    ///
    /// # Errors
    /// 400 naming the parameter, 404 for a job that is not there.
    pub async fn log(&self, job_name: &str, state_id: &str, query: LogQuery) -> Result<LogPage, HubError> {
        self.logs.log(job_name, state_id, &query).await
    }

    /// As [`Executions::log`], with the number of the job and the moment from which on it may have changed.
    ///
    /// # Errors
    /// As [`Executions::log`].
    pub async fn log_at(
        &self,
        job_name: &str,
        state_id: &str,
        query: LogQuery,
    ) -> Result<(i64, Moment, LogPage), HubError> {
        let moment = self.freshness().now();
        let (number, page) = self.logs.numbered(job_name, state_id, &query).await?;
        Ok((number, moment, page))
    }

    /// The last job of each of these workflows that has one, by workflow.
    ///
    /// # Errors
    /// 500 from the database.
    pub async fn last_jobs(&self, workflows: &[String]) -> Result<HashMap<String, Job>, HubError> {
        self.projection.last_jobs(workflows).await
    }

    /// The workflows whose last job has this status.
    ///
    /// # Errors
    /// 500 from the database.
    pub async fn last_in_status(&self, status: &Status) -> Result<Vec<String>, HubError> {
        self.projection.last_in_status(status).await
    }

    /// The names of the jobs of these workflows that are under way. A faulted job is not.
    ///
    /// # Errors
    /// 500 from the database.
    pub async fn running_jobs(&self, workflows: &[String]) -> Result<Vec<String>, HubError> {
        self.projection.running_jobs(workflows).await
    }

    /// What runs emit and listen to.
    pub fn events(&self) -> &Bus {
        &self.events
    }

    /// The one check of definitions that every start goes through.
    pub fn startable(&self) -> &Startable {
        &self.settings.startable
    }

    /// Tells when jobs are completed.
    pub fn completions(&self) -> &Notify {
        self.host.completions()
    }

    /// Stops taking work and lets commits finish. What is under way goes on when the hub is opened again.
    pub async fn shutdown(&self) {
        self.host.shutdown(MOMENT).await;
        self.processes.shutdown().await;
    }

    /// The secrets that a definition lists, all of them.
    async fn secrets_of(&self, blueprint: &Blueprint) -> Result<serde_json::Map<String, Value>, HubError> {
        let given = self.host.secrets.given(&blueprint.namespace, &blueprint.secrets).await?;
        match blueprint.secrets.iter().find(|name| !given.contains_key(*name)) {
            None => Ok(given),
            Some(name) => Err(HubError::bad_request(
                format!(
                    "use.secrets: the hub has no secret `{name}` for the namespace `{}`; set it by `mas-hub secret set {name}`",
                    blueprint.namespace
                ),
                format!(
                    "use.secrets：命名空间“{}”没有密钥“{name}”；请用 `mas-hub secret set {name}` 设置",
                    blueprint.namespace
                ),
            )),
        }
    }

    /// A name that no job has.
    async fn free_name(&self, workflow_name: &str, at: Timestamp) -> Result<String, HubError> {
        loop {
            let mut random = [0; 4];
            getrandom::fill(&mut random).map_err(HubError::internal)?;
            let name = naming::job_name(workflow_name, at.0, random);
            let taken: Option<(i64,)> = sqlx::query_as("SELECT id FROM jobs WHERE job_name = ?")
                .bind(&name)
                .fetch_optional(self.database.read())
                .await?;
            if taken.is_none() && !self.host.has_cell(&name) {
                return Ok(name);
            }
        }
    }

    /// `$runtime`.
    fn runtime(&self) -> Value {
        json!({
            "name": "mas-hub",
            "version": env!("CARGO_PKG_VERSION"),
            "metadata": {"address": self.settings.address},
        })
    }
}

fn cannot_run(error: PrepareError) -> HubError {
    match error {
        PrepareError::Problems(problems) => {
            let first = problems.first().map(|Problem { pointer, message_en, message_zh, .. }| {
                (format!("{pointer}: {message_en}"), format!("{pointer}：{message_zh}"))
            });
            let (en, zh) = first.unwrap_or_default();
            HubError::invalid_definition(
                format!("workflowDef: the hub cannot run it: {en}"),
                format!("workflowDef：无法执行：{zh}"),
                problems,
            )
        }
        PrepareError::Failed(cause) => HubError::bad_request(
            format!("workflowDef: the hub cannot read it: {cause}"),
            format!("workflowDef：无法读取：{cause}"),
        ),
    }
}
