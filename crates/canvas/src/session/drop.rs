//! Where a drag would end: the nearest gap, or the side of a task.

use flow::{
    Pointer,
    edit::{Edit, EditError, Side, WrapKind},
};
use serde_json::Value;

use super::{Announcement, Effects, Refusal, Session, change::place_of, several::Done};
use crate::{Direction, Hit, NodeShape, NodeZone, Point, Rect, sizes};

/// A gap takes a task from this far, in screen pixels.
const REACH: f64 = 56.0;

/// What a drag would do if it ended now.
#[derive(Clone, Debug, PartialEq)]
pub struct DropPreview {
    /// The name of what is dragged; empty where it is several tasks.
    pub title: String,
    /// How many tasks are dragged.
    pub count: usize,
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
        dragged: &[Pointer],
        copy: bool,
    ) -> DropPreview {
        let at = self.viewport.to_scene(screen);
        let aimed = self.aim(at, dragged);
        let (target, refusal) = match aimed {
            Ok(target) => (Some(target), None),
            Err(refusal) => (None, Some(refusal)),
        };
        DropPreview { title, count: dragged.len().max(1), at, copy, target, refusal }
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

    /// Moves or copies tasks to where the preview says, as one step.
    pub(super) fn drop_tasks(
        &mut self,
        tasks: Vec<Pointer>,
        copy: bool,
        target: DropTarget,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let count = tasks.len();
        let dropped = self.one_step(effects, |session| match target {
            DropTarget::Gap { list, index, .. } => session.put(tasks, list, index, copy),
            DropTarget::Branch { task: beside, side, .. } => session.put_beside(tasks, beside, side, copy),
        })?;
        match dropped.as_deref() {
            None => {}
            Some([task]) => {
                let name = task.last().unwrap_or_default();
                effects.announce(if copy {
                    Announcement::Copied { name }
                } else {
                    Announcement::Moved { name }
                });
            }
            Some(_) if copy => effects.announce(Announcement::InsertedSeveral { count }),
            Some(_) => effects.announce(Announcement::MovedSeveral { count }),
        }
        Ok(())
    }

    fn put(&mut self, tasks: Vec<Pointer>, list: Pointer, index: usize, copy: bool) -> Result<Done, Refusal> {
        if copy { self.copy_all(&tasks, list, index) } else { self.move_all(tasks, list, index) }
    }

    /// A branch beside a task that stands in no fork needs the fork first.
    fn put_beside(
        &mut self,
        mut tasks: Vec<Pointer>,
        beside: Pointer,
        side: Side,
        copy: bool,
    ) -> Result<Done, Refusal> {
        let offset = usize::from(side == Side::After);
        if let Some((list, index)) = self.branch_place(&beside) {
            return self.put(tasks, list, index + offset, copy);
        }
        let wrap = Edit::WrapTasks { tasks: vec![beside], kind: WrapKind::Fork };
        let mut wrapped = Done::default();
        let fork = self.step(&wrap, &mut wrapped, &mut tasks)?.ok_or(Refusal::OutOfStep)?;
        let mut done = self.put(tasks, fork.child("fork").child("branches"), offset, copy)?;
        done.warnings.splice(0..0, wrapped.warnings);
        Ok(done)
    }

    /// The list and index of a task that is a branch of a fork.
    fn branch_place(&self, task: &Pointer) -> Option<(Pointer, usize)> {
        let parent = self.scene.node(task)?.parent.and_then(|parent| self.scene.nodes.get(parent))?;
        let place = place_of(task)?;
        (place.0 == parent.pointer.child("fork").child("branches")).then_some(place)
    }

    fn aim(&self, at: Point, dragged: &[Pointer]) -> Result<DropTarget, Refusal> {
        let inside = |pointer: &Pointer| dragged.iter().any(|dragged| pointer.is_within(dragged));
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
        let area = Rect { x: at.x, y: at.y, width: 0.0, height: 0.0 }.grown(reach + 1.0);
        for index in self.scene.gaps_in(&area) {
            let gap = &self.scene.gaps[index];
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
