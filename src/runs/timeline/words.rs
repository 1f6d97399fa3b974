//! What a row and a bar are in words, for those who do not see them and for those who want to know exactly.

use leptos_i18n::I18nContext;

use super::chart::{Bar, BarKind, Row};
use crate::i18n::*;
use crate::ui::TimeDisplay;
use crate::ui::status::status_label;
use crate::ui::time::{format_duration, format_time};

pub(in crate::runs) fn kind_label(i18n: I18nContext<Locale>, kind: BarKind) -> &'static str {
    match kind {
        BarKind::Scope => t_string!(i18n, runs.timeline.scope),
        BarKind::Work => t_string!(i18n, runs.timeline.work),
        BarKind::People => t_string!(i18n, runs.timeline.people),
        BarKind::Time => t_string!(i18n, runs.timeline.time),
        BarKind::Event => t_string!(i18n, runs.timeline.event),
        BarKind::Retry => t_string!(i18n, runs.timeline.retry),
        BarKind::Stopped => t_string!(i18n, runs.timeline.stopped),
        BarKind::Skipped => t_string!(i18n, runs.timeline.skipped),
        BarKind::Faulted => t_string!(i18n, runs.timeline.faulted),
    }
}

pub(super) fn time_label(moment: f64, display: TimeDisplay) -> String {
    let date = js_sys::Date::new(&moment.into());
    format_time(&String::from(date.to_iso_string()), display)
}

/// `waits for people, 2026-11-23 03:00:04 to 2026-11-23 03:04:00, 3 min 56 s`; of what goes on only since when, so that
/// the words do not change with each second.
pub(super) fn bar_words(i18n: I18nContext<Locale>, bar: &Bar, display: TimeDisplay) -> String {
    let from = time_label(bar.from, display);
    let times = match bar.to {
        Some(to) => t_string!(
            i18n,
            runs.timeline.from_to,
            from = from,
            to = time_label(to, display),
            duration = format_duration(to - bar.from)
        ),
        None => t_string!(i18n, runs.timeline.since, from = from),
    };
    format!("{}, {times}", kind_label(i18n, bar.kind))
}

pub(super) fn row_words(i18n: I18nContext<Locale>, row: &Row, display: TimeDisplay) -> String {
    let Some(leading) = row.leading() else {
        let why = if row.not_taken {
            t_string!(i18n, runs.not_taken)
        } else {
            t_string!(i18n, runs.timeline.not_begun)
        };
        return format!("{}: {why}", row.name);
    };
    let mut words = format!(
        "{}: {}, {}",
        row.name,
        status_label(i18n, &leading.status),
        bar_words(i18n, leading, display)
    );
    if row.bars.len() > 1 {
        words.push_str(", ");
        words.push_str(&t_string!(i18n, runs.timeline.of_bars, number = row.bars.len()));
    }
    if row.bars.iter().any(|bar| bar.is_critical) {
        words.push_str(", ");
        words.push_str(t_string!(i18n, runs.timeline.critical));
    }
    words
}
