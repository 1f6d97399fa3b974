//! The start dialog: inputs, stages, dry run, reason. Any page opens it through `ui::launch`.

use leptos::prelude::*;
use serde_json::Value;
use wire::workflow::ExecuteRequest;

use crate::api::{ApiError, IdempotencyKey, use_api};
use crate::i18n::*;
use crate::ui::launch::{Again, Launch};
use crate::ui::{
    Dialog, DialogSize, ErrorState, Icon, IconView, Loading, SchemaForm, describe_error, go, use_launcher,
};

/// Draws the dialog while there is a workflow to start. Drawn once, by `app`.
#[component]
pub fn StartDialogs() -> impl IntoView {
    let launcher = use_launcher();
    move || launcher.0.get().map(|launch| view! { <StartDialog launch /> })
}

#[component]
fn StartDialog(launch: Launch) -> impl IntoView {
    let Launch { workflow, again } = launch;
    let i18n = use_i18n();
    let api = use_api();
    let launcher = use_launcher();
    let close = Callback::new(move |()| launcher.0.set(None));
    let name = workflow.name.clone();
    let definition = RwSignal::new(workflow.workflow_def.clone().map(Ok::<_, ApiError>));
    let workflow_id = StoredValue::new(workflow.workflow_id.clone());
    let load = move || {
        definition.set(None);
        leptos::task::spawn_local(async move {
            let loaded = api.workflow(&workflow_id.get_value()).await;
            let _ = definition.try_set(Some(
                loaded.map(|found| found.and_then(|one| one.workflow_def).unwrap_or_default()),
            ));
        });
    };
    if definition.read_untracked().is_none() {
        load();
    }
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, start.title, name = name.clone())) on_close=close size=DialogSize::Wide>
            {move || match definition.get() {
                None => view! { <Loading what=Signal::derive(move || t_string!(i18n, start.loading).to_owned()) /> }.into_any(),
                Some(Err(error)) => view! { <ErrorState error=Signal::stored(error) on_retry=Callback::new(move |()| load()) /> }.into_any(),
                Some(Ok(text)) => view! { <StartForm workflow_id=workflow_id.get_value() definition=text again=again.clone() close /> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn StartForm(
    workflow_id: String,
    definition: String,
    again: Option<Again>,
    close: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let go = go();
    let definition: Value = serde_json::from_str(&definition).unwrap_or_default();
    let schema = input_schema(&definition);
    let stages = stage_names(&definition);
    // What the run before was given, where it is done once more.
    let before = again.as_ref().map(|again| again.input.clone()).filter(Value::is_object);
    let input = RwSignal::new(before.unwrap_or_else(|| defaults(&schema)));
    let first = again.as_ref().and_then(|again| again.from_stage.clone());
    let chosen = RwSignal::new(from_stage(&stages, first.as_deref()));
    let dry_run = RwSignal::new(again.as_ref().is_some_and(|again| again.dry_run));
    let again = again.map(|again| again.job_name);
    let reason = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    // One dialog is one start, however often the button is pressed or the answer is lost.
    let key = StoredValue::new(IdempotencyKey::new());
    let has_inputs =
        schema.get("properties").and_then(Value::as_object).is_some_and(|members| !members.is_empty());
    let all = stages.len();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let stages = chosen.get_untracked();
        let reason = reason.get_untracked().trim().to_owned();
        let request = ExecuteRequest {
            input: Some(input.get_untracked()),
            stages: (stages.len() != all).then_some(stages),
            dry_run: dry_run.get_untracked().then_some(true),
            reason: (!reason.is_empty()).then_some(reason),
        };
        let workflow_id = workflow_id.clone();
        let go = go.clone();
        leptos::task::spawn_local(async move {
            let outcome = api.start_workflow(&workflow_id, request, &key.get_value()).await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(job) => {
                    close.run(());
                    let encode = wire::operation::encode_segment;
                    go(&format!("/runs/{}/{}", encode(&workflow_id), encode(&job.job_name)));
                }
                Err(error) => {
                    if !error.is_transient() {
                        key.set_value(IdempotencyKey::new());
                    }
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let in_order = StoredValue::new(stages.clone());
    let toggle = move |name: String, on: bool| {
        let stages = stages.clone();
        chosen.update(|chosen| {
            // Kept in the order of the definition.
            *chosen = stages
                .iter()
                .filter(|one| if **one == name { on } else { chosen.contains(one) })
                .cloned()
                .collect();
        });
    };
    let boxes = in_order.get_value();
    view! {
        <form class="form" on:submit=submit>
            {again.map(|name| view! { <p class="notice" role="note"><IconView icon=Icon::Info /> <span>{t!(i18n, recovery.as_before, name = name)}</span></p> })}
            <section>
                <h3>{t!(i18n, start.inputs)}</h3>
                {if has_inputs {
                    view! { <SchemaForm schema=Signal::stored(schema) value=input on_change=Callback::new(move |value| input.set(value)) /> }.into_any()
                } else {
                    view! { <p class="muted">{t!(i18n, start.no_inputs)}</p> }.into_any()
                }}
            </section>
            <fieldset class="stages">
                <legend>{t!(i18n, start.stages)}</legend>
                <p class="form__help">{t!(i18n, start.stages_help)}</p>
                <div class="stages__list">
                    {boxes
                        .into_iter()
                        .map(|name| {
                            let toggle = toggle.clone();
                            let checked = { let name = name.clone(); move || chosen.read().contains(&name) };
                            let (label, from) = (name.clone(), name.clone());
                            let begin = move |_| chosen.set(from_stage(&in_order.read_value(), Some(&from)));
                            view! {
                                <div class="stages__row">
                                <label class="stages__stage">
                                    <input type="checkbox" class="checkbox" prop:checked=checked on:change=move |event| toggle(name.clone(), event_target_checked(&event)) />
                                    {label.clone()}
                                </label>
                                <button type="button" class="link stages__from" aria-label=move || t_string!(i18n, recovery.from_stage, name = label.clone()) on:click=begin>{t!(i18n, recovery.only_from)}</button>
                                </div>
                            }
                        })
                        .collect_view()}
                </div>
            </fieldset>
            <div class="form__field">
                <label for="start-reason">{t!(i18n, start.reason)}</label>
                <input id="start-reason" class="input" autocomplete="off" bind:value=reason />
                <p class="form__help">{t!(i18n, start.reason_help)}</p>
            </div>
            <label class="stages__stage">
                <input type="checkbox" class="checkbox" prop:checked=move || dry_run.get() on:change=move |event| dry_run.set(event_target_checked(&event)) />
                <span>{t!(i18n, start.dry_run)} <span class="muted">" – " {t!(i18n, start.dry_run_help)}</span></span>
            </label>
            {move || failure.get().map(|error| view! { <StartFailure error /> })}
            <p class="notice" class:notice--real=move || !dry_run.get()>
                <IconView icon=Icon::Info />
                {move || if dry_run.get() { t_string!(i18n, start.dry_run_help) } else { t_string!(i18n, start.real) }}
            </p>
            <div class="dialog__actions">
                <button type="button" class="button" on:click=move |_| close.run(())>{t!(i18n, common.action.cancel)}</button>
                <button type="submit" class="button button--primary" disabled=move || busy.get() || chosen.read().is_empty()>
                    <IconView icon=Icon::Play />
                    {move || if dry_run.get() { t_string!(i18n, start.submit_dry) } else { t_string!(i18n, start.submit) }}
                </button>
            </div>
        </form>
    }
}

/// Why it did not start, each problem with its place.
#[component]
fn StartFailure(error: ApiError) -> impl IntoView {
    let i18n = use_i18n();
    let problems = match &error {
        ApiError::Refused { problems, .. } => problems.clone(),
        _ => Vec::new(),
    };
    view! {
        <div class="notice notice--bad" role="alert">
            <div>
                <p>{describe_error(i18n, &error)}</p>
                <ul>
                    {problems.into_iter().map(|problem| view! { <li><code>{problem.pointer}</code> " " {problem.message}</li> }).collect_view()}
                </ul>
            </div>
        </div>
    }
}

/// `input.schema.document`, or `input.schema` itself where it is written without the wrapper.
fn input_schema(definition: &Value) -> Value {
    let schema = &definition["input"]["schema"];
    schema.get("document").unwrap_or(schema).clone()
}

fn stage_names(definition: &Value) -> Vec<String> {
    let items = definition["do"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_object()?.keys().next().cloned()).collect()
}

/// The stages from this one on; all of them where it is none.
fn from_stage(stages: &[String], first: Option<&str>) -> Vec<String> {
    let at = first.and_then(|first| stages.iter().position(|name| name == first)).unwrap_or_default();
    stages.iter().skip(at).cloned().collect()
}

/// An object with the schema's defaults.
fn defaults(schema: &Value) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let members = properties
        .into_iter()
        .flatten()
        .filter_map(|(name, schema)| Some((name.clone(), schema.get("default")?.clone())));
    Value::Object(members.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_from_a_stage_has_it_and_what_follows() {
        let stages = ["check", "switch", "verify"].map(str::to_owned);
        assert_eq!(from_stage(&stages, Some("switch")), ["switch", "verify"]);
        assert_eq!(from_stage(&stages, None), stages);
        assert_eq!(from_stage(&stages, Some("of another revision")), stages);
    }
}
