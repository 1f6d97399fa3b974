//! The run on the canvas: the definition that runs, each task coloured by how it stands.

use std::collections::HashMap;
use std::sync::Arc;

use flow::{Document, Pointer};
use leptos::prelude::*;
use wire::{JobStatus, Status};

use super::model::{leading_instance, leading_instances, passed_over};
use super::replay::{ReplayBar, statuses_at};
use super::run::Run;
use super::tasks::TaskTable;
use super::timeline::use_chart;
use crate::i18n::*;
use crate::ui::flow_canvas::{FlowCanvas, NodeStatus};
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn RunGraph(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let known = Memo::new(move |_| run.document.read().is_some());
    view! {
        {move || match known.get().then(|| run.document.get_untracked()).flatten() {
            Some(document) => view! { <Graph run document /> }.into_any(),
            None => view! {
                <p class="notice"><IconView icon=Icon::Info /> {t!(i18n, runs.no_definition)}</p>
                <TaskTable run />
            }
            .into_any(),
        }}
    }
}

#[component]
fn Graph(run: Run, document: Arc<Document>) -> impl IntoView {
    let definition = Memo::new(move |_| run.document.get().unwrap_or_else(|| Arc::clone(&document)));
    let chart = use_chart(run);
    let instant = Memo::new(move |_| run.instant().map(|at| run.scrubbing.get().unwrap_or(at)));
    let status = Memo::new(move |_| match instant.get() {
        Some(offset) => {
            let chart = chart.read();
            statuses_at(&chart, chart.from + offset)
        }
        None => run.with(|status| node_statuses(&definition.read(), status)).unwrap_or_default(),
    });
    let selection = Memo::new(move |_| Pointer::parse(&run.selected.read().as_ref()?.pointer));
    let select = Callback::new(move |pointer: Option<Pointer>| {
        let task = pointer.map(|pointer| {
            let state = run.poll.state.read_untracked();
            let tasks = state.data.as_ref().map(|status| status.tasks.as_slice()).unwrap_or_default();
            // The id of the instance, so that the address goes on to mean this one when a loop makes more.
            leading_instance(tasks, pointer.as_str())
                .map_or_else(|| pointer.to_string(), |task| task.task_id.clone())
        });
        run.select(task);
    });
    view! {
        <div class="run__graph">
            <FlowCanvas definition status=Signal::from(status) selection on_select=select />
            <ReplayBar run chart />
        </div>
    }
}

fn node_statuses(document: &Document, status: &JobStatus) -> HashMap<Pointer, NodeStatus> {
    let told = status.paths_not_taken.iter().filter_map(|pointer| Pointer::parse(pointer));
    let not_taken = told
        .chain(passed_over(document, &status.tasks))
        .map(|pointer| (pointer, NodeStatus { not_taken: true, ..NodeStatus::default() }));
    let ran = leading_instances(&status.tasks).into_iter().filter_map(|(pointer, (task, instances))| {
        let code = task.error.as_ref().map(|error| error.status).filter(|_| task.status == Status::Faulted);
        let note = match (code, instances) {
            (Some(code), _) if code > 0 => Some(code.to_string()),
            (_, 2..) => Some(format!("×{instances}")),
            _ => None,
        };
        Some((
            Pointer::parse(pointer)?,
            NodeStatus { status: task.status.clone(), attempt: task.attempt, note, not_taken: false },
        ))
    });
    not_taken.chain(ran).collect()
}
