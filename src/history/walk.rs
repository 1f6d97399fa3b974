//! Everything that filters let through, page after page: by cursors, so that nothing is left out or met twice while runs come
//! and go; by numbers where a service has no cursors.

use wire::Job;
use wire::history::Filter;

use super::address::HistoryView;
use crate::api::{Api, ApiError, JobSearch};

/// The most that the API answers at a time.
const PAGE_SIZE: u32 = 200;

pub(super) struct Walk {
    api: Api,
    search: JobSearch,
    is_over: bool,
}

impl Walk {
    pub(super) fn new(api: Api, view: &HistoryView, further: Option<Filter>) -> Self {
        let mut filters = view.filters(js_sys::Date::now() as i64);
        filters.extend(further);
        let search = JobSearch {
            filters,
            sort: view.sort,
            ascending: view.ascending,
            page_no: 1,
            page_size: PAGE_SIZE,
            ..JobSearch::default()
        };
        Self { api, search, is_over: false }
    }

    /// The next runs, none of which may match; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Job>>, ApiError> {
        if self.is_over {
            return Ok(None);
        }
        let page = self.api.search_jobs(&self.search).await?;
        match (page.next, page.here) {
            (Some(next), _) => self.search.cursor = next,
            (None, None) if page.items.len() as u64 == u64::from(PAGE_SIZE) => self.search.page_no += 1,
            (None, _) => self.is_over = true,
        }
        Ok(Some(page.items))
    }
}
