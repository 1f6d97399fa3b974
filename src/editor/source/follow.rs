//! Keeps text, problems and selection of the field in step with the editor, in both directions.

use std::time::Duration;

use canvas::Input;
use flow::{Pointer, Severity};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::field::Field;
use super::text::{Wrong, offset};
use crate::editor::state::Editor;
use crate::i18n::*;

/// A caret that walks through the text, and changes that follow each other, are followed once they rest.
const REST: Duration = Duration::from_millis(120);

/// Call it while the view is set up: it lives as long.
pub(super) fn follow(editor: Editor) {
    let source = editor.source;
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    // The document changed elsewhere, or something was taken over: the text says what counts.
    Effect::new(move |before: Option<u32>| {
        editor.model.revision.track();
        let reprint = source.reprint.get();
        source.format.track();
        if before.is_none_or(|before| before != reprint) {
            show(editor);
        } else {
            after_rest(waiting, move || show(editor));
        }
        reprint
    });
    Effect::new(move |_| {
        let map = source.map.get();
        let problems = match source.wrong() {
            Some(Wrong::Syntax(error)) => {
                let at = offset(&source.text(editor), error.line, error.column);
                vec![problem(at, at + 1, Severity::Error, editor.spoken(&error))]
            }
            Some(Wrong::NoObject) => {
                vec![problem(
                    0,
                    1,
                    Severity::Error,
                    t_string!(editor.i18n, editor.refusal.not_an_object).to_string(),
                )]
            }
            None => {
                let found = editor.found.read();
                let placed = found.iter().filter_map(|found| {
                    let range = map.mark_of(&found.pointer)?;
                    Some(problem(range.start, range.end, found.severity, editor.message(found)))
                });
                placed.collect()
            }
        };
        with(editor, |field| field.set_problems(&problems));
    });
    Effect::new(move |before: Option<Option<Pointer>>| {
        let (map, selection) = (source.map.get(), editor.model.selection.get());
        let range = selection.as_ref().and_then(|selected| map.range_of(selected));
        // What the caret chose is seen already.
        let chosen_here = with(editor, Field::caret)
            .zip(range.as_ref())
            .is_some_and(|(caret, range)| range.contains(&caret));
        let reveal = before.flatten() != selection && !chosen_here;
        with(editor, |field| field.set_marked(range, reveal));
        selection
    });
    Effect::new(move |_| {
        // A field that is still to come has the map when it is there.
        source.map.track();
        let Some(pointer) = source.aim.get() else { return };
        let range = match source.wrong() {
            Some(Wrong::Syntax(error)) => {
                let at = offset(&source.text(editor), error.line, error.column);
                Some(at..at + 1)
            }
            _ => source.map.read_untracked().mark_of(&pointer),
        };
        let done = with(editor, |field| {
            if let Some(range) = range {
                field.select(range);
            }
        });
        if done.is_some() {
            source.aim.set(None);
        }
    });
}

/// The caret moved: what it stands in is selected on the canvas, once it rests.
pub(super) fn caret_moved(editor: Editor, waiting: StoredValue<Option<TimeoutHandle>>) {
    after_rest(waiting, move || {
        // What is typed is followed when it is taken over. Who has gone to the canvas meanwhile has chosen there.
        let is_left = with(editor, Field::has_focus) == Some(false);
        if !editor.source.is_typing() && !is_left {
            select_at_caret(editor);
        }
    });
}

fn select_at_caret(editor: Editor) {
    let Some(caret) = with(editor, Field::caret) else { return };
    let mut place = Some(editor.source.map.read_untracked().pointer_at(caret));
    let scene = editor.model.scene.get_untracked();
    let task = loop {
        let Some(pointer) = place else { break None };
        if let Some(task) = scene.find(&pointer).and_then(|node| scene.task_of(node)) {
            break Some(task.pointer.clone());
        }
        place = pointer.parent();
    };
    if editor.model.selection.get_untracked() != task {
        editor.perform(Input::Select { pointer: task });
    }
}

/// Brings the field to the text that counts, and learns where things stand in it.
fn show(editor: Editor) {
    let source = editor.source;
    // What is being typed is not overwritten.
    if source.is_typing() {
        return;
    }
    let text = source.text(editor);
    with(editor, |field| {
        field.set_language(source.format.get_untracked().word());
        field.set_text(&text);
    });
    source.shows(editor, &text);
    // What was typed just now is where somebody works.
    if with(editor, Field::has_focus) == Some(true) {
        select_at_caret(editor);
    }
}

pub(super) fn with<T>(editor: Editor, act: impl FnOnce(&Field) -> T) -> Option<T> {
    editor.source.field.try_with_value(|field| field.as_ref().map(act)).flatten()
}

fn problem(from: usize, to: usize, severity: Severity, message: String) -> Value {
    let severity = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({ "from": from, "to": to, "severity": severity, "message": message })
}

/// Does something when it was not asked for again for a while.
fn after_rest(waiting: StoredValue<Option<TimeoutHandle>>, act: impl Fn() + 'static) {
    let timer = set_timeout_with_handle(
        move || {
            // The view may have gone.
            if waiting.try_set_value(None).is_none() {
                act();
            }
        },
        REST,
    );
    if let Some(before) = waiting.try_update_value(|now| std::mem::replace(now, timer.ok())).flatten() {
        before.clear();
    }
}
