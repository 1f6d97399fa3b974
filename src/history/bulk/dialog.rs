//! Asks for the scope and the reason, works through the runs, and names each that failed with why.

use futures::StreamExt as _;
use futures::stream;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::Job;
use wire::operation::encode_segment;

use super::Act;
use crate::api::{Api, ApiError, IdempotencyKey, use_api};
use crate::history::search::Search;
use crate::history::walk::Walk;
use crate::history::words::count;
use crate::i18n::*;
use crate::ui::{Dialog, DialogSize, StatusBadge, describe_error, href};

/// So many calls are under way at a time.
const AT_ONCE: usize = 4;
/// More than these are not dealt with at once: filters make the scope smaller.
const MOST: usize = 5_000;
/// So many of the runs are named before the act.
const NAMED: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Chosen,
    Matching,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Asking,
    /// The runs of the scope are being looked for.
    Gathering,
    Working,
    Over,
}

/// A run and the key of what is done to it: tried again after a lost answer, it is still the same act.
#[derive(Clone)]
struct Target {
    job: Job,
    key: IdempotencyKey,
}

#[derive(Clone)]
struct Failed {
    target: Target,
    error: ApiError,
}

#[component]
pub(super) fn BulkDialog(search: Search, act: Act, on_close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let scope = RwSignal::new(Scope::Chosen);
    let stage = RwSignal::new(Stage::Asking);
    let reason = RwSignal::new(String::new());
    let (done, total) = (RwSignal::new(0_usize), RwSignal::new(0_usize));
    let failed = RwSignal::new_local(Vec::<Failed>::new());
    let trouble = RwSignal::new(None::<ApiError>);
    let stopped = RwSignal::new(false);
    let chosen: Vec<Job> = search.selected.read_untracked().values().cloned().collect();
    let fitting: Vec<Job> = chosen.iter().filter(|job| act.applies(&job.status)).cloned().collect();
    let left_out = chosen.len() - fitting.len();
    let fitting = StoredValue::new(fitting);
    let matching = search.total();

    let work = move |targets: Vec<Target>| {
        stage.set(Stage::Working);
        stopped.set(false);
        failed.update(Vec::clear);
        done.set(0);
        total.set(targets.len());
        let why = reason.get_untracked().trim().to_owned();
        leptos::task::spawn_local(async move {
            let perform = |target: Target| {
                let why = why.clone();
                async move {
                    if stopped.try_get_untracked().unwrap_or(true) {
                        return None;
                    }
                    let outcome = perform(api, act, &target, &why).await;
                    Some((target, outcome))
                }
            };
            let mut work = stream::iter(targets).map(perform).buffer_unordered(AT_ONCE);
            while let Some(one) = work.next().await {
                let Some((target, outcome)) = one else { continue };
                let _ = done.try_update(|done| *done += 1);
                match outcome {
                    Ok(()) => {
                        let _ = search.selected.try_update(|selected| selected.remove(&target.job.job_name));
                    }
                    Err(error) => {
                        let _ = failed.try_update(|failed| failed.push(Failed { target, error }));
                    }
                }
            }
            let _ = stage.try_set(Stage::Over);
            search.refresh();
        });
    };
    let begin = move || {
        trouble.set(None);
        let target = |job: Job| Target { job, key: IdempotencyKey::new() };
        if scope.get_untracked() == Scope::Chosen {
            return work(fitting.get_value().into_iter().map(target).collect());
        }
        stage.set(Stage::Gathering);
        let view = search.shown.get_untracked();
        leptos::task::spawn_local(async move {
            let mut walk = Walk::new(api, &view, Some(act.filter()));
            let mut found = Vec::new();
            loop {
                match walk.next().await {
                    Ok(Some(jobs)) => {
                        found.extend(jobs.into_iter().filter(|job| act.applies(&job.status)).map(target))
                    }
                    Ok(None) => break,
                    Err(error) => {
                        let _ = trouble.try_set(Some(error));
                        let _ = stage.try_set(Stage::Asking);
                        return;
                    }
                }
                let _ = total.try_set(found.len());
                if found.len() >= MOST || stopped.try_get_untracked().unwrap_or(true) {
                    break;
                }
            }
            if stopped.try_get_untracked().unwrap_or(true) {
                let _ = stage.try_set(Stage::Asking);
                let _ = stopped.try_set(false);
            } else {
                found.truncate(MOST);
                work(found);
            }
        });
    };
    let is_busy = move || matches!(stage.get(), Stage::Gathering | Stage::Working);
    // While it goes on the dialog is closed by stopping it first: what happened should be read.
    let close = Callback::new(move |()| if is_busy() { stopped.set(true) } else { on_close.run(()) });
    view! {
        <Dialog title=Signal::derive(move || title(i18n, act).to_owned()) on_close=close size=DialogSize::Wide>
            <Show when=move || stage.get() == Stage::Asking>
                <fieldset class="choice bulk__scope">
                    <legend>{t!(i18n, history.bulk.scope)}</legend>
                    <label class="choice__option">
                        <input type="radio" name="bulk-scope" prop:checked=move || scope.get() == Scope::Chosen on:change=move |_| scope.set(Scope::Chosen) />
                        {move || t_string!(i18n, history.bulk.scope_chosen, runs = count(fitting.with_value(Vec::len) as u64, false))}
                    </label>
                    <label class="choice__option">
                        <input type="radio" name="bulk-scope" prop:checked=move || scope.get() == Scope::Matching on:change=move |_| scope.set(Scope::Matching) />
                        {move || t_string!(i18n, history.bulk.scope_matching, runs = count(matching.get().0, matching.get().1))}
                    </label>
                </fieldset>
                <Show when=move || scope.get() == Scope::Chosen>
                    <ul class="bulk__runs">
                        {fitting.with_value(|jobs| jobs.iter().take(NAMED).map(|job| view! {
                            <li><StatusBadge status=Signal::stored(job.status.clone()) /> <span>{job.job_name.clone()}</span></li>
                        }).collect_view())}
                        {move || (fitting.with_value(Vec::len) > NAMED).then(|| view! {
                            <li class="muted">{t_string!(i18n, history.bulk.more, runs = count((fitting.with_value(Vec::len) - NAMED) as u64, false))}</li>
                        })}
                    </ul>
                    <Show when=move || left_out != 0>
                        <p class="muted">{move || t_string!(i18n, history.bulk.left_out, runs = count(left_out as u64, false))}</p>
                    </Show>
                </Show>
                <p>{move || consequence(i18n, act)}</p>
                {move || trouble.get().map(|error| view! { <p class="notice notice--bad" role="alert">{describe_error(i18n, &error)}</p> })}
                <div class="form__field">
                    <label for="bulk-reason">{t!(i18n, history.bulk.reason)}</label>
                    <input id="bulk-reason" class="input" maxlength="2000" bind:value=reason />
                </div>
            </Show>
            <Show when=move || stage.get() != Stage::Asking>
                <Progress stage done total failures=Signal::derive_local(move || failed.read().len()) />
                <ul class="bulk__failures" aria-label=move || t_string!(i18n, history.bulk.failures)>
                    {move || failed.get().into_iter().map(|failed| {
                        let job = failed.target.job;
                        let target = href(&format!("/runs/{}/{}", encode_segment(&job.workflow_id), encode_segment(&job.job_name)));
                        view! { <li><a href=target>{job.job_name}</a> <span>{describe_error(i18n, &failed.error)}</span></li> }
                    }).collect_view()}
                </ul>
            </Show>
            <div class="dialog__actions">
                {move || match stage.get() {
                    Stage::Asking => view! {
                        <button type="button" class="button" on:click=move |_| close.run(())>{t!(i18n, common.action.cancel)}</button>
                        <button type="button" class=if act == Act::Stop { "button button--danger" } else { "button button--primary" } data-confirm="" on:click=move |_| begin()>
                            {verb(i18n, act)}
                        </button>
                    }
                    .into_any(),
                    Stage::Gathering | Stage::Working => view! {
                        <button type="button" class="button" disabled=move || stopped.get() on:click=move |_| stopped.set(true)>{t!(i18n, history.bulk.halt)}</button>
                    }
                    .into_any(),
                    Stage::Over => view! {
                        <Show when=move || !failed.read().is_empty()>
                            <button type="button" class="button" on:click=move |_| work(again(failed.get_untracked()))>{t!(i18n, history.bulk.again)}</button>
                        </Show>
                        <button type="button" class="button button--primary" on:click=move |_| on_close.run(())>{t!(i18n, common.action.close)}</button>
                    }
                    .into_any(),
                }}
            </div>
        </Dialog>
    }
}

