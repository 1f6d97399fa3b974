//! The page: what the URL says is asked for, and what is asked for is shown as chips.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wire::history::{Filter, FilterProperty, Property};

use super::builder::{FilterBuilder, operator_label, property_label};
use super::filters::{HistoryView, PAGE_SIZES};
use super::table::JobTable;
use crate::api::{use_api, use_poll};
use crate::i18n::*;
use crate::ui::link::use_title;
use crate::ui::status::status_label;
use crate::ui::time::format_time;
use crate::ui::{EmptyState, Icon, IconView, ListStage, ListView, Pager, go, href, use_preferences};

#[component]
pub fn HistoryPage() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let query = use_query_map();
    let go = StoredValue::new(go());
    use_title(move || t_string!(i18n, history.title).to_owned());
    let shown = Memo::new(move |_| {
        let query = query.read();
        let filters = query.get_all("f").unwrap_or_default();
        HistoryView::read(&filters, query.get("page").as_deref(), query.get("size").as_deref())
    });
    let poll = use_poll(
        move || {
            let view = shown.get();
            async move { api.list_jobs(&view.filters, view.page, view.page_size).await }
        },
        |_| Some(Duration::from_secs(4)),
    );
    let show = move |view: HistoryView| go.with_value(|go| go(&format!("/runs{}", view.query())));
    let building = RwSignal::new(false);
    let items = Memo::new(move |_| {
        poll.state.read().data.as_ref().map(|page| page.items.clone()).unwrap_or_default()
    });
    let total = Memo::new(move |_| poll.state.read().data.as_ref().map_or(0, |page| page.total));
    let loaded = Memo::new(move |_| poll.state.read().data.is_some());
    let stale = Memo::new(move |_| poll.state.read().error.is_some());
    let stage = Memo::new(move |_| ListStage::of(&poll.state.read(), |page| page.items.is_empty()));
    let quick = move |text: String| {
        let view = shown.get_untracked();
        let mut filters: Vec<Filter> =
            view.filters.iter().filter(|filter| !is_quick(filter)).cloned().collect();
        let element = FilterProperty {
            operator: "like".to_owned(),
            property_name: "job_name".to_owned(),
            operand: text,
        };
        filters.extend(Filter::parse(&element).ok());
        show(view.with_filters(filters));
    };
    view! {
        <div class="page">
            <header class="page__header">
                <h1>{t!(i18n, history.title)}</h1>
            </header>
            <div class="toolbar">
                <div class="search">
                    <IconView icon=Icon::Search />
                    <input
                        type="search"
                        class="input"
                        aria-label=move || t_string!(i18n, history.quick)
                        placeholder=move || t_string!(i18n, history.quick)
                        prop:value=move || shown.read().filters.iter().find(|filter| is_quick(filter)).map(|filter| filter.operand.clone()).unwrap_or_default()
                        on:change=move |event| quick(event_target_value(&event))
                    />
                </div>
                <button type="button" class="button" aria-expanded=move || building.get().to_string() on:click=move |_| building.update(|open| *open = !*open)>
                    <IconView icon=Icon::Filter />
                    {t!(i18n, history.add_filter)}
                </button>
            </div>
            <Show when=move || building.get()>
                <FilterBuilder
                    on_add=Callback::new(move |filter| {
                        building.set(false);
                        let view = shown.get_untracked();
                        let mut filters = view.filters.clone();
                        filters.push(filter);
                        show(view.with_filters(filters));
                    })
                    on_close=Callback::new(move |()| building.set(false))
                />
            </Show>
            <Show when=move || !shown.read().filters.is_empty()>
                <FilterChips shown on_show=Callback::new(show) />
            </Show>
            <Show when=move || loaded.get() && stale.get()>
                <p class="notice notice--bad" role="status">
                    <IconView icon=Icon::Alert />
                    <Stale as_of=Signal::derive(move || poll.state.read().as_of) />
                </p>
            </Show>
            <ListView
                stage
                what=Signal::derive(move || t_string!(i18n, history.loading).to_owned())
                on_retry=Callback::new(move |()| poll.refresh())
                empty=move || if shown.read().filters.is_empty() {
                    view! {
                        <EmptyState icon=Icon::History text=Signal::derive(move || t_string!(i18n, history.empty).to_owned())>
                            <a class="button button--primary" href=href("/workflows")>{t!(i18n, history.to_workflows)}</a>
                        </EmptyState>
                    }
                    .into_any()
                } else {
                    view! {
                        <EmptyState icon=Icon::Search text=Signal::derive(move || t_string!(i18n, history.empty_search).to_owned())>
                            <button type="button" class="button" on:click=move |_| show(shown.get_untracked().with_filters(Vec::new()))>{t!(i18n, history.clear_filters)}</button>
                        </EmptyState>
                    }
                    .into_any()
                }
            >
                <JobTable items />
            </ListView>
            <Show when=move || loaded.get()>
                <div class="history__foot">
                    <label class="history__size">
                        <span>{t!(i18n, common.page.size)}</span>
                        <select
                            class="input"
                            on:change=move |event| {
                                let view = shown.get_untracked();
                                let page_size = event_target_value(&event).parse().unwrap_or(PAGE_SIZES[0]);
                                show(HistoryView { page: 1, page_size, ..view });
                            }
                        >
                            {PAGE_SIZES
                                .into_iter()
                                .map(|size| view! { <option value=size.to_string() selected=move || shown.read().page_size == size>{size}</option> })
                                .collect_view()}
                        </select>
                    </label>
                    <Pager
                        page=Signal::derive(move || shown.read().page)
                        page_size=Signal::derive(move || shown.read().page_size)
                        total
                        on_page=Callback::new(move |page| show(HistoryView { page, ..shown.get_untracked() }))
                    />
                </div>
            </Show>
        </div>
    }
}

