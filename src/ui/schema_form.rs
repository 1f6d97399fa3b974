//! A form out of a JSON Schema: the start dialog's inputs and the inspector's plugin fields are the same thing.
//!
//! Knows the subset that plugins and `input.schema` use: objects, text, numbers, booleans, enums, lists and free JSON.
//! Where a field may hold a runtime expression (`${ … }`) it can be switched to one. It validates nothing: `flow` does.

mod chips;
mod controls;
mod deadline;
mod duration;
mod field;
mod structured;

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use serde_json::{Map, Value};

pub use duration::{DurationControl, DurationForms, DurationSlot, DurationText};
use field::Field;
pub use field::{ExpressionField, ExpressionSlot, FieldContext, Remarks, ResourceField, ResourcePicker};

use crate::i18n::*;

/// Draws `schema` (an object's) over `value`. `on_change` gets the whole new value after each change.
#[component]
pub fn SchemaForm(
    #[prop(into)] schema: Signal<Value>,
    #[prop(into)] value: Signal<Value>,
    on_change: Callback<Value>,
    /// Draws the fields that may also hold an expression: all but durations, where it is given.
    #[prop(optional)]
    expression: Option<ExpressionSlot>,
    /// Draws what is wrong with a member, below its field.
    #[prop(optional)]
    remarks: Option<Remarks>,
    /// Draws the picker for fields with `x-resource`, fed by the API.
    #[prop(optional)]
    picker: Option<ResourcePicker>,
    /// Called when a field is left: one undo step a visit.
    #[prop(optional)]
    on_leave: Option<Callback<()>>,
    #[prop(into, default = Signal::stored(false))] disabled: Signal<bool>,
) -> impl IntoView {
    let context = FieldContext { expression, picker, remarks, disabled };
    let names = Memo::new(move |_| property_names(&schema.read()));
    view! {
        <div
            class="form"
            on:focusout=move |_| {
                if let Some(on_leave) = on_leave {
                    on_leave.run(());
                }
            }
        >
            <For each=move || names.get() key=Clone::clone let:name>
                {
                    let property = Memo::new({
                        let name = name.clone();
                        move |_| schema.read()["properties"][name.as_str()].clone()
                    });
                    let required = Memo::new({
                        let name = name.clone();
                        move |_| is_required(&schema.read(), &name)
                    });
                    let member = Memo::new({
                        let name = name.clone();
                        move |_| value.read().get(name.as_str()).cloned()
                    });
                    let on_member = Callback::new({
                        let name = name.clone();
                        move |changed| on_change.run(with_member(value.get_untracked(), &schema.read_untracked(), &name, changed))
                    });
                    view! { <Field name schema=property required value=member siblings=value on_change=on_member context=context.clone() /> }
                }
            </For>
        </div>
    }
}

/// The text of a schema's `title` or `description`, which is a string or `{zh, en}`.
pub fn schema_text(i18n: I18nContext<Locale>, schema: &Value, member: &str) -> Option<String> {
    match schema.get(member)? {
        Value::String(text) => Some(text.clone()),
        Value::Object(texts) => {
            let wanted = if i18n.get_locale() == Locale::zh_CN { "zh" } else { "en" };
            texts.get(wanted).or_else(|| texts.get("en"))?.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

fn property_names(schema: &Value) -> Vec<String> {
    schema
        .get("properties")
        .and_then(Value::as_object)
        .map(|members| members.keys().cloned().collect())
        .unwrap_or_default()
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|one| one == name))
}

/// The object with one member set, or taken out where there is nothing to set. What is there keeps its place; a new
/// member stands where the schema has it.
fn with_member(object: Value, schema: &Value, name: &str, member: Option<Value>) -> Value {
    let mut members = match object {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    match member {
        Some(member) if members.contains_key(name) => {
            members.insert(name.to_owned(), member);
        }
        Some(member) => {
            let order = property_names(schema);
            let rank = |name: &str| order.iter().position(|one| one == name);
            let own = rank(name);
            let place = members.keys().position(|other| own.is_some() && rank(other) > own);
            members.shift_insert(place.unwrap_or(members.len()), name.to_owned(), member);
        }
        None => {
            members.shift_remove(name);
        }
    }
    Value::Object(members)
}