#[component]
fn Progress(
    stage: RwSignal<Stage>,
    done: RwSignal<usize>,
    total: RwSignal<usize>,
    failures: Signal<usize, LocalStorage>,
) -> impl IntoView {
    let i18n = use_i18n();
    let text = move || {
        let (done, total) = (count(done.get() as u64, false), count(total.get() as u64, false));
        match stage.get() {
            Stage::Gathering => t_string!(i18n, history.bulk.gathering, runs = total),
            _ => t_string!(
                i18n,
                history.bulk.progress,
                done = done,
                total = total,
                failed = count(failures.get() as u64, false)
            ),
        }
    };
    view! {
        <progress class="bulk__progress" max=move || total.get().max(1).to_string() value=move || done.get().to_string() aria-label=move || t_string!(i18n, history.bulk.label)></progress>
        <p role="status">{text}</p>
    }
}

async fn perform(api: Api, act: Act, target: &Target, why: &str) -> Result<(), ApiError> {
    match act {
        Act::Stop => api.stop_job(&target.job.job_name, why, &target.key).await,
        Act::Retry => api.retry_job(&target.job.job_name, None, why, &target.key).await,
    }
}

/// What failed, to be tried again: an answer that was lost is asked for, a refusal is a new request.
fn again(failed: Vec<Failed>) -> Vec<Target> {
    let target = |failed: Failed| match failed.error {
        ApiError::Offline => failed.target,
        _ => Target { key: IdempotencyKey::new(), ..failed.target },
    };
    failed.into_iter().map(target).collect()
}

fn title(i18n: I18nContext<Locale>, act: Act) -> &'static str {
    match act {
        Act::Stop => t_string!(i18n, history.bulk.stop_title),
        Act::Retry => t_string!(i18n, history.bulk.retry_title),
    }
}

fn consequence(i18n: I18nContext<Locale>, act: Act) -> &'static str {
    match act {
        Act::Stop => t_string!(i18n, history.bulk.stop_text),
        Act::Retry => t_string!(i18n, history.bulk.retry_text),
    }
}

fn verb(i18n: I18nContext<Locale>, act: Act) -> &'static str {
    match act {
        Act::Stop => t_string!(i18n, history.bulk.stop_verb),
        Act::Retry => t_string!(i18n, history.bulk.retry_verb),
    }
}
