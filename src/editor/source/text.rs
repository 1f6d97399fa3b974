//! The definition as text, beside the document: who of the two says what counts now.
//!
//! What is typed is taken over when the typing pauses, each pause one step that can be undone. Text that is no definition
//! changes nothing, and nothing else may change until it is one or is discarded: neither is lost to the other.

use std::sync::Arc;
use std::time::Duration;

use canvas::Input;
use flow::{Document, ParseError, Pointer, SourceMap};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::field::Field;
use crate::editor::state::Editor;
use crate::ui::preferences::{store, stored};

const FORMAT_KEY: &str = "mas.source.format";

/// Typing that rests for so long is taken over; large texts are read later, for reading them takes time.
const PAUSE: Duration = Duration::from_millis(350);
const BYTES_PER_MILLISECOND: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::editor) enum Format {
    Json,
    Yaml,
}

impl Format {
    pub(super) const ALL: [Self; 2] = [Self::Json, Self::Yaml];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }

    fn of(text: &str) -> Self {
        if flow::looks_like_json(text) { Self::Json } else { Self::Yaml }
    }
}

/// Why a text is no definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::editor) enum Wrong {
    Syntax(ParseError),
    NoObject,
}

/// A text as somebody wrote it.
#[derive(Clone, Debug)]
struct Written {
    text: Arc<str>,
    read: Result<Kept, Wrong>,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    /// The document's revision that says the same.
    revision: u64,
    comments: usize,
}

/// A handle that the editor's parts share.
#[derive(Clone, Copy)]
pub(in crate::editor) struct SourceText {
    pub(super) format: RwSignal<Format>,
    /// Where things stand in the text that is shown.
    pub(super) map: RwSignal<Arc<SourceMap>>,
    /// The place that is to be selected in the text.
    pub(in crate::editor) aim: RwSignal<Option<Pointer>>,
    /// Counts up where the text has to be shown anew.
    pub(super) reprint: RwSignal<u32>,
    pub(super) field: StoredValue<Option<Field>, LocalStorage>,
    written: RwSignal<Option<Written>>,
    typed: StoredValue<bool>,
    /// Of the text that is shown, in bytes.
    length: StoredValue<usize>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl SourceText {
    pub(in crate::editor) fn new() -> Self {
        let format = if stored(FORMAT_KEY).as_deref() == Some("yaml") { Format::Yaml } else { Format::Json };
        Self {
            format: RwSignal::new(format),
            map: RwSignal::new(Arc::default()),
            aim: RwSignal::new(None),
            reprint: RwSignal::new(0),
            field: StoredValue::new_local(None),
            written: RwSignal::new(None),
            typed: StoredValue::new(false),
            length: StoredValue::new(0),
            timer: StoredValue::new(None),
        }
    }

    /// Why what is written is no definition; tracked. Nothing where it is one.
    pub(in crate::editor) fn wrong(&self) -> Option<Wrong> {
        self.written.read().as_ref().and_then(|written| written.read.as_ref().err().cloned())
    }

    /// The same, untracked, as yes or no.
    pub(in crate::editor) fn is_wrong(&self) -> bool {
        self.written.with_untracked(|written| written.as_ref().is_some_and(|written| written.read.is_err()))
    }

    /// How many comments the text has that the document does not keep; tracked.
    pub(super) fn comments(&self, editor: Editor) -> usize {
        let revision = editor.model.revision.get();
        let written = self.written.read();
        let read = written.as_ref().and_then(|written| written.read.as_ref().ok());
        read.filter(|read| read.revision == revision).map_or(0, |read| read.comments)
    }

    /// Whether something was typed that is not taken over yet.
    pub(super) fn is_typing(&self) -> bool {
        self.typed.get_value()
    }

    /// The text to show: as it was written while the document says the same, else as the document is printed.
    pub(super) fn text(&self, editor: Editor) -> Arc<str> {
        let revision = editor.model.read(canvas::Session::revision);
        let written = self.written.read_untracked();
        let counts =
            |written: &&Written| written.read.as_ref().map_or(true, |read| read.revision == revision);
        if let Some(written) = written.as_ref().filter(counts) {
            return Arc::clone(&written.text);
        }
        let format = self.format.get_untracked();
        editor.model.read(|session| match format {
            Format::Json => session.document().to_json_pretty().into(),
            Format::Yaml => session.document().to_yaml().into(),
        })
    }

    /// A field begins with this text.
    pub(super) fn begin(&self, text: &str) {
        self.typed.set_value(false);
        self.shows(text);
    }

    /// The field shows this text.
    pub(super) fn shows(&self, text: &str) {
        self.length.set_value(text.len());
        self.map.set(flow::source_map(text).into());
    }

    /// Somebody types: it is taken over when the typing rests.
    pub(super) fn typed(&self, editor: Editor) {
        self.typed.set_value(true);
        let length =
            self.written.with_untracked(|written| written.as_ref().map_or(0, |written| written.text.len()));
        let more = u64::try_from(length / BYTES_PER_MILLISECOND).unwrap_or_default();
        let source = *self;
        let pause = PAUSE + Duration::from_millis(more);
        let timer = set_timeout_with_handle(move || source.rest(editor), pause).ok();
        if let Some(before) = self.timer.try_update_value(|now| std::mem::replace(now, timer)).flatten() {
            before.clear();
        }
    }

    /// The typing pauses, or the text is left.
    pub(super) fn rest(&self, editor: Editor) {
        // What is wrong with it is shown from what is written.
        let _ = self.settle(editor);
    }

    /// Takes over what was typed. False where what is written is no definition: then nothing is changed.
    pub(in crate::editor) fn settle(&self, editor: Editor) -> bool {
        if self.typed.try_get_value() == Some(true) {
            self.typed.set_value(false);
            if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
                timer.clear();
            }
            if let Some(text) = self.field.with_value(|field| field.as_ref().map(Field::text)) {
                self.take(editor, text.into());
            }
        }
        // The page may have gone.
        self.written.try_with_untracked(|written| written.as_ref().is_none_or(|written| written.read.is_ok()))
            == Some(true)
    }

