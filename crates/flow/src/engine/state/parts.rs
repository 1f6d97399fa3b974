//! A state in parts, as it is stored: a small head, one part for each live task, timer and thing to be done, and one for
//! each large value, however many of them refer to it.
//!
//! What the store does with the parts is its own: it keeps text under a name. A large value leaves with the last part
//! that refers to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::{TaskId, TaskStatus, TimerId, Timestamp, WorkflowError};
use super::frames::Frames;
use super::shared::{reference, resolve};
use super::{Job, Phase, Shared, State};

/// What has to be stored after an event, all of it together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Names with the text that is kept under them from now on.
    pub put: Vec<(String, String)>,
    /// Names under which nothing is kept any more.
    pub dropped: Vec<String>,
    /// The numbers of the values that this state does not hold any more; see [`Shared::number`].
    pub released: Vec<u64>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.put.is_empty() && self.dropped.is_empty()
    }
}

/// Parts that are no state; another version of the engine may have written them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {reason}")]
pub struct UnreadableState {
    pub part: String,
    pub reason: String,
}

/// What is known of the parts in the store.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    head: Option<Head>,
    start: Option<Start>,
    context: Option<Shared>,
    next_value: u64,
    /// The values that each part refers to, where it does.
    references: BTreeMap<Part, Vec<u64>>,
    /// How many references there are to each value that is stored.
    uses: BTreeMap<u64, usize>,
}

impl Default for Stored {
    fn default() -> Self {
        Self {
            head: None,
            start: None,
            context: None,
            next_value: 1,
            references: BTreeMap::new(),
            uses: BTreeMap::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Head,
    Start,
    Context,
    Frame(TaskId),
    Timer(TimerId),
    Ready(u64),
    Output(TaskId, usize),
    Reached(u32),
    Value(u64),
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => formatter.write_str("head"),
            Self::Start => formatter.write_str("start"),
            Self::Context => formatter.write_str("context"),
            Self::Frame(task) => write!(formatter, "frame/{}", task.0),
            Self::Timer(timer) => write!(formatter, "timer/{}", timer.0),
            Self::Ready(place) => write!(formatter, "ready/{place}"),
            Self::Output(fork, branch) => write!(formatter, "output/{}/{branch}", fork.0),
            Self::Reached(span) => write!(formatter, "reached/{span}"),
            Self::Value(number) => write!(formatter, "value/{number}"),
        }
    }
}

impl FromStr for Part {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let (kind, rest) = name.split_once('/').unwrap_or((name, ""));
        let number = || rest.parse::<u64>().map_err(|_| ());
        Ok(match kind {
            "head" => Self::Head,
            "start" => Self::Start,
            "context" => Self::Context,
            "frame" => Self::Frame(TaskId(number()?)),
            "timer" => Self::Timer(TimerId(number()?)),
            "ready" => Self::Ready(number()?),
            "output" => {
                let (fork, branch) = rest.split_once('/').ok_or(())?;
                Self::Output(TaskId(fork.parse().map_err(|_| ())?), branch.parse().map_err(|_| ())?)
            }
            "reached" => Self::Reached(rest.parse().map_err(|_| ())?),
            "value" => Self::Value(number()?),
            _ => return Err(()),
        })
    }
}

/// What changes with nearly every event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Head {
    phase: Phase,
    next_task: u64,
    next_timer: u64,
    next_value: u64,
    status: TaskStatus,
    error: Option<WorkflowError>,
    ended_at: Option<Timestamp>,
}

/// What stays as it was at the start, until the end.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Start {
    digest: Option<String>,
    id: String,
    #[serde(default)]
    by: String,
    #[serde(with = "reference")]
    input: Shared,
    stages: Option<BTreeSet<String>>,
    dry_run: bool,
    #[serde(with = "reference")]
    runtime: Shared,
    started_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hears_from: Option<Timestamp>,
}

impl Start {
    fn is(&self, digest: Option<&str>, job: &Job) -> bool {
        self.digest.as_deref() == digest
            && self.id == job.id
            && self.by == job.by
            && self.input.is_same(&job.input)
            && self.stages == job.stages
            && self.dry_run == job.dry_run
            && self.runtime.is_same(&job.runtime)
            && self.started_at == job.started_at
            && self.hears_from == job.hears_from
    }

    fn shared(&mut self) -> [&mut Shared; 2] {
        [&mut self.input, &mut self.runtime]
    }
}

