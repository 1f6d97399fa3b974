//! How many runs began when, and how many of them are at fault; a stretch of it is brushed to look at its runs alone.

mod bars;

use std::time::Duration;

use leptos::prelude::*;
use leptos::{ev, html};
use wire::history::{Histogram, Operator, Property};

use self::bars::{moment, ordered, shapes, span};
use super::address::{Clause, HistoryView, SPANS};
use super::search::Search;
use super::words::{count, moment_label};
use crate::api::{JobSearch, use_api, use_poll};
use crate::i18n::*;
use crate::ui::time::format_time;
use crate::ui::use_preferences;

const PARTS: u32 = 96;
const INTERVAL: Duration = Duration::from_secs(15);

#[component]
pub(super) fn HistogramCard(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let preferences = use_preferences();
    // The order and the page are nothing to it.
    let clauses = Memo::new(move |_| search.shown.read().clauses.clone());
    let poll = use_poll(
        move || {
            let view = HistoryView { clauses: clauses.get(), ..HistoryView::default() };
            async move {
                let filters = view.filters(js_sys::Date::now() as i64);
                let asked = JobSearch {
                    filters,
                    page_no: 1,
                    page_size: 1,
                    histogram: Some(PARTS),
                    ..JobSearch::default()
                };
                Ok(api.search_jobs(&asked).await?.histogram)
            }
        },
        |_| Some(INTERVAL),
    );
    let histogram = Memo::new(move |_| poll.state.read().data.clone().flatten());
    let brush = RwSignal::new(None::<(usize, usize)>);
    let spans = move || {
        let chosen =
            clauses.read().iter().find(|clause| clause.property == Property::StartedAt).map(|clause| {
                if clause.operator == Operator::Ge { clause.operand.clone() } else { "other".to_owned() }
            });
        chosen.unwrap_or_default()
    };
    let choose_span = move |word: String| {
        let view = search.shown.get_untracked();
        if word.is_empty() {
            let mut clauses = view.clauses.clone();
            clauses.retain(|clause| clause.property != Property::StartedAt);
            search.show.run(view.with_clauses(clauses));
        } else {
            search.show.run(view.with_only(Clause {
                property: Property::StartedAt,
                operator: Operator::Ge,
                operand: word,
            }));
        }
    };
    view! {
        <section class="card histogram" aria-label=move || t_string!(i18n, history.histogram.title)>
            <header class="histogram__head">
                <h2>{t!(i18n, history.histogram.title)}</h2>
                <Readout histogram brush />
                <select class="input histogram__span" aria-label=move || t_string!(i18n, history.histogram.span) on:change=move |event| choose_span(event_target_value(&event))>
                    <option value="" selected=move || spans().is_empty()>{t!(i18n, history.histogram.any_time)}</option>
                    {SPANS
                        .into_iter()
                        .map(|(word, _)| view! {
                            <option value=word selected=move || spans() == word>
                                {move || t_string!(i18n, history.histogram.since, time = moment_label(i18n, word, preferences.time.get()))}
                            </option>
                        })
                        .collect_view()}
                    <Show when=move || { let span = spans(); !span.is_empty() && !SPANS.iter().any(|(word, _)| *word == span) }>
                        <option value="other" selected=true disabled=true>{t!(i18n, history.histogram.chosen)}</option>
                    </Show>
                </select>
            </header>
            <Plot search histogram brush />
            {move || histogram.get().and_then(|histogram| histogram.searched_to).map(|to| view! {
                <p class="muted histogram__reach">{t_string!(i18n, history.histogram.searched_to, time = format_time(&to, preferences.time.get()))}</p>
            })}
        </section>
    }
}

/// What is under the pointer or in the brush, in words; else the whole.
#[component]
fn Readout(histogram: Memo<Option<Histogram>>, brush: RwSignal<Option<(usize, usize)>>) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let text = move || {
        let histogram = histogram.read();
        let Some(histogram) = histogram.as_ref() else { return String::new() };
        let (first, last) = ordered(brush.get()).unwrap_or((0, histogram.buckets.len().saturating_sub(1)));
        let chosen = histogram
            .buckets
            .get(first..=last.min(histogram.buckets.len().saturating_sub(1)))
            .unwrap_or_default();
        let runs: u64 = chosen.iter().map(|bucket| bucket.runs).sum();
        let faulted: Option<u64> = chosen.iter().map(|bucket| bucket.faulted).sum();
        let counts = match faulted {
            Some(faulted) => t_string!(
                i18n,
                history.histogram.counts,
                runs = count(runs, false),
                faulted = count(faulted, false)
            ),
            None => t_string!(i18n, history.histogram.runs, runs = count(runs, false)),
        };
        let Some((from, to)) = span(histogram, first, last) else { return counts };
        let display = preferences.time.get();
        format!("{} – {} · {counts}", format_time(&from, display), format_time(&to, display))
    };
    view! { <p class="histogram__readout" role="status">{text}</p> }
}

