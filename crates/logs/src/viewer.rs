//! The whole viewer: what is known of the log, where one is in it, what one looks for. Inputs are methods; what follows
//! from them is asked for: [`Viewer::wanted`] tells what to fetch, [`Viewer::frame`] what to draw.

mod draw;
mod plan;
mod search;

use wire::log::{Level, LogPage};

pub use draw::{Draw, Frame, RowState, pieces};
pub use plan::{Purpose, Request};
pub use search::{FindState, Seek, Step};

use crate::filter::Filter;
use crate::heights::Heights;
use crate::pattern::Pattern;
use crate::port::{Ground, Place, Port};
use crate::scan::Scan;
use crate::selection::Selection;
use crate::store::{CHUNK, Held, Line, Store};
use search::{Find, Seeking};

/// Bytes of lines that are kept: some 300,000 lines of the usual length. What is let go is read again when it is seen.
const BUDGET: usize = 48 << 20;

/// What came of a search that ended without a line to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    NoSuchLine,
}

#[derive(Debug)]
pub struct Viewer {
    store: Store,
    heights: Heights,
    /// Columns of a wrapped message; none where lines are not wrapped.
    columns: Option<u32>,
    port: Port,
    /// Lines of the log, as far as the service told.
    total: u64,
    /// The first answer came.
    is_open: bool,
    is_complete: bool,
    follows: bool,
    /// The lines there were when following ended.
    let_go: u64,
    goes_down: bool,
    filter: Filter,
    filtered: Option<Scan>,
    find: Option<Find>,
    seeking: Option<Seeking>,
    selection: Option<Selection>,
    flying: Vec<Request>,
    next_request: u32,
    tail_due: bool,
    /// More came than one answer holds: the next one goes to the end and leaves a gap.
    tail_behind: bool,
    /// Cells of the widest message so far, so that the width does not jump as one scrolls.
    widest: u32,
    news: Option<News>,
    /// Where the browser's scroll bar must be set to.
    bar: Option<f64>,
    /// Tells pictures apart whose rows were drawn from other lines or names.
    edition: u32,
}

impl Default for Viewer {
    fn default() -> Self {
        Self::new(None)
    }
}

impl Viewer {
    /// Opens at these lines, else at the end, which is then followed.
    pub fn new(at: Option<Selection>) -> Self {
        Self::with_budget(at, BUDGET)
    }

    pub fn with_budget(at: Option<Selection>, bytes: usize) -> Self {
        Self {
            store: Store::new(bytes),
            heights: Heights::uniform(0),
            columns: None,
            port: Port::default(),
            total: 0,
            is_open: false,
            is_complete: false,
            follows: at.is_none(),
            let_go: 0,
            goes_down: false,
            filter: Filter::default(),
            filtered: None,
            find: None,
            seeking: None,
            selection: at,
            flying: Vec::new(),
            next_request: 0,
            tail_due: true,
            tail_behind: false,
            widest: 0,
            news: None,
            bar: None,
            edition: 0,
        }
    }

    /// A viewer of another log, which is seen through the same window with the same filter and search.
    pub fn another(&self, at: Option<Selection>) -> Self {
        let mut viewer = Self::new(at);
        viewer.edition = self.edition.wrapping_add(1);
        viewer.resize(self.port.height, self.columns);
        viewer.set_filter(self.filter.clone());
        viewer.set_find(self.pattern().cloned());
        viewer
    }

    /// Changes whenever rows must be drawn anew though they stand for the same offsets.
    pub fn edition(&self) -> u32 {
        self.edition
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    /// The service was heard at least once.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// The log ends here, as far as the last answer knew.
    pub fn is_complete(&self) -> bool {
        self.is_complete && !self.tail_behind
    }

    pub fn follows(&self) -> bool {
        self.follows
    }

    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    pub fn selection(&self) -> Option<Selection> {
        self.selection
    }

    /// Bytes of all lines held.
    pub fn bytes(&self) -> usize {
        self.store.bytes()
    }

    pub fn line(&self, offset: u64) -> Held<'_> {
        self.store.get(offset)
    }

    /// A line of an answer, as the filter sees it.
    pub fn view<'a>(&'a self, line: &'a wire::log::LogLine) -> Line<'a> {
        self.store.view(line)
    }

    pub fn writers(&self) -> &[String] {
        self.store.writers()
    }

