//! The keyboard on the lines.

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use logs::{Seek, Selection, Step, Viewer};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::KeyboardEvent;
use wire::log::Level;

use super::options::LogOptions;
use super::reader::Reader;

/// What a key asks for that is not of the viewer alone.
#[derive(Clone, Copy)]
pub(super) struct KeyActs {
    pub copy: Callback<()>,
}

/// Acts on a key; keys that mean nothing here go on to the browser.
pub(super) fn on_key(event: &KeyboardEvent, options: LogOptions, reader: Reader, acts: KeyActs) {
    let is_control = event.ctrl_key() || event.meta_key();
    let shift = event.shift_key();
    let key = event.key();
    let change = |change: &dyn Fn(&mut Viewer)| {
        let _ = reader.change(|viewer| change(viewer));
    };
    match (is_control, key.as_str()) {
        (true, "f" | "F") => options.finding.set(true),
        (true, "c" | "C")
            if has_no_text_selected() && reader.summary.read_untracked().selection.is_some() =>
        {
            acts.copy.run(());
        }
        (true, "a" | "A") => change(&|viewer| {
            let last = viewer.total().saturating_sub(1);
            viewer.select(Some(Selection { anchor: 0, head: last }));
        }),
        (true, _) => return,
        (_, "F3") if options.finding.get_untracked() => {
            change(&|viewer| viewer.find_step(if shift { Step::Previous } else { Step::Next }));
        }
        (_, "ArrowDown") if shift => change(&|viewer| viewer.mark_by(1, true)),
        (_, "ArrowUp") if shift => change(&|viewer| viewer.mark_by(-1, true)),
        (_, "ArrowDown") => change(&|viewer| viewer.scroll_rows(1.0)),
        (_, "ArrowUp") => change(&|viewer| viewer.scroll_rows(-1.0)),
        (_, "PageDown") => change(&|viewer| viewer.scroll_page(1.0)),
        (_, "PageUp") => change(&|viewer| viewer.scroll_page(-1.0)),
        (_, "Home") => change(&Viewer::scroll_home),
        (_, "End") => change(&|viewer| viewer.follow(true)),
        (_, "Escape") if reader.summary.read_untracked().selection.is_some() => {
            change(&|viewer| viewer.select(None))
        }
        (_, "f") => change(&|viewer| viewer.follow(!viewer.follows())),
        (_, "w") => options.wrap.update(|wrap| *wrap = !*wrap),
        (_, "e") => change(&|viewer| viewer.seek(Seek::From(Level::Error, Step::Next))),
        (_, "E") => change(&|viewer| viewer.seek(Seek::From(Level::Error, Step::Previous))),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// The browser's own selection is empty: then copying means the marked lines.
fn has_no_text_selected() -> bool {
    let window = JsValue::from(window());
    let ask =
        Reflect::get(&window, &"getSelection".into()).ok().and_then(|ask| ask.dyn_into::<Function>().ok());
    let selection = ask.and_then(|ask| ask.call0(&window).ok()).unwrap_or(JsValue::NULL);
    // A browser without selections has none.
    Reflect::get(&selection, &"isCollapsed".into()).map_or(true, |collapsed| collapsed.is_truthy())
}
