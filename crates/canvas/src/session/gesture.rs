//! What the pointer is doing: one small state per gesture.
//!
//! No gesture changes the document before it ends, so giving one up is forgetting it; only a pan has to put
//! back what it moved.

use flow::Pointer;
use serde_json::Value;

use super::{
    Announcement, Connection, DropPreview, Effect, Effects, Modifiers, PointerButton, Refusal, Session,
    selection::Selection,
};
use crate::{Hit, NodeZone, Point, Rect, Viewport};

/// A press becomes a drag after so many screen pixels.
const THRESHOLD: f64 = 4.0;

#[derive(Clone, Debug)]
pub(super) enum Gesture {
    Idle,
    /// The button is down, and did not move far yet.
    Pressed {
        from: Point,
        press: Press,
    },
    Panning {
        from: Point,
        before: Viewport,
    },
    /// The outermost selected tasks are on their way.
    Dragging {
        tasks: Vec<Pointer>,
        preview: DropPreview,
    },
    /// A line goes from a port to the pointer.
    Connecting {
        connection: Connection,
    },
    /// A rectangle is drawn around tasks; they are selected while it grows.
    Marquee {
        /// The first corner, in the scene: the canvas may move meanwhile.
        from: Point,
        to: Point,
        /// The selection that it began with, and whether it is kept.
        before: Selection,
        adding: bool,
    },
    Palette {
        name: String,
        task: Value,
        preview: Option<DropPreview>,
    },
}

/// What was pressed.
#[derive(Clone, Debug)]
pub(super) enum Press {
    /// A card or header: moving drags it, with all that is selected. Letting go of one of several selects it alone.
    Task { task: Pointer, alone: bool },
    /// The port of a task: moving draws a line.
    Port { task: Pointer },
    /// The canvas or the inside of a box: moving draws a marquee, or pans where `pans`; letting go selects the box or
    /// nothing, unless it adds.
    Ground { select: Option<Pointer>, pans: bool, adding: bool },
    /// Nothing happens on letting go.
    Pan,
}

/// The gesture under way, for cursors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GestureKind {
    Idle,
    Pressed,
    Panning,
    Dragging,
    Connecting,
    Marquee,
    PaletteDragging,
}

impl Gesture {
    pub(super) fn kind(&self) -> GestureKind {
        match self {
            Self::Idle => GestureKind::Idle,
            Self::Pressed { .. } => GestureKind::Pressed,
            Self::Panning { .. } => GestureKind::Panning,
            Self::Dragging { .. } => GestureKind::Dragging,
            Self::Connecting { .. } => GestureKind::Connecting,
            Self::Marquee { .. } => GestureKind::Marquee,
            Self::Palette { .. } => GestureKind::PaletteDragging,
        }
    }

    pub(super) fn preview(&self) -> Option<&DropPreview> {
        match self {
            Self::Dragging { preview, .. } => Some(preview),
            Self::Palette { preview, .. } => preview.as_ref(),
            Self::Idle
            | Self::Pressed { .. }
            | Self::Panning { .. }
            | Self::Connecting { .. }
            | Self::Marquee { .. } => None,
        }
    }

    pub(super) fn dragged(&self) -> &[Pointer] {
        match self {
            Self::Dragging { tasks, .. } => tasks,
            _ => &[],
        }
    }

    pub(super) fn connection(&self) -> Option<&Connection> {
        match self {
            Self::Connecting { connection } => Some(connection),
            _ => None,
        }
    }

    pub(super) fn marquee(&self) -> Option<Rect> {
        match self {
            Self::Marquee { from, to, .. } => Some(Rect::spanned(*from, *to)),
            _ => None,
        }
    }

    /// Whether the pointer holds something that may have to go further than the canvas shows.
    pub(super) fn drags(&self) -> bool {
        match self {
            Self::Dragging { .. } | Self::Connecting { .. } | Self::Marquee { .. } | Self::Palette { .. } => {
                true
            }
            Self::Idle | Self::Pressed { .. } | Self::Panning { .. } => false,
        }
    }
}

