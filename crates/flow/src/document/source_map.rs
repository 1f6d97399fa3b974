//! Where each value of a definition stands in its text, and which value stands at a place of it: for messages that name
//! a line, and for the source tab.
//!
//! Reads as far as the text can be read and never fails: a place that is not found is answered with the
//! nearest one around it.

mod json;
mod yaml;

use std::collections::HashMap;
use std::ops::Range;

use crate::Pointer;

/// A place in a text. Lines and columns count from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// Where the values of one text stand. A member of an object stands where its name does.
///
/// Ranges count UTF-16 units from the beginning of the text, as browsers do.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    /// A tree instead of a map by pointer, so that deep nesting costs no more than the text itself.
    children: HashMap<(usize, String), usize>,
    /// In the order of the text, each before what stands in it.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
struct Node {
    parent: usize,
    token: String,
    position: Position,
    /// Of the name, else of the value.
    start: usize,
    /// The same as `start` where there is no name.
    name_end: usize,
    value: usize,
    end: usize,
    /// An object, a list or a text of several lines: too much to be marked as a whole.
    large: bool,
}

/// A place as the scanners count it: `offset` in characters, which [`source_map`] turns into UTF-16 units.
#[derive(Clone, Copy, Debug)]
struct At {
    position: Position,
    offset: usize,
}

impl SourceMap {
    /// The line of the value at `pointer`, or of the nearest value around it; `None` for an empty text.
    pub fn line_of(&self, pointer: &Pointer) -> Option<usize> {
        self.position_of(pointer).map(|position| position.line)
    }

    /// The place of the value at `pointer`, or of the nearest value around it; `None` for an empty text.
    pub fn position_of(&self, pointer: &Pointer) -> Option<Position> {
        self.nearest(pointer).map(|(node, _)| node.position)
    }

    /// From the name of the value at `pointer` to the value's end; `None` where it is not in the text.
    pub fn range_of(&self, pointer: &Pointer) -> Option<Range<usize>> {
        self.nearest(pointer).filter(|(_, exactly)| *exactly).map(|(node, _)| node.start..node.end)
    }

    /// What to underline for a problem at `pointer`: name and value of something short, the name of what is large or holds
    /// the place that is meant. Never empty.
    pub fn mark_of(&self, pointer: &Pointer) -> Option<Range<usize>> {
        let (node, exactly) = self.nearest(pointer)?;
        let end = if exactly && !node.large { node.end } else { node.name_end };
        Some(node.start..end.max(node.start + 1))
    }

    /// The innermost value that stands at an offset, its name included; the nearest one before it where none does.
    pub fn pointer_at(&self, offset: usize) -> Pointer {
        let after = self.nodes.partition_point(|node| node.start <= offset);
        let mut at = after.saturating_sub(1);
        while at != 0 && self.nodes[at].end < offset {
            at = self.nodes[at].parent;
        }
        let mut tokens = Vec::new();
        while at != 0 {
            tokens.push(self.nodes[at].token.as_str());
            at = self.nodes[at].parent;
        }
        tokens.iter().rev().fold(Pointer::root(), |pointer, token| pointer.child(token))
    }

    /// The value at `pointer`, or the nearest one around it, and which of the two it is.
    fn nearest(&self, pointer: &Pointer) -> Option<(&Node, bool)> {
        let (mut node, mut exactly) = (0, true);
        for token in pointer.tokens() {
            match self.children.get(&(node, token)) {
                Some(child) => node = *child,
                None => {
                    exactly = false;
                    break;
                }
            }
        }
        self.nodes.get(node).map(|node| (node, exactly))
    }

    fn add(&mut self, parent: usize, token: String, from: At, name_end: usize, value: usize) -> usize {
        let node = self.nodes.len();
        self.nodes.push(Node {
            parent,
            token: token.clone(),
            position: from.position,
            start: from.offset,
            name_end,
            value,
            end: from.offset,
            large: false,
        });
        if node != 0 {
            self.children.entry((parent, token)).or_insert(node);
        }
        node
    }