    /// Learns the names of tasks whose lines came before them.
    pub fn relearn(&mut self, name: &dyn Fn(&str) -> Option<String>) -> bool {
        let changed = self.store.relearn(name);
        self.edition = self.edition.wrapping_add(u32::from(changed));
        changed
    }

    pub fn take_news(&mut self) -> Option<News> {
        self.news.take()
    }

    /// The highest attempt of the newest lines.
    pub fn attempts(&self) -> u32 {
        let newest = (self.total.saturating_sub(200)..self.total).rev();
        newest.filter_map(|offset| self.here(offset)).map(|line| line.attempt).max().unwrap_or_default()
    }

    /// Lines that pass the filter, as far as they are known.
    pub fn rows(&self) -> u64 {
        self.filtered.as_ref().map_or(self.total, |scan| scan.found().len() as u64)
    }

    /// Lines looked at by the filter; all of them where every line passes.
    pub fn filtered_so_far(&self) -> u64 {
        self.filtered.as_ref().map_or(self.total, Scan::looked_at)
    }

    /// Lines that pass the filter and came since following ended.
    pub fn unseen(&self) -> u64 {
        if self.follows {
            return 0;
        }
        match &self.filtered {
            Some(scan) => (scan.found().len() - scan.before(self.let_go)) as u64,
            None => self.total.saturating_sub(self.let_go),
        }
    }

    /// The time of the line at the top of the window.
    pub fn time_here(&self) -> Option<i64> {
        self.here(self.offset_at(self.port.place.line)?)?.time
    }

    pub fn follow(&mut self, on: bool) {
        if on != self.follows {
            self.follows = on;
            self.let_go = self.total;
            self.tail_due = true;
        }
    }

    /// The window has this height, and wrapped messages this many columns.
    pub fn resize(&mut self, height: f64, columns: Option<u32>) {
        self.port.height = height.max(0.0);
        if columns != self.columns {
            self.columns = columns;
            self.measure();
        }
    }

    /// The scroll bar was moved by a person.
    pub fn scrolled(&mut self, to: f64) {
        if (to - self.port.bar).abs() < 1.5 {
            // The browser rounds what it was set to; that is no scroll.
            return;
        }
        let up = to < self.port.bar;
        self.goes_down = !up;
        self.with_port(|port, ground| port.scrolled(to, ground));
        let at_end = self.with_port(|port, ground| port.place == port.end(ground));
        if up && self.follows && !at_end {
            self.follow(false);
        } else if !up && at_end {
            self.follow(true);
        }
    }

    /// Moves by rows of text: the arrow keys; a page is the window's height.
    pub fn scroll_rows(&mut self, rows: f64) {
        self.goes_down = rows > 0.0;
        self.with_port(|port, ground| port.place = ground.moved(port.place, rows * crate::ROW_HEIGHT));
        let at_end = self.with_port(|port, ground| {
            let end = port.end(ground);
            (port.place.line, port.place.into) >= (end.line, end.into)
        });
        self.follow(at_end && rows > 0.0);
    }

    pub fn scroll_page(&mut self, pages: f64) {
        let rows = (self.port.height / crate::ROW_HEIGHT - 1.0).max(1.0).floor();
        self.scroll_rows(rows * pages);
    }

    pub fn scroll_home(&mut self) {
        self.goes_down = true;
        self.port.place = Place::default();
        self.follow(false);
    }

    /// Shows a line, and lets go of the end for it.
    pub fn reveal(&mut self, offset: u64) {
        self.follow(false);
        let row = self.row_of(offset.min(self.total.saturating_sub(1)));
        self.with_port(|port, ground| port.reveal(row, ground));
    }

    pub fn select(&mut self, selection: Option<Selection>) {
        self.selection = selection;
    }

    /// Marks one line, or with `extend` all from the mark to it.
    pub fn mark(&mut self, offset: u64, extend: bool) {
        let anchor = self.selection.filter(|_| extend).map_or(offset, |selection| selection.anchor);
        self.selection = Some(Selection { anchor, head: offset });
    }

    /// Moves the marked end by lines of the view; begins at the window's top.
    pub fn mark_by(&mut self, lines: i64, extend: bool) {
        let row = match self.selection {
            Some(selection) => self.row_of(selection.head).saturating_add_signed(lines),
            None => self.port.place.line,
        };
        if let Some(offset) = self.offset_at(row.min(self.rows().saturating_sub(1))) {
            self.mark(offset, extend);
            self.reveal(offset);
        }
    }

