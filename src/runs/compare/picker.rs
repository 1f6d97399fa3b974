//! Choosing the other run: the latest ones, those of the same workflow first.

use std::time::Duration;

use leptos::prelude::*;
use wire::Job;
use wire::history::{Filter, Operator, Property};

use super::address::{Pair, RunId};
use crate::api::{use_api, use_poll};
use crate::i18n::*;
use crate::ui::{EmptyState, ErrorState, Icon, Loading, StatusBadge, Time};

/// So many of the latest runs are offered; what is older is found on the page of the executions.
const OFFERED: u32 = 50;
const INTERVAL: Duration = Duration::from_secs(10);

#[component]
pub(super) fn RunPicker(chosen: Option<RunId>, on_pair: Callback<Pair>) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let filters: Vec<Filter> = chosen
        .iter()
        .map(|run| Filter {
            property: Property::WorkflowId,
            operator: Operator::Eq,
            operand: run.workflow_id.clone(),
        })
        .collect();
    let poll = use_poll(
        move || {
            let filters = filters.clone();
            async move { api.list_jobs(&filters, 1, OFFERED).await }
        },
        |_| Some(INTERVAL),
    );
    let first = RwSignal::new(chosen);
    let jobs = Memo::new(move |_| {
        let first = first.read();
        let known = poll.state.read().data.as_ref().map(|page| page.items.clone());
        known.map(|jobs| {
            let other = |job: &Job| first.as_ref().is_none_or(|first| first.job_name != job.job_name);
            jobs.into_iter().filter(other).collect::<Vec<_>>()
        })
    });
    let failure = Memo::new(move |_| poll.state.read().error.clone());
    let choose = move |run: RunId| match first.get_untracked() {
        Some(a) => on_pair.run(Pair { a: Some(a), b: Some(run) }),
        None => first.set(Some(run)),
    };
    view! {
        <p>
            {move || match &*first.read() {
                Some(run) => t_string!(i18n, runs.compare.choose_other, name = run.job_name.clone()),
                None => t_string!(i18n, runs.compare.choose_first).to_owned(),
            }}
        </p>
        {move || match (jobs.get(), failure.get()) {
            (Some(jobs), _) if jobs.is_empty() => {
                view! { <EmptyState icon=Icon::History text=Signal::derive(move || t_string!(i18n, runs.compare.no_other).to_owned()) /> }.into_any()
            }
            (Some(jobs), _) => view! {
                <ul class="compare__runs">
                    {jobs
                        .into_iter()
                        .map(|job| {
                            let id = RunId { workflow_id: job.workflow_id.clone(), job_name: job.job_name.clone() };
                            view! {
                                <li>
                                    <button type="button" class="compare__run" on:click=move |_| choose(id.clone())>
                                        <StatusBadge status=Signal::stored(job.status) />
                                        <strong>{job.job_name}</strong>
                                        <span class="muted">{job.workflow_name} " · " {job.started_by} " · " <Time at=Signal::stored(job.started_at) /></span>
                                    </button>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            }
            .into_any(),
            (None, Some(error)) => view! { <ErrorState error=Signal::stored(error) on_retry=Callback::new(move |()| poll.refresh()) /> }.into_any(),
            (None, None) => view! { <Loading what=Signal::derive(move || t_string!(i18n, runs.compare.loading).to_owned()) /> }.into_any(),
        }}
    }
}
