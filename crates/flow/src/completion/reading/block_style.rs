//! YAML as people write it: lines whose indentation says what belongs to what. It reads what definitions are written in,
//! not all of YAML: tags, anchors and texts of several lines are passed over.

use serde_json::Value;

use super::tree::{Inside, Tree};
use super::{Caret, WORD, flow_style};
use crate::validate::guide::Missing;

/// Reads a text and finds the caret in it; `None` where nothing can be completed.
pub(super) fn read(text: &str, caret: usize, tree: &mut Tree) -> Option<Caret> {
    let mut reader = Reader { text, caret, tree, found: None };
    let mut at = 0;
    while at <= text.len() {
        at = reader.line(at)?;
    }
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    caret: usize,
    tree: &'a mut Tree,
    found: Option<Caret>,
}

impl Reader<'_> {
    /// Reads a line and answers where the next one begins; `None` where the caret is in a comment or a long text.
    fn line(&mut self, start: usize) -> Option<usize> {
        let end = self.end_of_line(start);
        let line = &self.text[start..end];
        let indent = indent(line);
        let content = line[indent..].trim_end();
        let here = self.found.is_none() && (start..=end).contains(&self.caret);
        let comment = content.starts_with('#');
        if content.is_empty() || comment || content == "---" || content == "..." {
            if here {
                if comment && self.caret > start + indent {
                    return None;
                }
                self.found = self.blank(self.caret - start);
            }
            return Some(end + 1);
        }
        self.close(indent, content.starts_with("- ") || content == "-");
        self.content(start, start + indent, start + indent + content.len())
    }

    /// Closes what a line at this column does not belong to.
    fn close(&mut self, column: usize, item: bool) {
        while let Some(open) = self.tree.column() {
            let list = matches!(self.tree.inside(), Inside::List { .. });
            if open < column || (open == column && (item || !list)) {
                break;
            }
            self.tree.end();
        }
    }

    /// Reads what stands from `at` to `end` of the line that begins at `start`.
    fn content(&mut self, start: usize, mut at: usize, end: usize) -> Option<usize> {
        // The items that begin on this line, one in the other.
        while let Some(rest) = self.text[at..end].strip_prefix('-') {
            if !(rest.is_empty() || rest.starts_with(' ')) {
                break;
            }
            let same = matches!(self.tree.inside(), Inside::List { .. });
            if !(same && self.tree.column() == Some(at - start)) {
                self.tree.begin_list(at - start);
            }
            self.tree.item();
            if rest.trim().is_empty() {
                let line_end = self.end_of_line(start);
                if self.found.is_none() && self.caret > at + 1 && self.caret <= line_end {
                    self.found = Some(self.next(self.caret, self.caret, self.caret - start));
                }
                return Some(line_end + 1);
            }
            at += 1 + indent(rest);
        }
        let column = at - start;
        let Some((name, name_end, colon)) = name(&self.text[at..end]) else {
            return self.word(start, at, end);
        };
        let (name_end, after) = (at + name_end, at + colon + 1);
        let same = matches!(self.tree.inside(), Inside::Object { .. });
        if !(same && self.tree.column() == Some(column)) {
            self.tree.begin_object(column);
        }
        if self.found.is_none() && self.caret > at && self.caret <= name_end {
            let quotes = usize::from(self.text[at..].starts_with(['"', '\'']));
            let member = self.member(column, at + quotes, name_end - quotes);
            self.found = Some(Caret { has_value: true, quotes: (quotes, quotes), ..member });
            self.tree.name(WORD.to_owned());
        } else {
            self.tree.name(name);
        }
        self.value(start, column, after, end)
    }

    /// Reads the value of the member that was named last.
    fn value(&mut self, start: usize, column: usize, after: usize, end: usize) -> Option<usize> {
        let line_end = self.end_of_line(start);
        let at = after + indent(&self.text[after..end]);
        let rest = &self.text[at..end];
        let wanted = self.found.is_none() && self.caret > after && self.caret <= line_end;
        if rest.is_empty() || rest.starts_with('#') {
            if wanted {
                if !rest.is_empty() && self.caret > at {
                    return None;
                }
                self.found = Some(self.next(self.caret, self.caret, column));
            }
            return Some(line_end + 1);
        }
        if rest.starts_with(['|', '>']) {
            self.tree.put(Value::from(""));
            return self.long_text(line_end + 1, column);
        }
        if rest.starts_with(['{', '[']) {
            return Some(self.brackets(at));
        }
        let (from, to, quotes) = scalar(rest);
        let (from, to) = (at + from, at + to);
        if wanted && self.caret >= from && self.caret <= to {
            self.found = Some(Caret { quotes, ..self.next(from, to, column) });
            self.tree.put(Value::Null);
        } else if wanted && self.caret > to + quotes.1 {
            // After the value: a comment, most likely.
            return None;
        } else {
            self.tree.put(Value::from(&self.text[from..to]));
        }
        Some(line_end + 1)
    }

    fn brackets(&mut self, at: usize) -> usize {
        let (closed, found) = flow_style::read(self.text, at, self.caret, self.tree);
        self.found = self.found.take().or(found);
        self.end_of_line(closed) + 1
    }

    /// Passes over the lines of a text that are deeper than its name.
    fn long_text(&mut self, mut at: usize, column: usize) -> Option<usize> {
        while at < self.text.len() {
            let end = self.end_of_line(at);
            let line = &self.text[at..end];
            let blank = line.trim().is_empty();
            if !blank && indent(line) <= column {
                break;
            }
            let here = self.found.is_none() && (at..=end).contains(&self.caret);
            if here && (!blank || self.caret - at > column) {
                return None;
            }
            at = end + 1;
        }
        Some(at)
    }

    /// A line, or the rest of one, that names nothing: a value in a list, or a name that is being written.
    fn word(&mut self, start: usize, at: usize, end: usize) -> Option<usize> {
        let rest = &self.text[at..end];
        if rest.starts_with(['{', '[']) {
            return Some(self.brackets(at));
        }
        let next_line = self.end_of_line(start) + 1;
        let (from, to, quotes) = scalar(rest);
        let (from, to) = (at + from, at + to);
        let column = at - start;
        let item = matches!(self.tree.inside(), Inside::List { begun: true });
        if self.found.is_none() && self.caret > at && self.caret <= to {
            let found = if item { self.next(from, to, column) } else { self.member(column, from, to) };
            self.found = Some(Caret { quotes, ..found });
        } else if item {
            self.tree.put(Value::from(&self.text[from..to]));
        }
        Some(next_line)
    }

    /// The caret is on an empty line, or before anything on it: its column says what could begin there.
    fn blank(&self, column: usize) -> Option<Caret> {
        let caret = self.caret;
        let at =
            |holder| Some(Caret { column: Some(column), ..Caret::new(holder, Missing::Name, caret, caret) });
        let innermost = self.tree.depth();
        let Some(depth) = (1..=innermost).rev().find(|depth| self.tree.at(*depth).2 <= column) else {
            return if column == 0 { at(Vec::new()) } else { None };
        };
        let (mut holder, inside, begins) = self.tree.at(depth);
        if begins < column {
            // Deeper than the last member: its value begins here, if it has none.
            let open = matches!(inside, Inside::Object { named: true } | Inside::List { begun: true });
            if !open || depth != innermost {
                return None;
            }
            holder.push(self.tree.next().1);
        }
        at(holder)
    }

    /// The caret at the name of a member at this column: of what is innermost, or of what begins with it.
    fn member(&self, column: usize, from: usize, to: usize) -> Caret {
        let (mut holder, next) = self.tree.next();
        let same = matches!(self.tree.inside(), Inside::Object { .. }) && self.tree.column() == Some(column);
        if !same && self.tree.inside() != Inside::Nothing {
            holder.push(next);
        }
        Caret { column: Some(column), ..Caret::new(holder, Missing::Name, from, to) }
    }

    /// The caret at the value that comes next.
    fn next(&self, from: usize, to: usize, column: usize) -> Caret {
        let (holder, next) = self.tree.next();
        Caret { column: Some(column), ..Caret::new(holder, Missing::Value(next), from, to) }
    }

    fn end_of_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |length| at + length)
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The name that a line begins with, where it ends, and where its colon is.
fn name(line: &str) -> Option<(String, usize, usize)> {
    if line.starts_with(['{', '[', '#', '|', '>', '&', '*', '!', '%']) {
        return None;
    }
    let ends = |at: usize| {
        let rest = line.get(at..).and_then(|rest| rest.strip_prefix(':'));
        rest.is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace))
    };
    if let Some(quote) = line.chars().next().filter(|first| ['"', '\''].contains(first)) {
        let end = line[1..].find(quote)? + 2;
        return ends(end).then(|| (line[1..end - 1].to_owned(), end, end));
    }
    let colon = line.char_indices().map(|(at, _)| at).find(|at| ends(*at))?;
    let name = line[..colon].trim_end();
    // What follows a comment's mark is no name.
    (!name.contains(" #")).then(|| (name.to_owned(), name.len(), colon))
}

/// Where the text of a scalar begins and ends, and how many quotes are around it.
fn scalar(text: &str) -> (usize, usize, (usize, usize)) {
    match text.chars().next().filter(|first| ['"', '\''].contains(first)) {
        Some(quote) => match text[1..].find(quote) {
            Some(length) => (1, 1 + length, (1, 1)),
            None => (1, text.trim_end().len().max(1), (1, 0)),
        },
        None => {
            let end = text.find(" #").unwrap_or(text.len());
            (0, text[..end].trim_end().len(), (0, 0))
        }
    }
}
