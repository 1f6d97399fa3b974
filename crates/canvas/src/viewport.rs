//! Which part of the scene is seen, and how large.

use crate::{Point, Rect, Size};

/// `screen = scene × zoom + pan`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    pub pan: Point,
    pub zoom: f64,
    pub size: Size,
}

impl Viewport {
    pub const SMALLEST_ZOOM: f64 = 0.05;
    pub const LARGEST_ZOOM: f64 = 3.0;
    /// What is brought into view keeps this distance from the edges, in screen pixels.
    const MARGIN: f64 = 24.0;
    /// The first look never starts smaller than this: names must be readable.
    const READABLE_ZOOM: f64 = 0.7;

    pub fn to_scene(&self, screen: Point) -> Point {
        Point { x: (screen.x - self.pan.x) / self.zoom, y: (screen.y - self.pan.y) / self.zoom }
    }

    pub fn to_screen(&self, scene: Point) -> Point {
        Point { x: scene.x * self.zoom + self.pan.x, y: scene.y * self.zoom + self.pan.y }
    }

    /// The part of the scene that is seen: what is outside need not be drawn.
    pub fn visible(&self) -> Rect {
        let Point { x, y } = self.to_scene(Point::default());
        Rect { x, y, width: self.size.width / self.zoom, height: self.size.height / self.zoom }
    }

    #[must_use]
    pub fn panned(self, by: Point) -> Self {
        if !by.is_sound() {
            return self;
        }
        Self { pan: Point { x: self.pan.x + by.x, y: self.pan.y + by.y }, ..self }
    }

    /// Zooms so that the scene's point under `screen` stays where it is.
    #[must_use]
    pub fn zoomed_at(self, screen: Point, factor: f64) -> Self {
        if !factor.is_finite() || factor <= 0.0 || !screen.is_sound() {
            return self;
        }
        let zoom = (self.zoom * factor).clamp(Self::SMALLEST_ZOOM, Self::LARGEST_ZOOM);
        let fixed = self.to_scene(screen);
        Self { pan: Point { x: screen.x - fixed.x * zoom, y: screen.y - fixed.y * zoom }, zoom, ..self }
    }

    /// Shows the whole scene, centred, never larger than life.
    #[must_use]
    pub fn fitted(self, bounds: Rect) -> Self {
        self.centered(bounds, self.fit_zoom(bounds))
    }

    /// The first look: the whole scene if its names can be read then, else its beginning.
    #[must_use]
    pub fn home(self, bounds: Rect, start: Rect) -> Self {
        let fit = self.fit_zoom(bounds);
        if fit >= Self::READABLE_ZOOM {
            return self.centered(bounds, fit);
        }
        let zoom = Self::READABLE_ZOOM;
        let along = |start: f64, length: f64, bounds: f64, size: f64| {
            if bounds * zoom <= size {
                (size - bounds * zoom) / 2.0
            } else {
                // The start is in the middle, unless that wastes room before the scene.
                (size / 2.0 - (start + length / 2.0) * zoom).min(0.0)
            }
        };
        Self {
            pan: Point {
                x: along(start.x, start.width, bounds.width, self.size.width),
                y: along(start.y, start.height, bounds.height, self.size.height),
            },
            zoom,
            ..self
        }
    }

    /// Moves as little as needed for `rect` to be seen.
    #[must_use]
    pub fn revealing(self, rect: Rect) -> Self {
        let along = |pan: f64, start: f64, length: f64, size: f64| {
            let (low, high) = (start * self.zoom + pan, (start + length) * self.zoom + pan);
            if low < Self::MARGIN || high - low > size - 2.0 * Self::MARGIN {
                pan + Self::MARGIN - low
            } else if high > size - Self::MARGIN {
                pan + size - Self::MARGIN - high
            } else {
                pan
            }
        };
        if self.size.width <= 0.0 || self.size.height <= 0.0 {
            return self;
        }
        Self {
            pan: Point {
                x: along(self.pan.x, rect.x, rect.width, self.size.width),
                y: along(self.pan.y, rect.y, rect.height, self.size.height),
            },
            ..self
        }
    }

    fn fit_zoom(&self, bounds: Rect) -> f64 {
        let room = |size: f64, length: f64| (size - 2.0 * Self::MARGIN).max(1.0) / length.max(1.0);
        room(self.size.width, bounds.width)
            .min(room(self.size.height, bounds.height))
            .clamp(Self::SMALLEST_ZOOM, 1.0)
    }

    fn centered(self, bounds: Rect, zoom: f64) -> Self {
        let center = bounds.center();
        Self {
            pan: Point {
                x: self.size.width / 2.0 - center.x * zoom,
                y: self.size.height / 2.0 - center.y * zoom,
            },
            zoom,
            ..self
        }
    }
}

impl Default for Viewport {
    fn default() -> Self {
        Self { pan: Point::default(), zoom: 1.0, size: Size::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_point_under_the_pointer_stays_when_zooming(
            x in -500.0..2000.0, y in -500.0..2000.0, factor in 0.01..20.0, pan in -900.0..900.0,
        ) {
            let before = Viewport::default().panned(Point { x: pan, y: -pan });
            let screen = Point { x, y };
            let after = before.zoomed_at(screen, factor);
            prop_assert!(after.to_screen(before.to_scene(screen)).distance(screen) < 1e-6);
            prop_assert!((Viewport::SMALLEST_ZOOM..=Viewport::LARGEST_ZOOM).contains(&after.zoom));
        }

        #[test]
        fn fitting_shows_everything(width in 1.0..9000.0, height in 1.0..9000.0) {
            let bounds = Rect { x: 0.0, y: 0.0, width, height };
            let size = Size { width: 900.0, height: 700.0 };
            let seen = Viewport { size, ..Viewport::default() }.fitted(bounds).visible();
            prop_assert!(seen.encloses(&bounds));
        }
    }

    #[test]
    fn revealing_moves_only_what_it_must() {
        let viewport = Viewport { size: Size { width: 400.0, height: 300.0 }, ..Viewport::default() };
        let near = Rect { x: 100.0, y: 100.0, width: 100.0, height: 50.0 };
        assert_eq!(viewport.revealing(near), viewport);
        let below = Rect { y: 400.0, ..near };
        assert_eq!(viewport.revealing(below).pan, Point { x: 0.0, y: -174.0 });
    }
}
