//! Short news of what an act did. Errors stay until they are closed, the rest goes by itself.

use std::time::Duration;

use leptos::prelude::*;
use leptos_i18n::I18nContext;

use super::{Icon, IconView, describe_error};
use crate::api::ApiError;
use crate::i18n::*;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tone {
    Good,
    Bad,
}

#[derive(Clone, PartialEq, Debug)]
struct Toast {
    id: u32,
    tone: Tone,
    text: String,
}

#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

pub fn use_toasts() -> Toasts {
    expect_context()
}

impl Toasts {
    pub fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    pub fn success(&self, text: impl Into<String>) {
        let id = self.push(Tone::Good, text.into());
        let list = self.list;
        set_timeout(move || list.update(|list| list.retain(|toast| toast.id != id)), Duration::from_secs(6));
    }

    pub fn failure(&self, text: impl Into<String>) {
        self.push(Tone::Bad, text.into());
    }

    pub fn error(&self, i18n: I18nContext<Locale>, error: &ApiError) {
        self.failure(describe_error(i18n, error));
    }

    fn push(&self, tone: Tone, text: String) -> u32 {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.list.update(|list| {
            // The same failure again is one failure.
            list.retain(|toast| toast.text != text);
            list.push(Toast { id, tone, text });
        });
        id
    }
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the news appears. Drawn once, by `app`.
#[component]
pub fn ToastArea() -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let close = move |id| toasts.list.update(|list| list.retain(|toast| toast.id != id));
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                <div class="toast" class:toast--bad=toast.tone == Tone::Bad>
                    <IconView icon=if toast.tone == Tone::Bad { Icon::Alert } else { Icon::Check } />
                    <span>{toast.text.clone()}</span>
                    <button
                        type="button"
                        class="button button--icon"
                        aria-label=move || t_string!(i18n, common.action.close)
                        on:click=move |_| close(toast.id)
                    >
                        <IconView icon=Icon::Close />
                    </button>
                </div>
            </For>
        </div>
    }
}
