//! The lines that have been read, by offset: sparse, each once, in chunks of one text each, within a budget of bytes. What
//! lies farthest from the view goes first, and is asked for again where it is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use unicode_width::UnicodeWidthChar;
use wire::log::{Level, LogLine, LogPage};

use crate::ansi::plain;
use crate::time;

/// Lines of one chunk.
pub const CHUNK: u64 = 512;

/// Cells between the stops of a tabulator; `style/logs.css` says the same.
const TAB: u32 = 4;

/// A line as it is drawn and searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    pub offset: u64,
    /// Milliseconds since the epoch; none where the service's text is no time.
    pub time: Option<i64>,
    pub level: Level,
    pub attempt: u32,
    /// The name of the task that wrote it, or its id while the name is not known.
    pub writer: Option<&'a str>,
    pub message: &'a str,
}

/// What is known of an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held<'a> {
    Here(Line<'a>),
    /// The service was asked and has no such line any more.
    Lost,
    Missing,
}

#[derive(Debug, Default)]
pub(crate) struct Store {
    chunks: BTreeMap<u64, Chunk>,
    writers: Writers,
    bytes: usize,
    budget: usize,
    /// Bytes of a line in the answer whose lines were the longest.
    longest: usize,
}

#[derive(Debug, Default)]
struct Chunk {
    /// In the order of their places.
    entries: Vec<Entry>,
    text: String,
    /// A bit for each place that the service was asked for in vain.
    lost: [u64; 8],
    bytes: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    time: Option<i64>,
    start: u32,
    end: u32,
    /// Cells of a terminal that the message takes on one row.
    cells: u32,
    attempt: u32,
    writer: Option<u32>,
    place: u16,
    level: Level,
}

/// The tasks that wrote lines: their ids, and their names where they are known.
#[derive(Debug, Default)]
struct Writers {
    numbers: BTreeMap<String, u32>,
    names: Vec<String>,
}

impl Store {
    pub(crate) fn new(budget: usize) -> Self {
        Self { budget, ..Self::default() }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn has_room(&self) -> bool {
        self.bytes < self.budget
    }

    /// Takes in lines, each once. `covered` are offsets whose every line would be among them: those that are not are lost.
    pub(crate) fn insert<'a>(
        &mut self,
        lines: impl IntoIterator<Item = &'a LogLine>,
        covered: Option<Range<u64>>,
    ) -> Vec<u64> {
        let mut touched = Vec::new();
        let (mut count, mut length) = (0, 0);
        for line in lines {
            count += 1;
            length += line.message.len() + size_of::<Entry>();
            let writer = line.task_id.as_ref().map(|id| self.writers.number(id));
            let (key, place) = (line.offset / CHUNK, (line.offset % CHUNK) as u16);
            let chunk = self.chunks.entry(key).or_default();
            if chunk.insert(line, place, writer) && touched.last() != Some(&key) {
                touched.push(key);
            }
        }
        // A few lines say little of the rest.
        if count >= 50 {
            self.longest = self.longest.max(length / count);
        }
        if let Some(covered) = covered {
            self.mark_lost(covered);
        }
        touched.sort_unstable();
        touched.dedup();
        for key in &touched {
            if let Some(chunk) = self.chunks.get_mut(key) {
                self.bytes += chunk.weigh();
            }
        }
        touched
    }

    /// Lets go of chunks until the rest fits, the farthest from a line first; those in `keep` stay.
    pub(crate) fn evict(&mut self, center: u64, keep: &BTreeSet<u64>) {
        if self.bytes <= self.budget {
            return;
        }
        let mut keys: Vec<u64> = self.chunks.keys().copied().filter(|key| !keep.contains(key)).collect();
        keys.sort_by_key(|key| key.abs_diff(center / CHUNK));
        // A little more than needed, so that not every answer has to look for room.
        let wanted = self.budget - self.budget / 16;
        while self.bytes > wanted
            && let Some(key) = keys.pop()
        {
            if let Some(chunk) = self.chunks.remove(&key) {
                self.bytes -= chunk.bytes;
            }
        }
    }

