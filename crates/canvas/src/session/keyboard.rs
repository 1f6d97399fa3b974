//! Inputs that need no pointer, and the dispatch of all.

use flow::{
    Pointer, TaskKind,
    edit::{Edit, Side},
    view::possible_child_lists,
};

use super::{Act, Announcement, Effects, Input, Refusal, Session, shift::Way};
use crate::{Direction, NodeKind, NodeShape, Point, Size};

impl Session {
    pub(super) fn take(&mut self, input: Input, effects: &mut Effects) -> Result<(), Refusal> {
        match input {
            Input::PointerDown { position, button, modifiers } => {
                self.pointer_down(position, button, modifiers, effects);
            }
            Input::PointerMoved { position, modifiers } => self.pointer_moved(position, modifiers, effects),
            Input::PointerUp { position, modifiers } => {
                return self.pointer_up(position, modifiers, effects);
            }
            Input::PointerCancelled | Input::PaletteDragCancelled => {
                self.cancel_gesture(effects);
            }
            Input::Wheel { position, delta, zoom } => self.wheel(position, delta, zoom),
            Input::Do { act } => return self.act(act, effects),
            Input::PaletteDragStarted { name, task } => self.palette_started(name, task, effects),
            Input::PaletteDragMoved { position } => self.palette_moved(position, effects),
            Input::PaletteDropped { position } => return self.palette_dropped(position, effects),
            Input::InsertFromPalette { name, task, place } => {
                return self.insert(name, task, place, effects);
            }
            Input::Rename { task, name } => {
                return self.commit(&Edit::RenameTask { task, name }, effects);
            }
            Input::SetMember { at, value } => {
                let edit = Edit::SetMember { at: at.clone(), value };
                return self.commit_field(&at, &edit, effects);
            }
            Input::RemoveMember { at } => {
                return self.commit_field(&at.clone(), &Edit::RemoveMember { at }, effects);
            }
            Input::FieldVisitEnded => self.end_visit(),
            Input::ReplaceDocument { root } => {
                return self.commit_field(&Pointer::root(), &Edit::ReplaceDocument { root }, effects);
            }
            Input::Edit { edit } => return self.commit(&edit, effects),
            Input::ToggleSelected { task } => {
                if let Some(task) = self.shown_task(&task) {
                    self.toggle_selected(task);
                }
            }
            Input::Wrap { kind } => return self.wrap_selected(kind, effects),
            Input::Paste { text } => return self.paste(&text, effects),
            Input::Tick { milliseconds } => self.tick(milliseconds, effects),
            Input::Select { pointer } => self.show(pointer, effects),
            Input::ToggleCollapsed { task } => return self.toggle_collapsed(task, effects),
            Input::SetDirection { direction } => {
                self.cancel_gesture(effects);
                self.options.direction = direction;
                self.refresh(effects);
                self.viewport = self.viewport.home(self.scene.bounds, self.scene.start);
                self.reveal_selection();
            }
            Input::Resized { size } => self.resize(size),
            Input::Fit => self.viewport = self.viewport.fitted(self.scene.bounds),
            Input::FitSelection => {
                let area = self.selected_area().ok_or(Refusal::NothingSelected)?;
                self.viewport = self.viewport.fitted(area);
            }
            Input::CenterOn { at } => {
                let to = self.viewport.to_screen(at);
                let middle = self.middle();
                self.viewport = self.viewport.panned(Point { x: middle.x - to.x, y: middle.y - to.y });
            }
            Input::ZoomBy { factor } => self.viewport = self.viewport.zoomed_at(self.middle(), factor),
            Input::ZoomTo { zoom } => {
                self.viewport = self.viewport.zoomed_at(self.middle(), zoom / self.viewport.zoom);
            }
        }
        Ok(())
    }

