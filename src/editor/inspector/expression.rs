//! A text that may be an expression: the field, what completes it, and what it would yield.

use canvas::fields::expression::is_expression;
use flow::Pointer;
use leptos::ev;
use leptos::prelude::*;

use super::completion::{Completing, CompletionList, KeyAct, cursor, key_act, write};
use super::member::fresh_id;
use super::preview::PreviewBox;
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

/// What a text means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Holds {
    /// Itself.
    #[default]
    Text,
    /// Itself, or what an expression within `${ }` yields.
    Either,
    /// An expression, with or without `${ }`; where it begins like an object or a list, that.
    Expression,
}

impl Holds {
    pub(super) fn is_expression(self, text: &str) -> bool {
        match self {
            Self::Text => false,
            Self::Either => is_expression(text),
            Self::Expression => !text.trim_start().starts_with(['{', '[']),
        }
    }
}

/// How a field looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    /// Lines at least; none for a field of one line.
    pub(super) lines: Option<usize>,
    pub(super) code: bool,
    pub(super) placeholder: String,
    pub(super) required: bool,
    /// The id of a list of plain texts to choose from.
    pub(super) list: Option<String>,
    /// Whether it has no label but its name.
    pub(super) unlabelled: bool,
}

#[component]
pub(super) fn ExpressionControl(
    editor: Editor,
    at: Signal<Pointer>,
    id: String,
    label: Signal<String>,
    text: Signal<String>,
    on_text: Callback<String>,
    holds: Holds,
    look: Look,
    #[prop(into, default = Signal::stored(false))] invalid: Signal<bool>,
    #[prop(into, optional)] placeholder: Option<Signal<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let completing = Completing::new(editor, at, holds == Holds::Expression);
    let (list_id, box_id) = (fresh_id(), fresh_id());
    let tried = RwSignal::new(false);
    let is_expression = Memo::new(move |_| holds.is_expression(&text.read()));
    let may_try = Memo::new(move |_| is_expression.get() && !text.read().trim().is_empty());
    let open = Memo::new(move |_| completing.found.read().is_some());
    let own = StoredValue::new(id.clone());
    let field = move || own.with_value(|id| document().get_element_by_id(id));
    let take = Callback::new(move |index: usize| {
        let Some(field) = field() else { return };
        let Some((text, _)) = cursor(&field) else { return };
        if let Some((text, cursor)) = completing.take(&text, index) {
            on_text.run(text.clone());
            write(&field, &text, cursor);
        }
    });
    let look_now = move |asked: bool| {
        if let Some((text, cursor)) = field().as_ref().and_then(cursor) {
            completing.look(&text, cursor, asked);
        }
    };
    let on_input = move |event: ev::Event| {
        on_text.run(event_target_value(&event));
        look_now(false);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        match key_act(completing, &event) {
            KeyAct::None => return,
            KeyAct::Done => {}
            KeyAct::Ask => look_now(true),
            KeyAct::Take(index) => take.run(index),
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let Look { lines, code, placeholder: hint, required, list, unlabelled } = look;
    let class = if code { "input input--code" } else { "input" };
    let hint = move || placeholder.map_or_else(|| hint.clone(), |placeholder| placeholder.get());
    let name = move || unlabelled.then(|| label.get());
    let controls = {
        let list_id = list_id.clone();
        move || open.get().then(|| list_id.clone())
    };
    let active = {
        let list_id = list_id.clone();
        move || open.get().then(|| format!("{list_id}-{}", completing.active.get()))
    };
    let completes = move || is_expression.get().then_some("list");
    let disabled = move || editor.read_only.get();
    let control = match lines {
        None => view! {
            <input
                id=id
                class=class
                autocomplete="off"
                spellcheck="false"
                list=move || if is_expression.get() { None } else { list.clone() }
                role=move || is_expression.get().then_some("combobox")
                aria-expanded=move || is_expression.get().then(|| open.get().to_string())
                aria-haspopup=move || is_expression.get().then_some("listbox")
                aria-autocomplete=completes
                aria-controls=controls
                aria-activedescendant=active
                aria-label=name
                aria-required=required.then_some("true")
                aria-invalid=move || invalid.get().to_string()
                placeholder=hint
                disabled=disabled
                prop:value=move || text.get()
                on:input=on_input
                on:keydown=on_key
                on:focus=move |_| completing.begin()
                on:blur=move |_| completing.close()
            />
        }
        .into_any(),
        Some(least) => view! {
            <textarea
                id=id
                class=class
                rows=move || text.read().lines().count().clamp(least, 14).to_string()
                spellcheck="false"
                aria-haspopup=move || is_expression.get().then_some("listbox")
                aria-autocomplete=completes
                aria-controls=controls
                aria-activedescendant=active
                aria-label=name
                aria-required=required.then_some("true")
                aria-invalid=move || invalid.get().to_string()
                placeholder=hint
                disabled=disabled
                prop:value=move || text.get()
                on:input=on_input
                on:keydown=on_key
                on:focus=move |_| completing.begin()
                on:blur=move |_| completing.close()
            ></textarea>
        }
        .into_any(),
    };
    let controlled = box_id.clone();
    view! {
        <div class="expression">
            {control}
            <Show when=move || is_expression.get()>
                <button
                    type="button"
                    class="button button--icon expression__try"
                    aria-expanded=move || tried.get().to_string()
                    aria-controls=tried.get().then(|| controlled.clone())
                    aria-label=move || t_string!(i18n, editor.preview.title, name = label.get())
                    title=move || t_string!(i18n, editor.preview.verb)
                    disabled=move || !may_try.get()
                    on:click=move |_| tried.update(|tried| *tried = !*tried)
                >
                    <IconView icon=Icon::Flask />
                </button>
            </Show>
            {move || open.get().then(|| view! { <CompletionList completing id=list_id.clone() on_take=take /> })}
            {move || (tried.get() && may_try.get()).then(|| view! { <PreviewBox editor at text id=box_id.clone() label /> })}
        </div>
    }
}
