//! What goes into the engine and what comes out: closed enums, serialisable, without behaviour.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Shared;
use crate::Pointer;

/// Milliseconds since the Unix epoch, UTC. The engine never reads a clock: every event brings its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// One instance of a task in one job; a loop makes several. Unique within the job, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub u64);

/// One timer of one job. Never reused within the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimerId(pub u64);

/// What happened. A completion names its task and attempt; a stale one changes nothing (invariant 7).
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "a job is started once, and one event is in hand at a time")
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Started {
        at: Timestamp,
        start: Start,
    },
    CallCompleted {
        at: Timestamp,
        task: TaskId,
        attempt: u32,
        output: Value,
    },
    CallFaulted {
        at: Timestamp,
        task: TaskId,
        attempt: u32,
        error: WorkflowError,
    },
    TimerFired {
        at: Timestamp,
        timer: TimerId,
    },
    /// The next event that a listening task may want (see [`Command::Subscribe`]). One that is not after the last
    /// that it was given changes nothing.
    Delivered {
        at: Timestamp,
        task: TaskId,
        attempt: u32,
        /// The event's place in the order of all events.
        sequence: u64,
        /// A CloudEvent as JSON (structured mode).
        #[serde(rename = "cloud_event")]
        event: Value,
    },
    Decided {
        at: Timestamp,
        task: TaskId,
        decision: Decision,
        by: String,
        /// The roles of `by`, as approvers may name them.
        #[serde(default)]
        roles: Vec<String>,
        comment: String,
    },
    /// Retry of faulted tasks by hand; an empty list means every faulted task.
    RetryRequested {
        at: Timestamp,
        tasks: Vec<TaskId>,
        by: String,
        /// Empty where none is given; so it is with every reason.
        #[serde(default)]
        reason: String,
    },
    /// Skip of a faulted or waiting task by hand: its output is its input.
    SkipRequested {
        at: Timestamp,
        task: TaskId,
        by: String,
        #[serde(default)]
        roles: Vec<String>,
        #[serde(default)]
        reason: String,
    },
    StopRequested {
        at: Timestamp,
        by: String,
        #[serde(default)]
        reason: String,
    },
}

/// How a job begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The job's id: `$workflow.id`.
    pub job: String,
    pub input: Value,
    /// Names of the top-level tasks to run; the others are skipped. `None` runs all.
    pub stages: Option<Vec<String>>,
    /// Nothing outside is called: calls yield their input, waits and gates pass at once, and the log says so.
    pub dry_run: bool,
    /// `$runtime`: `{name, version, metadata}`.
    pub runtime: Value,
    /// `$secrets`, where the state has not been given them already (`State::set_secrets`).
    pub secrets: Value,
    /// Why this job cannot run: it faults at once, so that everybody sees it.
    #[serde(default)]
    pub refused: Option<Box<WorkflowError>>,
    /// From when on it hears events, where that is before its own start: a run that is a task's of another belongs to
    /// what that began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hears_from: Option<Timestamp>,
    /// Who starts it: gates with `fourEyes` take no decision of this person. Empty where nobody does.
    #[serde(default)]
    pub by: String,
    #[serde(default)]
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approve,
    Reject,
}

/// What the shell has to do, in order. State and commands are committed together, then performed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Perform a call outside and submit `CallCompleted` or `CallFaulted` with the same task and attempt.
    Call {
        task: TaskId,
        attempt: u32,
        pointer: Pointer,
        call: Call,
    },
    /// The outcome of this call is not wanted any more; abort it if it is under way.
    AbortCall {
        task: TaskId,
        attempt: u32,
    },
    /// Submit `TimerFired` at this time, or as soon after it as possible.
    /// Submit `Delivered` with the first event of the namespace that comes after `after`, was received at `since` or
    /// later, may match one of the filters (see [`may_match`](super::may_match)) and was not consumed before this task
    /// began (see [`Command::Consume`]). One event only: the task asks again when it is ready for the next.
    Subscribe {
        task: TaskId,
        attempt: u32,
        namespace: String,
        after: u64,
        since: Timestamp,
        filters: Vec<Map<String, Value>>,
    },
    /// The task does not wait for an event any more.
    Unsubscribe {
        task: TaskId,
        attempt: u32,
    },
    /// The task has done with these events: tasks of this job from `next` on, and the task itself, are not given them.
    Consume {
        task: TaskId,
        sequences: Vec<u64>,
        next: TaskId,
    },
    SetTimer {
        timer: TimerId,
        at: Timestamp,
    },
    CancelTimer {
        timer: TimerId,
    },
    /// Insert or replace the projection of one task.
    RecordTask {
        task: Box<TaskRecord>,
    },
    /// Replace the projection of the job.
    RecordJob {
        job: JobRecord,
    },
    /// One line for the log of a task, or of the job where `task` is none.
    Log {
        at: Timestamp,
        task: Option<TaskId>,
        pointer: Pointer,
        attempt: u32,
        level: LogLevel,
        message: String,
    },
}

