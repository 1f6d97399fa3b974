//! A finished run once more: its canvas at any instant, by a slider or as it went.

mod instant;

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos_use::{UseIntervalFnOptions, use_interval_fn_with_options, utils::Pausable};

use self::instant::caption;
pub(super) use self::instant::statuses_at;
use super::run::Run;
use super::timeline::{Chart, rfc3339};
use crate::i18n::*;
use crate::runs::events::act_label;
use crate::ui::time::{format_duration, format_time};
use crate::ui::{Icon, IconView, use_preferences};

/// A whole run is played within so many milliseconds, however long it took.
const LENGTH: f64 = 24_000.0;
const TICK: f64 = 100.0;

/// The way into the replay, and its controls while it is on.
#[component]
pub(super) fn ReplayBar(run: Run, chart: Memo<Arc<Chart>>) -> impl IntoView {
    let i18n = use_i18n();
    let is_over = Memo::new(move |_| run.with(|status| status.job.status.is_final()).unwrap_or_default());
    let is_on = Memo::new(move |_| run.instant().is_some());
    view! {
        <Show when=move || is_over.get()>
            <Show
                when=move || is_on.get()
                fallback=move || view! {
                    <button type="button" class="button replay__open" on:click=move |_| run.go_to(Some(0.0))>
                        <IconView icon=Icon::History />
                        {t!(i18n, runs.replay.open)}
                    </button>
                }
            >
                <Controls run chart />
            </Show>
        </Show>
    }
}

#[component]
fn Controls(run: Run, chart: Memo<Arc<Chart>>) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let length = Memo::new(move |_| {
        let chart = chart.read();
        chart.to.map_or(0.0, |to| (to - chart.from).max(1.0))
    });
    // While it plays or is dragged the address stays as it was: a view that lasts is worth one.
    let offset = run.scrubbing;
    offset.set(untrack(|| run.instant()));
    let shown = Memo::new(move |_| offset.get().unwrap_or_default().clamp(0.0, length.get()));
    let keep = move || run.go_to(offset.get_untracked());
    let Pausable { pause, resume, is_active } = use_interval_fn_with_options(
        move || {
            let next = shown.get_untracked() + length.get_untracked() * TICK / LENGTH;
            offset.set(Some(next.min(length.get_untracked())));
        },
        Duration::from_millis(TICK as u64).as_millis() as u64,
        UseIntervalFnOptions { immediate: false, ..UseIntervalFnOptions::default() },
    );
    let (pause_at_end, pause_by_hand) = (pause.clone(), pause.clone());
    Effect::new(move |_| {
        if is_active.get() && shown.get() >= length.get() {
            pause_at_end();
            keep();
        }
    });
    let toggle = move |_| {
        if is_active.get_untracked() {
            pause_by_hand();
            keep();
        } else {
            if shown.get_untracked() >= length.get_untracked() {
                offset.set(Some(0.0));
            }
            resume();
        }
    };
    let close = move |_| {
        pause();
        offset.set(None);
        run.go_to(None);
    };
    let clock = move || format_time(&rfc3339(chart.read().from + shown.get()), preferences.time.get());
    let last = Memo::new(move |_| {
        let moment = chart.read().from + shown.get();
        run.with(|status| caption(status, moment)).flatten()
    });
    view! {
        <div class="replay" role="group" aria-label=move || t_string!(i18n, runs.replay.open)>
            <button
                type="button"
                class="button button--icon"
                aria-label=move || if is_active.get() { t_string!(i18n, runs.replay.pause) } else { t_string!(i18n, runs.replay.play) }
                on:click=toggle
            >
                <IconView icon=Signal::derive(move || if is_active.get() { Icon::Pause } else { Icon::Play }) />
            </button>
            <input
                type="range"
                class="replay__slider"
                min="0"
                max=move || length.get().to_string()
                step="any"
                aria-label=move || t_string!(i18n, runs.replay.instant)
                aria-valuetext=move || format_duration(shown.get())
                prop:value=move || shown.get().to_string()
                on:input=move |event| offset.set(event_target_value(&event).parse().ok())
                on:change=move |_| keep()
            />
            <span class="replay__time"><time>{clock}</time> " · " <span class="muted">{move || format!("+{}", format_duration(shown.get()))}</span></span>
            <button type="button" class="button button--icon" aria-label=move || t_string!(i18n, runs.replay.close) on:click=close>
                <IconView icon=Icon::Close />
            </button>
            <p class="replay__last muted">
                {move || last.get().map(|last| {
                    let name = last.task_name.unwrap_or_default();
                    match last.act {
                        Some((by, act)) => format!("{by} {} {name}", act_label(i18n, &act)),
                        None if last.began => format!("{name} {}", t_string!(i18n, runs.event.began)),
                        None => format!("{name} {}", t_string!(i18n, runs.replay.ended)),
                    }
                })}
            </p>
        </div>
    }
}
