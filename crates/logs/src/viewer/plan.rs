//! What to ask the service for, and what an answer means. The window comes first, then the end, then searches. Nothing is
//! read that nobody looks at or looks for.

use std::ops::Range;

use wire::log::{Level, LogPage, LogQuery, SortOrder};

use super::Viewer;
use crate::pattern::Pattern;
use crate::scan::{Ahead, Scan};
use crate::selection::Selection;
use crate::store::CHUNK;

/// Lines of the first answer: enough for a tall window.
const OPENING: u32 = 120;
/// Lines of a window that one scrolled to.
const WINDOW: u64 = 1_000;
/// Lines fetched above those of a permalink.
const BEHIND: u64 = 100;
/// Lines of the end that one answer takes; at 5,000 lines a second a page of a second.
const TAIL: u32 = 5_000;
/// Lines of the end where more came than that.
const CATCH_UP: u32 = 1_000;
/// Lines of one step of a search: its answer is read within a frame or two.
pub(super) const SCAN: u32 = 4_000;
/// Steps of a search that are asked for at once.
const SCANS: usize = 3;
/// Windows asked for at once.
const WINDOWS: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What came at the end, and how long the log is.
    Tail,
    /// What one looks at.
    Window,
    /// The next lines for the filter.
    Filter,
    /// The next lines for the search.
    Find,
    /// A step of a jump.
    Seek,
}

/// One question to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub id: u32,
    pub purpose: Purpose,
    pub start: u64,
    /// Exclusive; `None` is the end of the log.
    pub end: Option<u64>,
    pub size: u32,
    pub sort: SortOrder,
    /// The lowest level; `None` asks for all.
    pub level: Option<Level>,
}

impl Request {
    pub fn query(&self) -> LogQuery {
        LogQuery {
            start_offset: self.start.to_string(),
            end_offset: self.end.unwrap_or_default().to_string(),
            size: self.size,
            sort: self.sort,
            level: self.level.unwrap_or(Level::Debug),
            filter: self.level.is_some(),
        }
    }

    fn covers(&self, offset: u64) -> bool {
        offset >= self.start && self.end.is_none_or(|end| offset < end)
    }
}

impl Viewer {
    /// It is time to ask for what came at the end.
    pub fn poll(&mut self) {
        self.tail_due = true;
    }

    /// Everything to ask for now. Each is answered by [`Self::answered`] or [`Self::failed`].
    pub fn wanted(&mut self) -> Vec<Request> {
        let mut wanted = Vec::new();
        if self.is_open {
            self.settle();
            self.want_window(&mut wanted);
        }
        self.want_tail(&mut wanted);
        if self.is_open {
            self.want_scans(&mut wanted);
            self.want_seek(&mut wanted);
        } else if let Some(selection) = self.selection
            && !self.is_flying(Purpose::Window)
        {
            // A permalink: its lines are asked for together with the length.
            let start = selection.first().saturating_sub(BEHIND);
            let end = start.saturating_add(WINDOW / 2);
            wanted.push(self.request(
                Purpose::Window,
                start,
                Some(end),
                WINDOW as u32 / 2,
                SortOrder::Asc,
                None,
            ));
        }
        wanted
    }

    /// An answer. `name` tells the names of tasks by their ids.
    pub fn answered(&mut self, request: &Request, page: &LogPage, name: &dyn Fn(&str) -> Option<String>) {
        if !self.land(request) {
            return;
        }
        self.store.learn(page, name);
        let last = page.lines.iter().map(|line| line.offset.saturating_add(1)).max().unwrap_or_default();
        self.total = self.total.max(page.end_offset).max(last);
        let is_full = page.lines.len() >= request.size as usize;
        match request.purpose {
            Purpose::Tail => self.tail_answered(request, page, is_full),
            Purpose::Window => {
                let covered = request.level.is_none().then(|| looked(request, page, is_full));
                self.take_lines(page, |_, _| true, covered);
                if request.level.is_some() {
                    self.mark_lost_matches(looked(request, page, is_full));
                }
            }
            Purpose::Filter => self.filter_answered(request, page, is_full),
            Purpose::Find => self.find_answered(request, page, is_full),
            Purpose::Seek => self.seek_answered(request, page, is_full),
        }
        if request.purpose == Purpose::Window || request.purpose == Purpose::Tail {
            self.is_complete = page.complete;
        }
        self.evict();
    }

    /// No answer came; what is still wanted is asked for again.
    pub fn failed(&mut self, request: &Request) {
        if self.land(request) && request.purpose == Purpose::Tail {
            self.tail_due = true;
        }
    }

