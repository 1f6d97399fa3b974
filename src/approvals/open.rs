//! The decision that is open over the page: follows its run, so that what was decided elsewhere closes it.

use std::sync::Arc;
use std::time::Duration;

use flow::Document;
use leptos::prelude::*;

use crate::api::{use_api, use_poll};
use crate::ui::decision::SoFar;
use crate::ui::{DecisionDialog, Gate};

const INTERVAL: Duration = Duration::from_secs(3);

#[component]
pub(super) fn OpenDecision(gate: Gate, on_close: Callback<()>, on_decided: Callback<bool>) -> impl IntoView {
    let api = use_api();
    let document = RwSignal::new(None::<Arc<Document>>);
    let (workflow_id, job_name) =
        (StoredValue::new(gate.workflow_id.clone()), StoredValue::new(gate.job_name.clone()));
    // Without an answer the dialog cannot say what follows, and still works.
    let poll = use_poll(
        move || {
            let unknown = document.read_untracked().is_none();
            async move {
                let (workflow, job) = (workflow_id.get_value(), job_name.get_value());
                let status = api.job_status(&workflow, &job, unknown).await?;
                if let Some(text) = &status.workflow_def {
                    let _ = document.try_set(Document::from_json(text).ok().map(Arc::new));
                }
                Ok(SoFar::of(&status))
            }
        },
        |_| Some(INTERVAL),
    );
    let so_far = Memo::new(move |_| poll.state.read().data.clone());
    view! { <DecisionDialog gate so_far document further=Signal::stored(0) on_close on_decided /> }
}
