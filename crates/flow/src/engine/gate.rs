//! Manual gates: how one opens, what each decision makes of it, and who may not pass it by. Fail closed: what is in doubt
//! is no approval.

use serde_json::Value;

use super::errors::Standard;
use super::run::{Run, remark};
use super::state::{Body, Frame, State};
use super::{
    Approval, Decision, Given, LogLevel, Refusal, TaskId, TaskStatus, Timestamp, Waiting, WorkflowError,
};
use crate::gate::{BadTerm, Limit, ROLE_PREFIX, Terms, bad_deadline};
use crate::program::{Action, milliseconds};
use crate::{Pointer, Program};

impl Approval {
    /// Why a decision of this person does not count at this time; none where it does.
    pub fn refusal(&self, by: &str, roles: &[String], at: Timestamp) -> Option<Refusal> {
        if !self.asks(by, roles) {
            return Some(Refusal::NotAsked { approvers: self.approvers.clone() });
        }
        if self.four_eyes && by == self.starter {
            return Some(Refusal::Starter);
        }
        if let Some(given) = self.given.iter().find(|given| given.by == by) {
            return Some(Refusal::Approved { at: given.at });
        }
        self.deadline.filter(|deadline| at >= *deadline).map(|deadline| Refusal::Overdue { deadline })
    }

    /// How many different people have to approve.
    pub fn needed(&self) -> usize {
        usize::try_from(self.min_approvals).unwrap_or(usize::MAX).max(1)
    }

    fn asks(&self, by: &str, roles: &[String]) -> bool {
        let is_meant = |approver: &String| match approver.strip_prefix(ROLE_PREFIX) {
            Some(role) => roles.iter().any(|own| own == role),
            None => approver == by || roles.contains(approver),
        };
        self.approvers.is_empty() || self.approvers.iter().any(is_meant)
    }

    fn is_for_one(&self) -> bool {
        self.needed() == 1 && !self.four_eyes
    }
}

/// Why this person may not skip this task; none where the skip is theirs to make, or where there is nothing to skip.
///
/// A gate that asks for two people, or that does not let its starter decide, is passed by approvals and by nothing else:
/// also not after its deadline, after a rejection, or together with a task that holds it. One that asks for certain
/// people may be skipped by these.
pub fn skip_refusal(
    program: &Program,
    state: &State,
    task: TaskId,
    by: &str,
    roles: &[String],
) -> Option<Refusal> {
    let at = Timestamp::default();
    let frame = state.frames.get(&task)?;
    let node = program.node(frame.node);
    if let Action::Gate(gate) = &node.action {
        let guarded = || Some(Refusal::Guarded { gate: node.pointer.clone() });
        if gate.is_open {
            return None;
        }
        let waiting = match &frame.waiting {
            Some(Waiting::Approval(approval)) => Approval { deadline: None, ..(**approval).clone() },
            // It is at fault, and asks nobody any more: what it would ask is what it says now.
            _ => {
                let run = Run::new(program, state.clone(), at);
                let with = run.evaluate(task, &gate.with, frame.input(), &[]).ok();
                let Some(terms) = with.and_then(|with| Terms::read(&with).ok()) else { return guarded() };
                opened(terms, at, None, &state.job.by)
            }
        };
        if !waiting.is_for_one() {
            return guarded();
        }
        return waiting.refusal(by, roles, at);
    }
    program.guarded_gate(frame.node).map(|gate| Refusal::Guarded { gate: gate.clone() })
}

fn opened(terms: Terms, since: Timestamp, deadline: Option<Timestamp>, starter: &str) -> Approval {
    let Terms { message, approvers, min_approvals, four_eyes, .. } = terms;
    let starter = starter.to_owned();
    Approval { since, message, approvers, deadline, min_approvals, four_eyes, starter, given: Vec::new() }
}

