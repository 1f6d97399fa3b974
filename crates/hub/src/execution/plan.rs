//! From the commands of the engine to what has to be written and what has to be done. Pure: `store` writes, `host` does.

use std::collections::HashSet;

use flow::Pointer;
use flow::engine::{
    Call, Changes, Command, JobRecord, LogLevel, Shared, TaskId, TaskRecord, TaskStatus, TimerId, Timestamp,
    Waiting,
};

use super::blueprint::{Blueprint, Progress};
use super::masking::Masking;
use super::sub_runs::Parent;
use crate::events::table::{EventWrite, Subscription};
use crate::schedules::table::Advance;

/// One change of the database. All writes of one event are committed together, in their order.
#[derive(Clone, Debug)]
pub(super) enum Write {
    /// Kept once for each digest.
    Definition {
        digest: String,
        definition: String,
    },
    NewJob(Box<NewJob>),
    /// This job is a task's of another.
    SubRun(Parent),
    /// How this job has ended, for the one that it is of.
    SubRunOutcome(String),
    /// The private texts of the job, sealed.
    Private(String),
    /// A task of this job has what its run has yielded: it is kept nowhere else.
    SubRunDelivered {
        task: TaskId,
        attempt: u32,
    },
    /// Refuses the whole commit where the event is handled already.
    Handled {
        key: String,
    },
    /// The parts of the state that the event has touched.
    State(Changes),
    Job(Box<JobRecord>),
    Progress {
        total: i64,
        done: i64,
    },
    /// The hub failed to carry the job on.
    Broken,
    /// A job that was broken is stopped.
    Cancelled {
        at: Timestamp,
    },
    Task(Box<TaskRow>),
    /// A large value that tasks refer to; the same one again changes nothing.
    TaskValue {
        number: u64,
        value: String,
    },
    Call {
        task: TaskId,
        attempt: u32,
        pointer: Pointer,
        call: Call,
    },
    /// A call that holds private values.
    SealedCall {
        task: TaskId,
        attempt: u32,
        pointer: Pointer,
        call: String,
    },
    DropCall {
        task: TaskId,
        attempt: u32,
    },
    Timer {
        timer: TimerId,
        at: Timestamp,
    },
    DropTimer {
        timer: TimerId,
    },
    Events(EventWrite),
    /// Refuses the whole commit where the schedule is not any more what it was.
    Schedule(Box<Advance>),
    /// Nothing is to come any more: no call, no timer, no event.
    DropPending,
    /// The job is at its end: its state is of no use, and its private inputs are erased.
    DropState,
    Act(ActRow),
    Log(LogRow),
}

#[derive(Clone, Debug)]
pub(super) struct NewJob {
    pub(super) job_name: String,
    pub(super) workflow_id: String,
    pub(super) workflow_name: String,
    pub(super) namespace: String,
    pub(super) revision: i64,
    pub(super) digest: String,
    pub(super) started_by: String,
    pub(super) started_at: Timestamp,
    pub(super) dry_run: bool,
    pub(super) reason: Option<String>,
    pub(super) stages: Option<Vec<String>>,
    /// How many runs in a row were started by what the one before had emitted.
    pub(super) chain: u32,
    /// With the private values masked.
    pub(super) input: String,
    /// The private values: a JSON array of texts.
    pub(super) private: String,
    pub(super) tasks_total: i64,
}

impl Write {
    /// The place of a run that a schedule starts in a chain of runs and events.
    pub(super) fn chain(&self) -> Option<u32> {
        match self {
            Self::Schedule(advance) => Some(advance.chain),
            _ => None,
        }
    }
}

/// The projection of a task.
#[derive(Clone, Debug)]
pub(super) struct TaskRow {
    /// Without its input and output.
    pub(super) task: TaskRecord,
    pub(super) place: i64,
    pub(super) input: Kept,
    pub(super) output: Kept,
}

/// Where the JSON of a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Here(String),
    /// In a [`Write::TaskValue`] of this number, of this event or an earlier one.
    Apart(u64),
}

/// The values of [`Write::TaskValue`] that are written and may be referred to again.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptValues {
    written: HashSet<u64>,
    /// Written with this event.
    new: Vec<u64>,
}

impl KeptValues {
    /// Whether a value is to be written now.
    fn insert(&mut self, number: u64) -> bool {
        let is_new = self.written.insert(number);
        if is_new {
            self.new.push(number);
        }
        is_new
    }

