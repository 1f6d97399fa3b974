//! The page of one run: composes what its parts show of it.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use leptos_use::use_media_query;

use super::acts::ActDialog;
use super::address::Tab;
use super::alerts::Alerts;
use super::attention::AttentionStrip;
use super::bar::RunBar;
use super::events::EventList;
use super::gates::GatePopUp;
use super::graph::RunGraph;
use super::live::{LiveSign, StaleBanner};
use super::panel::TaskPanel;
use super::report::ReportPage;
use super::run::{LogSlot, Run, next_by_key, use_run};
use super::tasks::TaskTable;
use super::timeline::Timeline;
use crate::i18n::*;
use crate::ui::link::{use_tab_icon, use_title};
use crate::ui::status::status_label;
use crate::ui::{ErrorState, Loading};

#[component]
pub fn RunPage(log: fn(LogSlot) -> AnyView) -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| {
        let params = params.read();
        (params.get("workflow_id").unwrap_or_default(), params.get("job_name").unwrap_or_default())
    });
    // Another run is another page, although the router keeps this one.
    move || {
        let (workflow_id, job_name) = key.get();
        view! { <OneRun workflow_id job_name log /> }
    }
}

#[component]
fn OneRun(workflow_id: String, job_name: String, log: fn(LogSlot) -> AnyView) -> impl IntoView {
    let i18n = use_i18n();
    let run = use_run(workflow_id, job_name, log);
    let known = Memo::new(move |_| run.with(|_| ()).is_some());
    let failure = Memo::new(move |_| run.poll.state.read().error.clone());
    let status = Memo::new(move |_| run.with(|status| status.job.status.clone()));
    use_title(move || {
        let word = status.get().map(|status| format!("{} · ", status_label(i18n, &status)));
        // What waits for somebody comes first: of a tab that is not looked at little is seen.
        let waits = run.attention.read().len();
        let waits = if waits > 0 { format!("({waits}) ") } else { String::new() };
        format!("{waits}{}{}", word.unwrap_or_default(), run.job_name.read_value().as_str())
    });
    use_tab_icon(move || status.get());
    next_by_key(run);
    view! {
        {move || match (known.get(), failure.get()) {
            (true, _) => view! { <KnownRun run /> }.into_any(),
            (false, Some(error)) => view! {
                <div class="page">
                    <h1>{run.job_name.get_value()}</h1>
                    <ErrorState error=Signal::stored(error) on_retry=Callback::new(move |()| run.poll.refresh()) />
                </div>
            }
            .into_any(),
            (false, None) => view! {
                <div class="page">
                    <h1>{run.job_name.get_value()}</h1>
                    <Loading what=Signal::derive(move || t_string!(i18n, runs.loading).to_owned()) />
                </div>
            }
            .into_any(),
        }}
    }
}

#[component]
fn KnownRun(run: Run) -> impl IntoView {
    let dry_run = Memo::new(move |_| run.with(|status| status.job.dry_run).unwrap_or_default());
    let over = Memo::new(move |_| run.with(|status| status.job.status.is_final()).unwrap_or_default());
    let has_panel = Memo::new(move |_| run.selected.read().is_some());
    let narrow = use_media_query("(max-width: 760px)");
    let tab = Memo::new(move |_| match run.tab() {
        Tab::Automatic if narrow.get() => Tab::Tasks,
        Tab::Automatic => Tab::Canvas,
        chosen => chosen,
    });
    view! {
        <div class="page page--full run" class:run--dry=move || dry_run.get() class:run--real=move || !dry_run.get()>
            <RunBar run />
            <StaleBanner run />
            <AttentionStrip run />
            <div class="run__views">
                <Tabs run tab />
                <Show when=move || !over.get()>
                    <Alerts run />
                </Show>
                <LiveSign run />
            </div>
            <div class="run__body" class:run__body--split=move || has_panel.get()>
                <div class="run__main" role="tabpanel">
                    {move || match tab.get() {
                        Tab::Automatic | Tab::Canvas => view! { <RunGraph run /> }.into_any(),
                        Tab::Timeline => view! { <Timeline run /> }.into_any(),
                        Tab::Tasks => view! { <TaskTable run /> }.into_any(),
                        Tab::Events => view! { <EventList run /> }.into_any(),
                        Tab::Log => view! { <JobLog run /> }.into_any(),
                    }}
                </div>
                <Show when=move || has_panel.get()>
                    <TaskPanel run />
                </Show>
            </div>
            <Show when=move || run.reporting.get()>
                <ReportPage run on_close=Callback::new(move |()| run.reporting.set(false)) />
            </Show>
            <ActDialog run />
            <GatePopUp run />
        </div>
    }
}

#[component]
fn Tabs(run: Run, tab: Memo<Tab>) -> impl IntoView {
    let i18n = use_i18n();
    let label = move |tab: Tab| match tab {
        Tab::Automatic | Tab::Canvas => t_string!(i18n, runs.tab.canvas),
        Tab::Timeline => t_string!(i18n, runs.tab.timeline),
        Tab::Tasks => t_string!(i18n, runs.tab.tasks),
        Tab::Events => t_string!(i18n, runs.tab.events),
        Tab::Log => t_string!(i18n, runs.tab.log),
    };
    view! {
        <div class="tabs run__tabs" role="tablist" aria-label=move || t_string!(i18n, runs.tab.label)>
            {Tab::CHOSEN
                .map(|one| {
                    view! {
                        <button type="button" role="tab" class="tab" aria-selected=move || (tab.get() == one).to_string() on:click=move |_| run.open(one)>
                            {move || label(one)}
                        </button>
                    }
                })
                .into_iter()
                .collect_view()}
        </div>
    }
}

#[component]
fn JobLog(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let names = Memo::new(move |_| {
        run.with(|status| {
            status
                .tasks
                .iter()
                .map(|task| (task.task_id.clone(), task.name.clone()))
                .collect::<std::collections::HashMap<_, _>>()
        })
        .unwrap_or_default()
    });
    // A retry or a skip makes a log go on that was complete.
    let stirred = Memo::new(move |_| {
        run.with(|status| format!("{} {}", status.job.status.as_str(), status.acts.len())).unwrap_or_default()
    });
    run.log.get_value()(LogSlot {
        job_name: Signal::stored(run.job_name.get_value()),
        state_id: Signal::stored("-".to_owned()),
        label: Signal::derive(move || t_string!(i18n, runs.log_of_run).to_owned()),
        stirred: stirred.into(),
        started_at: run.started_at(),
        writer: Some(Callback::new(move |id: String| names.read().get(&id).cloned())),
    })
}
