//! What a job remembers between two events: its live tasks, its timers and its context. Nothing of its history.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{TaskId, TaskStatus, TimerId, Timestamp, Waiting, WorkflowError};
use crate::Program;
use crate::program::NodeId;

/// The state of one job. Opaque: store it, and give it to the next [`super::step`] with the same program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The definition that this job runs; none before its start.
    pub(super) digest: Option<String>,
    pub(super) phase: Phase,
    pub(super) job: Job,
    pub(super) next_task: u64,
    pub(super) next_timer: u64,
    pub(super) frames: BTreeMap<TaskId, Frame>,
    pub(super) timers: BTreeMap<TimerId, Timer>,
    /// What is to be done next; not empty between two events only where one event was too much work.
    pub(super) ready: VecDeque<Ready>,
    /// Which tasks of the definition have had an instance: at most as many as it has tasks.
    pub(super) reached: BTreeSet<NodeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    New,
    Live,
    Ended,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) input: Value,
    pub(super) stages: Option<BTreeSet<String>>,
    pub(super) dry_run: bool,
    pub(super) runtime: Value,
    pub(super) secrets: Value,
    pub(super) context: Value,
    pub(super) started_at: Timestamp,
    /// As last recorded.
    pub(super) status: TaskStatus,
    pub(super) error: Option<WorkflowError>,
    pub(super) ended_at: Option<Timestamp>,
}

/// One live task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Frame {
    pub(super) node: NodeId,
    pub(super) parent: Option<TaskId>,
    pub(super) attempt: u32,
    pub(super) iteration: Option<u64>,
    pub(super) started_at: Timestamp,
    /// What came in: the output of the task before.
    pub(super) raw_input: Value,
    /// After `input.from`; none where it is the raw input.
    pub(super) input: Option<Value>,
    pub(super) body: Body,
    /// As last recorded.
    pub(super) status: TaskStatus,
    /// Set where this task itself is at fault, not only one within it.
    pub(super) error: Option<WorkflowError>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) waiting: Option<Waiting>,
}

impl Frame {
    pub(super) fn input(&self) -> &Value {
        self.input.as_ref().unwrap_or(&self.raw_input)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Body {
    /// Nothing is under way: about to begin, or at fault.
    Idle,
    Calling,
    /// A wait or a gate; `waiting` of the frame says which.
    Waiting,
    Do,
    Fork {
        /// By the branch's position.
        outputs: BTreeMap<usize, Value>,
    },
    For {
        items: Vec<Value>,
        index: usize,
    },
    Trying(Attempts),
    /// Between two attempts.
    Pausing(Attempts),
    Catching {
        error: WorkflowError,
    },
}

/// How often a `try` has been retried by its policy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Attempts {
    pub(super) retries: u64,
    /// When the first error was caught.
    pub(super) since: Option<Timestamp>,
    /// The tasks from the `try` down to the one that faulted, to keep their ids when they run again.
    pub(super) again: Vec<Again>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Again {
    pub(super) node: NodeId,
    pub(super) parent: Option<TaskId>,
    pub(super) iteration: Option<u64>,
    pub(super) task: TaskId,
    pub(super) attempt: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Timer {
    Wait(TaskId),
    Deadline(TaskId),
    Timeout(TaskId),
    Retry(TaskId),
    /// One attempt of a `try` has taken too long.
    Attempt(TaskId),
    Workflow,
    /// Goes on with what one event could not do at once.
    Continue,
}

impl Timer {
    pub(super) fn task(self) -> Option<TaskId> {
        match self {
            Self::Wait(task)
            | Self::Deadline(task)
            | Self::Timeout(task)
            | Self::Retry(task)
            | Self::Attempt(task) => Some(task),
            Self::Workflow | Self::Continue => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Ready {
    Enter {
        parent: Option<TaskId>,
        node: NodeId,
        input: Value,
    },
    /// A task that is live already begins again.
    Begin {
        task: TaskId,
    },
    /// The next iteration of a loop.
    Iterate {
        task: TaskId,
        data: Value,
    },
}

impl Ready {
    /// The live task that this belongs to; none for the top level.
    pub(super) fn owner(&self) -> Option<TaskId> {
        match self {
            Self::Enter { parent, .. } => *parent,
            Self::Begin { task } | Self::Iterate { task, .. } => Some(*task),
        }
    }
}

impl State {
    /// A job that has not started: it takes nothing but [`super::Event::Started`].
    pub fn new() -> Self {
        Self {
            digest: None,
            phase: Phase::New,
            job: Job {
                id: String::new(),
                input: Value::Null,
                stages: None,
                dry_run: false,
                runtime: Value::Null,
                secrets: Value::Null,
                context: Value::Null,
                started_at: Timestamp(0),
                status: TaskStatus::Pending,
                error: None,
                ended_at: None,
            },
            next_task: 1,
            next_timer: 1,
            frames: BTreeMap::new(),
            timers: BTreeMap::new(),
            ready: VecDeque::new(),
            reached: BTreeSet::new(),
        }
    }

    /// Whether nothing can happen to this job any more.
    pub fn is_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// How many tasks are live: running, waiting, or at fault and waiting for a person.
    pub fn live_tasks(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn belongs_to(&self, program: &Program) -> bool {
        self.digest.as_deref().is_none_or(|digest| digest == program.digest)
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}
