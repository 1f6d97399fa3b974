//! What a filter compares with, typed by its kind: statuses to tick, moments with presets, durations with their unit.

use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wire::Status;
use wire::history::{Operator, PropertyKind};

use super::address::SPANS;
use super::words::moment_label;
use crate::i18n::*;
use crate::ui::status::status_label;
use crate::ui::{TimeDisplay, use_preferences};

const UNITS: [(f64, &str); 4] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")];

/// In the order in which a run goes through them.
static STATUSES: [Status; 8] = Status::KNOWN;

/// Edits one operand, as the URL and the API write it.
#[component]
pub(super) fn OperandField(
    kind: PropertyKind,
    operator: Operator,
    value: RwSignal<String>,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    match (kind, operator) {
        (PropertyKind::Status, Operator::In) => view! { <Statuses value label /> }.into_any(),
        (PropertyKind::Status, _) => view! { <OneStatus value label /> }.into_any(),
        (PropertyKind::Boolean, _) => view! { <YesOrNo value label /> }.into_any(),
        (PropertyKind::Time, _) => view! { <Moment value label /> }.into_any(),
        (PropertyKind::Duration, _) => view! { <Span value label /> }.into_any(),
        (PropertyKind::Text, _) => {
            view! { <Words value label is_list=operator == Operator::In /> }.into_any()
        }
    }
}

#[component]
fn Statuses(value: RwSignal<String>, label: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let toggle = move |word: &str, on: bool| {
        value.update(|value| {
            let mut words: Vec<&str> =
                value.split(',').filter(|one| !one.is_empty() && *one != word).collect();
            if on {
                words.push(word);
            }
            *value = words.join(",");
        });
    };
    let choice = move |status: &'static Status| {
        view! {
            <label class="builder__status">
                <input
                    type="checkbox"
                    class="checkbox"
                    prop:checked=move || value.read().split(',').any(|one| one == status.as_str())
                    on:change=move |event| toggle(status.as_str(), event_target_checked(&event))
                />
                {move || status_label(i18n, status)}
            </label>
        }
    };
    view! {
        <fieldset class="builder__part builder__statuses">
            <legend>{move || label.get()}</legend>
            {STATUSES.iter().map(choice).collect_view()}
        </fieldset>
    }
}

#[component]
fn OneStatus(value: RwSignal<String>, label: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <label class="builder__part">
            <span>{move || label.get()}</span>
            <select class="input" on:change=move |event| value.set(event_target_value(&event))>
                <option value="" selected=move || value.read().is_empty()></option>
                {STATUSES
                    .iter()
                    .map(|status| view! { <option value=status.as_str() selected=move || *value.read() == status.as_str()>{status_label(i18n, status)}</option> })
                    .collect_view()}
            </select>
        </label>
    }
}

#[component]
fn YesOrNo(value: RwSignal<String>, label: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <label class="builder__part">
            <span>{move || label.get()}</span>
            <select class="input" on:change=move |event| value.set(event_target_value(&event))>
                <option value="true" selected=move || *value.read() == "true">{t!(i18n, history.yes)}</option>
                <option value="false" selected=move || *value.read() == "false">{t!(i18n, history.no)}</option>
            </select>
        </label>
    }
}

#[component]
fn Words(value: RwSignal<String>, label: Signal<String>, is_list: bool) -> impl IntoView {
    let i18n = use_i18n();
    let help = move || if is_list { t_string!(i18n, history.list_help) } else { "" };
    view! {
        <label class="builder__part">
            <span>{move || label.get()}</span>
            <input class="input" type="text" autocomplete="off" placeholder=help bind:value=value />
        </label>
    }
}

