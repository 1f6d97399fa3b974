//! Whether what is shown is how things are: as of when, that it is stale and why, and what was missed once it is not.

use leptos::prelude::*;

use super::run::Run;
use crate::i18n::*;
use crate::ui::time::{format_duration, format_time, use_now};
use crate::ui::{Icon, IconView, describe_error, use_preferences};

/// Milliseconds without an answer after which the sign says so, also where nothing has failed yet.
const SLOW: f64 = 8_000.0;
/// How long the news of a gap that is over stays, in milliseconds.
const GAP_SHOWN: f64 = 30_000.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Live,
    /// The answer is late.
    Slow,
    Lost,
    /// Nothing is asked any more: the run is over.
    Over,
}

/// The small sign beside the views: live, and as of when.
#[component]
pub(super) fn LiveSign(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let now = use_now();
    let over = Memo::new(move |_| run.with(|status| status.job.status.is_final()).unwrap_or_default());
    let failing = Memo::new(move |_| run.poll.state.read().error.is_some());
    let sign = Memo::new(move |_| {
        if failing.get() {
            Sign::Lost
        } else if over.get() {
            Sign::Over
        } else if now.get() - run.poll.as_of.get() > SLOW && !document().hidden() {
            Sign::Slow
        } else {
            Sign::Live
        }
    });
    let word = move || match sign.get() {
        Sign::Live => t_string!(i18n, runs.live.live),
        Sign::Slow => t_string!(i18n, runs.live.slow),
        Sign::Lost => t_string!(i18n, runs.live.lost),
        Sign::Over => t_string!(i18n, runs.live.over),
    };
    let name = move || match sign.get() {
        Sign::Live => "live",
        Sign::Slow => "slow",
        Sign::Lost => "lost",
        Sign::Over => "over",
    };
    view! {
        <span class="run__live" data-live=name title=move || t_string!(i18n, runs.live.help)>
            <span class="run__live-dot" aria-hidden="true"></span>
            {word}
            <span class="muted run__as-of">{move || moment(run.poll.as_of.get(), preferences.time.get())}</span>
        </span>
    }
}

/// Says that what is shown is old, why, and when the next attempt is made; afterwards, that nothing is missing.
#[component]
pub(super) fn StaleBanner(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let now = use_now();
    let stale = Memo::new(move |_| {
        let state = run.poll.state.read();
        state.error.clone().map(|error| (error, state.as_of))
    });
    let next = move || {
        let next = run.poll.next.get()?;
        let seconds = ((next - now.get()) / 1000.0).ceil().max(0.0);
        Some(t_string!(i18n, runs.live.next, seconds = seconds as u64))
    };
    let gap = Memo::new(move |_| {
        let gap = run.poll.state.read().gap?;
        (now.get() - gap.1 < GAP_SHOWN).then_some(gap)
    });
    view! {
        {move || stale.get().map(|(error, as_of)| {
            let offline = !window().navigator().on_line();
            view! {
                <div class="notice notice--bad run__stale" role="alert" data-stale="">
                    <IconView icon=Icon::Alert />
                    <span>
                        <strong>{t_string!(i18n, common.stale, time = moment(as_of, preferences.time.get()))}</strong>
                        " "
                        {if offline { t_string!(i18n, runs.live.offline).to_owned() } else { describe_error(i18n, &error) }}
                        // Read out once, not with every second.
                        <span class="muted" aria-hidden="true">" " {next}</span>
                    </span>
                    <button type="button" class="button button--tiny" on:click=move |_| run.poll.refresh()>{t!(i18n, common.action.refresh)}</button>
                </div>
            }
        })}
        {move || gap.get().map(|(from, to)| view! {
            <div class="notice notice--good run__stale" role="status" data-gap="">
                <IconView icon=Icon::Check />
                <span>
                    {t_string!(
                        i18n,
                        runs.live.gap,
                        from = moment(from, preferences.time.get()),
                        time = format_duration(to - from)
                    )}
                </span>
            </div>
        })}
    }
}

fn moment(at: f64, display: crate::ui::TimeDisplay) -> String {
    if at <= 0.0 {
        return "–".to_owned();
    }
    let text = format_time(&String::from(js_sys::Date::new(&at.into()).to_iso_string()), display);
    text.get(11..).map_or(text.clone(), str::to_owned)
}