impl Run<'_> {
    pub(super) fn gate(&mut self, task: TaskId, with: &Value) -> Result<(), WorkflowError> {
        let pointer = self.pointer_of(Some(task));
        let terms = Terms::read(with).map_err(|bad| not_valid(&pointer, &bad))?;
        let deadline = match &terms.deadline {
            None => None,
            Some(Limit::At(at)) => Some(Timestamp(*at)),
            Some(Limit::After(duration)) => {
                let after = milliseconds(duration).ok_or_else(|| not_valid(&pointer, &bad_deadline()))?;
                Some(self.later(after))
            }
        };
        let starter = self.state.job.by.clone();
        if terms.four_eyes && !terms.can_pass_without(&starter) {
            let detail = format!(
                "`fourEyes` does not let {starter} decide, who has started this run, and without {starter} `approvers` \
                 cannot give {}: start it as somebody else",
                approvals(terms.min_approvals)
            );
            return Err(Standard::Validation.at(&pointer, "Validation Error", detail));
        }
        let approval = opened(terms, self.at, deadline, &starter);
        let asked = asked(&approval);
        if self.state.job.dry_run {
            self.pretend(task, &format!("would wait for {asked}: {}", approval.message));
            return Ok(());
        }
        let message = approval.message.clone();
        self.suspend(task, Waiting::Approval(Box::new(approval)));
        if let Some(deadline) = deadline {
            self.set_timer(super::state::Timer::Deadline(task), deadline);
        }
        self.log(Some(task), LogLevel::Info, &format!("waiting for {asked}: {message}"));
        Ok(())
    }

    /// Counts a decision. One that does not count changes nothing, and says nothing: the shell says why.
    pub(super) fn decided(
        &mut self,
        task: TaskId,
        decision: Decision,
        by: &str,
        roles: &[String],
        comment: String,
    ) -> bool {
        let at = self.at;
        let Some(approval) = self.frame_mut(task).and_then(open_gate) else { return false };
        if approval.refusal(by, roles, at).is_some() {
            return false;
        }
        let needed = approval.needed();
        match decision {
            Decision::Approve => {
                approval.given.push(Given { by: by.to_owned(), at, comment: comment.clone() });
                let given = approval.given.len();
                let count = if needed > 1 { format!(" ({given} of {needed})") } else { String::new() };
                self.log(Some(task), LogLevel::Info, &remark(&format!("approved by {by}{count}"), &comment));
                if given >= needed {
                    self.pass(task);
                } else {
                    self.record(task, TaskStatus::Waiting, Value::Null);
                }
            }
            Decision::Reject => {
                let rejected = remark(&format!("rejected by {by}"), &comment);
                self.log(Some(task), LogLevel::Warn, &rejected);
                let pointer = self.pointer_of(Some(task));
                self.fault(task, Standard::Authorization.at(&pointer, "Rejected", rejected));
            }
        }
        true
    }

    pub(super) fn deadline_passed(&mut self, task: TaskId) {
        let Some(approval) = self.frame_mut(task).and_then(open_gate) else { return };
        let detail = match (approval.given.len(), approval.needed()) {
            (0, _) => "nobody has decided before the deadline".to_owned(),
            (given, needed) => format!("{given} of {needed} approvals had come before the deadline"),
        };
        let pointer = self.pointer_of(Some(task));
        self.fault(task, Standard::Timeout.at(&pointer, "Timeout", detail));
    }
}

/// What a gate asks for, while it waits.
fn open_gate(frame: &mut Frame) -> Option<&mut Approval> {
    match &mut frame.waiting {
        Some(Waiting::Approval(approval)) if frame.body == Body::Waiting => Some(approval),
        _ => None,
    }
}

fn asked(approval: &Approval) -> String {
    let mut text = approvals(approval.min_approvals);
    if !approval.approvers.is_empty() {
        text.push_str(&format!(" by {}", approval.approvers.join(", ")));
    }
    if approval.four_eyes && !approval.starter.is_empty() {
        text.push_str(&format!(", not by {}", approval.starter));
    }
    text
}

fn approvals(number: u32) -> String {
    if number > 1 { format!("{number} approvals") } else { "approval".to_owned() }
}

fn not_valid(pointer: &Pointer, bad: &BadTerm) -> WorkflowError {
    Standard::Validation.at(pointer, "Validation Error", bad.en.clone())
}
