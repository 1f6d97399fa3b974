//! What is selected: one task that leads, and any others with it.
//!
//! Acts on several tasks act on the outermost of them: a box takes what stands in it along.

use std::collections::BTreeSet;

use flow::Pointer;

use super::Session;
use crate::{NodeKind, NodeShape, Rect};

/// A selection, with the task that leads: arrows start from it, and the inspector shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) lead: Option<Pointer>,
    /// All of them, the leading one too.
    pub(super) marked: BTreeSet<Pointer>,
}

impl Selection {
    pub(super) fn one(task: Option<Pointer>) -> Self {
        Self { marked: task.iter().cloned().collect(), lead: task }
    }

    /// These tasks, the last of them leading.
    pub(super) fn of(tasks: Vec<Pointer>) -> Self {
        Self { lead: tasks.last().cloned(), marked: tasks.into_iter().collect() }
    }

    pub(super) fn with(mut self, task: Pointer) -> Self {
        self.marked.insert(task.clone());
        self.lead = Some(task);
        self
    }

    /// Without a task; another one leads where it was that one.
    pub(super) fn without(mut self, task: &Pointer) -> Self {
        self.marked.remove(task);
        if self.lead.as_ref() == Some(task) {
            self.lead = self.marked.last().cloned();
        }
        self
    }
}

impl Session {
    /// The leading task of the selection; it is always on the scene.
    pub fn selection(&self) -> Option<&Pointer> {
        self.selection.lead.as_ref()
    }

    /// Everything that is selected, in the order of the scene.
    pub fn selected_tasks(&self) -> Vec<Pointer> {
        let mut tasks: Vec<(usize, &Pointer)> =
            self.selection.marked.iter().filter_map(|task| Some((self.scene.find(task)?, task))).collect();
        tasks.sort_unstable();
        tasks.into_iter().map(|(_, task)| task.clone()).collect()
    }

    /// The same as a set.
    pub fn selected_set(&self) -> &BTreeSet<Pointer> {
        &self.selection.marked
    }

    /// How many tasks are selected.
    pub fn selected_count(&self) -> usize {
        self.selection.marked.len()
    }

    pub fn is_selected(&self, task: &Pointer) -> bool {
        self.selection.marked.contains(task)
    }

    /// The selected tasks that stand in no other selected one, in the order of the scene.
    pub(super) fn outermost(&self) -> Vec<Pointer> {
        let mut found: Vec<Pointer> = Vec::new();
        for task in self.selected_tasks() {
            // In the order of the scene a box comes right before what stands in it.
            if !found.last().is_some_and(|last| task.is_within(last)) {
                found.push(task);
            }
        }
        found
    }

    pub(super) fn select(&mut self, task: Option<Pointer>) {
        self.set_selection(Selection::one(task));
    }

    pub(super) fn set_selection(&mut self, selection: Selection) {
        if selection != self.selection {
            self.end_visit();
            self.selection = selection;
        }
    }

    /// Adds a task to the selection, or takes it out.
    pub(super) fn toggle_selected(&mut self, task: Pointer) {
        let selection = self.selection.clone();
        let is_in = selection.marked.contains(&task);
        self.set_selection(if is_in { selection.without(&task) } else { selection.with(task) });
    }

    /// The task and all that stand beside it in its list; without one, the workflow's own.
    pub(super) fn select_all(&mut self) {
        let parent =
            self.selection.lead.as_ref().and_then(|lead| self.scene.node(lead)).and_then(|node| node.parent);
        let siblings = self.scene.nodes.iter().filter(|node| node.parent == parent);
        let tasks = siblings.filter(|node| matches!(node.kind, NodeKind::Task(_)));
        let tasks: Vec<Pointer> = tasks.map(|node| node.pointer.clone()).collect();
        if !tasks.is_empty() {
            let lead = self.selection.lead.clone().filter(|lead| tasks.contains(lead));
            let all = Selection::of(tasks);
            self.set_selection(Selection { lead: lead.or(all.lead), marked: all.marked });
        }
    }

    /// What a marquee holds: cards that it touches, boxes that it encloses, and nothing that stands in such a box.
    pub(super) fn tasks_within(&self, area: Rect) -> Vec<Pointer> {
        let mut found: Vec<Pointer> = Vec::new();
        for index in self.scene.nodes_in(&area) {
            let node = &self.scene.nodes[index];
            let holds = match (node.kind, node.shape) {
                (NodeKind::CatchLane, _) => false,
                (NodeKind::Task(_), NodeShape::Card) => area.overlaps(&node.rect),
                (NodeKind::Task(_), NodeShape::Box | NodeShape::Lane) => area.encloses(&node.rect),
            };
            if holds && !found.last().is_some_and(|last| node.pointer.is_within(last)) {
                found.push(node.pointer.clone());
            }
        }
        found
    }

    /// The room that the selection takes on the scene.
    pub(super) fn selected_area(&self) -> Option<Rect> {
        let mut rects =
            self.selection.marked.iter().filter_map(|task| self.scene.node(task)).map(|node| node.rect);
        let first = rects.next()?;
        Some(rects.fold(first, |area, rect| area.union(&rect)))
    }

    /// After a change of the scene: only tasks that are on it are selected, and one of them leads.
    pub(super) fn settle_selection(&mut self) {
        let Selection { lead, marked } = std::mem::take(&mut self.selection);
        let lead = lead.and_then(|lead| self.shown_task(&lead));
        let is_led = lead.as_ref().is_some_and(|lead| marked.contains(lead));
        self.selection = if is_led {
            let marked = marked.iter().filter_map(|task| self.shown_task(task)).collect();
            Selection { lead, marked }
        } else {
            Selection::one(lead)
        };
    }
}
