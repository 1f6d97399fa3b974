//! What a gate asks of a person, read from the status of its job; and of whom.

use wire::{JobStatus, Permission};

use crate::api::Session;

/// A task that waits for a person, with what that person has to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gate {
    pub workflow_id: String,
    pub workflow_name: String,
    pub job_name: String,
    pub dry_run: bool,
    pub started_by: String,
    pub started_at: String,
    pub reason: Option<String>,
    pub task_id: String,
    pub task_name: String,
    pub pointer: String,
    pub message: String,
    /// User or role names; empty lets everyone decide who may operate at all.
    pub approvers: Vec<String>,
    pub deadline: Option<String>,
    pub since: String,
    pub digest: Option<String>,
}

impl Gate {
    /// Every gate that this job waits at, in the order of its tasks.
    pub fn all_of(status: &JobStatus) -> Vec<Self> {
        let job = &status.job;
        let waiting = status.tasks.iter().filter_map(|task| Some((task, task.waiting.as_ref()?)));
        waiting
            .filter(|(_, waiting)| waiting.kind == "approval")
            .map(|(task, waiting)| Self {
                workflow_id: job.workflow_id.clone(),
                workflow_name: job.workflow_name.clone(),
                job_name: job.job_name.clone(),
                dry_run: job.dry_run,
                started_by: job.started_by.clone(),
                started_at: job.started_at.clone(),
                reason: status.reason.clone(),
                task_id: task.task_id.clone(),
                task_name: task.name.clone(),
                pointer: task.pointer.clone(),
                message: waiting.message.clone(),
                approvers: waiting.approvers.clone(),
                deadline: waiting.deadline.clone(),
                since: waiting.since.clone().or_else(|| task.started_at.clone()).unwrap_or_default(),
                digest: waiting.definition_digest.clone(),
            })
            .collect()
    }

    /// Whether to ask this person. The service decides again.
    pub fn is_for(&self, session: &Session) -> bool {
        let named = |approver: &String| *approver == session.user || session.roles.contains(approver);
        session.may(Permission::Operate) && (self.approvers.is_empty() || self.approvers.iter().any(named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(approvers: &[&str], roles: &[&str]) -> bool {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let session = Session { user: "olga".to_owned(), roles: names(roles), ..Session::default() };
        Gate { approvers: names(approvers), ..Gate::default() }.is_for(&session)
    }

    #[test]
    fn those_who_may_decide_are_asked_and_nobody_else() {
        assert!(check(&[], &["operator"]));
        assert!(check(&["olga"], &["operator"]));
        assert!(check(&["operator"], &["operator"]));
        assert!(!check(&["ada"], &["operator"]));
        assert!(!check(&["olga"], &["viewer"]));
    }
}
