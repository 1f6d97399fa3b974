//! The events of a simulated run: who listens for what, and which event comes to whom next, as the hub's bus has it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::engine::{TaskId, Timestamp, may_match};

#[derive(Debug, Default)]
pub(super) struct Bus {
    /// When each came; the first has sequence 1. One that was invented for a single listener is kept as null.
    events: Vec<(Timestamp, Value)>,
    open: BTreeMap<TaskId, Subscription>,
    /// By whom, what, and the first task that is not given it for that.
    consumed: Vec<(TaskId, u64, TaskId)>,
}

#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) attempt: u32,
    pub(super) after: u64,
    pub(super) since: Timestamp,
    pub(super) filters: Vec<Map<String, Value>>,
}

impl Bus {
    pub(super) fn publish(&mut self, at: Timestamp, event: Value) {
        self.events.push((at, event));
    }

    pub(super) fn subscribe(&mut self, task: TaskId, subscription: Subscription) {
        self.open.insert(task, subscription);
    }

    pub(super) fn unsubscribe(&mut self, task: TaskId) -> Option<Subscription> {
        self.open.remove(&task)
    }

    pub(super) fn consume(&mut self, by: TaskId, sequences: &[u64], next: TaskId) {
        self.consumed.extend(sequences.iter().map(|sequence| (by, *sequence, next)));
    }

    /// The next event that somebody has asked for; the subscription ends with it.
    pub(super) fn next(&mut self) -> Option<(TaskId, u32, u64, Value)> {
        let (task, attempt, sequence) = self.open.iter().find_map(|(task, asked)| {
            let sequence = self.wanted(*task, asked)?;
            Some((*task, asked.attempt, sequence))
        })?;
        self.open.remove(&task);
        let place = usize::try_from(sequence).ok()?.checked_sub(1)?;
        Some((task, attempt, sequence, self.events.get(place)?.1.clone()))
    }

    fn wanted(&self, task: TaskId, asked: &Subscription) -> Option<u64> {
        let first = usize::try_from(asked.after).ok()?;
        let later = (asked.after + 1..).zip(self.events.get(first..)?);
        let is_spent = |sequence: u64| {
            self.consumed.iter().any(|(by, what, next)| *what == sequence && (*by == task || *next <= task))
        };
        later
            .filter(|(_, (at, _))| *at >= asked.since)
            .find(|(sequence, (_, event))| {
                asked.filters.iter().any(|filter| may_match(filter, event)) && !is_spent(*sequence)
            })
            .map(|(sequence, _)| sequence)
    }

    /// An event for this listener alone, made of what it asks for by name; the filters take turns.
    pub(super) fn invent(
        &mut self,
        at: Timestamp,
        asked: &Subscription,
        turn: usize,
        data: Value,
    ) -> (u64, Value) {
        self.events.push((at, Value::Null));
        let sequence = self.events.len() as u64;
        let mut event = json!({
            "specversion": "1.0",
            "id": format!("simulated-{sequence}"),
            "source": "https://simulated.example",
            "type": "simulated",
            "data": data,
        });
        let filter = turn.checked_rem(asked.filters.len()).and_then(|turn| asked.filters.get(turn));
        if let (Some(event), Some(filter)) = (event.as_object_mut(), filter) {
            event.extend(filter.clone());
        }
        (sequence, event)
    }
}
