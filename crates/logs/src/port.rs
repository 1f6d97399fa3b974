//! The window over the lines: which line stands at its top, and where the browser's scroll bar must be for that.
//!
//! A browser's elements end at some 17 million pixels. Beyond [`TALLEST`] the bar covers the log by ratio: small
//! scrolls move by pixels, drags of the thumb jump. The place is a line and pixels into it, so that neither heights that
//! become known nor lines that come in above move what one reads.

use crate::ROW_HEIGHT;
use crate::heights::Heights;

/// The tallest element that is asked of a browser.
pub(crate) const TALLEST: f64 = 15_000_000.0;

/// A scroll within this many windows is one by pixels, where the bar covers by ratio.
const NEAR: f64 = 4.0;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Place {
    pub(crate) line: u64,
    /// Pixels of the line above the window.
    pub(crate) into: f64,
}

/// The lines under the window: heights, and the rows of each.
pub(crate) struct Ground<'a> {
    pub(crate) heights: &'a Heights,
    pub(crate) rows: &'a dyn Fn(u64) -> u32,
    /// Lines take more rows than the heights know of: those of a filter, whose lines are not counted by chunks.
    pub(crate) is_uneven: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Port {
    /// Of the window, in pixels.
    pub(crate) height: f64,
    pub(crate) place: Place,
    /// Where the browser's scroll bar is.
    pub(crate) bar: f64,
}

impl Port {
    /// The bar moved; the place follows.
    pub(crate) fn scrolled(&mut self, to: f64, ground: &Ground<'_>) {
        let delta = to - self.bar;
        self.bar = to;
        let (end, extent) = (self.end(ground), ground.extent());
        let bar_end = (extent - self.height).max(0.0);
        let is_plain = matches!(ground.heights, Heights::Uniform { .. }) && !ground.is_loose();
        let top = if is_plain {
            to
        } else if delta.abs() > self.height * NEAR {
            to / bar_end.max(1.0) * (ground.length() - self.height).max(0.0)
        } else {
            self.place = ground.moved(self.place, delta);
            self.clamp(end);
            // At an end of the bar one expects the end of the log, where it is near.
            let near = self.height;
            let top = ground.top(self.place);
            let is_top = to <= 0.0 && top <= near;
            let is_end = to >= bar_end - 1.0 && ground.length() - self.height - top <= near;
            if is_top {
                self.place = Place::default();
            } else if is_end {
                self.place = end;
            }
            return;
        };
        self.place = ground.at(top);
        self.clamp(end);
    }

    /// Brings the place into the log, and tells where the bar belongs if it must be moved.
    pub(crate) fn settle(&mut self, at_end: bool, ground: &Ground<'_>) -> Option<f64> {
        let end = self.end(ground);
        if at_end {
            self.place = end;
        }
        self.clamp(end);
        let wanted = self.wanted(end, ground);
        let bar_end = (ground.extent() - self.height).max(0.0);
        let is_loose = ground.is_loose();
        let is_off = (wanted - self.bar).abs() > 1.0;
        // By ratio the bar may drift, as long as there is room to scroll on.
        // By ratio the bar may drift, as long as there is room to scroll on in either direction.
        let room = self.height / 2.0;
        let is_cornered = (self.bar < room && wanted > self.bar)
            || (self.bar > bar_end - room && wanted < self.bar)
            || wanted <= 0.0
            || wanted >= bar_end
            || (wanted - self.bar).abs() > bar_end / 50.0;
        if is_off && (!is_loose || is_cornered) {
            self.bar = wanted;
            return Some(wanted);
        }
        None
    }

    /// Where a line must stand to be seen: unmoved where it is in the window already, else in its middle.
    pub(crate) fn reveal(&mut self, line: u64, ground: &Ground<'_>) {
        let distance = ground.top(Place { line, into: 0.0 }) - ground.top(self.place);
        let height = f64::from((ground.rows)(line)) * ROW_HEIGHT;
        if distance < 0.0 || distance + height > self.height {
            let room = ((self.height - height) / 2.0).max(0.0);
            self.place = ground.moved(Place { line, into: 0.0 }, -room);
            self.clamp(self.end(ground));
        }
    }

    /// The place at which the last line stands at the bottom.
    pub(crate) fn end(&self, ground: &Ground<'_>) -> Place {
        ground.moved(Place { line: ground.heights.lines(), into: 0.0 }, -self.height)
    }

    fn clamp(&mut self, end: Place) {
        if (self.place.line, self.place.into) > (end.line, end.into) {
            self.place = end;
        }
        self.place.into = self.place.into.max(0.0);
    }

