//! What is special to the language's constructs.

use canvas::Input;
use flow::{Pointer, TaskKind};
use leptos::prelude::*;
use serde_json::json;

use super::member::{MemberField, Shape, remove};
use crate::editor::state::Editor;
use crate::i18n::*;

#[component]
pub(super) fn ConstructFields(editor: Editor, task: Pointer, kind: TaskKind) -> impl IntoView {
    let i18n = use_i18n();
    let under = |path: &[&str]| path.iter().fold(task.clone(), |at, name| at.child(name));
    match kind {
        TaskKind::Wait => view! {
            <MemberField editor at=under(&["wait"]) label=Signal::derive(move || t_string!(i18n, editor.field.wait).to_owned()) help=Signal::derive(move || t_string!(i18n, editor.field.duration_help).to_owned()) shape=Shape::TextOrJson required=true />
        }
        .into_any(),
        TaskKind::Set => view! {
            <MemberField editor at=under(&["set"]) label=Signal::derive(move || t_string!(i18n, editor.field.set).to_owned()) help=Signal::derive(move || t_string!(i18n, editor.field.set_help).to_owned()) shape=Shape::TextOrJson required=true />
        }
        .into_any(),
        TaskKind::For => view! {
            <MemberField editor at=under(&["for", "in"]) label=Signal::derive(move || t_string!(i18n, editor.field.each_in).to_owned()) shape=Shape::Code placeholder="${ .items }" required=true />
            <MemberField editor at=under(&["for", "each"]) label=Signal::derive(move || t_string!(i18n, editor.field.each).to_owned()) placeholder="item" />
            <MemberField editor at=under(&["for", "at"]) label=Signal::derive(move || t_string!(i18n, editor.field.each_at).to_owned()) placeholder="index" />
            <MemberField editor at=under(&["while"]) label=Signal::derive(move || t_string!(i18n, editor.field.each_while).to_owned()) shape=Shape::Code />
        }
        .into_any(),
        TaskKind::Switch => view! {
            <MemberField editor at=under(&["switch"]) label=Signal::derive(move || t_string!(i18n, editor.field.cases).to_owned()) help=Signal::derive(move || t_string!(i18n, editor.field.cases_help).to_owned()) shape=Shape::Json required=true />
        }
        .into_any(),
        TaskKind::Try => view! {
            <MemberField editor at=under(&["catch", "errors"]) label=Signal::derive(move || t_string!(i18n, editor.field.catch_errors).to_owned()) help=Signal::derive(move || t_string!(i18n, editor.field.catch_errors_help).to_owned()) shape=Shape::TextOrJson />
            <MemberField editor at=under(&["catch", "as"]) label=Signal::derive(move || t_string!(i18n, editor.field.catch_as).to_owned()) placeholder="error" />
            <MemberField editor at=under(&["catch", "when"]) label=Signal::derive(move || t_string!(i18n, editor.field.catch_when).to_owned()) shape=Shape::Code />
            <MemberField editor at=under(&["catch", "retry"]) label=Signal::derive(move || t_string!(i18n, editor.field.retry).to_owned()) help=Signal::derive(move || t_string!(i18n, editor.field.retry_help).to_owned()) shape=Shape::TextOrJson />
        }
        .into_any(),
        TaskKind::Raise => view! {
            <MemberField editor at=under(&["raise", "error"]) label=Signal::derive(move || t_string!(i18n, editor.field.raise).to_owned()) shape=Shape::TextOrJson required=true />
        }
        .into_any(),
        TaskKind::Fork => view! { <CompeteField editor at=under(&["fork", "compete"]) /> }.into_any(),
        TaskKind::Emit | TaskKind::Listen | TaskKind::Run => {
            let label = Signal::derive(move || crate::ui::flow_canvas::kind_label(i18n, Some(kind)));
            view! { <MemberField editor at=under(&[kind.key()]) label shape=Shape::Json required=true /> }.into_any()
        }
        TaskKind::Do | TaskKind::Call => ().into_any(),
    }
}

#[component]
fn CompeteField(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let checked = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at) == Some(json!(true))
    });
    let member = at.clone();
    let choose = move |on: bool| {
        if on {
            editor.send(Input::SetMember { at: member.clone(), value: json!(true) });
        } else {
            remove(editor, &member);
        }
        editor.send(Input::FieldVisitEnded);
    };
    view! {
        <label class="stages__stage" data-member=at.as_str().to_owned()>
            <input type="checkbox" class="checkbox" disabled=move || editor.read_only.get() prop:checked=move || checked.get() on:change=move |event| choose(event_target_checked(&event)) />
            {t!(i18n, editor.field.compete)}
        </label>
    }
}
