//! Changes of the document: each goes through here, so that history, selection and scene stay in step.

use std::sync::Arc;

use flow::{
    Pointer,
    edit::{Diff, Edit, Warning, apply, plan},
};
use serde_json::Value;

use super::{Announcement, Effect, Effects, InsertPlace, Refusal, Session, selection::Selection};
use crate::layout::{Kept, Touched, layout_after, patch};
use crate::{Mark, NodeKind, Point};

/// The inspector field (or source view) that is being edited: all of it is one step.
#[derive(Clone, Debug)]
pub(super) struct FieldVisit {
    at: Pointer,
    mark: Mark,
}

/// What a change did, for those who tell people.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) focus: Option<Pointer>,
    pub(super) warnings: Vec<Warning>,
}

impl Session {
    /// Makes an edit, as one step.
    pub(super) fn commit(&mut self, edit: &Edit, effects: &mut Effects) -> Result<(), Refusal> {
        self.end_visit();
        self.cancel_gesture(effects);
        let revision = self.revision;
        let outcome = self.make(plan(&self.document, edit)?)?;
        if self.revision == revision {
            return Ok(());
        }
        self.refresh(effects);
        self.reveal_selection();
        effects.warn(outcome.warnings);
        let name = outcome.focus.and_then(|focus| focus.last()).unwrap_or_default();
        match edit {
            Edit::InsertTask { .. } | Edit::AddBranch { .. } | Edit::InsertTasks { .. } => {
                effects.announce(Announcement::Inserted { name });
            }
            Edit::UnwrapTask { task } => {
                effects.announce(Announcement::Unwrapped { name: task.last().unwrap_or_default() });
            }
            Edit::RemoveTask { task } => {
                effects.announce(Announcement::Removed { name: task.last().unwrap_or_default() });
            }
            Edit::MoveTask { .. } => effects.announce(Announcement::Moved { name }),
            Edit::CopyTask { .. } => effects.announce(Announcement::Copied { name }),
            Edit::RenameTask { .. } => effects.announce(Announcement::Renamed { name }),
            Edit::WrapTasks { .. } => effects.announce(Announcement::Wrapped { name }),
            Edit::RenameUsed { to, .. } => effects.announce(Announcement::Renamed { name: to.clone() }),
            Edit::SetMember { .. } | Edit::RemoveMember { .. } | Edit::ReplaceDocument { .. } => {}
        }
        Ok(())
    }

    /// Makes an edit of a field: one step with the edits of the same field before it.
    pub(super) fn commit_field(
        &mut self,
        at: &Pointer,
        edit: &Edit,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let visit = self.visit.take().filter(|visit| visit.at == *at);
        let visit = visit.unwrap_or_else(|| FieldVisit { at: at.clone(), mark: self.history.mark() });
        let mark = visit.mark;
        let done = self.commit(edit, effects);
        self.history.squash_to_mark(mark);
        self.visit = Some(visit);
        done
    }

    pub(super) fn end_visit(&mut self) {
        self.visit = None;
    }

    /// Gives the field visit up; whether there was one.
    pub(super) fn bail_visit(&mut self, effects: &mut Effects) -> bool {
        let Some(visit) = self.visit.take() else { return false };
        if let Some(diff) = self.history.bail_to_mark(&mut self.document, visit.mark) {
            self.follow(&diff);
            self.refresh(effects);
        }
        true
    }

    /// Applies and records a diff. The scene is the caller's to refresh.
    pub(super) fn make(&mut self, mut diff: Diff) -> Result<Outcome, Refusal> {
        if diff.is_empty() {
            return Ok(Outcome { focus: diff.focus, warnings: diff.warnings });
        }
        // An edit that names no task leaves the selection; undoing it comes back to it.
        if diff.focus.is_none() {
            diff.focus = self.selection.lead.as_ref().and_then(|lead| diff.follow(lead));
        }
        if diff.focus_before.is_none() {
            diff.focus_before.clone_from(&self.selection.lead);
        }
        apply(&mut self.document, &diff)?;
        self.follow(&diff);
        let outcome = Outcome { focus: diff.focus.clone(), warnings: diff.warnings.clone() };
        self.history.push(diff);
        Ok(outcome)
    }

    /// Lets everything that names tasks follow a diff that was applied.
    pub(super) fn follow(&mut self, diff: &Diff) {
        self.revision += 1;
        self.touched = std::mem::take(&mut self.touched).after(diff, &self.scene);
        self.watched.retain(|_, task| match diff.follow(task) {
            Some(now) => {
                *task = now;
                true
            }
            None => false,
        });
        let collapsed = std::mem::take(&mut self.options.collapsed);
        self.options.collapsed = collapsed.iter().filter_map(|task| diff.follow(task)).collect();
        let marked = self.selection.marked.iter().filter_map(|task| diff.follow(task)).collect();
        self.selection = Selection { lead: diff.focus.clone(), marked };
    }

