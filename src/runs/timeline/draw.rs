//! Which rows and bars are drawn, as which shapes, and what lies under a point. The shapes of one kind in one row are one
//! path: a loop of 10,000 iterations costs as many nodes as a single task. Arithmetic only.

use std::fmt::Write as _;
use std::ops::Range;

use super::axis::Scale;
use super::chart::{Bar, BarKind, Row};

/// Rows drawn above and below what is seen, so that scrolling shows no holes.
const OVERSCAN: usize = 8;
/// Pixels; what took no time is seen too.
const NARROWEST: f64 = 3.0;
/// Bars of one kind that are nearer than this are one shape.
const GAP: f64 = 1.0;
/// Pixels around a bar in which it is hit.
const NEAR: f64 = 4.0;
/// Room for a duration beside a bar.
const LABEL: f64 = 84.0;
/// With more bars than this in view none has a label.
const MOST_LABELLED: usize = 2;

/// All bars of one kind in one row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Strip {
    pub kind: BarKind,
    /// The `d` of an SVG path.
    pub path: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Drawing {
    pub strips: Vec<Strip>,
    /// A line under the bars that determined the end.
    pub critical: Option<String>,
    pub label: Option<Label>,
}

/// How long the last bar took, beside it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    pub x: f64,
    /// It stands before the bar and ends at `x`.
    pub is_before: bool,
    /// Milliseconds.
    pub duration: f64,
}

/// The rows to draw of `total`, for a viewport of `height` pixels that is scrolled by `top`.
pub(super) fn rows_in_view(top: f64, height: f64, row: f64, total: usize) -> Range<usize> {
    let first = (top.max(0.0) / row) as usize;
    let seen = (height.max(0.0) / row).ceil() as usize + 1;
    let start = first.saturating_sub(OVERSCAN).min(total.saturating_sub(1));
    start..first.saturating_add(seen).saturating_add(OVERSCAN).min(total)
}

/// The row at a height of the content.
pub(super) fn row_at(y: f64, row: f64, total: usize) -> Option<usize> {
    let index = (y / row).floor();
    (index >= 0.0 && index < total as f64).then_some(index as usize)
}

/// The bars that may be seen, by the order of their starts and the reach of those before.
pub(super) fn bars_in_view(bars: &[Bar], scale: Scale) -> &[Bar] {
    let (from, to) = (scale.moment(-NEAR), scale.moment(scale.width + NEAR));
    let first = bars.partition_point(|bar| bar.reach < from);
    let end = bars.partition_point(|bar| bar.from <= to);
    bars.get(first..end).unwrap_or_default()
}

/// Where a bar lies, in pixels: its left edge and its right one.
fn place(bar: &Bar, scale: Scale, now: f64) -> (f64, f64) {
    let from = scale.x(bar.from).clamp(-EDGE_OUTSIDE, scale.width + EDGE_OUTSIDE);
    let to = scale.x(bar.to.unwrap_or(now).max(bar.from)).clamp(-EDGE_OUTSIDE, scale.width + EDGE_OUTSIDE);
    (from, to.max(from + NARROWEST))
}

/// How far outside a bar may be drawn: far enough that its rounded end is not seen.
const EDGE_OUTSIDE: f64 = 16.0;

/// What to draw of a row. `top` and `height` are those of a bar within the row, in pixels.
pub(super) fn drawing(row: &Row, scale: Scale, now: f64, (top, height): (f64, f64)) -> Drawing {
    let seen = bars_in_view(&row.bars, scale);
    let mut shapes: [Shapes; BarKind::ALL.len()] = Default::default();
    let mut critical = Shapes::default();
    for bar in seen {
        let (from, to) = place(bar, scale, now);
        let (top, height) =
            if bar.kind == BarKind::Scope { (top + height * 0.28, height * 0.44) } else { (top, height) };
        shapes[bar.kind as usize].add(from, to, top, height);
        if bar.is_critical {
            critical.add(from, to, top + height + 2.0, 2.0);
        }
    }
    let strips = BarKind::ALL
        .into_iter()
        .zip(shapes)
        .map(|(kind, shapes)| Strip { kind, path: shapes.finish() })
        .filter(|strip| !strip.path.is_empty())
        .collect();
    Drawing {
        strips,
        critical: Some(critical.finish()).filter(|path| !path.is_empty()),
        label: label(seen, scale, now),
    }
}

/// Rectangles of one path; those that touch are joined.
#[derive(Default)]
struct Shapes {
    path: String,
    last: Option<(f64, f64, f64, f64)>,
}

impl Shapes {
    fn add(&mut self, from: f64, to: f64, top: f64, height: f64) {
        match &mut self.last {
            Some((_, end, ..)) if from <= *end + GAP => *end = end.max(to),
            last => {
                let before = last.replace((from, to, top, height));
                self.write(before);
            }
        }
    }

    fn write(&mut self, shape: Option<(f64, f64, f64, f64)>) {
        let Some((from, to, top, height)) = shape else { return };
        let width = to - from;
        let radius = (width / 2.0).min(height / 2.0).min(3.0);
        let (across, down) = (width - 2.0 * radius, height - 2.0 * radius);
        // Writing into a String cannot fail.
        let _ = write!(
            self.path,
            "M{:.1} {top:.1}h{across:.1}a{r} {r} 0 0 1 {r} {r}v{down:.1}a{r} {r} 0 0 1 -{r} {r}h-{across:.1}a{r} {r} 0 0 1 -{r} -{r}v-{down:.1}a{r} {r} 0 0 1 {r} -{r}z",
            from + radius,
            r = (radius * 10.0).round() / 10.0,
        );
    }

    fn finish(mut self) -> String {
        let last = self.last.take();
        self.write(last);
        self.path
    }
}

fn label(seen: &[Bar], scale: Scale, now: f64) -> Option<Label> {
    if seen.len() > MOST_LABELLED {
        return None;
    }
    // A fault at a gate's end is a mark, not a time.
    let last = seen.iter().rfind(|bar| bar.to != Some(bar.from)).or(seen.last())?;
    let duration = last.to.unwrap_or(now).max(last.from) - last.from;
    let first = seen.iter().map(|bar| place(bar, scale, now).0).reduce(f64::min)?;
    let end = seen.iter().map(|bar| place(bar, scale, now).1).reduce(f64::max)?;
    if end + LABEL <= scale.width {
        Some(Label { x: end + 6.0, is_before: false, duration })
    } else if first >= LABEL {
        Some(Label { x: first - 6.0, is_before: true, duration })
    } else {
        None
    }
}

/// The bar of a row at `x`, the one drawn on top where several lie there.
pub(super) fn bar_at(row: &Row, scale: Scale, now: f64, x: f64) -> Option<&Bar> {
    bars_in_view(&row.bars, scale)
        .iter()
        .filter(|bar| {
            let (from, to) = place(bar, scale, now);
            (from - NEAR..=to + NEAR).contains(&x)
        })
        .min_by(|one, other| {
            let distance = |bar: &Bar| {
                let (from, to) = place(bar, scale, now);
                (from - x).max(x - to).max(0.0)
            };
            distance(one).total_cmp(&distance(other)).then(other.kind.cmp(&one.kind))
        })
}

#[cfg(test)]
mod tests;
