//! Projections, log lines, and taking tasks off the state.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::run::Run;
use super::scope::{Place, Scope};
use super::state::{Body, Frame, Phase, Shared, State, Timer};
use super::{Command, JobRecord, LogLevel, TaskId, TaskRecord, TaskStatus, WorkflowError};
use crate::Pointer;
use crate::program::NodeId;

impl Run<'_> {
    pub(super) fn scope<'s>(
        &'s self,
        task: Option<TaskId>,
        local: &'s [(&'s str, Cow<'s, Value>)],
    ) -> Scope<'s> {
        Scope {
            program: self.program,
            state: &self.state,
            task,
            local,
            place: Place::Definition,
            workflow: &self.workflow,
            memo: &self.memo,
            spent: &self.spent,
        }
    }

    pub(super) fn scope_at<'s>(
        &'s self,
        task: TaskId,
        place: Place<'s>,
        local: &'s [(&'s str, Cow<'s, Value>)],
    ) -> Scope<'s> {
        Scope { place, ..self.scope(Some(task), local) }
    }

    pub(super) fn pointer_of(&self, task: Option<TaskId>) -> Pointer {
        task.and_then(|task| self.node_of(task)).map_or_else(Pointer::root, |node| node.pointer.clone())
    }

    pub(super) fn log(&mut self, task: Option<TaskId>, level: LogLevel, message: &str) {
        let pointer = self.pointer_of(task);
        let attempt = task.and_then(|task| self.state.frames.get(&task)).map_or(0, |frame| frame.attempt);
        self.commands.push(Command::Log {
            at: self.at,
            task,
            pointer,
            attempt,
            level,
            message: message.to_owned(),
        });
    }

    /// Says how a task stands now.
    pub(super) fn record(&mut self, task: TaskId, status: TaskStatus, output: impl Into<Shared>) {
        let Some(frame) = self.state.frames.get_mut(&task) else { return };
        frame.status = status;
        let record = record_of(self.program.node(frame.node), task, frame, output.into());
        for value in [&record.input, &record.output] {
            // What has its number already is kept by it, and is not written again.
            if value.number().is_none() {
                self.recorded = self.recorded.saturating_add(value.size());
                self.state.number(value);
            }
        }
        self.commands.push(Command::RecordTask { task: Box::new(record) });
    }

    /// Takes a task off the state, for good, and gives the one that it ran inside of.
    pub(super) fn remove(
        &mut self,
        task: TaskId,
        status: TaskStatus,
        output: impl Into<Shared>,
    ) -> Option<TaskId> {
        self.abort(task);
        self.cancel_timers_of(task);
        let at = self.at;
        if let Some(frame) = self.frame_mut(task) {
            frame.waiting = None;
            frame.ended_at = Some(at);
            if matches!(status, TaskStatus::Completed | TaskStatus::Skipped) {
                frame.error = None;
            }
        }
        self.record(task, status, output);
        self.state.frames.remove(&task)?.parent
    }

    /// The outcome of a call that is under way is not wanted any more.
    pub(super) fn abort(&mut self, task: TaskId) {
        self.unsubscribe(task);
        if let Some(frame) = self.state.frames.get_mut(&task)
            && frame.body == Body::Calling
        {
            let attempt = frame.attempt;
            frame.body = Body::Idle;
            // One that has just answered needs no abort.
            if self.answered != Some((task, attempt)) {
                self.commands.push(Command::AbortCall { task, attempt });
            }
        }
    }

    pub(super) fn cancel_all(&mut self) {
        let all = self.state.frames.iter().map(|(task, _)| *task).collect();
        self.cancel(all);
    }

    /// Cancels what runs inside of a task, but not the task.
    pub(super) fn cancel_within(&mut self, task: TaskId) {
        if matches!(
            self.state.frames.get(&task).map(|frame| &frame.body),
            None | Some(Body::Calling | Body::Waiting)
        ) {
            return;
        }
        let within = self.state.frames.within(task);
        self.cancel(within);
        self.state.ready.drop_of(task);
    }

    fn cancel(&mut self, tasks: BTreeSet<TaskId>) {
        // The inner ones began later, so they go first.
        for task in tasks.into_iter().rev() {
            let was_at_fault = self.state.frames.get(&task).is_some_and(|frame| frame.error.is_some());
            if was_at_fault && self.state.phase == Phase::Live {
                // It is recorded as faulted already, and that is what happened to it.
                self.cancel_timers_of(task);
                self.state.frames.remove(&task);
            } else {
                _ = self.remove(task, TaskStatus::Cancelled, Value::Null);
            }
        }
    }

    /// After an event: tasks whose every inner task is at fault are at fault too, and the job stands accordingly.
    pub(super) fn settle(&mut self) {
        if self.state.phase != Phase::Live {
            return;
        }
        let State { frames, ready, .. } = &mut self.state;
        let touched = frames.refresh(ready);
        #[cfg(debug_assertions)]
        frames.assert_standing(ready);
        let (any_active, all_wait) = (frames.any_active(), frames.all_wait());
        let standing: Vec<(TaskId, bool, bool)> = touched
            .into_iter()
            .filter_map(|task| frames.get(&task).map(|frame| (task, frame)))
            .filter(|(_, frame)| frame.error.is_none() && frame.body.is_open())
            .map(|(task, frame)| (task, frames.is_active(task), frame.status == TaskStatus::Faulted))
            .collect();
        for (task, is_active, was_faulted) in standing {
            if is_active && was_faulted {
                self.set_ended(task, None);
                self.record(task, TaskStatus::Running, Value::Null);
                if self.arm_timeout(task).is_err() {
                    self.log(Some(task), LogLevel::Warn, "its timeout is left out: it cannot be evaluated");
                }
            } else if !is_active && !was_faulted {
                // Time that passes until a person looks is nobody's fault.
                self.cancel_timers_of(task);
                self.set_ended(task, Some(self.at));
                self.record(task, TaskStatus::Faulted, Value::Null);
            }
        }
        if self.state.frames.is_empty() && self.state.ready.is_empty() {
            return;
        }
        let is_ready = !self.state.ready.is_empty();
        let status = match (!any_active && !is_ready, all_wait && !is_ready) {
            (true, _) => TaskStatus::Faulted,
            (false, true) => TaskStatus::Waiting,
            (false, false) => TaskStatus::Running,
        };
        let error = match status {
            TaskStatus::Faulted => {
                let first = self.state.frames.faulted().next();
                first.and_then(|task| self.state.frames.get(&task)?.error.clone())
            }
            _ => None,
        };
        if status == TaskStatus::Faulted {
            self.cancel_timer(Timer::Workflow);
            if self.state.job.status != status {
                self.log(
                    None,
                    LogLevel::Error,
                    "faulted: it goes on when its tasks at fault are retried or skipped",
                );
            }
        }
        if status != self.state.job.status || error != self.state.job.error {
            self.record_job(status, error, Value::Null);
        }
    }

    fn set_ended(&mut self, task: TaskId, at: Option<super::Timestamp>) {
        if let Some(frame) = self.frame_mut(task) {
            frame.ended_at = at;
        }
    }

    /// The job is at fault, and no task is: only a stop helps.
    pub(super) fn fail(&mut self, error: WorkflowError) {
        self.log(None, LogLevel::Error, &format!("faulted: {}", super::errors::line(&error)));
        self.record_job(TaskStatus::Faulted, Some(error), Value::Null);
    }

    pub(super) fn record_job(&mut self, status: TaskStatus, error: Option<WorkflowError>, output: Value) {
        let is_over = self.state.phase == Phase::Ended;
        let stands = matches!(status, TaskStatus::Faulted | TaskStatus::Completed | TaskStatus::Cancelled);
        let at = self.at;
        let job = &mut self.state.job;
        job.ended_at = stands.then(|| job.ended_at.filter(|_| job.status == status).unwrap_or(at));
        job.status = status;
        job.error = error;
        let paths_not_taken = if is_over { self.not_reached() } else { Vec::new() };
        let job = &mut self.state.job;
        self.commands.push(Command::RecordJob {
            job: JobRecord {
                status,
                started_at: job.started_at,
                ended_at: job.ended_at,
                output,
                error: job.error.clone(),
                paths_not_taken,
            },
        });
        if is_over {
            // A job that is over needs nothing but the knowledge that it is.
            job.secrets = Shared::default();
            job.input = Shared::default();
            job.context = Shared::default();
            self.state.reached.clear();
        }
    }

    fn not_reached(&self) -> Vec<Pointer> {
        let is_reached =
            |index: usize| u32::try_from(index).is_ok_and(|index| self.state.reached.contains(NodeId(index)));
        let nodes = self.program.nodes.iter().enumerate();
        // A function that was not called and an extension that did not apply are no paths of the flow.
        let flow = Pointer::root().child("do");
        nodes
            .filter(|(index, node)| !is_reached(*index) && node.pointer.is_within(&flow))
            .map(|(_, node)| node.pointer.clone())
            .collect()
    }
}

fn record_of(node: &crate::program::Node, task: TaskId, frame: &Frame, output: Shared) -> TaskRecord {
    TaskRecord {
        task,
        parent: frame.parent,
        pointer: node.pointer.clone(),
        name: node.name.clone(),
        kind: node.kind.key().to_owned(),
        function: node.function.clone(),
        status: frame.status,
        attempt: frame.attempt,
        started_at: Some(frame.started_at),
        ended_at: frame.ended_at,
        iteration: frame.iteration,
        input: frame.input().clone(),
        output,
        error: frame.error.clone(),
        waiting: frame.waiting.clone(),
    }
}
