//! The words in which problems are told: what a value is, what a sentence is about, lists of names. A value of the
//! definition is shown as far as a person would read it.

use serde_json::Value;

use super::Checker;
use crate::Pointer;

/// So many characters of a value are shown.
const SHOWN: usize = 80;

impl Checker<'_> {
    /// What a sentence about the value at `pointer` begins with, in English and Chinese.
    pub(super) fn subject(&self, pointer: &Pointer) -> (String, String) {
        let Some(name) = pointer.last() else { return ("The definition".to_owned(), "定义".to_owned()) };
        let around = pointer.parent().filter(|around| around.get(self.root).is_some_and(Value::is_array));
        match (around, name.parse::<usize>()) {
            (Some(list), Ok(index)) => {
                let list = shown(&list.last().unwrap_or_default());
                (format!("Item {} of `{list}`", index + 1), format!("`{list}` 的第 {} 项", index + 1))
            }
            _ => (format!("`{}`", shown(&name)), format!("`{}` ", shown(&name))),
        }
    }

    pub(super) fn wrong_type(&mut self, pointer: &Pointer, value: &Value, wanted: (&str, &str)) {
        let (en, zh) = type_of(value);
        let (subject_en, subject_zh) = self.subject(pointer);
        // YAML makes a number of `1.0` and a truth of `true`.
        let (hint_en, hint_zh) = match value {
            Value::Number(_) | Value::Bool(_) if wanted.0.starts_with("a text") => {
                (format!("; write it in quotes: \"{value}\""), format!("；请加引号：\"{value}\""))
            }
            // And quotes make a text of `5` and `true`.
            Value::String(text) if is_meant(wanted.0, text) => {
                (format!("; write it without quotes: {text}"), format!("；请去掉引号：{text}"))
            }
            _ => Default::default(),
        };
        self.error(
            pointer,
            "wrong-type",
            format!("{subject_en} has to be {}, not {en}{hint_en}.", wanted.0),
            format!("{subject_zh}必须是{}，而不是{zh}{hint_zh}。", wanted.1),
        );
    }
}

/// Whether a text is only in quotes by mistake.
fn is_meant(wanted: &str, text: &str) -> bool {
    match wanted {
        "a whole number" => text.len() < 20 && text.parse::<i64>().is_ok(),
        "true or false" => ["true", "false"].contains(&text),
        _ => false,
    }
}

/// A text as far as a person would read it, on one line.
pub(super) fn shown(text: &str) -> String {
    let mut characters = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    let mut shown: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// What a value is, in English and Chinese.
pub(super) fn type_of(value: &Value) -> (&'static str, &'static str) {
    match value {
        Value::Null => ("nothing (null)", "空值"),
        Value::Bool(_) => ("true or false", "布尔值"),
        Value::Number(_) => ("a number", "数字"),
        Value::String(_) => ("a text", "文本"),
        Value::Array(_) => ("a list", "列表"),
        Value::Object(_) => ("an object", "对象"),
    }
}

/// Names in a sentence, in English and Chinese; the first 24 of them.
pub(super) fn quoted(names: &[&str]) -> (String, String) {
    let more = if names.len() > 24 { "…" } else { "" };
    let quoted: Vec<String> = names.iter().take(24).map(|name| format!("`{}`", shown(name))).collect();
    (format!("{}{more}", quoted.join(", ")), format!("{}{more}", quoted.join("、")))
}

/// Names of which one is meant: `a`, `b` or `c`.
pub(super) fn either(names: &[&str]) -> (String, String) {
    match names {
        [first @ .., last] if !first.is_empty() => {
            let (en, zh) = quoted(first);
            (format!("{en} or `{last}`"), format!("{zh} 或 `{last}`"))
        }
        _ => quoted(names),
    }
}