    /// The log may go on: a task that had ended runs again.
    pub fn stir(&mut self) {
        self.is_complete = false;
        self.tail_due = true;
    }

    fn tail_answered(&mut self, request: &Request, page: &LogPage, is_full: bool) {
        let covered = looked(request, page, is_full);
        self.take_lines(page, |_, _| true, Some(covered));
        if !self.is_open {
            self.is_open = true;
            self.let_go = self.total;
            // A filter that stood in the address begins where one looks.
            let origin = self.selection.map_or(self.total, |selection| selection.first().min(self.total));
            if let Some(scan) = self.filtered.as_mut().filter(|scan| scan.looked_at() == 0) {
                *scan = Scan::from(origin);
            }
            if let Some(selection) = self.selection {
                let last = self.total.saturating_sub(1);
                let selection =
                    Selection { anchor: selection.anchor.min(last), head: selection.head.min(last) };
                self.selection = (self.total > 0).then_some(selection);
                self.reveal(selection.first());
            }
        }
        self.tail_behind = is_full && request.sort == SortOrder::Asc;
        self.tail_due = self.tail_behind;
    }

    fn want_tail(&mut self, wanted: &mut Vec<Request>) {
        if !self.tail_due || self.is_flying(Purpose::Tail) {
            return;
        }
        self.tail_due = false;
        let (start, size, sort) = if !self.is_open {
            let size = if self.selection.is_some() { 1 } else { OPENING };
            (0, size, SortOrder::Desc)
        } else if !self.follows || self.filtered.is_some() {
            // How many came is enough: the lines are read where one looks, or by the filter.
            (self.total, 1, SortOrder::Desc)
        } else if self.tail_behind {
            (self.total, CATCH_UP, SortOrder::Desc)
        } else {
            (self.total, TAIL, SortOrder::Asc)
        };
        wanted.push(self.request(Purpose::Tail, start, None, size, sort, None));
    }

    fn want_window(&mut self, wanted: &mut Vec<Request>) {
        if self.filtered.is_some() {
            self.want_matches(wanted);
            return;
        }
        let shown = self.shown_rows();
        let near = self.near(&shown);
        let window = self.window();
        // What is seen first; ahead of it only where nothing seen is missing.
        for range in [shown, near] {
            let mut from = range.start;
            while let Some(offset) = self.store.first_missing(from..range.end) {
                let flies = self
                    .flying
                    .iter()
                    .find(|request| request.purpose == Purpose::Window && request.covers(offset));
                if let Some(flies) = flies {
                    from = flies.end.unwrap_or(range.end);
                    continue;
                }
                let flying = self.flying.iter().filter(|request| request.purpose == Purpose::Window).count();
                if flying >= WINDOWS {
                    return;
                }
                let (start, end) = if self.goes_down {
                    (offset, offset + window)
                } else {
                    let last = self.store.last_missing(offset..range.end).unwrap_or(offset);
                    ((last + 1).saturating_sub(window), last + 1)
                };
                let size = (end - start) as u32;
                wanted.push(self.request(Purpose::Window, start, Some(end), size, SortOrder::Asc, None));
                from = end;
            }
        }
    }

    /// Lines that passed the filter once and were let go since.
    fn want_matches(&mut self, wanted: &mut Vec<Request>) {
        if self.is_flying(Purpose::Window) {
            return;
        }
        let offsets = self.shown_rows().filter_map(|row| self.offset_at(row));
        let missing: Vec<u64> =
            offsets.filter(|offset| self.store.get(*offset) == crate::Held::Missing).collect();
        let Some(first) = missing.first().copied() else { return };
        let window = self.window();
        let last =
            missing.iter().copied().take_while(|offset| offset - first < window).last().unwrap_or(first);
        let level = self.level();
        let size = (last - first + 1) as u32;
        wanted.push(self.request(Purpose::Window, first, Some(last + 1), size, SortOrder::Asc, level));
    }

    /// An answer of one level only says nothing of other lines, but a match that it lacks is gone.
    fn mark_lost_matches(&mut self, range: Range<u64>) {
        let Some(scan) = &self.filtered else { return };
        let gone: Vec<u64> = scan
            .found()
            .range(scan.before(range.start)..scan.before(range.end))
            .copied()
            .filter(|offset| self.store.get(*offset) == crate::Held::Missing)
            .collect();
        for offset in gone {
            self.store.insert([], Some(offset..offset + 1));
        }
    }

