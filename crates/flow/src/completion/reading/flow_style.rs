//! What stands between brackets: JSON as a whole, and the flow style of YAML, in which names need no quotes.

use serde_json::Value;

use super::tree::{Inside, Tree};
use super::{Caret, WORD};
use crate::validate::guide::Missing;

/// Reads from `start` to where what begins there is closed; answers where that is, and the caret if it is in there.
pub(super) fn read(text: &str, start: usize, caret: usize, tree: &mut Tree) -> (usize, Option<Caret>) {
    let outside = tree.depth();
    let passed = caret <= start;
    let mut reader =
        Reader { text, at: start, caret, passed, tree, complete: false, colon: false, found: None };
    while let Some(character) = reader.peek() {
        // The caret is between two words.
        if !reader.passed && caret <= reader.at {
            reader.passed = true;
            reader.blank();
        }
        match character {
            '{' | '[' => {
                reader.at += 1;
                if character == '{' {
                    reader.tree.begin_object(0);
                } else {
                    reader.tree.begin_list(0);
                }
                (reader.complete, reader.colon) = (false, false);
            }
            '}' | ']' => {
                reader.at += 1;
                if reader.tree.depth() > outside {
                    reader.tree.end();
                }
                (reader.complete, reader.colon) = (true, false);
                if reader.tree.depth() <= outside {
                    break;
                }
            }
            ',' => {
                reader.at += 1;
                (reader.complete, reader.colon) = (false, false);
            }
            ':' => {
                reader.at += 1;
                reader.colon = true;
            }
            character if character.is_whitespace() || character == '\u{feff}' => {
                reader.at += character.len_utf8();
            }
            _ => reader.word(),
        }
    }
    if !reader.passed && caret <= reader.at && reader.tree.depth() > outside {
        reader.blank();
    }
    (reader.at, reader.found)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    caret: usize,
    /// The caret is behind: it was found, or nothing can stand where it is.
    passed: bool,
    tree: &'a mut Tree,
    /// A value was read and no comma after it.
    complete: bool,
    /// A colon was read after a name.
    colon: bool,
    found: Option<Caret>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn blank(&mut self) {
        let caret = self.caret;
        let (holder, next) = self.tree.next();
        let what = match self.tree.inside() {
            Inside::Object { named: false } => Missing::Name,
            Inside::Object { named: true } if self.colon => Missing::Value(next),
            Inside::List { .. } if !self.complete => Missing::Value(next),
            _ => return,
        };
        let needs_comma = self.goes_on(caret);
        let lacks_comma = self.complete;
        self.found = Some(Caret { needs_comma, lacks_comma, ..Caret::new(holder, what, caret, caret) });
    }

    /// Whether another member or item begins after an offset.
    fn goes_on(&self, offset: usize) -> bool {
        let rest = self.text.get(offset..).unwrap_or_default().trim_start();
        rest.starts_with(['"', '\'', '{', '[']) || rest.starts_with(char::is_alphanumeric)
    }

    /// A text in quotes, or a word without.
    fn word(&mut self) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let quote = rest.chars().next().filter(|first| ['"', '\''].contains(first));
        let (length, closed) = match quote {
            Some(quote) => quoted(rest, quote),
            None => (bare(rest), false),
        };
        // What begins no word is passed over.
        let least = rest.chars().next().map_or(1, char::len_utf8);
        self.at = start + length.max(least);
        let end = self.at;
        let opening = usize::from(quote.is_some());
        let (from, to) = (start + opening, end - usize::from(closed));
        let is_name = matches!(self.tree.inside(), Inside::Object { named: false });
        let literal = self.text.get(start..end).unwrap_or_default();
        let written = self.text.get(from..to).unwrap_or_default();
        if !self.passed && self.caret >= from && self.caret <= to {
            self.passed = true;
            let (holder, next) = self.tree.next();
            let has_value = self.text.get(end..).unwrap_or_default().trim_start().starts_with(':');
            let what = if is_name { Missing::Name } else { Missing::Value(next) };
            // A quote that is not closed swallows the rest of its line: only the word is meant.
            let word =
                written.find(|character: char| character.is_whitespace() || ",:}]".contains(character));
            let open = quote.is_some() && !closed;
            let to = if open { word.map_or(to, |word| from + word).max(self.caret) } else { to };
            let needs_comma = self.goes_on(end);
            self.found = Some(Caret {
                quotes: (opening, usize::from(closed)),
                has_value: is_name && has_value,
                needs_comma,
                lacks_comma: is_name && self.complete,
                ..Caret::new(holder, what, from, to)
            });
            if is_name {
                self.tree.name(WORD.to_owned());
            }
            if !is_name || !has_value {
                self.tree.put(Value::Null);
                self.complete = true;
            }
        } else if is_name {
            let name = if quote == Some('"') { serde_json::from_str(literal).ok() } else { None };
            self.tree.name(name.unwrap_or_else(|| written.to_owned()));
            self.colon = false;
        } else {
            let value = serde_json::from_str(literal).unwrap_or_else(|_| Value::from(written));
            self.tree.put(value);
            self.complete = true;
        }
    }
}

/// The length of a text in quotes, which ends with its line at the latest, and whether it is closed.
fn quoted(text: &str, quote: char) -> (usize, bool) {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return (at, false),
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            character if character == quote => return (at + 1, true),
            _ => {}
        }
    }
    (text.len(), false)
}

/// The length of a word without quotes: a colon belongs to it unless it ends a name.
fn bare(text: &str) -> usize {
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let ends_name =
            character == ':' && next.is_none_or(|next| next.is_whitespace() || ",{}[]\"".contains(next));
        if ",{}[]\"\n".contains(character) || ends_name {
            return text[..at].trim_end().len();
        }
    }
    text.trim_end().len()
}
