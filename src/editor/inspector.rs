//! The panel beside the canvas: the selected task, or the workflow's own settings.

mod authentication;
mod call;
mod cards;
mod cases;
mod catching;
mod choice;
mod common;
mod completion;
mod constructs;
mod container;
mod correlation;
mod duration;
mod events;
mod expression;
mod frame;
mod http;
mod inputs;
mod last_run;
mod member;
mod pickers;
mod preview;
mod process;
mod remarks;
mod rows;
mod schedule;
mod settings;
mod task;
mod then;
mod used;

use flow::{Pointer, TaskKind};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};
use last_run::LastRun;
use settings::WorkflowSettings;
use task::TaskForm;

/// What decides which form is drawn; while it stays the same, so do the fields and the focus in them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subject {
    pub(super) task: Pointer,
    pub(super) kind: Option<TaskKind>,
    pub(super) call: Option<String>,
}

#[component]
pub(super) fn Inspector(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    provide_context(LastRun::new(editor));
    let subject = Memo::new(move |_| {
        let task = editor.model.selection.get()?;
        editor.model.revision.track();
        // A box may hold thousands of tasks: it is looked at where it is.
        editor.model.read(|session| {
            let value = task.get(session.document().root())?;
            let call = value.get("call").and_then(serde_json::Value::as_str).map(str::to_owned);
            Some(Subject { kind: TaskKind::of(value), task: task.clone(), call })
        })
    });
    let body = NodeRef::<leptos::html::Aside>::new();
    let fields = NodeRef::<leptos::html::Div>::new();
    // Another task is read from its beginning.
    Effect::new(move |_| {
        subject.track();
        if let Some(fields) = fields.get_untracked() {
            fields.set_scroll_top(0);
        }
    });
    Effect::new(move |_| {
        let Some(aim) = editor.aim.get() else { return };
        // The form of the task that was just selected is drawn by then.
        request_animation_frame(move || {
            if let Some(body) = body.get_untracked() {
                focus_field(&body, &aim.pointer);
            }
        });
    });
    view! {
        <aside node_ref=body class="inspector" aria-label=move || t_string!(i18n, editor.inspector.title)>
            <header class="panel__header">
                <h2>{move || if subject.read().is_some() { t_string!(i18n, editor.inspector.task) } else { t_string!(i18n, editor.settings.title) }}</h2>
                <button type="button" class="button button--icon panel__close" aria-label=move || t_string!(i18n, common.action.close) on:click=move |_| editor.panel.set(None)>
                    <IconView icon=Icon::Close />
                </button>
            </header>
            <div node_ref=fields class="inspector__body">
                {move || match subject.get() {
                    _ if !editor.seen.get() => ().into_any(),
                    Some(subject) => view! { <TaskForm editor subject /> }.into_any(),
                    None => view! { <WorkflowSettings editor /> }.into_any(),
                }}
            </div>
        </aside>
    }
}

/// Focuses the field that edits a place of the definition: the one whose member it is or stands in.
fn focus_field(body: &web_sys::Element, pointer: &Pointer) {
    let Ok(members) = body.query_selector_all("[data-member]") else { return };
    let elements = (0..members.length())
        .filter_map(|index| members.item(index)?.dyn_into::<web_sys::Element>().ok())
        .filter_map(|element| {
            Pointer::parse(&element.get_attribute("data-member")?).map(|member| (member, element))
        });
    let nearest = elements
        .filter(|(member, _)| pointer.is_within(member) || member.is_within(pointer))
        .max_by_key(|(member, _)| if pointer.is_within(member) { member.as_str().len() } else { 0 });
    let Some((member, element)) = nearest else { return };
    let rest = pointer.as_str().strip_prefix(member.as_str()).unwrap_or_default();
    let name = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
    let named = element.query_selector_all("[data-field]").ok().and_then(|fields| {
        (0..fields.length())
            .filter_map(|index| fields.item(index)?.dyn_into::<web_sys::Element>().ok())
            .find(|field| field.get_attribute("data-field").as_deref() == Some(name))
    });
    let field = named.unwrap_or(element);
    open_details(&field);
    let control = field.query_selector("input, select, textarea").ok().flatten();
    if let Some(control) = control.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A field that has gone meanwhile cannot take the focus.
        let _ = control.focus();
        control.scroll_into_view_with_bool(false);
    }
}

/// A field inside of what is folded cannot take the focus.
fn open_details(field: &web_sys::Element) {
    let mut around = field.closest("details").ok().flatten();
    while let Some(details) = around {
        let _ = details.set_attribute("open", "");
        around = details.parent_element().and_then(|parent| parent.closest("details").ok().flatten());
    }
}
