//! What the branches of forks have yielded, until their fork is over; and what a listener has gathered, by the count of
//! its events.

use super::super::TaskId;
use super::Shared;
use super::tracked::Tracked;

/// A fork, and the position of one of its branches.
pub(super) type Branch = (TaskId, usize);

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::engine) struct Outputs {
    entries: Tracked<Branch, Shared>,
}

impl Outputs {
    /// Keeps the output of a branch. False where it was over already.
    pub(in crate::engine) fn insert(&mut self, fork: TaskId, position: usize, output: Shared) -> bool {
        self.entries.insert((fork, position), output).is_none()
    }

    /// The outputs of a task so far, in their order.
    pub(in crate::engine) fn of(&self, task: TaskId) -> impl Iterator<Item = &Shared> {
        let branches = self.entries.keys_within((task, 0)..=(task, usize::MAX));
        branches.into_iter().filter_map(|branch| self.entries.get(&branch))
    }

    /// Takes the outputs of a fork out, in the order of its branches.
    pub(in crate::engine) fn take_of(&mut self, fork: TaskId) -> Vec<Shared> {
        let branches = self.entries.keys_within((fork, 0)..=(fork, usize::MAX));
        branches.into_iter().filter_map(|branch| self.entries.remove(&branch)).collect()
    }

    pub(in crate::engine) fn drop_of(&mut self, fork: TaskId) {
        self.take_of(fork);
    }

    pub(super) fn rows(&mut self) -> &mut Tracked<Branch, Shared> {
        &mut self.entries
    }
}
