//! Reads a state as it was stored before it had parts: one JSON object. A run that began then goes on, and is stored in
//! parts from its next event on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Deserialize;
use serde_json::Value;

use super::super::{TaskId, TaskStatus, TimerId, Timestamp, Waiting, WorkflowError};
use super::parts::UnreadableState;
use super::{Attempts, Body, Frame, Job, Phase, Ready, State, Timer};
use crate::program::NodeId;

#[derive(Deserialize)]
struct Whole {
    digest: Option<String>,
    phase: Phase,
    job: WholeJob,
    next_task: u64,
    next_timer: u64,
    frames: BTreeMap<TaskId, WholeFrame>,
    timers: BTreeMap<TimerId, Timer>,
    ready: VecDeque<WholeReady>,
    reached: BTreeSet<NodeId>,
}

#[derive(Deserialize)]
struct WholeJob {
    id: String,
    input: Value,
    stages: Option<BTreeSet<String>>,
    dry_run: bool,
    runtime: Value,
    secrets: Value,
    context: Value,
    started_at: Timestamp,
    status: TaskStatus,
    error: Option<WorkflowError>,
    ended_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct WholeFrame {
    node: NodeId,
    parent: Option<TaskId>,
    attempt: u32,
    iteration: Option<u64>,
    started_at: Timestamp,
    raw_input: Value,
    input: Option<Value>,
    body: WholeBody,
    status: TaskStatus,
    error: Option<WorkflowError>,
    ended_at: Option<Timestamp>,
    waiting: Option<Waiting>,
}

#[derive(Deserialize)]
enum WholeBody {
    Idle,
    Calling,
    Waiting,
    Do,
    Fork { outputs: BTreeMap<usize, Value> },
    For { items: Vec<Value>, index: usize },
    Trying(Attempts),
    Pausing(Attempts),
    Catching { error: WorkflowError },
}

#[derive(Deserialize)]
enum WholeReady {
    Enter { parent: Option<TaskId>, node: NodeId, input: Value },
    Begin { task: TaskId },
    Iterate { task: TaskId, data: Value },
}

impl State {
    /// Reads a state that was stored before it had parts. All of it counts as changed.
    ///
    /// # Errors
    /// Where the text is no such state.
    pub fn from_whole(text: &str) -> Result<Self, UnreadableState> {
        let whole: Whole = serde_json::from_str(text)
            .map_err(|cause| UnreadableState { part: "state".to_owned(), reason: cause.to_string() })?;
        let mut state = Self::new();
        state.digest = whole.digest;
        state.phase = whole.phase;
        state.job = Job {
            // Gates of that time did not ask who had started the run.
            by: String::new(),
            id: whole.job.id,
            input: whole.job.input.into(),
            stages: whole.job.stages,
            dry_run: whole.job.dry_run,
            runtime: whole.job.runtime.into(),
            secrets: whole.job.secrets.into(),
            context: whole.job.context.into(),
            started_at: whole.job.started_at,
            hears_from: None,
            status: whole.job.status,
            error: whole.job.error,
            ended_at: whole.job.ended_at,
        };
        state.next_task = whole.next_task;
        state.next_timer = whole.next_timer;
        for (task, frame) in whole.frames {
            let body = body(&mut state, task, frame.body);
            let frame = Frame {
                node: frame.node,
                parent: frame.parent,
                attempt: frame.attempt,
                iteration: frame.iteration,
                started_at: frame.started_at,
                raw_input: frame.raw_input.into(),
                input: frame.input.map(Into::into),
                body,
                status: frame.status,
                error: frame.error,
                ended_at: frame.ended_at,
                waiting: frame.waiting,
                extensions: Vec::new(),
            };
            state.frames.insert(task, frame);
        }
        for (timer, purpose) in whole.timers {
            state.timers.insert(timer, purpose);
        }
        for ready in whole.ready {
            state.ready.push_back(match ready {
                WholeReady::Enter { parent, node, input } => {
                    Ready::Enter { parent, node, input: input.into() }
                }
                WholeReady::Begin { task } => Ready::Begin { task },
                WholeReady::Iterate { task, data } => Ready::Iterate { task, data: data.into() },
            });
        }
        for node in whole.reached {
            state.reached.insert(node);
        }
        let State { frames, ready, .. } = &mut state;
        frames.refresh(ready);
        Ok(state)
    }
}

fn body(state: &mut State, task: TaskId, body: WholeBody) -> Body {
    match body {
        WholeBody::Idle => Body::Idle,
        WholeBody::Calling => Body::Calling,
        WholeBody::Waiting => Body::Waiting,
        WholeBody::Do => Body::Do,
        WholeBody::Fork { outputs } => {
            let done = outputs.len();
            for (position, output) in outputs {
                state.outputs.insert(task, position, output.into());
            }
            // Every branch had its place in the queue from the start: none is left to begin.
            Body::Fork { begun: usize::MAX, done }
        }
        WholeBody::For { items, index } => Body::For { items: Value::Array(items).into(), index },
        WholeBody::Trying(attempts) => Body::Trying(attempts),
        WholeBody::Pausing(attempts) => Body::Pausing(attempts),
        WholeBody::Catching { error } => Body::Catching { error },
    }
}
