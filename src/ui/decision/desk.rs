//! What outlives one decision dialog: comments that were begun, and the news that something was decided.

use std::collections::HashMap;

use leptos::prelude::*;

/// A context of the app.
#[derive(Clone, Copy)]
pub struct Desk {
    news: RwSignal<u32>,
    /// Comments that were typed and not sent, by the visit of their gate.
    drafts: StoredValue<HashMap<String, String>>,
}

impl Desk {
    pub fn new() -> Self {
        Self { news: RwSignal::new(0), drafts: StoredValue::new(HashMap::new()) }
    }

    /// Gates have come or gone: whoever counts them counts again.
    pub fn tell(&self) {
        self.news.update(|count| *count = count.wrapping_add(1));
    }

    /// Makes whoever calls it run again with the next news.
    pub fn track(&self) {
        self.news.track();
    }

    pub(super) fn draft(&self, visit: &str) -> String {
        self.drafts.with_value(|drafts| drafts.get(visit).cloned().unwrap_or_default())
    }

    pub(super) fn keep(&self, visit: &str, comment: String) {
        self.drafts.update_value(|drafts| {
            if comment.is_empty() {
                drafts.remove(visit);
            } else {
                drafts.insert(visit.to_owned(), comment);
            }
        });
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

pub fn use_desk() -> Desk {
    expect_context()
}
