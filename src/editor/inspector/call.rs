//! What a `call` is called with: a form out of the plugin's schema, the fields of HTTP, or JSON.

use std::sync::Arc;

use canvas::Input;
use flow::Pointer;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::expression::{ExpressionControl, Holds, Look};
use super::frame::{Tells, Told};
use super::http::HttpFields;
use super::member::{MemberField, Shape};
use super::pickers::resource_picker;
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::SchemaForm;
use crate::ui::schema_form::{ExpressionField, ExpressionSlot, Remarks};

#[component]
pub(super) fn CallFields(editor: Editor, task: Pointer, call: String) -> impl IntoView {
    let called = call.clone();
    let schema = Memo::new(move |_| editor.plugin(&called).map(|plugin| plugin.input_schema));
    let known = Memo::new(move |_| schema.read().is_some());
    let http = call == "http";
    move || {
        let at = task.child("with");
        match (known.get(), http) {
            (true, _) => {
                let schema = Signal::derive(move || schema.get().unwrap_or_default());
                view! { <PluginForm editor at schema /> }.into_any()
            }
            (false, true) => view! { <HttpFields editor at /> }.into_any(),
            (false, false) => view! { <OtherFields editor task=task.clone() /> }.into_any(),
        }
    }
}

#[component]
fn PluginForm(editor: Editor, at: Pointer, schema: Signal<Value>) -> impl IntoView {
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at).unwrap_or_else(|| json!({}))
    });
    let member = at.clone();
    let on_change =
        Callback::new(move |value: Value| editor.send(Input::SetMember { at: member.clone(), value }));
    let members = at.clone();
    let expression: ExpressionSlot = Arc::new(move |field: ExpressionField| {
        let ExpressionField { id, name, label, text, on_text, multiline, placeholder } = field;
        let look = Look { lines: multiline.then_some(4), ..Look::default() };
        let at = Signal::stored(members.child(&name));
        view! { <ExpressionControl editor at id label text on_text holds=Holds::Either look placeholder /> }
            .into_any()
    });
    let members = at.clone();
    let remarks: Remarks =
        Arc::new(move |name: &str| view! { <Told editor at=members.child(name) /> }.into_any());
    let told = at.clone();
    let on_leave = Callback::new(move |()| editor.send(Input::FieldVisitEnded));
    view! {
        <div data-member=at.as_str().to_owned()>
            <SchemaForm schema value on_change expression remarks picker=resource_picker() on_leave disabled=editor.read_only />
            <Told editor at=told tells=Tells::Own />
        </div>
    }
}

/// A function that the catalog does not have: its name and its arguments as they are.
#[component]
fn OtherFields(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <MemberField editor at=task.child("with") label=Signal::derive(move || t_string!(i18n, editor.inspector.with).to_owned()) shape=Shape::Json />
    }
}
