//! Copies a workflow under another name.

use leptos::prelude::*;
use wire::Workflow;
use wire::workflow::CopyInfo;

use crate::api::{ApiError, IdempotencyKey, use_api};
use crate::i18n::*;
use crate::ui::{Dialog, describe_error, use_toasts};

#[component]
pub(super) fn CopyDialog(workflow: Workflow, on_close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let name = RwSignal::new(format!("{}-copy", workflow.name));
    let namespace = RwSignal::new(workflow.namespace.clone());
    let description = RwSignal::new(workflow.description.clone());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    let original = workflow.name.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let copy = CopyInfo {
            attribute: "workflow".to_owned(),
            workflow_name: name.get_untracked().trim().to_owned(),
            description: description.get_untracked().trim().to_owned(),
            namespace: namespace.get_untracked().trim().to_owned(),
        };
        let workflow_id = workflow.workflow_id.clone();
        leptos::task::spawn_local(async move {
            let outcome = api.copy_workflow(&workflow_id, &copy, &IdempotencyKey::new()).await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(_) => {
                    toasts.success(t_string!(i18n, workflows.copied, name = copy.workflow_name.clone()));
                    on_close.run(());
                }
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, workflows.copy_title, name = original.clone())) on_close>
            <form class="form" on:submit=submit>
                <div class="form__field">
                    <label for="copy-name">{t!(i18n, workflows.copy_name)}</label>
                    <input id="copy-name" class="input" required maxlength="63" autofocus bind:value=name />
                </div>
                <div class="form__field">
                    <label for="copy-namespace">{t!(i18n, workflows.copy_namespace)}</label>
                    <input id="copy-namespace" class="input" required maxlength="63" bind:value=namespace />
                </div>
                <div class="form__field">
                    <label for="copy-description">{t!(i18n, workflows.copy_description)}</label>
                    <input id="copy-description" class="input" bind:value=description />
                </div>
                {move || failure.get().map(|error| view! { <p class="form__error" role="alert">{describe_error(i18n, &error)}</p> })}
                <div class="dialog__actions">
                    <button type="button" class="button" on:click=move |_| on_close.run(())>{t!(i18n, common.action.cancel)}</button>
                    <button type="submit" class="button button--primary" disabled=move || busy.get()>{t!(i18n, common.action.copy)}</button>
                </div>
            </form>
        </Dialog>
    }
}
