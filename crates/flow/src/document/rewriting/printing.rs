//! New values as text that fits into an old one: on lines of their own, or within brackets.

use serde_json::{Map, Value, json};

/// Writes an item of a list in its own way, dash included, or leaves it to the printer.
pub(super) type Tasks<'a> = dyn Fn(&Value, usize) -> Option<String> + 'a;

/// A member's name as YAML writes it.
pub(super) fn key(name: &str) -> Option<String> {
    let mut member = Map::new();
    member.insert(name.to_owned(), Value::Null);
    let text = yaml(&Value::Object(member))?;
    text.strip_suffix(": null").map(str::to_owned)
}

/// What follows the colon of a member that stands at `column`.
pub(super) fn after_colon(value: &Value, column: usize, tasks: &Tasks<'_>) -> Option<String> {
    if is_leaf(value) {
        let text = yaml(&json!({ "k": value }))?;
        return indented(text.strip_prefix("k:")?, 0, column);
    }
    let column = column + 2;
    Some(format!("\n{}{}", " ".repeat(column), block(value, column, tasks)?))
}

/// An item of a list, with its dash at `column`.
pub(super) fn item(value: &Value, column: usize, tasks: &Tasks<'_>) -> Option<String> {
    Some(format!("- {}", block(value, column + 2, tasks)?))
}

/// A value from `column` on; its first line is not indented.
pub(super) fn block(value: &Value, column: usize, tasks: &Tasks<'_>) -> Option<String> {
    let lines: Option<Vec<String>> = match value {
        value if is_leaf(value) => {
            let text = yaml(&json!([value]))?;
            return indented(text.strip_prefix("- ")?, 2, column);
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| Some(format!("{}:{}", key(name)?, after_colon(value, column, tasks)?)))
            .collect(),
        Value::Array(items) => {
            items.iter().map(|value| tasks(value, column).or_else(|| item(value, column, tasks))).collect()
        }
        _ => None,
    };
    Some(lines?.join(&format!("\n{}", " ".repeat(column))))
}

/// Text whose lines but the first go from one column to another; `None` where one of them begins before it.
pub(super) fn indented(text: &str, from: usize, to: usize) -> Option<String> {
    let (old, new) = (" ".repeat(from), " ".repeat(to));
    let mut lines = text.split('\n');
    let mut moved = lines.next()?.to_owned();
    for line in lines {
        moved.push('\n');
        if !line.trim().is_empty() {
            moved.push_str(&new);
            moved.push_str(line.strip_prefix(&old)?);
        }
    }
    Some(moved)
}

fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => true,
    }
}

fn yaml(value: &Value) -> Option<String> {
    let options = serde_saphyr::ser_options! { compact_list_indent: false };
    let text = serde_saphyr::to_string_with_options(value, options).ok()?;
    Some(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}

/// How values stand within brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inline {
    /// JSON without a blank.
    Tight,
    /// JSON on one line as people write it.
    Spaced,
    /// The same with bare names.
    Yaml,
}

impl Inline {
    pub(super) fn key(self, name: &str) -> String {
        let is_bare = self == Self::Yaml
            && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_' || one == '-')
            && key(name).is_some_and(|written| written == name);
        if is_bare { name.to_owned() } else { Value::from(name).to_string() }
    }

    /// On one line, or on several ones at an indentation.
    pub(super) fn value(self, value: &Value, indent: Option<usize>) -> String {
        match indent {
            Some(indent) => {
                let text = serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
                text.replace('\n', &format!("\n{}", " ".repeat(indent)))
            }
            None if self == Self::Tight => value.to_string(),
            None => self.line(value),
        }
    }

    fn line(self, value: &Value) -> String {
        let list = |parts: Vec<String>| parts.join(", ");
        match value {
            Value::Object(members) if !members.is_empty() => {
                let member =
                    |(name, value): (&String, &Value)| format!("{}: {}", self.key(name), self.line(value));
                let members = list(members.iter().map(member).collect());
                if self == Self::Yaml { format!("{{ {members} }}") } else { format!("{{{members}}}") }
            }
            Value::Array(items) => format!("[{}]", list(items.iter().map(|item| self.line(item)).collect())),
            other => other.to_string(),
        }
    }
}
