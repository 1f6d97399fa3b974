//! What is done to several runs at once: first to which of them, then how far it is, and in the end every one that failed.

mod dialog;

use leptos::prelude::*;
use wire::history::{Filter, Operator, Property};
use wire::{Permission, Status};

use self::dialog::BulkDialog;
use super::search::Search;
use super::words::count;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Stop,
    Retry,
}

impl Act {
    /// Whether a run in this status can be dealt with so; the others stay as they are.
    fn applies(self, status: &Status) -> bool {
        match self {
            Self::Stop => {
                matches!(status, Status::Pending | Status::Running | Status::Waiting | Status::Suspended)
            }
            Self::Retry => *status == Status::Faulted,
        }
    }

    /// The runs that it applies to, as a filter.
    fn filter(self) -> Filter {
        let words: Vec<&str> =
            Status::KNOWN.iter().filter(|status| self.applies(status)).map(static_word).collect();
        Filter { property: Property::Status, operator: Operator::In, operand: words.join(",") }
    }
}

fn static_word(status: &Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Running => "running",
        Status::Waiting => "waiting",
        Status::Suspended => "suspended",
        Status::Completed => "completed",
        Status::Faulted => "faulted",
        Status::Cancelled => "cancelled",
        Status::Skipped | Status::Other(_) => "skipped",
    }
}

/// Appears while runs are chosen.
#[component]
pub(super) fn BulkBar(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let may_act = use_api().may(Permission::Operate);
    let asked = RwSignal::new(None::<Act>);
    let chosen = Memo::new(move |_| search.selected.read().len());
    let fitting =
        move |act: Act| search.selected.read().values().filter(|job| act.applies(&job.status)).count();
    view! {
        <Show when=move || may_act.get() && (chosen.get() > 0)>
            <div class="bulk" role="region" aria-label=move || t_string!(i18n, history.bulk.label)>
                <strong>{move || t_string!(i18n, history.bulk.chosen, runs = count(chosen.get() as u64, false))}</strong>
                <button type="button" class="button button--danger" disabled=move || fitting(Act::Stop) == 0 on:click=move |_| asked.set(Some(Act::Stop))>
                    <IconView icon=Icon::Stop />
                    {move || t_string!(i18n, history.bulk.stop, runs = count(fitting(Act::Stop) as u64, false))}
                </button>
                <button type="button" class="button" disabled=move || fitting(Act::Retry) == 0 on:click=move |_| asked.set(Some(Act::Retry))>
                    <IconView icon=Icon::Retry />
                    {move || t_string!(i18n, history.bulk.retry, runs = count(fitting(Act::Retry) as u64, false))}
                </button>
                <button type="button" class="button button--quiet" on:click=move |_| search.selected.update(|selected| selected.clear())>
                    {t!(i18n, history.bulk.clear)}
                </button>
            </div>
        </Show>
        {move || asked.get().map(|act| view! { <BulkDialog search act on_close=Callback::new(move |()| asked.set(None)) /> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_not_stopped_and_only_faults_are_retried() {
        assert_eq!(Act::Stop.filter().operand, "pending,running,waiting,suspended");
        assert_eq!(Act::Retry.filter().operand, "faulted");
        assert!(!Act::Stop.applies(&Status::Other("archived".into())));
    }
}
