//! The page of one run: polls it, and composes what its parts show of it.

use std::sync::Arc;

use flow::Document;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use leptos_use::use_media_query;
use wasm_bindgen::JsCast;
use wire::JobStatus;

use super::acts::{ActDialog, Asked};
use super::address::{Address, Tab};
use super::attention::AttentionStrip;
use super::bar::RunBar;
use super::events::EventList;
use super::gates::{GatePopUp, Gates};
use super::graph::RunGraph;
use super::model::{Attention, attention, leading_instance, next_attention, poll_interval};
use super::panel::TaskPanel;
use super::tasks::TaskTable;
use crate::api::{Poll, use_api, use_poll};
use crate::i18n::*;
use crate::ui::link::{replace, use_title};
use crate::ui::status::status_label;
use crate::ui::time::format_time;
use crate::ui::{ErrorState, Icon, IconView, Loading, describe_error, use_preferences};

/// The log that a part of the page wants shown; `app` says who shows it.
#[derive(Clone, Copy)]
pub struct LogSlot {
    pub job_name: Signal<String>,
    /// A task's pointer, or `-` for the whole job.
    pub state_id: Signal<String>,
    pub label: Signal<String>,
    /// Changes whenever a log that was complete may go on.
    pub stirred: Signal<String>,
    /// The name of a task by its id, where the log is of several.
    pub writer: Option<Callback<String, Option<String>>>,
}

/// The run that the parts of the page share: what is known of it, what is selected, what was asked.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub workflow_id: StoredValue<String>,
    pub job_name: StoredValue<String>,
    pub poll: Poll<JobStatus>,
    pub definition: RwSignal<Option<String>>,
    pub document: Memo<Option<Arc<Document>>>,
    pub selected: Memo<Option<Selected>>,
    pub attention: Memo<Vec<Attention>>,
    pub asked: RwSignal<Option<Asked>>,
    pub gates: Gates,
    pub log: StoredValue<fn(LogSlot) -> AnyView>,
    address: Memo<Address>,
    show: Callback<Address>,
}

/// The task that the address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selected {
    pub pointer: String,
    /// None where it did not run (yet).
    pub task_id: Option<String>,
}

impl Run {
    /// Reads what the service said last, tracked; `None` before the first answer.
    pub(super) fn with<T>(&self, read: impl FnOnce(&JobStatus) -> T) -> Option<T> {
        self.poll.state.read().data.as_ref().map(read)
    }

    /// Selects a task by id or pointer, or nothing.
    pub(super) fn select(&self, task: Option<String>) {
        self.show.run(Address { task, ..self.address.get_untracked() });
    }

    fn open(&self, tab: Tab) {
        self.show.run(Address { tab, ..self.address.get_untracked() });
    }

