//! The page: what waits for me or for anybody, the oldest first; the decision opens over it.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::count::WaitingCount;
use super::inbox::waiting_gates;
use super::row::GateRow;
use crate::api::{use_api, use_poll};
use crate::i18n::*;
use crate::ui::link::{replace, use_title};
use crate::ui::{DecisionDialog, EmptyState, Gate, Icon, ListStage, ListView, href};

const INTERVAL: Duration = Duration::from_secs(5);

#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let query = use_query_map();
    let count = expect_context::<WaitingCount>();
    let replace = StoredValue::new(replace());
    let everybody = Memo::new(move |_| query.read().get("scope").as_deref() == Some("all"));
    let show = move |everybody: bool| {
        replace.with_value(|replace| replace(if everybody { "/approvals?scope=all" } else { "/approvals" }));
    };
    let poll = use_poll(move || waiting_gates(api), |_| Some(INTERVAL));
    let all = Memo::new(move |_| poll.state.read().data.clone().unwrap_or_default());
    let mine = Memo::new(move |_| {
        let session = api.session();
        let session = session.read();
        let is_mine = |gate: &&Gate| session.as_ref().is_some_and(|session| gate.is_for(session));
        all.read().iter().filter(is_mine).cloned().collect::<Vec<Gate>>()
    });
    let shown = Memo::new(move |_| if everybody.get() { all.get() } else { mine.get() });
    let stage = Memo::new(move |_| ListStage::of(&poll.state.read(), |_| shown.read().is_empty()));
    Effect::new(move |_| {
        if poll.state.read().data.is_some() {
            count.set(all.read().len());
        }
    });
    use_title(move || format!("{} ({})", t_string!(i18n, approvals.title), mine.read().len()));
    let asked = RwSignal::new(None::<Gate>);
    let definition = RwSignal::new(None::<String>);
    let decide = Callback::new(move |gate: Gate| {
        definition.set(None);
        let (workflow_id, job_name) = (gate.workflow_id.clone(), gate.job_name.clone());
        asked.set(Some(gate));
        leptos::task::spawn_local(async move {
            // Without it the dialog cannot say what follows by name, and still works.
            if let Ok(status) = api.job_status(&workflow_id, &job_name, true).await {
                let _ = definition.try_set(status.workflow_def);
            }
        });
    });
    view! {
        <div class="page">
            <header class="page__header">
                <h1>{t!(i18n, approvals.title)}</h1>
                <div class="segmented" role="group" aria-label=move || t_string!(i18n, approvals.scope)>
                    <button type="button" aria-pressed=move || (!everybody.get()).to_string() on:click=move |_| show(false)>
                        {t!(i18n, approvals.mine)} " (" {move || mine.read().len()} ")"
                    </button>
                    <button type="button" aria-pressed=move || everybody.get().to_string() on:click=move |_| show(true)>
                        {t!(i18n, approvals.all)} " (" {move || all.read().len()} ")"
                    </button>
                </div>
            </header>
            <ListView
                stage
                what=Signal::derive(move || t_string!(i18n, approvals.loading).to_owned())
                on_retry=Callback::new(move |()| poll.refresh())
                empty=move || view! { <NothingWaits others=Signal::derive(move || !everybody.get() && !all.read().is_empty()) on_show_all=Callback::new(move |()| show(true)) /> }
            >
                <div class="table-frame">
                    <table class="table table--cards approvals__cards">
                        <thead>
                            <tr>
                                <th scope="col">{t!(i18n, approvals.column.gate)}</th>
                                <th scope="col">{t!(i18n, approvals.column.run)}</th>
                                <th scope="col">{t!(i18n, approvals.column.waiting)}</th>
                                <th scope="col">{t!(i18n, approvals.column.deadline)}</th>
                                <th scope="col">{t!(i18n, approvals.column.approvers)}</th>
                                <th scope="col"><span class="visually-hidden">{t!(i18n, approvals.decide)}</span></th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || shown.get() key=|gate| gate.key() let:gate>
                                <GateRow gate on_decide=decide />
                            </For>
                        </tbody>
                    </table>
                </div>
            </ListView>
            {move || asked.get().map(|gate| view! {
                <DecisionDialog
                    gate
                    definition
                    on_close=Callback::new(move |()| asked.set(None))
                    on_decided=Callback::new(move |()| {
                        asked.set(None);
                        poll.refresh();
                    })
                />
            })}
        </div>
    }
}

#[component]
fn NothingWaits(others: Signal<bool>, on_show_all: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let text = Signal::derive(move || {
        let text = if others.get() {
            t_string!(i18n, approvals.empty_mine)
        } else {
            t_string!(i18n, approvals.empty)
        };
        text.to_owned()
    });
    view! {
        <EmptyState icon=Icon::Approval text>
            {move || if others.get() {
                view! { <button type="button" class="button" on:click=move |_| on_show_all.run(())>{t!(i18n, approvals.show_all)}</button> }.into_any()
            } else {
                view! { <a class="button" href=href("/runs")>{t!(i18n, approvals.to_runs)}</a> }.into_any()
            }}
        </EmptyState>
    }
}
