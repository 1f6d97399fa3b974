//! The words of the report in the language of the page, and its times as the reader wants them.

use leptos_i18n::I18nContext;
use wire::Status;

use super::sheet::{Teller, Word};
use crate::i18n::*;
use crate::runs::events::act_label;
use crate::runs::timeline::{BarKind, kind_label};
use crate::ui::TimeDisplay;
use crate::ui::status::status_label;
use crate::ui::time::{format_duration, format_time};

pub(super) struct PageTeller {
    pub i18n: I18nContext<Locale>,
    pub display: TimeDisplay,
}

impl Teller for PageTeller {
    fn word(&self, word: Word) -> String {
        let i18n = self.i18n;
        match word {
            Word::Workflow => t_string!(i18n, runs.workflow),
            Word::Version => t_string!(i18n, editor.settings.version),
            Word::Revision => t_string!(i18n, runs.report.revision),
            Word::Digest => t_string!(i18n, runs.report.digest),
            Word::Mode => t_string!(i18n, runs.report.mode),
            Word::DryRun => t_string!(i18n, runs.mode.dry),
            Word::RealRun => t_string!(i18n, runs.mode.real),
            Word::Status => t_string!(i18n, runs.column.status),
            Word::StartedBy => t_string!(i18n, runs.report.started_by),
            Word::Started => t_string!(i18n, runs.started),
            Word::Ended => t_string!(i18n, runs.ended),
            Word::Elapsed => t_string!(i18n, runs.elapsed),
            Word::Reason => t_string!(i18n, runs.reason),
            Word::Target => t_string!(i18n, runs.target.label),
            Word::Met => t_string!(i18n, runs.target.met),
            Word::Missed => t_string!(i18n, runs.target.missed),
            Word::Open => t_string!(i18n, runs.target.open),
            Word::AsOf => t_string!(i18n, runs.report.as_of),
            Word::NotOver => t_string!(i18n, runs.report.not_over),
            Word::Time => t_string!(i18n, runs.report.time),
            Word::CriticalTime => t_string!(i18n, runs.report.critical_time),
            Word::Share => t_string!(i18n, runs.report.share),
            Word::WaitsForPeople => t_string!(i18n, runs.report.waits_for_people),
            Word::From => t_string!(i18n, runs.report.from),
            Word::To => t_string!(i18n, runs.report.to),
            Word::EndedBy => t_string!(i18n, runs.report.ended_by),
            Word::StillWaits => t_string!(i18n, runs.report.still_waits),
            Word::People => t_string!(i18n, runs.report.people),
            Word::Who => t_string!(i18n, runs.report.who),
            Word::What => t_string!(i18n, runs.report.what),
            Word::Why => t_string!(i18n, runs.reason),
            Word::Faults => t_string!(i18n, runs.report.faults),
            Word::Error => t_string!(i18n, runs.error),
            Word::Retried => t_string!(i18n, runs.report.retried),
            Word::Skipped => t_string!(i18n, runs.report.skipped),
            Word::Tasks => t_string!(i18n, runs.tab.tasks),
            Word::Task => t_string!(i18n, runs.column.task),
            Word::Attempt => t_string!(i18n, runs.report.attempt),
            Word::Duration => t_string!(i18n, runs.column.duration),
            Word::Critical => t_string!(i18n, runs.timeline.critical),
            Word::NotTaken => t_string!(i18n, runs.report.not_taken),
            Word::Omitted => t_string!(i18n, runs.report.omitted),
            Word::None => t_string!(i18n, runs.report.none),
        }
        .to_owned()
    }

    fn status(&self, status: &Status) -> String {
        status_label(self.i18n, status)
    }

    fn kind(&self, kind: BarKind) -> String {
        kind_label(self.i18n, kind).to_owned()
    }

    fn act(&self, act: &str) -> String {
        act_label(self.i18n, act)
    }

    fn time(&self, time: &str) -> String {
        format_time(time, self.display)
    }

    fn span(&self, milliseconds: f64) -> String {
        format_duration(milliseconds)
    }
}