/// So long before now, or a moment in the zone in which the console shows times.
#[component]
fn Moment(value: RwSignal<String>, label: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let is_moment = RwSignal::new({
        let value = value.read_untracked();
        !value.is_empty() && !SPANS.iter().any(|(word, _)| *word == value.as_str())
    });
    if value.read_untracked().is_empty() {
        value.set(SPANS[3].0.to_owned());
    }
    let choose = move |word: String| {
        is_moment.set(word.is_empty());
        value.set(if word.is_empty() { String::from(Date::new_0().to_iso_string()) } else { word });
    };
    let zone = move || match preferences.time.get() {
        TimeDisplay::Utc => "UTC".to_owned(),
        TimeDisplay::Local => {
            let minutes = -Date::new_0().get_timezone_offset() as i32;
            let sign = if minutes < 0 { '-' } else { '+' };
            format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
    };
    view! {
        <div class="builder__part builder__moment">
            <label>
                <span>{move || label.get()}</span>
                <select class="input" on:change=move |event| choose(event_target_value(&event))>
                    {SPANS
                        .into_iter()
                        .map(|(word, _)| view! {
                            <option value=word selected=move || *value.read() == word>{move || moment_label(i18n, word, preferences.time.get())}</option>
                        })
                        .collect_view()}
                    <option value="" selected=move || is_moment.get()>{t!(i18n, history.moment)}</option>
                </select>
            </label>
            <Show when=move || is_moment.get()>
                <label>
                    <span>{move || t_string!(i18n, history.moment_in, zone = zone())}</span>
                    <input
                        class="input"
                        type="datetime-local"
                        step="1"
                        prop:value=move || shown_moment(&value.read(), preferences.time.get())
                        on:change=move |event| value.set(read_moment(&event_target_value(&event), preferences.time.get_untracked()))
                    />
                </label>
            </Show>
        </div>
    }
}

/// A number and its unit; the value is in seconds.
#[component]
fn Span(value: RwSignal<String>, label: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let seconds = value.read_untracked().parse::<f64>().unwrap_or_default();
    let unit = RwSignal::new(
        UNITS.iter().position(|(factor, _)| seconds > 0.0 && seconds % factor == 0.0).unwrap_or(2),
    );
    let number = RwSignal::new(if seconds > 0.0 {
        (seconds / UNITS[unit.get_untracked()].0).to_string()
    } else {
        String::new()
    });
    let write = move || {
        let factor = UNITS.get(unit.get_untracked()).map_or(1.0, |(factor, _)| *factor);
        let seconds = number.read_untracked().trim().parse::<f64>().ok().filter(|number| *number >= 0.0);
        value.set(seconds.map(|seconds| (seconds * factor).to_string()).unwrap_or_default());
    };
    view! {
        <div class="builder__part builder__span">
            <label>
                <span>{move || label.get()}</span>
                <input
                    class="input"
                    type="number"
                    min="0"
                    step="any"
                    prop:value=move || number.get()
                    on:input=move |event| {
                        number.set(event_target_value(&event));
                        write();
                    }
                />
            </label>
            <label>
                <span>{t!(i18n, history.unit)}</span>
                <select
                    class="input"
                    on:change=move |event| {
                        unit.set(event_target_value(&event).parse().unwrap_or(3));
                        write();
                    }
                >
                    {UNITS
                        .into_iter()
                        .enumerate()
                        .rev()
                        .map(|(place, (_, word))| view! { <option value=place.to_string() selected=move || unit.get() == place>{word}</option> })
                        .collect_view()}
                </select>
            </label>
        </div>
    }
}

/// A time of the API as the field shows it, in the reader's zone or in UTC.
fn shown_moment(time: &str, display: TimeDisplay) -> String {
    let date = Date::new(&JsValue::from_str(time));
    if time.is_empty() || !date.get_time().is_finite() {
        return String::new();
    }
    let shift = match display {
        TimeDisplay::Local => date.get_timezone_offset() * 60_000.0,
        TimeDisplay::Utc => 0.0,
    };
    let shifted = Date::new(&JsValue::from_f64(date.get_time() - shift));
    String::from(shifted.to_iso_string()).get(..19).unwrap_or_default().to_owned()
}

/// `2026-11-23T11:00` of the reader's zone or of UTC, as a time of the API; empty where it is none.
fn read_moment(text: &str, display: TimeDisplay) -> String {
    let written = if display == TimeDisplay::Utc { format!("{text}Z") } else { text.to_owned() };
    let date = Date::new(&JsValue::from_str(&written));
    if text.is_empty() || !date.get_time().is_finite() {
        String::new()
    } else {
        String::from(date.to_iso_string())
    }
}
