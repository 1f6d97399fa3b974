//! One line of a log: time, level, the task that wrote it, the message with what was searched for marked.

use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wire::log::{Level, LogLine};

use super::buffer::spans;
use crate::ui::time::milliseconds;
use crate::ui::{TimeDisplay, use_preferences};

#[component]
pub(super) fn LogRow(
    line: LogLine,
    /// What is searched for; empty marks nothing.
    text: Signal<String>,
    /// The name of the task that wrote the line, where the log is of several.
    writer: Option<String>,
) -> impl IntoView {
    let preferences = use_preferences();
    let time = line.time.clone();
    let parts = Memo::new(move |_| clock_parts(&time, preferences.time.get()));
    let message = line.message;
    let attempt = (line.attempt > 1)
        .then(|| view! { <span class="log__attempt">{format!("#{}", line.attempt)}</span> });
    view! {
        <div class="log__line" data-offset=line.offset.to_string() data-level=line.level.as_str()>
            <time class="log__time" datetime=line.time.clone() title=line.time>
                <span class="log__date">{move || parts.read().0.clone()} " "</span>
                {move || parts.read().1.clone()}
            </time>
            <span class=level_class(line.level)>{line.level.as_str()}</span>
            {writer.map(|name| view! { <span class="log__writer">{name}</span> })}
            {attempt}
            <span class="log__message">
                {move || {
                    spans(&message, &text.read())
                        .into_iter()
                        .map(|span| if span.hit { view! { <mark>{span.text}</mark> }.into_any() } else { span.text.into_any() })
                        .collect_view()
                }}
            </span>
        </div>
    }
}

fn level_class(level: Level) -> &'static str {
    match level {
        Level::Debug => "log__level log__level--debug",
        Level::Info => "log__level",
        Level::Warn => "log__level log__level--warn",
        Level::Error => "log__level log__level--error",
    }
}

/// Date and time of day, to the millisecond; a text that is no time is shown as it is.
fn clock_parts(time: &str, display: TimeDisplay) -> (String, String) {
    let Some(value) = milliseconds(time) else { return (String::new(), time.to_owned()) };
    let shift = match display {
        TimeDisplay::Utc => 0.0,
        TimeDisplay::Local => Date::new(&JsValue::from_f64(value)).get_timezone_offset() * 60_000.0,
    };
    let text = String::from(Date::new(&JsValue::from_f64(value - shift)).to_iso_string());
    let zone = if display == TimeDisplay::Utc { "Z" } else { "" };
    let (date, clock) = text.split_once('T').unwrap_or(("", &text));
    (date.to_owned(), format!("{}{zone}", clock.trim_end_matches('Z')))
}
