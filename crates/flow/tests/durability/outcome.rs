//! What two runs of a program are compared by: everything that a user sees, without ids and times.

use std::collections::BTreeMap;

use flow::engine::{Command, TaskId, TaskRecord, TaskStatus, WorkflowError};
use programs::{Seen, branch_of, by_branch};
use serde_json::Value;

use crate::shell::Shell;

#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    status: Option<TaskStatus>,
    output: Value,
    error: Option<(u16, String)>,
    paths_not_taken: Vec<String>,
    /// Everything that was ever recorded of the tasks that do the work, in the order of each branch.
    work: BTreeMap<String, Vec<Seen>>,
    /// How the tasks that hold others ended, in the order of their beginning in each branch.
    around: BTreeMap<String, Vec<Seen>>,
    /// What the world was asked, in the order of each branch.
    asked: BTreeMap<String, Vec<(String, Value, u32)>>,
    /// What a person did: at which gate, or to which task.
    acts: BTreeMap<String, Vec<(String, String, u32)>>,
}

impl Outcome {
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.status, Some(TaskStatus::Completed | TaskStatus::Cancelled))
    }
}

impl Shell<'_> {
    pub(crate) fn outcome(&self) -> Outcome {
        let job = self.durable.job.as_ref();
        let holds_others = |task: &TaskRecord| matches!(task.kind.as_str(), "do" | "fork" | "for" | "try");
        let recorded = self.trace.iter().filter_map(|(_, command)| match command {
            Command::RecordTask { task } if !holds_others(task) => Some(&**task),
            _ => None,
        });
        let around = self.durable.tasks.values().filter(|task| holds_others(task));
        let branch = |task: &TaskRecord| branch_of(task.pointer.as_str()).to_owned();
        let asked = self.asked.iter().map(|((_, attempt), asked)| {
            (asked.branch.clone(), (asked.name.clone(), asked.sum.clone(), *attempt))
        });
        let acts = self.acts.iter().map(|(act, task)| {
            let task = task.and_then(|task: TaskId| self.durable.tasks.get(&task));
            let named = task.map_or((String::new(), 0), |task| (task.name.clone(), task.attempt));
            (task.map(branch).unwrap_or_default(), (act.clone(), named.0, named.1))
        });
        Outcome {
            status: job.map(|job| job.status),
            output: job.map(|job| job.output.clone()).unwrap_or_default(),
            error: job.and_then(|job| job.error.as_ref()).map(fault),
            paths_not_taken: job
                .map_or(Vec::new(), |job| job.paths_not_taken.iter().map(ToString::to_string).collect()),
            work: by_branch(recorded.map(|task| (branch(task), seen(task)))),
            around: by_branch(around.map(|task| (branch(task), seen(task)))),
            asked: by_branch(asked),
            acts: by_branch(acts),
        }
    }
}

fn seen(task: &TaskRecord) -> Seen {
    let sum = |value: &Value| value.get("sum").unwrap_or(value).to_string();
    Seen {
        name: task.name.clone(),
        iteration: task.iteration,
        attempt: task.attempt,
        status: format!("{:?}", task.status),
        sums: (sum(&task.input), sum(&task.output)),
        error: task.error.as_ref().map(fault),
    }
}

fn fault(error: &WorkflowError) -> (u16, String) {
    (error.status, error.title.clone().unwrap_or_default())
}
