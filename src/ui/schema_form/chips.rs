//! A list of short texts as chips: written one after another, taken away one by one.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::controls::plain_text;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn ChipsControl(
    id: String,
    value: Memo<Option<Value>>,
    on_change: Callback<Option<Value>>,
    disabled: Signal<bool>,
    schema: Memo<Value>,
) -> impl IntoView {
    let i18n = use_i18n();
    let items = Memo::new(move |_| texts(value.read().as_ref()));
    let draft = RwSignal::new(String::new());
    let write = move |items: Vec<String>| on_change.run((!items.is_empty()).then(|| json!(items)));
    let add = move || {
        let typed = draft.get_untracked();
        let (known, now) = (items.get_untracked(), with(items.get_untracked(), &typed));
        draft.set(String::new());
        if now != known {
            write(now);
        }
    };
    let own = StoredValue::new(id.clone());
    let remove = move |index: usize| {
        let mut now = items.get_untracked();
        if index < now.len() {
            now.remove(index);
            write(now);
        }
        // The chip that had the focus is gone.
        if let Some(field) = own.with_value(|id| document().get_element_by_id(id)) {
            use wasm_bindgen::JsCast;
            if let Ok(field) = field.dyn_into::<web_sys::HtmlElement>() {
                let _ = field.focus();
            }
        }
    };
    let list = format!("{id}-list");
    let offered = move || {
        let known = items.get();
        let mut offered: Vec<String> = Vec::new();
        for example in schema.read()["examples"].as_array().into_iter().flatten() {
            for text in texts(Some(example)) {
                if !known.contains(&text) && !offered.contains(&text) {
                    offered.push(text);
                }
            }
        }
        offered.into_iter().map(|text| view! { <option value=text></option> }).collect_view()
    };
    view! {
        <div class="chips">
            <ul class="chips__list" hidden=move || items.read().is_empty()>
                <For each=move || items.get().into_iter().enumerate() key=Clone::clone let:item>
                    {
                        let (index, text) = item;
                        let name = text.clone();
                        let label = move || t_string!(i18n, common.form.remove_item, name = name.clone());
                        view! {
                            <li class="chip">
                                <span class="chip__text">{text}</span>
                                <Show when=move || !disabled.get()>
                                    <button type="button" class="chip__remove" aria-label=label.clone() on:click=move |_| remove(index)>
                                        <IconView icon=Icon::Close />
                                    </button>
                                </Show>
                            </li>
                        }
                    }
                </For>
            </ul>
            <input
                id=id
                class="input"
                autocomplete="off"
                spellcheck="false"
                list=list.clone()
                disabled=move || disabled.get()
                placeholder=move || t_string!(i18n, common.form.add_by_enter)
                prop:value=move || draft.get()
                on:input=move |event| {
                    draft.set(event_target_value(&event));
                    if draft.with_untracked(|draft| draft.ends_with([',', '，', ';', '；'])) {
                        add();
                    }
                }
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if !event.is_composing() => {
                        event.prevent_default();
                        add();
                    }
                    "Backspace" if draft.read_untracked().is_empty() => {
                        let count = items.with_untracked(Vec::len);
                        if count > 0 {
                            remove(count - 1);
                        }
                    }
                    _ => {}
                }
                // What was typed counts, also without Enter.
                on:blur=move |_| add()
            />
            <datalist id=list>{offered}</datalist>
        </div>
    }
}

/// The list with what was typed: several at once where commas stand between them, each once.
fn with(mut items: Vec<String>, typed: &str) -> Vec<String> {
    for text in typed.split([',', '，', ';', '；', '\n']).map(str::trim).filter(|text| !text.is_empty()) {
        if !items.iter().any(|known| known == text) {
            items.push(text.to_owned());
        }
    }
    items
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().map(plain_text).collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(other) => vec![plain_text(other)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn what_is_typed_joins_the_list_once() {
        let ann = vec!["ann".to_owned()];
        assert_eq!(with(ann.clone(), " bob, role:operator；ann"), ["ann", "bob", "role:operator"]);
        assert_eq!(with(ann.clone(), " , "), ann);
        assert_eq!(texts(Some(&json!("ann"))), ["ann"]);
    }
}
