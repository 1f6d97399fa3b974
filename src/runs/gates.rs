//! The decision comes to the one who may make it: it opens by itself, once, one after the other, and never over another
//! dialog or over what somebody types.

use std::collections::HashSet;

use leptos::prelude::*;
use wire::JobStatus;

use super::run::Run;
use crate::api::{Poll, use_api};
use crate::ui::decision::{SoFar, use_desk};
use crate::ui::{DecisionDialog, Gate};

/// The gates that the run waits at, and the one that is open for a decision.
#[derive(Clone, Copy)]
pub(super) struct Gates {
    pub waiting: Memo<Vec<Gate>>,
    /// Those of `waiting` that this person may decide.
    pub mine: Memo<Vec<Gate>>,
    open: RwSignal<Option<Gate>>,
    /// Closed without a decision, or decided: they do not open by themselves again.
    settled: StoredValue<HashSet<String>>,
    /// A dialog closed under somebody's typing hands: the next one waits until they do something else.
    held: RwSignal<bool>,
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
        Self {
            waiting,
            mine,
            open: RwSignal::new(None),
            settled: StoredValue::new(HashSet::new()),
            held: RwSignal::new(false),
        }
    }

    /// Opens the decision on this task's gate, or on the first one.
    pub(super) fn decide(&self, task_id: Option<&str>) {
        let mine = self.mine.read_untracked();
        let gate = mine.iter().find(|gate| task_id.is_none_or(|id| gate.task_id == id));
        self.open.set(gate.cloned());
    }

    /// Not now: of what waits already nothing opens by itself.
    fn put_off(&self) {
        let mine = self.mine.read_untracked();
        self.settled.update_value(|settled| settled.extend(mine.iter().map(Gate::visit)));
        self.open.set(None);
    }

    /// Decided: the next one may come.
    fn settle(&self) {
        if let Some(gate) = self.open.get_untracked() {
            self.settled.update_value(|settled| {
                settled.insert(gate.visit());
            });
        }
        self.open.set(None);
    }
}

#[component]
pub(super) fn GatePopUp(run: Run) -> impl IntoView {
    let Gates { waiting, mine, open, settled, held } = run.gates;
    let desk = use_desk();
    let so_far = Memo::new(move |_| run.with(SoFar::of));
    let further = Memo::new(move |_| mine.read().len().saturating_sub(1));
    let hands = use_hands(held);
    // Whoever counts what waits counts again as soon as this page knows of a change, by whomever it was.
    let visits = Memo::new(move |_| waiting.read().iter().map(Gate::key).collect::<Vec<_>>());
    Effect::new(move |before: Option<()>| {
        visits.track();
        if before.is_some() {
            desk.tell();
        }
    });
    Effect::new(move |_| {
        hands.track();
        open.track();
        run.poll.state.track();
        let mine = mine.read();
        let next = mine.iter().find(|gate| settled.with_value(|settled| !settled.contains(&gate.visit())));
        if open.read_untracked().is_none() && !held.get() && next.is_some() && !is_engaged() {
            open.set(next.cloned());
        }
    });
    view! {
        {move || open.get().map(|gate| view! {
            <DecisionDialog
                gate
                so_far
                document=run.document
                further
                on_close=Callback::new(move |()| run.gates.put_off())
                on_decided=Callback::new(move |elsewhere| {
                    held.set(elsewhere && is_typing());
                    run.gates.settle();
                    run.poll.refresh();
                })
            />
        })}
    }
}

/// Changes when somebody has done something that may have made room for a dialog. A press of the pointer ends the typing.
fn use_hands(held: RwSignal<bool>) -> RwSignal<u32> {
    let hands = RwSignal::new(0_u32);
    let stir = move || hands.update(|count| *count = count.wrapping_add(1));
    let listeners = [
        window_event_listener_untyped("pointerup", move |_| {
            held.set(false);
            stir();
        }),
        window_event_listener_untyped("focusin", move |_| stir()),
        window_event_listener_untyped("focusout", move |_| stir()),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    hands
}

/// Another dialog is open, or somebody types.
fn is_engaged() -> bool {
    document().query_selector("dialog[open], [role=dialog]").is_ok_and(|found| found.is_some()) || is_typing()
}

fn is_typing() -> bool {
    const TEXT: &str = "textarea, [contenteditable=true], \
                        input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit])";
    document().active_element().is_some_and(|element| element.matches(TEXT).unwrap_or_default())
}
