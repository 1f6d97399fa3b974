//! What a person may do to a run, each with its consequence before it and its effect after it.

use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::{Permission, Status};

use super::model::Attention;
use super::run::Run;
use crate::api::{ApiError, IdempotencyKey, use_api};
use crate::i18n::*;
use crate::ui::decision::ahead::AheadView;
use crate::ui::{Dialog, Icon, IconView, describe_error, use_toasts};

/// An act that waits for its confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Stop,
    RetryAll,
    Retry { task_id: String, name: String },
    Skip { task_id: String, name: String, pointer: String },
}

/// The buttons for one task, where this person may press them.
#[component]
pub(super) fn TaskActs(
    run: Run,
    task_id: String,
    name: String,
    pointer: String,
    status: Status,
) -> impl IntoView {
    let i18n = use_i18n();
    let may = use_api().may(Permission::Operate);
    let retry =
        (status == Status::Faulted).then(|| Asked::Retry { task_id: task_id.clone(), name: name.clone() });
    let skip =
        matches!(status, Status::Faulted | Status::Waiting).then_some(Asked::Skip { task_id, name, pointer });
    // A task whose fault was taken care of, or of a run that is over, has nothing to retry.
    let over = Memo::new(move |_| run.with(|status| status.job.status.is_final()).unwrap_or(true));
    let any = retry.is_some() || skip.is_some();
    let buttons = move || {
        let (retry, skip) = (retry.clone(), skip.clone());
        view! {
            {retry.map(|asked| view! {
                <button type="button" class="button" on:click=move |_| run.asked.set(Some(asked.clone()))>
                    <IconView icon=Icon::Retry />
                    {t!(i18n, runs.retry)}
                </button>
            })}
            {skip.map(|asked| view! {
                <button type="button" class="button" on:click=move |_| run.asked.set(Some(asked.clone()))>
                    <IconView icon=Icon::Skip />
                    {t!(i18n, runs.skip)}
                </button>
            })}
        }
    };
    view! { <Show when=move || any && may.get() && !over.get()><span class="run__task-acts">{buttons()}</span></Show> }
}

/// Draws the confirmation while an act waits for it.
#[component]
pub(super) fn ActDialog(run: Run) -> impl IntoView {
    move || run.asked.get().map(|asked| view! { <Confirmation run asked /> })
}

