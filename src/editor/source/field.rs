//! Where the text is written: the editor component, or a plain text field where that is not to be had.

use std::ops::Range;

use serde_json::Value;

use super::bridge::RichField;

pub(super) enum Field {
    Rich(RichField),
    Plain(web_sys::HtmlTextAreaElement),
}

impl Field {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Rich(field) => field.text(),
            Self::Plain(area) => area.value(),
        }
    }

    pub(super) fn set_text(&self, text: &str) {
        match self {
            Self::Rich(field) => field.set_text(text),
            Self::Plain(area) if area.value() != text => area.set_value(text),
            Self::Plain(_) => {}
        }
    }

    /// Where somebody writes, in UTF-16 units from the beginning.
    pub(super) fn caret(&self) -> usize {
        match self {
            Self::Rich(field) => field.caret(),
            Self::Plain(area) => area.selection_end().ok().flatten().unwrap_or_default() as usize,
        }
    }

    pub(super) fn has_focus(&self) -> bool {
        match self {
            Self::Rich(field) => field.has_focus(),
            Self::Plain(area) => {
                let focused = leptos::prelude::document().active_element();
                focused.is_some_and(|focused| area.is_same_node(Some(&focused)))
            }
        }
    }

    pub(super) fn set_language(&self, name: &str) {
        if let Self::Rich(field) = self {
            field.set_language(name);
        }
    }

    pub(super) fn set_words(&self, phrases: &Value, attributes: &Value) {
        if let Self::Rich(field) = self {
            field.set_words(phrases, attributes);
        }
    }

    pub(super) fn set_problems(&self, problems: &[Value]) {
        if let Self::Rich(field) = self {
            field.set_problems(problems);
        }
    }

    /// Marks the lines of the selected task. A plain field has no marks.
    pub(super) fn set_marked(&self, range: Option<Range<usize>>, reveal: bool) {
        if let Self::Rich(field) = self {
            field.set_marked(range, reveal);
        }
    }

    pub(super) fn find(&self) {
        if let Self::Rich(field) = self {
            field.find();
        }
    }

    /// Selects a range, brings it into view, and goes on there.
    pub(super) fn select(&self, range: Range<usize>) {
        match self {
            Self::Rich(field) => field.select(range),
            Self::Plain(area) => {
                // A field that has gone meanwhile cannot take the focus.
                let _ = area.focus();
                let offset = |units| u32::try_from(units).unwrap_or(u32::MAX);
                let _ = area.set_selection_range(offset(range.start), offset(range.end));
            }
        }
    }
}
