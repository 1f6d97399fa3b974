//! Where in the list one is, and the way on: by cursors, so that nothing jumps while runs come and go; by numbers where the
//! service has no cursors.

use leptos::prelude::*;

use super::address::{HistoryView, PAGE_SIZES};
use super::search::Search;
use super::words::count;
use crate::i18n::*;
use crate::ui::time::format_time;
use crate::ui::{Icon, IconView, use_preferences};

/// Where the two neighbours of the page begin, and whether they are there.
#[derive(Clone, Debug, Default, PartialEq)]
struct Neighbours {
    previous: Option<String>,
    next: Option<String>,
    shown: u64,
    searched_to: Option<String>,
}

#[component]
pub(super) fn Pages(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let total = search.total();
    let neighbours = Memo::new(move |_| {
        let state = search.poll.state.read();
        let Some(answer) = &state.data else { return Neighbours::default() };
        let (page, view) = (&answer.page, &answer.view);
        let shown = page.items.len() as u64;
        if page.here.is_none() && page.next.is_none() && page.searched_to.is_none() {
            // No cursors: a service that pages by numbers only.
            let seen = u64::from(view.page.saturating_sub(1)) * u64::from(view.page_size) + shown;
            let next = (seen < page.total).then(String::new);
            return Neighbours {
                previous: (view.page > 1).then(String::new),
                next,
                shown,
                searched_to: None,
            };
        }
        // New runs before the first page are what its notice is for.
        let previous = page.previous.clone().filter(|_| !view.at.is_empty());
        Neighbours { previous, next: page.next.clone(), shown, searched_to: page.searched_to.clone() }
    });
    let go = move |at: String, page: u32| {
        search.show.run(HistoryView { at, page, ..search.shown.get_untracked() })
    };
    let range = move || {
        let view = search.shown.read();
        let (total, is_at_least) = total.get();
        let shown = neighbours.read().shown;
        let first = u64::from(view.page.saturating_sub(1)) * u64::from(view.page_size) + u64::from(shown > 0);
        let last = (first + shown).saturating_sub(1);
        t_string!(
            i18n,
            common.page.of,
            first = count(first, false),
            last = count(last, false),
            total = count(total.max(last), is_at_least)
        )
    };
    view! {
        <div class="history__foot">
            <label class="history__size">
                <span>{t!(i18n, common.page.size)}</span>
                <select
                    class="input"
                    on:change=move |event| {
                        let page_size = event_target_value(&event).parse().unwrap_or(PAGE_SIZES[0]);
                        search.show.run(HistoryView { page_size, ..search.shown.get_untracked().at_start() });
                    }
                >
                    {PAGE_SIZES
                        .into_iter()
                        .map(|size| view! { <option value=size.to_string() selected=move || search.shown.read().page_size == size>{size}</option> })
                        .collect_view()}
                </select>
            </label>
            {move || neighbours.read().searched_to.clone().map(|to| view! {
                <span class="history__reach" role="status">
                    {t_string!(i18n, history.searched_to, time = format_time(&to, preferences.time.get()))}
                </span>
            })}
            <nav class="pager" aria-label=move || t_string!(i18n, common.page.label)>
                <span class="pager__count">{range}</span>
                <Show when=move || { let view = search.shown.read(); view.page > 1 || !view.at.is_empty() }>
                    <button type="button" class="button" on:click=move |_| search.show_newest()>{t!(i18n, history.first_page)}</button>
                </Show>
                <button
                    type="button"
                    class="button button--icon"
                    aria-label=move || t_string!(i18n, common.page.previous)
                    disabled=move || neighbours.read().previous.is_none()
                    on:click=move |_| if let Some(at) = neighbours.get_untracked().previous {
                        go(at, search.shown.read_untracked().page.saturating_sub(1).max(1));
                    }
                >
                    <IconView icon=Icon::ChevronLeft />
                </button>
                <button
                    type="button"
                    class="button button--icon"
                    data-page="next"
                    aria-label=move || t_string!(i18n, common.page.next)
                    disabled=move || neighbours.read().next.is_none()
                    on:click=move |_| if let Some(at) = neighbours.get_untracked().next {
                        go(at, search.shown.read_untracked().page.saturating_add(1));
                    }
                >
                    <IconView icon=Icon::ChevronRight />
                </button>
            </nav>
        </div>
    }
}
