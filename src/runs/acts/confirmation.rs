//! Asks once more before an act, with its plan and a reason; then acts, and says what became of it.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::{JobStatus, Status};

use super::preview::{PlanView, plan_of};
use super::{Asked, is_fault};
use crate::api::{ApiError, IdempotencyKey, use_api};
use crate::i18n::*;
use crate::runs::model::attention;
use crate::runs::run::Run;
use crate::ui::{Dialog, DialogSize, describe_error, use_toasts};

#[component]
pub(super) fn Confirmation(run: Run, asked: Asked) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let reason = RwSignal::new(String::new());
    // How many calls are done, of how many; none while nothing is under way.
    let progress = RwSignal::new(None::<(usize, usize)>);
    let failures = RwSignal::new(Vec::<(String, ApiError)>::new());
    // Pressed again after a lost answer it is still the same act; another reason makes it another one.
    let keys = StoredValue::new(HashMap::<(String, String), IdempotencyKey>::new());
    let close = Callback::new(move |()| run.asked.set(None));
    let faults = faults_of(run);
    let chosen = RwSignal::new(match &asked {
        Asked::Stop => Vec::new(),
        Asked::RetryAll => faults.iter().map(|(id, _)| id.clone()).collect(),
        Asked::Retry { task_id, .. } | Asked::Skip { task_id, .. } => vec![task_id.clone()],
    });
    let choice = (asked == Asked::RetryAll).then(|| faults.clone());
    let all = faults.len();
    let asked = StoredValue::new(asked);
    let plan = Memo::new(move |_| plan_of(run, &asked.read_value(), &chosen.read()));
    let perform = move |_| {
        if progress.get_untracked().is_some() {
            return;
        }
        let (job, why) = (run.job_name.get_value(), reason.get_untracked().trim().to_owned());
        let (act, picked) = (asked.get_value(), chosen.get_untracked());
        // All of them are one call, which also takes what fails in this moment.
        let targets = match act {
            Asked::Stop => vec![String::new()],
            Asked::RetryAll if picked.len() == all => vec![String::new()],
            _ => picked,
        };
        let workflow_id = run.workflow_id.get_value();
        let named = faults.clone();
        failures.set(Vec::new());
        progress.set(Some((0, targets.len())));
        leptos::task::spawn_local(async move {
            let mut failed = Vec::new();
            for (number, target) in targets.iter().enumerate() {
                let _ = progress.try_set(Some((number, targets.len())));
                let key = keys
                    .try_update_value(|keys| {
                        keys.entry((why.clone(), target.clone())).or_insert_with(IdempotencyKey::new).clone()
                    })
                    .unwrap_or_else(IdempotencyKey::new);
                let outcome = match &act {
                    Asked::Stop => api.stop_job(&job, &why, &key).await,
                    Asked::Skip { .. } => api.skip_task(&job, target, &why, &key).await,
                    _ => api.retry_job(&job, (!target.is_empty()).then_some(target), &why, &key).await,
                };
                match outcome {
                    Ok(()) => {
                        let _ =
                            chosen.try_update(|chosen| chosen.retain(|one| one != target || !several(&act)));
                    }
                    Err(error) => {
                        let name = named.iter().find(|(id, _)| id == target).map(|(_, name)| name.clone());
                        failed.push((name.unwrap_or_default(), error));
                    }
                }
            }
            let _ = progress.try_set(None);
            // Whether it went well or the run went on meanwhile: what is shown is old.
            run.poll.refresh();
            if !failed.is_empty() {
                let _ = failures.try_set(failed);
                return;
            }
            let after = api.job_status(&workflow_id, &job, false).await.ok();
            toasts.success(effect(i18n, &act, after.as_ref()));
            if run.asked.try_with_untracked(|now| now.as_ref() == Some(&act)).unwrap_or_default() {
                close.run(());
            }
        });
    };
    let danger = asked.with_value(|asked| matches!(asked, Asked::Stop | Asked::Skip { .. }));
    let nothing = move || !asked.with_value(|asked| *asked == Asked::Stop) && chosen.read().is_empty();
    view! {
        <Dialog title=Signal::derive(move || asked.with_value(|asked| title(i18n, run, asked))) on_close=close size=DialogSize::Wide>
            <p>{move || asked.with_value(|asked| consequence(i18n, asked))}</p>
            {choice.map(|faults| view! { <FaultChoice faults chosen /> })}
            {move || plan.get().map(|plan| view! { <PlanView plan /> })}
            <div class="form__field">
                <label for="act-reason">{t!(i18n, runs.act_reason)}</label>
                <input
                    id="act-reason"
                    class="input"
                    maxlength="2000"
                    placeholder=move || t_string!(i18n, runs.act_reason_help)
                    prop:value=move || reason.get()
                    on:input=move |event| reason.set(event_target_value(&event))
                />
            </div>
            {move || failures.get().into_iter().map(|(name, error)| view! { <p class="notice notice--bad" role="alert">{(!name.is_empty()).then(|| format!("{name}: "))} {describe_error(i18n, &error)}</p> }).collect_view()}
            <div class="dialog__actions">
                {move || progress.get().filter(|(_, of)| *of > 1).map(|(done, of)| view! { <span class="muted" role="status">{format!("{done}/{of}")}</span> })}
                <button type="button" class="button" on:click=move |_| close.run(())>{t!(i18n, common.action.cancel)}</button>
                <button
                    type="button"
                    class=if danger { "button button--danger" } else { "button button--primary" }
                    data-confirm=""
                    disabled=move || progress.get().is_some() || nothing()
                    on:click=perform
                >
                    {move || verb(i18n, &asked.read_value(), chosen.read().len(), all)}
                </button>
            </div>
        </Dialog>
    }
}