    fn act(&mut self, act: Act, effects: &mut Effects) -> Result<(), Refusal> {
        match act {
            Act::Delete | Act::Cut => return self.delete_selected(effects),
            Act::Unwrap => return self.unwrap_selected(effects),
            Act::SelectAll => {
                self.select_all();
                effects.announce(Announcement::Selected { count: self.selected_count() });
            }
            Act::ExtendEarlier => self.extend(Step::Previous, effects),
            Act::ExtendLater => self.extend(Step::Next, effects),
            Act::Undo => return self.undo(effects),
            Act::Redo => return self.redo(effects),
            Act::Escape => {
                if self.cancel_gesture(effects) {
                } else if self.bail_visit(effects) {
                    effects.announce(Announcement::Cancelled);
                } else {
                    self.select(None);
                }
            }
            Act::Duplicate => return self.duplicate_selected(effects),
            Act::Up | Act::Down | Act::Left | Act::Right | Act::First | Act::Last => self.walk(act),
            Act::MoveEarlier => return self.shift(Way::Earlier, effects),
            Act::MoveLater => return self.shift(Way::Later, effects),
            Act::MoveIn => return self.shift(Way::In, effects),
            Act::MoveOut => return self.shift(Way::Out, effects),
            Act::ToggleDisabled => return self.toggle_disabled(effects),
            Act::ToggleCollapsed => {
                let task = self.selected()?;
                return self.toggle_collapsed(task, effects);
            }
        }
        Ok(())
    }

    fn selected(&self) -> Result<Pointer, Refusal> {
        self.selection.lead.clone().ok_or(Refusal::NothingSelected)
    }

    /// Selects what `pointer` names or stands in, opens the boxes around it, and brings it into view.
    fn show(&mut self, pointer: Option<Pointer>, effects: &mut Effects) {
        let Some(pointer) = pointer else { return self.select(None) };
        let root = self.document.root();
        let hides = |task: &Pointer| {
            let lists = task.get(root).map(|value| possible_child_lists(task, value)).unwrap_or_default();
            lists.iter().any(|list| pointer.is_within(&list.pointer))
        };
        let around: Vec<Pointer> =
            self.options.collapsed.iter().filter(|task| hides(task)).cloned().collect();
        if !around.is_empty() {
            self.cancel_gesture(effects);
            self.options.collapsed.retain(|task| !around.contains(task));
            self.refresh(effects);
        }
        self.select(self.shown_task(&pointer));
        self.reveal_selection();
    }

    fn toggle_collapsed(&mut self, task: Pointer, effects: &mut Effects) -> Result<(), Refusal> {
        let name = task.last().unwrap_or_default();
        self.cancel_gesture(effects);
        if self.options.collapsed.remove(&task) {
            effects.announce(Announcement::Expanded { name });
        } else {
            let node = self.scene.node(&task).ok_or(Refusal::NotABox)?;
            if node.shape != NodeShape::Box {
                return Err(Refusal::NotABox);
            }
            self.options.collapsed.insert(task);
            effects.announce(Announcement::Collapsed { name });
        }
        self.refresh(effects);
        Ok(())
    }

    /// Along the flow to the next task as it reads (into boxes, and out of them); across it to the branch beside,
    /// from the tried tasks to those that catch, into a box or out of it.
    fn walk(&mut self, act: Act) {
        let along = match (act, self.options.direction) {
            (Act::First, _) => Step::First,
            (Act::Last, _) => Step::Last,
            (Act::Down, Direction::TopDown) | (Act::Right, Direction::LeftRight) => Step::Next,
            (Act::Up, Direction::TopDown) | (Act::Left, Direction::LeftRight) => Step::Previous,
            (Act::Left, Direction::TopDown) | (Act::Up, Direction::LeftRight) => Step::Across(Side::Before),
            _ => Step::Across(Side::After),
        };
        let found = match (along, self.lead_node()) {
            (Step::First, _) | (Step::Next | Step::Previous | Step::Across(_), None) => self.task_from(0),
            (Step::Last, _) => self.task_before(self.scene.nodes.len()),
            (Step::Next, Some(node)) => self.task_from(node + 1),
            (Step::Previous, Some(node)) => self.task_before(node),
            (Step::Across(side), Some(node)) => self.across(node, side),
        };
        if let Some(node) = found.and_then(|node| self.scene.nodes.get(node)) {
            self.select(Some(node.pointer.clone()));
            self.reveal_selection();
        }
    }

