//! The page: what waits for me or for anybody, the oldest first; the decision opens over it.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::count::WaitingCount;
use super::inbox::waiting_gates;
use super::open::OpenDecision;
use super::row::GateRow;
use crate::api::{use_api, use_poll};
use crate::i18n::*;
use crate::ui::link::{replace, use_title};
use crate::ui::time::{milliseconds, use_now};
use crate::ui::{EmptyState, Gate, Icon, ListStage, ListView, href};

const INTERVAL: Duration = Duration::from_secs(5);

/// Whose approvals are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Mine,
    All,
    Overdue,
}

impl Scope {
    const ALL: [Self; 3] = [Self::Mine, Self::All, Self::Overdue];

    fn read(word: Option<&str>) -> Self {
        match word {
            Some("all") => Self::All,
            Some("overdue") => Self::Overdue,
            _ => Self::Mine,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Mine => "/approvals",
            Self::All => "/approvals?scope=all",
            Self::Overdue => "/approvals?scope=overdue",
        }
    }
}

#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let query = use_query_map();
    let count = expect_context::<WaitingCount>();
    let replace = StoredValue::new(replace());
    let scope = Memo::new(move |_| Scope::read(query.read().get("scope").as_deref()));
    let show = move |scope: Scope| replace.with_value(|replace| replace(scope.path()));
    let poll = use_poll(move || waiting_gates(api), |_| Some(INTERVAL));
    let all = Memo::new(move |_| poll.state.read().data.clone().unwrap_or_default());
    let mine = Memo::new(move |_| {
        let session = api.session();
        let session = session.read();
        let is_mine = |gate: &&Gate| session.as_ref().is_some_and(|session| gate.is_for(session));
        all.read().iter().filter(is_mine).cloned().collect::<Vec<Gate>>()
    });
    let now = use_now();
    let overdue = Memo::new(move |_| {
        let now = now.get();
        let is_over =
            |gate: &&Gate| gate.deadline.as_deref().and_then(milliseconds).is_some_and(|at| at <= now);
        all.read().iter().filter(is_over).cloned().collect::<Vec<Gate>>()
    });
    let of = move |scope: Scope| match scope {
        Scope::Mine => mine,
        Scope::All => all,
        Scope::Overdue => overdue,
    };
    let label = move |scope: Scope| match scope {
        Scope::Mine => t_string!(i18n, approvals.mine),
        Scope::All => t_string!(i18n, approvals.all),
        Scope::Overdue => t_string!(i18n, approvals.overdue_tab),
    };
    let shown = Memo::new(move |_| of(scope.get()).get());
    let stage = Memo::new(move |_| ListStage::of(&poll.state.read(), |_| shown.read().is_empty()));
    Effect::new(move |_| {
        if poll.state.read().data.is_some() {
            count.set(all.read().len());
        }
    });
    use_title(move || format!("{} ({})", t_string!(i18n, approvals.title), mine.read().len()));
    let asked = RwSignal::new(None::<Gate>);
    let decide = Callback::new(move |gate: Gate| asked.set(Some(gate)));
    view! {
        <div class="page">
            <header class="page__header">
                <h1>{t!(i18n, approvals.title)}</h1>
                <div class="segmented" role="group" aria-label=move || t_string!(i18n, approvals.scope)>
                    {Scope::ALL
                        .map(|one| view! {
                            <button type="button" aria-pressed=move || (scope.get() == one).to_string() on:click=move |_| show(one)>
                                {move || label(one)} " (" {move || of(one).read().len()} ")"
                            </button>
                        })
                        .into_iter()
                        .collect_view()}
                </div>
            </header>
            <ListView
                stage
                what=Signal::derive(move || t_string!(i18n, approvals.loading).to_owned())
                on_retry=Callback::new(move |()| poll.refresh())
                empty=move || view! { <NothingWaits scope others=Signal::derive(move || !all.read().is_empty()) on_show_all=Callback::new(move |()| show(Scope::All)) /> }
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
                <OpenDecision
                    gate
                    on_close=Callback::new(move |()| asked.set(None))
                    on_decided=Callback::new(move |_| {
                        asked.set(None);
                        poll.refresh();
                    })
                />
            })}
        </div>
    }
}

#[component]
fn NothingWaits(scope: Memo<Scope>, others: Signal<bool>, on_show_all: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let others = move || others.get() && scope.get() != Scope::All;
    let text = Signal::derive(move || {
        let text = match scope.get() {
            Scope::Overdue => t_string!(i18n, approvals.empty_overdue),
            Scope::Mine if others() => t_string!(i18n, approvals.empty_mine),
            _ => t_string!(i18n, approvals.empty),
        };
        text.to_owned()
    });
    view! {
        <EmptyState icon=Icon::Approval text>
            {move || if others() {
                view! { <button type="button" class="button" on:click=move |_| on_show_all.run(())>{t!(i18n, approvals.show_all)}</button> }.into_any()
            } else {
                view! { <a class="button" href=href("/runs")>{t!(i18n, approvals.to_runs)}</a> }.into_any()
            }}
        </EmptyState>
    }
}
