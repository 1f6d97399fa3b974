//! JSON for reading, with a way to copy it.

use leptos::prelude::*;
use serde_json::Value;

use super::{Icon, IconView, use_toasts};
use crate::i18n::*;

#[component]
pub fn JsonView(#[prop(into)] value: Signal<Value>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let text = Memo::new(move |_| serde_json::to_string_pretty(&*value.read()).unwrap_or_default());
    let copy = move |_| {
        let promise = window().navigator().clipboard().write_text(&text.get_untracked());
        leptos::task::spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(promise).await.is_ok() {
                toasts.success(t_string!(i18n, common.action.copied));
            }
        });
    };
    view! {
        <div class="json">
            <Show
                when=move || !value.read().is_null()
                fallback=move || view! { <span class="muted">{t!(i18n, common.json.empty)}</span> }
            >
                <button
                    type="button"
                    class="button button--icon json__copy"
                    aria-label=move || t_string!(i18n, common.json.copy)
                    on:click=copy
                >
                    <IconView icon=Icon::Copy />
                </button>
                <pre tabindex="0">{move || text.get()}</pre>
            </Show>
        </div>
    }
}