/// The applied filters, each with the way to take it off.
#[component]
fn FilterChips(shown: Memo<HistoryView>, on_show: Callback<HistoryView>) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let operand = move |filter: &Filter| match filter.property {
        Property::Status => filter
            .operands()
            .into_iter()
            .map(|word| status_label(i18n, &word.into()))
            .collect::<Vec<_>>()
            .join(", "),
        Property::StartedAt | Property::EndedAt => filter
            .operands()
            .into_iter()
            .map(|time| format_time(time, preferences.time.get()))
            .collect::<Vec<_>>()
            .join(" – "),
        Property::Duration if filter.operator.takes_operand() => {
            format!("{} s", filter.operands().join(" – "))
        }
        _ => filter.operand.clone(),
    };
    let remove = move |index: usize| {
        let view = shown.get_untracked();
        let mut filters = view.filters.clone();
        filters.remove(index);
        on_show.run(view.with_filters(filters));
    };
    view! {
        <ul class="filters" aria-label=move || t_string!(i18n, history.applied)>
            {move || {
                shown
                    .get()
                    .filters
                    .into_iter()
                    .enumerate()
                    .map(|(index, filter)| {
                        let text = format!(
                            "{} {} {}",
                            property_label(i18n, filter.property),
                            operator_label(i18n, filter.operator),
                            if filter.operator.takes_operand() { operand(&filter) } else { String::new() },
                        );
                        let name = text.clone();
                        view! {
                            <li class="filters__chip">
                                <span>{text}</span>
                                <button
                                    type="button"
                                    class="button button--icon button--tiny"
                                    aria-label=move || t_string!(i18n, history.remove_filter, name = name.clone())
                                    on:click=move |_| remove(index)
                                >
                                    <IconView icon=Icon::Close />
                                </button>
                            </li>
                        }
                    })
                    .collect_view()
            }}
            <li>
                <button type="button" class="button button--quiet" on:click=move |_| on_show.run(shown.get_untracked().with_filters(Vec::new()))>
                    {t!(i18n, history.clear_filters)}
                </button>
            </li>
        </ul>
    }
}

/// Says how old the data is while newer cannot be had.
#[component]
fn Stale(as_of: Signal<f64>) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    move || {
        let time = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(as_of.get())).to_iso_string();
        t_string!(i18n, common.stale, time = format_time(&String::from(time), preferences.time.get()))
    }
}

fn is_quick(filter: &Filter) -> bool {
    filter.property == Property::JobName && filter.operator == wire::history::Operator::Like
}
