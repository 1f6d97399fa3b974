//! Above the plot: what the colours mean, what the critical path spent its time with, and the ways to zoom.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::axis::View;
use super::board::Board;
use super::chart::BarKind;
use super::critical::shares;
use super::words::kind_label;
use crate::i18n::*;
use crate::ui::time::format_duration;
use crate::ui::{Icon, IconView};

/// How much nearer one press of a button or key goes.
pub(super) const STEP: f64 = 1.6;

#[component]
pub(super) fn Legend(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let kinds = Memo::new(move |_| {
        let chart = board.chart.read();
        let bars = chart.rows.iter().flat_map(|row| &row.bars);
        bars.map(|bar| bar.kind).collect::<BTreeSet<BarKind>>()
    });
    let path = Memo::new(move |_| {
        let chart = board.chart.read();
        let shares = shares(chart.rows.iter().map(|row| &**row), board.now.get());
        let all = format_duration(shares.iter().map(|(_, time)| time).sum());
        let parts: Vec<String> = shares
            .iter()
            .map(|(kind, time)| format!("{} {}", kind_label(i18n, *kind), format_duration(*time)))
            .collect();
        (!parts.is_empty()).then(|| (all, parts.join(" · ")))
    });
    view! {
        <div class="timeline__legend">
            <ul class="timeline__kinds">
                {move || kinds
                    .get()
                    .into_iter()
                    .map(|kind| view! {
                        <li>
                            <svg class="timeline__swatch" width="20" height="12" aria-hidden="true">
                                <rect class=format!("timeline__bar timeline__bar--{}", kind.as_str()) x="1" y="1" width="18" height="10" rx="3" />
                            </svg>
                            {move || kind_label(i18n, kind)}
                        </li>
                    })
                    .collect_view()}
                {move || path.get().map(|(all, parts)| view! {
                    <li class="timeline__path">
                        <span class="timeline__swatch timeline__swatch--critical" aria-hidden="true"></span>
                        <span><strong>{t!(i18n, runs.timeline.critical)} " " {all}</strong> <span class="muted">" = " {parts}</span></span>
                    </li>
                })}
            </ul>
            <div class="timeline__zoom" role="group" aria-label=move || t_string!(i18n, runs.timeline.zoom)>
                <button type="button" class="button button--icon" aria-label=move || t_string!(i18n, runs.timeline.zoom_out) title=move || t_string!(i18n, runs.timeline.zoom_out) disabled=move || board.view.get() == View::Whole on:click=move |_| board.zoom_middle(1.0 / STEP)>
                    <IconView icon=Icon::ZoomOut />
                </button>
                <button type="button" class="button button--icon" aria-label=move || t_string!(i18n, runs.timeline.zoom_in) title=move || t_string!(i18n, runs.timeline.zoom_in) on:click=move |_| board.zoom_middle(STEP)>
                    <IconView icon=Icon::ZoomIn />
                </button>
                <button type="button" class="button button--icon" aria-label=move || t_string!(i18n, runs.timeline.whole) title=move || t_string!(i18n, runs.timeline.whole) disabled=move || board.view.get() == View::Whole on:click=move |_| board.view.set(View::Whole)>
                    <IconView icon=Icon::Fit />
                </button>
            </div>
        </div>
    }
}
