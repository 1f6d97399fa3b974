//! How many approvals wait, beside the name of the page.

use std::time::Duration;

use leptos::prelude::*;

use super::inbox::count_waiting;
use crate::api::{use_api, use_poll};
use crate::i18n::*;
use crate::ui::decision::use_desk;

const INTERVAL: Duration = Duration::from_secs(10);

/// The newest count. A context of the app, so that it does not vanish with each page that is left.
#[derive(Clone, Copy)]
pub struct WaitingCount(RwSignal<usize>);

impl WaitingCount {
    pub fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// What the approvals page knows better and sooner.
    pub(super) fn set(&self, count: usize) {
        if self.0.get_untracked() != count {
            self.0.set(count);
        }
    }
}

impl Default for WaitingCount {
    fn default() -> Self {
        Self::new()
    }
}

#[component]
pub fn WaitingCountBadge() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let count = expect_context::<WaitingCount>();
    let desk = use_desk();
    let poll = use_poll(
        move || {
            desk.track();
            count_waiting(api)
        },
        |_| Some(INTERVAL),
    );
    Effect::new(move |_| {
        if let Some(now) = poll.state.read().data {
            count.set(now);
        }
    });
    view! {
        <Show when=move || { count.0.get() > 0 }>
            <span class="sidebar__count" title=move || t_string!(i18n, approvals.count, count = count.0.get())>
                {move || count.0.get()}
            </span>
        </Show>
    }
}
