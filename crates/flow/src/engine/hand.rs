//! What people do to a job: retry, skip, stop. What they decide at its gates stands in `gate`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::gate::skip_refusal;
use super::run::{Run, remark};
use super::state::{Body, Phase, Ready, Timer};
use super::{LogLevel, TaskId, TaskStatus, Waiting};

impl Run<'_> {
    /// Runs tasks at fault again, with what they had as input. A task that holds tasks at fault stands for these.
    pub(super) fn retry(&mut self, tasks: &[TaskId], by: &str, reason: &str) -> bool {
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
            self.log(Some(task), LogLevel::Info, &remark(&format!("retried by {by}"), reason));
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
    pub(super) fn skip(&mut self, task: TaskId, by: &str, roles: &[String], reason: &str) -> bool {
        let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task)) else {
            return false;
        };
        let is_open = matches!(frame.status, TaskStatus::Faulted | TaskStatus::Waiting);
        if !is_open || skip_refusal(self.program, &self.state, task, by, roles).is_some() {
            return false;
        }
        let output = frame.input().clone();
        self.log(Some(task), LogLevel::Warn, &remark(&format!("skipped by {by}"), reason));
        self.cancel_within(task);
        let parent = self.remove(task, TaskStatus::Skipped, output.clone());
        self.advance_skipped(parent, node, output, node.then);
        true
    }

    /// Ends the job where it stands. What is under way is given up, and nothing is undone: a stop that ran tasks would be
    /// none, so `catch` and what it would do stay out of it, and the log says so.
    pub(super) fn stop(&mut self, by: &str, reason: &str) -> bool {
        let frames = self.state.frames.iter();
        let (mut calls, mut gates, mut caught) = (0, 0, 0);
        for (_, frame) in frames {
            calls += usize::from(frame.body == Body::Calling);
            gates += usize::from(matches!(frame.waiting, Some(Waiting::Approval(_))));
            caught += usize::from(matches!(frame.body, Body::Catching { .. }));
        }
        let mut parts = vec![aborted(calls, "call", "aborted")];
        if gates > 0 {
            parts.push(aborted(gates, "gate", "closed"));
        }
        if caught > 0 {
            parts.push("a compensation (catch) under way was cut off".to_owned());
        }
        parts.push("what is done stays done, compensations (catch) were not run".to_owned());
        let line = format!("{}; {}", remark(&format!("stopped by {by}"), reason), parts.join("; "));
        self.log(None, LogLevel::Warn, &line);
        self.cancel_all();
        self.state.ready.clear();
        self.cancel_all_timers();
        self.state.phase = Phase::Ended;
        self.record_job(TaskStatus::Cancelled, None, Value::Null);
        true
    }
}

fn aborted(number: usize, what: &str, how: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural} {how}")
}
