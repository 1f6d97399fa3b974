//! A gate that is decided elsewhere while its dialog is open: says by whom, and closes.

use leptos::prelude::*;

use super::gate::Gate;
use super::so_far::SoFar;
use super::use_desk;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::status::status_label;
use crate::ui::use_toasts;

/// Watches the run while the dialog is open.
pub(super) fn use_decided_elsewhere(gate: Gate, so_far: Signal<Option<SoFar>>, on_decided: Callback<bool>) {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let desk = use_desk();
    let visit = gate.visit();
    let over = Memo::new(move |_| so_far.read().as_ref().is_some_and(|run| run.gate(&visit).is_none()));
    Effect::new(move |_| {
        if !over.get() {
            return;
        }
        let name = gate.task_name.clone();
        so_far.with_untracked(|run| {
            let Some(run) = run else { return };
            let Some(act) = run.decided(&gate.task_id) else {
                let status = status_label(i18n, &run.status);
                toasts.success(t_string!(i18n, approvals.gone, name = name, status = status));
                return;
            };
            let mine = api.session().read_untracked().as_ref().is_some_and(|session| session.user == act.by);
            let word = match (mine, act.act.as_str()) {
                (true, "approve") => return toasts.success(t_string!(i18n, approvals.approved, name = name)),
                (true, "reject") => return toasts.success(t_string!(i18n, approvals.rejected, name = name)),
                (_, "approve") => t_string!(i18n, approvals.act.approve).to_owned(),
                (_, "reject") => t_string!(i18n, approvals.act.reject).to_owned(),
                (_, "skip") => t_string!(i18n, approvals.act.skip).to_owned(),
                (_, "stop") => t_string!(i18n, approvals.act.stop).to_owned(),
                (_, other) => other.to_owned(),
            };
            let by = act.by.clone();
            match act.comment.clone().filter(|comment| !comment.is_empty()) {
                Some(why) => toasts.success(t_string!(
                    i18n,
                    approvals.decided_by_why,
                    name = name,
                    by = by,
                    act = word,
                    why = why
                )),
                None => {
                    toasts.success(t_string!(i18n, approvals.decided_by, name = name, by = by, act = word))
                }
            }
        });
        desk.tell();
        on_decided.run(true);
    });
}
