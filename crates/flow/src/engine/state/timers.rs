//! The timers that are set, found by the task that they belong to.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{TaskId, TimerId};
use super::Timer;
use super::tracked::Tracked;

#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Timers {
    entries: Tracked<TimerId, Timer>,
    by_owner: BTreeMap<Option<TaskId>, BTreeSet<TimerId>>,
}

impl Timers {
    pub(in crate::engine) fn insert(&mut self, id: TimerId, purpose: Timer) {
        self.by_owner.entry(purpose.task()).or_default().insert(id);
        self.entries.insert(id, purpose);
    }

    pub(in crate::engine) fn remove(&mut self, id: TimerId) -> Option<Timer> {
        let purpose = self.entries.remove(&id)?;
        if let Some(timers) = self.by_owner.get_mut(&purpose.task()) {
            timers.remove(&id);
            if timers.is_empty() {
                self.by_owner.remove(&purpose.task());
            }
        }
        Some(purpose)
    }

    /// The timers of a task, or those of no task.
    pub(in crate::engine) fn of(&self, owner: Option<TaskId>) -> Vec<TimerId> {
        self.by_owner.get(&owner).into_iter().flatten().copied().collect()
    }

    /// The timers that are set for this purpose: one at most, unless somebody has set it twice.
    pub(in crate::engine) fn with(&self, purpose: Timer) -> Vec<TimerId> {
        let mut timers = self.of(purpose.task());
        timers.retain(|id| self.entries.get(id) == Some(&purpose));
        timers
    }

    pub(in crate::engine) fn all(&self) -> Vec<TimerId> {
        self.entries.iter().map(|(id, _)| *id).collect()
    }

    pub(super) fn rows(&mut self) -> &mut Tracked<TimerId, Timer> {
        &mut self.entries
    }

    pub(super) fn restore(&mut self, id: TimerId, purpose: Timer) {
        self.by_owner.entry(purpose.task()).or_default().insert(id);
        self.entries.restore(id, purpose);
    }
}

impl PartialEq for Timers {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}
