//! What is ready to be done, in its order, found by the task that it belongs to as well.

use std::collections::{BTreeMap, BTreeSet};

use super::super::TaskId;
use super::Ready;
use super::tracked::Tracked;

/// A place in the queue.
pub(super) type Place = u64;

#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Queue {
    entries: Tracked<Place, Ready>,
    by_owner: BTreeMap<TaskId, BTreeSet<Place>>,
    /// Whose entries have come or gone since [`Queue::take_touched`].
    touched: BTreeSet<TaskId>,
}

impl Queue {
    pub(in crate::engine) fn push_back(&mut self, ready: Ready) {
        let place = self.entries.iter().next_back().map_or(0, |(last, _)| last + 1);
        self.put(place, ready);
    }

    /// Takes the first out, with its place.
    pub(in crate::engine) fn pop_front(&mut self) -> Option<(Place, Ready)> {
        let place = self.entries.iter().next().map(|(place, _)| *place)?;
        self.take(place).map(|ready| (place, ready))
    }

    /// Puts something where it was, or another in its place.
    pub(in crate::engine) fn put(&mut self, place: Place, ready: Ready) {
        if let Some(owner) = ready.owner() {
            self.by_owner.entry(owner).or_default().insert(place);
            self.touched.insert(owner);
        }
        self.entries.insert(place, ready);
    }

    /// Whether something is ready within a task.
    pub(in crate::engine) fn has(&self, owner: TaskId) -> bool {
        self.by_owner.contains_key(&owner)
    }

    pub(in crate::engine) fn drop_of(&mut self, owner: TaskId) {
        for place in self.by_owner.get(&owner).cloned().unwrap_or_default() {
            self.take(place);
        }
    }

    /// Keeps what belongs to a task and is wanted; what belongs to none goes.
    pub(in crate::engine) fn keep_owned(&mut self, is_wanted: impl Fn(TaskId) -> bool) {
        let unwanted: Vec<Place> = self
            .entries
            .iter()
            .filter(|(_, ready)| !ready.owner().is_some_and(&is_wanted))
            .map(|(place, _)| *place)
            .collect();
        for place in unwanted {
            self.take(place);
        }
    }

    pub(in crate::engine) fn clear(&mut self) {
        self.keep_owned(|_| false);
    }

    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The tasks whose entries have come or gone since this was last asked.
    pub(in crate::engine) fn take_touched(&mut self) -> BTreeSet<TaskId> {
        std::mem::take(&mut self.touched)
    }

    #[cfg(debug_assertions)]
    pub(super) fn owners(&self) -> impl Iterator<Item = TaskId> {
        self.by_owner.keys().copied()
    }

    pub(super) fn rows(&mut self) -> &mut Tracked<Place, Ready> {
        &mut self.entries
    }

    pub(super) fn restore(&mut self, place: Place, ready: Ready) {
        if let Some(owner) = ready.owner() {
            self.by_owner.entry(owner).or_default().insert(place);
        }
        self.entries.restore(place, ready);
    }

    fn take(&mut self, place: Place) -> Option<Ready> {
        let ready = self.entries.remove(&place)?;
        if let Some(owner) = ready.owner() {
            self.touched.insert(owner);
            if let Some(places) = self.by_owner.get_mut(&owner) {
                places.remove(&place);
                if places.is_empty() {
                    self.by_owner.remove(&owner);
                }
            }
        }
        Some(ready)
    }
}

/// The same things in the same order.
impl PartialEq for Queue {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}
