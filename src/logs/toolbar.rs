//! What a person can ask of a log: level, text, tasks, following, wrapping, the clock, jumps, a copy, a file.

use leptos::prelude::*;
use logs::{Format, Viewer};
use wire::log::Level;

use super::find_bar::{IconButton, QuerySwitches};
use super::jump::JumpMenu;
use super::options::LogOptions;
use super::reader::Reader;
use crate::i18n::*;
use crate::ui::{Icon, Menu, MenuItem, TimeDisplay, use_preferences};

#[component]
pub(super) fn LogToolbar(
    options: LogOptions,
    reader: Reader,
    /// The log is of several tasks.
    has_writers: bool,
    on_copy: Callback<()>,
    on_download: Callback<Format>,
) -> impl IntoView {
    let i18n = use_i18n();
    let LogOptions { level, filter, wrap, .. } = options;
    let follows = Memo::new(move |_| reader.summary.read().follows);
    let bad = Memo::new(move |_| options.chosen().err().map(|error| error.0));
    let file = move |label: Signal<String>, format: Format| MenuItem {
        label,
        icon: Icon::Download,
        danger: false,
        on_select: Callback::new(move |()| on_download.run(format)),
    };
    let files = vec![
        file(Signal::derive(move || t_string!(i18n, logs.download_plain).to_owned()), Format::Plain),
        file(Signal::derive(move || t_string!(i18n, logs.download_json).to_owned()), Format::JsonLines),
    ];
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
            {has_writers.then(|| view! { <WriterSelect options reader /> })}
            <span class="log__filter">
                <input
                    type="search"
                    class="input log__search"
                    aria-label=move || t_string!(i18n, logs.filter)
                    placeholder=move || t_string!(i18n, logs.filter)
                    aria-invalid=move || bad.read().is_some().to_string()
                    title=move || bad.get().unwrap_or_default()
                    prop:value=move || filter.read().text.clone()
                    on:input=move |event| filter.update(|filter| filter.text = event_target_value(&event))
                />
                <QuerySwitches query=filter />
            </span>
            <button
                type="button"
                class="button button--tiny"
                aria-pressed=move || follows.get().to_string()
                aria-keyshortcuts="f"
                on:click=move |_| {
                    let _ = reader.change(|viewer: &mut Viewer| viewer.follow(!viewer.follows()));
                }
            >
                {t!(i18n, logs.follow)}
            </button>
            <button
                type="button"
                class="button button--tiny"
                aria-pressed=move || wrap.get().to_string()
                aria-keyshortcuts="w"
                on:click=move |_| wrap.update(|wrap| *wrap = !*wrap)
            >
                {t!(i18n, logs.wrap)}
            </button>
            <ClockSelect options />
            <span class="log__acts">
                <IconButton
                    icon=Icon::Search
                    name=Signal::derive(move || t_string!(i18n, logs.find_open).to_owned())
                    on_click=Callback::new(move |()| options.finding.update(|finding| *finding = !*finding))
                />
                <JumpMenu options reader has_attempts=!has_writers />
                <IconButton
                    icon=Icon::Copy
                    name=Signal::derive(move || t_string!(i18n, logs.copy).to_owned())
                    on_click=on_copy
                />
                <Menu label=Signal::derive(move || t_string!(i18n, logs.download).to_owned()) icon=Icon::Download items=files />
            </span>
        </div>
    }
}

#[component]
fn ClockSelect(options: LogOptions) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    view! {
        <select
            class="input log__select"
            aria-label=move || t_string!(i18n, logs.clock)
            prop:value=move || options.clock.get().as_str()
            on:change=move |event| {
                let chosen = event_target_value(&event);
                options.relative.set(chosen == "relative");
                match chosen.as_str() {
                    "utc" => preferences.set_time(TimeDisplay::Utc),
                    "local" => preferences.set_time(TimeDisplay::Local),
                    _ => {}
                }
            }
        >
            <option value="local">{t!(i18n, logs.clock_local)}</option>
            <option value="utc">"UTC"</option>
            <option value="relative">{t!(i18n, logs.clock_relative)}</option>
        </select>
    }
}

/// Which of the tasks that wrote lines are shown, one or several interleaved. Only tasks whose lines were read are known.
#[component]
fn WriterSelect(options: LogOptions, reader: Reader) -> impl IntoView {
    let i18n = use_i18n();
    let names = Memo::new(move |_| {
        // Names are learnt with lines: the summary tells of both.
        let _ = reader.summary.read().writers;
        let names =
            reader.look(|viewer| viewer.writers().iter().cloned().collect::<std::collections::BTreeSet<_>>());
        names.unwrap_or_default()
    });
    let chosen = options.writers;
    let toggle = move |name: String| {
        chosen.update(|chosen| {
            let mut set = chosen.take().unwrap_or_default();
            if !set.remove(&name) {
                set.insert(name);
            }
            *chosen = (!set.is_empty()).then_some(set);
        });
    };
    view! {
        <Show when=move || !names.read().is_empty()>
            <details class="log__writers">
                <summary class="button button--tiny" aria-label=move || t_string!(i18n, logs.tasks)>
                    {move || match chosen.read().as_ref() {
                        None => t_string!(i18n, logs.all_tasks).to_owned(),
                        Some(set) => t_string!(i18n, logs.some_tasks, count = set.len()),
                    }}
                </summary>
                <div class="log__names">
                    <For each=move || names.get() key=|name| name.clone() let:name>
                        {
                            let (shown, asked) = (name.clone(), name.clone());
                            view! {
                                <label>
                                    <input
                                        type="checkbox"
                                        prop:checked=move || chosen.read().as_ref().is_some_and(|set| set.contains(&asked))
                                        on:change=move |_| toggle(name.clone())
                                    />
                                    {shown}
                                </label>
                            }
                        }
                    </For>
                </div>
            </details>
        </Show>
    }
}