/// Which of the tasks at fault run again.
#[component]
fn FaultChoice(faults: Vec<(String, String)>, chosen: RwSignal<Vec<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let toggle = move |id: &str, on: bool| {
        chosen.update(|chosen| {
            chosen.retain(|one| one != id);
            if on {
                chosen.push(id.to_owned());
            }
        });
    };
    view! {
        <fieldset class="stages">
            <legend>{t!(i18n, recovery.choose)}</legend>
            <div class="stages__list">
                {faults
                    .into_iter()
                    .map(|(id, name)| {
                        let own = id.clone();
                        let checked = move || chosen.read().contains(&own);
                        view! {
                            <label class="stages__stage">
                                <input type="checkbox" class="checkbox" prop:checked=checked on:change=move |event| toggle(&id, event_target_checked(&event)) />
                                {name}
                            </label>
                        }
                    })
                    .collect_view()}
            </div>
        </fieldset>
    }
}

/// The tasks at fault that nothing took care of, by id and name.
fn faults_of(run: Run) -> Vec<(String, String)> {
    let attention = run.attention.read_untracked();
    attention.iter().filter(|one| is_fault(one)).map(|one| (one.task_id.clone(), one.name.clone())).collect()
}

fn several(asked: &Asked) -> bool {
    *asked == Asked::RetryAll
}

fn title(i18n: I18nContext<Locale>, run: Run, asked: &Asked) -> String {
    match asked {
        Asked::Stop => t_string!(i18n, runs.stop_title, name = run.job_name.get_value()),
        Asked::RetryAll => t_string!(i18n, runs.retry_all_title).to_owned(),
        Asked::Retry { name, .. } => t_string!(i18n, runs.retry_title, name = name.clone()),
        Asked::Skip { name, .. } => t_string!(i18n, runs.skip_title, name = name.clone()),
    }
}

fn verb(i18n: I18nContext<Locale>, asked: &Asked, chosen: usize, all: usize) -> String {
    match asked {
        Asked::Stop => t_string!(i18n, runs.stop).to_owned(),
        Asked::RetryAll if chosen < all => t_string!(i18n, recovery.retry_some, count = chosen, all = all),
        Asked::RetryAll => t_string!(i18n, runs.retry_all).to_owned(),
        Asked::Retry { .. } => t_string!(i18n, runs.retry).to_owned(),
        Asked::Skip { .. } => t_string!(i18n, runs.skip).to_owned(),
    }
}

/// What the act means; what it does to which task is the plan below.
fn consequence(i18n: I18nContext<Locale>, asked: &Asked) -> &'static str {
    match asked {
        Asked::Stop => t_string!(i18n, recovery.stop_text),
        Asked::RetryAll | Asked::Retry { .. } => t_string!(i18n, runs.retry_text),
        Asked::Skip { .. } => t_string!(i18n, runs.skip_text),
    }
}

/// What was done, and what is at fault still, as the service says after it.
fn effect(i18n: I18nContext<Locale>, asked: &Asked, after: Option<&JobStatus>) -> String {
    let mut text = match asked {
        Asked::Stop => t_string!(i18n, runs.stop_done).to_owned(),
        Asked::RetryAll => t_string!(i18n, runs.retry_all_done).to_owned(),
        Asked::Retry { name, .. } => t_string!(i18n, runs.retry_done, name = name.clone()),
        Asked::Skip { name, .. } => t_string!(i18n, runs.skip_done, name = name.clone()),
    };
    let Some(after) = after else { return text };
    let comma = t_string!(i18n, approvals.comma);
    if *asked == Asked::Stop {
        let given_up = after.tasks.iter().filter(|task| task.status == Status::Cancelled);
        let names: Vec<&str> = given_up.map(|task| task.name.as_str()).collect();
        if !names.is_empty() {
            text.push(' ');
            text.push_str(&t_string!(i18n, recovery.done_cancelled, names = names.join(comma)));
        }
        return text;
    }
    let waiting = attention(None, after);
    let still: Vec<&str> = waiting.iter().filter(|one| is_fault(one)).map(|one| one.name.as_str()).collect();
    if !still.is_empty() {
        text.push(' ');
        text.push_str(&t_string!(i18n, recovery.done_at_fault, names = still.join(comma)));
    }
    text
}
