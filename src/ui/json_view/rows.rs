//! JSON as rows of one height: what is open, what differs from another value, where a search hits, what a place is called.
//! Pure; [`super`] draws the rows that are seen.

use std::collections::HashSet;

use serde_json::Value;
use unicode_width::UnicodeWidthChar;

/// Above this many members a container is closed at first, and below this depth.
const USUAL_MEMBERS: usize = 60;
const USUAL_DEPTH: usize = 3;
/// No text is broken into lines shorter than this.
const FEWEST_COLUMNS: usize = 16;
/// More hits than this are not counted: nobody goes through them.
pub(super) const MOST_HITS: usize = 10_000;

/// What one row shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// JSON Pointer; of what was removed, in the value before.
    pub pointer: String,
    pub depth: usize,
    /// The key or the index; none at the root and where a text goes on.
    pub label: Option<String>,
    pub shown: Shown,
    pub change: Change,
    /// It goes on with the text of the row before.
    pub continues: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Branch { is_open: bool, is_list: bool, members: usize },
    Text { kind: Kind, text: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Word,
}

/// Against the value before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Change {
    #[default]
    None,
    Added,
    Removed,
}

/// Which containers are open: as usual, all or none, and the others by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Openness {
    base: Base,
    by_hand: HashSet<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Base {
    #[default]
    Usual,
    All,
    None,
}

/// How the rows are to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Options {
    /// The columns that a row has, where long texts are broken.
    pub columns: Option<usize>,
    /// Of a comparison, leave out what is the same.
    pub changes_only: bool,
}

impl Openness {
    pub(super) fn all() -> Self {
        Self { base: Base::All, by_hand: HashSet::new() }
    }

    pub(super) fn none() -> Self {
        Self { base: Base::None, by_hand: HashSet::new() }
    }

    pub(super) fn toggle(&mut self, pointer: &str) {
        if !self.by_hand.remove(pointer) {
            self.by_hand.insert(pointer.to_owned());
        }
    }

    /// Opens everything around a place.
    pub(super) fn reveal(&mut self, value: &Value, pointer: &str) {
        let ends = pointer.char_indices().filter(|(_, letter)| *letter == '/').map(|(at, _)| at);
        for (depth, end) in ends.enumerate() {
            let around = &pointer[..end];
            let members = value.pointer(around).map(members).unwrap_or_default();
            if !self.is_open(around, depth, members) {
                self.toggle(around);
            }
        }
    }

    fn is_open(&self, pointer: &str, depth: usize, members: usize) -> bool {
        let base = match self.base {
            Base::Usual => depth < USUAL_DEPTH && (members <= USUAL_MEMBERS || depth == 0),
            Base::All => true,
            Base::None => depth == 0,
        };
        base != self.by_hand.contains(pointer)
    }
}

/// The rows of a value, or of the difference that it makes to the one before.
pub(super) fn rows(before: Option<&Value>, value: &Value, open: &Openness, options: &Options) -> Vec<Row> {
    let mut writer = Writer { open, options, rows: Vec::new() };
    let root = Place { pointer: String::new(), depth: 0, label: None };
    match before {
        Some(before) => writer.compare(root, before, value),
        None => writer.write(root, value, Change::None),
    }
    writer.rows
}

/// How many values were added, removed or are others than before.
pub(super) fn changes(before: &Value, after: &Value) -> usize {
    if before == after {
        return 0;
    }
    match (before, after) {
        (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_)) => pairs(before, after)
            .into_iter()
            .map(|pair| match (pair.before, pair.after) {
                (Some(before), Some(after)) => changes(before, after),
                _ => 1,
            })
            .sum(),
        _ => 1,
    }
}

/// The places whose key or text contains this, in the order of the rows; capital and small letters are the same.
pub(super) fn find(value: &Value, wanted: &str) -> Vec<String> {
    fn visit(value: &Value, pointer: &str, label: Option<&str>, wanted: &str, hits: &mut Vec<String>) {
        if hits.len() >= MOST_HITS {
            return;
        }
        let contains = |text: &str| text.to_lowercase().contains(wanted);
        let is_hit = label.is_some_and(contains)
            || match value {
                Value::String(text) => contains(text),
                Value::Object(_) | Value::Array(_) => false,
                other => contains(&other.to_string()),
            };
        if is_hit {
            hits.push(pointer.to_owned());
        }
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(key, member)| visit(member, &inner(pointer, key), Some(key), wanted, hits)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, item)| visit(item, &format!("{pointer}/{index}"), None, wanted, hits)),
            _ => {}
        }
    }
    let mut hits = Vec::new();
    let wanted = wanted.to_lowercase();
    if !wanted.is_empty() {
        visit(value, "", None, &wanted, &mut hits);
    }
    hits
}

/// A place as an expression of the workflow language names it: `.sites[0]."a b"`.
pub(super) fn path(value: &Value, pointer: &str) -> String {
    let mut path = String::new();
    let mut here = Some(value);
    for token in pointer.split('/').skip(1) {
        let key = token.replace("~1", "/").replace("~0", "~");
        here = match here {
            Some(Value::Array(items)) => {
                path.push_str(&format!("{}[{key}]", if path.is_empty() { "." } else { "" }));
                key.parse::<usize>().ok().and_then(|index| items.get(index))
            }
            other => {
                let starts_well = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
                let is_plain =
                    starts_well && key.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
                let key_text = if is_plain { key.clone() } else { Value::String(key.clone()).to_string() };
                path.push_str(&format!(".{key_text}"));
                other.and_then(|value| value.get(&key))
            }
        };
    }
    if path.is_empty() { ".".to_owned() } else { path }
}

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|letter| letter.width().unwrap_or(0)).sum()
}

