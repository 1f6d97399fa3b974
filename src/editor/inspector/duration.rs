//! A member that is a duration.

use std::sync::Arc;

use canvas::Input;
use flow::Pointer;
use leptos::prelude::*;
use serde_json::json;

use super::expression::{ExpressionControl, Holds, Look};
use super::frame::Frame;
use super::member::{Holder, fresh_id, remove};
use crate::editor::state::Editor;
use crate::ui::schema_form::{DurationControl, DurationForms, DurationSlot, DurationText};

#[component]
pub(super) fn DurationField(
    editor: Editor,
    #[prop(into)] at: Signal<Pointer>,
    #[prop(into)] label: Signal<String>,
    #[prop(into, optional)] help: Option<Signal<String>>,
    #[prop(optional)] required: bool,
    #[prop(optional)] forms: DurationForms,
    #[prop(optional, into)] placeholder: String,
) -> impl IntoView {
    let holder = use_context::<Holder>();
    let value = Memo::new(move |_| editor.model.value(&at.read()));
    let on_change = Callback::new(move |value| {
        let at = at.get_untracked();
        match value {
            Some(value) => editor.send(Input::SetMember { at, value }),
            // What has to be there stays, empty, in its place; the problems say that it is empty.
            None if required => editor.send(Input::SetMember { at, value: json!("") }),
            None => remove(editor, &at, holder.as_ref()),
        }
    });
    let expression: DurationSlot = Arc::new(move |field| {
        let DurationText { id, text, on_text, invalid, placeholder } = field;
        view! { <ExpressionControl editor at id label text on_text holds=Holds::Either look=Look::default() invalid placeholder /> }
            .into_any()
    });
    let id = fresh_id();
    let control = id.clone();
    view! {
        <Frame editor at id label help required>
            <DurationControl id=control value on_change disabled=editor.read_only forms placeholder expression=Some(expression) />
        </Frame>
    }
}
