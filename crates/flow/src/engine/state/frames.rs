//! The live tasks as a tree: who runs inside of whom, in which of them something still goes on, and which are at fault.
//!
//! All of it is kept up as tasks change, so that an event costs what it touches and not what the job is. What the rest
//! of the engine changes by [`Frames::get_mut`] is looked at again in [`Frames::refresh`].

use std::collections::{BTreeMap, BTreeSet};

use super::super::TaskId;
use super::tracked::Tracked;
use super::{Activity, Frame, Queue};

#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Frames {
    entries: Tracked<TaskId, Frame>,
    children: BTreeMap<TaskId, BTreeSet<TaskId>>,
    standing: BTreeMap<TaskId, Standing>,
    faulted: BTreeSet<TaskId>,
    working: usize,
    waiting: usize,
    /// Changed since [`Frames::refresh`].
    touched: BTreeSet<TaskId>,
    /// Gone since [`Frames::take_removed`].
    removed: Vec<TaskId>,
}

/// What is known of a task as of the last [`Frames::refresh`].
#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    activity: Activity,
    has_ready: bool,
    /// How many tasks directly within it are active.
    active_children: usize,
}

impl Standing {
    const NEW: Self = Self { activity: Activity::None, has_ready: false, active_children: 0 };

    /// Whether something goes on in the task or within.
    fn is_active(&self) -> bool {
        self.activity != Activity::None || self.has_ready || self.active_children > 0
    }
}

impl Frames {
    pub(in crate::engine) fn get(&self, task: &TaskId) -> Option<&Frame> {
        self.entries.get(task)
    }

    pub(in crate::engine) fn get_mut(&mut self, task: &TaskId) -> Option<&mut Frame> {
        let frame = self.entries.get_mut(task)?;
        self.touched.insert(*task);
        Some(frame)
    }

    pub(in crate::engine) fn contains_key(&self, task: &TaskId) -> bool {
        self.entries.contains_key(task)
    }

    pub(in crate::engine) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All of them, in the order of their numbers. This is a walk over the whole job: for what concerns the whole.
    pub(in crate::engine) fn iter(&self) -> impl DoubleEndedIterator<Item = (&TaskId, &Frame)> {
        self.entries.iter()
    }

    pub(in crate::engine) fn insert(&mut self, task: TaskId, frame: Frame) {
        self.remove(&task);
        self.link(task, &frame);
        self.touched.insert(task);
        self.entries.insert(task, frame);
    }

    pub(in crate::engine) fn remove(&mut self, task: &TaskId) -> Option<Frame> {
        let frame = self.entries.remove(task)?;
        self.touched.remove(task);
        self.faulted.remove(task);
        self.removed.push(*task);
        if let Some(parent) = frame.parent
            && let Some(siblings) = self.children.get_mut(&parent)
        {
            siblings.remove(task);
            if siblings.is_empty() {
                self.children.remove(&parent);
            }
        }
        if let Some(standing) = self.standing.remove(task) {
            *self.count(standing.activity) -= usize::from(standing.activity != Activity::None);
            if standing.is_active() {
                self.activity_changed(frame.parent, false);
            }
        }
        Some(frame)
    }

    /// Everything that runs inside of a task, in the order of its numbers.
    pub(in crate::engine) fn within(&self, task: TaskId) -> BTreeSet<TaskId> {
        let mut found = BTreeSet::new();
        let mut open = vec![task];
        while let Some(task) = open.pop() {
            for child in self.children.get(&task).into_iter().flatten() {
                if found.insert(*child) {
                    open.push(*child);
                }
            }
        }
        found
    }

    /// The tasks that are at fault themselves, as of the last event.
    pub(in crate::engine) fn faulted(&self) -> impl Iterator<Item = TaskId> {
        self.faulted.iter().copied()
    }

    /// Whether something goes on in a task or within it; exact after [`Frames::refresh`].
    pub(in crate::engine) fn is_active(&self, task: TaskId) -> bool {
        self.standing.get(&task).is_some_and(Standing::is_active)
    }

    /// Whether something goes on in any task, apart from what is ready.
    pub(in crate::engine) fn any_active(&self) -> bool {
        self.working + self.waiting > 0
    }

    /// Whether nothing outside is at work, so that all that goes on is waiting.
    pub(in crate::engine) fn all_wait(&self) -> bool {
        self.working == 0
    }

