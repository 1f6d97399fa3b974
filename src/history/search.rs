//! What the page asks for and what came: the URL's view, the answer to it, what is selected, which columns are there.

use std::collections::BTreeMap;
use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wire::Job;
use wire::history::{Counted, JobPage};

use super::address::{HistoryView, Parameters};
use super::columns::{Column, Widths};
use crate::api::{Api, ApiError, JobSearch, Poll, use_api, use_poll};
use crate::ui::link::{go, replace};
use crate::ui::preferences::{store, stored};

const COLUMNS_KEY: &str = "mas.history.columns";
const WIDTHS_KEY: &str = "mas.history.widths";
const INTERVAL: Duration = Duration::from_secs(4);
/// For a search that the service has to look for.
const LONG_INTERVAL: Duration = Duration::from_secs(20);
/// A search that has a bound is gone on with so often before the page shows what there is so far.
const STEPS: u32 = 12;

/// A page that came, and what it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) view: HistoryView,
    pub(super) page: JobPage,
    steps: u32,
}

#[derive(Clone, Copy)]
pub(super) struct Search {
    pub(super) shown: Memo<HistoryView>,
    pub(super) show: Callback<HistoryView>,
    /// Without a new entry in the browser's history: for what is typed.
    pub(super) show_quietly: Callback<HistoryView>,
    pub(super) poll: Poll<Answer>,
    pub(super) items: Memo<Vec<Job>>,
    pub(super) columns: Memo<Vec<Column>>,
    pub(super) widths: RwSignal<Widths>,
    /// By their names, as they were when they were chosen; they stay chosen on other pages.
    pub(super) selected: RwSignal<BTreeMap<String, Job>>,
    own_columns: RwSignal<Vec<Column>>,
    held: RwSignal<Option<(HistoryView, String)>>,
}

pub(super) fn use_search() -> Search {
    let api = use_api();
    let query = use_query_map();
    let shown = Memo::new(move |_| {
        let query = query.read();
        HistoryView::read(&Parameters {
            filters: query.get_all("f").unwrap_or_default(),
            sort: query.get("sort"),
            columns: query.get("columns"),
            at: query.get("at"),
            page: query.get("page"),
            page_size: query.get("size"),
        })
    });
    // The first page is held where it was when it was opened: what is new is counted, and shown when it is asked for.
    let held = RwSignal::new(None::<(HistoryView, String)>);
    let poll = use_poll(
        move || {
            let view = shown.get();
            let cursor = match held.get_untracked() {
                Some((of, cursor)) if of == view => cursor,
                _ => view.at.clone(),
            };
            async move {
                let answer = ask(api, view, cursor).await?;
                if let Some(here) = answer.page.here.clone().filter(|_| answer.view.at.is_empty()) {
                    let _ = held.try_update(|held| {
                        if held.as_ref().is_none_or(|(of, _)| *of != answer.view) {
                            *held = Some((answer.view.clone(), here));
                        }
                    });
                }
                Ok(answer)
            }
        },
        |answer: &Answer| Some(if answer.steps > 1 { LONG_INTERVAL } else { INTERVAL }),
    );
    let items = Memo::new(move |_| {
        poll.state.read().data.as_ref().map(|answer| answer.page.items.clone()).unwrap_or_default()
    });
    let remembered = stored(COLUMNS_KEY).as_deref().and_then(Column::read_all);
    let own_columns = RwSignal::new(remembered.unwrap_or_else(|| Column::USUAL.to_vec()));
    let columns = Memo::new(move |_| shown.read().columns.clone().unwrap_or_else(|| own_columns.get()));
    let (go, replace) = (StoredValue::new(go()), StoredValue::new(replace()));
    let path = |view: &HistoryView| format!("/runs{}", view.query());
    Search {
        shown,
        show: Callback::new(move |view| go.with_value(|go| go(&path(&view)))),
        show_quietly: Callback::new(move |view| replace.with_value(|replace| replace(&path(&view)))),
        poll,
        items,
        columns,
        widths: RwSignal::new(Widths::read(&stored(WIDTHS_KEY).unwrap_or_default())),
        selected: RwSignal::new(BTreeMap::new()),
        own_columns,
        held,
    }
}

async fn ask(api: Api, view: HistoryView, cursor: String) -> Result<Answer, ApiError> {
    let mut search = JobSearch {
        filters: view.filters(js_sys::Date::now() as i64),
        sort: view.sort,
        ascending: view.ascending,
        cursor,
        page_no: view.page,
        page_size: view.page_size,
        histogram: None,
    };
    let mut page = api.search_jobs(&search).await?;
    let mut steps = 1;
    while steps < STEPS && page.searched_to.is_some() && (page.items.len() as u64) < u64::from(view.page_size)
    {
        let Some(next) = page.next.clone() else { break };
        search.cursor = next;
        search.page_size =
            view.page_size.saturating_sub(u32::try_from(page.items.len()).unwrap_or(u32::MAX)).max(1);
        let more = api.search_jobs(&search).await?;
        steps += 1;
        page.items.extend(more.items);
        page.here = page.here.or(more.here);
        page.next = more.next;
        page.searched_to = more.searched_to;
    }
    Ok(Answer { view, page, steps })
}

impl Search {
    /// Shows what came since the first page was opened.
    pub(super) fn show_newest(&self) {
        self.held.set(None);
        if self.shown.read_untracked().at.is_empty() {
            self.poll.refresh();
        } else {
            self.show.run(self.shown.get_untracked().at_start());
        }
    }

    /// Asks anew, from the beginning where the page is at the beginning: after an act whose effect should be seen.
    pub(super) fn refresh(&self) {
        self.poll.refresh();
    }

    /// How many runs stand before the page that were not there when it was opened.
    pub(super) fn newer(&self) -> Memo<u64> {
        let poll = self.poll;
        Memo::new(move |_| {
            poll.state.read().data.as_ref().and_then(|answer| answer.page.before).unwrap_or_default()
        })
    }

    /// The number of runs that match, and whether there may be more.
    pub(super) fn total(&self) -> Memo<(u64, bool)> {
        let poll = self.poll;
        Memo::new(move |_| {
            let state = poll.state.read();
            state.data.as_ref().map_or((0, false), |answer| {
                (answer.page.total, answer.page.total_is == Some(Counted::AtLeast))
            })
        })
    }

    /// What is drawn is not yet what the URL says.
    pub(super) fn is_behind(&self) -> Memo<bool> {
        let (poll, shown) = (self.poll, self.shown);
        Memo::new(move |_| {
            let state = poll.state.read();
            state.data.as_ref().is_some_and(|answer| answer.view != *shown.read())
        })
    }

    /// Shows these columns, now and when the page is opened again.
    pub(super) fn choose_columns(&self, columns: Vec<Column>) {
        store(COLUMNS_KEY, &Column::write_all(&columns));
        let is_usual = columns == Column::USUAL;
        self.own_columns.set(columns.clone());
        let view = HistoryView { columns: (!is_usual).then_some(columns), ..self.shown.get_untracked() };
        self.show_quietly.run(view);
    }

    pub(super) fn resize(&self, column: Column, width: u32) {
        self.widths.update(|widths| widths.set(column, width));
    }

    pub(super) fn remember_widths(&self) {
        store(WIDTHS_KEY, &self.widths.read_untracked().write());
    }
}
