//! The controls of lists and of whatever else is no plain value: by line, and as JSON.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::controls::plain_text;
use crate::i18n::*;

/// The values of a list, one on each line. What is typed keeps its empty lines until the field is left.
#[component]
pub(super) fn LinesControl(
    id: String,
    value: Memo<Option<Value>>,
    on_change: Callback<Option<Value>>,
    disabled: Signal<bool>,
    text: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let shown = |value: &Option<Value>| match value {
        Some(Value::Array(items)) => items.iter().map(plain_text).collect::<Vec<_>>().join("\n"),
        Some(other) => plain_text(other),
        None => String::new(),
    };
    let read = move |typed: &str| {
        let line = |line: &str| {
            let line = line.trim();
            let number = if text { None } else { serde_json::from_str::<serde_json::Number>(line).ok() };
            number.map_or_else(|| json!(line), Value::Number)
        };
        Value::Array(typed.lines().filter(|line| !line.trim().is_empty()).map(line).collect())
    };
    let draft = RwSignal::new(value.with_untracked(shown));
    Effect::new(move |_| {
        let outside = value.get();
        let typed = draft.with_untracked(|draft| read(draft));
        if outside.as_ref() != Some(&typed) && !(outside.is_none() && typed == json!([])) {
            draft.set(shown(&outside));
        }
    });
    let change = move |typed: String| {
        on_change.run(Some(read(&typed)));
        draft.set(typed);
    };
    view! {
        <textarea
            id=id
            class="input"
            rows=move || draft.read().lines().count().clamp(2, 8).to_string()
            spellcheck="false"
            placeholder=move || t_string!(i18n, common.form.one_per_line)
            prop:value=move || draft.get()
            disabled=move || disabled.get()
            on:input=move |event| change(event_target_value(&event))
        ></textarea>
    }
}

#[component]
pub(super) fn JsonControl(
    id: String,
    value: Memo<Option<Value>>,
    on_change: Callback<Option<Value>>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let pretty = move |value: &Option<Value>| {
        value
            .as_ref()
            .map(|value| serde_json::to_string_pretty(value).unwrap_or_default())
            .unwrap_or_default()
    };
    let draft = RwSignal::new(value.with_untracked(pretty));
    let problem = RwSignal::new(None::<String>);
    // What comes from outside (undo, another task) replaces the text; what was typed here keeps its own spacing.
    Effect::new(move |_| {
        let outside = value.get();
        let typed = draft.with_untracked(|text| serde_json::from_str::<Value>(text).ok());
        if typed != outside && problem.read_untracked().is_none() {
            draft.set(pretty(&outside));
        }
    });
    let change = move |text: String| {
        draft.set(text.clone());
        if text.trim().is_empty() {
            problem.set(None);
            on_change.run(None);
            return;
        }
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => {
                problem.set(None);
                on_change.run(Some(value));
            }
            Err(error) => problem.set(Some(error.to_string())),
        }
    };
    view! {
        <textarea
            id=id
            class="input input--code"
            rows=move || draft.read().lines().count().clamp(2, 12).to_string()
            spellcheck="false"
            prop:value=move || draft.get()
            disabled=move || disabled.get()
            aria-invalid=move || problem.read().is_some().to_string()
            on:input=move |event| change(event_target_value(&event))
        ></textarea>
        {move || problem.get().map(|message| view! { <p class="form__error">{t_string!(i18n, common.form.invalid_json, message = message)}</p> })}
    }
}
