//! Names that stand for something in `use`: they have to be there.

use serde_json::Value;

use super::say::{quoted, shown};
use super::{Checker, tables};
use crate::Pointer;
use crate::near::{did_you_mean, nearest};

impl Checker<'_> {
    pub(super) fn timeout(&mut self, pointer: &Pointer, value: &Value) {
        match value.as_str() {
            Some(name) => self.reference(pointer, "timeouts", name),
            None => self.members(pointer, value, &[&tables::TIMEOUT_POLICY]),
        }
    }

    pub(super) fn retry(&mut self, pointer: &Pointer, value: &Value) {
        match value.as_str() {
            Some(name) => self.reference(pointer, "retries", name),
            None => self.shape(pointer, value, &tables::RETRY_POLICY),
        }
    }

    pub(super) fn raised_error(&mut self, pointer: &Pointer, value: &Value) {
        match value.as_str() {
            Some(name) => self.reference(pointer, "errors", name),
            None => self.shape(pointer, value, &tables::ERROR),
        }
    }

    pub(super) fn authentication_name(&mut self, pointer: &Pointer, value: &Value) {
        if let Some(name) = self.plain_text_of(pointer, value) {
            self.reference(pointer, "authentications", name);
        }
    }

    fn reference(&mut self, pointer: &Pointer, section: &str, name: &str) {
        let section_of_use = self.root.get("use").and_then(|used| used.get(section));
        if section_of_use.is_some_and(|section| section.get(name).is_some()) {
            return;
        }
        let known: Vec<&str> = section_of_use
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        let (known_en, known_zh) = quoted(&known);
        let (there_en, there_zh) = if known.is_empty() {
            ("Nothing is defined there.".to_owned(), "其中没有任何定义。".to_owned())
        } else {
            (format!("Defined are {known_en}."), format!("已定义的有 {known_zh}。"))
        };
        let (hint_en, hint_zh) = did_you_mean(nearest(name, known));
        let name = shown(name);
        self.error(
            pointer,
            "dangling-reference",
            format!("`{name}` is not defined in `use.{section}`. {there_en}{hint_en}"),
            format!("`use.{section}` 中没有定义 `{name}`。{there_zh}{hint_zh}"),
        );
    }
}
