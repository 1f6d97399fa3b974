//! The world that a program runs in: what it answers to calls, what a person does, and what is to be compared.
//!
//! Nothing here remembers anything: the answer to a call follows from the call and its attempt, what a person does from
//! what there is to see. So a world has no state that a crash could lose, or keep where the hub has lost it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tree::{Answer, Verdict};

/// What a call carries to the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The task's name.
    pub name: String,
    /// The branch that the task is in; calls of one branch come one after the other.
    pub branch: String,
    /// The sum when the task began.
    pub sum: Value,
    pub answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Answer(i64),
    Fault(u16),
    Never,
}

impl Asked {
    /// The same attempt is always answered the same.
    pub fn reply(&self, attempt: u32) -> Reply {
        if self.answer.never {
            Reply::Never
        } else if attempt <= self.answer.faults {
            Reply::Fault(self.answer.status)
        } else {
            Reply::Answer(i64::from(attempt))
        }
    }
}

/// Who operates a run.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// How often everything at fault is retried before it is skipped.
    pub patience: usize,
}

impl Person {
    /// Who decides: the first of them who has not yet approved.
    pub const NAMES: [&str; 2] = ["ben", "cat"];

    /// What is decided at a gate: approved or not; none where nobody ever decides.
    pub fn decides(message: &str) -> Option<bool> {
        match message.split(' ').next() {
            Some("approve") => Some(true),
            Some("reject") => Some(false),
            _ => None,
        }
    }

    /// Whether a job at fault that was retried so often is retried again, or what is at fault in it skipped.
    pub fn retries(self, retried: usize) -> bool {
        retried < self.patience
    }

    pub(crate) fn message(verdict: Verdict, name: &str) -> String {
        let word = match verdict {
            Verdict::Approve | Verdict::ApproveTwice => "approve",
            Verdict::Reject => "reject",
            Verdict::Lapse => "ignore",
        };
        format!("{word} {name}")
    }
}

/// One task as a run shows it, without what differs between two runs of the same program: ids and times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub name: String,
    pub iteration: Option<u64>,
    pub attempt: u32,
    pub status: String,
    /// The sum that came in, and the one that went out.
    pub sums: (String, String),
    pub error: Option<(u16, String)>,
}

/// The branch of a task: the pointer of the innermost branch of a fork around it, empty where there is none.
pub fn branch_of(pointer: &str) -> &str {
    const MARK: &str = "/fork/branches/";
    let Some(start) = pointer.rfind(MARK).map(|start| start + MARK.len()) else { return "" };
    // The position and the name of the branch.
    let end = pointer[start..].match_indices('/').nth(1).map_or(pointer.len(), |(end, _)| start + end);
    &pointer[..end]
}

/// Groups what was seen by its branch; within a branch the order stays.
pub fn by_branch<T>(items: impl IntoIterator<Item = (String, T)>) -> BTreeMap<String, Vec<T>> {
    let mut branches: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (branch, item) in items {
        branches.entry(branch).or_default().push(item);
    }
    branches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_belongs_to_the_innermost_branch_around_it() {
        for (pointer, branch) in [
            ("/do/0/a", ""),
            ("/do/0/a/fork/branches/1/b", "/do/0/a/fork/branches/1/b"),
            ("/do/0/a/fork/branches/1/b/do/0/c", "/do/0/a/fork/branches/1/b"),
            (
                "/do/0/a/fork/branches/1/b/fork/branches/0/c/do/0/d",
                "/do/0/a/fork/branches/1/b/fork/branches/0/c",
            ),
        ] {
            assert_eq!(branch_of(pointer), branch);
        }
    }

    #[test]
    fn an_attempt_is_always_answered_the_same() {
        let answer = Answer { faults: 2, status: 503, late: 0, never: false };
        let asked = Asked { name: "a".into(), branch: String::new(), sum: Value::Null, answer };
        assert_eq!(
            [1, 2, 3].map(|attempt| asked.reply(attempt)),
            [Reply::Fault(503), Reply::Fault(503), Reply::Answer(3)]
        );
    }
}
