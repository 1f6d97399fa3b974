//! What every task may have: a condition, where to go on, a timeout, and what goes in and out.

use canvas::Input;
use flow::Pointer;
use leptos::prelude::*;
use serde_json::json;

use super::member::{MemberField, Shape, fresh_id, remove};
use crate::editor::state::Editor;
use crate::i18n::*;

#[component]
pub(super) fn CommonFields(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let under = |path: [&str; 2]| path.iter().fold(task.clone(), |at, name| at.child(name));
    view! {
        <details class="details" open=true>
            <summary>{t!(i18n, editor.inspector.flow)}</summary>
            <MemberField editor at=task.child("if") label=Signal::derive(move || t_string!(i18n, editor.field.condition).to_owned()) shape=Shape::Code placeholder="${ .ok }" />
            <ThenField editor task=task.clone() />
            <MemberField editor at=under(["timeout", "after"]) label=Signal::derive(move || t_string!(i18n, editor.field.timeout).to_owned()) shape=Shape::TextOrJson placeholder="PT30S" />
        </details>
        <details class="details">
            <summary>{t!(i18n, editor.inspector.data)}</summary>
            <MemberField editor at=under(["input", "from"]) label=Signal::derive(move || t_string!(i18n, editor.field.input).to_owned()) shape=Shape::TextOrJson placeholder="${ . }" />
            <MemberField editor at=under(["output", "as"]) label=Signal::derive(move || t_string!(i18n, editor.field.output).to_owned()) shape=Shape::TextOrJson placeholder="${ . }" />
            <MemberField editor at=under(["export", "as"]) label=Signal::derive(move || t_string!(i18n, editor.field.export).to_owned()) help=Signal::derive(move || t_string!(i18n, editor.field.export_help).to_owned()) shape=Shape::TextOrJson placeholder="${ . }" />
        </details>
    }
}

/// Where the flow goes after the task: on, to the end, out of the box, or to another task of the same list.
#[component]
fn ThenField(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let id = fresh_id();
    let at = task.child("then");
    let value = Memo::new({
        let at = at.clone();
        move |_| {
            editor.model.value(&at).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        }
    });
    let names = Memo::new(move |_| {
        editor.model.revision.track();
        let list = task.parent().and_then(|entry| entry.parent());
        let own = task.last().unwrap_or_default();
        editor.model.read(|session| {
            let items = list.as_ref().and_then(|list| list.get(session.document().root())?.as_array());
            let names =
                items.into_iter().flatten().filter_map(|item| item.as_object()?.keys().next().cloned());
            names.filter(|name| *name != own).collect::<Vec<_>>()
        })
    });
    let options = move || {
        let now = value.get();
        let mut options = vec![
            (String::new(), t_string!(i18n, editor.then.next).to_string()),
            ("continue".to_owned(), t_string!(i18n, editor.then.go_on).to_string()),
            ("exit".to_owned(), t_string!(i18n, editor.then.exit).to_string()),
            ("end".to_owned(), t_string!(i18n, editor.then.end).to_string()),
        ];
        options.extend(names.get().into_iter().map(|name| (name.clone(), name)));
        if !options.iter().any(|(word, _)| *word == now) {
            // A directive that leads nowhere is shown as it is.
            options.push((now.clone(), now.clone()));
        }
        options
            .into_iter()
            .map(|(word, label)| {
                let selected = word == now;
                view! { <option value=word selected=selected>{label}</option> }
            })
            .collect_view()
    };
    let member = at.clone();
    let choose = move |word: String| {
        if word.is_empty() {
            remove(editor, &member);
        } else {
            editor.send(Input::SetMember { at: member.clone(), value: json!(word) });
        }
        editor.send(Input::FieldVisitEnded);
    };
    view! {
        <div class="form__field" data-member=at.as_str().to_owned()>
            <label for=id.clone()>{t!(i18n, editor.field.then)}</label>
            <select id=id class="input" disabled=move || editor.read_only.get() prop:value=move || value.get() on:change=move |event| choose(event_target_value(&event))>
                {options}
            </select>
        </div>
    }
}
