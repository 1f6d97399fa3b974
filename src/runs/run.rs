//! What the parts of a run's page share: its state as polled, the view that the address names, and the ways to change it.

use std::sync::Arc;
use std::time::Duration;

use flow::Document;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use wasm_bindgen::JsCast;
use wire::JobStatus;

use super::acts::Asked;
use super::address::{Address, Tab, with_the_rest};
use super::gates::Gates;
use super::model::{Attention, attention, leading_instance, next_attention, poll_interval};
use super::order::Newest;
use crate::api::{News, Poll, use_api, use_poll_for_news};
use crate::ui::link::replace;

/// Between two questions while nobody sees the page: title, icon and notifications still tell how the run stands.
const HIDDEN: Duration = Duration::from_secs(10);

/// The log that a part of the page wants shown; `app` says who shows it.
#[derive(Clone, Copy)]
pub struct LogSlot {
    pub job_name: Signal<String>,
    /// A task's pointer, or `-` for the whole job.
    pub state_id: Signal<String>,
    pub label: Signal<String>,
    /// Changes whenever a log that was complete may go on.
    pub stirred: Signal<String>,
    /// When the run began; empty while it is not known.
    pub started_at: Signal<String>,
    /// The name of a task by its id, where the log is of several.
    pub writer: Option<Callback<String, Option<String>>>,
}

/// The run that the parts of the page share: what is known of it, what is selected, what was asked.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub workflow_id: StoredValue<String>,
    pub job_name: StoredValue<String>,
    pub poll: Poll<JobStatus>,
    pub document: Memo<Option<Arc<Document>>>,
    pub selected: Memo<Option<Selected>>,
    pub attention: Memo<Vec<Attention>>,
    pub asked: RwSignal<Option<Asked>>,
    /// The report lies over the page.
    pub reporting: RwSignal<bool>,
    pub gates: Gates,
    /// Of a replay that is played or dragged: milliseconds from the start of the run.
    pub scrubbing: RwSignal<Option<f64>>,
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

    /// When the run began; empty while it is not known.
    pub(super) fn started_at(self) -> Signal<String> {
        Signal::derive(move || self.with(|status| status.job.started_at.clone()).unwrap_or_default())
    }

    /// The tab that the address names, tracked.
    pub(super) fn tab(&self) -> Tab {
        self.address.read().tab
    }

    /// Selects a task by id or pointer, or nothing.
    pub(super) fn select(&self, task: Option<String>) {
        self.show.run(Address { task, ..self.address.get_untracked() });
    }

    pub(super) fn open(&self, tab: Tab) {
        self.show.run(Address { tab, ..self.address.get_untracked() });
    }

    /// The instant of the replay that the address names, in milliseconds from the start of the run; tracked.
    pub(super) fn instant(&self) -> Option<f64> {
        self.address.read().at.map(|at| at as f64)
    }

    /// Makes the address name an instant of the replay, or none.
    pub(super) fn go_to(&self, instant: Option<f64>) {
        let at = instant.map(|instant| instant.max(0.0).round() as u64);
        self.show.run(Address { at, ..self.address.get_untracked() });
    }

    fn select_next_attention(&self) {
        let list = self.attention.get_untracked();
        let current = self.selected.get_untracked().and_then(|selected| selected.task_id);
        if let Some(next) = next_attention(&list, current.as_deref()) {
            self.select(Some(next.task_id.clone()));
        }
    }
}

/// Polls the run for as long as the page lives.
pub(super) fn use_run(workflow_id: String, job_name: String, log: fn(LogSlot) -> AnyView) -> Run {
    let api = use_api();
    let (query, location) = (use_query_map(), use_location());
    let replace = replace();
    let address = Memo::new(move |_| {
        let query = query.read();
        Address::read(query.get("tab").as_deref(), query.get("task").as_deref(), query.get("at").as_deref())
    });
    let (workflow_id, job_name) = (StoredValue::new(workflow_id), StoredValue::new(job_name));
    let show = Callback::new(move |address: Address| {
        let path = address.path(&workflow_id.read_value(), &job_name.read_value());
        replace(&with_the_rest(path, &location.search.read_untracked()));
    });
    let definition = RwSignal::new(None::<String>);
    // The entity tag of what is shown, and how far it was.
    let known = StoredValue::new((None::<String>, Newest::default()));
    let poll = use_poll_for_news(
        move || {
            let unknown = definition.read_untracked().is_none();
            async move {
                let (workflow, job) = (workflow_id.get_value(), job_name.get_value());
                let (mut tag, mut newest) = known.get_value();
                let news = api.job_status_news(&workflow, &job, unknown, &mut tag).await?;
                let News::New(mut status) = news else { return Ok(News::Same) };
                if let Some(text) = status.workflow_def.take() {
                    let _ = definition.try_set(Some(text));
                    // The next question is another one: without the definition.
                    tag = None;
                }
                let is_newer = newest.takes(&status);
                let tag = tag.filter(|_| is_newer);
                let _ = known.try_set_value((tag, newest));
                Ok(if is_newer { News::New(status) } else { News::Same })
            }
        },
        poll_interval,
        HIDDEN,
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
    // Who looks at a gate that has just opened, or was decided elsewhere, sees the count of approvals move with it.
    let gates = Memo::new(move |_| {
        let attention = attention.read();
        attention
            .iter()
            .filter(|one| one.status == wire::Status::Waiting)
            .map(|one| one.task_id.clone())
            .collect::<Vec<_>>()
    });
    Effect::new(move |known: Option<()>| {
        gates.track();
        if known.is_some() {
            api.refresh_now();
        }
    });
    Run {
        workflow_id,
        job_name,
        poll,
        document,
        selected,
        attention,
        asked: RwSignal::new(None),
        reporting: RwSignal::new(false),
        gates: Gates::new(poll),
        scrubbing: RwSignal::new(None),
        log: StoredValue::new(log),
        address,
        show,
    }
}

/// `n` goes to the next task that needs a person, unless one is typing or a dialog is open.
pub(super) fn next_by_key(run: Run) {
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
