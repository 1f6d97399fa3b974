//! Which part of a scene is drawn as elements: what is seen and a margin, so that most moves draw nothing anew.
//!
//! What is seen beyond the window, because the canvas was zoomed out or thrown far, is drawn as a plain picture until
//! the window has followed. Where so much is seen that nobody could read or reach it, the picture is all there is.

use crate::{Rect, Scene, Viewport};

/// So far around what is seen, in screen pixels, elements are drawn ahead.
const AHEAD: f64 = 260.0;

/// A window this many times as large as needed is given up: its elements cost with every zoom.
const TOO_LARGE: f64 = 4.0;

/// More tasks than this are a picture, where their names are too small to be read.
const MANY: usize = 150;
const UNREADABLE: f64 = 0.5;

/// More tasks than this are a picture on any screen.
const TOO_MANY: usize = 600;

/// The part that is drawn as elements.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Window {
    /// In the scene; empty where everything is a picture.
    pub area: Rect,
    /// Everything that is seen is a picture: there is too much of it.
    pub far: bool,
    /// There was something to see before.
    begun: bool,
}

impl Window {
    /// The window for what is seen now. `held` keeps the elements of the last one, while a zoom goes on.
    #[must_use]
    pub fn followed(self, scene: &Scene, viewport: &Viewport, held: bool) -> Self {
        let seen = viewport.visible();
        if seen.width <= 0.0 || seen.height <= 0.0 {
            return Self::default();
        }
        let far = is_far(scene, viewport);
        if held && self.begun {
            return Self { far, ..self };
        }
        if far {
            return Self { area: Rect::default(), far, begun: true };
        }
        let wanted = seen.grown(AHEAD / viewport.zoom);
        let is_close = self.area.width * self.area.height <= wanted.width * wanted.height * TOO_LARGE;
        if self.covers(scene, &seen) && is_close {
            return Self { far, ..self };
        }
        Self { area: wanted, far, begun: true }
    }

    /// Whether everything of the scene that is seen is within the window.
    pub fn covers(&self, scene: &Scene, seen: &Rect) -> bool {
        self.area.encloses(&seen.cut(&scene.bounds))
    }
}

fn is_far(scene: &Scene, viewport: &Viewport) -> bool {
    let limit = if viewport.zoom < UNREADABLE { MANY } else { TOO_MANY };
    // Asking costs what is found; a scene of a few is never far.
    scene.nodes.len() > limit && scene.nodes_in(&viewport.visible()).len() > limit
}

#[cfg(test)]
mod tests {
    use flow::Document;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::{LayoutOptions, Point, Size, layout};

    fn scene(branches: usize, steps: usize) -> Scene {
        let branch = |number: usize| {
            let steps = (0..steps).map(|step| json!({ format!("s{number}-{step}"): { "set": {} } }));
            json!({ format!("b{number}"): { "do": steps.collect::<Value>() } })
        };
        let branches: Value = (0..branches).map(branch).collect();
        let document =
            Document::from_value(json!({ "do": [{ "all": { "fork": { "branches": branches } } }] }));
        layout(&document, &LayoutOptions::default())
    }

    proptest! {
        #[test]
        fn everything_in_sight_is_in_the_window_or_in_the_picture(
            moves in prop::collection::vec((-900.0..900.0, -900.0..900.0, 0.5..2.0, any::<bool>()), 1..40),
        ) {
            let scene = scene(12, 20);
            let size = Size { width: 900.0, height: 700.0 };
            let mut viewport = Viewport { size, ..Viewport::default() };
            let mut window = Window::default().followed(&scene, &viewport, false);
            for (x, y, factor, held) in moves {
                viewport = viewport.panned(Point { x, y }).zoomed_at(Point { x: 450.0, y: 350.0 }, factor);
                let held_before = window;
                window = window.followed(&scene, &viewport, held);
                let seen = viewport.visible();
                if held {
                    prop_assert_eq!(window.area, held_before.area);
                } else if window.far {
                    prop_assert!(scene.nodes_in(&seen).len() > MANY);
                } else {
                    for node in scene.nodes_in(&seen) {
                        prop_assert!(window.area.overlaps(&scene.nodes[node].rect), "node {} is not drawn", node);
                    }
                    prop_assert!(window.covers(&scene, &seen));
                    let elements = scene.nodes_in(&window.area).len();
                    prop_assert!(elements <= TOO_MANY * 4, "{} elements", elements);
                }
            }
        }
    }

    #[test]
    fn small_moves_draw_nothing_anew() {
        let scene = scene(12, 20);
        let size = Size { width: 900.0, height: 700.0 };
        let viewport = Viewport { size, ..Viewport::default() }.panned(Point { x: -1000.0, y: -500.0 });
        let window = Window::default().followed(&scene, &viewport, false);
        for step in 0..30 {
            let moved = viewport.panned(Point { x: f64::from(step) * -8.0, y: f64::from(step) * -4.0 });
            assert_eq!(window.followed(&scene, &moved, false), window, "step {step}");
        }
        let far = viewport.panned(Point { x: -400.0, y: 0.0 });
        assert_ne!(window.followed(&scene, &far, false), window);
    }

    #[test]
    fn a_runbook_that_fits_is_never_a_picture() {
        let scene = scene(3, 30);
        let size = Size { width: 900.0, height: 300.0 };
        let viewport = Viewport { size, ..Viewport::default() }.fitted(scene.bounds);
        assert!(viewport.zoom < UNREADABLE);
        assert!(!Window::default().followed(&scene, &viewport, false).far);
    }
}
