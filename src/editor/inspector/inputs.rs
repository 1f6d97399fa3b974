//! The inputs of the workflow as a list: the members of its schema, without having to know JSON Schema.

use canvas::Input;
use flow::Pointer;
use leptos::prelude::*;
use serde_json::{Map, Value, json};

use super::frame::Told;
use super::member::fresh_id;
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

/// The types that the list offers; another one, or none, is kept.
const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

#[component]
pub(super) fn InputList(editor: Editor, at: Pointer) -> impl IntoView {
    let i18n = use_i18n();
    let schema = Memo::new({
        let at = at.clone();
        move |_| editor.model.value(&at).unwrap_or_else(|| json!({ "type": "object" }))
    });
    let count = Memo::new(move |_| properties(&schema.read()).len());
    let place = Signal::stored(at.child("properties"));
    let write = Callback::new(move |value: Value| editor.send(Input::SetMember { at: at.clone(), value }));
    let add = move |_| {
        write.run(with_new(schema.get_untracked()));
        editor.send(Input::FieldVisitEnded);
    };
    view! {
        <For each=move || 0..count.get() key=|index| *index let:index>
            <InputCard editor index place schema write />
        </For>
        <Show when=move || !editor.read_only.get()>
            <button type="button" class="button" on:click=add>
                <IconView icon=Icon::Plus />
                {t!(i18n, editor.inputs.add)}
            </button>
        </Show>
    }
}

#[component]
fn InputCard(
    editor: Editor,
    index: usize,
    place: Signal<Pointer>,
    schema: Memo<Value>,
    write: Callback<Value>,
) -> impl IntoView {
    let i18n = use_i18n();
    let name = Memo::new(move |_| {
        properties(&schema.read()).get(index).map(|(name, _)| name.clone()).unwrap_or_default()
    });
    let property = Memo::new(move |_| {
        properties(&schema.read()).get(index).map(|(_, value)| value.clone()).unwrap_or_default()
    });
    let text = move |member: &'static str| move || property.read().get(member).map(shown).unwrap_or_default();
    let set = move |member: &'static str, value: Option<Value>| {
        write.run(with_member(schema.get_untracked(), &name.get_untracked(), member, value));
    };
    let leave = move |_| editor.send(Input::FieldVisitEnded);
    let at = Signal::derive(move || place.read().child(&name.read()));
    let required = Memo::new(move |_| is_required(&schema.read(), &name.read()));
    let ids: [String; 4] = std::array::from_fn(|_| fresh_id());
    let [name_id, type_id, default_id, text_id] = ids;
    let disabled = move || editor.read_only.get();
    view! {
        <fieldset class="inputs__card" data-input=move || name.get()>
            <div class="inspector__pair">
                <div class="form__field">
                    <label for=name_id.clone()>{t!(i18n, editor.inputs.name)}</label>
                    <input id=name_id class="input" autocomplete="off" spellcheck="false" disabled=disabled prop:value=move || name.get() on:change=move |event| {
                        write.run(renamed(schema.get_untracked(), &name.get_untracked(), event_target_value(&event).trim()));
                        editor.send(Input::FieldVisitEnded);
                    } />
                </div>
                <div class="form__field">
                    <label for=type_id.clone()>{t!(i18n, editor.inputs.kind)}</label>
                    <select id=type_id class="input" disabled=disabled on:change=move |event| {
                        set("type", Some(json!(event_target_value(&event))));
                        editor.send(Input::FieldVisitEnded);
                    }>
                        {TYPES.into_iter().map(|word| view! { <option value=word selected=move || text("type")() == word>{move || type_label(i18n, word)}</option> }).collect_view()}
                    </select>
                </div>
            </div>
            <div class="form__field">
                <label for=default_id.clone()>{t!(i18n, editor.inputs.default)}</label>
                <input id=default_id class="input" autocomplete="off" disabled=disabled prop:value=text("default") on:input=move |event| {
                    let kind = property.read_untracked().get("type").and_then(Value::as_str).unwrap_or("string").to_owned();
                    set("default", typed(&kind, &event_target_value(&event)));
                } on:blur=leave />
            </div>
            <div class="form__field">
                <label for=text_id.clone()>{t!(i18n, editor.inputs.description)}</label>
                <input id=text_id class="input" autocomplete="off" disabled=disabled prop:value=text("description") on:input=move |event| {
                    set("description", Some(json!(event_target_value(&event))).filter(|text| *text != json!("")));
                } on:blur=leave />
            </div>
            <div class="inputs__options">
                <label class="stages__stage">
                    <input type="checkbox" class="checkbox" disabled=disabled prop:checked=move || required.get() on:change=move |event| {
                        write.run(with_required(schema.get_untracked(), &name.get_untracked(), event_target_checked(&event)));
                        editor.send(Input::FieldVisitEnded);
                    } />
                    {t!(i18n, common.form.required)}
                </label>
                <label class="stages__stage">
                    <input type="checkbox" class="checkbox" disabled=disabled prop:checked=move || property.read().get("writeOnly") == Some(&json!(true)) on:change=move |event| {
                        set("writeOnly", event_target_checked(&event).then(|| json!(true)));
                        editor.send(Input::FieldVisitEnded);
                    } />
                    {t!(i18n, editor.inputs.private)}
                </label>
                <Show when=move || !disabled()>
                    <button type="button" class="button button--icon" aria-label=move || t_string!(i18n, editor.inputs.remove, name = name.get()) title=move || t_string!(i18n, common.action.remove) on:click=move |_| {
                        write.run(without(schema.get_untracked(), &name.get_untracked()));
                        editor.send(Input::FieldVisitEnded);
                    }>
                        <IconView icon=Icon::Delete />
                    </button>
                </Show>
            </div>
            <Told editor at />
        </fieldset>
    }
}