    /// How many lines an eighth of the budget holds. It only becomes smaller: a reach that grew again when long lines
    /// were let go would have them read again and let go again.
    pub(crate) fn reach(&self) -> u64 {
        (self.budget / 8 / self.longest.max(64)) as u64
    }

    pub(crate) fn get(&self, offset: u64) -> Held<'_> {
        let Some(chunk) = self.chunks.get(&(offset / CHUNK)) else { return Held::Missing };
        let place = (offset % CHUNK) as u16;
        match chunk.find(place) {
            Ok(index) => self
                .line(chunk, &chunk.entries[index])
                .map_or(Held::Missing, |line| Held::Here(Line { offset, ..line })),
            Err(_) if chunk.is_lost(place) => Held::Lost,
            Err(_) => Held::Missing,
        }
    }

    /// The first offset of the range that nothing is known of.
    pub(crate) fn first_missing(&self, range: Range<u64>) -> Option<u64> {
        self.scan_missing(range)
    }

    /// The last offset of the range that nothing is known of.
    pub(crate) fn last_missing(&self, range: Range<u64>) -> Option<u64> {
        range.rev().find(|offset| self.get(*offset) == Held::Missing)
    }

    /// The rows that a line takes in this many columns; none where it is not here.
    pub(crate) fn rows(&self, offset: u64, columns: u32) -> Option<u32> {
        let chunk = self.chunks.get(&(offset / CHUNK))?;
        let entry = chunk.entries.get(chunk.find((offset % CHUNK) as u16).ok()?)?;
        Some(entry.rows(chunk, columns))
    }

    /// The rows of a chunk's lines in all, each line that is not here taken for one.
    pub(crate) fn chunk_rows(&self, key: u64, lines: u64, columns: u32) -> Option<u64> {
        let chunk = self.chunks.get(&key)?;
        let known: u64 = chunk.entries.iter().map(|entry| u64::from(entry.rows(chunk, columns))).sum();
        Some(known + lines.saturating_sub(chunk.entries.len() as u64))
    }

    /// Cells of the widest message of a chunk.
    pub(crate) fn widest(&self, key: u64) -> u32 {
        let entries = self.chunks.get(&key).map(|chunk| chunk.entries.iter());
        entries.and_then(|entries| entries.map(|entry| entry.cells).max()).unwrap_or_default()
    }

    pub(crate) fn keys(&self) -> Vec<u64> {
        self.chunks.keys().copied().collect()
    }

    /// A line of an answer, seen as if it were here.
    pub(crate) fn view<'a>(&'a self, line: &'a LogLine) -> Line<'a> {
        Line {
            offset: line.offset,
            time: time::parse(&line.time),
            level: line.level,
            attempt: line.attempt,
            writer: line.task_id.as_deref().map(|id| self.writers.name(id)),
            message: &line.message,
        }
    }

    /// Learns the names of the tasks that an answer names for the first time.
    pub(crate) fn learn(&mut self, page: &LogPage, name: &dyn Fn(&str) -> Option<String>) {
        for id in page.lines.iter().filter_map(|line| line.task_id.as_ref()) {
            if !self.writers.numbers.contains_key(id) {
                let number = self.writers.number(id) as usize;
                if let (Some(name), Some(slot)) = (name(id), self.writers.names.get_mut(number)) {
                    *slot = name;
                }
            }
        }
    }

    /// Learns names that were not known when their lines came; says whether any changed.
    pub(crate) fn relearn(&mut self, name: &dyn Fn(&str) -> Option<String>) -> bool {
        let mut changed = false;
        for (id, number) in &self.writers.numbers {
            if let (Some(name), Some(slot)) = (name(id), self.writers.names.get_mut(*number as usize))
                && *slot != name
            {
                *slot = name;
                changed = true;
            }
        }
        changed
    }

    /// The names of all tasks that wrote a line, as far as lines were read.
    pub(crate) fn writers(&self) -> &[String] {
        &self.writers.names
    }

    fn line<'a>(&'a self, chunk: &'a Chunk, entry: &Entry) -> Option<Line<'a>> {
        Some(Line {
            offset: 0,
            time: entry.time,
            level: entry.level,
            attempt: entry.attempt,
            writer: entry
                .writer
                .and_then(|number| self.writers.names.get(number as usize))
                .map(String::as_str),
            message: chunk.text.get(entry.start as usize..entry.end as usize)?,
        })
    }

    fn scan_missing(&self, range: Range<u64>) -> Option<u64> {
        let mut offset = range.start;
        while offset < range.end {
            let key = offset / CHUNK;
            let Some(chunk) = self.chunks.get(&key) else { return Some(offset) };
            let end = range.end.min((key + 1) * CHUNK);
            if chunk.entries.len() as u64 == CHUNK {
                offset = end;
                continue;
            }
            let mut index = chunk.find((offset % CHUNK) as u16).unwrap_or_else(|index| index);
            while offset < end {
                let place = (offset % CHUNK) as u16;
                if chunk.entries.get(index).is_some_and(|entry| entry.place == place) {
                    index += 1;
                } else if !chunk.is_lost(place) {
                    return Some(offset);
                }
                offset += 1;
            }
        }
        None
    }

    fn mark_lost(&mut self, covered: Range<u64>) {
        let mut from = covered.start;
        while let Some(offset) = self.scan_missing(from..covered.end) {
            let chunk = self.chunks.entry(offset / CHUNK).or_default();
            let place = (offset % CHUNK) as usize;
            chunk.lost[place / 64] |= 1 << (place % 64);
            from = offset + 1;
        }
    }
}