    /// Brings what is known up to date with everything that has changed, and gives the tasks to which that may matter,
    /// in the order of their numbers.
    pub(in crate::engine) fn refresh(&mut self, ready: &mut Queue) -> BTreeSet<TaskId> {
        let mut look_at = ready.take_touched();
        look_at.append(&mut self.touched);
        for task in look_at {
            self.look_at(task, ready.has(task));
        }
        // What has become active or idle on the way up is touched as well.
        std::mem::take(&mut self.touched)
    }

    /// The tasks that have left since this was last asked.
    pub(super) fn take_removed(&mut self) -> Vec<TaskId> {
        std::mem::take(&mut self.removed)
    }

    pub(super) fn rows(&mut self) -> &mut Tracked<TaskId, Frame> {
        &mut self.entries
    }

    /// Puts tasks in as they come from the store.
    pub(super) fn restore(&mut self, frames: BTreeMap<TaskId, Frame>, ready: &mut Queue) {
        for (task, frame) in frames {
            self.link(task, &frame);
            self.touched.insert(task);
            self.entries.restore(task, frame);
        }
        self.refresh(ready);
    }

    /// What would be known if it were found out anew: for tests of this module's one promise.
    #[cfg(debug_assertions)]
    pub(in crate::engine) fn assert_standing(&self, ready: &Queue) {
        let mut active = BTreeSet::new();
        let leaves = self.iter().filter(|(_, frame)| frame.body.activity() != Activity::None);
        for leaf in leaves.map(|(task, _)| *task).chain(ready.owners()) {
            let mut next = Some(leaf);
            while let Some(task) = next.filter(|task| active.insert(*task)) {
                next = self.get(&task).and_then(|frame| frame.parent);
            }
        }
        let working = self.iter().filter(|(_, frame)| frame.body.activity() == Activity::Working).count();
        let waiting = self.iter().filter(|(_, frame)| frame.body.activity() == Activity::Waiting).count();
        debug_assert_eq!((working, waiting), (self.working, self.waiting));
        for (task, frame) in self.iter() {
            debug_assert_eq!(active.contains(task), self.is_active(*task), "{task:?} {frame:?}");
            debug_assert_eq!(frame.error.is_some(), self.faulted.contains(task), "{task:?} {frame:?}");
        }
        debug_assert!(self.faulted.iter().all(|task| self.contains_key(task)));
        debug_assert_eq!(self.standing.len(), self.len());
        let linked: usize = self.children.values().map(BTreeSet::len).sum();
        debug_assert_eq!(linked, self.iter().filter(|(_, frame)| frame.parent.is_some()).count());
    }

    fn link(&mut self, task: TaskId, frame: &Frame) {
        if let Some(parent) = frame.parent {
            self.children.entry(parent).or_default().insert(task);
        }
        self.standing.insert(task, Standing::NEW);
    }

    fn look_at(&mut self, task: TaskId, has_ready: bool) {
        let (Some(frame), Some(standing)) = (self.entries.get(&task), self.standing.get_mut(&task)) else {
            return;
        };
        let (parent, activity, is_faulted) = (frame.parent, frame.body.activity(), frame.error.is_some());
        let was_active = standing.is_active();
        let before = std::mem::replace(&mut standing.activity, activity);
        standing.has_ready = has_ready;
        let is_active = standing.is_active();
        self.touched.insert(task);
        *self.count(before) -= usize::from(before != Activity::None);
        *self.count(activity) += usize::from(activity != Activity::None);
        if is_faulted {
            self.faulted.insert(task);
        } else {
            self.faulted.remove(&task);
        }
        if was_active != is_active {
            self.activity_changed(parent, is_active);
        }
    }

    /// Says upwards that a task has become active or idle, as far as that makes a difference.
    fn activity_changed(&mut self, mut parent: Option<TaskId>, is_active: bool) {
        while let Some(task) = parent {
            let Some(standing) = self.standing.get_mut(&task) else { return };
            let was_active = standing.is_active();
            standing.active_children = if is_active {
                standing.active_children + 1
            } else {
                standing.active_children.saturating_sub(1)
            };
            if standing.is_active() == was_active {
                return;
            }
            self.touched.insert(task);
            parent = self.entries.get(&task).and_then(|frame| frame.parent);
        }
    }

    /// How many tasks do this themselves. What does nothing is not counted: callers add and take away none of it.
    fn count(&mut self, activity: Activity) -> &mut usize {
        match activity {
            Activity::Working => &mut self.working,
            Activity::Waiting | Activity::None => &mut self.waiting,
        }
    }
}

/// The same tasks; the rest follows from them.
impl PartialEq for Frames {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}