impl Session {
    pub(super) fn pointer_down(
        &mut self,
        position: Point,
        button: PointerButton,
        modifiers: Modifiers,
        effects: &mut Effects,
    ) {
        if !position.is_sound() {
            return;
        }
        self.cancel_gesture(effects);
        self.held = Some((position, modifiers));
        let (task, grabbed) = self.task_under(position);
        let touch = button == PointerButton::Touch;
        let press = match button {
            PointerButton::Middle => Press::Pan,
            PointerButton::Primary | PointerButton::Touch if modifiers.space => Press::Pan,
            PointerButton::Secondary => {
                if task.as_ref().is_none_or(|task| !self.is_selected(task)) {
                    self.select(task);
                }
                return;
            }
            PointerButton::Primary | PointerButton::Touch => match (self.port_under(position), task) {
                (Some(task), _) => Press::Port { task },
                (None, Some(task)) if grabbed && modifiers.shift => {
                    self.toggle_selected(task);
                    return;
                }
                (None, Some(task)) if grabbed => {
                    let alone = self.is_selected(&task);
                    if !alone {
                        self.select(Some(task.clone()));
                    }
                    Press::Task { task, alone }
                }
                (None, select) => Press::Ground { select, pans: touch, adding: modifiers.shift },
            },
        };
        self.gesture = Gesture::Pressed { from: position, press };
    }

    pub(super) fn pointer_moved(&mut self, position: Point, modifiers: Modifiers, effects: &mut Effects) {
        if !position.is_sound() {
            return;
        }
        self.held = Some((position, modifiers));
        match std::mem::replace(&mut self.gesture, Gesture::Idle) {
            Gesture::Pressed { from, press } if position.distance(from) > THRESHOLD => match press {
                Press::Task { .. } => {
                    let tasks = self.outermost();
                    self.drag(tasks, position, modifiers, effects);
                }
                Press::Port { task } => self.draw_line(task, position, effects),
                Press::Ground { pans: false, adding, .. } => {
                    let from = self.viewport.to_scene(from);
                    let before = self.selection.clone();
                    self.draw_marquee(from, position, before, adding, effects);
                }
                Press::Ground { pans: true, .. } | Press::Pan => self.pan(from, self.viewport, position),
            },
            Gesture::Panning { from, before } => self.pan(from, before, position),
            gesture => {
                self.gesture = gesture;
                self.hold_at(position, modifiers, effects);
            }
        }
    }

    /// Works out anew what a held pointer would do: it moved, or the canvas moved under it.
    pub(super) fn hold_at(&mut self, position: Point, modifiers: Modifiers, effects: &mut Effects) {
        match std::mem::replace(&mut self.gesture, Gesture::Idle) {
            Gesture::Dragging { tasks, .. } => self.drag(tasks, position, modifiers, effects),
            Gesture::Connecting { connection } => self.draw_line(connection.task, position, effects),
            Gesture::Marquee { from, before, adding, .. } => {
                self.draw_marquee(from, position, before, adding, effects);
            }
            gesture @ Gesture::Palette { .. } => {
                self.gesture = gesture;
                self.palette_moved(position, effects);
            }
            gesture @ (Gesture::Idle | Gesture::Pressed { .. } | Gesture::Panning { .. }) => {
                self.gesture = gesture
            }
        }
    }

    pub(super) fn pointer_up(
        &mut self,
        position: Point,
        modifiers: Modifiers,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        self.pointer_moved(position, modifiers, effects);
        if !matches!(self.gesture, Gesture::Palette { .. }) {
            self.held = None;
        }
        match std::mem::replace(&mut self.gesture, Gesture::Idle) {
            Gesture::Pressed { press: Press::Ground { select, adding, .. }, .. } => {
                match (select, adding) {
                    (Some(task), true) => self.toggle_selected(task),
                    (None, true) => {}
                    (select, false) => self.select(select),
                }
                Ok(())
            }
            Gesture::Pressed { press: Press::Task { task, alone: true }, .. } => {
                self.select(Some(task));
                Ok(())
            }
            Gesture::Dragging { tasks, preview } => {
                effects.push(Effect::PreviewChanged);
                match preview.target {
                    Some(target) => self.drop_tasks(tasks, preview.copy, target, effects),
                    None => Err(preview.refusal.unwrap_or(Refusal::NoPlace)),
                }
            }
            Gesture::Connecting { connection } => {
                effects.push(Effect::PreviewChanged);
                self.connect(connection, effects)
            }
            Gesture::Marquee { .. } => {
                effects.push(Effect::PreviewChanged);
                effects.announce(Announcement::Selected { count: self.selected_count() });
                Ok(())
            }
            palette @ Gesture::Palette { .. } => {
                self.gesture = palette;
                Ok(())
            }
            Gesture::Idle | Gesture::Pressed { .. } | Gesture::Panning { .. } => Ok(()),
        }
    }

