//! What a job remembers between two events: its live tasks, its timers and its context. Nothing of its history.
//!
//! It is kept in parts (see [`parts`]), so that an event writes what it touched and no more.

mod frames;
mod outputs;
mod parts;
mod queue;
mod reached;
mod shared;
mod timers;
mod tracked;
mod whole;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::listen::matching::Progress;
use super::{TaskId, TaskStatus, Timestamp, Waiting, WorkflowError};
use crate::Program;
use crate::program::{NodeId, Then};

use frames::Frames;
use outputs::Outputs;
use parts::Stored;
pub use parts::{Changes, UnreadableState};
use queue::Queue;
use reached::Reached;
pub use shared::Shared;
use timers::Timers;

/// The state of one job. Opaque: store its parts as [`State::take_changes`] gives them, read it again with
/// [`State::from_parts`], and give it to the next [`super::step`] with the same program.
#[derive(Clone, Debug)]
pub struct State {
    /// The definition that this job runs; none before its start.
    pub(super) digest: Option<String>,
    pub(super) phase: Phase,
    pub(super) job: Job,
    pub(super) next_task: u64,
    pub(super) next_timer: u64,
    pub(super) frames: Frames,
    pub(super) timers: Timers,
    /// What is to be done next; not empty between two events only where one event was too much work.
    pub(super) ready: Queue,
    /// What the branches of forks under way have yielded, and the events of listeners.
    pub(super) outputs: Outputs,
    /// Which tasks of the definition have had an instance: at most as many as it has tasks.
    pub(super) reached: Reached,
    stored: Stored,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    New,
    Live,
    Ended,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Job {
    pub(super) id: String,
    /// Who has started it.
    pub(super) by: String,
    pub(super) input: Shared,
    pub(super) stages: Option<BTreeSet<String>>,
    pub(super) dry_run: bool,
    pub(super) runtime: Shared,
    /// Never stored: the host gives them anew with each event.
    pub(super) secrets: Shared,
    pub(super) context: Shared,
    pub(super) started_at: Timestamp,
    /// As [`super::Start::hears_from`].
    pub(super) hears_from: Option<Timestamp>,
    /// As last recorded.
    pub(super) status: TaskStatus,
    pub(super) error: Option<WorkflowError>,
    pub(super) ended_at: Option<Timestamp>,
}

/// One live task. It is written whole whenever it changes: what may be large in it is [`Shared`], and what may be many
/// has parts of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Frame {
    pub(super) node: NodeId,
    pub(super) parent: Option<TaskId>,
    pub(super) attempt: u32,
    pub(super) iteration: Option<u64>,
    pub(super) started_at: Timestamp,
    /// What came in: the output of the task before.
    #[serde(with = "shared::reference")]
    pub(super) raw_input: Shared,
    /// After `input.from`; none where it is the raw input.
    #[serde(with = "shared::optional_reference")]
    pub(super) input: Option<Shared>,
    pub(super) body: Body,
    /// As last recorded.
    pub(super) status: TaskStatus,
    /// Set where this task itself is at fault, not only one within it.
    pub(super) error: Option<WorkflowError>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) waiting: Option<Waiting>,
    /// The extensions that apply to this task, by their place in the program, the outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) extensions: Vec<u16>,
}

impl Frame {
    pub(super) fn input(&self) -> &Shared {
        self.input.as_ref().unwrap_or(&self.raw_input)
    }

    /// Every value that this frame is stored with a reference to.
    fn shared(&mut self) -> Vec<&mut Shared> {
        let mut all = vec![&mut self.raw_input];
        all.extend(&mut self.input);
        all.extend(self.body.shared());
        all
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
        /// How many branches have begun: the others follow in their order.
        begun: usize,
        /// How many are over; their outputs are in [`State::outputs`].
        done: usize,
    },
    For {
        #[serde(with = "shared::reference")]
        items: Shared,
        index: usize,
    },
    Trying(Attempts),
    /// Between two attempts.
    Pausing(Attempts),
    Catching {
        error: WorkflowError,
    },
    /// Waits for an event.
    Listening(Listening),
    /// Runs the tasks for an event; those that come meanwhile wait outside.
    Handling(Listening),
    /// The tasks of an extension run before or after the task's own work.
    Extending(Extending),
}

/// The extension whose tasks run now, by its place among those of the frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Extending {
    Before {
        at: usize,
    },
    /// What the task has yielded, and where the flow goes on with it.
    After {
        at: usize,
        #[serde(with = "shared::reference")]
        output: Shared,
        then: Then,
    },
}

/// How far a `listen` is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Listening {
    /// The last event that it was given.
    pub(super) last: u64,
    pub(super) progress: Progress,
    /// Of the strategy that ends it.
    pub(super) until: Progress,
    /// Events of it that were consumed.
    pub(super) spent: Vec<u64>,
    /// How many events were consumed, and how many bytes they have become as JSON: what they have become is in
    /// [`State::outputs`].
    pub(super) count: usize,
    pub(super) bytes: usize,
    /// The event in hand, as it is read.
    #[serde(with = "shared::reference")]
    pub(super) item: Shared,
}

