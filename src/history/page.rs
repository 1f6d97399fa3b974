//! The page: what the URL says is asked for, and what is asked for is shown.

use leptos::html;
use leptos::prelude::*;

use super::address::Clause;
use super::builder::FilterBuilder;
use super::bulk::BulkBar;
use super::chips::FilterChips;
use super::columns::Column;
use super::export::Export;
use super::histogram::HistogramCard;
use super::pages::Pages;
use super::popover::Popover;
use super::search::{Search, use_search};
use super::strips::Strips;
use super::table::JobTable;
use super::views::Views;
use super::words::{column_label, count};
use crate::i18n::*;
use crate::ui::link::use_title;
use crate::ui::preferences::{store, stored};
use crate::ui::time::format_time;
use crate::ui::{EmptyState, Icon, IconView, ListStage, ListView, href, use_preferences};

const OVERVIEW_KEY: &str = "mas.history.overview";

/// Which filter is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Building {
    New,
    /// The filter at this place is changed.
    Changed(usize),
}

#[component]
pub fn HistoryPage() -> impl IntoView {
    let i18n = use_i18n();
    let search = use_search();
    use_title(move || t_string!(i18n, history.title).to_owned());
    let poll = search.poll;
    let loaded = Memo::new(move |_| poll.state.read().data.is_some());
    let overview = RwSignal::new(stored(OVERVIEW_KEY).as_deref() != Some("closed"));
    let toggle_overview = move |_| {
        overview.update(|open| *open = !*open);
        store(OVERVIEW_KEY, if overview.get_untracked() { "open" } else { "closed" });
    };
    let building = RwSignal::new(None::<Building>);
    let any_clause = Memo::new(move |_| !search.shown.read().clauses.is_empty());
    view! {
        <div class="page history">
            <header class="page__header">
                <h1>{t!(i18n, history.title)}</h1>
                <button type="button" class="button button--quiet" aria-expanded=move || overview.get().to_string() on:click=toggle_overview>
                    <IconView icon=Icon::Log />
                    {t!(i18n, history.overview)}
                </button>
                <ColumnChoice search />
                <Export search />
            </header>
            <Views search />
            <Show when=move || overview.get()>
                <div class="history__overview">
                    <HistogramCard search />
                    <Strips search />
                </div>
            </Show>
            <div class="toolbar">
                <Quick search />
                <button
                    type="button"
                    class="button"
                    aria-expanded=move || building.get().is_some().to_string()
                    on:click=move |_| building.update(|building| *building = if building.is_some() { None } else { Some(Building::New) })
                >
                    <IconView icon=Icon::Filter />
                    {t!(i18n, history.add_filter)}
                </button>
                <Show when=move || any_clause.get()>
                    <FilterChips search on_edit=Callback::new(move |index| building.set(Some(Building::Changed(index)))) />
                </Show>
            </div>
            {move || building.get().map(|what| {
                let edited = match what {
                    Building::New => None,
                    Building::Changed(index) => search.shown.read_untracked().clauses.get(index).cloned(),
                };
                let done = Callback::new(move |clause| {
                    building.set(None);
                    put(search, what, clause);
                });
                view! { <FilterBuilder edited on_done=done on_close=Callback::new(move |()| building.set(None)) /> }
            })}
            <News search />
            <List search />
            <Show when=move || loaded.get()><Pages search /></Show>
            <BulkBar search />
        </div>
    }
}

/// A new filter is one more; a changed one stays in its place.
fn put(search: Search, what: Building, clause: Clause) {
    let view = search.shown.get_untracked();
    let mut clauses = view.clauses.clone();
    match what {
        Building::Changed(index) if index < clauses.len() => clauses[index] = clause,
        _ => clauses.push(clause),
    }
    search.show.run(view.with_clauses(clauses));
}

