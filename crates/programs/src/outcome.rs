//! What two runs of a program on a hub are compared by: everything that a user sees, without ids, names of jobs and times.

use std::collections::BTreeMap;

use serde_json::Value;
use wire::job::Task;
use wire::log::LogPage;
use wire::{JobStatus, Status};

use crate::world::{Seen, branch_of, by_branch};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub status: String,
    pub output: Value,
    pub paths_not_taken: Vec<String>,
    pub progress: (u64, u64),
    /// The tasks in the order of their beginning in each branch.
    pub tasks: BTreeMap<String, Vec<Seen>>,
    /// What the world was asked, each attempt once, in the order of each branch: name, sum and attempt.
    pub asked: BTreeMap<String, Vec<(String, String, u32)>>,
    /// What people did to which task, and how often.
    pub acts: BTreeMap<(String, Option<String>), usize>,
}

impl Outcome {
    /// `asked` are the attempts in the order in which the world was asked for the first time, with their branch.
    pub fn new(status: &JobStatus, asked: impl IntoIterator<Item = (String, (String, String, u32))>) -> Self {
        let mut acts = BTreeMap::new();
        for act in &status.acts {
            *acts.entry((act.act.clone(), act.task_name.clone())).or_default() += 1;
        }
        let mut tasks: Vec<&Task> = status.tasks.iter().collect();
        tasks.sort_by_key(|task| number_of(&task.task_id));
        let tasks = tasks.into_iter().map(|task| (branch_of(&task.pointer).to_owned(), seen(task)));
        Self {
            status: status.job.status.as_str().to_owned(),
            output: status.output.clone(),
            paths_not_taken: status.paths_not_taken.clone(),
            progress: (status.job.tasks_done, status.job.tasks_total),
            tasks: by_branch(tasks),
            asked: by_branch(asked),
            acts,
        }
    }
}

/// The tasks of a run that were over before their time: waits, deadlines and timeouts, as the definition writes them.
pub fn early(
    definition: &Value,
    status: &JobStatus,
    millisecond_of: impl Fn(&str) -> Option<i64>,
) -> Vec<String> {
    let took = |task: &Task| {
        let time = |text: &Option<String>| millisecond_of(text.as_deref()?);
        Some(time(&task.ended_at)? - time(&task.started_at)?)
    };
    let is_early = |task: &&Task| {
        let Some(written) = definition.pointer(&task.pointer) else { return false };
        took(task).zip(least(written, task)).is_some_and(|(took, least)| took < least)
    };
    status.tasks.iter().filter(is_early).map(|task| format!("{task:?}")).collect()
}

/// How many milliseconds a task has to take at least, given how it ended.
fn least(written: &Value, task: &Task) -> Option<i64> {
    match task.status {
        Status::Completed if task.kind == "wait" => milliseconds(written.get("wait")?),
        Status::Completed if written.get("call")? == "wait:1.0.0@default" => {
            Some((written.pointer("/with/seconds")?.as_f64()? * 1000.0) as i64)
        }
        Status::Faulted if task.error.as_ref()?.status == 408 => {
            milliseconds(written.pointer("/with/deadline").or(written.pointer("/timeout/after"))?)
        }
        _ => None,
    }
}

/// A duration as `lowering` writes it.
fn milliseconds(written: &Value) -> Option<i64> {
    if let Some(milliseconds) = written.get("milliseconds") {
        return milliseconds.as_i64();
    }
    let seconds: f64 = written.as_str()?.strip_prefix("PT")?.strip_suffix('S')?.parse().ok()?;
    Some((seconds * 1000.0).round() as i64)
}

/// Whether the lines of a job's whole log are numbered from 0 without a gap, up to its end.
pub fn is_whole(log: &LogPage) -> bool {
    log.complete && log.lines.iter().map(|line| line.offset).eq(0..log.lines.len() as u64)
}

/// The lines of each task, numbers and the job's name left out: pauses may be longer or shorter by chance. Those of the job itself are not
/// among them: when all of it is at fault at once may depend on the order in which people skip its tasks.
pub fn lines(status: &JobStatus, log: &LogPage) -> BTreeMap<String, Vec<String>> {
    let without_numbers = |text: &str| {
        let text = text.replace(&status.job.job_name, "job");
        text.chars().filter(|mark| !mark.is_ascii_digit() && *mark != '.').collect::<String>()
    };
    by_branch(log.lines.iter().filter_map(|line| {
        let task = status.tasks.iter().find(|task| Some(&task.task_id) == line.task_id.as_ref())?;
        Some((task.pointer.clone(), without_numbers(&line.message)))
    }))
}

fn seen(task: &Task) -> Seen {
    let sum = |value: &Value| value.get("sum").unwrap_or(value).to_string();
    Seen {
        name: task.name.clone(),
        iteration: task.iteration,
        attempt: task.attempt,
        status: task.status.as_str().to_owned(),
        sums: (sum(&task.input), sum(&task.output)),
        error: task.error.as_ref().map(|error| (error.status, error.title.clone().unwrap_or_default())),
    }
}

fn number_of(task_id: &str) -> u64 {
    let digits = task_id.rsplit(|character: char| !character.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