/// What goes on in a task itself, not in those within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    None,
    /// Something outside is at work.
    Working,
    /// Time or a person is waited for.
    Waiting,
}

impl Body {
    pub(super) fn activity(&self) -> Activity {
        match self {
            Self::Calling => Activity::Working,
            Self::Waiting | Self::Pausing(_) | Self::Listening(_) => Activity::Waiting,
            Self::Idle
            | Self::Do
            | Self::Fork { .. }
            | Self::For { .. }
            | Self::Trying(_)
            | Self::Catching { .. }
            | Self::Extending(_)
            | Self::Handling(_) => Activity::None,
        }
    }

    /// Whether a task is one that others run inside of.
    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::Do
            | Self::Fork { .. }
            | Self::For { .. }
            | Self::Trying(_)
            | Self::Catching { .. }
            | Self::Extending(_)
            | Self::Handling(_) => true,
            Self::Idle | Self::Calling | Self::Waiting | Self::Pausing(_) | Self::Listening(_) => false,
        }
    }

    /// Every value in it that is stored as a reference. A variant that holds one has to name it here.
    fn shared(&mut self) -> Option<&mut Shared> {
        match self {
            Self::For { items, .. } => Some(items),
            Self::Listening(listening) | Self::Handling(listening) => Some(&mut listening.item),
            Self::Extending(Extending::After { output, .. }) => Some(output),
            Self::Idle
            | Self::Calling
            | Self::Waiting
            | Self::Do
            | Self::Fork { .. }
            | Self::Trying(_)
            | Self::Pausing(_)
            | Self::Catching { .. }
            | Self::Extending(Extending::Before { .. }) => None,
        }
    }
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
        #[serde(with = "shared::reference")]
        input: Shared,
    },
    /// A task that is live already begins again.
    Begin { task: TaskId },
    /// The next branch of a fork, and those after it.
    Branch { task: TaskId },
    /// The next iteration of a loop.
    Iterate {
        task: TaskId,
        #[serde(with = "shared::reference")]
        data: Shared,
    },
}

impl Ready {
    /// The live task that this belongs to; none for the top level.
    pub(super) fn owner(&self) -> Option<TaskId> {
        match self {
            Self::Enter { parent, .. } => *parent,
            Self::Begin { task } | Self::Branch { task } | Self::Iterate { task, .. } => Some(*task),
        }
    }

    fn shared(&mut self) -> Option<&mut Shared> {
        match self {
            Self::Enter { input: value, .. } | Self::Iterate { data: value, .. } => Some(value),
            Self::Begin { .. } | Self::Branch { .. } => None,
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
                by: String::new(),
                input: Shared::default(),
                stages: None,
                dry_run: false,
                runtime: Shared::default(),
                secrets: Shared::default(),
                context: Shared::default(),
                started_at: Timestamp(0),
                hears_from: None,
                status: TaskStatus::Pending,
                error: None,
                ended_at: None,
            },
            next_task: 1,
            next_timer: 1,
            frames: Frames::default(),
            timers: Timers::default(),
            ready: Queue::default(),
            outputs: Outputs::default(),
            reached: Reached::default(),
            stored: Stored::default(),
        }
    }

    /// What `$secrets` is from now on. A state does not keep it when it is stored, so that secrets stand in no database:
    /// the host sets it before each step.
    pub fn set_secrets(&mut self, secrets: Value) {
        self.job.secrets = secrets.into();
    }

    /// Whether nothing can happen to this job any more.
    pub fn is_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// How many tasks are live: running, waiting, or at fault and waiting for a person.
    pub fn live_tasks(&self) -> usize {
        self.frames.len()
    }

    /// The tasks that are at fault and wait for a person, in the order of their numbers.
    pub fn at_fault(&self) -> impl Iterator<Item = TaskId> {
        self.frames.faulted()
    }

    pub(super) fn belongs_to(&self, program: &Program) -> bool {
        self.digest.as_deref().is_none_or(|digest| digest == program.digest)
    }

    /// Drops what belongs to tasks that have left.
    pub(super) fn drop_orphans(&mut self) {
        if self.phase != Phase::Live {
            self.ready.clear();
        }
        for task in self.frames.take_removed() {
            if !self.frames.contains_key(&task) {
                self.ready.drop_of(task);
                self.outputs.drop_of(task);
            }
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

/// The same job at the same point, however it got there and whatever of it is stored.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
            && self.phase == other.phase
            && self.job == other.job
            && self.next_task == other.next_task
            && self.next_timer == other.next_timer
            && self.frames == other.frames
            && self.timers == other.timers
            && self.ready == other.ready
            && self.outputs == other.outputs
            && self.reached == other.reached
    }
}