/// Free text, applied as it is typed.
#[component]
fn Quick(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let text = Memo::new(move |_| search.shown.read().quick());
    let field = NodeRef::<html::Input>::new();
    // What is being typed is not written over by what was typed before.
    Effect::new(move |_| {
        let text = text.get();
        if let Some(field) = field.get() {
            let element: &web_sys::Element = field.as_ref();
            if document().active_element().as_ref() != Some(element) {
                field.set_value(&text);
            }
        }
    });
    view! {
        <div class="search">
            <IconView icon=Icon::Search />
            <input
                node_ref=field
                type="search"
                class="input"
                aria-label=move || t_string!(i18n, history.quick)
                placeholder=move || t_string!(i18n, history.quick)
                on:input=move |event| search.show_quietly.run(search.shown.get_untracked().with_quick(&event_target_value(&event)))
            />
        </div>
    }
}

/// What is new since the page was opened, and how old the page is where newer cannot be had.
#[component]
fn News(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let newer = search.newer();
    let stale = Memo::new(move |_| {
        let state = search.poll.state.read();
        (state.error.is_some() && state.data.is_some()).then_some(state.as_of)
    });
    view! {
        {move || stale.get().map(|as_of| {
            let time = String::from(js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(as_of)).to_iso_string());
            view! {
                <p class="notice notice--bad" role="status">
                    <IconView icon=Icon::Alert />
                    {t_string!(i18n, common.stale, time = format_time(&time, preferences.time.get()))}
                </p>
            }
        })}
        <div class="history__news" role="status">
            {move || (newer.get() > 0).then(|| view! {
                <button type="button" class="button button--primary history__newer" on:click=move |_| search.show_newest()>
                    {t_string!(i18n, history.newer, runs = count(newer.get(), newer.get() >= 100))}
                </button>
            })}
        </div>
    }
}

#[component]
fn List(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let poll = search.poll;
    let stage = Memo::new(move |_| ListStage::of(&poll.state.read(), |answer| answer.page.items.is_empty()));
    view! {
        <ListView
            stage
            what=Signal::derive(move || t_string!(i18n, history.loading).to_owned())
            on_retry=Callback::new(move |()| poll.refresh())
            empty=move || if search.shown.read().clauses.is_empty() {
                view! {
                    <EmptyState icon=Icon::History text=Signal::derive(move || t_string!(i18n, history.empty).to_owned())>
                        <a class="button button--primary" href=href("/workflows")>{t!(i18n, history.to_workflows)}</a>
                    </EmptyState>
                }
                .into_any()
            } else {
                view! {
                    <EmptyState icon=Icon::Search text=Signal::derive(move || t_string!(i18n, history.empty_search).to_owned())>
                        <button type="button" class="button" on:click=move |_| search.show.run(search.shown.get_untracked().with_clauses(Vec::new()))>
                            {t!(i18n, history.clear_filters)}
                        </button>
                    </EmptyState>
                }
                .into_any()
            }
        >
            <JobTable search />
        </ListView>
    }
}

/// Which columns there are; the run itself always is.
#[component]
fn ColumnChoice(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    let toggle = move |column: Column, on: bool| {
        let shown = search.columns.get_untracked();
        let columns =
            Column::ALL.into_iter().filter(|one| if *one == column { on } else { shown.contains(one) });
        search.choose_columns(columns.collect());
    };
    view! {
        <Popover label=Signal::derive(move || t_string!(i18n, history.columns).to_owned()) icon=Icon::Settings open>
            <fieldset class="columns">
                <legend>{t!(i18n, history.columns)}</legend>
                {Column::ALL
                    .into_iter()
                    .map(|column| view! {
                        <label class="columns__column">
                            <input
                                type="checkbox"
                                class="checkbox"
                                disabled=column == Column::Run
                                prop:checked=move || search.columns.read().contains(&column)
                                on:change=move |event| toggle(column, event_target_checked(&event))
                            />
                            {move || column_label(i18n, column)}
                        </label>
                    })
                    .collect_view()}
                <button type="button" class="button button--quiet button--tiny" on:click=move |_| search.choose_columns(Column::USUAL.to_vec())>
                    {t!(i18n, history.usual_columns)}
                </button>
            </fieldset>
        </Popover>
    }
}
