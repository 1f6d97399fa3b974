//! The definition as it was written: raw JSON in its own order, unknown members included.
//!
//! Reads and writes JSON and YAML 1.2 and loses nothing between them but comments and layout; a text that
//! could not be kept whole (a member twice, more than [`MAX_BYTES`]) is refused with its place. It does not
//! know what the members mean: that is for the views and for validation.

mod reading;
mod rewriting;
mod source_map;

pub use rewriting::rewrite;
pub use source_map::{Position, SourceMap, looks_like_json, source_map};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The largest definition, in bytes of text or of compact JSON.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The largest number of tasks in one definition.
pub const MAX_TASKS: usize = 20_000;

pub(crate) use reading::MAX_DEPTH;

/// A workflow definition. Views read it; edits change only what they name (invariant 4).
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    root: Value,
}

/// Why a text is not a document. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ParseError {
    pub line: usize,
    pub column: usize,
    /// What is wrong and what would be right, in English.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
}

/// What stands in a text beside the definition, and is gone once the definition is kept: say so before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// How many comments there are, and the first of them.
    pub comments: usize,
    pub first_comment: Option<Position>,
}

impl Document {
    /// Wraps a value that is already JSON; nothing is checked here (see validation).
    pub fn from_value(root: Value) -> Self {
        Self { root }
    }

    /// Reads JSON text, keeping the order of members.
    ///
    /// # Errors
    /// [`ParseError`] with the place where the text stops being JSON, or where it says a member twice.
    pub fn from_json(text: &str) -> Result<Self, ParseError> {
        reading::json(text).map(Self::from_value)
    }

    /// Reads YAML 1.2 text (the key `on` is a text), keeping the order of members, resolving aliases and merging what
    /// a key `<<` names. Comments are dropped: [`Document::import`] tells of them.
    ///
    /// # Errors
    /// [`ParseError`] with the place where the text stops being YAML, says a member twice, or grows too large.
    pub fn from_yaml(text: &str) -> Result<Self, ParseError> {
        reading::yaml(text).map(|(root, _)| Self::from_value(root))
    }

    /// Reads as [`Document::from_text`] does, and tells what the document does not keep.
    ///
    /// # Errors
    /// [`ParseError`] of the format that the text looks like.
    pub fn import(text: &str) -> Result<(Self, Dropped), ParseError> {
        if source_map::looks_like_json(text) {
            return Self::from_json(text).map(|document| (document, Dropped::default()));
        }
        reading::yaml(text).map(|(root, dropped)| (Self::from_value(root), dropped))
    }

    /// Reads JSON where the text begins like it, else YAML.
    ///
    /// # Errors
    /// [`ParseError`] of the format that the text looks like.
    pub fn from_text(text: &str) -> Result<Self, ParseError> {
        if source_map::looks_like_json(text) { Self::from_json(text) } else { Self::from_yaml(text) }
    }

    pub fn root(&self) -> &Value {
        &self.root
    }

    pub fn root_mut(&mut self) -> &mut Value {
        &mut self.root
    }

    pub fn into_value(self) -> Value {
        self.root
    }

    /// Compact JSON: what is sent as `workflowDef`, and what the digest is taken of.
    pub fn to_json(&self) -> String {
        self.root.to_string()
    }

    /// JSON for people, two spaces deep.
    pub fn to_json_pretty(&self) -> String {
        serde_json::to_string_pretty(&self.root).unwrap_or_else(|_| self.root.to_string())
    }

    /// YAML for people. It reads back to the same document always: what the YAML writer could not carry
    /// over is written as JSON, which YAML 1.2 contains.
    pub fn to_yaml(&self) -> String {
        let options = serde_saphyr::ser_options! { compact_list_indent: false };
        serde_saphyr::to_string_with_options(&self.root, options)
            .ok()
            .filter(|text| Self::from_yaml(text).is_ok_and(|read| same(&read.root, &self.root)))
            .unwrap_or_else(|| self.to_json_pretty().chars().fold(String::new(), printable))
    }

    /// `sha256:` and the lower-case hexadecimal SHA-256 of the compact JSON.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(self.to_json().as_bytes());
        digest.iter().fold("sha256:".to_owned(), |mut text, byte| {
            for half in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
            }
            text
        })
    }
}

/// Whether a value nests deeper than so many levels, asked without recursion.
pub(crate) fn is_deeper_than(value: &Value, levels: usize) -> bool {
    let mut open = vec![(value, 0)];
    while let Some((value, depth)) = open.pop() {
        match value {
            Value::Array(_) | Value::Object(_) if depth >= levels => return true,
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => open.extend(members.values().map(|member| (member, depth + 1))),
            _ => {}
        }
    }
    false
}

/// Adds a character of JSON text as YAML may hold it: what YAML does not call printable, and its other line
/// breaks, stand only within the quotes of a text, where they can be escaped.
fn printable(mut text: String, character: char) -> String {
    match character {
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
            text.push_str(&format!("\\u{:04x}", u32::from(character)));
        }
        other => text.push(other),
    }
    text
}

/// Equal in value and in the order of members, which `==` does not compare.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let mut pairs = left.iter().zip(right);
            left.len() == right.len() && pairs.all(|(left, right)| left.0 == right.0 && same(left.1, right.1))
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests;

/// The files of a folder of the shared test data, or `None` where this machine has none.
#[cfg(test)]
pub(crate) fn shared(folder: &str) -> Option<Vec<(String, String)>> {
    let root = std::env::var_os("MAS_SHARED").map_or_else(
        || std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        std::path::PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        eprintln!("skipped: no ../shared/{folder}");
        return None;
    };
    let mut files: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).expect("a readable file");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    Some(files)
}
