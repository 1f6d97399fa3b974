//! The bus in miniature: what was published, who listens, and what was consumed. All of it is durable.

use std::collections::BTreeMap;

use flow::engine::{Event, TaskId, Timestamp, may_match};
use serde_json::{Map, Value};

use crate::shell::Key;

#[derive(Default)]
pub(crate) struct Bus {
    /// By whom, and when each came, in their order; the first has sequence 1.
    events: Vec<(Key, i64, Value)>,
    subscriptions: BTreeMap<TaskId, Subscription>,
    consumed: Vec<(TaskId, u64, TaskId)>,
}

pub(crate) struct Subscription {
    pub(crate) attempt: u32,
    pub(crate) after: u64,
    pub(crate) since: i64,
    pub(crate) filters: Vec<Map<String, Value>>,
}

impl Bus {
    /// The same attempt publishes once, however often it is repeated.
    pub(crate) fn publish(&mut self, by: Key, at: i64, event: Value) {
        if self.events.iter().all(|(other, _, _)| *other != by) {
            self.events.push((by, at, event));
        }
    }

    pub(crate) fn subscribe(&mut self, task: TaskId, asked: Subscription) {
        assert!(self.subscriptions.insert(task, asked).is_none(), "one event at a time");
    }

    pub(crate) fn unsubscribe(&mut self, task: TaskId, attempt: u32) {
        let asked = self.subscriptions.remove(&task).expect("what was asked for");
        assert_eq!(asked.attempt, attempt);
    }

    /// An event was made part of the run: it answers what was asked for, and the task may have asked again since.
    pub(crate) fn delivered(&mut self, task: TaskId) {
        self.subscriptions.remove(&task);
    }

    pub(crate) fn consume(&mut self, task: TaskId, sequences: &[u64], next: TaskId) {
        self.consumed.extend(sequences.iter().map(|sequence| (task, *sequence, next)));
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.subscriptions.is_empty()
    }

    /// The tasks for which there is an event.
    pub(crate) fn ready(&self) -> impl Iterator<Item = TaskId> {
        self.subscriptions.keys().copied().filter(|task| self.event_for(*task, Timestamp(0)).is_some())
    }

    /// The delivery of the next event that a task has asked for.
    pub(crate) fn event_for(&self, task: TaskId, at: Timestamp) -> Option<Event> {
        let asked = self.subscriptions.get(&task)?;
        let is_consumed = |sequence: u64| {
            let mut consumed = self.consumed.iter();
            consumed.any(|(by, what, next)| *what == sequence && (*by == task || *next <= task))
        };
        let (sequence, (_, _, event)) = (1..).zip(&self.events).find(|(sequence, (_, at, event))| {
            *sequence > asked.after
                && *at >= asked.since
                && asked.filters.iter().any(|filter| may_match(filter, event))
                && !is_consumed(*sequence)
        })?;
        Some(Event::Delivered { at, task, attempt: asked.attempt, sequence, event: event.clone() })
    }
}
