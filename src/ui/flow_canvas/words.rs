//! What a canvas says, in people's words: why something is refused, and what the signs on a task mean.

use canvas::{Badge, Refusal};
use flow::edit::EditError;
use leptos_i18n::I18nContext;

use crate::i18n::*;

/// Why nothing was done, or would be done.
pub fn refusal_text(i18n: I18nContext<Locale>, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Edit(error) => edit_error(i18n, error),
        Refusal::NoPlace => t_string!(i18n, editor.refusal.no_place).to_string(),
        Refusal::NothingSelected => t_string!(i18n, editor.refusal.nothing_selected).to_string(),
        Refusal::NothingToUndo => t_string!(i18n, editor.refusal.nothing_to_undo).to_string(),
        Refusal::NothingToRedo => t_string!(i18n, editor.refusal.nothing_to_redo).to_string(),
        Refusal::AtTheEdge => t_string!(i18n, editor.refusal.at_the_edge).to_string(),
        Refusal::NoBoxBefore => t_string!(i18n, editor.refusal.no_box_before).to_string(),
        Refusal::NoBoxAround => t_string!(i18n, editor.refusal.no_box_around).to_string(),
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

/// What stands on a sign, and what it means.
pub(super) fn badge_words(i18n: I18nContext<Locale>, badge: &Badge) -> (String, String) {
    match badge {
        Badge::Gate => (String::new(), String::new()),
        Badge::Condition { expression } => {
            ("if".to_owned(), t_string!(i18n, editor.badge.condition, expression = expression.clone()))
        }
        Badge::Disabled => (
            t_string!(i18n, editor.badge.disabled_short).to_owned(),
            t_string!(i18n, editor.badge.disabled).to_owned(),
        ),
        Badge::Timeout => (String::new(), t_string!(i18n, editor.badge.timeout).to_owned()),
        Badge::Retry => (String::new(), t_string!(i18n, editor.badge.retry).to_owned()),
        Badge::Compete => (
            t_string!(i18n, editor.badge.compete_short).to_owned(),
            t_string!(i18n, editor.badge.compete).to_owned(),
        ),
        Badge::Workflow => (String::new(), t_string!(i18n, editor.badge.workflow).to_owned()),
        Badge::Collapsed { tasks } => {
            (format!("+{tasks}"), t_string!(i18n, editor.badge.collapsed, count = *tasks))
        }
    }
}
