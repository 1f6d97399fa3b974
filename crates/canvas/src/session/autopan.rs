//! The canvas moves under a held pointer near its edges, the faster the nearer.

use super::{Effects, Session};
use crate::Point;

/// So near to an edge it begins, in screen pixels.
const EDGE: f64 = 44.0;

/// So far outside the pointer is somewhere else: over the palette, say.
const OUTSIDE: f64 = 80.0;

/// At the very edge it moves so far, in screen pixels a second.
const SPEED: f64 = 900.0;

impl Session {
    /// Whether the shell shall send [`Input::Tick`](super::Input::Tick) with every frame now.
    pub fn pans_by_itself(&self) -> bool {
        self.drift().is_some()
    }

    pub(super) fn tick(&mut self, milliseconds: f64, effects: &mut Effects) {
        let (Some(drift), Some((position, modifiers))) = (self.drift(), self.held) else { return };
        // A frame that took long, because the tab slept, must not throw the canvas away.
        let seconds = if milliseconds.is_finite() { milliseconds.clamp(0.0, 100.0) / 1000.0 } else { 0.0 };
        self.viewport = self.viewport.panned(Point { x: drift.x * seconds, y: drift.y * seconds });
        self.hold_at(position, modifiers, effects);
    }

    /// Where the canvas moves, in screen pixels a second.
    fn drift(&self) -> Option<Point> {
        let (position, _) = self.held.filter(|_| self.gesture.drags())?;
        let size = self.viewport.size;
        let near = |at: f64, length: f64| (-OUTSIDE..=length + OUTSIDE).contains(&at);
        if !near(position.x, size.width) || !near(position.y, size.height) {
            return None;
        }
        let along = |at: f64, length: f64| {
            // On a canvas hardly wider than its edges there is nowhere to hold still.
            let edge = EDGE.min(length / 4.0);
            let low = ((edge - at) / edge).clamp(0.0, 1.0);
            let high = ((at - (length - edge)) / edge).clamp(0.0, 1.0);
            (low - high) * SPEED
        };
        let drift = Point { x: along(position.x, size.width), y: along(position.y, size.height) };
        (drift.is_sound() && drift != Point::default()).then_some(drift)
    }
}
