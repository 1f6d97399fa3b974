//! Filter, search and jumps: over lines that are here at once, over the others as they come.

use wire::log::{Level, LogPage, SortOrder};

use super::plan::{Purpose, Request, SCAN, looked};
use super::{News, Viewer};
use crate::ansi::plain;
use crate::pattern::Pattern;
use crate::scan::{Ahead, Scan};
use crate::selection::Selection;
use crate::store::{Held, Line};

/// Where a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Next,
    Previous,
}

/// Where a jump goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek {
    /// The first line that was written at this time or later, in milliseconds since the epoch.
    Time(i64),
    /// The first line of this level or a higher one.
    First(Level),
    /// Likewise, after or before the marked line.
    From(Level, Step),
    /// The first line of this attempt.
    Attempt(u32),
}

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FindState {
    pub count: u64,
    /// Which of them is shown, from 1.
    pub index: Option<u64>,
    pub looked_at: u64,
    pub total: u64,
    /// A step waits for lines that are not here yet.
    pub is_waiting: bool,
}

#[derive(Debug)]
pub(super) struct Find {
    pub(super) pattern: Pattern,
    pub(super) scan: Scan,
    /// The line that the search stands at.
    pub(super) at: Option<u64>,
    pending: Option<Pending>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    /// The first match from here on, else the last before.
    Nearest(u64),
    Next(u64),
    Previous(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seeking {
    /// The line lies in `low..=high`.
    Time {
        at: i64,
        low: u64,
        high: u64,
    },
    Level {
        level: Level,
        from: u64,
        step: Step,
    },
    Attempt {
        attempt: u32,
        from: u64,
    },
}

impl Viewer {
    /// Searches for a pattern from where one is, or for nothing.
    pub fn set_find(&mut self, pattern: Option<Pattern>) {
        self.flying.retain(|request| request.purpose != Purpose::Find);
        let here = self.find.as_ref().and_then(|find| find.at);
        let here = here.or_else(|| self.offset_at(self.port.place.line)).unwrap_or_default();
        // An address that names lines shows those; what it searches for is counted, and gone to when one asks.
        let stays = !self.is_open && self.selection.is_some();
        self.find = pattern.map(|pattern| Find {
            pattern,
            scan: Scan::from(here.min(self.total)),
            at: None,
            pending: (!stays).then_some(Pending::Nearest(here)),
        });
    }

    /// Goes on to the next match or back to the one before.
    pub fn find_step(&mut self, step: Step) {
        let here = self.offset_at(self.port.place.line).unwrap_or_default();
        if let Some(find) = &mut self.find {
            let at = find.at;
            find.pending = Some(match step {
                Step::Next => at.map_or(Pending::Nearest(here), Pending::Next),
                Step::Previous => Pending::Previous(at.unwrap_or(here)),
            });
        }
        self.resolve_find();
    }

    pub fn find_state(&self) -> Option<FindState> {
        self.find.as_ref().map(|find| FindState {
            count: find.scan.found().len() as u64,
            index: find.at.map(|at| find.scan.before(at) as u64 + 1),
            looked_at: find.scan.looked_at(),
            total: self.total,
            is_waiting: find.pending.is_some() && find.scan.ahead(self.total).is_some(),
        })
    }

    /// Begins a jump; the line is shown and marked once it is known.
    pub fn seek(&mut self, seek: Seek) {
        let marked = self.selection.map(|selection| selection.head);
        let here = marked.or_else(|| self.offset_at(self.port.place.line)).unwrap_or_default();
        self.flying.retain(|request| request.purpose != Purpose::Seek);
        self.seeking = Some(match seek {
            Seek::Time(at) => Seeking::Time { at, low: 0, high: self.total },
            Seek::First(level) => Seeking::Level { level, from: 0, step: Step::Next },
            Seek::From(level, Step::Next) => {
                let from = if marked.is_some() { here.saturating_add(1) } else { here };
                Seeking::Level { level, from, step: Step::Next }
            }
            Seek::From(level, Step::Previous) => Seeking::Level { level, from: here, step: Step::Previous },
            Seek::Attempt(attempt) => Seeking::Attempt { attempt, from: 0 },
        });
        if self.total == 0
            || matches!(self.seeking, Some(Seeking::Level { from: 0, step: Step::Previous, .. }))
        {
            self.seeking = None;
            self.news = Some(News::NoSuchLine);
        }
    }

    pub fn is_seeking(&self) -> bool {
        self.seeking.is_some()
    }

    /// Looks at some lines that are here. Says whether it got further; then it is worth calling again, after the browser
    /// had its turn.
    pub fn work(&mut self, most: u64) -> bool {
        let filtered =
            self.filtered.as_ref().and_then(|scan| self.look(scan, most, &|line| self.filter.passes(line)));
        if let Some((range, matches)) = filtered.clone() {
            self.filter_take(range, &matches);
        }
        let found = self.find.as_ref().and_then(|find| {
            self.look(&find.scan, most, &|line| {
                self.filter.passes(line) && find.pattern.is_in(&plain(line.message))
            })
        });
        if let Some((range, matches)) = found.clone() {
            if let Some(find) = &mut self.find {
                find.scan.take(range, &matches);
            }
            self.resolve_find();
        }
        filtered.is_some() || found.is_some()
    }

    /// The next lines of a scan that are here.
    fn look(
        &self,
        scan: &Scan,
        most: u64,
        passes: &dyn Fn(&Line<'_>) -> bool,
    ) -> Option<(std::ops::Range<u64>, Vec<u64>)> {
        let mut matches = Vec::new();
        let mut check = |offset: u64| match self.store.get(offset) {
            Held::Here(line) => {
                if passes(&line) {
                    matches.push(offset);
                }
                true
            }
            Held::Lost => true,
            Held::Missing => false,
        };
        let range = match scan.ahead(self.total)? {
            Ahead::Forward(from) => {
                let end = (from..self.total.min(from.saturating_add(most))).find(|offset| !check(*offset));
                from..end.unwrap_or(self.total.min(from.saturating_add(most)))
            }
            Ahead::Backward(to) => {
                let lowest = to.saturating_sub(most);
                let stop = (lowest..to).rev().find(|offset| !check(*offset));
                stop.map_or(lowest, |offset| offset + 1)..to
            }
        };
        matches.sort_unstable();
        (!range.is_empty()).then_some((range, matches))
    }

    pub(super) fn want_scans(&mut self, wanted: &mut Vec<Request>) {
        let ahead = self.filtered.as_ref().and_then(|scan| scan.ahead(self.total));
        let ahead = ahead.filter(|ahead| !self.is_here(*ahead));
        self.want_scan(Purpose::Filter, ahead, wanted);
        let ahead = self.find.as_ref().and_then(|find| find.scan.ahead(self.total));
        let ahead = ahead.filter(|ahead| !self.is_here(*ahead));
        self.want_scan(Purpose::Find, ahead, wanted);
    }

    /// The next line of a scan is here: [`Self::work`] looks at it.
    pub(super) fn is_here(&self, ahead: Ahead) -> bool {
        let offset = match ahead {
            Ahead::Forward(from) => from,
            Ahead::Backward(to) => to.saturating_sub(1),
        };
        self.store.get(offset) != Held::Missing
    }

    pub(super) fn filter_answered(&mut self, request: &Request, page: &LogPage, is_full: bool) {
        let mut matches: Vec<u64> = page
            .lines
            .iter()
            .map(|line| self.store.view(line))
            .filter(|line| self.filter.passes(line))
            .map(|line| line.offset)
            .collect();
        matches.sort_unstable();
        self.take_lines(page, |viewer, line| viewer.filter.passes(&line), None);
        self.filter_take(progress(request, page, is_full), &matches);
    }

    pub(super) fn find_answered(&mut self, request: &Request, page: &LogPage, is_full: bool) {
        let Some(pattern) = self.find_pattern() else { return };
        let mut matches: Vec<u64> = page
            .lines
            .iter()
            .map(|line| self.store.view(line))
            .filter(|line| self.filter.passes(line) && pattern.is_in(&plain(line.message)))
            .map(|line| line.offset)
            .collect();
        matches.sort_unstable();
        // The next search over the same lines then needs no answer, as far as there is room.
        if self.store.has_room() {
            let covered = request.level.is_none().then(|| looked(request, page, is_full));
            self.take_lines(page, |_, _| true, covered);
        }
        if let Some(find) = &mut self.find {
            find.scan.take(progress(request, page, is_full), &matches);
        }
        self.resolve_find();
    }

    /// Rows that came above must not move what one reads.
    fn filter_take(&mut self, range: std::ops::Range<u64>, matches: &[u64]) {
        let Some(mut scan) = self.filtered.take() else { return };
        let row = usize::try_from(self.port.place.line).unwrap_or(usize::MAX);
        let anchor = scan.found().get(row).copied();
        let before = scan.found().len();
        scan.take(range.clone(), matches);
        let front = scan.before(range.end);
        match anchor {
            Some(anchor) => self.port.place.line = scan.before(anchor) as u64,
            // Nothing stood below the window's top: what came above is what there is to see.
            None if before == 0 && front > 0 => self.port.place.line = scan.found().len() as u64,
            None => {}
        }
        self.filtered = Some(scan);
        self.heights_grow();
    }

    /// Shows what a waiting step has found, as soon as that is certain.
    fn resolve_find(&mut self) {
        let total = self.total;
        let Some(find) = &mut self.find else { return };
        let Some(pending) = find.pending else { return };
        let outcome = match pending {
            Pending::Next(at) => find.scan.next(at, total),
            Pending::Previous(at) => find.scan.previous(at, total),
            Pending::Nearest(at) => nearest(&find.scan, at, total),
        };
        let Ok(found) = outcome else { return };
        find.pending = None;
        find.at = found;
        if let Some(offset) = found {
            self.reveal(offset);
        }
    }

    pub(super) fn want_seek(&mut self, wanted: &mut Vec<Request>) {
        self.seek_here();
        let Some(seeking) = self.seeking else { return };
        if self.is_flying(Purpose::Seek) {
            return;
        }
        let (start, end, size, sort, level) = match seeking {
            Seeking::Time { low, high, .. } => (low.midpoint(high), None, 1, SortOrder::Asc, None),
            Seeking::Level { level, from, step: Step::Next } => (from, None, 1, SortOrder::Asc, Some(level)),
            Seeking::Level { level, from, step: Step::Previous } => {
                (0, Some(from), 1, SortOrder::Desc, Some(level))
            }
            Seeking::Attempt { from, .. } => (from, None, SCAN, SortOrder::Asc, None),
        };
        wanted.push(self.request(Purpose::Seek, start, end, size, sort, level));
    }

    pub(super) fn seek_answered(&mut self, request: &Request, page: &LogPage, is_full: bool) {
        match self.seeking {
            Some(Seeking::Time { at, .. }) => {
                let first = page.lines.first();
                let is_late =
                    first.is_none_or(|line| crate::time::parse(&line.time).is_none_or(|time| time >= at));
                // Lines between the one asked for and the one that came are gone.
                let passed = first.map_or(request.start, |line| line.offset);
                self.halve(request.start, passed, is_late);
                self.seek_here();
            }
            Some(Seeking::Level { .. }) => match page.lines.first().map(|line| line.offset) {
                Some(offset) => self.arrive(offset),
                None => self.give_up(),
            },
            Some(Seeking::Attempt { attempt, .. }) => {
                let found = page.lines.iter().find(|line| line.attempt == attempt).map(|line| line.offset);
                let next = progress(request, page, is_full).end;
                match found {
                    Some(offset) => self.arrive(offset),
                    None if next >= self.total => self.give_up(),
                    None => self.seeking = Some(Seeking::Attempt { attempt, from: next }),
                }
            }
            None => {}
        }
    }

    /// Goes as far as lines that are here allow.
    fn seek_here(&mut self) {
        while let Some(Seeking::Time { at, low, high }) = self.seeking {
            if low >= high {
                self.arrive(low.min(self.total.saturating_sub(1)));
                return;
            }
            let middle = low.midpoint(high);
            let Held::Here(line) = self.store.get(middle) else { return };
            let is_late = line.time.is_none_or(|time| time >= at);
            self.halve(middle, middle, is_late);
        }
    }

    fn halve(&mut self, middle: u64, passed: u64, is_late: bool) {
        if let Some(Seeking::Time { low, high, .. }) = &mut self.seeking {
            if is_late {
                *high = (*high).min(middle);
            } else {
                *low = (*low).max(passed.saturating_add(1));
            }
        }
    }

    fn arrive(&mut self, offset: u64) {
        self.seeking = None;
        self.selection = Some(Selection::line(offset));
        self.reveal(offset);
    }

    fn give_up(&mut self) {
        self.seeking = None;
        self.news = Some(News::NoSuchLine);
    }
}

fn nearest(scan: &Scan, at: u64, total: u64) -> Result<Option<u64>, crate::scan::NotYet> {
    let index = scan.before(at);
    match (scan.found().get(index), scan.ahead(total)) {
        (Some(found), _) => Ok(Some(*found)),
        (None, Some(Ahead::Forward(_))) => Err(crate::scan::NotYet),
        (None, ahead) => match scan.found().back() {
            Some(found) => Ok(Some(*found)),
            None if ahead.is_some() => Err(crate::scan::NotYet),
            None => Ok(None),
        },
    }
}

/// What an answer looked through, lines that its level left out among them. It always gets further: a service that says
/// nothing of what it looked at has looked at all that was asked.
fn progress(request: &Request, page: &LogPage, is_full: bool) -> std::ops::Range<u64> {
    let range = looked(request, page, is_full);
    match request.sort {
        SortOrder::Asc => range.start..range.end.max(request.start + 1),
        SortOrder::Desc => {
            let end = request.end.unwrap_or(range.end);
            range.start.min(end.saturating_sub(1))..end
        }
    }
}
