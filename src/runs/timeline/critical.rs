//! Which bars are on the way that determined the end of a run, or where it stands now (`flow::critical`), and what their
//! time went into.

use flow::critical::{Stretch, chain};

use super::chart::{BarKind, Row};

/// Milliseconds by which a task may begin before the one ended that it came after: times are rounded.
const ROUNDING: f64 = 1.0;

/// Marks the bars of the chain. The bars of a row are in the order of their start.
pub(super) fn mark(rows: &mut [Row]) {
    let places: Vec<(usize, usize)> = rows
        .iter()
        .enumerate()
        .flat_map(|(row, one)| (0..one.bars.len()).map(move |bar| (row, bar)))
        .filter(|(row, bar)| !matches!(rows[*row].bars[*bar].kind, BarKind::Scope | BarKind::Skipped))
        .collect();
    let stretch = |&(row, bar): &(usize, usize)| {
        let (row, bar) = (&rows[row], &rows[row].bars[bar]);
        let was_cut = bar.kind == BarKind::Stopped;
        Stretch { pointer: &row.pointer, from: bar.from, to: bar.to, was_cut }
    };
    let stretches: Vec<Stretch<'_>> = places.iter().map(stretch).collect();
    for place in chain(&stretches, ROUNDING) {
        let (row, bar) = places[place];
        rows[row].bars[bar].is_critical = true;
    }
}

/// The time on the chain by what it went into, in the order of the kinds; `now` ends what goes on.
pub(in crate::runs) fn shares<'a>(rows: impl Iterator<Item = &'a Row>, now: f64) -> Vec<(BarKind, f64)> {
    let mut sums = std::collections::BTreeMap::<BarKind, f64>::new();
    for bar in rows.flat_map(|row| &row.bars).filter(|bar| bar.is_critical) {
        *sums.entry(bar.kind).or_default() += (bar.to.unwrap_or(now) - bar.from).max(0.0);
    }
    sums.into_iter().filter(|(_, time)| *time > 0.0).collect()
}