    /// Records where a value ends, and with it so far what stands around it.
    fn end(&mut self, node: usize, end: usize, large: bool) {
        if let Some(ended) = self.nodes.get_mut(node) {
            ended.end = ended.end.max(end);
            ended.large |= large;
        }
    }

    /// Turns characters into what `width` measures them in, and lets everything reach at least as far as what stands in it.
    fn finish(mut self, text: &str, width: fn(char) -> usize) -> Self {
        for at in (1..self.nodes.len()).rev() {
            let (parent, end) = (self.nodes[at].parent, self.nodes[at].end.max(self.nodes[at].name_end));
            self.nodes[at].end = end;
            self.nodes[parent].end = self.nodes[parent].end.max(end);
        }
        if text.chars().any(|character| width(character) > 1) {
            let mut units = Vec::with_capacity(text.len() + 1);
            let mut unit = 0;
            for character in text.chars() {
                units.push(unit);
                unit += width(character);
            }
            units.push(unit);
            let in_units = |offset: usize| units.get(offset).copied().unwrap_or(unit);
            for node in &mut self.nodes {
                (node.start, node.name_end) = (in_units(node.start), in_units(node.name_end));
                (node.value, node.end) = (in_units(node.value), in_units(node.end));
            }
        }
        self
    }
}

/// The source map of a JSON or YAML text, told apart as [`crate::Document::from_text`] does.
pub fn source_map(text: &str) -> SourceMap {
    scan(text).finish(text, char::len_utf16)
}

fn scan(text: &str) -> SourceMap {
    if looks_like_json(text) { json::scan(text) } else { yaml::scan(text) }
}

/// One value of a text with all that it is written as, in bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Span {
    pub(super) token: String,
    /// Of the name, else of the value.
    pub(super) start: usize,
    pub(super) name_end: usize,
    pub(super) value: usize,
    pub(super) end: usize,
    pub(super) children: Vec<usize>,
}

/// The values of a text, each before what stands in it; the first is the whole of it.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let map = scan(text).finish(text, char::len_utf8);
    let mut spans: Vec<Span> = Vec::with_capacity(map.nodes.len());
    for (at, node) in map.nodes.into_iter().enumerate() {
        if let Some(parent) = spans.get_mut(node.parent) {
            parent.children.push(at);
        }
        let Node { token, start, name_end, value, end, .. } = node;
        spans.push(Span { token, start, name_end, value, end, children: Vec::new() });
    }
    spans
}

/// Whether a text is meant as JSON: it begins with a list, or with an object whose first name is quoted. A
/// flow mapping of YAML may begin so too; it is JSON then, but for what JSON says more strictly.
pub fn looks_like_json(text: &str) -> bool {
    let blank = |character: char| character.is_whitespace() || character == '\u{feff}';
    let text = text.trim_start_matches(blank);
    text.strip_prefix('{').is_some_and(|rest| {
        rest.trim_start_matches(blank).is_empty() || rest.trim_start_matches(blank).starts_with(['"', '}'])
    }) || text.starts_with('[')
}

/// One open object or list while a text is scanned.
#[derive(Debug)]
enum Open {
    List { node: usize, next: usize },
    Object { node: usize, name: Option<Name> },
}

impl Open {
    fn node(&self) -> usize {
        match self {
            Self::List { node, .. } | Self::Object { node, .. } => *node,
        }
    }
}

/// The name that was read and whose value is to come.
#[derive(Debug)]
struct Name {
    text: String,
    from: At,
    end: usize,
}

