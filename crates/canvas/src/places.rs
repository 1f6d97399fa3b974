//! What stands where: rectangles in the order of a scene, found by area without looking at all of them.
//!
//! A scene's order is the document's, so neighbours in it are neighbours on the canvas. That makes the plainest tree
//! a good one: every sixteen rectangles have one around them, every sixteen of those again. It is built once a
//! layout and never changed.

use crate::{Point, Rect};

/// How many have one around them.
const TOGETHER: usize = 16;

/// Rectangles by area.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// The rectangles themselves, then those around them, then those around these.
    levels: Vec<Vec<Rect>>,
}

impl Places {
    pub fn new(rects: impl IntoIterator<Item = Rect>) -> Self {
        let mut levels = vec![rects.into_iter().collect::<Vec<_>>()];
        while let Some(last) = levels.last().filter(|last| last.len() > TOGETHER) {
            let around = last
                .chunks(TOGETHER)
                .filter_map(|some| some.iter().copied().reduce(|around, rect| around.union(&rect)));
            let around = around.collect();
            levels.push(around);
        }
        Self { levels }
    }

    /// Those that share more than an edge with `area`, in order.
    pub fn overlapping(&self, area: &Rect) -> Vec<usize> {
        self.found(|rect| rect.overlaps(area))
    }

    /// Those that hold the point, edges included, in order.
    pub fn holding(&self, point: Point) -> Vec<usize> {
        self.found(|rect| rect.contains(point))
    }

    /// Those that `wanted` takes. It must take a rectangle that is around one that it takes.
    fn found(&self, wanted: impl Fn(&Rect) -> bool) -> Vec<usize> {
        let mut found = Vec::new();
        if let Some(top) = self.levels.len().checked_sub(1) {
            self.descend(top, 0, self.levels[top].len(), &wanted, &mut found);
        }
        found
    }

    fn descend(
        &self,
        level: usize,
        from: usize,
        to: usize,
        wanted: &impl Fn(&Rect) -> bool,
        found: &mut Vec<usize>,
    ) {
        let Some(rects) = self.levels.get(level) else { return };
        for (index, rect) in rects.iter().enumerate().take(to).skip(from) {
            if !wanted(rect) {
                continue;
            }
            match level.checked_sub(1) {
                None => found.push(index),
                Some(below) => {
                    self.descend(below, index * TOGETHER, (index + 1) * TOGETHER, wanted, found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rect() -> impl Strategy<Value = Rect> {
        (0..60i32, 0..60i32, 0..20i32, 0..20i32).prop_map(|(x, y, width, height)| Rect {
            x: f64::from(x),
            y: f64::from(y),
            width: f64::from(width),
            height: f64::from(height),
        })
    }

    proptest! {
        #[test]
        fn nothing_in_an_area_is_missed_and_nothing_else_is_found(
            rects in prop::collection::vec(rect(), 0..700), area in rect(),
        ) {
            let places = Places::new(rects.iter().copied());
            let wanted = |takes: &dyn Fn(&Rect) -> bool| -> Vec<usize> {
                (0..rects.len()).filter(|index| takes(&rects[*index])).collect()
            };
            prop_assert_eq!(places.overlapping(&area), wanted(&|rect| rect.overlaps(&area)));
            let point = Point { x: area.x, y: area.y };
            prop_assert_eq!(places.holding(point), wanted(&|rect| rect.contains(point)));
        }
    }
}
