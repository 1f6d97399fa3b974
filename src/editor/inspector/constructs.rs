//! What is special to the language's constructs.

use canvas::Input;
use flow::{Pointer, TaskKind};
use leptos::prelude::*;
use serde_json::json;

use super::cases::CaseList;
use super::catching::CatchFields;
use super::duration::DurationField;
use super::events::{EmitFields, ListenFields};
use super::expression::Holds;
use super::frame::{Told, words};
use super::member::{MemberField, Shape, remove};
use super::process::RunFields;
use crate::editor::state::Editor;
use crate::i18n::*;

#[component]
pub(super) fn ConstructFields(editor: Editor, task: Pointer, kind: TaskKind) -> impl IntoView {
    let i18n = use_i18n();
    let under = |path: &[&str]| path.iter().fold(task.clone(), |at, name| at.child(name));
    match kind {
        TaskKind::Wait => view! {
            <DurationField editor at=under(&["wait"]) label=words!(i18n, editor.field.wait) help=words!(i18n, editor.field.duration_help) required=true />
        }
        .into_any(),
        TaskKind::Set => view! {
            <MemberField editor at=under(&["set"]) label=Signal::derive(move || t_string!(i18n, editor.field.set).to_owned()) help=Signal::derive(move || t_string!(i18n, editor.field.set_help).to_owned()) shape=Shape::TextOrJson holds=Holds::Either required=true />
        }
        .into_any(),
        TaskKind::For => view! {
            <MemberField editor at=under(&["for", "in"]) label=Signal::derive(move || t_string!(i18n, editor.field.each_in).to_owned()) shape=Shape::Code holds=Holds::Expression placeholder="${ .items }" required=true />
            <MemberField editor at=under(&["for", "each"]) label=Signal::derive(move || t_string!(i18n, editor.field.each).to_owned()) placeholder="item" />
            <MemberField editor at=under(&["for", "at"]) label=Signal::derive(move || t_string!(i18n, editor.field.each_at).to_owned()) placeholder="index" />
            <MemberField editor at=under(&["while"]) label=Signal::derive(move || t_string!(i18n, editor.field.each_while).to_owned()) shape=Shape::Code holds=Holds::Expression />
        }
        .into_any(),
        TaskKind::Switch => view! { <CaseList editor task /> }.into_any(),
        TaskKind::Try => view! { <CatchFields editor task /> }.into_any(),
        TaskKind::Raise => view! {
            <MemberField editor at=under(&["raise", "error"]) label=Signal::derive(move || t_string!(i18n, editor.field.raise).to_owned()) shape=Shape::TextOrJson holds=Holds::Either required=true />
        }
        .into_any(),
        TaskKind::Fork => view! { <CompeteField editor at=under(&["fork", "compete"]) /> }.into_any(),
        TaskKind::Emit => view! { <EmitFields editor task /> }.into_any(),
        TaskKind::Listen => view! { <ListenFields editor task /> }.into_any(),
        TaskKind::Run => view! { <RunFields editor task /> }.into_any(),
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
    let (member, told) = (at.clone(), at.clone());
    let choose = move |on: bool| {
        if on {
            editor.send(Input::SetMember { at: member.clone(), value: json!(true) });
        } else {
            remove(editor, &member, None);
        }
        editor.send(Input::FieldVisitEnded);
    };
    view! {
        <Told editor at=told />
        <label class="stages__stage" data-member=at.as_str().to_owned()>
            <input type="checkbox" class="checkbox" disabled=move || editor.read_only.get() prop:checked=move || checked.get() on:change=move |event| choose(event_target_checked(&event)) />
            {t!(i18n, editor.field.compete)}
        </label>
    }
}
