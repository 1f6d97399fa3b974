//! What people note at a task: a note and a colour for the canvas, and any other metadata. Nothing of it is run.

use canvas::Input;
use flow::Pointer;
use leptos::prelude::*;
use serde_json::json;

use super::frame::{Frame, words};
use super::member::{MemberField, Shape, fresh_id, remove};
use super::rows::RowsField;
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::flow_canvas::{COLOURS, colour_label};

#[component]
pub(super) fn Remarks(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let metadata = task.child("metadata");
    let canvas = metadata.child("mas.canvas");
    let written = editor.model.read(|session| metadata.get(session.document().root()).is_some());
    view! {
        <details class="details" open=written>
            <summary>{t!(i18n, editor.remarks.title)}</summary>
            <MemberField editor at=canvas.child("note") label=words!(i18n, editor.remarks.note) help=words!(i18n, editor.remarks.note_help) shape=Shape::Multiline />
            <ColourField editor at=canvas.child("colour") />
            <RowsField editor at=metadata label=words!(i18n, editor.remarks.metadata) help=words!(i18n, editor.remarks.metadata_help) hidden=&["mas.canvas"] placeholder="owner" />
        </details>
    }
}

#[component]
fn ColourField(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let value = Memo::new({
        let at = at.clone();
        move |_| {
            editor.model.value(&at).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        }
    });
    let id = fresh_id();
    let group = fresh_id();
    let choose = Callback::new({
        let at = at.clone();
        move |colour: &'static str| {
            if colour.is_empty() {
                remove(editor, &at, None);
            } else {
                editor.send(Input::SetMember { at: at.clone(), value: json!(colour) });
            }
            editor.send(Input::FieldVisitEnded);
        }
    });
    let swatches = std::iter::once("")
        .chain(COLOURS)
        .map(|colour| {
            let name = move || colour_label(i18n, colour);
            view! {
                <label class="swatch" data-colour=colour title=name>
                    <input type="radio" name=group.clone() class="visually-hidden" disabled=move || editor.read_only.get() prop:checked=move || *value.read() == colour on:change=move |_| choose.run(colour) />
                    <span class="swatch__dot"></span>
                    <span class="visually-hidden">{name}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <Frame editor at=Signal::stored(at) id label=words!(i18n, editor.remarks.colour) help=None group=true>
            <div class="swatches">{swatches}</div>
        </Frame>
    }
}
