//! Times as people read them: local or UTC by preference, the full time always one hover away.

use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::{TimeDisplay, use_preferences};

/// A moment: `2026-11-23 03:00:04`, with the offset in its title.
#[component]
pub fn Time(
    /// RFC 3339; empty shows a dash.
    #[prop(into)]
    at: Signal<String>,
) -> impl IntoView {
    let preferences = use_preferences();
    let text = move || format_time(&at.read(), preferences.time.get());
    view! {
        <time class="time" datetime=move || at.get() title=move || at.get()>
            {text}
        </time>
    }
}

/// A span between two moments: `4.2 s`, `3 min 20 s`. An open end counts up each second.
#[component]
pub fn Duration(
    #[prop(into)] from: Signal<String>,
    /// Empty: it still goes on.
    #[prop(into)]
    to: Signal<String>,
) -> impl IntoView {
    let now = use_now();
    let text = move || {
        let from = milliseconds(&from.read());
        let to = to.read();
        let end = if to.is_empty() { now.get() } else { milliseconds(&to).unwrap_or_default() };
        from.map_or_else(|| "–".to_owned(), |from| format_duration(end - from))
    };
    view! { <span class="duration">{text}</span> }
}

/// The time now, in milliseconds since the epoch, moving each second while the component lives.
pub fn use_now() -> Signal<f64> {
    let now = RwSignal::new(Date::now());
    if let Ok(handle) =
        set_interval_with_handle(move || now.set(Date::now()), std::time::Duration::from_secs(1))
    {
        on_cleanup(move || handle.clear());
    }
    now.into()
}

/// Milliseconds since the epoch of an RFC 3339 time.
pub fn milliseconds(time: &str) -> Option<f64> {
    let value = Date::new(&JsValue::from_str(time)).get_time();
    (!time.is_empty() && value.is_finite()).then_some(value)
}

/// `2026-11-23 03:00:04` in the reader's time or in UTC; a dash where it is no time.
pub fn format_time(time: &str, display: TimeDisplay) -> String {
    let Some(value) = milliseconds(time) else { return "–".to_owned() };
    let date = Date::new(&JsValue::from_f64(value));
    match display {
        TimeDisplay::Local => format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            date.get_full_year(),
            date.get_month() + 1,
            date.get_date(),
            date.get_hours(),
            date.get_minutes(),
            date.get_seconds()
        ),
        TimeDisplay::Utc => {
            let text = String::from(date.to_iso_string());
            format!("{} {}Z", text.get(..10).unwrap_or_default(), text.get(11..19).unwrap_or_default())
        }
    }
}

/// Two units at most, so that a glance is enough. Negative spans, of clocks that differ, are none.
pub fn format_duration(milliseconds: f64) -> String {
    let total = milliseconds.max(0.0);
    let seconds = (total / 1000.0).floor();
    if total < 1000.0 {
        return format!("{} ms", total.round());
    }
    if total < 10_000.0 {
        return format!("{:.1} s", total / 1000.0);
    }
    let whole = seconds as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        3600..86400 => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
        _ => format!("{} d {} h", whole / 86400, whole % 86400 / 3600),
    }
}
