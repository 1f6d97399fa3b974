//! One run as a row: only what changes is drawn again.

use leptos::prelude::*;
use wire::Job;
use wire::operation::encode_segment;

use super::columns::Column;
use super::search::Search;
use super::words::column_label;
use crate::i18n::*;
use crate::ui::time::{format_duration, format_time, milliseconds};
use crate::ui::{StatusBadge, href, use_preferences};

#[component]
pub(super) fn JobRow(
    search: Search,
    job: Memo<Job>,
    now: Signal<f64>,
    may_act: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let name = StoredValue::new(job.read_untracked().job_name.clone());
    let is_selected = Memo::new(move |_| name.with_value(|name| search.selected.read().contains_key(name)));
    let choose = move |on: bool| {
        search.selected.update(|selected| {
            if on {
                selected.insert(name.get_value(), job.get_untracked());
            } else {
                name.with_value(|name| selected.remove(name));
            }
        });
    };
    view! {
        <tr data-job=name.get_value() aria-selected=move || is_selected.get().then_some("true")>
            <Show when=move || may_act.get()>
                <td class="grid__check">
                    <input
                        type="checkbox"
                        class="checkbox"
                        aria-label=move || t_string!(i18n, history.bulk.choose, name = name.get_value())
                        prop:checked=move || is_selected.get()
                        on:change=move |event| choose(event_target_checked(&event))
                    />
                </td>
            </Show>
            {move || search.columns.get().into_iter().map(|column| view! { <Cell column job now /> }).collect_view()}
        </tr>
    }
}

#[component]
fn Cell(column: Column, job: Memo<Job>, now: Signal<f64>) -> impl IntoView {
    let i18n = use_i18n();
    let label = move || column_label(i18n, column);
    let content = match column {
        Column::Status => {
            view! { <StatusBadge status=Signal::derive(move || job.read().status.clone()) /> }.into_any()
        }
        Column::Run => view! { <RunLink job /> }.into_any(),
        Column::Workflow => text(move || job.read().workflow_name.clone()),
        Column::StartedAt => {
            view! { <Moment at=Signal::derive(move || job.read().started_at.clone()) /> }.into_any()
        }
        Column::EndedAt => {
            view! { <Moment at=Signal::derive(move || job.read().ended_at.clone().unwrap_or_default()) /> }
                .into_any()
        }
        Column::Duration => view! { <Lasted job now /> }.into_any(),
        Column::StartedBy => text(move || job.read().started_by.clone()),
        Column::Progress => view! { <Progress job /> }.into_any(),
        Column::Detail => view! { <Detail job /> }.into_any(),
        Column::Mode => text(move || {
            let word = if job.read().dry_run {
                t_string!(i18n, common.dry_run)
            } else {
                t_string!(i18n, history.real)
            };
            word.to_owned()
        }),
        Column::WorkflowId => text(move || job.read().workflow_id.clone()),
    };
    view! { <td data-col=column.as_str() data-label=label>{content}</td> }
}

/// A text that is cut where its column ends, and whole when it is hovered.
fn text(text: impl Fn() -> String + Copy + Send + Sync + 'static) -> AnyView {
    view! { <span class="grid__text" title=text>{text}</span> }.into_any()
}

#[component]
fn RunLink(job: Memo<Job>) -> impl IntoView {
    let i18n = use_i18n();
    let base = StoredValue::new(href(""));
    let path = move || {
        let job = job.read();
        base.with_value(|base| {
            format!("{base}/runs/{}/{}", encode_segment(&job.workflow_id), encode_segment(&job.job_name))
        })
    };
    view! {
        <span class="grid__run">
            <a class="table__title grid__text" href=path title=move || job.read().job_name.clone()>{move || job.read().job_name.clone()}</a>
            {move || job.read().dry_run.then(|| view! { <span class="chip">{t!(i18n, common.dry_run)}</span> })}
        </span>
    }
}

#[component]
fn Moment(at: Signal<String>) -> impl IntoView {
    let preferences = use_preferences();
    view! {
        <time class="time" datetime=move || at.get() title=move || at.get()>
            {move || format_time(&at.read(), preferences.time.get())}
        </time>
    }
}

/// A run that has ended does not look at the clock.
#[component]
fn Lasted(job: Memo<Job>, now: Signal<f64>) -> impl IntoView {
    let text = move || {
        let job = job.read();
        let Some(from) = milliseconds(&job.started_at) else { return "–".to_owned() };
        let to = job.ended_at.as_deref().and_then(milliseconds).unwrap_or_else(|| now.get());
        format_duration(to - from)
    };
    view! { <span class="duration">{text}</span> }
}

#[component]
fn Progress(job: Memo<Job>) -> impl IntoView {
    let counts = Memo::new(move |_| (job.read().tasks_done, job.read().tasks_total));
    let share = move || {
        let (done, total) = counts.get();
        done.saturating_mul(100).checked_div(total).unwrap_or_default()
    };
    view! {
        <span class="grid__progress">
            <span class="grid__track" aria-hidden="true"><span data-status=move || job.read().status.as_str().to_owned() style:width=move || format!("{}%", share())></span></span>
            <span class="duration">{move || format!("{} / {}", counts.get().0, counts.get().1)}</span>
        </span>
    }
}

/// What went wrong, or what it waits for.
#[component]
fn Detail(job: Memo<Job>) -> impl IntoView {
    let i18n = use_i18n();
    let detail = Memo::new(move |_| {
        let job = job.read();
        let waiting = job.waiting.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
        match &job.error {
            Some(error) => {
                let parts = [error.title.clone(), error.detail.clone()];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                if parts.is_empty() { error.kind.clone() } else { parts.join(": ") }
            }
            None if !waiting.is_empty() => t_string!(i18n, history.waits_for, names = waiting),
            None => String::new(),
        }
    });
    let tone =
        move || if job.read().error.is_some() { "grid__text grid__error" } else { "grid__text grid__waits" };
    view! { <span class=tone title=move || detail.get()>{move || detail.get()}</span> }
}