    /// Forgets what no task can refer to any more: what the state has released, and what of this event's it never held.
    pub(super) fn settle(&mut self, released: &[u64], is_held: impl Fn(u64) -> bool) {
        let new = std::mem::take(&mut self.new);
        for number in new.iter().filter(|number| !is_held(**number)).chain(released) {
            self.written.remove(number);
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct ActRow {
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) act: Act,
    pub(super) task: Option<ActTask>,
    /// The comment of a decision, the reason of anything else.
    pub(super) comment: Option<String>,
}

/// The task that an act was done to, as it was then.
#[derive(Clone, Debug)]
pub(super) struct ActTask {
    pub(super) task: TaskId,
    pub(super) name: String,
    pub(super) attempt: u32,
}

/// What people do to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Start,
    Stop,
    Approve,
    Reject,
    Retry,
    Skip,
}

impl Act {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Retry => "retry",
            Self::Skip => "skip",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct LogRow {
    pub(super) at: Timestamp,
    pub(super) state: String,
    pub(super) task: Option<TaskId>,
    pub(super) attempt: u32,
    pub(super) level: LogLevel,
    pub(super) message: String,
}

/// The longest log line, in bytes; the rest is cut off and said so.
const LONGEST_LINE: usize = 16 * 1024;

impl LogRow {
    /// A line with the private values masked and its length bounded.
    pub(super) fn new(
        masking: &Masking,
        at: Timestamp,
        (state, task, attempt): (String, Option<TaskId>, u32),
        level: LogLevel,
        message: &str,
    ) -> Self {
        let mut message = masking.text(message);
        if message.len() > LONGEST_LINE {
            let mut cut = LONGEST_LINE;
            while !message.is_char_boundary(cut) {
                cut -= 1;
            }
            let rest = message.len() - cut;
            message.truncate(cut);
            message.push_str(&format!(" … ({rest} bytes more)"));
        }
        Self { at, state, task, attempt, level, message }
    }
}

/// What is done once the writes are committed.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    Call {
        task: TaskId,
        attempt: u32,
        pointer: Pointer,
        call: Call,
    },
    Abort {
        task: TaskId,
        attempt: u32,
    },
    SetTimer {
        timer: TimerId,
        at: Timestamp,
    },
    CancelTimer {
        timer: TimerId,
    },
    Subscribe(Subscription),
    Unsubscribe {
        task: TaskId,
        attempt: u32,
    },
    /// The job is at its end: whatever still runs for it is not wanted.
    AbortAll,
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) writes: Vec<Write>,
    pub(super) effects: Vec<Effect>,
    /// The job's status, where this event changed its projection.
    pub(super) status: Option<TaskStatus>,
}

/// Turns the commands of one step into a plan.
pub(super) fn plan(
    commands: Vec<Command>,
    blueprint: &Blueprint,
    masking: &Masking,
    progress: &mut Progress,
    kept: &mut KeptValues,
) -> Plan {
    let mut plan = Plan::default();
    let before = (progress.total(), progress.done());
    for command in commands {
        add(&mut plan, command, blueprint, masking, (progress, kept));
    }
    let after = (progress.total(), progress.done());
    if before != after {
        plan.writes.push(Write::Progress { total: after.0, done: after.1 });
    }
    if plan.status.is_some_and(is_final) {
        plan.writes.extend([Write::DropPending, Write::DropState]);
        plan.effects.push(Effect::AbortAll);
    }
    plan
}

fn add(
    plan: &mut Plan,
    command: Command,
    blueprint: &Blueprint,
    masking: &Masking,
    (progress, kept): (&mut Progress, &mut KeptValues),
) {
    match command {
        Command::Call { task, attempt, pointer, call } => {
            plan.writes.push(Write::Call { task, attempt, pointer: pointer.clone(), call: call.clone() });
            plan.effects.push(Effect::Call { task, attempt, pointer, call });
        }
        Command::AbortCall { task, attempt } => {
            plan.writes.push(Write::DropCall { task, attempt });
            // A call of this very step is not begun at all.
            plan.effects.retain(|effect| {
                !matches!(effect, Effect::Call { task: of, attempt: number, .. } if (*of, *number) == (task, attempt))
            });
            plan.effects.push(Effect::Abort { task, attempt });
        }
        Command::SetTimer { timer, at } => {
            plan.writes.push(Write::Timer { timer, at });
            plan.effects.push(Effect::SetTimer { timer, at });
        }
        Command::CancelTimer { timer } => {
            plan.writes.push(Write::DropTimer { timer });
            plan.effects.push(Effect::CancelTimer { timer });
        }
        Command::Subscribe { task, attempt, namespace, after, since, filters } => {
            let subscription = Subscription { task, attempt, namespace, after, since, filters };
            plan.writes.push(Write::Events(EventWrite::Subscribe(subscription.clone())));
            plan.effects.push(Effect::Subscribe(subscription));
        }
        Command::Unsubscribe { task, attempt } => {
            plan.writes.push(Write::Events(EventWrite::Unsubscribe { task, attempt }));
            // One of this very step never begins.
            plan.effects.retain(
                |effect| !matches!(effect, Effect::Subscribe(of) if (of.task, of.attempt) == (task, attempt)),
            );
            plan.effects.push(Effect::Unsubscribe { task, attempt });
        }
        Command::Consume { task, sequences, next } => {
            plan.writes.push(Write::Events(EventWrite::Consume { task, sequences, next }));
        }
        Command::RecordTask { mut task } => {
            progress.record(&task);
            let place = blueprint.place(&task.pointer);
            let input = keep(plan, std::mem::take(&mut task.input), masking, kept);
            let output = keep(plan, std::mem::take(&mut task.output), masking, kept);
            let task = masked_task(*task, masking);
            plan.writes.push(Write::Task(Box::new(TaskRow { task, place, input, output })));
        }
        Command::RecordJob { mut job } => {
            progress.set_not_taken(&job.paths_not_taken);
            plan.status = Some(job.status);
            job.output = masking.value(&job.output);
            job.error = job.error.map(|error| masked_error(error, masking));
            plan.writes.push(Write::Job(Box::new(job)));
        }
        Command::Log { at, task, pointer, attempt, level, message } => {
            let place = (pointer.as_str().to_owned(), task, attempt);
            plan.writes.push(Write::Log(LogRow::new(masking, at, place, level, &message)));
        }
    }
}