#[component]
fn Confirmation(run: Run, asked: Asked) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let reason = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<ApiError>);
    // Pressed again after a lost answer it is still the same act.
    let sent = StoredValue::new((String::new(), IdempotencyKey::new()));
    let close = Callback::new(move |()| run.asked.set(None));
    let asked = StoredValue::new(asked);
    let perform = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        leptos::task::spawn_local(async move {
            let (job, why) = (run.job_name.get_value(), reason.get_untracked().trim().to_owned());
            // Another reason is another request, which must not be taken for the one before.
            let key = match sent.get_value() {
                (before, key) if before == why => key,
                _ => IdempotencyKey::new(),
            };
            sent.set_value((why.clone(), key.clone()));
            let outcome = match asked.get_value() {
                Asked::Stop => api.stop_job(&job, &why, &key).await,
                Asked::RetryAll => api.retry_job(&job, None, &why, &key).await,
                Asked::Retry { task_id, .. } => api.retry_job(&job, Some(&task_id), &why, &key).await,
                Asked::Skip { task_id, .. } => api.skip_task(&job, &task_id, &why, &key).await,
            };
            let _ = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    if let Some(asked) = asked.try_get_value() {
                        toasts.success(effect(i18n, asked));
                    }
                    close.run(());
                    run.poll.refresh();
                }
                Err(error) => {
                    // A conflict means that the run went on meanwhile: what is shown is old.
                    if error.is_conflict() {
                        run.poll.refresh();
                    }
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let danger = asked.with_value(|asked| matches!(asked, Asked::Stop | Asked::Skip { .. }));
    view! {
        <Dialog title=Signal::derive(move || asked.with_value(|asked| title(i18n, run, asked))) on_close=close>
            <p>{move || asked.with_value(|asked| consequence(i18n, run, asked))}</p>
            {move || follows(run, &asked.read_value()).map(|ahead| view! { <AheadView ahead /> })}
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
            {move || failure.get().map(|error| view! { <p class="notice notice--bad" role="alert">{describe_error(i18n, &error)}</p> })}
            <div class="dialog__actions">
                <button type="button" class="button" on:click=move |_| close.run(())>{t!(i18n, common.action.cancel)}</button>
                <button
                    type="button"
                    class=if danger { "button button--danger" } else { "button button--primary" }
                    data-confirm=""
                    disabled=move || busy.get()
                    on:click=perform
                >
                    {move || asked.with_value(|asked| verb(i18n, asked))}
                </button>
            </div>
        </Dialog>
    }
}

fn title(i18n: I18nContext<Locale>, run: Run, asked: &Asked) -> String {
    match asked {
        Asked::Stop => t_string!(i18n, runs.stop_title, name = run.job_name.get_value()),
        Asked::RetryAll => t_string!(i18n, runs.retry_all_title).to_owned(),
        Asked::Retry { name, .. } => t_string!(i18n, runs.retry_title, name = name.clone()),
        Asked::Skip { name, .. } => t_string!(i18n, runs.skip_title, name = name.clone()),
    }
}

fn verb(i18n: I18nContext<Locale>, asked: &Asked) -> &'static str {
    match asked {
        Asked::Stop => t_string!(i18n, runs.stop),
        Asked::RetryAll => t_string!(i18n, runs.retry_all),
        Asked::Retry { .. } => t_string!(i18n, runs.retry),
        Asked::Skip { .. } => t_string!(i18n, runs.skip),
    }
}

/// What will run, be skipped, stay.
fn consequence(i18n: I18nContext<Locale>, run: Run, asked: &Asked) -> String {
    let comma = t_string!(i18n, approvals.comma);
    match asked {
        Asked::Stop => {
            let state = run.poll.state.read();
            let tasks = state.data.iter().flat_map(|status| &status.tasks);
            let names: Vec<&str> = tasks
                .filter(|task| matches!(task.status, Status::Running | Status::Waiting | Status::Suspended))
                .map(|task| task.name.as_str())
                .collect();
            if names.is_empty() {
                t_string!(i18n, runs.stop_text_idle).to_owned()
            } else {
                t_string!(i18n, runs.stop_text, names = names.join(comma))
            }
        }
        Asked::RetryAll => {
            let names: Vec<String> =
                run.attention.read().iter().filter(|one| is_fault(one)).map(|one| one.name.clone()).collect();
            t_string!(i18n, runs.retry_all_text, names = names.join(comma))
        }
        Asked::Retry { .. } => t_string!(i18n, runs.retry_text).to_owned(),
        Asked::Skip { .. } => t_string!(i18n, runs.skip_text).to_owned(),
    }
}

/// What runs once the task is passed by.
fn follows(run: Run, asked: &Asked) -> Option<flow::ahead::Ahead> {
    let Asked::Skip { pointer, .. } = asked else { return None };
    let input = run.with(|status| status.input.clone());
    flow::ahead::passed(run.document.read().as_deref()?, pointer, input.as_ref())
}

fn effect(i18n: I18nContext<Locale>, asked: Asked) -> String {
    match asked {
        Asked::Stop => t_string!(i18n, runs.stop_done).to_owned(),
        Asked::RetryAll => t_string!(i18n, runs.retry_all_done).to_owned(),
        Asked::Retry { name, .. } => t_string!(i18n, runs.retry_done, name = name),
        Asked::Skip { name, .. } => t_string!(i18n, runs.skip_done, name = name),
    }
}

pub(super) fn is_fault(one: &Attention) -> bool {
    one.status == Status::Faulted
}
