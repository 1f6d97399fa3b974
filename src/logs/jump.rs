//! Jumps: to the first error, to the next one or the one before, to an attempt, to a time.

use js_sys::Date;
use leptos::html;
use leptos::prelude::*;
use logs::{Seek, Step};
use wasm_bindgen::JsValue;
use wire::log::Level;

use super::clock::Clock;
use super::options::LogOptions;
use super::reader::Reader;
use crate::i18n::*;
use crate::ui::{Icon, Menu, MenuItem};

/// The most attempts that the list names.
const MOST_ATTEMPTS: u32 = 9;

#[component]
pub(super) fn JumpMenu(
    options: LogOptions,
    reader: Reader,
    /// The log is of one task, whose attempts follow each other.
    has_attempts: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let attempts = Memo::new(move |_| if has_attempts { reader.summary.read().attempts } else { 0 });
    let item = move |label: Signal<String>, icon: Icon, seek: Seek| MenuItem {
        label,
        icon,
        danger: false,
        on_select: Callback::new(move |()| {
            let _ = reader.change(|viewer| viewer.seek(seek));
        }),
    };
    move || {
        let mut items = vec![
            item(
                Signal::derive(move || t_string!(i18n, logs.first_error).to_owned()),
                Icon::Alert,
                Seek::First(Level::Error),
            ),
            item(
                Signal::derive(move || t_string!(i18n, logs.next_error).to_owned()),
                Icon::ChevronRight,
                Seek::From(Level::Error, Step::Next),
            ),
            item(
                Signal::derive(move || t_string!(i18n, logs.previous_error).to_owned()),
                Icon::ChevronLeft,
                Seek::From(Level::Error, Step::Previous),
            ),
            MenuItem {
                label: Signal::derive(move || t_string!(i18n, logs.to_time).to_owned()),
                icon: Icon::Clock,
                danger: false,
                on_select: Callback::new(move |()| options.asking_time.set(true)),
            },
        ];
        if attempts.get() > 1 {
            items.extend((1..=attempts.get().min(MOST_ATTEMPTS)).map(|attempt| {
                let label = Signal::derive(move || t_string!(i18n, logs.to_attempt, attempt = attempt));
                item(label, Icon::Retry, Seek::Attempt(attempt))
            }));
        }
        view! {
            <Menu label=Signal::derive(move || t_string!(i18n, logs.jump).to_owned()) icon=Icon::Skip items />
        }
    }
}

/// Asks for a time of the clock that the lines show, and goes there.
#[component]
pub(super) fn TimeBar(options: LogOptions, reader: Reader, on_close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let field = NodeRef::<html::Input>::new();
    let here = reader.look(|viewer| viewer.time_here()).flatten();
    let begin = here.map(|at| moment(at, options.clock.get_untracked())).unwrap_or_default();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let go = move || {
        let text = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        if let Some(at) = read(&text, options.clock.get_untracked()) {
            let _ = reader.change(|viewer| viewer.seek(Seek::Time(at)));
            on_close.run(());
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            go();
        }
        "Escape" => {
            event.stop_propagation();
            on_close.run(());
        }
        _ => {}
    };
    view! {
        <div class="log__find" on:keydown=on_key>
            <input
                node_ref=field
                type="datetime-local"
                step="1"
                class="input log__search"
                aria-label=move || t_string!(i18n, logs.to_time)
                prop:value=begin
            />
            <span class="muted">{move || if options.clock.get() == Clock::Utc { "UTC" } else { "" }}</span>
            <button type="button" class="button button--tiny" on:click=move |_| go()>
                {t!(i18n, logs.go)}
            </button>
            <super::find_bar::IconButton
                icon=Icon::Close
                name=Signal::derive(move || t_string!(i18n, logs.find_close).to_owned())
                on_click=on_close
            />
        </div>
    }
}

/// A moment as the browser's field takes it.
fn moment(at: i64, clock: Clock) -> String {
    let shift = match clock {
        Clock::Utc => 0,
        Clock::Local | Clock::Relative(_) => {
            -(Date::new(&JsValue::from_f64(at as f64)).get_timezone_offset() as i64)
        }
    };
    let (date, time) = logs::time::clock(at, shift);
    format!("{date}T{}", time.get(..8).unwrap_or_default())
}

/// The browser reads a time without a zone as local; UTC says so.
fn read(text: &str, clock: Clock) -> Option<i64> {
    let text = if clock == Clock::Utc { format!("{text}Z") } else { text.to_owned() };
    let at = Date::new(&JsValue::from_str(&text)).get_time();
    at.is_finite().then_some(at as i64)
}
