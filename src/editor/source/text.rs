//! The definition as text, beside the document: who of the two says what counts now.
//!
//! What is typed is taken over when the typing pauses, each pause one step that can be undone. Text that is no definition
//! changes nothing, and nothing else may change until it is one or is discarded: neither is lost to the other. What is
//! changed elsewhere is written into the text as it was laid out.

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

/// A text that somebody wrote and that is a definition. Its layout and its comments are kept while the document changes.
#[derive(Clone, Debug)]
struct Written {
    text: Arc<str>,
    /// The document's revision that says the same.
    revision: u64,
    comments: usize,
}

/// A text that somebody wrote and that is no definition.
#[derive(Clone, Debug)]
struct Broken {
    text: Arc<str>,
    why: Wrong,
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
    /// What was written last, whatever became of it since: taking a change back brings its comments back.
    written: StoredValue<Option<Written>>,
    broken: RwSignal<Option<Broken>>,
    /// The text of the document in the layout of what was written.
    fitted: StoredValue<Option<Written>>,
    /// How many comments the text that is shown has.
    comments: RwSignal<usize>,
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
            written: StoredValue::new(None),
            broken: RwSignal::new(None),
            fitted: StoredValue::new(None),
            comments: RwSignal::new(0),
            typed: StoredValue::new(false),
            length: StoredValue::new(0),
            timer: StoredValue::new(None),
        }
    }

    /// Why what is written is no definition; tracked. Nothing where it is one.
    pub(in crate::editor) fn wrong(&self) -> Option<Wrong> {
        self.broken.read().as_ref().map(|broken| broken.why.clone())
    }

    /// The same, untracked, as yes or no.
    pub(in crate::editor) fn is_wrong(&self) -> bool {
        self.broken.try_with_untracked(Option::is_some) == Some(true)
    }

    /// How many comments the text has that a saved definition does not keep; tracked.
    pub(super) fn comments(&self) -> usize {
        self.comments.get()
    }

    /// Whether something was typed that is not taken over yet.
    pub(super) fn is_typing(&self) -> bool {
        self.typed.get_value()
    }

    /// The text to show: what is no definition as it was written, else the document in the layout of what was written.
    pub(super) fn text(&self, editor: Editor) -> Arc<str> {
        if let Some(broken) = self.broken.read_untracked().as_ref() {
            return Arc::clone(&broken.text);
        }
        if let Some(fitted) = self.fit(editor) {
            return fitted.text;
        }
        let format = self.format.get_untracked();
        editor.model.read(|session| match format {
            Format::Json => session.document().to_json_pretty().into(),
            Format::Yaml => session.document().to_yaml().into(),
        })
    }

    /// What the draft has to keep beside the definition: text that is none, or text with comments.
    pub(in crate::editor) fn unprinted(&self, editor: Editor) -> Option<String> {
        if let Some(text) =
            self.broken.try_with_untracked(|broken| broken.as_ref().map(|broken| broken.text.to_string()))?
        {
            return Some(text);
        }
        self.fit(editor).filter(|fitted| fitted.comments > 0).map(|fitted| fitted.text.to_string())
    }

    /// What was written, with what changed since; worked out once a revision.
    fn fit(&self, editor: Editor) -> Option<Written> {
        let revision = editor.model.read(canvas::Session::revision);
        let is_current = |text: &Option<Written>| text.as_ref().is_some_and(|text| text.revision == revision);
        for known in [self.written, self.fitted] {
            if let Some(text) = known.try_with_value(|text| is_current(text).then(|| text.clone()))?.flatten()
            {
                return Some(text);
            }
        }
        let written = self.written.get_value()?;
        let (text, dropped) =
            editor.model.read(|session| flow::rewrite(&written.text, session.document()))?;
        let fitted = Written { text: text.into(), revision, comments: dropped.comments };
        self.fitted.set_value(Some(fitted.clone()));
        Some(fitted)
    }

    /// A field begins with this text.
    pub(super) fn begin(&self, editor: Editor, text: &str) {
        self.typed.set_value(false);
        self.shows(editor, text);
    }

    /// The field shows this text.
    pub(super) fn shows(&self, editor: Editor, text: &str) {
        self.length.set_value(text.len());
        let comments = if self.is_wrong() { 0 } else { self.fit(editor).map_or(0, |text| text.comments) };
        if self.comments.get_untracked() != comments {
            self.comments.set(comments);
        }
        self.map.set(flow::source_map(text).into());
    }

    /// Somebody types: it is taken over when the typing rests.
    pub(super) fn typed(&self, editor: Editor) {
        self.typed.set_value(true);
        let more = u64::try_from(self.length.get_value() / BYTES_PER_MILLISECOND).unwrap_or_default();
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
        self.broken.try_with_untracked(Option::is_none) == Some(true)
    }

    /// Takes a text over that comes from elsewhere: a file, a draft.
    pub(in crate::editor) fn adopt(&self, editor: Editor, text: &str) {
        self.typed.set_value(false);
        self.take(editor, text.into());
    }

    fn take(&self, editor: Editor, text: Arc<str>) {
        if !text.trim().is_empty() {
            self.take_format(Format::of(&text));
        }
        let broken = match Document::import(&text) {
            Ok((document, dropped)) if document.root().is_object() => {
                // The order of members is a change too, which equality does not see.
                let same = editor.model.read(|session| session.document().to_json() == document.to_json());
                // The text is whole again: what is waited for no longer stands in the way.
                self.mend();
                if !same {
                    editor.perform(Input::FieldVisitEnded);
                    editor.perform(Input::ReplaceDocument { root: document.into_value() });
                    editor.perform(Input::FieldVisitEnded);
                }
                let revision = editor.model.read(canvas::Session::revision);
                self.written.set_value(Some(Written { text, revision, comments: dropped.comments }));
                None
            }
            Ok(_) => Some(Broken { text, why: Wrong::NoObject }),
            Err(error) => Some(Broken { text, why: Wrong::Syntax(error) }),
        };
        if broken.is_some() {
            self.broken.set(broken);
        }
        // What stands beside the definition changes no document, and is to be found again too.
        editor.keep();
        self.show_anew();
    }

    fn mend(&self) {
        if self.is_wrong() {
            self.broken.set(None);
        }
    }

    /// Shows the document again in the place of text that is no definition.
    pub(in crate::editor) fn discard(&self, editor: Editor) {
        self.typed.set_value(false);
        self.mend();
        editor.keep();
        self.show_anew();
    }

    /// Shows the document in another format, without the comments and the layout of what was written.
    pub(super) fn convert(&self, editor: Editor, format: Format) {
        self.forget();
        self.take_format(format);
        editor.keep();
        self.show_anew();
    }

    /// What was written has nothing to do with the definition that comes.
    pub(in crate::editor) fn forget(&self) {
        self.written.set_value(None);
        self.fitted.set_value(None);
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
