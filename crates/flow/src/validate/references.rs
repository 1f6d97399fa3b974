//! Names that stand for something in `use`: they have to be there.

use serde_json::Value;

use super::{Checker, tables};
use crate::Pointer;

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
        let there = self
            .root
            .get("use")
            .and_then(|used| used.get(section))
            .is_some_and(|section| section.get(name).is_some());
        if !there {
            self.error(
                pointer,
                "dangling-reference",
                format!("`{name}` is not defined in `use.{section}`."),
                format!("`use.{section}` 中没有定义 `{name}`。"),
            );
        }
    }
}
