//! What two runs of a program are compared by: everything that a user sees, without ids, names of jobs and times.

use std::collections::BTreeMap;

use flow::Pointer;
use programs::{Seen, branch_of, by_branch};
use serde_json::Value;
use wire::job::Task;
use wire::log::LogQuery;
use wire::{JobStatus, Status};

use super::Case;
use super::life::milliseconds;
use super::world::{Sight, World};
use crate::execution::Executions;

#[derive(Debug, PartialEq)]
pub(super) struct Outcome {
    status: String,
    output: Value,
    paths_not_taken: Vec<String>,
    progress: (u64, u64),
    /// The tasks in the order of their beginning in each branch.
    tasks: BTreeMap<String, Vec<Seen>>,
    /// What the world was asked, in the order of each branch.
    asked: BTreeMap<String, Vec<(String, String, u32)>>,
    /// What people did, how often, to which task.
    acts: BTreeMap<(String, Option<String>), usize>,
    /// The lines of each task, numbers left out: pauses may be longer or shorter by chance.
    lines: BTreeMap<String, Vec<String>>,
}

impl Outcome {
    pub(super) async fn of(case: &Case, executions: &Executions, status: &JobStatus, world: &World) -> Self {
        let query = LogQuery { size: 10_000, filter: false, ..LogQuery::default() };
        let log = executions.log(&status.job.job_name, "-", query).await.unwrap();
        assert!(log.complete, "the log ends with the job");
        let offsets: Vec<u64> = log.lines.iter().map(|line| line.offset).collect();
        assert_eq!(offsets, (0..offsets.len() as u64).collect::<Vec<_>>(), "the log has no gap");
        check_times(case, status);
        check_calls(case, status, &world.sight());
        let of = |task_id: &String| status.tasks.iter().find(|task| task.task_id == *task_id);
        let lines = log.lines.iter().filter_map(|line| {
            let task = line.task_id.as_ref().and_then(of)?;
            Some((task.pointer.clone(), without_numbers(&line.message)))
        });
        let mut acts = BTreeMap::new();
        for act in &status.acts {
            *acts.entry((act.act.clone(), act.task_name.clone())).or_default() += 1;
        }
        let mut tasks: Vec<&Task> = status.tasks.iter().collect();
        tasks.sort_by_key(|task| number_of(&task.task_id));
        let asked = world.sight().asked.clone().into_iter().map(|attempt| {
            (attempt.asked.branch, (attempt.asked.name, attempt.asked.sum.to_string(), attempt.number))
        });
        Self {
            status: status.job.status.as_str().to_owned(),
            output: status.output.clone(),
            paths_not_taken: status.paths_not_taken.clone(),
            progress: (status.job.tasks_done, status.job.tasks_total),
            tasks: by_branch(tasks.into_iter().map(|task| (branch_of(&task.pointer).to_owned(), seen(task)))),
            asked: by_branch(asked),
            acts,
            lines: by_branch(lines),
        }
    }

    pub(super) fn status(&self) -> &str {
        &self.status
    }
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

/// No wait, no deadline and no timeout was over before its time.
fn check_times(case: &Case, status: &JobStatus) {
    let time = |text: &Option<String>| text.as_ref()?.parse::<jiff::Timestamp>().ok();
    for task in &status.tasks {
        let definition =
            Pointer::parse(&task.pointer).and_then(|pointer| pointer.get(&case.definition).cloned());
        let definition = definition.unwrap_or_default();
        let least = match task.status {
            Status::Completed if task.kind == "wait" => milliseconds(&definition["wait"]),
            Status::Completed if definition["call"] == "wait:1.0.0@default" => {
                definition["with"]["seconds"].as_f64().map(|seconds| (seconds * 1000.0) as i64)
            }
            Status::Faulted if task.error.as_ref().is_some_and(|error| error.status == 408) => {
                let deadline = definition.pointer("/with/deadline").or(definition.pointer("/timeout/after"));
                deadline.and_then(milliseconds)
            }
            _ => None,
        };
        if let (Some(least), Some(started), Some(ended)) =
            (least, time(&task.started_at), time(&task.ended_at))
        {
            let took = ended.as_millisecond() - started.as_millisecond();
            assert!(took >= least, "{} took {took} ms, not {least}: a timer was early", task.name);
        }
    }
}

/// No call was repeated but those under way, and no retry by policy came before its time.
fn check_calls(case: &Case, status: &JobStatus, sight: &Sight) {
    assert!(sight.wrong.is_empty(), "{:#?}", sight.wrong);
    let by_hand = status.acts.iter().any(|act| act.act == "retry");
    for (index, again) in sight.asked.iter().enumerate() {
        let before = sight.asked[..index].iter().rfind(|attempt| attempt.task == again.task);
        if let Some(answered_at) = before.and_then(|before| before.answered_at)
            && !by_hand
        {
            let pause = again.begun_at - answered_at;
            assert!(pause >= case.least_delay, "{} came again after {pause} ms", again.asked.name);
        }
    }
}

fn number_of(task_id: &str) -> u64 {
    let digits = task_id.rsplit(|character: char| !character.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

fn without_numbers(message: &str) -> String {
    message.chars().filter(|character| !character.is_ascii_digit() && *character != '.').collect()
}
