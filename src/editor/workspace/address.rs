//! The address of an open editor says what is seen and selected, so that a link leads there.

use canvas::Input;
use flow::Pointer;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use wire::operation::encode_segment;

use crate::api::use_api;
use crate::editor::state::{Editor, Tab};
use crate::ui::link::replace;

/// Tab and selection live in the URL.
pub(super) fn address(editor: Editor) {
    let query = use_query_map();
    let path = use_location().pathname;
    let replace = replace();
    let base = use_api().base();
    if let Some(tab) = query.read_untracked().get("view").and_then(|view| Tab::parse(&view)) {
        editor.tab.set(tab);
    }
    if let Some(task) = query.read_untracked().get("task").and_then(|task| Pointer::parse(&task)) {
        editor.send(Input::Select { pointer: Some(task) });
    }
    Effect::new(move |previous: Option<String>| {
        let mut search = Vec::new();
        let tab = editor.tab.get();
        if tab != Tab::Canvas {
            search.push(format!("view={}", tab.word()));
        }
        if let Some(task) = editor.model.selection.get() {
            search.push(format!("task={}", encode_segment(task.as_str())));
        }
        let mark = if search.is_empty() { "" } else { "?" };
        let search = format!("{mark}{}", search.join("&"));
        if previous.as_ref().is_some_and(|previous| *previous != search) {
            let path = path.get_untracked();
            replace(&format!("{}{search}", path.strip_prefix(&base).unwrap_or(&path)));
        }
        search
    });
}
