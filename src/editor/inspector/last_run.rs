//! The data of the workflow's last run, for completion and previews: asked for when a preview is first opened.

use std::sync::Arc;

use flow::Pointer;
use flow::scope::{Seen, SeenTask};
use leptos::prelude::*;
use serde_json::{Value, json};
use wire::history::{Filter, Operator, Property};
use wire::job::JobStatus;
use wire::{Status, Task};

use crate::api::{Api, use_api};
use crate::editor::state::Editor;

/// An answer that is younger is not asked for again.
const FRESH: f64 = 15_000.0;

/// Shared by the fields of the inspector, which provides it. A handle, cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct LastRun {
    editor: Editor,
    api: Api,
    pub(super) found: RwSignal<Option<Arc<Found>>>,
    pub(super) under_way: RwSignal<bool>,
    asked_at: StoredValue<f64>,
}

/// A run, and what it has shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) workflow_id: String,
    pub(super) job_name: String,
    pub(super) started_at: String,
    pub(super) seen: Seen,
}

impl LastRun {
    pub(super) fn new(editor: Editor) -> Self {
        Self {
            editor,
            api: use_api(),
            found: RwSignal::new(None),
            under_way: RwSignal::new(false),
            asked_at: StoredValue::new(f64::NEG_INFINITY),
        }
    }

    /// Asks for the last run, unless that is under way or was done just now.
    pub(super) fn ask(&self) {
        let Some(published) = self.editor.published.get_untracked() else { return };
        let now = js_sys::Date::now();
        if self.under_way.get_untracked() || now - self.asked_at.get_value() < FRESH {
            return;
        }
        let own = *self;
        own.asked_at.set_value(now);
        own.under_way.set(true);
        leptos::task::spawn_local(async move {
            let found = own.last(&published.workflow_id).await;
            // Where it cannot be had, what was known stays.
            if let Some(found) = found
                && own.found.try_get_untracked().is_some_and(|before| before.as_deref() != Some(&found))
            {
                own.found.set(Some(Arc::new(found)));
            }
            let _ = own.under_way.try_set(false);
        });
    }

    /// What was seen, tracked.
    pub(super) fn seen(&self) -> Seen {
        self.found.read().as_ref().map(|found| found.seen.clone()).unwrap_or_default()
    }

    async fn last(&self, workflow_id: &str) -> Option<Found> {
        let equal = |property, operand: &str| Filter {
            property,
            operator: Operator::Eq,
            operand: operand.to_owned(),
        };
        // What a dry run shows is made up.
        let filters = [equal(Property::WorkflowId, workflow_id), equal(Property::DryRun, "false")];
        let job = self.api.list_jobs(&filters, 1, 1).await.ok()?.items.into_iter().next()?;
        let status = self.api.job_status(workflow_id, &job.job_name, false).await.ok()?;
        Some(Found {
            workflow_id: workflow_id.to_owned(),
            seen: seen(&status),
            job_name: job.job_name,
            started_at: job.started_at,
        })
    }
}

fn seen(status: &JobStatus) -> Seen {
    let input = Some(status.input.clone()).filter(|input| !input.is_null());
    let mut seen = Seen::of_run(status.job.job_name.clone(), moment(&status.job.started_at), input);
    for task in &status.tasks {
        // The newest instance of a task comes last.
        if let Some(pointer) = Pointer::parse(&task.pointer) {
            seen.insert(&pointer, seen_task(task));
        }
    }
    seen
}

fn seen_task(task: &Task) -> SeenTask {
    let known = |value: &Value, known: bool| (known && !task.values_omitted).then(|| value.clone());
    let began = !matches!(task.status, Status::Pending | Status::Skipped);
    SeenTask {
        input: known(&task.input, began),
        output: known(&task.output, task.status == Status::Completed),
        error: task.error.as_ref().and_then(|error| serde_json::to_value(error).ok()),
        iteration: task.iteration.and_then(|iteration| usize::try_from(iteration).ok()),
    }
}

/// A time as expressions see it (DSL, Date Time Descriptor).
fn moment(text: &str) -> Option<Value> {
    let milliseconds = js_sys::Date::parse(text);
    milliseconds.is_finite().then(|| {
        json!({ "iso8601": text, "epoch": { "seconds": (milliseconds / 1000.0).floor() as i64, "milliseconds": milliseconds as i64 } })
    })
}