    /// A search has some pages on their way, so that the service reads the next one while this side looks through the last.
    pub(super) fn want_scan(&mut self, purpose: Purpose, ahead: Option<Ahead>, wanted: &mut Vec<Request>) {
        let Some(mut ahead) = ahead else { return };
        let level = self.level();
        if level.is_some() {
            // Nobody knows how far a page reaches that leaves lines out: each begins where the last one ended.
            if !self.is_flying(purpose) {
                let (start, end, sort) = match ahead {
                    Ahead::Forward(from) => (from, None, SortOrder::Asc),
                    Ahead::Backward(to) => (0, Some(to), SortOrder::Desc),
                };
                wanted.push(self.request(purpose, start, end, SCAN, sort, level));
            }
            return;
        }
        let size = u64::from(SCAN);
        while self.flying.iter().filter(|request| request.purpose == purpose).count() < SCANS {
            let flying = self.flying.iter().filter(|request| request.purpose == purpose);
            let (start, end, sort) = match ahead {
                Ahead::Forward(from) => {
                    let ends = flying.filter(|request| request.sort == SortOrder::Asc);
                    let start = ends.filter_map(|request| request.end).fold(from, u64::max);
                    (start, start.saturating_add(size), SortOrder::Asc)
                }
                Ahead::Backward(to) => {
                    let starts = flying.filter(|request| request.sort == SortOrder::Desc);
                    let end = starts.map(|request| request.start).fold(to, u64::min);
                    (end.saturating_sub(size), end, SortOrder::Desc)
                }
            };
            ahead = match sort {
                SortOrder::Asc => Ahead::Forward(start),
                SortOrder::Desc => Ahead::Backward(end),
            };
            if start >= self.total || end == 0 || self.is_here(ahead) {
                return;
            }
            wanted.push(self.request(purpose, start, Some(end), SCAN, sort, None));
        }
    }

    pub(super) fn request(
        &mut self,
        purpose: Purpose,
        start: u64,
        end: Option<u64>,
        size: u32,
        sort: SortOrder,
        level: Option<Level>,
    ) -> Request {
        let id = self.next_request;
        self.next_request = id.wrapping_add(1);
        let request = Request { id, purpose, start, end, size: size.max(1), sort, level };
        self.flying.push(request);
        request
    }

    pub(super) fn is_flying(&self, purpose: Purpose) -> bool {
        self.flying.iter().any(|request| request.purpose == purpose)
    }

    /// Whether the answer is still awaited.
    fn land(&mut self, request: &Request) -> bool {
        let before = self.flying.len();
        self.flying.retain(|flying| flying.id != request.id);
        self.flying.len() < before
    }

    /// What one looks at and what is fetched around it stays: else it would be asked for again at once.
    fn evict(&mut self) {
        let shown = self.shown_rows();
        let center = self.offset_at(shown.start).unwrap_or_default();
        let kept = if self.filtered.is_some() { shown } else { self.near(&shown) };
        let keep = kept.filter_map(|row| self.offset_at(row)).map(|offset| offset / CHUNK).collect();
        self.store.evict(center, &keep);
    }

    /// Lines of one window: fewer where lines are long.
    fn window(&self) -> u64 {
        self.store.reach().clamp(50, WINDOW)
    }

    /// What is fetched around what is seen, most of it where one is heading.
    fn near(&self, shown: &Range<u64>) -> Range<u64> {
        let window = self.window();
        let (ahead, behind) = (window * 6 / 10, window / 10);
        let (up, down) = if self.goes_down { (behind, ahead) } else { (ahead, behind) };
        shown.start.saturating_sub(up)..(shown.end + down).min(self.total)
    }

    pub(super) fn find_pattern(&self) -> Option<Pattern> {
        self.pattern().cloned()
    }
}

/// The offsets of which an answer says everything, within what was asked. A service may leave its own figures out.
pub(super) fn looked(request: &Request, page: &LogPage, is_full: bool) -> Range<u64> {
    let first = page.lines.iter().map(|line| line.offset).min();
    let last = page.lines.iter().map(|line| line.offset).max();
    let asked_end = request.end.unwrap_or(u64::MAX);
    let range = match (request.sort, is_full) {
        (SortOrder::Asc, true) => request.start..last.map_or(page.end_offset, |last| last + 1),
        (SortOrder::Asc, false) => request.start..page.end_offset.max(last.map_or(0, |last| last + 1)),
        (SortOrder::Desc, true) => {
            first.unwrap_or(request.start)..page.end_offset.max(last.map_or(0, |last| last + 1))
        }
        (SortOrder::Desc, false) => request.start..page.end_offset.max(last.map_or(0, |last| last + 1)),
    };
    let end = range.end.min(asked_end);
    range.start.min(end)..end
}
