//! What the pointer is doing: one small state per gesture.
//!
//! No gesture changes the document before it ends, so giving one up is forgetting it; only a pan has to put
//! back what it moved.

use flow::Pointer;
use serde_json::Value;

use super::{Announcement, DropPreview, Effect, Effects, Modifiers, PointerButton, Refusal, Session};
use crate::{Hit, NodeZone, Point, Viewport};

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
    Dragging {
        task: Pointer,
        preview: DropPreview,
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
    /// A card or header: moving drags it.
    Task { task: Pointer },
    /// The canvas or the inside of a box: moving pans, letting go selects the box or nothing.
    Ground { select: Option<Pointer> },
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
    PaletteDragging,
}

impl Gesture {
    pub(super) fn kind(&self) -> GestureKind {
        match self {
            Self::Idle => GestureKind::Idle,
            Self::Pressed { .. } => GestureKind::Pressed,
            Self::Panning { .. } => GestureKind::Panning,
            Self::Dragging { .. } => GestureKind::Dragging,
            Self::Palette { .. } => GestureKind::PaletteDragging,
        }
    }

    pub(super) fn preview(&self) -> Option<&DropPreview> {
        match self {
            Self::Dragging { preview, .. } => Some(preview),
            Self::Palette { preview, .. } => preview.as_ref(),
            Self::Idle | Self::Pressed { .. } | Self::Panning { .. } => None,
        }
    }

    pub(super) fn dragged(&self) -> Option<&Pointer> {
        match self {
            Self::Dragging { task, .. } => Some(task),
            _ => None,
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
        let (task, grabbed) = self.task_under(position);
        let press = match button {
            PointerButton::Middle => Press::Pan,
            PointerButton::Primary if modifiers.space => Press::Pan,
            PointerButton::Secondary => {
                self.select(task);
                return;
            }
            PointerButton::Primary => match task {
                Some(task) if grabbed => {
                    self.select(Some(task.clone()));
                    Press::Task { task }
                }
                select => Press::Ground { select },
            },
        };
        self.gesture = Gesture::Pressed { from: position, press };
    }

    pub(super) fn pointer_moved(&mut self, position: Point, modifiers: Modifiers, effects: &mut Effects) {
        if !position.is_sound() {
            return;
        }
        match std::mem::replace(&mut self.gesture, Gesture::Idle) {
            Gesture::Pressed { from, press } if position.distance(from) > THRESHOLD => match press {
                Press::Task { task } => self.drag(task, position, modifiers, effects),
                Press::Ground { .. } | Press::Pan => self.pan(from, self.viewport, position),
            },
            Gesture::Panning { from, before } => self.pan(from, before, position),
            Gesture::Dragging { task, .. } => self.drag(task, position, modifiers, effects),
            gesture @ (Gesture::Idle | Gesture::Pressed { .. } | Gesture::Palette { .. }) => {
                self.gesture = gesture;
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
        match std::mem::replace(&mut self.gesture, Gesture::Idle) {
            Gesture::Pressed { press: Press::Ground { select }, .. } => {
                self.select(select);
                Ok(())
            }
            Gesture::Dragging { task, preview } => {
                effects.push(Effect::PreviewChanged);
                match preview.target {
                    Some(target) => self.drop_task(task, preview.copy, target, effects),
                    None => Err(preview.refusal.unwrap_or(Refusal::NoPlace)),
                }
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
        let moved = self.preview_at(position, name.clone(), None, false);
        if let Gesture::Palette { preview, .. } = &mut self.gesture {
            *preview = Some(moved);
            effects.push(Effect::PreviewChanged);
        }
    }

    pub(super) fn palette_dropped(&mut self, position: Point, effects: &mut Effects) -> Result<(), Refusal> {
        self.palette_moved(position, effects);
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
        match std::mem::replace(&mut self.gesture, Gesture::Idle) {
            Gesture::Idle | Gesture::Pressed { .. } => return false,
            Gesture::Panning { before, .. } => {
                self.viewport = Viewport { size: self.viewport.size, ..before };
            }
            Gesture::Dragging { .. } | Gesture::Palette { .. } => effects.push(Effect::PreviewChanged),
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

    fn drag(&mut self, task: Pointer, position: Point, modifiers: Modifiers, effects: &mut Effects) {
        let preview = self.preview_at(position, task.last().unwrap_or_default(), Some(&task), modifiers.alt);
        self.gesture = Gesture::Dragging { task, preview };
        effects.push(Effect::PreviewChanged);
    }

    fn pan(&mut self, from: Point, before: Viewport, position: Point) {
        let by = Point { x: position.x - from.x, y: position.y - from.y };
        // The canvas may have been resized meanwhile.
        self.viewport = Viewport { size: self.viewport.size, ..before.panned(by) };
        self.gesture = Gesture::Panning { from, before };
    }
}
