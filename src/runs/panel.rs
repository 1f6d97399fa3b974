//! The selected task: how it stands, what went in and came out, why it failed, what it wrote.

mod data;

use leptos::prelude::*;
use serde_json::Value;
use wire::job::{TaskError, Waiting};
use wire::{Status, Task};

use self::data::TaskData;
use super::acts::{StartFromHere, TaskActs};
use super::bar::wait_label;
use super::related::RunLink;
use super::run::{LogSlot, Run};
use crate::i18n::*;
use crate::ui::decision::Countdown;
use crate::ui::decision::approvals::ApprovalCount;
use crate::ui::{Duration, Icon, IconView, StatusBadge, Time};

#[component]
pub(super) fn TaskPanel(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let pointer = Memo::new(move |_| run.selected.get().map(|selected| selected.pointer).unwrap_or_default());
    let instances = Memo::new(move |_| {
        let pointer = pointer.read();
        run.with(|status| {
            status.tasks.iter().filter(|task| task.pointer == *pointer).cloned().collect::<Vec<Task>>()
        })
        .unwrap_or_default()
    });
    let task = Memo::new(move |_| {
        let id = run.selected.get()?.task_id?;
        instances.read().iter().find(|task| task.task_id == id).cloned()
    });
    let name = Memo::new(move |_| {
        let known = task.read().as_ref().map(|task| task.name.clone());
        known.or_else(|| flow::Pointer::parse(&pointer.read())?.last()).unwrap_or_default()
    });
    let ran = Memo::new(move |_| task.read().as_ref().map(|task| task.task_id.clone()));
    view! {
        <aside class="run__panel" aria-label=move || t_string!(i18n, runs.task_panel, name = name.get()) data-task=move || ran.get()>
            <header class="run__panel-header">
                <h2>{move || name.get()}</h2>
                <button type="button" class="button button--icon" aria-label=move || t_string!(i18n, common.action.close) on:click=move |_| run.select(None)>
                    <IconView icon=Icon::Close />
                </button>
            </header>
            <div class="run__panel-body">
                <InstancePicker run instances task />
                {move || match ran.get() {
                    Some(_) => view! { <TaskDetails run task /> }.into_any(),
                    None => view! { <p class="muted">{t!(i18n, runs.did_not_run)}</p> }.into_any(),
                }}
                <TaskLog run pointer name instances />
                <Show when=move || ran.read().is_some()>
                    <TaskData task instances />
                </Show>
            </div>
        </aside>
    }
}

#[component]
fn InstancePicker(run: Run, instances: Memo<Vec<Task>>, task: Memo<Option<Task>>) -> impl IntoView {
    let i18n = use_i18n();
    let options = Memo::new(move |_| {
        let instances = instances.read();
        let many = instances.len() > 1;
        instances
            .iter()
            .filter(|_| many)
            .map(|task| (task.task_id.clone(), task.iteration, task.status.clone()))
            .collect::<Vec<_>>()
    });
    let chosen = move || task.read().as_ref().map(|task| task.task_id.clone()).unwrap_or_default();
    view! {
        <Show when=move || !options.read().is_empty()>
            <div class="form__field">
                <label for="run-instance">{t!(i18n, runs.instance)}</label>
                <select id="run-instance" class="input" prop:value=chosen on:change=move |event| run.select(Some(event_target_value(&event)))>
                    {move || options
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, (id, iteration, status))| {
                            let number = iteration.map_or(index as u64 + 1, |iteration| iteration + 1);
                            let label = format!("{number} · {}", crate::ui::status::status_label(i18n, &status));
                            let selected = id == task.read_untracked().as_ref().map(|task| task.task_id.clone()).unwrap_or_default();
                            view! { <option value=id selected=selected>{label}</option> }
                        })
                        .collect_view()}
                </select>
            </div>
        </Show>
    }
}