pub(super) fn type_label(i18n: leptos_i18n::I18nContext<Locale>, word: &str) -> String {
    match word {
        "string" => t_string!(i18n, editor.types.string).to_string(),
        "integer" => t_string!(i18n, editor.types.integer).to_string(),
        "number" => t_string!(i18n, editor.types.number).to_string(),
        "boolean" => t_string!(i18n, editor.types.boolean).to_string(),
        "array" => t_string!(i18n, editor.types.array).to_string(),
        _ => t_string!(i18n, editor.types.object).to_string(),
    }
}

fn properties(schema: &Value) -> Vec<(String, Value)> {
    let members = schema.get("properties").and_then(Value::as_object);
    members.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|one| one == name))
}

/// Text as it is, anything else as JSON.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What was typed, as the type asks; text where it is not that yet, which the problems then name.
fn typed(kind: &str, text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    let value = if kind == "string" { None } else { serde_json::from_str(text).ok() };
    Some(value.unwrap_or_else(|| json!(text)))
}

fn change(schema: Value, edit: impl FnOnce(&mut Map<String, Value>)) -> Value {
    let mut members = match schema {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.entry("type").or_insert_with(|| json!("object"));
    edit(&mut members);
    Value::Object(members)
}

fn change_properties(schema: Value, edit: impl FnOnce(&mut Map<String, Value>)) -> Value {
    change(schema, |members| {
        let properties = members.entry("properties").or_insert_with(|| json!({}));
        if !properties.is_object() {
            *properties = json!({});
        }
        if let Some(properties) = properties.as_object_mut() {
            edit(properties);
        }
    })
}

fn with_new(schema: Value) -> Value {
    change_properties(schema, |properties| {
        let name =
            (1_usize..).map(|number| format!("input{number}")).find(|name| !properties.contains_key(name));
        properties.insert(name.unwrap_or_default(), json!({ "type": "string" }));
    })
}

fn with_member(schema: Value, name: &str, member: &str, value: Option<Value>) -> Value {
    change_properties(schema, |properties| {
        let property = properties.entry(name.to_owned()).or_insert_with(|| json!({}));
        if !property.is_object() {
            *property = json!({});
        }
        let Some(property) = property.as_object_mut() else { return };
        match value {
            Some(value) => {
                property.insert(member.to_owned(), value);
            }
            None => {
                property.shift_remove(member);
            }
        }
    })
}

/// Another name in the same place of the order. A name that is taken, or none, changes nothing.
fn renamed(schema: Value, from: &str, to: &str) -> Value {
    if to.is_empty() || properties(&schema).iter().any(|(name, _)| name == to) {
        return schema;
    }
    let was_required = is_required(&schema, from);
    let schema = change_properties(schema, |properties| {
        let members = std::mem::take(properties);
        let follow =
            |(name, value): (String, Value)| (if name == from { to.to_owned() } else { name }, value);
        properties.extend(members.into_iter().map(follow));
    });
    let schema = with_required(schema, from, false);
    if was_required { with_required(schema, to, true) } else { schema }
}

fn without(schema: Value, name: &str) -> Value {
    let schema = with_required(schema, name, false);
    change_properties(schema, |properties| {
        properties.shift_remove(name);
    })
}

fn with_required(schema: Value, name: &str, required: bool) -> Value {
    if is_required(&schema, name) == required {
        return schema;
    }
    change(schema, |members| {
        let mut names = members.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        names.retain(|one| one != name);
        if required {
            names.push(json!(name));
        }
        if names.is_empty() {
            members.shift_remove("required");
        } else {
            members.insert("required".to_owned(), Value::Array(names));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn an_input_keeps_its_place_and_its_need_when_it_is_renamed() {
        let schema = with_new(with_new(json!({ "type": "object" })));
        let schema = with_required(schema, "input1", true);
        let schema = renamed(schema, "input1", "site");
        assert_eq!(
            schema.to_string(),
            r#"{"type":"object","properties":{"site":{"type":"string"},"input2":{"type":"string"}},"required":["site"]}"#
        );
        assert_eq!(renamed(schema.clone(), "site", "input2"), schema, "a taken name changes nothing");
        assert_eq!(
            without(schema, "site").to_string(),
            r#"{"type":"object","properties":{"input2":{"type":"string"}}}"#
        );
    }
}
