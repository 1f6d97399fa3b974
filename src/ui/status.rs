//! A status as colour, shape and word: never by colour alone.

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::Status;

use super::{Icon, IconView};
use crate::i18n::*;

/// The word for a status in the language of the reader; a word that is not known is shown as it is.
pub fn status_label(i18n: I18nContext<Locale>, status: &Status) -> String {
    match status {
        Status::Pending => t_string!(i18n, common.status.pending).to_string(),
        Status::Running => t_string!(i18n, common.status.running).to_string(),
        Status::Waiting => t_string!(i18n, common.status.waiting).to_string(),
        Status::Suspended => t_string!(i18n, common.status.suspended).to_string(),
        Status::Completed => t_string!(i18n, common.status.completed).to_string(),
        Status::Faulted => t_string!(i18n, common.status.faulted).to_string(),
        Status::Cancelled => t_string!(i18n, common.status.cancelled).to_string(),
        Status::Skipped => t_string!(i18n, common.status.skipped).to_string(),
        Status::Other(word) => word.clone(),
    }
}

/// The class suffix and `data-status` of a status: one of the known words, or `other`.
pub fn status_class(status: &Status) -> &str {
    match status {
        Status::Other(_) => "other",
        known => known.as_str(),
    }
}

pub fn status_icon(status: &Status) -> Icon {
    match status {
        Status::Running => Icon::Play,
        Status::Waiting | Status::Suspended | Status::Pending => Icon::Clock,
        Status::Completed => Icon::Check,
        Status::Faulted => Icon::Alert,
        Status::Cancelled => Icon::Stop,
        Status::Skipped => Icon::Skip,
        Status::Other(_) => Icon::Info,
    }
}

#[component]
pub fn StatusBadge(#[prop(into)] status: Signal<Status>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span class=move || format!("badge badge--{}", status_class(&status.read())) data-status=move || status.read().as_str().to_owned()>
            <IconView icon=Signal::derive(move || status_icon(&status.read())) />
            {move || status_label(i18n, &status.read())}
        </span>
    }
}