/// Adds the value that begins at `from` below what is open, and answers its node.
fn place(map: &mut SourceMap, open: &mut [Open], from: At) -> usize {
    match open.last_mut() {
        // What stands beside the document is no part of it.
        None => map.add(0, String::new(), from, from.offset, from.offset),
        Some(Open::List { node, next }) => {
            *next += 1;
            map.add(*node, (*next - 1).to_string(), from, from.offset, from.offset)
        }
        Some(Open::Object { node, name }) => match name.take() {
            Some(name) => map.add(*node, name.text, name.from, name.end, from.offset),
            None => map.add(*node, String::new(), from, from.offset, from.offset),
        },
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

    fn marked(text: &str, pointer: &str) -> (String, String) {
        let units: Vec<u16> = text.encode_utf16().collect();
        let map = source_map(text);
        let pointer = Pointer::parse(pointer).expect("a pointer");
        let cut = |range: Option<Range<usize>>| {
            range.map_or("-".to_owned(), |range| String::from_utf16_lossy(&units[range]))
        };
        (cut(map.range_of(&pointer)), cut(map.mark_of(&pointer)))
    }

    #[test]
    fn a_range_holds_name_and_value_and_a_mark_what_is_short_of_it() {
        let both = |text: &str| (text.to_owned(), text.to_owned());
        let json = "{\"\u{1f600}\": 1, \"do\": [{\"one\": {\"wait\": \"PT1S\"}}, true]}";
        assert_eq!(marked(json, "/do/0/one/wait"), both("\"wait\": \"PT1S\""));
        assert_eq!(
            marked(json, "/do/0/one"),
            ("\"one\": {\"wait\": \"PT1S\"}".to_owned(), "\"one\"".to_owned())
        );
        assert_eq!(marked(json, "/do/1"), both("true"));
        assert_eq!(marked(json, "/do/0/one/then"), ("-".to_owned(), "\"one\"".to_owned()));
        assert_eq!(marked(json, "/do/0").1, "{");
        let yaml = "do:\n  - one:\n      set: \u{1f600}\n      note: |\n        a\n        b\n\n  # said\n  - two:\n      wait: {seconds: 3}\nend: x\n";
        assert_eq!(
            marked(yaml, "/do/0/one"),
            ("one:\n      set: \u{1f600}\n      note: |\n        a\n        b".to_owned(), "one".to_owned())
        );
        assert_eq!(marked(yaml, "/do/0/one/note").1, "note");
        assert_eq!(marked(yaml, "/do/1/two/wait").0, "wait: {seconds: 3}");
        assert_eq!(marked(yaml, "/end"), both("end: x"));
    }

    #[test]
    fn the_value_at_an_offset_is_the_innermost() {
        let yaml = "document:\n  dsl: '1.0.3'\ndo:\n  - one:\n      wait: PT1S\n  - two:\n      set:\n        a/b: 1\n";
        for (before, pointer) in [
            ("docu", "/document"),
            ("document:\n  ds", "/document/dsl"),
            ("document:\n  dsl: '1.0.3'\ndo:\n  - o", "/do/0/one"),
            ("document:\n  dsl: '1.0.3'\ndo:\n  - one:\n      wait: PT", "/do/0/one/wait"),
            (&yaml[..yaml.len() - 2], "/do/1/two/set/a~1b"),
        ] {
            assert!(yaml.starts_with(before), "{before}");
            assert_eq!(source_map(yaml).pointer_at(before.len()).as_str(), pointer, "{before}");
        }
        let json = "{\"do\": [{\"one\": {\"set\": {}}},   {\"two\": {}}]}";
        let at = |text: &str| json.find(text).expect("in the text") + 1;
        assert_eq!(source_map(json).pointer_at(at("\"set")).as_str(), "/do/0/one/set");
        assert_eq!(source_map(json).pointer_at(at("   {")).as_str(), "/do");
        assert_eq!(source_map(json).pointer_at(at("\"two")).as_str(), "/do/1/two");
        assert_eq!(source_map("").pointer_at(3), Pointer::root());
    }

    #[test]
    fn a_broken_text_answers_with_what_was_read_before() {
        assert_eq!(check("{\"a\": [1, {\"b\": ", "/a/1"), "1:11");
        assert_eq!(check("a: 1\nb: [\n", "/b"), "2:1");
        assert_eq!(check("", "/b"), "-");
    }
}
