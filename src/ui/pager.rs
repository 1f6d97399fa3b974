//! Which page of how many, and the way to the next one.

use leptos::prelude::*;

use super::{Icon, IconView};
use crate::i18n::*;

#[component]
pub fn Pager(
    #[prop(into)] page: Signal<u32>,
    #[prop(into)] page_size: Signal<u32>,
    #[prop(into)] total: Signal<u64>,
    on_page: Callback<u32>,
) -> impl IntoView {
    let i18n = use_i18n();
    let first = move || {
        let start = u64::from(page.get().saturating_sub(1)) * u64::from(page_size.get());
        if total.get() == 0 { 0 } else { start + 1 }
    };
    let last = move || (u64::from(page.get()) * u64::from(page_size.get())).min(total.get());
    view! {
        <nav class="pager" aria-label=move || t_string!(i18n, common.page.label)>
            <span class="pager__count">
                {move || t_string!(i18n, common.page.of, first = first(), last = last(), total = total.get())}
            </span>
            <button
                type="button"
                class="button button--icon"
                aria-label=move || t_string!(i18n, common.page.previous)
                disabled=move || page.get() <= 1
                on:click=move |_| on_page.run(page.get_untracked().saturating_sub(1).max(1))
            >
                <IconView icon=Icon::ChevronLeft />
            </button>
            <button
                type="button"
                class="button button--icon"
                aria-label=move || t_string!(i18n, common.page.next)
                disabled=move || { last() >= total.get() }
                on:click=move |_| on_page.run(page.get_untracked() + 1)
            >
                <IconView icon=Icon::ChevronRight />
            </button>
        </nav>
    }
}
