//! The page: which workflow it is, how it comes, and what may be done with it.

use flow::Document;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use wire::Permission;

use super::state::Published;
use super::workspace::Workspace;
use crate::api::{ApiError, use_api};
use crate::i18n::*;
use crate::ui::{EmptyState, ErrorState, Icon, Loading, href};

/// What the address names for a workflow that is not published yet.
const NEW: &str = "new";

/// A workflow as it was opened.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opened {
    pub(super) published: Option<Published>,
    pub(super) definition: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Loading,
    Missing,
    Failed(ApiError),
    Ready(Opened),
}

#[component]
pub fn EditorPage() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let params = use_params_map();
    let wanted = Memo::new(move |_| params.read().get("workflow_id").unwrap_or_else(|| NEW.to_owned()));
    let stage = RwSignal::new(Stage::Loading);
    // The workflow that is open; a new one gets its id when it is published, and stays open.
    let open = RwSignal::new(None::<String>);
    let load = move |workflow_id: String| {
        stage.set(Stage::Loading);
        leptos::task::spawn_local(async move {
            let found = api.workflow(&workflow_id).await;
            if wanted.try_get_untracked().as_deref() != Some(workflow_id.as_str()) {
                return;
            }
            let outcome = match found {
                Ok(Some(workflow)) => Stage::Ready(Opened {
                    definition: workflow.workflow_def.unwrap_or_default(),
                    published: Some(Published {
                        workflow_id: workflow.workflow_id,
                        revision: workflow.revision,
                    }),
                }),
                Ok(None) => Stage::Missing,
                Err(error) if error.is_not_found() => Stage::Missing,
                Err(error) => Stage::Failed(error),
            };
            let _ = stage.try_set(outcome);
        });
    };
    Effect::new(move |_| {
        let wanted = wanted.get();
        if open.get_untracked().as_ref() == Some(&wanted) {
            return;
        }
        open.set(Some(wanted.clone()));
        if wanted == NEW {
            stage.set(Stage::Ready(Opened { published: None, definition: first_definition() }));
        } else {
            load(wanted);
        }
    });
    let again = Callback::new(move |()| load(wanted.get_untracked()));
    view! {
        {move || match stage.get() {
            Stage::Loading => view! { <div class="page"><Loading what=Signal::derive(move || t_string!(i18n, editor.loading).to_owned()) /></div> }.into_any(),
            Stage::Failed(error) => view! { <div class="page"><ErrorState error=Signal::stored(error) on_retry=again /></div> }.into_any(),
            Stage::Missing => {
                view! {
                    <div class="page">
                        <h1>{t!(i18n, editor.missing)}</h1>
                        <EmptyState icon=Icon::Search text=Signal::derive(move || t_string!(i18n, editor.missing_text).to_owned())>
                            <a class="button button--primary" href=href("/workflows")>{t!(i18n, common.not_found.go)}</a>
                        </EmptyState>
                    </div>
                }
                .into_any()
            }
            Stage::Ready(opened) => {
                let read_only = !api.may(Permission::Edit).get_untracked();
                view! { <Workspace opened read_only open on_reload=again /> }.into_any()
            }
        }}
    }
}

/// What a new workflow begins as.
fn first_definition() -> String {
    let definition = serde_json::json!({
        "document": { "dsl": "1.0.3", "namespace": "default", "name": "new-workflow", "version": "0.1.0" },
        "do": [],
    });
    Document::from_value(definition).to_json()
}
