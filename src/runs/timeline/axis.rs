//! The time axis: which span of the run is seen, how moments become pixels, and where its ticks stand. Arithmetic only.

use super::chart::Chart;
use super::moment::{DAY, HOUR, MINUTE, SECOND, date_of};

/// From one moment to a later one, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub from: f64,
    pub to: f64,
}

/// Which part of the run is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum View {
    /// All of it, growing with it.
    #[default]
    Whole,
    Part(Span),
}

/// Pixels from the edges to the first and the last moment, so that a bar at the edge is seen whole.
const EDGE: f64 = 10.0;
/// Milliseconds; the service's times are no finer.
const SHORTEST: f64 = 10.0;
/// How far beyond the run one may move, in parts of what is seen.
const BEYOND: f64 = 0.25;
/// Pixels between two ticks at least: a time with seconds fits.
const TICK_WIDTH: f64 = 84.0;

/// The steps that people count time in, in milliseconds.
const STEPS: [f64; 32] = [
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    50.0,
    100.0,
    200.0,
    500.0,
    SECOND,
    2.0 * SECOND,
    5.0 * SECOND,
    10.0 * SECOND,
    15.0 * SECOND,
    30.0 * SECOND,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
    2.0 * DAY,
    7.0 * DAY,
    14.0 * DAY,
    30.0 * DAY,
    90.0 * DAY,
];

impl Span {
    pub(super) fn length(self) -> f64 {
        self.to - self.from
    }

    /// The whole run with room at its end. While it goes on that room is used up before more is made, so that the bars
    /// do not shrink with each second.
    pub(super) fn of_run(chart: &Chart, now: f64) -> Self {
        let from = chart.from;
        let length = (chart.to.unwrap_or(now) - from).max(SECOND);
        let length = match chart.to {
            Some(_) => length * 1.04,
            None => {
                let step = 2_f64.powf((length * 1.04).log2().floor()) / 8.0;
                (length * 1.04 / step).ceil() * step
            }
        };
        Self { from, to: from + length }
    }
}

impl View {
    pub(super) fn span(self, whole: Span) -> Span {
        match self {
            Self::Whole => whole,
            Self::Part(span) => span,
        }
    }

    /// Zooms so that the moment at `at` (0 the left edge, 1 the right one) stays where it is. Above 1 shows less time.
    #[must_use]
    pub(super) fn zoomed(self, whole: Span, at: f64, factor: f64) -> Self {
        if !(factor.is_finite() && factor > 0.0 && at.is_finite()) {
            return self;
        }
        let span = self.span(whole);
        let length = (span.length() / factor).max(SHORTEST);
        if length >= whole.length() {
            return Self::Whole;
        }
        let fixed = span.from + span.length() * at;
        let from = fixed - length * at;
        Self::Part(Span { from, to: from + length }).kept(whole)
    }

    /// Moves by a part of what is seen; above 0 towards later.
    #[must_use]
    pub(super) fn panned(self, whole: Span, by: f64) -> Self {
        if !by.is_finite() {
            return self;
        }
        let span = self.span(whole);
        let by = span.length() * by;
        match self {
            // Of the whole there is nothing more to see.
            Self::Whole => self,
            Self::Part(_) => Self::Part(Span { from: span.from + by, to: span.to + by }).kept(whole),
        }
    }

    /// Two fingers keep what is under them: `before` and `after` are their places, as parts of the width.
    #[must_use]
    pub(super) fn pinched(self, whole: Span, before: (f64, f64), after: (f64, f64)) -> Self {
        let distance = |(one, other): (f64, f64)| (other - one).abs();
        let middle = |(one, other): (f64, f64)| (one + other) / 2.0;
        if distance(before) < 0.01 || distance(after) < 0.01 {
            return self;
        }
        self.zoomed(whole, middle(before), distance(after) / distance(before))
            .panned(whole, middle(before) - middle(after))
    }

    /// Moves to a moment if it is not seen, so that it stands a quarter from the left.
    #[must_use]
    pub(super) fn showing(self, whole: Span, moment: f64) -> Self {
        let span = self.span(whole);
        if (span.from..=span.to).contains(&moment) || !moment.is_finite() {
            return self;
        }
        self.panned(whole, (moment - span.from) / span.length() - 0.25)
    }

    fn kept(self, whole: Span) -> Self {
        let Self::Part(span) = self else { return self };
        let length = span.length();
        let (least, most) = (whole.from - length * BEYOND, whole.to - length * (1.0 - BEYOND));
        let from = span.from.clamp(least, most.max(least));
        Self::Part(Span { from, to: from + length })
    }
}

/// How moments become pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub span: Span,
    /// Pixels of the whole axis.
    pub width: f64,
}

impl Scale {
    pub(super) fn x(self, moment: f64) -> f64 {
        EDGE + (moment - self.span.from) / self.span.length() * self.inner()
    }

    pub(super) fn moment(self, x: f64) -> f64 {
        self.span.from + (x - EDGE) / self.inner() * self.span.length()
    }

    /// Where `x` stands on the axis: 0 the first moment seen, 1 the last.
    pub(super) fn part(self, x: f64) -> f64 {
        (x - EDGE) / self.inner()
    }

    fn inner(self) -> f64 {
        (self.width - 2.0 * EDGE).max(1.0)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub x: f64,
    pub label: String,
    /// A new day begins here.
    pub is_day: bool,
}

/// The ticks of what is seen. `offset` is what the reader's clock is ahead of UTC, in milliseconds.
pub(super) fn ticks(scale: Scale, offset: f64) -> Vec<Tick> {
    let Span { from, to } = scale.span;
    let wanted = scale.span.length() * TICK_WIDTH / scale.inner();
    let step = STEPS.into_iter().find(|step| *step >= wanted).unwrap_or(365.0 * DAY);
    let (from, to) = (from + offset, to + offset);
    let first = (from / step).ceil() as i64;
    let count = ((to / step).floor() as i64 - first).clamp(-1, 200);
    (0..=count)
        .map(|index| {
            let at = (first + index) as f64 * step;
            let is_day = at.rem_euclid(DAY) == 0.0;
            Tick { x: scale.x(at - offset), label: label(at, step, is_day), is_day }
        })
        .collect()
}

fn label(at: f64, step: f64, is_day: bool) -> String {
    if is_day {
        let (_, month, day) = date_of(at);
        return format!("{month:02}-{day:02}");
    }
    let of_day = at.rem_euclid(DAY);
    let (hour, minute) = ((of_day / HOUR) as u32, (of_day % HOUR / MINUTE) as u32);
    let second = (of_day % MINUTE / SECOND) as u32;
    if step >= MINUTE {
        format!("{hour:02}:{minute:02}")
    } else if step >= SECOND {
        format!("{hour:02}:{minute:02}:{second:02}")
    } else {
        format!("{minute:02}:{second:02}.{:03}", (of_day % SECOND).round() as u32)
    }
}

#[cfg(test)]
mod tests;
