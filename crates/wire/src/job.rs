//! Jobs and their tasks: show-status, history rows, notify (API reference 4.1.1.1.6, 4.1.1.1.12 and 4.1.1.2).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::text::JsonText;

/// One run of a workflow, as history and list show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub job_name: String,
    #[serde(default)]
    pub workflow_id: String,
    #[serde(default)]
    pub workflow_name: String,
    #[serde(default)]
    pub status: Status,
    #[serde(default)]
    pub started_by: String,
    /// RFC 3339 with offset, as every time of this API.
    #[serde(default)]
    pub started_at: String,
    #[serde(default)]
    pub ended_at: Option<String>,
    #[serde(default)]
    pub dry_run: bool,
    /// Of very many the oldest that wait for a person, then the oldest others.
    #[serde(default)]
    pub waiting: Vec<WaitingTask>,
    /// How many more tasks wait than `waiting` shows (ours beyond the reference).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waiting_omitted: u64,
    #[serde(default)]
    pub tasks_total: u64,
    #[serde(default)]
    pub tasks_done: u64,
    #[serde(default)]
    pub error: Option<TaskError>,
    /// The task of another run that this one was started by (ours beyond the reference).
    #[serde(default)]
    pub parent: Option<ParentTask>,
}

/// The task that a run is of, by `run: workflow`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParentTask {
    pub job_name: String,
    #[serde(default)]
    pub workflow_id: String,
    #[serde(default)]
    pub task_id: String,
}

/// The run that a task has started, by `run: workflow`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubJob {
    pub job_name: String,
    #[serde(default)]
    pub workflow_id: String,
}

/// What a job waits for. `kind` is `approval`, `time` or `retry`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingTask {
    pub task_id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub since: String,
}

/// Result of show-status.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobStatus {
    #[serde(flatten)]
    pub job: Job,
    #[serde(default)]
    pub input: Value,
    #[serde(default)]
    pub output: Value,
    #[serde(default)]
    pub definition_revision: u64,
    /// In document order, instances of a loop in the order of their start. Of a job of very many tasks those that matter
    /// most: what is at fault, waits or runs, then the newest, and the newest instance of each task in any case.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// How many tasks are not among `tasks` (ours beyond the reference).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tasks_omitted: u64,
    #[serde(default)]
    pub paths_not_taken: Vec<String>,
    /// Who did what by hand, oldest first (ours beyond the reference).
    #[serde(default)]
    pub acts: Vec<Act>,
    /// The reason given at the start.
    #[serde(default)]
    pub reason: Option<String>,
    /// The definition that runs, where the query says `with_def=true` (ours beyond the reference).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_def: Option<String>,
}

/// Something a person did to a job. `act` is `start`, `stop`, `approve`, `reject`, `retry` or `skip`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub at: String,
    pub by: String,
    pub act: String,
    #[serde(default)]
    pub task_id: Option<String>,
    #[serde(default)]
    pub task_name: Option<String>,
    /// The attempt of the task that it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The comment of a decision, the reason of anything else.
    #[serde(default)]
    pub comment: Option<String>,
}

/// One instance of a task in one job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub task_id: String,
    /// The task's JSON Pointer in the definition, as is; percent-encoded only in paths.
    #[serde(default)]
    pub state_id: String,
    #[serde(default)]
    pub pointer: String,
    #[serde(default)]
    pub name: String,
    /// The kind of task: `call`, `do`, `fork`, `set` …
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The function that a `call` calls, without version and catalog.
    #[serde(default)]
    pub plugin: Option<String>,
    #[serde(default)]
    pub status: Status,
    #[serde(default)]
    pub attempt: u32,
    #[serde(default)]
    pub started_at: Option<String>,
    #[serde(default)]
    pub ended_at: Option<String>,
    /// The iteration of the innermost loop, from 0.
    #[serde(default)]
    pub iteration: Option<u64>,
    #[serde(default)]
    pub input: Value,
    #[serde(default)]
    pub output: Value,
    #[serde(default)]
    pub error: Option<TaskError>,
    /// The input and the output are null because the answer would be too large with them (ours beyond the reference).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub values_omitted: bool,
    #[serde(default)]
    pub waiting: Option<Waiting>,
    #[serde(default)]
    pub log_lines: u64,
    /// The run that this attempt has started (ours beyond the reference).
    #[serde(default)]
    pub sub_job: Option<SubJob>,
    /// The attempts before this one, oldest first; of many the newest (ours beyond the reference).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Attempt>,
}