    pub(super) fn palette_started(&mut self, name: String, task: Value, effects: &mut Effects) {
        self.cancel_gesture(effects);
        self.gesture = Gesture::Palette { name, task, preview: None };
    }

    pub(super) fn palette_moved(&mut self, position: Point, effects: &mut Effects) {
        let Gesture::Palette { name, .. } = &self.gesture else { return };
        self.held = Some((position, Modifiers::default()));
        let moved = self.preview_at(position, name.clone(), &[], false);
        if let Gesture::Palette { preview, .. } = &mut self.gesture {
            *preview = Some(moved);
            effects.push(Effect::PreviewChanged);
        }
    }

    pub(super) fn palette_dropped(&mut self, position: Point, effects: &mut Effects) -> Result<(), Refusal> {
        self.palette_moved(position, effects);
        self.held = None;
        let Gesture::Palette { name, task, preview } = std::mem::replace(&mut self.gesture, Gesture::Idle)
        else {
            return Ok(());
        };
        let Some(preview) = preview else { return Ok(()) };
        match preview.target {
            Some(target) => self.drop_new(name, task, target, effects),
            None => Err(preview.refusal.unwrap_or(Refusal::NoPlace)),
        }
    }

    /// Gives up what the pointer is doing; whether it was more than a press.
    pub(super) fn cancel_gesture(&mut self, effects: &mut Effects) -> bool {
        self.held = None;
        match std::mem::replace(&mut self.gesture, Gesture::Idle) {
            Gesture::Idle | Gesture::Pressed { .. } => return false,
            Gesture::Panning { before, .. } => {
                self.viewport = Viewport { size: self.viewport.size, ..before };
            }
            Gesture::Marquee { before, .. } => {
                self.set_selection(before);
                self.settle_selection();
                effects.push(Effect::PreviewChanged);
            }
            Gesture::Dragging { .. } | Gesture::Connecting { .. } | Gesture::Palette { .. } => {
                effects.push(Effect::PreviewChanged);
            }
        }
        effects.announce(Announcement::Cancelled);
        true
    }

    /// The task at a point of the screen, and whether it can be grabbed there.
    fn task_under(&self, position: Point) -> (Option<Pointer>, bool) {
        match self.scene.hit(self.viewport.to_scene(position)) {
            Hit::Node { node, zone } => {
                let task = self.scene.task_of(node).map(|task| task.pointer.clone());
                (task, zone != NodeZone::Inside)
            }
            Hit::Gap { .. } | Hit::Nothing => (None, false),
        }
    }

    fn drag(&mut self, tasks: Vec<Pointer>, position: Point, modifiers: Modifiers, effects: &mut Effects) {
        let title = match tasks.as_slice() {
            [task] => task.last().unwrap_or_default(),
            // The shell says how many there are.
            _ => String::new(),
        };
        let preview = self.preview_at(position, title, &tasks, modifiers.alt);
        self.gesture = Gesture::Dragging { tasks, preview };
        effects.push(Effect::PreviewChanged);
    }

    fn draw_line(&mut self, task: Pointer, position: Point, effects: &mut Effects) {
        if let Some(connection) = self.connection_at(task, position) {
            self.gesture = Gesture::Connecting { connection };
        }
        effects.push(Effect::PreviewChanged);
    }

    fn draw_marquee(
        &mut self,
        from: Point,
        position: Point,
        before: Selection,
        adding: bool,
        effects: &mut Effects,
    ) {
        let to = self.viewport.to_scene(position);
        let inside = Selection::of(self.tasks_within(Rect::spanned(from, to)));
        let selection = if adding {
            Selection {
                marked: before.marked.union(&inside.marked).cloned().collect(),
                lead: inside.lead.or(before.lead.clone()),
            }
        } else {
            inside
        };
        self.set_selection(selection);
        self.gesture = Gesture::Marquee { from, to, before, adding };
        effects.push(Effect::PreviewChanged);
    }

    fn pan(&mut self, from: Point, before: Viewport, position: Point) {
        let by = Point { x: position.x - from.x, y: position.y - from.y };
        // The canvas may have been resized meanwhile.
        self.viewport = Viewport { size: self.viewport.size, ..before.panned(by) };
        self.gesture = Gesture::Panning { from, before };
    }
}