struct Place {
    pointer: String,
    depth: usize,
    label: Option<String>,
}

impl Place {
    fn inner(&self, key: &str) -> Self {
        Self { pointer: inner(&self.pointer, key), depth: self.depth + 1, label: Some(key.to_owned()) }
    }
}

struct Writer<'a> {
    open: &'a Openness,
    options: &'a Options,
    rows: Vec<Row>,
}

impl Writer<'_> {
    fn write(&mut self, place: Place, value: &Value, change: Change) {
        match value {
            Value::Object(_) | Value::Array(_) => {
                if self.branch(&place, value, change) {
                    for (key, member) in entries(value) {
                        self.write(place.inner(&key), member, change);
                    }
                }
            }
            Value::String(text) => {
                self.text(place, Kind::Text, &Value::String(text.clone()).to_string(), change)
            }
            Value::Number(number) => self.text(place, Kind::Number, &number.to_string(), change),
            Value::Bool(_) | Value::Null => self.text(place, Kind::Word, &value.to_string(), change),
        }
    }

    fn compare(&mut self, place: Place, before: &Value, after: &Value) {
        if before == after {
            if !self.options.changes_only || place.depth == 0 {
                self.write(place, after, Change::None);
            }
            return;
        }
        let are_alike = matches!(
            (before, after),
            (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_))
        );
        if !are_alike {
            let again = Place { pointer: place.pointer.clone(), label: place.label.clone(), ..place };
            self.write(place, before, Change::Removed);
            self.write(again, after, Change::Added);
            return;
        }
        if !self.branch(&place, after, Change::None) {
            return;
        }
        for Pair { key, before, after } in pairs(before, after) {
            let inner = place.inner(&key);
            match (before, after) {
                (Some(before), Some(after)) => self.compare(inner, before, after),
                (Some(before), None) => self.write(inner, before, Change::Removed),
                (None, Some(after)) => self.write(inner, after, Change::Added),
                (None, None) => {}
            }
        }
    }

    /// Whether it is open.
    fn branch(&mut self, place: &Place, value: &Value, change: Change) -> bool {
        let members = members(value);
        let is_open = members > 0 && self.open.is_open(&place.pointer, place.depth, members);
        self.rows.push(Row {
            pointer: place.pointer.clone(),
            depth: place.depth,
            label: place.label.clone(),
            shown: Shown::Branch { is_open, is_list: value.is_array(), members },
            change,
            continues: false,
        });
        is_open
    }

    fn text(&mut self, place: Place, kind: Kind, text: &str, change: Change) {
        let label = place.label.as_deref().map(|label| width(label) + 2).unwrap_or_default();
        let columns = self
            .options
            .columns
            .map(|columns| columns.saturating_sub(2 * place.depth + 4 + label).max(FEWEST_COLUMNS));
        for (index, text) in broken(text, columns).into_iter().enumerate() {
            self.rows.push(Row {
                pointer: place.pointer.clone(),
                depth: place.depth,
                label: place.label.clone().filter(|_| index == 0),
                shown: Shown::Text { kind, text },
                change,
                continues: index > 0,
            });
        }
    }
}

/// A text in lines of so many columns.
fn broken(text: &str, columns: Option<usize>) -> Vec<String> {
    let Some(columns) = columns else { return vec![text.to_owned()] };
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for letter in text.chars() {
        let wide = letter.width().unwrap_or(0);
        if used + wide > columns && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        line.push(letter);
        used += wide;
    }
    lines.push(line);
    lines
}

struct Pair<'a> {
    key: String,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
}

/// The members of two containers side by side: of objects by key, of lists by what stands at their beginnings and ends, so
/// that one item that came in between does not make others of all that follow.
fn pairs<'a>(before: &'a Value, after: &'a Value) -> Vec<Pair<'a>> {
    if let (Value::Array(old), Value::Array(new)) = (before, after) {
        let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let shorter = old.len().min(new.len());
        let end = old
            .iter()
            .rev()
            .zip(new.iter().rev())
            .take(shorter - start)
            .take_while(|(old, new)| old == new)
            .count();
        let (old_end, new_end) = (old.len() - end, new.len() - end);
        let pair = |old_at: Option<usize>, new_at: Option<usize>| Pair {
            key: new_at.or(old_at).unwrap_or_default().to_string(),
            before: old_at.and_then(|at| old.get(at)),
            after: new_at.and_then(|at| new.get(at)),
        };
        let middle = (start..old_end.max(new_end))
            .map(|at| pair((at < old_end).then_some(at), (at < new_end).then_some(at)));
        let same = |length: usize| (0..length).map(|at| (at, at));
        let ends = (0..end).map(|at| (old_end + at, new_end + at));
        return same(start)
            .map(|(old, new)| pair(Some(old), Some(new)))
            .chain(middle)
            .chain(ends.map(|(old, new)| pair(Some(old), Some(new))))
            .collect();
    }
    let mut pairs: Vec<Pair> = entries(after)
        .map(|(key, member)| Pair { before: before.get(&key), after: Some(member), key })
        .collect();
    pairs.extend(entries(before).filter(|(key, _)| after.get(key).is_none()).map(|(key, member)| Pair {
        key,
        before: Some(member),
        after: None,
    }));
    pairs
}

fn entries(value: &Value) -> Box<dyn Iterator<Item = (String, &Value)> + '_> {
    match value {
        Value::Object(members) => Box::new(members.iter().map(|(key, member)| (key.clone(), member))),
        Value::Array(items) => {
            Box::new(items.iter().enumerate().map(|(index, item)| (index.to_string(), item)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn members(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    }
}

fn inner(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