    fn select_next_attention(&self) {
        let list = self.attention.get_untracked();
        let current = self.selected.get_untracked().and_then(|selected| selected.task_id);
        if let Some(next) = next_attention(&list, current.as_deref()) {
            self.select(Some(next.task_id.clone()));
        }
    }
}

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
        format!("{}{}", word.unwrap_or_default(), run.job_name.read_value().as_str())
    });
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
    let has_panel = Memo::new(move |_| run.selected.read().is_some());
    let narrow = use_media_query("(max-width: 760px)");
    let tab = Memo::new(move |_| match run.address.read().tab {
        Tab::Automatic if narrow.get() => Tab::Tasks,
        Tab::Automatic => Tab::Canvas,
        chosen => chosen,
    });
    view! {
        <div class="page page--full run" class:run--dry=move || dry_run.get() class:run--real=move || !dry_run.get()>
            <RunBar run />
            <StaleBanner run />
            <AttentionStrip run />
            <Tabs run tab />
            <div class="run__body" class:run__body--split=move || has_panel.get()>
                <div class="run__main" role="tabpanel">
                    {move || match tab.get() {
                        Tab::Automatic | Tab::Canvas => view! { <RunGraph run /> }.into_any(),
                        Tab::Tasks => view! { <TaskTable run /> }.into_any(),
                        Tab::Events => view! { <EventList run /> }.into_any(),
                        Tab::Log => view! { <JobLog run /> }.into_any(),
                    }}
                </div>
                <Show when=move || has_panel.get()>
                    <TaskPanel run />
                </Show>
            </div>
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
        Tab::Tasks => t_string!(i18n, runs.tab.tasks),
        Tab::Events => t_string!(i18n, runs.tab.events),
        Tab::Log => t_string!(i18n, runs.tab.log),
    };
    view! {
        <div class="tabs run__tabs" role="tablist" aria-label=move || t_string!(i18n, runs.tab.label)>
            {[Tab::Canvas, Tab::Tasks, Tab::Events, Tab::Log]
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
fn StaleBanner(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let stale = Memo::new(move |_| {
        let state = run.poll.state.read();
        state.error.clone().map(|error| (error, state.as_of))
    });
    view! {
        {move || stale.get().map(|(error, as_of)| {
            let time = String::from(js_sys::Date::new(&as_of.into()).to_iso_string());
            view! {
                <div class="notice notice--bad run__stale" role="alert">
                    <IconView icon=Icon::Alert />
                    <span>
                        <strong>{t_string!(i18n, common.stale, time = format_time(&time, preferences.time.get()))}</strong>
                        " " {describe_error(i18n, &error)}
                    </span>
                    <button type="button" class="button button--tiny" on:click=move |_| run.poll.refresh()>{t!(i18n, common.action.refresh)}</button>
                </div>
            }
        })}
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
        writer: Some(Callback::new(move |id: String| names.read().get(&id).cloned())),
    })
}

fn use_run(workflow_id: String, job_name: String, log: fn(LogSlot) -> AnyView) -> Run {
    let api = use_api();
    let query = use_query_map();
    let replace = replace();
    let address = Memo::new(move |_| {
        let query = query.read();
        Address::read(query.get("tab").as_deref(), query.get("task").as_deref())
    });
    let (workflow_id, job_name) = (StoredValue::new(workflow_id), StoredValue::new(job_name));
    let show = Callback::new(move |address: Address| {
        replace(&address.path(&workflow_id.read_value(), &job_name.read_value()));
    });
    let definition = RwSignal::new(None::<String>);
    let poll = use_poll(
        move || {
            let unknown = definition.read_untracked().is_none();
            async move {
                let (workflow, job) = (workflow_id.get_value(), job_name.get_value());
                let mut status = api.job_status(&workflow, &job, unknown).await?;
                if let Some(text) = status.workflow_def.take() {
                    let _ = definition.try_set(Some(text));
                }
                Ok(status)
            }
        },
        poll_interval,
    );
    let document = Memo::new(move |_| Document::from_json(definition.read().as_deref()?).ok().map(Arc::new));
    let selected = Memo::new(move |_| {
        let wanted = address.read().task.clone()?;
        let state = poll.state.read();
        let tasks = &state.data.as_ref()?.tasks;
        let found = match tasks.iter().find(|task| task.task_id == wanted) {
            Some(task) => Some(task),
            None => leading_instance(tasks, &wanted),
        };
        match found {
            Some(task) => {
                Some(Selected { pointer: task.pointer.clone(), task_id: Some(task.task_id.clone()) })
            }
            None => wanted.starts_with('/').then_some(Selected { pointer: wanted, task_id: None }),
        }
    });
    let attention = Memo::new(move |_| {
        let document = document.read();
        poll.state
            .read()
            .data
            .as_ref()
            .map(|status| attention(document.as_deref(), status))
            .unwrap_or_default()
    });
    Run {
        workflow_id,
        job_name,
        poll,
        definition,
        document,
        selected,
        attention,
        asked: RwSignal::new(None),
        gates: Gates::new(poll),
        log: StoredValue::new(log),
        address,
        show,
    }
}

/// `n` goes to the next task that needs a person, unless one is typing or a dialog is open.
fn next_by_key(run: Run) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let typing = target.is_some_and(|element| {
            element
                .closest("input, textarea, select, [contenteditable], dialog")
                .is_ok_and(|found| found.is_some())
        });
        if event.key() == "n" && !event.ctrl_key() && !event.meta_key() && !event.alt_key() && !typing {
            run.select_next_attention();
        }
    });
    on_cleanup(move || listener.remove());
}
