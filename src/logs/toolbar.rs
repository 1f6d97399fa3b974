//! What a person can ask of a log: level, text, wrapping, following, the clock, a copy, a file.

use leptos::prelude::*;
use wire::log::Level;

use crate::i18n::*;
use crate::ui::{Icon, IconView, TimeDisplay, use_preferences};

/// What the toolbar changes; the view of the lines reads it.
#[derive(Clone, Copy)]
pub(super) struct LogOptions {
    pub level: RwSignal<Level>,
    pub text: RwSignal<String>,
    pub wrap: RwSignal<bool>,
    pub follow: RwSignal<bool>,
}

#[component]
pub(super) fn LogToolbar(
    options: LogOptions,
    on_follow: Callback<bool>,
    on_copy: Callback<()>,
    on_download: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let LogOptions { level, text, wrap, follow } = options;
    let utc = move || preferences.time.get() == TimeDisplay::Utc;
    let other_clock = move || {
        preferences.set_time(if preferences.time.get_untracked() == TimeDisplay::Utc {
            TimeDisplay::Local
        } else {
            TimeDisplay::Utc
        });
    };
    view! {
        <div class="log__bar" role="toolbar" aria-label=move || t_string!(i18n, logs.toolbar)>
            <select
                class="input log__select"
                aria-label=move || t_string!(i18n, logs.level)
                prop:value=move || level.get().as_str()
                on:change=move |event| {
                    if let Some(chosen) = Level::parse(&event_target_value(&event)) {
                        level.set(chosen);
                    }
                }
            >
                {Level::ALL
                    .map(|one| view! { <option value=one.as_str() selected=one == level.get_untracked()>{one.as_str()}</option> })
                    .into_iter()
                    .collect_view()}
            </select>
            <input
                type="search"
                class="input log__search"
                aria-label=move || t_string!(i18n, logs.search)
                placeholder=move || t_string!(i18n, logs.search)
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
            <button type="button" class="button button--tiny" aria-pressed=move || follow.get().to_string() on:click=move |_| on_follow.run(!follow.get_untracked())>
                {t!(i18n, logs.follow)}
            </button>
            <button type="button" class="button button--tiny" aria-pressed=move || wrap.get().to_string() on:click=move |_| wrap.update(|wrap| *wrap = !*wrap)>
                {t!(i18n, logs.wrap)}
            </button>
            <button type="button" class="button button--tiny" aria-pressed=move || utc().to_string() on:click=move |_| other_clock()>
                "UTC"
            </button>
            <span class="log__acts">
                <button
                    type="button"
                    class="button button--icon"
                    aria-label=move || t_string!(i18n, logs.copy)
                    title=move || t_string!(i18n, logs.copy)
                    on:click=move |_| on_copy.run(())
                >
                    <IconView icon=Icon::Copy />
                </button>
                <button
                    type="button"
                    class="button button--icon"
                    aria-label=move || t_string!(i18n, logs.download)
                    title=move || t_string!(i18n, logs.download)
                    on:click=move |_| on_download.run(())
                >
                    <IconView icon=Icon::Download />
                </button>
            </span>
        </div>
    }
}