    fn wanted(&self, end: Place, ground: &Ground<'_>) -> f64 {
        let top = ground.top(self.place);
        if !ground.is_loose() {
            return top;
        }
        let bar_end = (ground.extent() - self.height).max(0.0);
        if self.place == Place::default() {
            0.0
        } else if self.place == end {
            bar_end
        } else {
            // Only the ends of the log are at the ends of the bar.
            let ratio = top / (ground.length() - self.height).max(1.0) * bar_end;
            let room = self.height.min(bar_end / 2.0);
            ratio.clamp(room, bar_end - room)
        }
    }
}

impl Ground<'_> {
    /// Of all lines, in pixels.
    pub(crate) fn length(&self) -> f64 {
        self.heights.total() as f64 * ROW_HEIGHT
    }

    /// Of the element that the browser scrolls.
    pub(crate) fn extent(&self) -> f64 {
        self.length().min(TALLEST)
    }

    /// The bar tells the place about, not to the pixel.
    fn is_loose(&self) -> bool {
        self.is_uneven || self.length() > TALLEST
    }

    pub(crate) fn top(&self, place: Place) -> f64 {
        self.heights.top(place.line, self.rows) as f64 * ROW_HEIGHT + place.into
    }

    fn at(&self, top: f64) -> Place {
        let row = (top.max(0.0) / ROW_HEIGHT).floor();
        let (line, above) = self.heights.at(row as u64, self.rows);
        Place { line, into: above as f64 * ROW_HEIGHT + (top.max(0.0) - row * ROW_HEIGHT) }
    }

    /// Pixels further down or up, line by line, so that only the lines passed need be known.
    pub(crate) fn moved(&self, place: Place, by: f64) -> Place {
        let Place { mut line, mut into } = place;
        into += by;
        while into < 0.0 && line > 0 {
            line -= 1;
            into += f64::from((self.rows)(line)) * ROW_HEIGHT;
        }
        let lines = self.heights.lines();
        while line + 1 < lines {
            let height = f64::from((self.rows)(line)) * ROW_HEIGHT;
            if into < height {
                break;
            }
            into -= height;
            line += 1;
        }
        Place { line, into: into.max(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_ground<T>(lines: u64, run: impl FnOnce(&Ground<'_>) -> T) -> T {
        let heights = Heights::uniform(lines);
        run(&Ground { heights: &heights, rows: &|_| 1, is_uneven: false })
    }

    fn port(height: f64) -> Port {
        Port { height, ..Port::default() }
    }

    #[test]
    fn a_log_that_fits_the_bar_scrolls_as_pixels_do() {
        with_ground(10_000, |ground| {
            let mut port = port(400.0);
            port.scrolled(130_010.0, ground);
            assert_eq!(port.place, Place { line: 6_500, into: 10.0 });
            assert_eq!(port.settle(false, ground), None);
            assert_eq!(port.settle(true, ground), Some(199_600.0));
            assert_eq!(port.place, Place { line: 9_980, into: 0.0 });
        });
    }

    #[test]
    fn ten_million_lines_scroll_by_pixels_and_drag_by_ratio() {
        with_ground(10_000_000, |ground| {
            let mut port = port(400.0);
            port.scrolled(7_500_000.0 - 200.0, ground);
            assert!(port.place.line.abs_diff(5_000_000) < 20, "{:?}", port.place);
            let before = port.place.line;
            for step in 1..=100 {
                port.scrolled(7_500_000.0 - 200.0 + f64::from(step) * 20.0, ground);
                assert_eq!(port.settle(false, ground), None);
            }
            assert_eq!(port.place.line, before + 100);
            port.scrolled(TALLEST - 400.0, ground);
            assert_eq!(port.place.line, 9_999_980);
            port.scrolled(0.0, ground);
            assert_eq!(port.place, Place::default());
        });
    }

    #[test]
    fn no_corner_of_the_bar_keeps_one_from_going_on() {
        with_ground(10_000_000, |ground| {
            let mut port = port(400.0);
            port.scrolled(3_000.0, ground);
            let mut steps = 0;
            while port.place != Place::default() {
                let to = (port.bar - 100.0).max(0.0);
                port.scrolled(to, ground);
                port.settle(false, ground);
                steps += 1;
                assert!(steps < 1_000, "stuck at {:?}", port);
            }
        });
    }

    #[test]
    fn a_line_that_is_seen_stays_where_it_is() {
        with_ground(1_000, |ground| {
            let mut port = port(400.0);
            port.scrolled(2_000.0, ground);
            port.reveal(105, ground);
            assert_eq!(port.place.line, 100);
            port.reveal(500, ground);
            assert_eq!(port.place, Place { line: 490, into: 10.0 });
            port.reveal(999, ground);
            assert_eq!(port.place.line, 980);
        });
    }
}
