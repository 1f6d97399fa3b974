//! Where a drag would end: the nearest gap, or the side of a task.

use flow::{
    Pointer,
    edit::{Edit, EditError, Side, WrapKind, plan},
};
use serde_json::Value;

use super::{
    Announcement, Effects, Refusal, Session,
    change::{Outcome, place_of},
};
use crate::{Direction, Hit, NodeShape, NodeZone, Point, Rect, sizes};

/// A gap takes a task from this far, in screen pixels.
const REACH: f64 = 56.0;

/// What a drag would do if it ended now.
#[derive(Clone, Debug, PartialEq)]
pub struct DropPreview {
    /// The name of what is dragged.
    pub title: String,
    /// Where the pointer is, in the scene.
    pub at: Point,
    pub copy: bool,
    /// Where it would go.
    pub target: Option<DropTarget>,
    /// Why it would go nowhere.
    pub refusal: Option<Refusal>,
}

/// A place that takes the dragged task.
#[derive(Clone, Debug, PartialEq)]
pub enum DropTarget {
    /// `gap` is an index of [`Scene::gaps`](crate::Scene::gaps).
    Gap { gap: usize, list: Pointer, index: usize, rect: Rect },
    /// The task becomes a parallel branch on this side of `task`; `rect` is the third that was aimed at.
    Branch { task: Pointer, side: Side, rect: Rect },
}

impl DropPreview {
    pub fn is_valid(&self) -> bool {
        self.target.is_some()
    }
}

impl Session {
    pub(super) fn preview_at(
        &self,
        screen: Point,
        title: String,
        dragged: Option<&Pointer>,
        copy: bool,
    ) -> DropPreview {
        let at = self.viewport.to_scene(screen);
        let aimed = self.aim(at, dragged);
        let (target, refusal) = match aimed {
            Ok(target) => (Some(target), None),
            Err(refusal) => (None, Some(refusal)),
        };
        DropPreview { title, at, copy, target, refusal }
    }

    /// Puts a task from the palette where the preview says.
    pub(super) fn drop_new(
        &mut self,
        name: String,
        task: Value,
        target: DropTarget,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let edit = match target {
            DropTarget::Gap { list, index, .. } => Edit::InsertTask { list, index, name, task },
            DropTarget::Branch { task: beside, side, .. } => {
                Edit::AddBranch { task: beside, side, name, value: task }
            }
        };
        self.commit(&edit, effects)
    }

    /// Moves or copies a task to where the preview says, as one step.
    pub(super) fn drop_task(
        &mut self,
        task: Pointer,
        copy: bool,
        target: DropTarget,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        self.end_visit();
        let mark = self.history.mark();
        let revision = self.revision;
        let done = match target {
            DropTarget::Gap { list, index, .. } => self.put(task, list, index, copy),
            DropTarget::Branch { task: beside, side, .. } => self.put_beside(task, beside, side, copy),
        };
        let outcome = match done {
            Ok(outcome) => outcome,
            Err(refusal) => {
                if let Some(diff) = self.history.bail_to_mark(&mut self.document, mark) {
                    self.follow(&diff);
                    self.refresh(effects);
                }
                return Err(refusal);
            }
        };
        self.history.squash_to_mark(mark);
        if self.revision != revision {
            self.refresh(effects);
            effects.warn(outcome.warnings);
            let name = outcome.focus.and_then(|focus| focus.last()).unwrap_or_default();
            effects.announce(if copy { Announcement::Copied { name } } else { Announcement::Moved { name } });
        }
        Ok(())
    }

    fn put(&mut self, task: Pointer, list: Pointer, index: usize, copy: bool) -> Result<Outcome, Refusal> {
        let edit =
            if copy { Edit::CopyTask { task, list, index } } else { Edit::MoveTask { task, list, index } };
        self.make(plan(&self.document, &edit)?)
    }

    /// A branch beside a task that stands in no fork needs the fork first.
    fn put_beside(
        &mut self,
        task: Pointer,
        beside: Pointer,
        side: Side,
        copy: bool,
    ) -> Result<Outcome, Refusal> {
        let offset = usize::from(side == Side::After);
        if let Some((list, index)) = self.branch_place(&beside) {
            return self.put(task, list, index + offset, copy);
        }
        let wrap = plan(&self.document, &Edit::WrapTasks { tasks: vec![beside], kind: WrapKind::Fork })?;
        let task = wrap.follow(&task).ok_or(Refusal::OutOfStep)?;
        let fork = wrap.focus.clone().ok_or(Refusal::OutOfStep)?;
        let mut wrapped = self.make(wrap)?;
        let put = self.put(task, fork.child("fork").child("branches"), offset, copy)?;
        wrapped.warnings.extend(put.warnings);
        Ok(Outcome { focus: put.focus, warnings: wrapped.warnings })
    }

    /// The list and index of a task that is a branch of a fork.
    fn branch_place(&self, task: &Pointer) -> Option<(Pointer, usize)> {
        let parent = self.scene.node(task)?.parent.and_then(|parent| self.scene.nodes.get(parent))?;
        let place = place_of(task)?;
        (place.0 == parent.pointer.child("fork").child("branches")).then_some(place)
    }

    fn aim(&self, at: Point, dragged: Option<&Pointer>) -> Result<DropTarget, Refusal> {
        let inside = |pointer: &Pointer| dragged.is_some_and(|dragged| pointer.is_within(dragged));
        if let Hit::Node { node, zone: NodeZone::Side(side) } = self.scene.hit(at)
            && let Some(node) = self.scene.nodes.get(node)
            && !inside(&node.pointer)
        {
            let area = match node.shape {
                NodeShape::Card => node.rect,
                NodeShape::Box | NodeShape::Lane => Rect { height: sizes::HEADER, ..node.rect },
            };
            let rect = third(area, side, self.options.direction);
            return Ok(DropTarget::Branch { task: node.pointer.clone(), side, rect });
        }
        let reach = REACH / self.viewport.zoom;
        let mut nearest: Option<(f64, usize)> = None;
        let mut refused = false;
        for (index, gap) in self.scene.gaps.iter().enumerate() {
            let distance = gap.rect.distance(at);
            if !distance.is_finite() || distance > reach {
                continue;
            }
            if inside(&gap.list) {
                refused = true;
            } else if nearest.is_none_or(|(least, _)| distance < least) {
                nearest = Some((distance, index));
            }
        }
        let found = nearest.and_then(|(_, gap)| self.scene.gaps.get(gap).map(|found| (gap, found)));
        match found {
            Some((gap, found)) => {
                Ok(DropTarget::Gap { gap, list: found.list.clone(), index: found.index, rect: found.rect })
            }
            None if refused => Err(Refusal::Edit(EditError::IntoItself)),
            None => Err(Refusal::NoPlace),
        }
    }
}

fn third(area: Rect, side: Side, direction: Direction) -> Rect {
    let (width, height) = match direction {
        Direction::TopDown => (area.width / 3.0, area.height),
        Direction::LeftRight => (area.width, area.height / 3.0),
    };
    match side {
        Side::Before => Rect { width, height, ..area },
        Side::After => Rect { x: area.right() - width, y: area.bottom() - height, width, height },
    }
}