    /// Takes the next task along the flow in, or the leading one out where the next is in already.
    fn extend(&mut self, step: Step, effects: &mut Effects) {
        let Some(lead) = self.lead_node() else {
            return self.walk(Act::First);
        };
        let next = match step {
            Step::Previous => self.task_before(lead),
            _ => self.task_from(lead + 1),
        };
        let Some(next) = next.and_then(|next| self.scene.nodes.get(next)).map(|node| node.pointer.clone())
        else {
            return;
        };
        let selection = self.selection.clone();
        let selection = match (selection.marked.contains(&next), selection.lead.clone()) {
            (true, Some(lead)) => {
                super::selection::Selection { lead: Some(next), ..selection.without(&lead) }
            }
            _ => selection.with(next),
        };
        self.set_selection(selection);
        self.reveal_selection();
        effects.announce(Announcement::Selected { count: self.selected_count() });
    }

    fn lead_node(&self) -> Option<usize> {
        self.selection.lead.as_ref().and_then(|lead| self.scene.find(lead))
    }

    fn across(&self, from: usize, side: Side) -> Option<usize> {
        let nodes = &self.scene.nodes;
        let mut child = from;
        while let Some(parent) = nodes.get(child)?.parent {
            let mut siblings = (0..nodes.len()).filter(|index| nodes[*index].parent == Some(parent));
            let found = match nodes.get(parent)?.kind {
                NodeKind::Task(Some(TaskKind::Fork)) => match side {
                    Side::Before => siblings.take_while(|index| *index < child).last(),
                    Side::After => siblings.find(|index| *index > child),
                },
                NodeKind::Task(Some(TaskKind::Try)) => {
                    let lane = nodes.get(child)?.kind == NodeKind::CatchLane;
                    match side {
                        Side::Before if lane => siblings.find(|index| *index < child),
                        Side::After if !lane => siblings
                            .find(|index| nodes[*index].kind == NodeKind::CatchLane)
                            .and_then(|lane| nodes.iter().position(|node| node.parent == Some(lane))),
                        Side::Before | Side::After => None,
                    }
                }
                _ => None,
            };
            if found.is_some() {
                return found;
            }
            child = parent;
        }
        match side {
            Side::Before => self.enclosing_task(from),
            Side::After => nodes.iter().position(|node| node.parent == Some(from)),
        }
    }

    fn enclosing_task(&self, node: usize) -> Option<usize> {
        let parent = self.scene.nodes.get(node)?.parent?;
        let task = self.scene.task_of(parent)?;
        self.scene.find(&task.pointer)
    }

    fn task_from(&self, start: usize) -> Option<usize> {
        let nodes = self.scene.nodes.get(start..)?;
        nodes.iter().position(|node| matches!(node.kind, NodeKind::Task(_))).map(|offset| start + offset)
    }

    fn task_before(&self, end: usize) -> Option<usize> {
        self.scene.nodes.get(..end)?.iter().rposition(|node| matches!(node.kind, NodeKind::Task(_)))
    }

    fn wheel(&mut self, position: Point, delta: Point, zoom: bool) {
        self.viewport = if zoom {
            // A notch of a wheel is about 100: a fifth larger or smaller.
            self.viewport.zoomed_at(position, (-delta.y * 0.002).clamp(-0.7, 0.7).exp())
        } else {
            self.viewport.panned(Point { x: -delta.x, y: -delta.y })
        };
    }

    fn resize(&mut self, size: Size) {
        let sound = |length: f64| if length.is_finite() { length.max(0.0) } else { 0.0 };
        let size = Size { width: sound(size.width), height: sound(size.height) };
        let first = self.viewport.size == Size::default();
        self.viewport.size = size;
        if first && size != Size::default() {
            self.viewport = self.viewport.home(self.scene.bounds, self.scene.start);
        }
    }

    fn middle(&self) -> Point {
        Point { x: self.viewport.size.width / 2.0, y: self.viewport.size.height / 2.0 }
    }
}

#[derive(Clone, Copy)]
enum Step {
    First,
    Last,
    Next,
    Previous,
    Across(Side),
}
