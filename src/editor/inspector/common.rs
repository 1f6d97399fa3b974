//! What every task may have: a condition, where to go on, a timeout, and what goes in and out.

use canvas::fields::policy::used_names;
use flow::Pointer;
use leptos::prelude::*;

use super::duration::DurationField;
use super::expression::Holds;
use super::frame::words;
use super::member::{MemberField, Shape};
use super::then::{ThenField, Without};
use crate::editor::state::Editor;
use crate::i18n::*;

#[component]
pub(super) fn CommonFields(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let under = |path: [&str; 2]| path.iter().fold(task.clone(), |at, name| at.child(name));
    view! {
        <details class="details" open=true>
            <summary>{t!(i18n, editor.inspector.flow)}</summary>
            <MemberField editor at=task.child("if") label=Signal::derive(move || t_string!(i18n, editor.field.condition).to_owned()) shape=Shape::Code holds=Holds::Expression placeholder="${ .ok }" />
            <ThenField editor task=task.clone() at=task.child("then") label=words!(i18n, editor.field.then) without=Without::Next />
            <TimeoutField editor task=task.clone() />
        </details>
        <details class="details">
            <summary>{t!(i18n, editor.inspector.data)}</summary>
            <MemberField editor at=under(["input", "from"]) label=Signal::derive(move || t_string!(i18n, editor.field.input).to_owned()) shape=Shape::TextOrJson holds=Holds::Expression placeholder="${ . }" />
            <MemberField editor at=under(["output", "as"]) label=Signal::derive(move || t_string!(i18n, editor.field.output).to_owned()) shape=Shape::TextOrJson holds=Holds::Expression placeholder="${ . }" />
            <MemberField editor at=under(["export", "as"]) label=Signal::derive(move || t_string!(i18n, editor.field.export).to_owned()) help=Signal::derive(move || t_string!(i18n, editor.field.export_help).to_owned()) shape=Shape::TextOrJson holds=Holds::Expression placeholder="${ . }" />
        </details>
    }
}

/// A timeout of its own, or the name of one of the workflow.
#[component]
pub(super) fn TimeoutField(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let at = task.child("timeout");
    let named = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at).is_some_and(|value| value.is_string())
    });
    let names = Signal::derive(move || {
        editor.model.revision.track();
        editor.model.read(|session| used_names(session.document().root(), "timeouts"))
    });
    move || {
        let at = at.clone();
        if named.get() {
            view! { <MemberField editor at label=words!(i18n, editor.field.timeout_named) choices=names /> }
                .into_any()
        } else {
            view! { <DurationField editor at=at.child("after") label=words!(i18n, editor.field.timeout) /> }
                .into_any()
        }
    }
}