/// A call that leaves the engine; every expression in it is evaluated already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Call {
    /// `call: http` (DSL reference, HTTP call). `with` has `method`, `endpoint` (a string or an object with `uri` and
    /// `authentication`), `headers`, `query`, `body`, `output` (`raw|content|response`), `redirect`.
    Http { with: Value },
    /// `call: openapi` (DSL reference, OpenAPI Call). `with` has `document` (`{endpoint}`, as that of an HTTP call),
    /// `operationId`, `parameters`, `authentication`, `output` and `redirect`.
    OpenApi { with: Value },
    /// `emit`: publish a CloudEvent (as JSON) to whoever listens in the namespace, and answer with it.
    Emit { namespace: String, event: Value },
    /// A function of the runtime's default catalog; `function` is its call name, `http-request:1.0.0@default`.
    Function { function: String, with: Value },
    /// `run: workflow` (DSL reference, Workflow Process). Its output is that of the other workflow.
    Workflow {
        namespace: String,
        name: String,
        /// A version, or `latest`.
        version: String,
        /// Null where the task gives none.
        input: Value,
        awaited: bool,
        /// A dry run runs its workflows dry.
        dry_run: bool,
    },
    /// `run: shell` (DSL reference, Shell Process).
    Shell { command: String, process: Box<Process> },
    /// `run: script` (DSL reference, Script Process). `source` is the `with` of the HTTP call that gets the code.
    Script { language: Language, code: Option<String>, source: Option<Value>, process: Box<Process> },
}

/// What every process of the machine is given, and what is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub stdin: Option<String>,
    pub returns: Returns,
    pub awaited: bool,
    /// The task has a timeout of its own.
    pub has_timeout: bool,
}

/// What of a process becomes the task's output (DSL reference, Run, `return`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returns {
    Stdout,
    Stderr,
    Code,
    /// A process result: `{code, stdout, stderr}`.
    All,
    None,
}

/// The languages of scripts (DSL reference, Script Process).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// The specification's table of languages says `js`, its examples `javascript`.
    #[serde(rename = "js", alias = "javascript")]
    JavaScript,
    #[serde(rename = "python")]
    Python,
}

impl Language {
    /// As a definition writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::JavaScript => "js",
            Self::Python => "python",
        }
    }
}

/// One task as the API's projections show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    pub task: TaskId,
    /// The instance that this one runs inside of; none for the top level.
    pub parent: Option<TaskId>,
    pub pointer: Pointer,
    pub name: String,
    /// The task's kind: `call`, `do`, `fork`, `for`, `switch`, `try`, `set`, `wait`, `raise`, `emit`, `listen`, `run`.
    pub kind: String,
    /// The function a `call` task calls (`dns-record-add:1.0.0@default`, `http`), else none.
    pub function: Option<String>,
    pub status: TaskStatus,
    /// From 1; a retry, by policy or by hand, counts up.
    pub attempt: u32,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// The iteration of the innermost loop around this instance, from 0, else none.
    pub iteration: Option<u64>,
    pub input: Shared,
    pub output: Shared,
    pub error: Option<WorkflowError>,
    /// Set while the task waits for a person, for time, or for a retry by policy.
    pub waiting: Option<Waiting>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Waiting {
    Approval(Box<Approval>),
    Time {
        since: Timestamp,
        until: Timestamp,
    },
    Retry {
        since: Timestamp,
        until: Timestamp,
    },
    /// For events; `types` are the types that are asked for by name.
    Event {
        since: Timestamp,
        types: Vec<String>,
    },
}

/// What a gate asks for, and who has approved so far. What it says decides on its own who may decide: nothing else has to
/// be looked up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub since: Timestamp,
    pub message: String,
    /// Users (`ann`) and roles (`role:operator`, or `operator`); empty lets everyone decide who may decide at all.
    pub approvers: Vec<String>,
    /// From this moment on no decision counts any more.
    pub deadline: Option<Timestamp>,
    /// How many different people have to approve; what is less than one is one.
    #[serde(default)]
    pub min_approvals: u32,
    /// `starter` does not decide.
    #[serde(default)]
    pub four_eyes: bool,
    /// Who has started the run.
    #[serde(default)]
    pub starter: String,
    /// In the order in which they came.
    #[serde(default)]
    pub given: Vec<Given>,
}

/// One approval of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub by: String,
    pub at: Timestamp,
    pub comment: String,
}

/// Why somebody may not decide at a gate, or pass it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Others are asked.
    NotAsked { approvers: Vec<String> },
    /// `fourEyes`: whoever has started the run does not decide.
    Starter,
    /// Has approved already; one person counts once.
    Approved { at: Timestamp },
    /// The gate has failed closed, whether or not its timer has been heard.
    Overdue { deadline: Timestamp },
    /// This gate is passed by its approvals only, not by a skip.
    Guarded { gate: Pointer },
}

/// The status words of the API (`design/api.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Pending,
    Running,
    Waiting,
    Suspended,
    Completed,
    Faulted,
    Cancelled,
    Skipped,
}

/// The job as the API's projections show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobRecord {
    pub status: TaskStatus,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub output: Value,
    pub error: Option<WorkflowError>,
    /// Tasks of the definition that this job did not or cannot reach any more.
    pub paths_not_taken: Vec<Pointer>,
}

/// An error of the specification (DSL reference, Error): `type` is a URI, `instance` the task's pointer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkflowError {
    #[serde(rename = "type")]
    pub kind: String,
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}
