//! One field of a form, by the type that its schema names.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use canvas::fields::expression::{as_expression, as_value, is_expression};
use leptos::prelude::*;
use serde_json::{Value, json};

use super::chips::ChipsControl;
use super::controls::{BooleanControl, ChoiceControl, NumberControl, TextControl, plain_text};
use super::deadline::DeadlineControl;
use super::duration::{DurationControl, DurationForms, DurationSlot, DurationText};
use super::schema_text;
use super::structured::{JsonControl, LinesControl};
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

/// Draws a field that may hold an expression.
pub type ExpressionSlot = Arc<dyn Fn(ExpressionField) -> AnyView + Send + Sync>;

/// A field that may hold an expression beside a plain text.
#[derive(Clone)]
pub struct ExpressionField {
    /// The id that the control has to have, for its label.
    pub id: String,
    /// The member's name.
    pub name: String,
    pub label: Signal<String>,
    pub text: Signal<String>,
    pub on_text: Callback<String>,
    pub multiline: bool,
    pub placeholder: Signal<String>,
}

/// What stands below a field, by the member's name: what is wrong with it.
pub type Remarks = Arc<dyn Fn(&str) -> AnyView + Send + Sync>;

/// What all fields of a form share.
#[derive(Clone)]
pub struct FieldContext {
    /// Where every field may also hold an expression.
    pub expression: Option<ExpressionSlot>,
    pub picker: Option<ResourcePicker>,
    pub remarks: Option<Remarks>,
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
    /// An ISO 8601 duration, or an expression.
    Duration,
    /// A duration or a moment (`"x-control": "deadline"`).
    Deadline,
    Choice(Vec<Value>),
    /// A list of short texts (`"x-control": "chips"`).
    Chips,
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
            Some("string") if schema["x-control"] == json!("deadline") => Self::Deadline,
            Some("string") if schema["format"] == json!("duration") => Self::Duration,
            Some("string") => Self::Text,
            Some("integer") => Self::Number { integer: true },
            Some("number") => Self::Number { integer: false },
            Some("boolean") => Self::Boolean,
            Some("array") if schema["x-control"] == json!("chips") => Self::Chips,
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
    let label = Signal::derive({
        let name = name.clone();
        move || schema_text(i18n, &schema.read(), "title").unwrap_or_else(|| name.clone())
    });
    let help = move || schema_text(i18n, &schema.read(), "description");
    let holds_expression =
        move |value: &Option<Value>| value.as_ref().and_then(Value::as_str).is_some_and(is_expression);
    let written = RwSignal::new(value.with_untracked(holds_expression));
    // Undo may bring an expression back.
    Effect::new(move |before: Option<()>| {
        let now = value.with(holds_expression);
        if before.is_some() && now && !written.get_untracked() {
            written.set(true);
        }
    });
    let may_be_expression =
        context.expression.is_some() && Widget::of(&schema.read_untracked()) != Widget::Duration;
    // A text's own control takes both: it stays while `${` is being typed.
    let both = matches!(Widget::of(&schema.read_untracked()), Widget::Text | Widget::Multiline)
        && schema.read_untracked().get("x-resource").is_none();
    let pressed = Memo::new(move |_| if both { value.with(holds_expression) } else { written.get() });
    let locked = context.disabled;
    let remarks = context.remarks.clone();
    let toggle = move |_| {
        let now = value.get_untracked();
        let text = now.as_ref().map(plain_text).unwrap_or_default();
        if pressed.get_untracked() {
            written.set(false);
            on_change.run(as_value(&text));
        } else {
            written.set(true);
            on_change.run(Some(json!(as_expression(now.as_ref()))));
        }
    };
    let control = {
        let id = id.clone();
        move || {
            let context = context.clone();
            let id = id.clone();
            if let Some(expression) = &context.expression
                && (both || written.get())
            {
                let multiline = Widget::of(&schema.read()) == Widget::Multiline;
                return expression(ExpressionField {
                    id,
                    name: field.clone(),
                    label,
                    text: Signal::derive(move || value.read().as_ref().map(plain_text).unwrap_or_default()),
                    on_text: Callback::new(move |text: String| {
                        on_change.run((!text.is_empty()).then(|| json!(text)))
                    }),
                    multiline,
                    placeholder: Signal::derive(move || super::controls::default_text(&schema.read())),
                });
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
                Widget::Duration => {
                    let placeholder = super::controls::default_text(&schema.read());
                    let (slot, field) = (context.expression.clone(), field.clone());
                    let expression = slot.map(|slot| -> DurationSlot {
                        Arc::new(move |DurationText { id, text, on_text, placeholder, .. }| {
                            let name = field.clone();
                            slot(ExpressionField { id, name, label, text, on_text, multiline: false, placeholder })
                        })
                    });
                    view! { <DurationControl id value on_change disabled=context.disabled forms=DurationForms::Text placeholder expression /> }.into_any()
                }
                Widget::Secret => view! { <TextControl id value on_change disabled=context.disabled multiline=false secret=true schema /> }.into_any(),
                Widget::Multiline => view! { <TextControl id value on_change disabled=context.disabled multiline=true secret=false schema /> }.into_any(),
                Widget::Number { integer } => view! { <NumberControl id value on_change disabled=context.disabled integer schema /> }.into_any(),
                Widget::Boolean => view! { <BooleanControl id value on_change disabled=context.disabled /> }.into_any(),
                Widget::Choice(choices) => view! { <ChoiceControl id value on_change disabled=context.disabled choices required schema /> }.into_any(),
                Widget::Lines { text } => view! { <LinesControl id value on_change disabled=context.disabled text /> }.into_any(),
                Widget::Chips => view! { <ChipsControl id value on_change disabled=context.disabled schema /> }.into_any(),
                Widget::Deadline => view! { <DeadlineControl id value on_change disabled=context.disabled schema /> }.into_any(),
                Widget::Json => view! { <JsonControl id value on_change disabled=context.disabled /> }.into_any(),
            }
        }
    };
    let remarks = remarks.map(|remarks| remarks(&name));
    view! {
        <div class="form__field" data-field=name>
            <div class="form__label">
                <label for=id.clone()>
                    {move || label.get()}
                    <Show when=move || required.get()>
                        <span class="form__required" title=move || t_string!(i18n, common.form.required)>" *"</span>
                    </Show>
                </label>
                <Show when=move || may_be_expression && !locked.get()>
                    <button type="button" class="button button--tiny" aria-pressed=move || pressed.get().to_string() on:click=toggle>
                        "${ }"
                        <span class="visually-hidden">{t!(i18n, common.form.expression)}": "{move || label.get()}</span>
                    </button>
                </Show>
            </div>
            {control}
            {remarks}
            {move || help().map(|help| view! { <p class="form__help">{help}</p> })}
        </div>
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