    pub(super) fn undo(&mut self, effects: &mut Effects) -> Result<(), Refusal> {
        self.end_visit();
        self.cancel_gesture(effects);
        let diff = self.history.undo(&mut self.document).ok_or(Refusal::NothingToUndo)?;
        self.travel(&diff, effects);
        effects.announce(Announcement::Undone);
        Ok(())
    }

    pub(super) fn redo(&mut self, effects: &mut Effects) -> Result<(), Refusal> {
        self.end_visit();
        self.cancel_gesture(effects);
        let diff = self.history.redo(&mut self.document).ok_or(Refusal::NothingToRedo)?;
        self.travel(&diff, effects);
        effects.announce(Announcement::Redone);
        Ok(())
    }

    fn travel(&mut self, diff: &Diff, effects: &mut Effects) {
        self.follow(diff);
        self.refresh(effects);
        self.reveal_selection();
    }

    /// Brings the scene up to date. Where an edit moved nothing, only what its tasks say is read anew.
    pub(super) fn refresh(&mut self, effects: &mut Effects) {
        let kept = match std::mem::take(&mut self.touched) {
            Touched::Texts(tasks)
                if tasks.is_empty() || patch(Arc::make_mut(&mut self.scene), &self.document, &tasks) =>
            {
                self.read_anew = tasks.len();
                self.settle_selection();
                effects.push(Effect::TextsChanged);
                return;
            }
            Touched::Texts(_) | Touched::Unknown => Kept::default(),
            Touched::Layout(kept) => kept,
        };
        self.lay_out(&kept, effects);
    }

    /// Lays out anew what was not kept. The start marker stays where it is on the screen, so that nothing jumps.
    fn lay_out(&mut self, kept: &Kept, effects: &mut Effects) {
        let before = self.scene.start;
        let scene = Arc::unwrap_or_clone(std::mem::take(&mut self.scene));
        let (scene, read_anew) = layout_after(&self.document, &self.options, scene, kept);
        self.scene = Arc::new(scene);
        self.read_anew = read_anew;
        let by = Point { x: before.x - self.scene.start.x, y: before.y - self.scene.start.y };
        let zoom = self.viewport.zoom;
        self.viewport = self.viewport.panned(Point { x: by.x * zoom, y: by.y * zoom });
        self.settle_selection();
        effects.push(Effect::SceneChanged);
    }

    /// The innermost task on the scene that `pointer` names or stands in.
    pub(super) fn shown_task(&self, pointer: &Pointer) -> Option<Pointer> {
        let mut candidate = Some(pointer.clone());
        while let Some(pointer) = candidate {
            if self.scene.node(&pointer).is_some_and(|node| matches!(node.kind, NodeKind::Task(_))) {
                return Some(pointer);
            }
            candidate = pointer.parent();
        }
        None
    }

    pub(super) fn reveal_selection(&mut self) {
        if let Some(node) = self.selection.lead.as_ref().and_then(|lead| self.scene.node(lead)) {
            self.viewport = self.viewport.revealing(node.rect);
        }
    }

    pub(super) fn insert(
        &mut self,
        name: String,
        task: Value,
        place: InsertPlace,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let edit = self.insertion(name, task, place)?;
        self.commit(&edit, effects)
    }

    fn insertion(&self, name: String, task: Value, place: InsertPlace) -> Result<Edit, Refusal> {
        let selected = self.selection.lead.as_ref();
        let beside = selected.and_then(place_of);
        Ok(match (place, beside, selected) {
            (InsertPlace::Gap { list, index }, ..) => Edit::InsertTask { list, index, name, task },
            (InsertPlace::After, Some((list, index)), _) => {
                Edit::InsertTask { list, index: index + 1, name, task }
            }
            (InsertPlace::Before, Some((list, index)), _) => Edit::InsertTask { list, index, name, task },
            (InsertPlace::Branch, _, Some(beside)) => {
                Edit::AddBranch { task: beside.clone(), side: flow::edit::Side::After, name, value: task }
            }
            (InsertPlace::Inside, _, Some(around)) => {
                let value = around.get(self.document.root()).ok_or(Refusal::NotABox)?;
                let lists = flow::view::possible_child_lists(around, value);
                let list = lists.into_iter().next().ok_or(Refusal::NotABox)?.pointer;
                Edit::InsertTask { list, index: usize::MAX, name, task }
            }
            (InsertPlace::After, None, _) => {
                Edit::InsertTask { list: Pointer::root().child("do"), index: usize::MAX, name, task }
            }
            (InsertPlace::Before, None, _) => {
                Edit::InsertTask { list: Pointer::root().child("do"), index: 0, name, task }
            }
            (InsertPlace::Branch | InsertPlace::Inside, _, None) => return Err(Refusal::NothingSelected),
        })
    }
}

/// The list that a task stands in, and its index there.
pub(super) fn place_of(task: &Pointer) -> Option<(Pointer, usize)> {
    let entry = task.parent()?;
    Some((entry.parent()?, entry.last()?.parse().ok()?))
}