#[derive(Serialize, Deserialize)]
struct Single(#[serde(with = "reference")] Shared);

impl State {
    /// Gives a large value its number, under which it is kept wherever it goes.
    pub(in crate::engine) fn number(&mut self, value: &Shared) {
        value.numbered(&mut self.stored.next_value);
    }

    /// Whether a value is part of what is stored, as of [`Self::take_changes`]; see [`Shared::number`].
    pub fn holds(&self, number: u64) -> bool {
        self.stored.uses.contains_key(&number)
    }

    /// What has changed since this was last asked; the caller stores it, or forgets this state.
    ///
    /// # Errors
    /// Where a part cannot be written as JSON.
    pub fn take_changes(&mut self) -> Result<Changes, serde_json::Error> {
        let mut writer = Writer::new(&mut self.stored);
        if !writer.stored.start.as_ref().is_some_and(|start| start.is(self.digest.as_deref(), &self.job)) {
            let job = &self.job;
            let mut start = Start {
                digest: self.digest.clone(),
                id: job.id.clone(),
                by: job.by.clone(),
                input: job.input.clone(),
                stages: job.stages.clone(),
                dry_run: job.dry_run,
                runtime: job.runtime.clone(),
                started_at: job.started_at,
                hears_from: job.hears_from,
            };
            let numbers = writer.numbers(start.shared());
            writer.put(Part::Start, numbers, &start)?;
            writer.stored.start = Some(start);
        }
        if !writer.stored.context.as_ref().is_some_and(|context| context.is_same(&self.job.context)) {
            let mut context = self.job.context.clone();
            let numbers = writer.numbers([&mut context]);
            writer.put(Part::Context, numbers, &Single(context.clone()))?;
            writer.stored.context = Some(context);
        }
        let rows = self.frames.rows();
        let (changed, dropped) = rows.take_changes();
        for task in changed {
            if let Some(frame) = rows.quietly(&task) {
                let numbers = writer.numbers(frame.shared());
                writer.put(Part::Frame(task), numbers, frame)?;
            }
        }
        writer.drop_all(dropped, Part::Frame);
        let rows = self.timers.rows();
        let (changed, dropped) = rows.take_changes();
        for timer in changed {
            writer.put(Part::Timer(timer), Vec::new(), &rows.get(&timer))?;
        }
        writer.drop_all(dropped, Part::Timer);
        let rows = self.ready.rows();
        let (changed, dropped) = rows.take_changes();
        for place in changed {
            if let Some(ready) = rows.quietly(&place) {
                let numbers = writer.numbers(ready.shared());
                writer.put(Part::Ready(place), numbers, ready)?;
            }
        }
        writer.drop_all(dropped, Part::Ready);
        let rows = self.outputs.rows();
        let (changed, dropped) = rows.take_changes();
        for (fork, branch) in changed {
            if let Some(output) = rows.quietly(&(fork, branch)) {
                let numbers = writer.numbers([&mut *output]);
                writer.put(Part::Output(fork, branch), numbers, &Single(output.clone()))?;
            }
        }
        writer.drop_all(dropped, |(fork, branch)| Part::Output(fork, branch));
        let rows = self.reached.rows();
        let (changed, dropped) = rows.take_changes();
        for span in changed {
            writer.put(Part::Reached(span), Vec::new(), &rows.get(&span))?;
        }
        writer.drop_all(dropped, Part::Reached);
        writer.settle_values()?;
        let head = Head {
            phase: self.phase,
            next_task: self.next_task,
            next_timer: self.next_timer,
            next_value: writer.stored.next_value,
            status: self.job.status,
            error: self.job.error.clone(),
            ended_at: self.job.ended_at,
        };
        if writer.stored.head.as_ref() != Some(&head) {
            writer.put(Part::Head, Vec::new(), &head)?;
            writer.stored.head = Some(head);
        }
        Ok(writer.changes)
    }

    /// Reads a state from everything that is kept of it, in any order.
    ///
    /// # Errors
    /// Names the part that is missing or cannot be read.
    pub fn from_parts(parts: impl IntoIterator<Item = (String, String)>) -> Result<Self, UnreadableState> {
        let mut reader = Reader::default();
        let mut rest = Vec::new();
        for (name, text) in parts {
            let part = name.parse().map_err(|()| unreadable(&name, "is no part of a state"))?;
            match part {
                Part::Value(number) => {
                    let value: Value = read(part, &text)?;
                    reader.values.insert(number, Shared::stored(number, value));
                }
                _ => rest.push((part, text)),
            }
        }
        let mut state = Self::new();
        let mut frames = BTreeMap::new();
        for (part, text) in rest {
            match part {
                Part::Head => {
                    let head: Head = read(part, &text)?;
                    state.phase = head.phase;
                    state.next_task = head.next_task;
                    state.next_timer = head.next_timer;
                    state.stored.next_value = head.next_value;
                    state.job.status = head.status;
                    state.job.error = head.error.clone();
                    state.job.ended_at = head.ended_at;
                    state.stored.head = Some(head);
                }
                Part::Start => {
                    let mut start: Start = read(part, &text)?;
                    reader.resolve(part, start.shared())?;
                    state.digest.clone_from(&start.digest);
                    state.job.id.clone_from(&start.id);
                    state.job.by.clone_from(&start.by);
                    state.job.input = start.input.clone();
                    state.job.stages.clone_from(&start.stages);
                    state.job.dry_run = start.dry_run;
                    state.job.runtime = start.runtime.clone();
                    state.job.started_at = start.started_at;
                    state.job.hears_from = start.hears_from;
                    state.stored.start = Some(start);
                }
                Part::Context => {
                    let Single(mut context) = read(part, &text)?;
                    reader.resolve(part, [&mut context])?;
                    state.job.context = context.clone();
                    state.stored.context = Some(context);
                }
                Part::Frame(task) => {
                    let mut frame: super::Frame = read(part, &text)?;
                    reader.resolve(part, frame.shared())?;
                    frames.insert(task, frame);
                }
                Part::Timer(timer) => state.timers.restore(timer, read(part, &text)?),
                Part::Ready(place) => {
                    let mut ready: super::Ready = read(part, &text)?;
                    reader.resolve(part, ready.shared())?;
                    state.ready.restore(place, ready);
                }
                Part::Output(fork, branch) => {
                    let Single(mut output) = read(part, &text)?;
                    reader.resolve(part, [&mut output])?;
                    state.outputs.rows().restore((fork, branch), output);
                }
                Part::Reached(span) => state.reached.rows().restore(span, read(part, &text)?),
                Part::Value(_) => {}
            }
        }
        for (part, is_there) in
            [(Part::Head, state.stored.head.is_some()), (Part::Start, state.stored.start.is_some())]
        {
            if !is_there {
                return Err(unreadable(&part.to_string(), "is missing"));
            }
        }
        let State { frames: into, ready, .. } = &mut state;
        Frames::restore(into, frames, ready);
        for number in reader.references.values().flatten() {
            *state.stored.uses.entry(*number).or_default() += 1;
        }
        state.stored.references = reader.references;
        Ok(state)
    }
}

fn read<T: for<'de> Deserialize<'de>>(part: Part, text: &str) -> Result<T, UnreadableState> {
    serde_json::from_str(text).map_err(|cause| unreadable(&part.to_string(), &cause.to_string()))
}

fn unreadable(part: &str, reason: &str) -> UnreadableState {
    UnreadableState { part: part.to_owned(), reason: reason.to_owned() }
}

#[derive(Default)]
struct Reader {
    values: BTreeMap<u64, Shared>,
    references: BTreeMap<Part, Vec<u64>>,
}

impl Reader {
    fn resolve<'a>(
        &mut self,
        part: Part,
        shared: impl IntoIterator<Item = &'a mut Shared>,
    ) -> Result<(), UnreadableState> {
        for shared in shared {
            if let Some(number) = shared.number() {
                self.references.entry(part).or_default().push(number);
            }
            resolve(shared, |number| self.values.get(&number).cloned())
                .map_err(|number| unreadable(&part.to_string(), &format!("value {number} is missing")))?;
        }
        Ok(())
    }
}