#[component]
fn TaskDetails(run: Run, task: Memo<Option<Task>>) -> impl IntoView {
    let i18n = use_i18n();
    // One memo for each part, so that what did not change is not drawn anew with each answer.
    let head = Memo::new(move |_| {
        task.get()
            .map(|task| Task {
                input: Value::Null,
                output: Value::Null,
                earlier: Vec::new(),
                log_lines: 0,
                ..task
            })
            .unwrap_or_default()
    });
    view! {
        {move || {
            let task = head.get();
            let error = task.error.clone();
            let waiting = task.waiting.clone();
            let sub_run = task.sub_job.clone();
            let what = match &task.plugin {
                Some(plugin) => format!("{} · {plugin}", task.kind),
                None => task.kind.clone(),
            };
            view! {
                <div class="run__panel-acts">
                    <StatusBadge status=Signal::stored(task.status.clone()) />
                    <TaskActs run task_id=task.task_id.clone() name=task.name.clone() pointer=task.pointer.clone() status=task.status.clone() />
                    <StartFromHere run name=task.name.clone() pointer=task.pointer.clone() />
                </div>
                {error.map(|error| view! { <ErrorCard error /> })}
                {waiting.map(|waiting| view! { <WaitingCard run task_id=task.task_id.clone() waiting /> })}
                <dl class="facts">
                    <dt>{t!(i18n, runs.kind)}</dt>
                    <dd>{what} " · " <code>{task.pointer}</code></dd>
                    <dt>{t!(i18n, runs.started)}</dt>
                    <dd>
                        <Time at=Signal::stored(task.started_at.clone().unwrap_or_default()) />
                        " · " {t_string!(i18n, runs.attempt_number, number = task.attempt)}
                    </dd>
                    <dt>{t!(i18n, runs.ended)}</dt>
                    <dd>
                        <Time at=Signal::stored(task.ended_at.clone().unwrap_or_default()) />
                        " · " <Duration from=Signal::stored(task.started_at.unwrap_or_default()) to=Signal::stored(task.ended_at.unwrap_or_default()) />
                    </dd>
                    {sub_run.map(|run| view! {
                        <dt>{t!(i18n, runs.sub_run)}</dt>
                        <dd><RunLink workflow_id=run.workflow_id job_name=run.job_name task=None /></dd>
                    })}
                </dl>
            }
        }}
    }
}

/// An error as people read it: what, why, of which kind.
#[component]
fn ErrorCard(error: TaskError) -> impl IntoView {
    let i18n = use_i18n();
    let TaskError { kind, status, title, detail, instance } = error;
    let heading = title.unwrap_or_else(|| kind.rsplit('/').next().unwrap_or_default().to_owned());
    view! {
        <section class="run__error" aria-label=move || t_string!(i18n, runs.error)>
            <h3><IconView icon=Icon::Alert /> {heading}</h3>
            {detail.map(|detail| view! { <p>{detail}</p> })}
            <p class="muted">
                {(status > 0).then(|| format!("{status} · "))}
                <code>{kind}</code>
                {instance.map(|instance| view! { " · " <code>{instance}</code> })}
            </p>
        </section>
    }
}

#[component]
fn WaitingCard(run: Run, task_id: String, waiting: Waiting) -> impl IntoView {
    let i18n = use_i18n();
    let is_gate = waiting.kind == "approval";
    let may_decide = {
        let task_id = task_id.clone();
        Memo::new(move |_| run.gates.mine.read().iter().any(|gate| gate.task_id == task_id))
    };
    let approvers = (is_gate && !waiting.approvers.is_empty()).then(|| waiting.approvers.join(", "));
    let needed = usize::try_from(waiting.min_approvals).unwrap_or(usize::MAX);
    let kind = waiting.kind;
    view! {
        <section class="run__waiting-card">
            <p><strong>{move || wait_label(i18n, &kind)}</strong></p>
            {(!waiting.message.is_empty()).then(|| view! { <p class="run__message">{waiting.message}</p> })}
            <p class="muted">
                {waiting.since.map(|since| view! { {t!(i18n, approvals.since)} " " <Time at=Signal::stored(since) /> })}
                {waiting.deadline.map(|deadline| view! { " · " {t!(i18n, runs.until)} " " <Time at=Signal::stored(deadline.clone()) /> " " {is_gate.then(|| view! { <Countdown deadline /> })} })}
            </p>
            {approvers.map(|names| view! { <p>{t!(i18n, approvals.approvers)} ": " {names}</p> })}
            {(is_gate && needed > 1).then(|| view! { <p><ApprovalCount needed approvals=waiting.approvals /></p> })}
            <Show when=move || may_decide.get()>
                {
                    let task_id = task_id.clone();
                    view! {
                        <button type="button" class="button button--primary" on:click=move |_| run.gates.decide(Some(&task_id))>
                            <IconView icon=Icon::Approval />
                            {t!(i18n, approvals.decide)}
                        </button>
                    }
                }
            </Show>
        </section>
    }
}

#[component]
fn TaskLog(run: Run, pointer: Memo<String>, name: Memo<String>, instances: Memo<Vec<Task>>) -> impl IntoView {
    let i18n = use_i18n();
    // A retry makes a log go on that was complete.
    let stirred = Memo::new(move |_| {
        let state = |task: &Task| format!("{} {} {};", task.task_id, task.status.as_str(), task.attempt);
        instances.read().iter().map(state).collect::<String>()
    });
    let has_lines = Memo::new(move |_| {
        instances.read().iter().any(|task| task.log_lines > 0 || task.status != Status::Pending)
    });
    view! {
        <Show when=move || has_lines.get()>
            <section class="run__log">
                <h3>{t!(i18n, logs.title)}</h3>
                {run.log.get_value()(LogSlot {
                    job_name: Signal::stored(run.job_name.get_value()),
                    state_id: pointer.into(),
                    label: Signal::derive(move || t_string!(i18n, runs.log_of_task, name = name.get())),
                    stirred: stirred.into(),
                    started_at: run.started_at(),
                    writer: None,
                })}
            </section>
        </Show>
    }
}
