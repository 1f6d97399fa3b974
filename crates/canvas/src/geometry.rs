//! Points and rectangles, in pixels: of the screen, or of the scene at zoom 1.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A place, or the way from one place to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub fn center(&self) -> Point {
        Point { x: self.x + self.width / 2.0, y: self.y + self.height / 2.0 }
    }

    pub fn contains(&self, point: Point) -> bool {
        (self.x..=self.right()).contains(&point.x) && (self.y..=self.bottom()).contains(&point.y)
    }

    /// Whether `other` lies within this rectangle, edges included.
    pub fn encloses(&self, other: &Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && self.right() >= other.right()
            && self.bottom() >= other.bottom()
    }

    /// Whether the two share more than an edge.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// What both have in common; empty, but within this one, where that is nothing.
    #[must_use]
    pub fn cut(&self, other: &Self) -> Self {
        let (x, y) = (other.x.clamp(self.x, self.right()), other.y.clamp(self.y, self.bottom()));
        let (right, bottom) = (other.right().clamp(x, self.right()), other.bottom().clamp(y, self.bottom()));
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// The rectangle with so much more on every side.
    #[must_use]
    pub fn grown(&self, by: f64) -> Self {
        Self { x: self.x - by, y: self.y - by, width: self.width + 2.0 * by, height: self.height + 2.0 * by }
    }

    /// The rectangle that has these corners.
    pub fn spanned(one: Point, other: Point) -> Self {
        Self {
            x: one.x.min(other.x),
            y: one.y.min(other.y),
            width: (one.x - other.x).abs(),
            height: (one.y - other.y).abs(),
        }
    }

    /// How far the point is from the rectangle; 0 inside.
    pub fn distance(&self, point: Point) -> f64 {
        let x = (self.x - point.x).max(point.x - self.right()).max(0.0);
        let y = (self.y - point.y).max(point.y - self.bottom()).max(0.0);
        x.hypot(y)
    }
}

impl Point {
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// Whether both coordinates are numbers that a screen can have.
    pub(crate) fn is_sound(self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}
