//! Times of lines in the reader's clock, in UTC, or since the run began.

use std::collections::HashMap;

use js_sys::Date;
use logs::time::{clock, relative};
use wasm_bindgen::JsValue;

const HOUR: i64 = 3_600_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Clock {
    #[default]
    Local,
    Utc,
    /// Since this moment, in milliseconds since the epoch; none while the run has not begun.
    Relative(Option<i64>),
}

impl Clock {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Utc => "utc",
            Self::Relative(_) => "relative",
        }
    }
}

/// The clock's distance from UTC by the hour: asking the browser for every line costs more than drawing it.
#[derive(Debug, Default)]
pub(super) struct Zone(HashMap<i64, i64>);

impl Zone {
    /// Date and time of day as the clock shows them; a span has no date.
    pub(super) fn show(&mut self, at: i64, kind: Clock) -> (String, String) {
        match kind {
            Clock::Local => {
                let shift = *self.0.entry(at.div_euclid(HOUR)).or_insert_with(|| {
                    -(Date::new(&JsValue::from_f64(at as f64)).get_timezone_offset() as i64)
                });
                clock(at, shift)
            }
            Clock::Utc => {
                let (date, time) = clock(at, 0);
                (date, format!("{time}Z"))
            }
            Clock::Relative(origin) => (String::new(), relative(at - origin.unwrap_or(at))),
        }
    }
}
