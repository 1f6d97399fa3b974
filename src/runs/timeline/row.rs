//! One row of the timeline: a task's name, and its bars as one picture.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use super::board::Board;
use super::chart::Row;
use super::draw::{Drawing, Label, drawing};
use super::words::row_words;
use crate::i18n::*;
use crate::ui::time::format_duration;
use crate::ui::use_preferences;

/// The `id` of a row's element: the plot names by it where the keyboard is.
pub(super) fn row_id(index: usize) -> String {
    format!("timeline-row-{index}")
}

#[component]
pub(super) fn RowView(board: Board, index: usize) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let row = Memo::new(move |before: Option<&Arc<Row>>| {
        // A row that has just left the chart keeps its last look until it is taken away.
        board.chart.read().rows.get(index).or(before).cloned().unwrap_or_default()
    });
    let drawn = Memo::new(move |_| {
        let row = row.read();
        // What is over does not move with the clock.
        let now = if row.is_open() { board.now.get() } else { 0.0 };
        drawing(&row, board.scale.get(), now, board.bar())
    });
    let words = Memo::new(move |_| row_words(i18n, &row.read(), preferences.time.get()));
    let selected = Memo::new(move |_| {
        board.run.selected.read().as_ref().is_some_and(|selected| selected.pointer == row.read().pointer)
    });
    let active = Memo::new(move |_| board.active_index.get() == Some(index));
    let place = move || {
        let height = board.row_height();
        format!("top:{}px;height:{height}px;--depth:{}", index as f64 * height, row.read().depth.min(10))
    };
    view! {
        <div
            id=row_id(index)
            class="timeline__row"
            class:timeline__row--box=move || row.read().is_box
            class:timeline__row--idle=move || row.read().bars.is_empty()
            class:timeline__row--not-taken=move || row.read().not_taken
            class:timeline__row--selected=move || selected.get()
            class:timeline__row--active=move || active.get()
            style=place
            role="treeitem"
            aria-label=move || words.get()
            attr:aria-level=move || (row.read().depth + 1).to_string()
            aria-selected=move || selected.get().to_string()
            aria-posinset=(index + 1).to_string()
            aria-setsize=move || board.chart.read().rows.len().to_string()
            data-pointer=move || row.read().pointer.clone()
            data-status=move || row.read().leading().map(|bar| bar.status.as_str().to_owned())
            data-bars=move || kinds(&drawn.read())
            on:click=move |event: ev::MouseEvent| {
                // A pointer's press was understood by the plot; this is an activation by other means.
                if event.detail() == 0 {
                    board.select(index, None);
                }
            }
        >
            <span class="timeline__name">
                <span class="timeline__title">{move || row.read().name.clone()}</span>
                <span class="timeline__what muted">{move || row.read().what.clone()}</span>
            </span>
            <svg class="timeline__bars" aria-hidden="true" focusable="false">
                {move || {
                    let Drawing { strips, critical, label } = drawn.get();
                    view! {
                        {strips
                            .into_iter()
                            .map(|strip| view! { <path class=format!("timeline__bar timeline__bar--{}", strip.kind.as_str()) d=strip.path /> })
                            .collect_view()}
                        {critical.map(|path| view! { <path class="timeline__critical" d=path /> })}
                        {label.map(|label| label_view(&label, board.bar()))}
                    }
                }}
            </svg>
        </div>
    }
}

fn label_view(label: &Label, (top, height): (f64, f64)) -> impl IntoView + use<> {
    view! {
        <text class="timeline__length" x=format!("{:.1}", label.x) y=top + height / 2.0 + 4.0 text-anchor=if label.is_before { "end" } else { "start" }>
            {format_duration(label.duration)}
        </text>
    }
}

/// The kinds of bars that are seen, for styles and tests.
fn kinds(drawing: &Drawing) -> String {
    drawing.strips.iter().map(|strip| strip.kind.as_str()).collect::<Vec<_>>().join(" ")
}
