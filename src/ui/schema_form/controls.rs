//! The controls of plain values: text, number, yes or no, one of a few.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::schema_text;
use crate::i18n::*;

#[component]
pub(super) fn TextControl(
    id: String,
    value: Memo<Option<Value>>,
    on_change: Callback<Option<Value>>,
    disabled: Signal<bool>,
    multiline: bool,
    secret: bool,
    schema: Memo<Value>,
) -> impl IntoView {
    let text = move || value.read().as_ref().map(plain_text).unwrap_or_default();
    let change = move |text: String| on_change.run((!text.is_empty()).then(|| Value::String(text)));
    let placeholder = move || default_text(&schema.read());
    if multiline {
        view! {
            <textarea id=id class="input" rows="4" prop:value=text placeholder=placeholder disabled=move || disabled.get() on:input=move |event| change(event_target_value(&event))></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                id=id
                class="input"
                type=if secret { "password" } else { "text" }
                autocomplete="off"
                spellcheck="false"
                prop:value=text
                placeholder=placeholder
                disabled=move || disabled.get()
                on:input=move |event| change(event_target_value(&event))
            />
        }
        .into_any()
    }
}

#[component]
pub(super) fn NumberControl(
    id: String,
    value: Memo<Option<Value>>,
    on_change: Callback<Option<Value>>,
    disabled: Signal<bool>,
    integer: bool,
    schema: Memo<Value>,
) -> impl IntoView {
    let i18n = use_i18n();
    let wrong = RwSignal::new(false);
    let text = move || value.read().as_ref().map(plain_text).unwrap_or_default();
    let change = move |text: String| {
        let number = if integer {
            text.trim().parse::<i64>().ok().map(|number| json!(number))
        } else {
            text.trim().parse::<f64>().ok().map(|number| json!(number))
        };
        wrong.set(number.is_none() && !text.trim().is_empty());
        if number.is_some() || text.trim().is_empty() {
            on_change.run(number);
        }
    };
    view! {
        <input
            id=id
            class="input"
            inputmode="decimal"
            autocomplete="off"
            prop:value=text
            placeholder=move || default_text(&schema.read())
            disabled=move || disabled.get()
            aria-invalid=move || wrong.get().to_string()
            on:input=move |event| change(event_target_value(&event))
        />
        <Show when=move || wrong.get()>
            <p class="form__error">{t!(i18n, common.form.not_number)}</p>
        </Show>
    }
}

#[component]
pub(super) fn BooleanControl(
    id: String,
    value: Memo<Option<Value>>,
    on_change: Callback<Option<Value>>,
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <input
            id=id
            type="checkbox"
            class="checkbox"
            prop:checked=move || *value.read() == Some(json!(true))
            disabled=move || disabled.get()
            on:change=move |event| on_change.run(Some(json!(event_target_checked(&event))))
        />
    }
}

#[component]
pub(super) fn ChoiceControl(
    id: String,
    value: Memo<Option<Value>>,
    on_change: Callback<Option<Value>>,
    disabled: Signal<bool>,
    choices: Vec<Value>,
    required: Memo<bool>,
    schema: Memo<Value>,
) -> impl IntoView {
    let i18n = use_i18n();
    // What a choice is called: `"x-labels": {"on": {"zh": …, "en": …}}`.
    let label = move |text: &str| {
        schema_text(i18n, &schema.read()["x-labels"], text).unwrap_or_else(|| text.to_owned())
    };
    let options = choices.clone();
    let change =
        move |text: String| on_change.run(choices.iter().find(|choice| plain_text(choice) == text).cloned());
    let selected = move || value.read().as_ref().map(plain_text).unwrap_or_default();
    view! {
        <select id=id class="input" disabled=move || disabled.get() prop:value=selected on:change=move |event| change(event_target_value(&event))>
            // An optional choice can be taken back; a required one that is not made yet must not look made.
            <Show when=move || !required.get() || value.read().is_none()>
                <option value="" selected=move || value.read().is_none()>{t!(i18n, common.form.none)}</option>
            </Show>
            {options
                .into_iter()
                .map(|choice| {
                    let text = plain_text(&choice);
                    let (this, shown) = (text.clone(), text.clone());
                    view! { <option value=text selected=move || selected() == this>{move || label(&shown)}</option> }
                })
                .collect_view()}
        </select>
    }
}

/// What stands where nothing is written.
pub(super) fn default_text(schema: &Value) -> String {
    schema.get("default").map(plain_text).unwrap_or_default()
}

/// Text as it is, anything else as JSON.
pub(super) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
