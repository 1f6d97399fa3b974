//! What the session says, in people's words.

use std::time::Duration;

use canvas::{Announcement, Refusal};
use flow::edit::{EditError, Warning};
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

pub(super) fn refusal(i18n: I18nContext<Locale>, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Edit(error) => edit_error(i18n, error),
        Refusal::NoPlace => t_string!(i18n, editor.refusal.no_place).to_string(),
        Refusal::NothingSelected => t_string!(i18n, editor.refusal.nothing_selected).to_string(),
        Refusal::NothingToUndo => t_string!(i18n, editor.refusal.nothing_to_undo).to_string(),
        Refusal::NothingToRedo => t_string!(i18n, editor.refusal.nothing_to_redo).to_string(),
        Refusal::AtTheEdge => t_string!(i18n, editor.refusal.at_the_edge).to_string(),
        Refusal::NotABox => t_string!(i18n, editor.refusal.not_a_box).to_string(),
        Refusal::OtherScope => t_string!(i18n, editor.refusal.other_scope).to_string(),
        Refusal::LeadsToItself => t_string!(i18n, editor.refusal.leads_to_itself).to_string(),
        Refusal::NoTasksInText => t_string!(i18n, editor.refusal.no_tasks_in_text).to_string(),
        Refusal::OutOfStep => t_string!(i18n, editor.refusal.out_of_step).to_string(),
    }
}

fn edit_error(i18n: I18nContext<Locale>, error: &EditError) -> String {
    match error {
        EditError::NoSuchTask { .. } | EditError::NoSuchMember { .. } => {
            t_string!(i18n, editor.refusal.out_of_step).to_string()
        }
        EditError::NotATaskList { .. } => t_string!(i18n, editor.refusal.no_place).to_string(),
        EditError::NothingInside { .. } => t_string!(i18n, editor.refusal.not_a_box).to_string(),
        EditError::NotSiblings => t_string!(i18n, editor.refusal.not_siblings).to_string(),
        EditError::IntoItself => t_string!(i18n, editor.refusal.into_itself).to_string(),
        EditError::EmptyName => t_string!(i18n, editor.refusal.empty_name).to_string(),
        EditError::NameTaken { name } => t_string!(i18n, editor.refusal.name_taken, name = name.clone()),
        EditError::ReservedName { name } => {
            t_string!(i18n, editor.refusal.reserved_name, name = name.clone())
        }
        EditError::TooDeep => t_string!(i18n, editor.refusal.too_deep).to_string(),
        EditError::NotAnObject => t_string!(i18n, editor.refusal.not_an_object).to_string(),
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
