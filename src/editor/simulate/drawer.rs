//! The drawer: the verdict, the timeline, and what is chosen for the selected task.

use std::sync::Arc;

use flow::simulate::Simulation;
use leptos::prelude::*;

use super::board::Board;
use super::choose::Chooser;
use super::compute::{Answer, statuses, use_simulation};
use super::verdict::{Refused, Verdict};
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn Drawer(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let answer = use_simulation(editor);
    let simulation = Memo::new(move |_| match answer.get() {
        Some(Answer::Ran { simulation, .. }) => Some(simulation),
        _ => None,
    });
    // The moment that is shown: a new simulation is shown at its end, unless an earlier moment was chosen, which stays:
    // who changes something while looking at the start goes on looking at the start.
    let moment = RwSignal::new(0.0_f64);
    Effect::new(move |before: Option<f64>| {
        let before = before.unwrap_or_default();
        let Some(simulation) = simulation.get() else { return before };
        let total = simulation.total as f64;
        moment.update(|moment| *moment = if *moment < before { moment.min(total) } else { total });
        total
    });
    // Playing goes on in a simulation that is computed anew meanwhile.
    let playing = RwSignal::new(false);
    Effect::new(move |_| {
        let shown = simulation.with(|simulation| {
            simulation.as_ref().map(|simulation| statuses(simulation, moment.get() as i64))
        });
        editor.simulating.statuses.set(shown.unwrap_or_default());
    });
    // The page may go together with the drawer.
    on_cleanup(move || drop(editor.simulating.statuses.try_set(std::collections::HashMap::new())));
    let controls = Signal::derive(move || match answer.get() {
        Some(Answer::Ran { controls, .. }) => Some(controls),
        _ => None,
    });
    view! {
        <section class="simulation" aria-label=move || t_string!(i18n, editor.simulate.title)>
            <button type="button" class="button button--icon simulation__close" aria-label=move || t_string!(i18n, editor.simulate.close) title=move || t_string!(i18n, editor.simulate.close) on:click=move |_| editor.simulating.open.set(false)>
                <IconView icon=Icon::Close />
            </button>
            <div class="simulation__verdict">
                {move || match answer.get() {
                    None => view! { <p class="muted" role="status">{t!(i18n, editor.simulate.working)}</p> }.into_any(),
                    Some(Answer::Refused(problems)) => view! { <Refused editor problems /> }.into_any(),
                    Some(Answer::Ran { simulation, .. }) => view! { <Verdict editor simulation /> }.into_any(),
                }}
            </div>
            {move || simulation.get().map(|simulation: Arc<Simulation>| view! { <Board editor simulation moment playing /> })}
            <Chooser editor controls />
        </section>
    }
}
