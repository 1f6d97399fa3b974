//! Keys for the whole page, and what must happen before it goes away.

use canvas::{Act, GestureKind, Input};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::editor::save::Saver;
use crate::editor::state::{Editor, Sheet};

/// Keys for the whole page, and what must happen before it goes away.
pub(super) fn guards(editor: Editor, saver: Saver) {
    let keys = window_event_listener(ev::keydown, move |event| {
        let command = event.ctrl_key() || event.meta_key();
        let key = event.key().to_lowercase();
        if command && key == "s" {
            event.prevent_default();
            saver.save();
        } else if command && key == "k" {
            event.prevent_default();
            editor.sheet.set(Some(Sheet::Finder));
        } else if key == "?" && !in_text(&event) {
            event.prevent_default();
            editor.sheet.set(Some(Sheet::Keys));
        } else if key == "s" && !command && !event.alt_key() && !in_text(&event) {
            event.prevent_default();
            editor.simulating.toggle();
        } else if key == "escape" && editor.model.read(canvas::Session::gesture) != GestureKind::Idle {
            event.prevent_default();
            editor.send(Input::Do { act: Act::Escape });
        } else if command && (key == "z" || key == "y") && !in_text(&event) {
            event.prevent_default();
            let act = if key == "y" || event.shift_key() { Act::Redo } else { Act::Undo };
            editor.send(Input::Do { act });
        }
    });
    let hiding = window_event_listener_untyped("pagehide", move |_| {
        editor.source.settle(editor);
        editor.settle();
    });
    on_cleanup(move || {
        editor.settle();
        keys.remove();
        hiding.remove();
    });
}

/// Whether a key belongs to a text field, which undoes by itself, or to a dialog.
fn in_text(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        element.closest("input, textarea, select, dialog, [contenteditable=true]").ok().flatten().is_some()
    })
}
