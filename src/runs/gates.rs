//! The decision comes to the one who may make it: it opens by itself, once, and never over another dialog.

use std::collections::HashSet;

use leptos::prelude::*;
use wire::JobStatus;

use super::run::Run;
use crate::api::{Poll, use_api};
use crate::i18n::*;
use crate::ui::{DecisionDialog, Gate, use_toasts};

/// The gates that the run waits at, and the one that is open for a decision.
#[derive(Clone, Copy)]
pub(super) struct Gates {
    pub waiting: Memo<Vec<Gate>>,
    /// Those of `waiting` that this person may decide.
    pub mine: Memo<Vec<Gate>>,
    open: RwSignal<Option<Gate>>,
    /// Closed without a decision, or decided: they do not open by themselves again.
    settled: StoredValue<HashSet<String>>,
}

impl Gates {
    pub(super) fn new(poll: Poll<JobStatus>) -> Self {
        let api = use_api();
        let waiting =
            Memo::new(move |_| poll.state.read().data.as_ref().map(Gate::all_of).unwrap_or_default());
        let mine = Memo::new(move |_| {
            let session = api.session();
            let session = session.read();
            let is_mine = |gate: &&Gate| session.as_ref().is_some_and(|session| gate.is_for(session));
            waiting.read().iter().filter(is_mine).cloned().collect()
        });
        Self { waiting, mine, open: RwSignal::new(None), settled: StoredValue::new(HashSet::new()) }
    }

    /// Opens the decision on this task's gate, or on the first one.
    pub(super) fn decide(&self, task_id: Option<&str>) {
        let mine = self.mine.read_untracked();
        let gate = mine.iter().find(|gate| task_id.is_none_or(|id| gate.task_id == id));
        self.open.set(gate.cloned());
    }

    fn settle(&self) {
        if let Some(gate) = self.open.get_untracked() {
            self.settled.update_value(|settled| {
                settled.insert(visit(&gate));
            });
        }
        self.open.set(None);
    }
}

/// One wait at one gate: a gate that is retried asks anew, and what one approval of several changes does not.
fn visit(gate: &Gate) -> String {
    format!("{} {}", gate.task_id, gate.since)
}

#[component]
pub(super) fn GatePopUp(run: Run) -> impl IntoView {
    let Gates { waiting, mine, open, settled } = run.gates;
    let is_over = move || {
        let now = open.get_untracked();
        now.filter(|now| !waiting.read().iter().any(|gate| visit(gate) == visit(now)))
    };
    let told = use_decided_elsewhere(run);
    Effect::new(move |_| {
        // Asked with each answer, so that it opens also once another dialog is gone.
        run.poll.state.track();
        if let Some(gate) = is_over() {
            told.run(gate);
            open.set(None);
        }
        let next = mine
            .read()
            .iter()
            .find(|gate| settled.with_value(|settled| !settled.contains(&visit(gate))))
            .cloned();
        if open.read_untracked().is_none() && next.is_some() && !is_dialog_open() {
            open.set(next);
        }
    });
    view! {
        {move || open.get().map(|gate| view! {
            <DecisionDialog
                gate
                definition=run.definition
                on_close=Callback::new(move |()| run.gates.settle())
                on_decided=Callback::new(move |()| {
                    run.gates.settle();
                    run.poll.refresh();
                })
            />
        })}
    }
}

/// Says who decided while the dialog was open.
fn use_decided_elsewhere(run: Run) -> Callback<Gate> {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    Callback::new(move |gate: Gate| {
        let state = run.poll.state.read_untracked();
        let mut acts = state.data.iter().flat_map(|status| &status.acts);
        let decided = acts.rfind(|act| act.task_id.as_deref() == Some(&gate.task_id));
        let Some(act) = decided else { return };
        let mine = api.session().read_untracked().as_ref().is_some_and(|session| session.user == act.by);
        let name = gate.task_name;
        match (mine, act.act.as_str()) {
            (true, "approve") => toasts.success(t_string!(i18n, approvals.approved, name = name)),
            (true, "reject") => toasts.success(t_string!(i18n, approvals.rejected, name = name)),
            (_, word) => {
                let word = match word {
                    "approve" => t_string!(i18n, approvals.approve).to_owned(),
                    "reject" => t_string!(i18n, approvals.reject).to_owned(),
                    other => other.to_owned(),
                };
                toasts.success(t_string!(
                    i18n,
                    approvals.decided_by,
                    name = name,
                    by = act.by.clone(),
                    act = word
                ));
            }
        }
    })
}

fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|found| found.is_some())
}
