//! The structured layout: a definition in, a scene out, in time linear in its size.
//!
//! The definition is nested, so the layout is: measure from the inside out, then place from the outside in. All
//! is computed along two axes, `main` (where the flow goes) and `cross`; [`Direction`] turns them into x and y.
//! Every block hangs on its list's axis by its middle, so that the line of a sequence is straight. Jumps run in
//! lanes beside their list, after everything in it, and cross no task.
//!
//! Nothing is stored and nothing is random: the same definition always looks the same, and document order decides.
//! Only the workflow's own `do` is drawn; functions and extensions are not part of its flow.

mod describe;
mod jumps;
mod keep;
mod measure;
mod patch;
mod place;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use flow::{Document, Pointer};
use serde::{Deserialize, Serialize};

use crate::Scene;

pub(crate) use keep::Kept;
pub(crate) use measure::Extent;
pub(crate) use patch::{Touched, patch};

/// Lays a definition out. Never fails: what is wrong with a definition is drawn as far as it can be read.
pub fn layout(document: &Document, options: &LayoutOptions) -> Scene {
    let kept = Kept::default();
    let top = measure::Measure { options, root: document.root(), kept: &kept }.top();
    place::place(&top, options.direction, None).0
}

/// Lays a definition out after edits that left `kept` of the scene before. Tells too how many tasks were read anew.
pub(crate) fn layout_after(
    document: &Document,
    options: &LayoutOptions,
    before: Scene,
    kept: &Kept,
) -> (Scene, usize) {
    let top = measure::Measure { options, root: document.root(), kept }.top();
    place::place(&top, options.direction, Some(before))
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayoutOptions {
    pub direction: Direction,
    /// Boxes to be drawn as cards, by their task's pointer.
    pub collapsed: HashSet<Pointer>,
}

/// Where the flow goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    #[default]
    TopDown,
    LeftRight,
}

/// The sizes that a scene is made of, in scene units (pixels at zoom 1).
pub mod sizes {
    pub const CARD_WIDTH: f64 = 220.0;
    pub const CARD_HEIGHT: f64 = 60.0;
    /// Between two tasks; a "+" fits in.
    pub const GAP: f64 = 40.0;
    /// Between a box's edge and its content.
    pub const PADDING: f64 = 20.0;
    /// The height of a box's header, in both directions.
    pub const HEADER: f64 = 34.0;
    /// The diameter of the start and end markers.
    pub const MARKER: f64 = 28.0;
    /// The room for a line's label; a longer one is to be cut.
    pub const LABEL: f64 = 110.0;
    /// Around the whole scene.
    pub const MARGIN: f64 = 40.0;
    /// Between two lanes of jumps.
    pub(crate) const LANE: f64 = 16.0;
    /// Where the lines of a fork spread and meet.
    pub(crate) const SPREAD: f64 = 24.0;
    /// The line of a jump that leads nowhere drawable.
    pub(crate) const STUB: f64 = 24.0;
    /// A box is never smaller, so that its name can be read.
    pub(crate) const BOX: f64 = CARD_WIDTH + 2.0 * PADDING;
    /// Between two jumps that leave the same card.
    pub(crate) const PORT: f64 = 22.0;
}
