//! What the window shows: rows with their places, and messages cut into pieces of one style.

use std::ops::Range;

use super::Viewer;
use crate::ROW_HEIGHT;
use crate::ansi::{Piece, Style, plain, runs};
use crate::pattern::Pattern;
use crate::store::Held;

/// Rows drawn above and below the window, so that scrolling shows no holes.
const OVERSCAN: u64 = 12;

/// Bytes of a message that are drawn; a browser stalls on lines of megabytes. Copies and files hold all of it.
const LONGEST_DRAWN: usize = 8_000;

/// One picture of the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Height of the element that the browser scrolls, in pixels.
    pub extent: f64,
    /// Where the first row stands in it.
    pub top: f64,
    /// Where to set the scroll bar, if it must be set.
    pub bar: Option<f64>,
    /// From the top down.
    pub rows: Vec<Draw>,
    /// Cells of the widest message met so far.
    pub widest: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    pub offset: u64,
    pub state: RowState,
    /// Rows of text that it takes.
    pub rows: u32,
    pub is_selected: bool,
    /// The search stands here.
    pub is_found: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    Here,
    /// It is on its way; the first row of a stretch names the whole of it: first and last offset.
    Missing(Option<(u64, u64)>),
    /// The service has it no more; likewise.
    Lost(Option<(u64, u64)>),
}

impl Viewer {
    /// Draws. Call it once a frame; it may move the place where lines came or heights changed.
    pub fn frame(&mut self) -> Frame {
        self.settle();
        let bar = self.bar.take();
        let extent = self.with_port(|_, ground| ground.extent());
        let first = self.port.place.line.saturating_sub(OVERSCAN);
        let above: u64 = (first..self.port.place.line).map(|row| u64::from(self.rows_of(row))).sum();
        let shown = self.shown_rows();
        let end = (shown.end + OVERSCAN).min(self.rows());
        let found = self.find.as_ref().and_then(|find| find.at);
        let mut rows: Vec<Draw> = Vec::with_capacity((end - first) as usize);
        let mut stretch: Option<(bool, usize)> = None;
        for (row, offset) in (first..end).filter_map(|row| Some((row, self.offset_at(row)?))) {
            let held = self.store.get(offset);
            let is_lost = held == Held::Lost;
            let state = if let Held::Here(_) = held {
                stretch = None;
                RowState::Here
            } else {
                let begins = stretch.is_none_or(|(lost, _)| lost != is_lost);
                if begins {
                    stretch = Some((is_lost, rows.len()));
                }
                if let Some((_, index)) = stretch
                    && let Some(head) = rows.get_mut(index)
                    && let RowState::Missing(Some((_, last))) | RowState::Lost(Some((_, last))) =
                        &mut head.state
                {
                    *last = offset;
                }
                let named = begins.then_some((offset, offset));
                if is_lost { RowState::Lost(named) } else { RowState::Missing(named) }
            };
            rows.push(Draw {
                offset,
                state,
                rows: self.rows_of(row),
                is_selected: self.selection.is_some_and(|selection| selection.contains(offset)),
                is_found: found == Some(offset),
            });
        }
        Frame {
            extent,
            top: self.port.bar - self.port.place.into - above as f64 * ROW_HEIGHT,
            bar,
            rows,
            widest: self.widest,
        }
    }

    /// The rows of the view that stand in the window.
    pub(super) fn shown_rows(&self) -> Range<u64> {
        let start = self.port.place.line;
        let mut end = start;
        let mut bottom = -self.port.place.into;
        while end < self.rows() && bottom < self.port.height {
            bottom += f64::from(self.rows_of(end)) * ROW_HEIGHT;
            end += 1;
        }
        start..end
    }

    /// The patterns whose hits are marked: what is searched for, and what is filtered by.
    pub fn patterns(&self) -> Vec<Pattern> {
        self.pattern().into_iter().chain(&self.filter.pattern).cloned().collect()
    }
}

/// Cuts a message by style and by hits, and tells how many bytes were too many to draw.
pub fn pieces(message: &str, patterns: &[Pattern]) -> (Vec<Piece>, usize) {
    let text = plain(message);
    let mut limit = LONGEST_DRAWN.min(text.len());
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let mut hits: Vec<Range<usize>> =
        patterns.iter().flat_map(|pattern| pattern.hits(&text[..limit])).collect();
    hits.sort_by_key(|hit| hit.start);
    let mut pieces = Vec::new();
    let mut at = 0;
    runs(message, |run, style| {
        let end = (at + run.len()).min(limit);
        while at < end {
            let hit = hits.iter().find(|hit| hit.end > at);
            let (is_hit, until) = match hit {
                Some(hit) if hit.start <= at => (true, hit.end),
                Some(hit) => (false, hit.start),
                None => (false, end),
            };
            let until = until.min(end);
            if let Some(part) = text.get(at..until) {
                push(&mut pieces, part, style, is_hit);
            }
            at = until;
        }
    });
    (pieces, text.len() - limit)
}

fn push(pieces: &mut Vec<Piece>, text: &str, style: Style, hit: bool) {
    match pieces.last_mut() {
        Some(last) if last.style == style && last.hit == hit => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.to_owned(), style, hit }),
    }
}
