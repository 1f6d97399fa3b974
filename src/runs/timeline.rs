//! The timeline of a run: what each task's time went into, drawn while it goes on.
//!
//! What is drawn where is computed by the pure modules here (`chart`, `critical`, `axis`, `draw`); the others turn it into
//! elements and browser events into calls of these.

mod axis;
mod board;
mod chart;
mod critical;
mod draw;
mod hands;
mod legend;
mod moment;
mod plot;
mod row;
mod words;

use std::collections::HashSet;
use std::sync::Arc;

use leptos::prelude::*;
use leptos_use::use_media_query;
use wire::Status;

use self::board::Board;
pub(super) use self::chart::{Bar, BarKind, Chart, Row};
pub(super) use self::critical::shares;
use self::legend::Legend;
pub(super) use self::moment::{milliseconds, rfc3339};
use self::plot::Plot;
pub(super) use self::words::kind_label;
use super::model::Attention;
use super::run::Run;
use crate::i18n::*;
use crate::ui::time::use_now;

/// The chart of what is known of the run.
pub(super) fn use_chart(run: Run) -> Memo<Arc<Chart>> {
    Memo::new(move |_| {
        let document = run.document.read();
        let at_fault = at_fault(&run.attention.read());
        Arc::new(run.with(|status| Chart::of(document.as_deref(), status, &at_fault)).unwrap_or_default())
    })
}

/// The ids of the tasks whose fault waits for somebody.
pub(super) fn at_fault(attention: &[Attention]) -> HashSet<String> {
    let faults = attention.iter().filter(|one| one.status == Status::Faulted);
    faults.map(|one| one.task_id.clone()).collect()
}

#[component]
pub(super) fn Timeline(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let chart = use_chart(run);
    let clock = use_now();
    // Of a run that is over nothing moves any more.
    let now = Memo::new(move |_| {
        let chart = chart.read();
        chart.to.unwrap_or_else(|| clock.get().max(chart.from))
    });
    let board = Board::new(run, chart, now, use_media_query("(max-width: 760px)"));
    let omitted = Memo::new(move |_| run.with(|status| status.tasks_omitted).unwrap_or_default());
    view! {
        <section class="timeline" aria-label=move || t_string!(i18n, runs.tab.timeline)>
            <Legend board />
            {move || {
                let number = omitted.get();
                (number > 0).then(|| view! { <p class="muted timeline__omitted">{t_string!(i18n, runs.tasks_omitted, number = number)}</p> })
            }}
            <Plot board />
        </section>
    }
}