/// How a task stood in an attempt before its last one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub attempt: u32,
    #[serde(default)]
    pub status: Status,
    #[serde(default)]
    pub started_at: Option<String>,
    #[serde(default)]
    pub ended_at: Option<String>,
    #[serde(default)]
    pub input: Value,
    #[serde(default)]
    pub output: Value,
    #[serde(default)]
    pub error: Option<TaskError>,
    /// As of the task.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub values_omitted: bool,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One approval of those that a gate asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub by: String,
    #[serde(default)]
    pub at: String,
    #[serde(default)]
    pub comment: Option<String>,
}

fn one() -> u32 {
    1
}

/// What a person has to know to decide. `kind` is `approval`; other kinds are shown as waiting, without a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub message: String,
    /// User names (`ann`) and roles (`role:operator`, or `operator`); empty lets everyone decide who may approve at all.
    #[serde(default)]
    pub approvers: Vec<String>,
    /// How many different people have to approve.
    #[serde(default = "one")]
    pub min_approvals: u32,
    /// Whoever has started the run does not decide.
    #[serde(default)]
    pub four_eyes: bool,
    /// Who has approved so far, in their order.
    #[serde(default)]
    pub approvals: Vec<Approval>,
    /// Whether the one who asks may decide now; none where the service does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_decide: Option<bool>,
    /// Why not: `not_asked`, `starter`, `approved`, `overdue`; a client shows a word that it does not know as a plain no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_not: Option<String>,
    /// For `approval` the time at which the gate fails closed; for `time` and `retry` when it goes on.
    #[serde(default)]
    pub deadline: Option<String>,
    #[serde(default)]
    pub since: Option<String>,
    /// The digest of the definition that runs: what is approved is what will run.
    #[serde(default)]
    pub definition_digest: Option<String>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            kind: String::new(),
            message: String::new(),
            approvers: Vec::new(),
            min_approvals: one(),
            four_eyes: false,
            approvals: Vec::new(),
            may_decide: None,
            may_not: None,
            deadline: None,
            since: None,
            definition_digest: None,
        }
    }
}

/// An error of the specification: `type` is a URI, `instance` the task's pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskError {
    #[serde(default, rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub status: u16,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub detail: Option<String>,
    #[serde(default)]
    pub instance: Option<String>,
}

/// Status words; one that is not known is kept and shown as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    #[default]
    Pending,
    Running,
    Waiting,
    Suspended,
    Completed,
    Faulted,
    Cancelled,
    Skipped,
    Other(String),
}

impl Status {
    /// All words of `design/api.md`, in their order.
    pub const KNOWN: [Self; 8] = [
        Self::Pending,
        Self::Running,
        Self::Waiting,
        Self::Suspended,
        Self::Completed,
        Self::Faulted,
        Self::Cancelled,
        Self::Skipped,
    ];

    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Suspended => "suspended",
            Self::Completed => "completed",
            Self::Faulted => "faulted",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::Other(word) => word,
        }
    }

    /// Nothing more will happen by itself or by hand. A faulted job is not at its end: it waits for people.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Skipped)
    }
}

impl From<&str> for Status {
    fn from(word: &str) -> Self {
        Self::KNOWN
            .iter()
            .find(|status| status.as_str() == word)
            .cloned()
            .unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?.as_str()))
    }
}

/// Body of notify (table 4-39): the opinion, as a JSON string.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotifyRequest {
    pub request: JsonText<DecisionRequest>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    pub decision: Decision,
    #[serde(default)]
    pub comment: String,
    /// The digest of the definition that this decision is about, as show-status gave it (ours beyond the reference): a
    /// job that runs another one takes no such decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_digest: Option<String>,
}

impl DecisionRequest {
    /// A decision about whatever runs.
    pub fn new(decision: Decision, comment: impl Into<String>) -> Self {
        Self { decision, comment: comment.into(), definition_digest: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approve,
    Reject,
}
