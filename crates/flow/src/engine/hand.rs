//! What people do to a job: decide at gates, retry, skip, stop.

use std::collections::BTreeSet;

use serde_json::Value;

use super::errors::Standard;
use super::run::Run;
use super::state::{Body, Frame, Phase, Ready, Timer};
use super::{Decision, LogLevel, TaskId, TaskStatus, Waiting};

impl Run<'_> {
    pub(super) fn decided(&mut self, task: TaskId, decision: Decision, by: &str, comment: &str) -> bool {
        let waits = |frame: &Frame| {
            frame.body == Body::Waiting && matches!(frame.waiting, Some(Waiting::Approval { .. }))
        };
        if !self.state.frames.get(&task).is_some_and(waits) {
            return false;
        }
        let remark = if comment.is_empty() { String::new() } else { format!(": {comment}") };
        match decision {
            Decision::Approve => {
                self.log(Some(task), LogLevel::Info, &format!("approved by {by}{remark}"));
                self.pass(task);
            }
            Decision::Reject => {
                self.log(Some(task), LogLevel::Warn, &format!("rejected by {by}{remark}"));
                let pointer = self.pointer_of(Some(task));
                self.fault(
                    task,
                    Standard::Authorization.at(&pointer, "Rejected", format!("rejected by {by}{remark}")),
                );
            }
        }
        true
    }

    /// Runs tasks at fault again, with what they had as input. A task that holds tasks at fault stands for these.
    pub(super) fn retry(&mut self, tasks: &[TaskId], by: &str) -> bool {
        let named: BTreeSet<TaskId> = tasks.iter().copied().collect();
        let faulted: Vec<TaskId> = self
            .state
            .frames
            .faulted()
            .filter(|task| named.is_empty() || self.is_within_any(*task, &named))
            .collect();
        for &task in &faulted {
            if let Some(frame) = self.frame_mut(task) {
                frame.attempt = frame.attempt.saturating_add(1);
                frame.error = None;
                frame.ended_at = None;
            }
            self.log(Some(task), LogLevel::Info, &format!("retried by {by}"));
            self.state.ready.push_back(Ready::Begin { task });
        }
        if !faulted.is_empty() && self.state.timers.with(Timer::Workflow).is_empty() {
            self.arm_workflow_timeout();
        }
        !faulted.is_empty()
    }

    /// Whether a task is one of these, or runs inside of one.
    fn is_within_any(&self, task: TaskId, outer: &BTreeSet<TaskId>) -> bool {
        let mut next = Some(task);
        while let Some(task) = next {
            if outer.contains(&task) {
                return true;
            }
            next = self.state.frames.get(&task).and_then(|frame| frame.parent);
        }
        false
    }

    /// Passes by a task at fault or one that waits: what came in goes out.
    pub(super) fn skip(&mut self, task: TaskId, by: &str) -> bool {
        let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task)) else {
            return false;
        };
        if !matches!(frame.status, TaskStatus::Faulted | TaskStatus::Waiting) {
            return false;
        }
        let output = frame.input().clone();
        self.log(Some(task), LogLevel::Warn, &format!("skipped by {by}"));
        self.cancel_within(task);
        let parent = self.remove(task, TaskStatus::Skipped, output.clone());
        self.advance(parent, node, output, node.then);
        true
    }

    pub(super) fn stop(&mut self, by: &str) -> bool {
        self.log(None, LogLevel::Warn, &format!("stopped by {by}"));
        self.cancel_all();
        self.state.ready.clear();
        self.cancel_all_timers();
        self.state.phase = Phase::Ended;
        self.record_job(TaskStatus::Cancelled, None, Value::Null);
        true
    }
}