#[component]
fn Plot(
    search: Search,
    histogram: Memo<Option<Histogram>>,
    brush: RwSignal<Option<(usize, usize)>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let plot = NodeRef::<html::Div>::new();
    let dragging = StoredValue::new(false);
    let parts = move || histogram.read_untracked().as_ref().map_or(0, |histogram| histogram.buckets.len());
    let under = move |event: &ev::PointerEvent| {
        let rect = plot.get_untracked()?.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
        let last = parts().checked_sub(1)?;
        Some(((share.clamp(0.0, 1.0) * parts() as f64) as usize).min(last))
    };
    let apply = move || {
        let range = ordered(brush.get_untracked());
        let chosen = histogram
            .read_untracked()
            .as_ref()
            .zip(range)
            .and_then(|(histogram, (first, last))| span(histogram, first, last));
        brush.set(None);
        if let Some((from, to)) = chosen {
            let clause = Clause {
                property: Property::StartedAt,
                operator: Operator::Between,
                operand: format!("{from},{to}"),
            };
            search.show.run(search.shown.get_untracked().with_only(clause));
        }
    };
    let begin = move |event: ev::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let (Some(place), Some(plot)) = (under(&event), plot.get_untracked()) {
            event.prevent_default();
            dragging.set_value(true);
            brush.set(Some((place, place)));
            // Without capture a brush ends at the edge of the plot.
            let _ = plot.set_pointer_capture(event.pointer_id());
            let _ = plot.focus();
        }
    };
    let go_on = move |event: ev::PointerEvent| {
        if let Some(place) = under(&event) {
            let anchor =
                brush.get_untracked().filter(|_| dragging.get_value()).map_or(place, |(anchor, _)| anchor);
            brush.set(Some((anchor, place)));
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let last = parts().saturating_sub(1);
        let (anchor, head) = brush.get_untracked().unwrap_or((last, last));
        let head = match event.key().as_str() {
            "ArrowLeft" => head.saturating_sub(1),
            "ArrowRight" => (head + 1).min(last),
            "Home" => 0,
            "End" => last,
            "Enter" => return apply(),
            "Escape" => {
                dragging.set_value(false);
                return brush.set(None);
            }
            _ => return,
        };
        event.prevent_default();
        brush.set(Some((if event.shift_key() { anchor } else { head }, head)));
    };
    let shapes = Memo::new(move |_| histogram.read().as_ref().map(shapes).unwrap_or_default());
    let marked = move || {
        let parts = histogram.read().as_ref().map_or(1, |histogram| histogram.buckets.len().max(1)) as f64;
        let (first, last) = ordered(brush.get())?;
        Some(format!(
            "left: {:.3}%; width: {:.3}%",
            first as f64 / parts * 100.0,
            (last - first + 1) as f64 / parts * 100.0
        ))
    };
    let tick = move |share: f64| {
        let histogram = histogram.read();
        let place = histogram
            .as_ref()
            .and_then(|histogram| moment(histogram, share * histogram.buckets.len() as f64));
        place.map(|time| format_time(&time, preferences.time.get())).unwrap_or_default()
    };
    view! {
        <div
            node_ref=plot
            class="histogram__plot"
            role="group"
            tabindex="0"
            aria-label=move || t_string!(i18n, history.histogram.help)
            title=move || t_string!(i18n, history.histogram.help)
            on:pointerdown=begin
            on:pointermove=go_on
            on:pointerup=move |_| if dragging.get_value() {
                dragging.set_value(false);
                apply();
            }
            on:pointercancel=move |_| {
                dragging.set_value(false);
                brush.set(None);
            }
            on:pointerleave=move |_| if !dragging.get_value() { brush.set(None) }
            on:keydown=on_key
        >
            <svg viewBox=move || format!("0 0 {} 100", shapes.read().2.max(1)) preserveAspectRatio="none" aria-hidden="true">
                <path class="histogram__runs" d=move || shapes.read().0.clone() />
                <path class="histogram__faulted" d=move || shapes.read().1.clone() />
            </svg>
            {move || marked().map(|style| view! { <span class="histogram__brush" style=style></span> })}
        </div>
        <p class="histogram__axis" aria-hidden="true">
            <span>{move || tick(0.0)}</span>
            <span>{move || tick(0.5)}</span>
            <span>{move || tick(1.0)}</span>
        </p>
    }
}
