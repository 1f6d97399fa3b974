//! What the session says, in people's words.

use std::time::Duration;

use canvas::Announcement;
use flow::edit::Warning;
use leptos::prelude::*;
use leptos_i18n::I18nContext;

use crate::i18n::*;
use crate::ui::{Icon, IconView};

/// A line over the canvas that goes by itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct News {
    text: String,
    bad: bool,
}

impl News {
    pub(super) fn good(text: String) -> Self {
        Self { text, bad: false }
    }

    pub(super) fn bad(text: String) -> Self {
        Self { text, bad: true }
    }
}

/// Where the news appears.
#[component]
pub(super) fn NewsLine(news: RwSignal<Option<News>>, spoken: RwSignal<String>) -> impl IntoView {
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = timer {
            timer.clear();
        }
        news.read().as_ref()?;
        let clear = move || {
            // The page may be gone.
            let _ = news.try_set(None);
        };
        set_timeout_with_handle(clear, Duration::from_secs(7)).ok()
    });
    view! {
        <div class="visually-hidden" role="status" aria-live="polite">{move || spoken.get()}</div>
        <div class="editor__news" role="status" aria-live="assertive">
            {move || {
                news.get()
                    .map(|line| {
                        view! {
                            <p class="notice" class:notice--bad=line.bad>
                                <IconView icon=if line.bad { Icon::Alert } else { Icon::Info } />
                                <span>{line.text}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}

pub(super) fn warning(i18n: I18nContext<Locale>, warning: &Warning) -> String {
    let (task, target) = (warning.task().last().unwrap_or_default(), warning.target().to_owned());
    match warning {
        Warning::ThenRemoved { .. } => {
            t_string!(i18n, editor.warned.then_removed, task = task, target = target)
        }
        Warning::CatchThenRemoved { .. } => {
            t_string!(i18n, editor.warned.catch_then_removed, task = task, target = target)
        }
        Warning::GoneWithBox { member, .. } => {
            t_string!(i18n, editor.warned.gone_with_box, member = member.clone())
        }
        Warning::CaseContinues { case, .. } => {
            t_string!(i18n, editor.warned.case_continues, case = case.clone(), task = task, target = target)
        }
    }
}

pub(super) fn announcement(i18n: I18nContext<Locale>, announcement: &Announcement) -> String {
    match announcement {
        Announcement::Inserted { name } => t_string!(i18n, editor.told.inserted, name = name.clone()),
        Announcement::Removed { name } => t_string!(i18n, editor.told.removed, name = name.clone()),
        Announcement::Moved { name } => t_string!(i18n, editor.told.moved, name = name.clone()),
        Announcement::Copied { name } => t_string!(i18n, editor.told.copied, name = name.clone()),
        Announcement::Renamed { name } => t_string!(i18n, editor.told.renamed, name = name.clone()),
        Announcement::Wrapped { name } => t_string!(i18n, editor.told.wrapped, name = name.clone()),
        Announcement::Collapsed { name } => t_string!(i18n, editor.told.collapsed, name = name.clone()),
        Announcement::Expanded { name } => t_string!(i18n, editor.told.expanded, name = name.clone()),
        Announcement::Unwrapped { name } => t_string!(i18n, editor.told.unwrapped, name = name.clone()),
        Announcement::Connected { name, target } => {
            t_string!(i18n, editor.told.connected, name = name.clone(), target = target.clone())
        }
        Announcement::SwitchedOff { count } => t_string!(i18n, editor.told.switched_off, count = *count),
        Announcement::SwitchedOn { count } => t_string!(i18n, editor.told.switched_on, count = *count),
        Announcement::InsertedSeveral { count } => {
            t_string!(i18n, editor.told.inserted_several, count = *count)
        }
        Announcement::RemovedSeveral { count } => {
            t_string!(i18n, editor.told.removed_several, count = *count)
        }
        Announcement::MovedSeveral { count } => t_string!(i18n, editor.told.moved_several, count = *count),
        Announcement::Selected { count } => t_string!(i18n, editor.told.selected, count = *count),
        Announcement::Undone => t_string!(i18n, editor.told.undone).to_string(),
        Announcement::Redone => t_string!(i18n, editor.told.redone).to_string(),
        Announcement::Cancelled => t_string!(i18n, editor.told.cancelled).to_string(),
    }
}