impl Chunk {
    fn find(&self, place: u16) -> Result<usize, usize> {
        // Where nothing is missing before it, a line's place is its index.
        let index = usize::from(place);
        if self.entries.get(index).is_some_and(|entry| entry.place == place) {
            return Ok(index);
        }
        self.entries.binary_search_by_key(&place, |entry| entry.place)
    }

    fn insert(&mut self, line: &LogLine, place: u16, writer: Option<u32>) -> bool {
        let Err(index) = self.find(place) else { return false };
        let start = self.text.len();
        // A chunk holds less than 4 GiB of text: an answer is far smaller than that.
        let (Ok(from), Ok(to)) = (u32::try_from(start), u32::try_from(start + line.message.len())) else {
            return false;
        };
        self.text.push_str(&line.message);
        let entry = Entry {
            time: time::parse(&line.time),
            start: from,
            end: to,
            cells: widest_row(&plain(&line.message)),
            attempt: line.attempt,
            writer,
            place,
            level: line.level,
        };
        self.entries.insert(index, entry);
        if self.entries.len() as u64 == CHUNK {
            self.entries.shrink_to_fit();
            self.text.shrink_to_fit();
        }
        true
    }

    fn is_lost(&self, place: u16) -> bool {
        let place = usize::from(place);
        self.lost[place / 64] & 1 << (place % 64) != 0
    }

    /// Weighs the chunk anew; returns what it gained.
    fn weigh(&mut self) -> usize {
        let bytes = size_of::<Self>() + self.entries.capacity() * size_of::<Entry>() + self.text.capacity();
        let gained = bytes.saturating_sub(self.bytes);
        // A chunk that shrank keeps its old weight: it is full, so it is weighed no more.
        self.bytes = self.bytes.max(bytes);
        gained
    }
}

impl Entry {
    fn rows(&self, chunk: &Chunk, columns: u32) -> u32 {
        let columns = columns.max(1);
        let text = chunk.text.get(self.start as usize..self.end as usize).unwrap_or_default();
        if text.contains('\n') {
            plain(text).split('\n').map(|row| cells(row).div_ceil(columns).max(1)).sum()
        } else {
            self.cells.div_ceil(columns).max(1)
        }
    }
}

impl Writers {
    fn number(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.numbers.insert(id.to_owned(), number);
        self.names.push(id.to_owned());
        number
    }

    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.numbers.get(id).and_then(|number| self.names.get(*number as usize)).map_or(id, String::as_str)
    }
}

