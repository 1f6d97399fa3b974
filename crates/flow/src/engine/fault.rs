//! How a task ends badly: errors, timeouts, and what a `try` makes of them (DSL reference, Fault Tolerance).

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::errors::{self, Standard};
use super::run::Run;
use super::scope::error_value;
use super::state::{Again, Attempts, Body, Timer};
use super::{LogLevel, TaskId, TaskStatus, Waiting, WorkflowError};
use crate::program::{Action, Backoff, Catch, Retry, readable};

/// What a `try` does with an error of a task within it.
enum Caught {
    No,
    Retry(i64),
    Handle,
    /// Its retries are used up, and it has no tasks to run instead.
    Exhausted,
}

impl Run<'_> {
    pub(super) fn call_faulted(&mut self, task: TaskId, attempt: u32, mut error: WorkflowError) -> bool {
        if !self.is_calling(task, attempt) {
            return false;
        }
        error.instance.get_or_insert_with(|| self.pointer_of(Some(task)).to_string());
        self.fault(task, error);
        true
    }

    /// A task is at fault: what it holds is cancelled, and the nearest `try` that wants the error takes it.
    /// Otherwise it stays as it is, for a person.
    pub(super) fn fault(&mut self, task: TaskId, error: WorkflowError) {
        self.fault_uncaught(task, error.clone());
        self.offer(task, error);
    }

    fn fault_uncaught(&mut self, task: TaskId, error: WorkflowError) {
        self.cancel_within(task);
        self.abort(task);
        self.cancel_timers_of(task);
        self.state.outputs.drop_of(task);
        let at = self.at;
        let Some(frame) = self.frame_mut(task) else { return };
        frame.body = Body::Idle;
        frame.waiting = None;
        frame.error = Some(error.clone());
        frame.ended_at = Some(at);
        self.record(task, TaskStatus::Faulted, Value::Null);
        self.log(Some(task), LogLevel::Error, &format!("faulted: {}", errors::line(&error)));
    }

    /// Offers an error to the `try`s around a task, the nearest first.
    fn offer(&mut self, task: TaskId, error: WorkflowError) {
        let mut around = self.state.frames.get(&task).and_then(|frame| frame.parent);
        while let Some(outer) = around {
            let Some(frame) = self.state.frames.get(&outer) else { return };
            around = frame.parent;
            if matches!(frame.body, Body::Trying(_)) {
                match self.caught(outer, &error) {
                    Ok(Caught::No) => {}
                    Ok(caught) => return self.catch(outer, Some(task), error, caught),
                    Err(own) => return self.fault(outer, own),
                }
            }
        }
    }

    /// Whether a `try` around a task would deal with this error, were the task at fault with it now.
    pub(super) fn is_caught(&self, task: TaskId, error: &WorkflowError) -> bool {
        let parent = |task: TaskId| self.state.frames.get(&task).and_then(|frame| frame.parent);
        std::iter::successors(parent(task), |task| parent(*task)).any(|outer| {
            // What fails while it is looked at is the fault of the `try`, which is at fault with it.
            !matches!(self.caught(outer, error), Ok(Caught::No | Caught::Exhausted))
        })
    }

    fn caught(&self, task: TaskId, error: &WorkflowError) -> Result<Caught, WorkflowError> {
        let (Some(node), Some(frame)) = (self.node_of(task), self.state.frames.get(&task)) else {
            return Ok(Caught::No);
        };
        let (Action::Try { catch, .. }, Body::Trying(attempts)) = (&node.action, &frame.body) else {
            return Ok(Caught::No);
        };
        if !errors::matches(error, &catch.with) {
            return Ok(Caught::No);
        }
        let local = [(catch.variable.as_str(), Cow::Owned(error_value(error)))];
        let input = frame.input();
        if let Some(when) = &catch.when
            && !self.holds(task, when, input, &local)?
        {
            return Ok(Caught::No);
        }
        if let Some(except) = &catch.except_when
            && self.holds(task, except, input, &local)?
        {
            return Ok(Caught::No);
        }
        if let Some(retry) = &catch.retry
            && let Some(delay) = self.pause(task, retry, attempts, input, &local)?
        {
            return Ok(Caught::Retry(delay));
        }
        Ok(if catch.list.is_none() && catch.retry.is_some() { Caught::Exhausted } else { Caught::Handle })
    }

    /// How long to pause before the next attempt; none where there is to be no further one.
    fn pause(
        &self,
        task: TaskId,
        retry: &Retry,
        attempts: &Attempts,
        input: &Value,
        local: &[(&str, Cow<'_, Value>)],
    ) -> Result<Option<i64>, WorkflowError> {
        // Without calls an error would only come again, and without pauses at once and for ever.
        if self.state.job.dry_run || retry.most_attempts.is_some_and(|most| attempts.retries >= most) {
            return Ok(None);
        }
        if let Some(when) = &retry.when
            && !self.holds(task, when, input, local)?
        {
            return Ok(None);
        }
        if let Some(except) = &retry.except_when
            && self.holds(task, except, input, local)?
        {
            return Ok(None);
        }
        let duration = |delay| self.delay_knowing(Some(task), delay, input, local);
        let delay = retry.delay.as_ref().map(duration).transpose()?.unwrap_or(0) as f64;
        let before = attempts.retries.min(10_000) as i32;
        let delay = match &retry.backoff {
            Backoff::Constant => delay,
            Backoff::Linear(None) => delay * f64::from(before + 1),
            Backoff::Linear(Some(increment)) => delay + duration(increment)? as f64 * f64::from(before),
            Backoff::Exponential(factor) => delay * factor.powi(before),
        };
        let jitter = match &retry.jitter {
            None => 0,
            Some((from, to)) => {
                let (from, to) = (duration(from)?, duration(to)?);
                let (least, most) = (from.min(to), from.max(to));
                least + (self.dice(task, attempts.retries) * (most - least) as f64) as i64
            }
        };
        // A century: far enough, and safe to add to a time.
        let delay = (delay.min(3.2e12) as i64).saturating_add(jitter);
        if let Some(limit) = &retry.total_limit {
            let since = attempts.since.unwrap_or(self.at);
            if self.later(delay).0.saturating_sub(since.0) > duration(limit)? {
                return Ok(None);
            }
        }
        Ok(Some(delay))
    }

    /// A number from 0 to 1 that is the same whenever this retry is looked at, and another for each.
    fn dice(&self, task: TaskId, retry: u64) -> f64 {
        let digest = Sha256::digest(format!("{}/{}/{retry}", self.state.job.id, task.0));
        let word = digest.iter().take(4).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        f64::from(word) / f64::from(u32::MAX)
    }

    fn catch(&mut self, task: TaskId, origin: Option<TaskId>, error: WorkflowError, caught: Caught) {
        let Some(Action::Try { catch, .. }) = self.node_of(task).map(|node| &node.action) else { return };
        let again = self.path_to(task, origin);
        self.fault_path(&again);
        self.cancel_within(task);
        self.cancel_timer(Timer::Attempt(task));
        match caught {
            Caught::No => {}
            Caught::Retry(delay) => self.pause_until(task, delay, again, &error),
            Caught::Handle => self.handle(task, catch, error),
            Caught::Exhausted => {
                self.log(Some(task), LogLevel::Warn, "no more retries");
                self.fault(task, error);
            }
        }
    }

    fn pause_until(&mut self, task: TaskId, delay: i64, again: Vec<Again>, error: &WorkflowError) {
        let (at, until) = (self.at, self.later(delay));
        let Some(frame) = self.frame_mut(task) else { return };
        let Body::Trying(attempts) = &mut frame.body else { return };
        let mut attempts = std::mem::take(attempts);
        attempts.since.get_or_insert(at);
        attempts.retries = attempts.retries.saturating_add(1);
        attempts.again = again;
        let retries = attempts.retries;
        frame.body = Body::Pausing(attempts);
        frame.waiting = Some(Waiting::Retry { since: at, until });
        self.record(task, TaskStatus::Waiting, Value::Null);
        self.set_timer(Timer::Retry(task), until);
        let message = format!("retry {retries} in {}: {}", readable(delay), errors::line(error));
        self.log(Some(task), LogLevel::Warn, &message);
    }

    fn handle(&mut self, task: TaskId, catch: &Catch, error: WorkflowError) {
        let Some(frame) = self.frame_mut(task) else { return };
        let input = frame.input().clone();
        let line = errors::line(&error);
        match catch.list {
            Some(list) => {
                frame.body = Body::Catching { error };
                self.log(Some(task), LogLevel::Warn, &format!("caught, running the tasks for it: {line}"));
                self.sequence(Some(task), list, input);
            }
            None => {
                self.log(Some(task), LogLevel::Warn, &format!("caught: {line}"));
                self.leave(task, input, catch.then);
            }
        }
    }

    pub(super) fn try_again(&mut self, task: TaskId) {
        let Some(frame) = self.frame_mut(task) else { return };
        let Body::Pausing(attempts) = &mut frame.body else { return };
        frame.body = Body::Trying(std::mem::take(attempts));
        frame.waiting = None;
        frame.attempt = frame.attempt.saturating_add(1);
        self.record(task, TaskStatus::Running, Value::Null);
        self.log(Some(task), LogLevel::Info, "retrying");
        if let Err(error) = self.attempt(task) {
            self.fault(task, error);
        }
    }

    /// The tasks from a `try` (without it) down to one at fault within it.
    fn path_to(&self, task: TaskId, origin: Option<TaskId>) -> Vec<Again> {
        let mut path = Vec::new();
        let mut next = origin.filter(|origin| *origin != task);
        while let Some(id) = next.filter(|id| *id != task) {
            let Some(frame) = self.state.frames.get(&id) else { break };
            let (node, parent, iteration) = (frame.node, frame.parent, frame.iteration);
            path.push(Again { node, parent, iteration, task: id, attempt: frame.attempt });
            next = frame.parent;
        }
        path
    }

    /// What lies between a `try` and the task at fault is at fault too, not cancelled.
    fn fault_path(&mut self, path: &[Again]) {
        let error = path.first().and_then(|origin| self.state.frames.get(&origin.task)?.error.clone());
        for step in path {
            // The children of each that lie beside the path are cancelled, not at fault.
            self.abort(step.task);
            let at = self.at;
            if let Some(frame) = self.frame_mut(step.task)
                && frame.error.is_none()
            {
                frame.error = error.clone();
                frame.ended_at = Some(at);
                self.record(step.task, TaskStatus::Faulted, Value::Null);
            }
        }
    }

    pub(super) fn timed_out(&mut self, task: TaskId) {
        let pointer = self.pointer_of(Some(task));
        self.fault(
            task,
            Standard::Timeout.at(&pointer, "Timeout", "the task has taken longer than its timeout"),
        );
    }

    /// The time that a retry policy gives one attempt is over: an error as if from within.
    pub(super) fn attempt_timed_out(&mut self, task: TaskId) {
        let pointer = self.pointer_of(Some(task));
        let error = Standard::Timeout.at(&pointer, "Timeout", "the attempt has taken longer than its limit");
        match self.caught(task, &error) {
            Ok(Caught::No) => self.fault(task, error),
            Ok(caught) => self.catch(task, None, error, caught),
            Err(own) => self.fault(task, own),
        }
    }

    /// No `try` catches this: the time of the whole is over, and every task that is under way is at fault.
    pub(super) fn workflow_timed_out(&mut self) {
        let detail = "the workflow has taken longer than its timeout";
        let leaves: BTreeSet<TaskId> = self
            .state
            .frames
            .iter()
            .filter(|(task, frame)| {
                frame.error.is_none() && (!frame.body.is_open() || self.state.ready.has(**task))
            })
            .map(|(task, _)| *task)
            .collect();
        self.log(None, LogLevel::Error, &format!("timed out: {detail}"));
        self.state.ready.keep_owned(|owner| !leaves.contains(&owner));
        for task in leaves {
            let pointer = self.pointer_of(Some(task));
            self.fault_uncaught(task, Standard::Timeout.at(&pointer, "Timeout", detail));
        }
        if self.state.frames.is_empty() {
            self.fail(Standard::Timeout.at(&self.pointer_of(None), "Timeout", detail));
        }
    }

    pub(super) fn arm_workflow_timeout(&mut self) {
        let Some(timeout) = &self.program.timeout else { return };
        match self.delay(None, timeout, &self.state.job.input) {
            Ok(milliseconds) => self.set_timer(Timer::Workflow, self.later(milliseconds)),
            Err(error) => self.log(
                None,
                LogLevel::Error,
                &format!("the workflow's timeout is left out: {}", errors::line(&error)),
            ),
        }
    }
}
