//! What a gate asks of a person, read from the status of its job; and of whom.

use wire::job::Approval;
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
    /// How many different people have to approve.
    pub needed: usize,
    /// Whoever has started the run does not decide.
    pub four_eyes: bool,
    /// Who has approved so far.
    pub approvals: Vec<Approval>,
    /// What the service says about this person, where it does, and why not.
    pub may_decide: Option<bool>,
    pub may_not: Option<String>,
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
                needed: usize::try_from(waiting.min_approvals).unwrap_or(usize::MAX).max(1),
                four_eyes: waiting.four_eyes,
                approvals: waiting.approvals.clone(),
                may_decide: waiting.may_decide,
                may_not: waiting.may_not.clone(),
                deadline: waiting.deadline.clone(),
                since: waiting.since.clone().or_else(|| task.started_at.clone()).unwrap_or_default(),
                digest: waiting.definition_digest.clone(),
            })
            .collect()
    }

    /// Whether to ask this person. The service decides again.
    pub fn is_for(&self, session: &Session) -> bool {
        session.may(Permission::Operate) && self.why_not(session).is_none()
    }

    /// Why this person does not decide, as the service says, or else as the gate itself says.
    pub fn why_not(&self, session: &Session) -> Option<WhyNot> {
        if self.may_decide == Some(true) {
            return None;
        }
        let named = |approver: &String| match approver.strip_prefix("role:") {
            Some(role) => session.roles.iter().any(|own| own == role),
            None => *approver == session.user || session.roles.contains(approver),
        };
        match self.may_not.as_deref() {
            Some("starter") => Some(WhyNot::Starter),
            Some("approved") => Some(WhyNot::Approved),
            Some("overdue") => Some(WhyNot::Overdue),
            _ if !self.approvers.is_empty() && !self.approvers.iter().any(named) => Some(WhyNot::NotAsked),
            _ if self.four_eyes && self.started_by == session.user => Some(WhyNot::Starter),
            _ if self.approvals.iter().any(|one| one.by == session.user) => Some(WhyNot::Approved),
            _ => (self.may_decide == Some(false)).then_some(WhyNot::NotAsked),
        }
    }

    /// One wait at one gate: a gate that is retried asks anew, and what one approval of several changes does not.
    pub fn visit(&self) -> String {
        format!("{} {}", self.task_id, self.since)
    }

    /// What changes while the gate waits: another key, drawn anew.
    pub fn key(&self) -> String {
        let may = self.may_decide.map_or("", |may| if may { "+" } else { "-" });
        format!("{} {} {} {may}", self.task_id, self.since, self.approvals.len())
    }
}

/// Why somebody who may operate does not decide at a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    NotAsked,
    Starter,
    Approved,
    Overdue,
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
        assert!(check(&["role:operator"], &["operator"]));
        assert!(!check(&["role:admin"], &["operator"]));
    }

    #[test]
    fn who_started_the_run_or_has_approved_is_told_so() {
        let session =
            Session { user: "olga".to_owned(), roles: vec!["operator".to_owned()], ..Session::default() };
        let gate = Gate { four_eyes: true, started_by: "olga".to_owned(), ..Gate::default() };
        assert_eq!(gate.why_not(&session), Some(WhyNot::Starter));
        let by_olga = Approval { by: "olga".to_owned(), ..Approval::default() };
        let gate = Gate { approvals: vec![by_olga], ..Gate::default() };
        assert_eq!(gate.why_not(&session), Some(WhyNot::Approved));
        // The service knows better, also in words of tomorrow.
        let gate = Gate { may_decide: Some(true), ..gate };
        assert_eq!(gate.why_not(&session), None);
        let gate = Gate { may_decide: Some(false), may_not: Some("asleep".to_owned()), ..Gate::default() };
        assert_eq!(gate.why_not(&session), Some(WhyNot::NotAsked));
    }
}
