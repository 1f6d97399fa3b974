//! Browser pointers as inputs: one finger or the mouse is a gesture, two fingers pinch.

use canvas::{Input, Modifiers, Point, PointerButton};
use leptos::ev;

/// What touches the canvas.
#[derive(Clone, Debug, Default)]
pub(super) struct Touches {
    /// Pointers that are down, with where they are.
    down: Vec<(i32, Point)>,
    /// The space key is held: a drag pans.
    pub(super) space: bool,
}

impl Touches {
    pub(super) fn pressed(&mut self, event: &ev::PointerEvent, position: Point) -> Vec<Input> {
        self.down.retain(|(id, _)| *id != event.pointer_id());
        self.down.push((event.pointer_id(), position));
        match self.down.len() {
            1 => {
                vec![Input::PointerDown { position, button: button(event), modifiers: self.modifiers(event) }]
            }
            // The second finger turns whatever the first began into a pinch.
            2 => vec![Input::PointerCancelled],
            _ => Vec::new(),
        }
    }

    pub(super) fn moved(&mut self, event: &ev::PointerEvent, position: Point) -> Vec<Input> {
        let before = self.down.clone();
        if let Some(own) = self.down.iter_mut().find(|(id, _)| *id == event.pointer_id()) {
            own.1 = position;
        }
        match (before.as_slice(), self.down.as_slice()) {
            ([_], [_]) => vec![Input::PointerMoved { position, modifiers: self.modifiers(event) }],
            ([(_, first), (_, second)], [(_, left), (_, right)]) => pinch((*first, *second), (*left, *right)),
            _ => Vec::new(),
        }
    }

    pub(super) fn released(&mut self, event: &ev::PointerEvent, position: Point) -> Vec<Input> {
        let before = self.down.len();
        self.down.retain(|(id, _)| *id != event.pointer_id());
        if before == 1 && self.down.is_empty() {
            vec![Input::PointerUp { position, modifiers: self.modifiers(event) }]
        } else {
            Vec::new()
        }
    }

    fn modifiers(&self, event: &ev::PointerEvent) -> Modifiers {
        Modifiers { alt: event.alt_key(), space: self.space, shift: event.shift_key() }
    }

    pub(super) fn lost(&mut self, event: &ev::PointerEvent) -> Vec<Input> {
        let was_down = self.down.iter().any(|(id, _)| *id == event.pointer_id());
        self.down.retain(|(id, _)| *id != event.pointer_id());
        if was_down { vec![Input::PointerCancelled] } else { Vec::new() }
    }
}

/// The middle between the fingers pans, their distance zooms.
fn pinch(before: (Point, Point), after: (Point, Point)) -> Vec<Input> {
    let middle =
        |(left, right): (Point, Point)| Point { x: (left.x + right.x) / 2.0, y: (left.y + right.y) / 2.0 };
    let (from, to) = (middle(before), middle(after));
    let pan = Input::Wheel { position: to, delta: Point { x: from.x - to.x, y: from.y - to.y }, zoom: false };
    let factor = after.0.distance(after.1) / before.0.distance(before.1).max(1.0);
    // What the session makes of a wheel: `exp(-0.002 y)`.
    let zoom =
        Input::Wheel { position: to, delta: Point { x: 0.0, y: -factor.max(0.01).ln() / 0.002 }, zoom: true };
    vec![pan, zoom]
}

pub(super) fn wheel(event: &ev::WheelEvent, position: Point) -> Input {
    // Firefox counts lines.
    let unit = if event.delta_mode() == ev::WheelEvent::DOM_DELTA_LINE { 33.0 } else { 1.0 };
    let zoom = event.ctrl_key() || event.meta_key();
    let (mut x, mut y) = (event.delta_x() * unit, event.delta_y() * unit);
    if event.shift_key() && !zoom && x == 0.0 {
        (x, y) = (y, 0.0);
    }
    Input::Wheel { position, delta: Point { x, y }, zoom }
}

fn button(event: &ev::PointerEvent) -> PointerButton {
    match event.button() {
        1 => PointerButton::Middle,
        2 => PointerButton::Secondary,
        _ if event.pointer_type() == "touch" => PointerButton::Touch,
        _ => PointerButton::Primary,
    }
}
