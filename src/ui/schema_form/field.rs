//! One field of a form, by the type that its schema names.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use serde_json::{Value, json};

use super::schema_text;
use crate::i18n::*;

/// Draws a picker for a cloud resource.
pub type ResourcePicker = Arc<dyn Fn(ResourceField) -> AnyView + Send + Sync>;

/// A field that names a cloud resource (`x-resource`).
#[derive(Clone)]
pub struct ResourceField {
    /// The id that the control has to have, for its label.
    pub id: String,
    /// The member's name.
    pub name: String,
    /// What `x-resource` says.
    pub kind: String,
    pub text: Signal<String>,
    /// The object that the field is a member of: a region narrows the choice.
    pub siblings: Signal<Value>,
    pub on_choose: Callback<String>,
    pub disabled: Signal<bool>,
}

/// What all fields of a form share.
#[derive(Clone)]
pub struct FieldContext {
    pub expressions: bool,
    pub picker: Option<ResourcePicker>,
    pub disabled: Signal<bool>,
}

/// What a field is edited with.
#[derive(Clone, Debug, PartialEq)]
enum Widget {
    Text,
    Secret,
    Multiline,
    Number {
        integer: bool,
    },
    Boolean,
    Choice(Vec<Value>),
    /// A list of plain values, one on each line.
    Lines {
        text: bool,
    },
    /// Other lists, objects and whatever else: as JSON.
    Json,
}

impl Widget {
    fn of(schema: &Value) -> Self {
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return Self::Choice(choices.clone());
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") if schema["writeOnly"] == json!(true) => Self::Secret,
            Some("string") if schema["x-multiline"] == json!(true) => Self::Multiline,
            Some("string") => Self::Text,
            Some("integer") => Self::Number { integer: true },
            Some("number") => Self::Number { integer: false },
            Some("boolean") => Self::Boolean,
            Some("array") => match schema.pointer("/items/type").and_then(Value::as_str) {
                Some("string") => Self::Lines { text: true },
                Some("integer" | "number") => Self::Lines { text: false },
                _ => Self::Json,
            },
            _ => Self::Json,
        }
    }
}

#[component]
pub(super) fn Field(
    name: String,
    schema: Memo<Value>,
    required: Memo<bool>,
    value: Memo<Option<Value>>,
    /// The object that this field is a member of.
    siblings: Signal<Value>,
    on_change: Callback<Option<Value>>,
    context: FieldContext,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = fresh_id(&name);
    let field = name.clone();
    let label = {
        let name = name.clone();
        move || schema_text(i18n, &schema.read(), "title").unwrap_or_else(|| name.clone())
    };
    let help = move || schema_text(i18n, &schema.read(), "description");
    let as_expression = RwSignal::new(value.with_untracked(is_expression));
    let may_be_expression = context.expressions
        && !matches!(Widget::of(&schema.read_untracked()), Widget::Text | Widget::Multiline);
    let toggle = move |_| {
        let expression = !as_expression.get_untracked();
        as_expression.set(expression);
        on_change.run(expression.then(|| json!("${  }")));
    };
    let control = {
        let id = id.clone();
        move || {
            let context = context.clone();
            let id = id.clone();
            if as_expression.get() {
                return view! { <TextControl id value on_change disabled=context.disabled multiline=false secret=false schema /> }.into_any();
            }
            let resource = schema.read().get("x-resource").and_then(Value::as_str).map(str::to_owned);
            if let (Some(resource), Some(picker)) = (resource, &context.picker) {
                let text = Signal::derive(move || value.read().as_ref().map(plain_text).unwrap_or_default());
                let choose =
                    Callback::new(move |text: String| on_change.run(typed(&schema.read_untracked(), text)));
                return picker(ResourceField {
                    id,
                    name: field.clone(),
                    kind: resource,
                    text,
                    siblings,
                    on_choose: choose,
                    disabled: context.disabled,
                });
            }
            match Widget::of(&schema.read()) {
                Widget::Text => view! { <TextControl id value on_change disabled=context.disabled multiline=false secret=false schema /> }.into_any(),
                Widget::Secret => view! { <TextControl id value on_change disabled=context.disabled multiline=false secret=true schema /> }.into_any(),
                Widget::Multiline => view! { <TextControl id value on_change disabled=context.disabled multiline=true secret=false schema /> }.into_any(),
                Widget::Number { integer } => view! { <NumberControl id value on_change disabled=context.disabled integer schema /> }.into_any(),
                Widget::Boolean => view! { <BooleanControl id value on_change disabled=context.disabled /> }.into_any(),
                Widget::Choice(choices) => view! { <ChoiceControl id value on_change disabled=context.disabled choices required schema /> }.into_any(),
                Widget::Lines { text } => view! { <LinesControl id value on_change disabled=context.disabled text /> }.into_any(),
                Widget::Json => view! { <JsonControl id value on_change disabled=context.disabled /> }.into_any(),
            }
        }
    };
    view! {
        <div class="form__field" data-field=name>
            <div class="form__label">
                <label for=id.clone()>
                    {label}
                    <Show when=move || required.get()>
                        <span class="form__required" title=move || t_string!(i18n, common.form.required)>" *"</span>
                    </Show>
                </label>
                <Show when=move || may_be_expression>
                    <button type="button" class="button button--tiny" aria-pressed=move || as_expression.get().to_string() on:click=toggle>
                        "${ }"
                        <span class="visually-hidden">{t!(i18n, common.form.expression)}</span>
                    </button>
                </Show>
            </div>
            {control}
            {move || help().map(|help| view! { <p class="form__help">{help}</p> })}
        </div>
    }
}

#[component]
fn TextControl(
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
fn NumberControl(
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
fn BooleanControl(
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
fn ChoiceControl(
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

/// The values of a list, one on each line. What is typed keeps its empty lines until the field is left.
#[component]
fn LinesControl(
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
fn JsonControl(
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

/// What was typed into a field that may hold a number by its schema; an expression stays text.
fn typed(schema: &Value, text: String) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    let number = matches!(schema["type"].as_str(), Some("integer" | "number"))
        .then(|| serde_json::from_str::<serde_json::Number>(text.trim()).ok())
        .flatten();
    Some(number.map_or_else(|| Value::String(text), Value::Number))
}

/// An id that no other form of the page has for a field of the same name.
fn fresh_id(name: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("field-{}-{name}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn default_text(schema: &Value) -> String {
    schema.get("default").map(plain_text).unwrap_or_default()
}

/// Text as it is, anything else as JSON.
fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_expression(value: &Option<Value>) -> bool {
    value.as_ref().and_then(Value::as_str).is_some_and(|text| text.trim_start().starts_with("${"))
}
