//! The small timeline and what plays it: a line for each task, and the moment that the canvas shows.

use std::sync::Arc;

use canvas::Input;
use flow::simulate::{Simulation, SpanKind};
use leptos::prelude::*;
use leptos_use::{UseIntervalFnOptions, use_interval_fn_with_options, use_media_query, utils::Pausable};

use super::lines::{Bar, Line, lines};
use super::verdict::kind_label;
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::time::format_duration;
use crate::ui::{Icon, IconView};

/// A whole run is played within so many milliseconds.
const LENGTH: f64 = 12_000.0;
const TICK: f64 = 100.0;
/// Where motion is reduced, the moment goes from one happening to the next, every so many ticks.
const STILL: u32 = 8;

#[component]
pub(super) fn Board(
    editor: Editor,
    simulation: Arc<Simulation>,
    moment: RwSignal<f64>,
    playing: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (lines, more) = lines(&simulation);
    let is_empty = lines.is_empty();
    let total = (simulation.total as f64).max(1.0);
    let at = move || format!("--at: {:.4}", (moment.get() / total).clamp(0.0, 1.0));
    let rows = lines.into_iter().map(|line| view! { <Row editor line /> }).collect_view();
    view! {
        <div class="simulation__board">
            <Player simulation moment playing />
            <ol class="simulation__lines" aria-label=move || t_string!(i18n, editor.simulate.timeline) style=at>
                {rows}
            </ol>
            {is_empty.then(|| view! { <p class="muted">{t!(i18n, editor.simulate.nothing)}</p> })}
            {(more > 0).then(|| view! { <p class="muted">{move || t_string!(i18n, editor.simulate.more, count = more)}</p> })}
        </div>
    }
}

#[component]
fn Player(simulation: Arc<Simulation>, moment: RwSignal<f64>, playing: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let total = simulation.total as f64;
    let moments = StoredValue::new(simulation.moments());
    let is_still = use_media_query("(prefers-reduced-motion: reduce)");
    let ticks = StoredValue::new(0_u32);
    let next = move |now: f64| {
        if !is_still.get_untracked() {
            return (now + total * TICK / LENGTH).min(total);
        }
        ticks.update_value(|ticks| *ticks = (*ticks + 1) % STILL);
        if ticks.get_value() != 0 {
            return now;
        }
        moments
            .with_value(|moments| moments.iter().map(|at| *at as f64).find(|at| *at > now).unwrap_or(total))
    };
    let Pausable { pause, resume, is_active } = use_interval_fn_with_options(
        move || moment.update(|now| *now = next(*now)),
        TICK as u64,
        UseIntervalFnOptions { immediate: playing.get_untracked(), ..UseIntervalFnOptions::default() },
    );
    let (pause_at_end, pause_by_hand) = (pause.clone(), pause);
    Effect::new(move |_| {
        if is_active.get() && moment.get() >= total {
            playing.set(false);
            pause_at_end();
        }
    });
    let toggle = move |_| {
        playing.set(!is_active.get_untracked());
        if is_active.get_untracked() {
            pause_by_hand();
        } else {
            if moment.get_untracked() >= total {
                moment.set(0.0);
            }
            resume();
        }
    };
    view! {
        <div class="simulation__player" role="group" aria-label=move || t_string!(i18n, editor.simulate.title)>
            <button
                type="button"
                class="button button--icon"
                disabled=total <= 0.0
                aria-label=move || if is_active.get() { t_string!(i18n, editor.simulate.pause) } else { t_string!(i18n, editor.simulate.play) }
                on:click=toggle
            >
                <IconView icon=Signal::derive(move || if is_active.get() { Icon::Pause } else { Icon::Play }) />
            </button>
            <input
                type="range"
                class="simulation__slider"
                min="0"
                max=total.to_string()
                step="any"
                aria-label=move || t_string!(i18n, editor.simulate.instant)
                aria-valuetext=move || format_duration(moment.get())
                prop:value=move || moment.get().to_string()
                on:input=move |event| moment.set(event_target_value(&event).parse().unwrap_or_default())
            />
            <span class="simulation__clock">{move || clock(moment.get())}</span>
        </div>
    }
}

#[component]
fn Row(editor: Editor, line: Line) -> impl IntoView {
    let i18n = use_i18n();
    let Line { pointer, name, bars, time, is_critical, is_assumed } = line;
    let is_selected = {
        let pointer = pointer.clone();
        move || editor.model.selection.read().as_ref() == Some(&pointer)
    };
    let words = {
        let (name, kinds) =
            (name.clone(), bars.iter().map(|bar| bar.kind).collect::<std::collections::BTreeSet<SpanKind>>());
        move || {
            let kinds = kinds.iter().map(|kind| kind_label(i18n, *kind)).collect::<Vec<_>>().join(", ");
            let critical = if is_critical {
                format!(", {}", t_string!(i18n, editor.simulate.path))
            } else {
                String::new()
            };
            let assumed = if is_assumed {
                format!(", {}", t_string!(i18n, editor.simulate.assumed_short))
            } else {
                String::new()
            };
            format!("{name}: {kinds}, {}{assumed}{critical}", format_duration(time as f64))
        }
    };
    let drawn = bars
        .into_iter()
        .map(|Bar { kind, left, width, is_critical }| {
            let place = format!("left: {:.3}%; width: {:.3}%", left * 100.0, width * 100.0);
            view! { <span class=format!("simulation__bar simulation__bar--{}", word(kind)) class:simulation__bar--critical=is_critical style=place></span> }
        })
        .collect_view();
    let time = if is_assumed {
        format!("≈ {}", format_duration(time as f64))
    } else {
        format_duration(time as f64)
    };
    view! {
        <li>
            <button
                type="button"
                class="simulation__row"
                class:simulation__row--critical=is_critical
                aria-pressed=move || is_selected().to_string()
                aria-label=words
                data-line=pointer.as_str().to_owned()
                on:click=move |_| editor.send(Input::Select { pointer: Some(pointer.clone()) })
            >
                <span class="simulation__name">{name}</span>
                <span class="simulation__track">{drawn}</span>
                <span class="simulation__time">{time}</span>
            </button>
        </li>
    }
}

fn word(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Work => "work",
        SpanKind::People => "people",
        SpanKind::Time => "time",
        SpanKind::Event => "event",
        SpanKind::Retry => "retry",
    }
}

/// `+0:02:30`: it runs, so it keeps its width.
fn clock(moment: f64) -> String {
    let seconds = (moment.max(0.0) / 1000.0) as u64;
    format!("+{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