    fn take(&self, editor: Editor, text: Arc<str>) {
        if !text.trim().is_empty() {
            self.take_format(Format::of(&text));
        }
        let read = match Document::import(&text) {
            Ok((document, dropped)) if document.root().is_object() => {
                // The order of members is a change too, which equality does not see.
                let same = editor.model.read(|session| session.document().to_json() == document.to_json());
                if !same {
                    editor.perform(Input::FieldVisitEnded);
                    editor.perform(Input::ReplaceDocument { root: document.into_value() });
                    editor.perform(Input::FieldVisitEnded);
                }
                let revision = editor.model.read(canvas::Session::revision);
                Ok(Kept { revision, comments: dropped.comments })
            }
            Ok(_) => Err(Wrong::NoObject),
            Err(error) => Err(Wrong::Syntax(error)),
        };
        self.written.set(Some(Written { text, read }));
        self.show_anew();
    }

    /// Shows the document again in the place of what was written.
    pub(in crate::editor) fn discard(&self) {
        self.typed.set_value(false);
        self.written.set(None);
        self.show_anew();
    }

    /// Shows the document in another format, without the comments and the layout of what was written.
    pub(super) fn convert(&self, format: Format) {
        self.written.set(None);
        self.take_format(format);
        self.show_anew();
    }

    fn take_format(&self, format: Format) {
        if self.format.get_untracked() != format {
            store(FORMAT_KEY, format.word());
            self.format.set(format);
        }
    }

    fn show_anew(&self) {
        self.reprint.update(|count| *count = count.wrapping_add(1));
    }
}

/// The offset, in UTF-16 units as the browser counts, of a place that counts from 1.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let mut lines = text.split_inclusive('\n');
    let before: usize =
        lines.by_ref().take(line.saturating_sub(1)).map(|line| line.encode_utf16().count()).sum();
    let within = lines.next().unwrap_or_default().trim_end_matches('\n');
    before + within.chars().take(column.saturating_sub(1)).map(char::len_utf16).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn a_place_that_counts_from_one_is_an_offset_that_counts_units() {
        let text = "{\n  \"\u{1f600}\": x\n}";
        assert_eq!(offset(text, 1, 1), 0);
        assert_eq!(offset(text, 2, 8), 10);
        assert_eq!(offset(text, 9, 9), 13);
        assert_eq!(offset("", 1, 1), 0);
    }
}
