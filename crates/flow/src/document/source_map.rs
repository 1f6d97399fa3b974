//! Where each value of a definition stands in its text, for messages that name a line.
//!
//! Reads as far as the text can be read and never fails: a place that is not found is answered with the
//! nearest one around it.

mod json;
mod yaml;

use std::collections::HashMap;

use crate::Pointer;

/// A place in a text. Lines and columns count from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// Where the values of one text stand. A member of an object stands where its name does.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    /// A tree instead of a map by pointer, so that deep nesting costs no more than the text itself.
    children: HashMap<(usize, String), usize>,
    positions: Vec<Position>,
}

impl SourceMap {
    /// The line of the value at `pointer`, or of the nearest value around it; `None` for an empty text.
    pub fn line_of(&self, pointer: &Pointer) -> Option<usize> {
        self.position_of(pointer).map(|position| position.line)
    }

    /// The place of the value at `pointer`, or of the nearest value around it; `None` for an empty text.
    pub fn position_of(&self, pointer: &Pointer) -> Option<Position> {
        let mut node = 0;
        for token in pointer.tokens() {
            match self.children.get(&(node, token)) {
                Some(child) => node = *child,
                None => break,
            }
        }
        self.positions.get(node).copied()
    }

    /// Records the document itself, as node 0.
    fn root(&mut self, position: Position) -> usize {
        if self.positions.is_empty() {
            self.positions.push(position);
        }
        0
    }

    fn add(&mut self, parent: usize, token: String, position: Position) -> usize {
        self.positions.push(position);
        let node = self.positions.len() - 1;
        *self.children.entry((parent, token)).or_insert(node)
    }
}

/// The source map of a JSON or YAML text, told apart as [`crate::Document::from_text`] does.
pub fn source_map(text: &str) -> SourceMap {
    if looks_like_json(text) { json::scan(text) } else { yaml::scan(text) }
}

/// Whether a text is meant as JSON: it begins with a list, or with an object whose first name is quoted. A
/// flow mapping of YAML may begin so too; it is JSON then, but for what JSON says more strictly.
pub(super) fn looks_like_json(text: &str) -> bool {
    let blank = |character: char| character.is_whitespace() || character == '\u{feff}';
    let text = text.trim_start_matches(blank);
    text.strip_prefix('{').is_some_and(|rest| {
        rest.trim_start_matches(blank).is_empty() || rest.trim_start_matches(blank).starts_with(['"', '}'])
    }) || text.starts_with('[')
}

/// One open object or list while a text is scanned.
#[derive(Debug)]
enum Open {
    List {
        node: usize,
        next: usize,
    },
    /// The name that was read and whose value is to come, with its place.
    Object {
        node: usize,
        name: Option<(String, Position)>,
    },
}

/// Adds the value that begins at `position` below what is open, and answers its node.
fn place(map: &mut SourceMap, open: &mut [Open], position: Position) -> usize {
    match open.last_mut() {
        None => map.root(position),
        Some(Open::List { node, next }) => {
            *next += 1;
            map.add(*node, (*next - 1).to_string(), position)
        }
        Some(Open::Object { node, name }) => {
            let (name, position) = name.take().unwrap_or((String::new(), position));
            map.add(*node, name, position)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "document:\n  dsl: '1.0.3'\non: &a\n  - x: 1\n    'y/z': [2, {k: 3}]\nagain: *a\nlast: |\n  text\n  more\nend: ~\n";

    fn check(text: &str, pointer: &str) -> String {
        let pointer = Pointer::parse(pointer).expect("a pointer");
        source_map(text)
            .position_of(&pointer)
            .map_or("-".to_owned(), |at| format!("{}:{}", at.line, at.column))
    }

    #[test]
    fn a_yaml_value_is_found_where_its_name_stands() {
        for (pointer, place) in [
            ("", "1:1"),
            ("/document/dsl", "2:3"),
            ("/on/0/x", "4:5"),
            ("/on/0/y~1z/1/k", "5:17"),
            ("/again/0", "6:1"),
            ("/end", "10:1"),
            ("/on/0/missing/deep", "4:5"),
        ] {
            assert_eq!(check(YAML, pointer), place, "{pointer}");
        }
    }

    #[test]
    fn a_json_value_is_found_where_its_name_stands() {
        let text = "{\n  \"d\\u0065ep\": {\"a\\\"b\": [1,\n    {\"x\": \"}]\"}]},\n  \"é\": true, \"end\": null\n}\n";
        for (pointer, place) in [
            ("", "1:1"),
            ("/deep", "2:3"),
            ("/deep/a\"b", "2:17"),
            ("/deep/a\"b/1", "3:5"),
            ("/deep/a\"b/1/x", "3:6"),
            ("/é", "4:3"),
            ("/end", "4:14"),
        ] {
            assert_eq!(check(text, pointer), place, "{pointer}");
        }
    }

    #[test]
    fn a_broken_text_answers_with_what_was_read_before() {
        assert_eq!(check("{\"a\": [1, {\"b\": ", "/a/1"), "1:11");
        assert_eq!(check("a: 1\nb: [\n", "/b"), "2:1");
        assert_eq!(check("", "/b"), "-");
    }
}
