//! The search bar: what to look for, how far the search is, back and forth. The filter by text has the same switches.

use leptos::html;
use leptos::prelude::*;
use logs::{Pattern, Query, Step, Viewer};

use super::options::LogOptions;
use super::reader::Reader;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn FindBar(
    options: LogOptions,
    reader: Reader,
    /// The bar was closed by the keyboard: the lines take the focus.
    on_close: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let field = NodeRef::<html::Input>::new();
    let find = options.find;
    let compiled = Memo::new(move |_| Pattern::compile(&find.read()));
    let bad = Memo::new(move |_| compiled.read().as_ref().err().map(|error| error.0.clone()));
    Effect::new(move |_| {
        if let Ok(pattern) = compiled.get() {
            let _ = reader.change(|viewer| viewer.set_find(pattern));
        }
    });
    on_cleanup(move || {
        let _ = reader.change(|viewer| viewer.set_find(None));
    });
    Effect::new(move |_| {
        // A search that the address brings takes the focus from nobody.
        let asked = reader.summary.with_untracked(|summary| summary.is_open);
        if let Some(field) = field.get().filter(|_| asked) {
            // A field that left the page at once needs no focus.
            let _ = field.focus();
            field.select();
        }
    });
    let step = move |step: Step| {
        let _ = reader.change(|viewer: &mut Viewer| viewer.find_step(step));
    };
    let on_key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" | "F3" => {
            event.prevent_default();
            event.stop_propagation();
            step(if event.shift_key() { Step::Previous } else { Step::Next });
        }
        "Escape" => {
            event.stop_propagation();
            on_close.run(());
        }
        _ => {}
    };
    let told = move || {
        let state = reader.summary.read().find?;
        let share = (state.looked_at * 100).checked_div(state.total).unwrap_or(100);
        let of = match (state.index, state.count) {
            (_, 0) if share >= 100 => t_string!(i18n, logs.find_none).to_owned(),
            (Some(index), count) => t_string!(i18n, logs.find_at, index = index, count = count),
            (None, count) => t_string!(i18n, logs.find_count, count = count),
        };
        Some(if share >= 100 { of } else { format!("{of} · {share} %") })
    };
    view! {
        <div class="log__find" role="search" on:keydown=on_key>
            <input
                node_ref=field
                type="search"
                class="input log__search"
                aria-label=move || t_string!(i18n, logs.find)
                placeholder=move || t_string!(i18n, logs.find_hint)
                aria-invalid=move || bad.read().is_some().to_string()
                title=move || bad.get().unwrap_or_default()
                prop:value=move || find.read().text.clone()
                on:input=move |event| find.update(|find| find.text = event_target_value(&event))
            />
            <QuerySwitches query=find />
            <span class="log__told muted" role="status">
                {move || if bad.read().is_some() { Some(t_string!(i18n, logs.find_bad).to_owned()) } else { told() }}
            </span>
            <IconButton icon=Icon::ChevronLeft name=Signal::derive(move || t_string!(i18n, logs.find_previous).to_owned()) on_click=Callback::new(move |()| step(Step::Previous)) />
            <IconButton icon=Icon::ChevronRight name=Signal::derive(move || t_string!(i18n, logs.find_next).to_owned()) on_click=Callback::new(move |()| step(Step::Next)) />
            <IconButton icon=Icon::Close name=Signal::derive(move || t_string!(i18n, logs.find_close).to_owned()) on_click=on_close />
        </div>
    }
}

/// Regular expression or not, either case or not.
#[component]
pub(super) fn QuerySwitches(query: RwSignal<Query>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <button
            type="button"
            class="button button--tiny log__switch"
            aria-label=move || t_string!(i18n, logs.regular)
            title=move || t_string!(i18n, logs.regular)
            aria-pressed=move || query.read().is_regular.to_string()
            on:click=move |_| query.update(|query| query.is_regular = !query.is_regular)
        >
            ".*"
        </button>
        <button
            type="button"
            class="button button--tiny log__switch"
            aria-label=move || t_string!(i18n, logs.minds_case)
            title=move || t_string!(i18n, logs.minds_case)
            aria-pressed=move || query.read().minds_case.to_string()
            on:click=move |_| query.update(|query| query.minds_case = !query.minds_case)
        >
            "Aa"
        </button>
    }
}

#[component]
pub(super) fn IconButton(
    icon: Icon,
    #[prop(into)] name: Signal<String>,
    on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button--icon"
            aria-label=move || name.get()
            title=move || name.get()
            on:click=move |_| on_click.run(())
        >
            <IconView icon />
        </button>
    }
}