struct Writer<'s> {
    stored: &'s mut Stored,
    changes: Changes,
    /// By how much the references to a value have grown or shrunk, and the value where it has a new one.
    moved: BTreeMap<u64, (isize, Option<Shared>)>,
}

impl<'s> Writer<'s> {
    fn new(stored: &'s mut Stored) -> Self {
        Self { stored, changes: Changes::default(), moved: BTreeMap::new() }
    }

    /// Numbers the values that are stored by themselves.
    fn numbers<'a>(&mut self, shared: impl IntoIterator<Item = &'a mut Shared>) -> Vec<u64> {
        let mut numbers = Vec::new();
        for shared in shared {
            if let Some(number) = shared.numbered(&mut self.stored.next_value) {
                let (count, value) = self.moved.entry(number).or_default();
                *count += 1;
                *value = Some(shared.clone());
                numbers.push(number);
            }
        }
        numbers
    }

    fn put(
        &mut self,
        part: Part,
        numbers: Vec<u64>,
        value: &impl Serialize,
    ) -> Result<(), serde_json::Error> {
        self.release(part);
        if !numbers.is_empty() {
            self.stored.references.insert(part, numbers);
        }
        self.changes.put.push((part.to_string(), serde_json::to_string(value)?));
        Ok(())
    }

    fn drop_all<K>(&mut self, dropped: BTreeSet<K>, part: impl Fn(K) -> Part) {
        for part in dropped.into_iter().map(part) {
            self.release(part);
            self.changes.dropped.push(part.to_string());
        }
    }

    fn release(&mut self, part: Part) {
        for number in self.stored.references.remove(&part).unwrap_or_default() {
            self.moved.entry(number).or_default().0 -= 1;
        }
    }

    /// Puts the values that are referred to for the first time, and drops those that nothing refers to any more.
    fn settle_values(&mut self) -> Result<(), serde_json::Error> {
        for (number, (by, value)) in std::mem::take(&mut self.moved) {
            let before = self.stored.uses.get(&number).copied().unwrap_or_default();
            let after = before.saturating_add_signed(by);
            let name = Part::Value(number).to_string();
            if after == 0 {
                self.stored.uses.remove(&number);
                if before > 0 {
                    self.changes.dropped.push(name);
                    self.changes.released.push(number);
                }
                continue;
            }
            self.stored.uses.insert(number, after);
            if before == 0
                && let Some(value) = value
            {
                self.changes.put.push((name, serde_json::to_string(&value)?));
            }
        }
        Ok(())
    }
}