/// A large value is written once, however many tasks take it in.
fn keep(plan: &mut Plan, value: Shared, masking: &Masking, kept: &mut KeptValues) -> Kept {
    let Some(number) = value.number() else { return Kept::Here(masking.json(&value)) };
    if kept.insert(number) {
        plan.writes.push(Write::TaskValue { number, value: masking.json(&value) });
    }
    Kept::Apart(number)
}

fn masked_task(mut task: TaskRecord, masking: &Masking) -> TaskRecord {
    task.error = task.error.map(|error| masked_error(error, masking));
    if let Some(Waiting::Approval(approval)) = &mut task.waiting {
        approval.message = masking.text(&approval.message);
        for given in &mut approval.given {
            given.comment = masking.text(&given.comment);
        }
    }
    task
}

fn masked_error(mut error: flow::engine::WorkflowError, masking: &Masking) -> flow::engine::WorkflowError {
    error.title = error.title.map(|title| masking.text(&title));
    error.detail = error.detail.map(|detail| masking.text(&detail));
    error
}

/// Nothing more will happen by itself or by hand. A faulted job is not at its end: it waits for people.
pub(super) fn is_final(status: TaskStatus) -> bool {
    matches!(status, TaskStatus::Completed | TaskStatus::Cancelled | TaskStatus::Skipped)
}

/// The API's word for a status.
pub(super) fn word(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Pending => "pending",
        TaskStatus::Running => "running",
        TaskStatus::Waiting => "waiting",
        TaskStatus::Suspended => "suspended",
        TaskStatus::Completed => "completed",
        TaskStatus::Faulted => "faulted",
        TaskStatus::Cancelled => "cancelled",
        TaskStatus::Skipped => "skipped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn task(status: TaskStatus, output: Value) -> Command {
        Command::RecordTask {
            task: Box::new(TaskRecord {
                task: TaskId(1),
                parent: None,
                pointer: Pointer::root(),
                name: "a".to_owned(),
                kind: "call".to_owned(),
                function: None,
                status,
                attempt: 1,
                started_at: Some(Timestamp(1)),
                ended_at: Some(Timestamp(2)),
                iteration: None,
                input: json!({"token": "s3cret"}).into(),
                output: output.into(),
                error: None,
                waiting: None,
            }),
        }
    }

    fn check(commands: Vec<Command>) -> Plan {
        let masking = Masking::new(vec!["s3cret".to_owned()]);
        plan(commands, &Blueprint::default(), &masking, &mut Progress::default(), &mut KeptValues::default())
    }

    #[test]
    fn what_is_private_is_in_no_projection_and_no_line() {
        let line = Command::Log {
            at: Timestamp(1),
            task: None,
            pointer: Pointer::root(),
            attempt: 1,
            level: LogLevel::Info,
            message: "token s3cret".to_owned(),
        };
        let plan = check(vec![task(TaskStatus::Completed, json!("is s3cret")), line]);
        assert!(!format!("{:?}", plan.writes).contains("s3cret"));
        assert_eq!(plan.writes.len(), 2);
    }

    #[test]
    fn a_call_that_is_aborted_in_the_same_step_is_never_begun() {
        let (task, attempt) = (TaskId(1), 1);
        let call = Call::Http { with: Value::Null };
        let plan = check(vec![
            Command::Call { task, attempt, pointer: Pointer::root(), call },
            Command::AbortCall { task, attempt },
        ]);
        assert!(matches!(plan.effects[..], [Effect::Abort { .. }]), "{plan:?}");
    }

    #[test]
    fn an_endless_line_is_cut_at_a_character() {
        let place = (String::new(), None, 1);
        let text = "切".repeat(LONGEST_LINE);
        let row = LogRow::new(&Masking::default(), Timestamp(0), place, LogLevel::Info, &text);
        assert!(row.message.ends_with("bytes more)") && row.message.len() < LONGEST_LINE + 40);
    }
}