    pub fn set_filter(&mut self, filter: Filter) {
        if filter == self.filter {
            return;
        }
        let anchor = self.offset_at(self.port.place.line).unwrap_or_default();
        let origin = if self.follows { self.total } else { anchor };
        self.filtered = (!filter.is_open()).then(|| Scan::from(origin));
        self.filter = filter;
        self.flying.retain(|request| !matches!(request.purpose, Purpose::Filter | Purpose::Find));
        self.measure();
        self.port.place = Place { line: self.row_of(anchor), into: 0.0 };
        let pattern = self.find.take().map(|find| find.pattern);
        self.set_find(pattern);
    }

    /// Brings the window's place in line with what came; the bar follows at the next frame.
    fn settle(&mut self) {
        self.heights_grow();
        let follows = self.follows;
        if let Some(bar) = self.with_port(|port, ground| port.settle(follows, ground)) {
            self.bar = Some(bar);
        }
    }

    /// The rows of every line, where the columns or the lines of the view changed.
    fn measure(&mut self) {
        self.heights = match (self.columns, &self.filtered) {
            (Some(columns), None) => {
                let mut heights = Heights::chunks(self.total);
                for key in self.store.keys() {
                    let lines = self.total.saturating_sub(key * CHUNK).min(CHUNK);
                    if let Some(rows) = self.store.chunk_rows(key, lines, columns) {
                        heights.set(key, rows);
                    }
                }
                heights
            }
            _ => Heights::uniform(self.rows()),
        };
    }

    /// Takes lines in; rows that became known are measured.
    fn take_lines(
        &mut self,
        page: &LogPage,
        keep: impl Fn(&Self, Line<'_>) -> bool,
        covered: Option<std::ops::Range<u64>>,
    ) {
        let kept: Vec<&wire::log::LogLine> =
            page.lines.iter().filter(|line| keep(self, self.store.view(line))).collect();
        let touched = self.store.insert(kept, covered);
        self.heights_grow();
        for key in touched {
            self.widest = self.widest.max(self.store.widest(key));
            if let (Some(columns), None) = (self.columns, &self.filtered) {
                let lines = self.total.saturating_sub(key * CHUNK).min(CHUNK);
                if let Some(rows) = self.store.chunk_rows(key, lines, columns) {
                    self.heights.set(key, rows);
                }
            }
        }
    }

    fn heights_grow(&mut self) {
        match &self.filtered {
            None => self.heights.grow(self.total),
            Some(scan) => self.heights = Heights::uniform(scan.found().len() as u64),
        }
    }

    fn here(&self, offset: u64) -> Option<Line<'_>> {
        match self.store.get(offset) {
            Held::Here(line) => Some(line),
            Held::Lost | Held::Missing => None,
        }
    }

    fn offset_at(&self, row: u64) -> Option<u64> {
        match &self.filtered {
            Some(scan) => scan.found().get(usize::try_from(row).ok()?).copied(),
            None => (row < self.total).then_some(row),
        }
    }

    /// The row of a line, or of the next one that passes the filter.
    fn row_of(&self, offset: u64) -> u64 {
        self.filtered.as_ref().map_or(offset, |scan| scan.before(offset) as u64)
    }

    fn with_port<T>(&mut self, run: impl FnOnce(&mut Port, &Ground<'_>) -> T) -> T {
        let mut port = self.port;
        let rows = |row: u64| self.rows_of(row);
        let is_uneven = self.columns.is_some() && self.filtered.is_some();
        let result = run(&mut port, &Ground { heights: &self.heights, rows: &rows, is_uneven });
        self.port = port;
        result
    }

    /// The rows of text that a row of the view takes; one where its line is not here.
    fn rows_of(&self, row: u64) -> u32 {
        let Some(columns) = self.columns else { return 1 };
        self.offset_at(row).and_then(|offset| self.store.rows(offset, columns)).unwrap_or(1)
    }

    fn level(&self) -> Option<Level> {
        (self.filter.level > Level::Debug).then_some(self.filter.level)
    }

    fn pattern(&self) -> Option<&Pattern> {
        self.find.as_ref().map(|find| &find.pattern)
    }
}

#[cfg(test)]
mod tests;