fn widest_row(text: &str) -> u32 {
    text.split('\n').map(cells).max().unwrap_or_default()
}

/// The cells that a row of text takes in a terminal; ASCII needs no table.
fn cells(text: &str) -> u32 {
    if text.is_ascii() && !text.contains('\t') {
        return u32::try_from(text.len()).unwrap_or(u32::MAX);
    }
    text.chars().fold(0_u32, |sum, character| {
        let width = match character {
            '\t' => TAB - sum % TAB,
            _ => character.width().map_or(0, |width| width as u32),
        };
        sum.saturating_add(width)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(offset: u64) -> LogLine {
        LogLine { offset, message: format!("line {offset}"), ..LogLine::default() }
    }

    fn lines(offsets: impl IntoIterator<Item = u64>) -> Vec<LogLine> {
        offsets.into_iter().map(line).collect()
    }

    fn message(store: &Store, offset: u64) -> String {
        match store.get(offset) {
            Held::Here(line) => line.message.to_owned(),
            Held::Lost => "lost".to_owned(),
            Held::Missing => "missing".to_owned(),
        }
    }

    #[test]
    fn an_offset_that_the_service_skipped_is_lost_not_missing() {
        let mut store = Store::new(1 << 20);
        store.insert(&lines([5, 7]), Some(5..9));
        let told: Vec<String> = (4..10).map(|offset| message(&store, offset)).collect();
        assert_eq!(told, ["missing", "line 5", "lost", "line 7", "lost", "missing"]);
    }

    #[test]
    fn what_is_far_from_the_view_goes_first_and_the_view_stays() {
        let mut store = Store::new(40_000);
        store.insert(&lines(0..10_000), Some(0..10_000));
        assert!(!store.has_room());
        store.evict(5_050, &[9].into());
        assert!(store.bytes() <= 40_000 || store.keys().len() == 1);
        assert_eq!(message(&store, 5_050), "line 5050");
        assert_eq!(
            (message(&store, 0), message(&store, 9_999)),
            ("missing".to_owned(), "missing".to_owned())
        );
        store.insert(&lines(0..10), Some(0..10));
        assert_eq!(message(&store, 3), "line 3");
    }

    #[test]
    fn rows_count_cells_not_bytes() {
        let mut store = Store::new(1 << 20);
        let texts = [
            "切换".repeat(10),
            "\t|".to_owned(),
            "a\u{1b}[31mb\u{1b}[0mc".to_owned(),
            "one\ntwo three".to_owned(),
            String::new(),
        ];
        let all: Vec<LogLine> = texts
            .into_iter()
            .zip(0..)
            .map(|(message, offset)| LogLine { offset, message, ..LogLine::default() })
            .collect();
        store.insert(&all, None);
        let rows: Vec<Option<u32>> = (0..6).map(|offset| store.rows(offset, 4)).collect();
        assert_eq!(rows, [Some(10), Some(2), Some(1), Some(4), Some(1), None]);
    }

    proptest! {
        /// Whatever the order of the answers, and however often each comes, the same lines are here.
        #[test]
        fn any_order_of_answers_is_the_same_log(
            pages in prop::collection::vec((0_u64..3_000, 1_u64..900), 1..12),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..24),
        ) {
            let mut straight = Store::new(usize::MAX);
            for (start, size) in &pages {
                straight.insert(&lines(*start..start + size), Some(*start..start + size));
            }
            let mut shuffled = Store::new(usize::MAX);
            let again = order.iter().map(|index| index.get(&pages)).chain(pages.iter().rev());
            for (start, size) in again {
                shuffled.insert(&lines(*start..start + size), Some(*start..start + size));
            }
            for offset in 0..4_000 {
                prop_assert_eq!(straight.get(offset), shuffled.get(offset));
            }
            let gap = (0..4_000).find(|offset| straight.get(*offset) == Held::Missing);
            prop_assert_eq!(straight.first_missing(0..4_000), gap);
        }
    }
}
