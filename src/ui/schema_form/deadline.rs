//! Until when something waits: one of a few usual durations, another one, or a moment.

use canvas::fields::duration::{Form, read};
use js_sys::Date;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::controls::{default_text, plain_text};
use crate::i18n::*;

/// What is offered without having to be written, in minutes.
const USUAL: [(&str, u32); 7] = [
    ("PT15M", 15),
    ("PT30M", 30),
    ("PT1H", 60),
    ("PT2H", 120),
    ("PT4H", 240),
    ("PT8H", 480),
    ("PT24H", 1440),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing is written: what the schema says then.
    Default,
    Usual(&'static str),
    Other,
    Moment,
}

impl Kind {
    fn of(text: &str) -> Self {
        let usual = USUAL.iter().find(|(duration, _)| *duration == text);
        match text {
            "" => Self::Default,
            _ if usual.is_some() => usual.map_or(Self::Other, |(duration, _)| Self::Usual(duration)),
            _ if text.starts_with(|first: char| first.is_ascii_digit()) => Self::Moment,
            _ => Self::Other,
        }
    }

    fn of_word(word: &str) -> Self {
        match word {
            "other" => Self::Other,
            "moment" => Self::Moment,
            duration => Self::of(duration),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Default => "",
            Self::Usual(duration) => duration,
            Self::Other => "other",
            Self::Moment => "moment",
        }
    }
}

#[component]
pub(super) fn DeadlineControl(
    id: String,
    value: Memo<Option<Value>>,
    on_change: Callback<Option<Value>>,
    disabled: Signal<bool>,
    schema: Memo<Value>,
) -> impl IntoView {
    let i18n = use_i18n();
    let text = Memo::new(move |_| value.read().as_ref().map(plain_text).unwrap_or_default());
    let kind = RwSignal::new(text.with_untracked(|text| Kind::of(text)));
    // What comes from elsewhere (undo, the source) decides how it is shown.
    Effect::new(move |before: Option<String>| {
        let now = text.get();
        if before.is_some_and(|before| before != now) && !fits(kind.get_untracked(), &now) {
            kind.set(Kind::of(&now));
        }
        now
    });
    let choose = move |word: String| {
        let to = Kind::of_word(&word);
        kind.set(to);
        match to {
            Kind::Default => on_change.run(None),
            Kind::Usual(duration) => on_change.run(Some(json!(duration))),
            // A quarter of an hour more than now, on the minute: a moment in the past would fail at once.
            Kind::Moment => on_change.run(Some(json!(moment(&Date::new(&(Date::now() + 900_000.0).into()))))),
            Kind::Other => {}
        }
    };
    let label = move |minutes: u32| {
        if minutes < 60 {
            t_string!(i18n, common.deadline.minutes, count = minutes)
        } else {
            t_string!(i18n, common.deadline.hours, count = minutes / 60)
        }
    };
    let usual = move || {
        USUAL
            .into_iter()
            .map(|(duration, minutes)| {
                view! { <option value=duration selected=move || kind.get().word() == duration>{label(minutes)}</option> }
            })
            .collect_view()
    };
    let wrong = Memo::new(move |_| {
        kind.get() == Kind::Other && !text.read().is_empty() && read(Form::Iso, &text.read()).is_err()
    });
    let rest = move || {
        match kind.get() {
        Kind::Other => view! {
            <input class="input" autocomplete="off" spellcheck="false" placeholder="PT45M" aria-label=move || t_string!(i18n, common.deadline.other) aria-invalid=move || wrong.get().to_string() disabled=move || disabled.get() prop:value=move || text.get() on:input=move |event| {
                let typed = event_target_value(&event);
                on_change.run((!typed.is_empty()).then(|| json!(typed)));
            } />
        }
        .into_any(),
        Kind::Moment => view! {
            <input type="datetime-local" class="input" aria-label=move || t_string!(i18n, common.deadline.moment) disabled=move || disabled.get() prop:value=move || local(&text.read()) on:change=move |event| {
                let date = Date::new(&event_target_value(&event).into());
                if date.get_time().is_finite() {
                    on_change.run(Some(json!(moment(&date))));
                }
            } />
            <p class="form__help">{move || t_string!(i18n, common.deadline.written, text = text.get())}</p>
        }
        .into_any(),
        Kind::Default | Kind::Usual(_) => ().into_any(),
    }
    };
    view! {
        <div class="deadline">
            <select id=id class="input" disabled=move || disabled.get() prop:value=move || kind.get().word() on:change=move |event| choose(event_target_value(&event))>
                <option value="" selected=move || kind.get() == Kind::Default>
                    {move || t_string!(i18n, common.deadline.default, text = default_text(&schema.read()))}
                </option>
                {usual}
                <option value="other" selected=move || kind.get() == Kind::Other>{t!(i18n, common.deadline.other)}</option>
                <option value="moment" selected=move || kind.get() == Kind::Moment>{t!(i18n, common.deadline.moment)}</option>
            </select>
            {rest}
            <Show when=move || wrong.get()>
                <p class="form__error" role="alert">{t!(i18n, common.duration.wrong)}</p>
            </Show>
        </div>
    }
}

/// Whether a text may be shown so: what is being typed as another duration may be a usual one on its way.
fn fits(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Other => Kind::of(text) != Kind::Moment,
        kind => kind == Kind::of(text),
    }
}

/// A moment with the offset of this browser, as the service wants it: `2026-11-23T03:00:00+08:00`.
fn moment(date: &Date) -> String {
    format!("{}:00{}", local_of(date), offset(date.get_timezone_offset()))
}

/// A written moment as the control shows it, in this browser's time.
fn local(text: &str) -> String {
    let date = Date::new(&text.into());
    if date.get_time().is_finite() { local_of(&date) } else { String::new() }
}

fn local_of(date: &Date) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes()
    )
}

/// `+08:00`, of the minutes that UTC is ahead.
fn offset(minutes_behind: f64) -> String {
    let ahead = -minutes_behind as i32;
    let sign = if ahead < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", ahead.abs() / 60, ahead.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_deadline_is_shown_as_what_it_is() {
        assert_eq!(Kind::of(""), Kind::Default);
        assert_eq!(Kind::of("PT30M"), Kind::Usual("PT30M"));
        assert_eq!(Kind::of("PT45M"), Kind::Other);
        assert_eq!(Kind::of("2026-11-23T03:00:00+08:00"), Kind::Moment);
        assert!(fits(Kind::Other, "PT1H"), "typing PT1H30M passes it by");
        assert!(!fits(Kind::Usual("PT1H"), ""));
    }

    #[test]
    fn offsets_are_those_of_rfc_3339() {
        assert_eq!(offset(-480.0), "+08:00");
        assert_eq!(offset(210.0), "-03:30");
        assert_eq!(offset(0.0), "+00:00");
    }
}
