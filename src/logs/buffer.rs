//! The lines of one log, by offset and each once, however the answers come in. No DOM, no clock, no network.

use wire::log::{Level, LogLine, LogPage};

/// Everything that has been read of one log.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LogBuffer {
    /// In the order of their offsets, no offset twice.
    lines: Vec<LogLine>,
    next: u64,
    complete: bool,
}

/// Which lines a person wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogFilter {
    /// The lowest level shown.
    pub level: Level,
    /// Found anywhere in the message; ASCII letters in either case. Empty shows all.
    pub text: String,
}

/// A part of a message, and whether the search text stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub text: String,
    pub hit: bool,
}

impl LogBuffer {
    /// Takes in what was read; says how many of the lines were new.
    pub(super) fn append(&mut self, page: LogPage) -> usize {
        let before = self.lines.len();
        for line in page.lines {
            if self.lines.last().is_none_or(|last| last.offset < line.offset) {
                self.lines.push(line);
            } else if let Err(index) = self.lines.binary_search_by_key(&line.offset, |line| line.offset) {
                self.lines.insert(index, line);
            }
        }
        // An answer that comes late must not make the log be read again from an earlier place.
        self.next = self.next.max(page.next_offset);
        self.complete = page.complete;
        self.lines.len() - before
    }

    /// Where to read on.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Whether the state will write no more, as far as the last answer knew.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&LogLine> {
        self.lines.get(index)
    }

    /// The indexes of the lines that the filter lets through, in order.
    pub(super) fn visible(&self, filter: &LogFilter) -> Vec<usize> {
        let shown = |line: &LogLine| line.level >= filter.level && contains(&line.message, &filter.text);
        self.lines.iter().enumerate().filter(|(_, line)| shown(line)).map(|(index, _)| index).collect()
    }

    /// The lines at these indexes as text: `time LEVEL message`, one line each.
    pub(super) fn text(&self, indexes: &[usize]) -> String {
        indexes.iter().filter_map(|index| self.lines.get(*index)).fold(String::new(), |mut text, line| {
            for part in [line.time.as_str(), " ", line.level.as_str(), " ", line.message.as_str(), "\n"] {
                text.push_str(part);
            }
            text
        })
    }
}

/// Cuts a message where the search text stands in it.
pub(super) fn spans(message: &str, text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = message;
    while let Some(at) = find(rest, text) {
        let (before, found) = rest.split_at(at);
        let (found, after) = found.split_at(text.len());
        if !before.is_empty() {
            spans.push(Span { text: before.to_owned(), hit: false });
        }
        spans.push(Span { text: found.to_owned(), hit: true });
        rest = after;
    }
    if !rest.is_empty() {
        spans.push(Span { text: rest.to_owned(), hit: false });
    }
    spans
}

fn contains(message: &str, text: &str) -> bool {
    text.is_empty() || find(message, text).is_some()
}

/// Where `text` begins in `message`, ASCII letters in either case; never for an empty text. Bytes that equal a valid
/// text stand between characters, so that the place can be cut at.
fn find(message: &str, text: &str) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    message.as_bytes().windows(text.len()).position(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(offset: u64, level: Level, message: &str) -> LogLine {
        LogLine { offset, level, message: message.to_owned(), ..LogLine::default() }
    }

    fn page(offsets: &[u64], next_offset: u64) -> LogPage {
        let lines = offsets.iter().map(|offset| line(*offset, Level::Info, "x")).collect();
        LogPage { lines, next_offset, ..LogPage::default() }
    }

    fn check_offsets(pages: &[(&[u64], u64)]) -> (Vec<u64>, u64) {
        let mut buffer = LogBuffer::default();
        for (offsets, next) in pages {
            buffer.append(page(offsets, *next));
        }
        (buffer.lines.iter().map(|line| line.offset).collect(), buffer.next())
    }

    #[test]
    fn a_page_that_comes_twice_or_late_adds_nothing_twice() {
        assert_eq!(check_offsets(&[(&[0, 1, 2], 3), (&[3, 4], 5), (&[2, 3], 4)]), (vec![0, 1, 2, 3, 4], 5));
        assert_eq!(check_offsets(&[(&[3, 4], 5), (&[0, 1, 2], 3)]), (vec![0, 1, 2, 3, 4], 5));
    }

    #[test]
    fn appending_says_how_many_lines_are_new() {
        let mut buffer = LogBuffer::default();
        assert_eq!(buffer.append(page(&[0, 1], 2)), 2);
        assert_eq!(buffer.append(page(&[1, 2], 3)), 1);
    }

    #[test]
    fn a_retried_task_writes_on_after_its_log_was_complete() {
        let mut buffer = LogBuffer::default();
        buffer.append(LogPage { complete: true, ..page(&[0], 1) });
        assert!(buffer.is_complete());
        buffer.append(page(&[1], 2));
        assert!(!buffer.is_complete());
    }

    #[test]
    fn level_and_text_are_both_asked_for() {
        let mut buffer = LogBuffer::default();
        let lines = vec![
            line(0, Level::Debug, "connect"),
            line(1, Level::Warn, "Connect refused"),
            line(2, Level::Error, "gave up"),
        ];
        buffer.append(LogPage { lines, next_offset: 3, ..LogPage::default() });
        let shown = |level, text: &str| buffer.visible(&LogFilter { level, text: text.to_owned() });
        assert_eq!(shown(Level::Debug, "CONNECT"), [0, 1]);
        assert_eq!(shown(Level::Info, "connect"), [1]);
        assert_eq!(shown(Level::Warn, ""), [1, 2]);
        assert_eq!(buffer.text(&[2]), " ERROR gave up\n");
    }

    fn check_spans(message: &str, text: &str) -> String {
        let mark = |span: &Span| if span.hit { format!("[{}]", span.text) } else { span.text.clone() };
        spans(message, text).iter().map(mark).collect()
    }

    #[test]
    fn highlights_stand_where_the_text_stands() {
        assert_eq!(check_spans("GET /get 切换get", "get"), "[GET] /[get] 切换[get]");
        assert_eq!(check_spans("切换DNS完成", "切换"), "[切换]DNS完成");
        assert_eq!(check_spans("aaa", "aa"), "[aa]a");
        assert_eq!(check_spans("plain", ""), "plain");
    }
}
