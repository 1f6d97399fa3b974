//! What a person can ask of a log: which lines, how they look, which clock.

use std::collections::BTreeSet;

use leptos::prelude::*;
use logs::{Address, BadPattern, Filter, Pattern, Query};
use wire::log::Level;

use super::clock::Clock;
use crate::ui::{TimeDisplay, use_preferences};

/// What toolbar and search bar change; the view of the lines reads it.
#[derive(Clone, Copy)]
pub(super) struct LogOptions {
    pub level: RwSignal<Level>,
    pub filter: RwSignal<Query>,
    /// The names of the tasks whose lines are shown; none shows all.
    pub writers: RwSignal<Option<BTreeSet<String>>>,
    pub wrap: RwSignal<bool>,
    pub relative: RwSignal<bool>,
    pub find: RwSignal<Query>,
    pub finding: RwSignal<bool>,
    pub asking_time: RwSignal<bool>,
    pub clock: Signal<Clock>,
}

impl LogOptions {
    /// `started_at` is where relative times begin, `first` what the address said.
    pub(super) fn new(started_at: Signal<String>, first: &Address) -> Self {
        let preferences = use_preferences();
        let relative = RwSignal::new(false);
        let clock = Memo::new(move |_| match (relative.get(), preferences.time.get()) {
            (true, _) => Clock::Relative(logs::time::parse(&started_at.read())),
            (false, TimeDisplay::Local) => Clock::Local,
            (false, TimeDisplay::Utc) => Clock::Utc,
        });
        Self {
            level: RwSignal::new(first.level.unwrap_or(Level::Debug)),
            filter: RwSignal::new(first.filter.clone()),
            writers: RwSignal::new(first.writers.clone()),
            wrap: RwSignal::new(false),
            relative,
            find: RwSignal::new(first.find.clone()),
            finding: RwSignal::new(!first.find.text.is_empty()),
            asking_time: RwSignal::new(false),
            clock: clock.into(),
        }
    }

    /// Reads the filter, tracked; why where its regular expression is none.
    pub(super) fn chosen(&self) -> Result<Filter, BadPattern> {
        let pattern = Pattern::compile(&self.filter.read())?;
        Ok(Filter { level: self.level.get(), pattern, writers: self.writers.get() })
    }
}
