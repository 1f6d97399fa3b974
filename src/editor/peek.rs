//! A look into the workflow that a task runs, without leaving the one that is edited.

use std::sync::Arc;

use flow::{Document, Pointer};
use leptos::prelude::*;
use serde_json::Value;
use wire::workflow::WorkflowQuery;

use super::state::Editor;
use crate::api::{ApiError, use_api};
use crate::i18n::*;
use crate::ui::flow_canvas::FlowCanvas;
use crate::ui::{Dialog, DialogSize, ErrorState, Loading, href};

/// What a task says of the workflow that it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    namespace: String,
    name: String,
    version: String,
}

impl Reference {
    fn of(task: &Value) -> Option<Self> {
        let workflow = task.pointer("/run/workflow")?;
        let text = |member: &str| workflow.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self { namespace: text("namespace"), name: text("name"), version: text("version") })
    }

    /// Known only when it runs.
    fn is_computed(&self) -> bool {
        [&self.namespace, &self.name].iter().any(|text| text.trim_start().starts_with("${"))
    }
}

/// What the selected task runs, where that is a workflow.
pub(super) fn reference(editor: Editor) -> Option<Reference> {
    let task = editor.model.selection.get_untracked()?;
    editor.model.read(|session| Reference::of(task.get(session.document().root())?))
}

#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Loading,
    Computed,
    Missing,
    Failed(ApiError),
    Found { workflow_id: String, version: String, document: Arc<Document> },
}

#[component]
pub(super) fn PeekDialog(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let close = Callback::new(move |()| editor.sheet.set(None));
    let wanted = StoredValue::new(reference(editor));
    let stage = RwSignal::new(Stage::Loading);
    let load = move || {
        let Some(reference) = wanted.get_value() else {
            stage.set(Stage::Missing);
            return;
        };
        if reference.is_computed() {
            stage.set(Stage::Computed);
            return;
        }
        stage.set(Stage::Loading);
        leptos::task::spawn_local(async move {
            let query = WorkflowQuery {
                keyword: Some(reference.name.clone()),
                namespace: Some(reference.namespace.clone()),
                with_def: Some(true),
                ..WorkflowQuery::default()
            };
            let outcome = match api.list_workflows(query).await {
                Err(error) => Stage::Failed(error),
                Ok(page) => page
                    .items
                    .into_iter()
                    .find(|one| one.name == reference.name && one.namespace == reference.namespace)
                    .and_then(|found| {
                        let document = Document::from_text(&found.workflow_def?).ok()?;
                        let (workflow_id, version) = (found.workflow_id, found.version);
                        Some(Stage::Found { workflow_id, version, document: Arc::new(document) })
                    })
                    .unwrap_or(Stage::Missing),
            };
            // The dialog may have been closed.
            let _ = stage.try_set(outcome);
        });
    };
    load();
    let title = Signal::derive(move || {
        wanted.with_value(|wanted| wanted.as_ref().map(|wanted| wanted.name.clone()).unwrap_or_default())
    });
    let what = Signal::derive(move || t_string!(i18n, editor.peek.what).to_owned());
    let selection = RwSignal::new(None::<Pointer>);
    view! {
        <Dialog title on_close=close size=DialogSize::Wide>
            {move || match stage.get() {
                Stage::Loading => view! { <Loading what /> }.into_any(),
                Stage::Failed(error) => {
                    let again = Callback::new(move |()| load());
                    view! { <ErrorState error=Signal::stored(error) on_retry=again /> }.into_any()
                }
                Stage::Computed => view! { <p>{t!(i18n, editor.peek.dynamic)}</p> }.into_any(),
                Stage::Missing => {
                    let missing = move || wanted.with_value(|wanted| {
                        let (name, namespace) = wanted
                            .as_ref()
                            .map(|wanted| (wanted.name.clone(), wanted.namespace.clone()))
                            .unwrap_or_default();
                        t_string!(i18n, editor.peek.missing, name = name, namespace = namespace)
                    });
                    view! { <p>{missing}</p> }.into_any()
                }
                Stage::Found { workflow_id, version, document } => {
                    let asked = wanted.with_value(|wanted| {
                        wanted.as_ref().map(|wanted| wanted.version.clone()).unwrap_or_default()
                    });
                    let differs = !matches!(asked.as_str(), "" | "latest") && asked != version;
                    let says = move || t_string!(i18n, editor.peek.version, wanted = asked.clone(), found = version.clone());
                    let address = href(&format!("/workflows/{workflow_id}"));
                    view! {
                        {differs.then(|| view! { <p class="muted">{says}</p> })}
                        <div class="peek">
                            <FlowCanvas
                                definition=Signal::stored(document)
                                selection
                                on_select=Callback::new(move |task| selection.set(task))
                            />
                        </div>
                        <a class="button" href=address target="_blank" rel="noopener">{t!(i18n, editor.peek.open)}</a>
                    }
                    .into_any()
                }
            }}
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Reference;

    #[test]
    fn only_a_task_that_runs_a_workflow_can_be_looked_into() {
        let task =
            json!({ "run": { "workflow": { "namespace": "ops", "name": "drain", "version": "1.0.0" } } });
        let found = Reference::of(&task);
        assert_eq!(found.as_ref().map(|found| found.name.as_str()), Some("drain"));
        assert_eq!(found.map(|found| found.is_computed()), Some(false));
        let computed = json!({ "run": { "workflow": { "namespace": "ops", "name": "${ .which }" } } });
        assert_eq!(Reference::of(&computed).map(|found| found.is_computed()), Some(true));
        assert_eq!(Reference::of(&json!({ "run": { "shell": { "command": "true" } } })), None);
    }
}
