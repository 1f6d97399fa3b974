//! The runs of one page, newest first.

use leptos::prelude::*;
use wire::Job;
use wire::operation::encode_segment;

use crate::i18n::*;
use crate::ui::{Duration, StatusBadge, Time, href};

#[component]
pub fn JobTable(items: Memo<Vec<Job>>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="table-frame">
            <table class="table table--cards">
                <thead>
                    <tr>
                        <th scope="col">{t!(i18n, history.properties.status)}</th>
                        <th scope="col">{t!(i18n, history.column.run)}</th>
                        <th scope="col">{t!(i18n, history.properties.started_at)}</th>
                        <th scope="col">{t!(i18n, history.properties.duration)}</th>
                        <th scope="col">{t!(i18n, history.properties.started_by)}</th>
                        <th scope="col">{t!(i18n, history.column.state)}</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || items.get() key=|job| job.job_name.clone() let:job>
                        {
                            let name = job.job_name.clone();
                            let current = Memo::new(move |_| items.read().iter().find(|one| one.job_name == name).cloned().unwrap_or_else(|| job.clone()));
                            view! { <JobRow job=current /> }
                        }
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn JobRow(job: Memo<Job>) -> impl IntoView {
    let i18n = use_i18n();
    let base = StoredValue::new(href(""));
    let path = move || {
        let job = job.read();
        base.with_value(|base| {
            format!("{base}/runs/{}/{}", encode_segment(&job.workflow_id), encode_segment(&job.job_name))
        })
    };
    let progress = move || {
        let job = job.read();
        format!("{} / {}", job.tasks_done, job.tasks_total)
    };
    let state = move || {
        let job = job.read();
        let waiting = job.waiting.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
        match &job.error {
            Some(error) => {
                error.title.clone().or_else(|| error.detail.clone()).unwrap_or_else(|| error.kind.clone())
            }
            None if !waiting.is_empty() => t_string!(i18n, history.waits_for, names = waiting),
            None => String::new(),
        }
    };
    view! {
        <tr data-job=move || job.read().job_name.clone()>
            <td><StatusBadge status=Signal::derive(move || job.read().status.clone()) /></td>
            <td class="table__main">
                <a class="table__title" href=path>{move || job.read().job_name.clone()}</a>
                <div class="muted table__sub">
                    {move || job.read().workflow_name.clone()}
                    <Show when=move || job.read().dry_run>
                        " " <span class="chip">{t!(i18n, common.dry_run)}</span>
                    </Show>
                </div>
            </td>
            <td><Time at=Signal::derive(move || job.read().started_at.clone()) /></td>
            <td>
                <Duration
                    from=Signal::derive(move || job.read().started_at.clone())
                    to=Signal::derive(move || job.read().ended_at.clone().unwrap_or_default())
                />
            </td>
            <td>{move || job.read().started_by.clone()}</td>
            <td>
                <span class="duration">{progress}</span>
                <div class="muted table__sub history__state">{state}</div>
            </td>
        </tr>
    }
}
