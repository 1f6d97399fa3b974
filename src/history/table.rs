//! The runs of one page: headers sort and are dragged to another width, rows are chosen for what is done to several.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wire::{Job, Permission};

use super::columns::Column;
use super::row::JobRow;
use super::search::Search;
use super::words::column_label;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::time::use_now;

/// Pixels that an arrow key moves a border by.
const STEP: u32 = 16;

#[component]
pub(super) fn JobTable(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let may_act = use_api().may(Permission::Operate);
    let now = use_now();
    let items = search.items;
    let is_behind = search.is_behind();
    let all_chosen = Memo::new(move |_| {
        let (items, selected) = (items.read(), search.selected.read());
        !items.is_empty() && items.iter().all(|job| selected.contains_key(&job.job_name))
    });
    let some_chosen = Memo::new(move |_| {
        let (items, selected) = (items.read(), search.selected.read());
        items.iter().any(|job| selected.contains_key(&job.job_name))
    });
    let choose_all = move |on: bool| {
        search.selected.update(|selected| {
            for job in items.read_untracked().iter() {
                if on {
                    selected.insert(job.job_name.clone(), job.clone());
                } else {
                    selected.remove(&job.job_name);
                }
            }
        });
    };
    // The last column takes what is left; below the sum of all widths the table scrolls.
    let least = move || {
        let widths = search.widths.read();
        let sum: u32 = search.columns.read().iter().map(|column| widths.of(*column)).sum();
        format!("{}px", sum + 44)
    };
    view! {
        <div class="table-frame grid-frame" aria-busy=move || is_behind.get().to_string()>
            <table class="table table--cards grid" style:min-width=least>
                <colgroup>
                    <Show when=move || may_act.get()><col style="width: 44px" /></Show>
                    {move || {
                        let columns = search.columns.get();
                        let last = columns.len().saturating_sub(1);
                        columns
                            .into_iter()
                            .enumerate()
                            .map(|(place, column)| view! { <col style:width=move || if place == last { "auto".to_owned() } else { format!("{}px", search.widths.read().of(column)) } /> })
                            .collect_view()
                    }}
                </colgroup>
                <thead>
                    <tr>
                        <Show when=move || may_act.get()>
                            <th class="grid__check" scope="col">
                                <input
                                    type="checkbox"
                                    class="checkbox"
                                    aria-label=move || t_string!(i18n, history.bulk.choose_page)
                                    prop:checked=move || all_chosen.get()
                                    prop:indeterminate=move || some_chosen.get() && !all_chosen.get()
                                    on:change=move |event| choose_all(event_target_checked(&event))
                                />
                            </th>
                        </Show>
                        {move || search.columns.get().into_iter().map(|column| view! { <Header search column /> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    <For each=move || items.get() key=|job| job.job_name.clone() let:job>
                        {
                            let job = followed(items, job);
                            view! { <JobRow search job now may_act /> }
                        }
                    </For>
                </tbody>
            </table>
        </div>
    }
}

/// The run as the newest answer has it.
fn followed(items: Memo<Vec<Job>>, job: Job) -> Memo<Job> {
    let name = job.job_name.clone();
    Memo::new(move |_| {
        items.read().iter().find(|one| one.job_name == name).cloned().unwrap_or_else(|| job.clone())
    })
}

#[component]
fn Header(search: Search, column: Column) -> impl IntoView {
    let i18n = use_i18n();
    let label = move || column_label(i18n, column);
    let order = Memo::new(move |_| {
        let shown = search.shown.read();
        (column.sort() == Some(shown.sort)).then_some(shown.ascending)
    });
    let aria_sort = move || match order.get() {
        Some(true) => Some("ascending"),
        Some(false) => Some("descending"),
        None => None,
    };
    let arrow = move || match order.get() {
        Some(true) => "↑",
        Some(false) => "↓",
        None => "",
    };
    let content = match column.sort() {
        Some(sort) => view! {
            <button type="button" class="grid__sort" on:click=move |_| search.show.run(search.shown.get_untracked().sorted_by(sort))>
                <span>{label}</span>
                <span class="grid__arrow" aria-hidden="true">{arrow}</span>
            </button>
        }
        .into_any(),
        None => view! { <span class="grid__label">{label}</span> }.into_any(),
    };
    view! {
        <th scope="col" data-col=column.as_str() aria-sort=aria_sort>
            {content}
            <Border search column />
        </th>
    }
}

/// The border between two columns: dragged, or moved by the arrow keys.
#[component]
fn Border(search: Search, column: Column) -> impl IntoView {
    let i18n = use_i18n();
    // Where the drag began, and how wide the column was then.
    let drag = StoredValue::new(None::<(i32, u32)>);
    let begin = move |event: ev::PointerEvent| {
        event.prevent_default();
        let Some(border) =
            event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        else {
            return;
        };
        let drawn = border.parent_element().map(|header| header.get_bounding_client_rect().width());
        let width = drawn.map_or(column.usual_width(), |width| width as u32);
        drag.set_value(Some((event.client_x(), width)));
        // Without capture the drag ends where the pointer leaves the border, which is harmless.
        let _ = border.set_pointer_capture(event.pointer_id());
    };
    let go_on = move |event: ev::PointerEvent| {
        if let Some((from, width)) = drag.get_value() {
            search.resize(column, width.saturating_add_signed(event.client_x() - from));
        }
    };
    let end = move |_: ev::PointerEvent| {
        if drag.get_value().is_some() {
            drag.set_value(None);
            search.remember_widths();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let width = search.widths.read_untracked().of(column);
        let width = match event.key().as_str() {
            "ArrowLeft" => width.saturating_sub(STEP),
            "ArrowRight" => width + STEP,
            "Home" => column.usual_width(),
            _ => return,
        };
        event.prevent_default();
        search.resize(column, width);
        search.remember_widths();
    };
    view! {
        <span
            class="grid__border"
            role="separator"
            aria-orientation="vertical"
            tabindex="0"
            aria-label=move || t_string!(i18n, history.resize, name = column_label(i18n, column))
            aria-valuenow=move || search.widths.read().of(column).to_string()
            on:pointerdown=begin
            on:pointermove=go_on
            on:pointerup=end
            on:pointercancel=end
            on:dblclick=move |_| {
                search.resize(column, column.usual_width());
                search.remember_widths();
            }
            on:keydown=on_key
        ></span>
    }
}
