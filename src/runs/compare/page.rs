//! The page: two runs read once, then told apart.

use std::sync::Arc;

use flow::Document;
use flow::compare::FieldChange;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wire::JobStatus;

use super::address::{Pair, RunId};
use super::model::Compared;
use super::picker::RunPicker;
use super::table::ComparedTable;
use crate::api::{ApiError, use_api, use_poll};
use crate::i18n::*;
use crate::runs::address::Address;
use crate::runs::events::act_label;
use crate::ui::changes::{Changes, Fields};
use crate::ui::link::use_title;
use crate::ui::time::{format_duration, milliseconds};
use crate::ui::{Duration, ErrorState, Icon, IconView, Loading, StatusBadge, Time, go, href};

/// One run with the definition that ran, as far as the service knows it.
#[derive(Clone, PartialEq)]
pub(super) struct Told {
    pub id: RunId,
    pub status: Arc<JobStatus>,
    document: Option<Arc<Document>>,
}

/// How often runs that go on are read again.
const INTERVAL: std::time::Duration = std::time::Duration::from_secs(5);

#[component]
pub fn ComparePage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let go = go();
    use_title(move || t_string!(i18n, runs.compare.title).to_owned());
    let pair = Memo::new(move |_| {
        let query = query.read();
        Pair::read(query.get("a").as_deref(), query.get("b").as_deref())
    });
    let show = Callback::new(move |pair: Pair| go(&pair.path()));
    view! {
        <div class="page compare">
            <header class="page__header">
                <h1>{t!(i18n, runs.compare.title)}</h1>
                <Show when=move || pair.read().a.is_some() && pair.read().b.is_some()>
                    <button type="button" class="button" on:click=move |_| show.run(pair.get_untracked().swapped())>
                        <IconView icon=Icon::Retry />
                        {t!(i18n, runs.compare.swap)}
                    </button>
                </Show>
            </header>
            {move || match pair.get() {
                Pair { a: Some(a), b: Some(b) } => view! { <Both a b /> }.into_any(),
                Pair { a, b } => view! { <RunPicker chosen=a.or(b) on_pair=show /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Both(a: RunId, b: RunId) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let read = move |id: RunId| async move {
        let mut status = api.job_status(&id.workflow_id, &id.job_name, true).await?;
        let text = status.workflow_def.take();
        let document = text.and_then(|text| Document::from_json(&text).ok()).map(Arc::new);
        Ok::<_, ApiError>(Told { id, status: Arc::new(status), document })
    };
    let poll = use_poll(
        move || futures::future::try_join(read(a.clone()), read(b.clone())),
        |(a, b)| {
            let over = a.status.job.status.is_final() && b.status.job.status.is_final();
            (!over).then_some(INTERVAL)
        },
    );
    let known = Memo::new(move |_| poll.state.read().data.clone());
    let failure = Memo::new(move |_| poll.state.read().error.clone());
    move || {
        match (known.get(), failure.get()) {
        (Some((a, b)), _) => view! { <Comparison a b /> }.into_any(),
        (None, Some(error)) => view! { <ErrorState error=Signal::stored(error) on_retry=Callback::new(move |()| poll.refresh()) /> }.into_any(),
        (None, None) => view! { <Loading what=Signal::derive(move || t_string!(i18n, runs.compare.loading).to_owned()) /> }.into_any(),
    }
    }
}

#[component]
fn Comparison(a: Told, b: Told) -> impl IntoView {
    let i18n = use_i18n();
    let compared = Compared::of((&a.status, a.document.as_deref()), (&b.status, b.document.as_deref()));
    let Compared { rows, first, definition, input, output } = compared;
    let spans = (span(&a.status), span(&b.status));
    let longer = match spans {
        (Some(a), Some(b)) => Some(b - a),
        _ => None,
    };
    let parting = first.and_then(|index| rows.get(index)).map(|row| row.name.clone());
    view! {
        <div class="compare__heads">
            <Head label="A" told=a.clone() />
            <Head label="B" told=b.clone() />
        </div>
        <p class="compare__verdict notice">
            <IconView icon=Icon::Info />
            <span>
                {match parting {
                    Some(name) => view! { <strong>{move || t_string!(i18n, runs.compare.parting, name = name.clone())}</strong> }.into_any(),
                    None => view! { <strong>{t!(i18n, runs.compare.no_parting)}</strong> }.into_any(),
                }}
                {longer.map(|longer| {
                    let by = format_duration(longer.abs());
                    view! { " " {move || if longer >= 0.0 { t_string!(i18n, runs.compare.longer, by = by.clone()) } else { t_string!(i18n, runs.compare.shorter, by = by.clone()) }} }
                })}
            </span>
        </p>
        <ComparedTable rows first a=a.clone() b=b.clone() />
        <section>
            <h2>{t!(i18n, runs.compare.people)}</h2>
            <div class="compare__heads">
                <People label="A" status=Arc::clone(&a.status) />
                <People label="B" status=Arc::clone(&b.status) />
            </div>
        </section>
        <section>
            <h2>{t!(i18n, runs.input)}</h2>
            <DataDifference fields=input />
        </section>
        <section>
            <h2>{t!(i18n, runs.output)}</h2>
            <DataDifference fields=output />
        </section>
        {definition.map(|comparison| view! {
            <section>
                <h2>{t!(i18n, runs.compare.definition)}</h2>
                <Changes comparison />
            </section>
        })}
    }
}

#[component]
fn DataDifference(fields: Vec<FieldChange>) -> impl IntoView {
    let i18n = use_i18n();
    if fields.is_empty() {
        view! { <p class="muted">{t!(i18n, runs.compare.same)}</p> }.into_any()
    } else {
        view! { <Fields fields /> }.into_any()
    }
}

#[component]
fn Head(label: &'static str, told: Told) -> impl IntoView {
    let i18n = use_i18n();
    let Told { id, status, .. } = told;
    let path = href(&Address::default().path(&id.workflow_id, &id.job_name));
    let job = status.job.clone();
    view! {
        <section class="card compare__head" aria-label=label>
            <h2><span class="compare__label">{label}</span> <a href=path>{job.job_name}</a> <StatusBadge status=Signal::stored(job.status) /></h2>
            <p class="muted">
                {job.workflow_name} " · " {let revision = status.definition_revision; move || t_string!(i18n, runs.revision, revision = revision)}
                {job.dry_run.then(|| view! { " " <span class="chip">{t!(i18n, common.dry_run)}</span> })}
            </p>
            <p class="muted">
                {job.started_by} " · " <Time at=Signal::stored(job.started_at.clone()) /> " · "
                <Duration from=Signal::stored(job.started_at) to=Signal::stored(job.ended_at.unwrap_or_default()) />
            </p>
        </section>
    }
}

#[component]
fn People(label: &'static str, status: Arc<JobStatus>) -> impl IntoView {
    let i18n = use_i18n();
    let acts = status.acts.clone();
    view! {
        <ol class="events" aria-label=label>
            {acts
                .into_iter()
                .map(|act| view! {
                    <li class="events__event">
                        <Time at=Signal::stored(act.at) />
                        <span>
                            <strong>{act.by}</strong> " " {let word = act.act; move || act_label(i18n, &word)} " " {act.task_name}
                            {act.comment.filter(|comment| !comment.is_empty()).map(|comment| view! { <q class="events__comment">{comment}</q> })}
                        </span>
                    </li>
                })
                .collect_view()}
        </ol>
    }
}

/// Milliseconds that a run took; none while it goes on.
fn span(status: &JobStatus) -> Option<f64> {
    Some(milliseconds(status.job.ended_at.as_deref()?)? - milliseconds(&status.job.started_at)?)
}
