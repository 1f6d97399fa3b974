//! An object as rows of name and value. Where it may be an expression instead, it can be switched to one.

use canvas::Input;
use canvas::fields::rows::Rows;
use flow::Pointer;
use leptos::html;
use leptos::prelude::*;
use serde_json::{Value, json};
use wasm_bindgen::JsCast;

use super::expression::{ExpressionControl, Holds, Look};
use super::frame::{Frame, Toggle};
use super::member::{Holder, MemberField, Shape, fresh_id, remove};
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn RowsField(
    editor: Editor,
    at: Pointer,
    #[prop(into)] label: Signal<String>,
    #[prop(into, optional)] help: Option<Signal<String>>,
    /// Members that other fields edit.
    #[prop(optional)]
    hidden: &'static [&'static str],
    /// Whether an expression may stand there too.
    #[prop(optional)]
    expressions: bool,
    #[prop(optional, into)] placeholder: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let holder = use_context::<Holder>();
    let value = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at)
    });
    let rows = RwSignal::new(value.with_untracked(|value| Rows::of(value.as_ref(), hidden)));
    let as_text =
        RwSignal::new(value.with_untracked(|value| value.as_ref().is_some_and(|value| !value.is_object())));
    // What comes from elsewhere (undo, the source) replaces the rows; what is typed here stays, half typed too.
    Effect::new(move |before: Option<()>| {
        let now = value.get();
        if before.is_none() {
            return;
        }
        if rows.with_untracked(Rows::value) != now.clone().filter(Value::is_object) {
            rows.set(Rows::of(now.as_ref(), hidden));
        }
        let other = now.is_some_and(|now| !now.is_object());
        if other && !as_text.get_untracked() {
            as_text.set(true);
        }
    });
    let write = Callback::new({
        let at = at.clone();
        let holder = holder.clone();
        move |()| match rows.with_untracked(Rows::value) {
            Some(value) => editor.send(Input::SetMember { at: at.clone(), value }),
            None => remove(editor, &at, holder.as_ref()),
        }
    });
    let toggle = expressions.then(|| Toggle {
        on: as_text.into(),
        flip: Callback::new({
            let at = at.clone();
            move |()| {
                let on = !as_text.get_untracked();
                as_text.set(on);
                if on {
                    editor.send(Input::SetMember { at: at.clone(), value: json!("${  }") });
                } else {
                    rows.set(Rows::default());
                    remove(editor, &at, holder.as_ref());
                }
                editor.send(Input::FieldVisitEnded);
            }
        }),
    });
    let list = NodeRef::<html::Ul>::new();
    let add = move |_| {
        rows.update(|rows| {
            rows.add();
        });
        focus_last(list);
    };
    let keys = move || rows.with(|rows| rows.rows.iter().map(|row| row.key).collect::<Vec<_>>());
    let (text_at, rows_at) = (at.clone(), Signal::stored(at.clone()));
    let body = move || {
        if as_text.get() {
            return view! { <MemberField editor at=text_at.clone() label shape=Shape::TextOrJson holds=Holds::Expression tells=super::frame::Tells::Nothing /> }.into_any();
        }
        let placeholder = placeholder.clone();
        view! {
            <ul class="rows" node_ref=list>
                <For each=keys key=|key| *key let:key>
                    <RowView editor at=rows_at rows key list write expressions placeholder=placeholder.clone() />
                </For>
            </ul>
            <Show when=move || !editor.read_only.get()>
                <button type="button" class="button button--tiny rows__add" on:click=add>
                    <IconView icon=Icon::Plus />
                    {t!(i18n, editor.rows.add)}
                    <span class="visually-hidden">": "{move || label.get()}</span>
                </button>
            </Show>
        }
        .into_any()
    };
    let id = fresh_id();
    let at = Signal::stored(at);
    match toggle {
        Some(toggle) => view! { <Frame editor at id label help group=true toggle>{body}</Frame> }.into_any(),
        None => view! { <Frame editor at id label help group=true>{body}</Frame> }.into_any(),
    }
}

#[component]
fn RowView(
    editor: Editor,
    at: Signal<Pointer>,
    rows: RwSignal<Rows>,
    key: u32,
    list: NodeRef<html::Ul>,
    write: Callback<()>,
    expressions: bool,
    placeholder: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let row = Memo::new(move |_| {
        let rows = rows.read();
        rows.rows
            .iter()
            .find(|row| row.key == key)
            .map(|row| (row.name.clone(), row.text.clone()))
            .unwrap_or_default()
    });
    let taken = Memo::new(move |_| rows.read().is_taken(key));
    let change = move |edit: &dyn Fn(&mut canvas::fields::rows::Row)| {
        rows.update(|rows| {
            if let Some(row) = rows.row_mut(key) {
                edit(row);
            }
        });
        write.run(());
    };
    let gone = move |_| {
        rows.update(|rows| rows.remove(key));
        write.run(());
        editor.send(Input::FieldVisitEnded);
        focus_last(list);
    };
    let value_label =
        Signal::derive(move || t_string!(i18n, editor.rows.value_of, name = row.read().0.clone()));
    let value_at = Signal::derive(move || at.read().child(&row.read().0));
    let value = Signal::derive(move || row.read().1.clone());
    let on_value = Callback::new(move |text: String| change(&move |row| row.text.clone_from(&text)));
    let holds = if expressions { Holds::Either } else { Holds::Text };
    let hint = Signal::derive(move || t_string!(i18n, editor.rows.value).to_owned());
    let look = Look { unlabelled: true, ..Look::default() };
    let disabled = move || editor.read_only.get();
    view! {
        <li class="rows__row">
            <input class="input" autocomplete="off" spellcheck="false" placeholder=placeholder aria-label=move || t_string!(i18n, editor.rows.name) aria-invalid=move || taken.get().to_string() disabled=disabled prop:value=move || row.read().0.clone() on:input=move |event| {
                let name = event_target_value(&event);
                change(&move |row| row.name = name.trim().to_owned());
            } />
            <ExpressionControl editor at=value_at id=fresh_id() label=value_label text=value on_text=on_value holds look placeholder=hint />
            <Show when=move || !editor.read_only.get()>
                <button type="button" class="button button--icon" aria-label=move || t_string!(i18n, editor.form.remove, name = row.read().0.clone()) title=move || t_string!(i18n, common.action.remove) on:click=gone>
                    <IconView icon=Icon::Delete />
                </button>
            </Show>
            <Show when=move || taken.get()>
                <p class="form__error rows__problem" role="alert">{t!(i18n, editor.form.name_taken)}</p>
            </Show>
        </li>
    }
}

/// Gives the focus to the name of the last row; where none is left, to the button that adds one.
fn focus_last(list: NodeRef<html::Ul>) {
    request_animation_frame(move || {
        let Some(list) = list.get_untracked() else { return };
        let row = list.query_selector("li:last-child input").ok().flatten();
        let add = || list.next_element_sibling();
        if let Some(control) =
            row.or_else(add).and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok())
        {
            // A row that has gone meanwhile cannot take the focus.
            let _ = control.focus();
        }
    });
}
