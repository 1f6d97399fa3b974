//! The form of one task: its name, what is special to its kind, what all tasks have, and all of it as JSON.

use canvas::{Act, Input};
use flow::{Pointer, TaskKind};
use leptos::prelude::*;

use super::Subject;
use super::call::CallFields;
use super::common::CommonFields;
use super::constructs::ConstructFields;
use super::frame::{Tells, Told};
use super::member::{MemberField, Shape, fresh_id};
use super::remarks::Remarks;
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::flow_canvas::{function_icon, kind_icon, kind_label};
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn TaskForm(editor: Editor, subject: Subject) -> impl IntoView {
    let i18n = use_i18n();
    let Subject { task, kind, call } = subject;
    let icon = match (&call, kind) {
        (Some(call), _) => function_icon(call),
        (None, Some(kind)) => kind_icon(kind),
        (None, None) => Icon::Alert,
    };
    let called = call.clone();
    let what = Memo::new(move |_| {
        let plugin = called.as_deref().and_then(|call| editor.plugin(call));
        let zh = i18n.get_locale() == Locale::zh_CN;
        match (plugin, &called) {
            (Some(plugin), _) => {
                if zh {
                    (plugin.name.zh, plugin.description.zh)
                } else {
                    (plugin.name.en, plugin.description.en)
                }
            }
            (None, Some(call)) => (call.clone(), String::new()),
            (None, None) => (kind_label(i18n, kind), String::new()),
        }
    });
    let fields = match kind {
        Some(TaskKind::Call) => {
            view! { <CallFields editor task=task.clone() call=call.unwrap_or_default() /> }.into_any()
        }
        Some(kind) => view! { <ConstructFields editor task=task.clone() kind /> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <div class="form">
            <div class="inspector__what">
                <span class="inspector__icon"><IconView icon /></span>
                <div>
                    <strong>{move || what.read().0.clone()}</strong>
                    <p class="muted">{move || what.read().1.clone()}</p>
                </div>
            </div>
            <Told editor at=task.clone() tells=Tells::Own />
            <NameField editor task=task.clone() />
            {fields}
            <CommonFields editor task=task.clone() />
            <Remarks editor task=task.clone() />
            <details class="details">
                <summary>{t!(i18n, editor.inspector.advanced)}</summary>
                <MemberField editor at=task label=Signal::derive(move || t_string!(i18n, editor.inspector.json).to_owned()) shape=Shape::Json tells=Tells::Nothing />
            </details>
            <Show when=move || !editor.read_only.get()>
                <div class="inspector__acts">
                    <button type="button" class="button" on:click=move |_| editor.send(Input::Do { act: Act::MoveEarlier })>{t!(i18n, editor.act.earlier)}</button>
                    <button type="button" class="button" on:click=move |_| editor.send(Input::Do { act: Act::MoveLater })>{t!(i18n, editor.act.later)}</button>
                </div>
            </Show>
        </div>
    }
}

/// The name is taken over when the field is left: directives that name the task follow it.
#[component]
fn NameField(editor: Editor, task: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let id = fresh_id();
    let name = task.last().unwrap_or_default();
    let text = RwSignal::new(name.clone());
    let rename = {
        let task = task.clone();
        move |now: String| {
            let now = now.trim().to_owned();
            if now != name {
                editor.send(Input::Rename { task: task.clone(), name: now });
                // Where it was refused, the field shows what is true again.
                let _ = text.try_set(name.clone());
            }
        }
    };
    view! {
        <div class="form__field">
            <label for=id.clone()>{t!(i18n, editor.inspector.name)}</label>
            <input id=id class="input" autocomplete="off" spellcheck="false" disabled=move || editor.read_only.get() prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event)) on:change=move |event| rename(event_target_value(&event)) />
        </div>
    }
}
