//! The head of a run: what it is, how it stands, what it waits for, and the acts that this person may take now.

use flow::duration::recovery_target;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use wire::job::WaitingTask;
use wire::operation::encode_segment;
use wire::{Job, Permission};

use super::acts::{Asked, is_fault, start_again};
use super::address::Tab;
use super::compare::{Pair, RunId};
use super::events::act_label;
use super::outlook::ExpectedEnd;
use super::related::RunLink;
use super::run::Run;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::decision::approvals::describe_why_not;
use crate::ui::time::{format_duration, milliseconds, use_now};
use crate::ui::{Duration, Icon, IconView, StatusBadge, Time, href, use_launcher};

/// Milliseconds.
const SHORT_PAUSE: f64 = 2_000.0;
/// Of what a run waits for so many are named at its head.
const FIRST: usize = 3;

#[component]
pub(super) fn RunBar(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let job = Memo::new(move |_| run.with(|status| status.job.clone()).unwrap_or_default());
    let dry_run = Memo::new(move |_| job.read().dry_run);
    view! {
        <p class="run__mode" data-mode=move || if dry_run.get() { "dry" } else { "real" }>
            <strong>{move || if dry_run.get() { t_string!(i18n, runs.mode.dry) } else { t_string!(i18n, runs.mode.real) }}</strong>
            " " {move || if dry_run.get() { t_string!(i18n, runs.mode.dry_text) } else { t_string!(i18n, runs.mode.real_text) }}
        </p>
        <header class="run__bar">
            <div class="run__headline">
                <h1>{run.job_name.get_value()}</h1>
                <StatusBadge status=Signal::derive(move || job.read().status.clone()) />
                <RunActs run />
            </div>
            <RunFacts run job />
        </header>
    }
}

#[component]
fn RunFacts(run: Run, job: Memo<Job>) -> impl IntoView {
    let i18n = use_i18n();
    let editor = href(&format!("/workflows/{}", encode_segment(&run.workflow_id.read_value())));
    let workflow_name = move || {
        let name = job.read().workflow_name.clone();
        if name.is_empty() { run.workflow_id.get_value() } else { name }
    };
    let revision = Memo::new(move |_| run.with(|status| status.definition_revision).unwrap_or_default());
    let reason = Memo::new(move |_| {
        run.with(|status| status.reason.clone()).flatten().filter(|text| !text.is_empty())
    });
    let started_at = Memo::new(move |_| job.read().started_at.clone());
    let ended_at = Memo::new(move |_| job.read().ended_at.clone().unwrap_or_default());
    let parent = Memo::new(move |_| job.read().parent.clone());
    // The start is told already, by who and when.
    let last_act = Memo::new(move |_| {
        run.with(|status| status.acts.iter().rfind(|act| act.act != "start").cloned()).flatten()
    });
    let progress = Memo::new(move |_| (job.read().tasks_done, job.read().tasks_total));
    // Short pauses come and go; a line that flickers with them helps nobody.
    let clock = use_now();
    let waiting = Memo::new(move |_| {
        let as_of = clock.get();
        let lasts = |task: &&WaitingTask| {
            task.kind == "approval"
                || milliseconds(&task.since).is_none_or(|since| as_of - since > SHORT_PAUSE)
        };
        job.read().waiting.iter().filter(lasts).cloned().collect::<Vec<_>>()
    });
    let first = Memo::new(move |_| waiting.read().iter().take(FIRST).cloned().collect::<Vec<_>>());
    let others = Memo::new(move |_| {
        let shown = waiting.read().len();
        shown.saturating_sub(FIRST) as u64 + job.read().waiting_omitted
    });
    view! {
        <dl class="run__facts">
            <div>
                <dt>{t!(i18n, runs.workflow)}</dt>
                <dd><a href=editor>{workflow_name}</a> {move || (revision.get() > 0).then(|| view! { <span class="muted">" · " {t_string!(i18n, runs.revision, revision = revision.get())}</span> })}</dd>
            </div>
            <div>
                <dt>{t!(i18n, runs.elapsed)}</dt>
                <dd><Duration from=started_at to=ended_at /> <TargetClock run started_at ended_at /></dd>
            </div>
            <ExpectedEnd run />
            <div>
                <dt>{t!(i18n, runs.progress)}</dt>
                <dd class="run__progress">
                    <progress max=move || progress.get().1.max(1).to_string() value=move || progress.get().0.to_string() aria-label=move || t_string!(i18n, runs.progress)></progress>
                    {move || {
                        let (done, total) = progress.get();
                        let share = (done * 100).checked_div(total).unwrap_or_default();
                        format!("{done}/{total} · {share} %")
                    }}
                </dd>
            </div>
            <div>
                <dt>{t!(i18n, runs.started)}</dt>
                <dd>{move || job.read().started_by.clone()} " · " <Time at=started_at /></dd>
            </div>
            {move || parent.get().map(|parent| view! {
                <div>
                    <dt>{t!(i18n, runs.parent_run)}</dt>
                    <dd><RunLink workflow_id=parent.workflow_id job_name=parent.job_name task=Some(parent.task_id) /></dd>
                </div>
            })}
            {move || reason.get().map(|reason| view! { <div><dt>{t!(i18n, runs.reason)}</dt><dd>{reason}</dd></div> })}
            {move || last_act.get().map(|act| view! {
                <div>
                    <dt>{t!(i18n, runs.last_act)}</dt>
                    <dd>
                        <strong>{act.by}</strong> " " {act_label(i18n, &act.act)} " " {act.task_name}
                        {act.comment.filter(|comment| !comment.is_empty()).map(|comment| view! { " " <q>{comment}</q> })}
                        " · " <Time at=Signal::stored(act.at) />
                    </dd>
                </div>
            })}
            <Show when=move || !waiting.read().is_empty()>
                <div class="run__waiting">
                    <dt>{t!(i18n, runs.waits_for)}</dt>
                    <dd>
                        <For each=move || first.get() key=|task| format!("{task:?}") let:task>
                            <span class="run__wait">
                                {task.name} " · " {let kind = task.kind.clone(); move || wait_label(i18n, &kind)} " · "
                                <Duration from=Signal::stored(task.since.clone()) to=Signal::stored(String::new()) />
                                <span class="muted">" · " {t!(i18n, runs.since)} " " <Time at=Signal::stored(task.since) /></span>
                            </span>
                        </For>
                        {move || (others.get() > 0).then(|| view! {
                            <button type="button" class="link" on:click=move |_| run.open(Tab::Tasks)>
                                {t_string!(i18n, runs.waits_for_more, number = others.get())}
                            </button>
                        })}
                    </dd>
                </div>
            </Show>
        </dl>
    }
}

/// How much of the recovery time target is left, or by how much it is missed; nothing where there is none.
#[component]
fn TargetClock(run: Run, started_at: Memo<String>, ended_at: Memo<String>) -> impl IntoView {
    let i18n = use_i18n();
    let now = use_now();
    let target = Memo::new(move |_| run.document.read().as_deref().and_then(recovery_target));
    let left = move || {
        let started = milliseconds(&started_at.read())?;
        let end = milliseconds(&ended_at.read()).unwrap_or_else(|| now.get());
        Some(target.get()? as f64 - (end - started))
    };
    move || {
        let left = left()?;
        let (time, limit) =
            (format_duration(left.abs()), format_duration(target.get().unwrap_or_default() as f64));
        let words = if left >= 0.0 {
            t_string!(i18n, runs.target.left, time = time)
        } else {
            t_string!(i18n, runs.target.over, time = time)
        };
        let class = if left >= 0.0 { "run__target" } else { "run__target run__target--over" };
        Some(view! {
            <span class=class title=t_string!(i18n, runs.target.label)>
                {t_string!(i18n, runs.target.of, time = limit)} " · " {words}
            </span>
        })
    }
}

#[component]
fn RunActs(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let launcher = use_launcher();
    let may = api.may(Permission::Operate);
    let status = Memo::new(move |_| run.with(|status| status.job.status.clone()).unwrap_or_default());
    let faults = Memo::new(move |_| run.attention.read().iter().filter(|one| is_fault(one)).count());
    let may_decide = Memo::new(move |_| !run.gates.mine.read().is_empty());
    let not_me = Memo::new(move |_| {
        let session = api.session();
        let session = session.read();
        let waiting = run.gates.waiting.read();
        let gate = waiting.first().filter(|_| run.gates.mine.read().is_empty())?;
        let why = gate.why_not(session.as_ref()?)?;
        Some(describe_why_not(i18n, gate, why))
    });
    let again = move |_| start_again(run, launcher, None);
    let this = RunId { workflow_id: run.workflow_id.get_value(), job_name: run.job_name.get_value() };
    let compare = href(&Pair { a: Some(this), b: None }.path());
    view! {
        <div class="run__acts">
            {move || not_me.get().map(|why| view! { <span class="muted">{why}</span> })}
            <Show when=move || may_decide.get()>
                <button type="button" class="button button--primary" on:click=move |_| run.gates.decide(None)>
                    <IconView icon=Icon::Approval />
                    {t!(i18n, approvals.decide)}
                </button>
            </Show>
            <Show when=move || may.get() && (faults.get() > 0)>
                <button type="button" class="button button--primary" on:click=move |_| run.asked.set(Some(Asked::RetryAll))>
                    <IconView icon=Icon::Retry />
                    {t!(i18n, runs.retry_all)}
                </button>
            </Show>
            <Show when=move || may.get() && !status.read().is_final()>
                <button type="button" class="button button--danger" on:click=move |_| run.asked.set(Some(Asked::Stop))>
                    <IconView icon=Icon::Stop />
                    {t!(i18n, runs.stop)}
                </button>
            </Show>
            <button type="button" class="button" on:click=move |_| run.reporting.set(true)>
                <IconView icon=Icon::Log />
                {t!(i18n, runs.report.open)}
            </button>
            <a class="button" href=compare>
                <IconView icon=Icon::Copy />
                {t!(i18n, runs.compare.open)}
            </a>
            <Show when=move || may.get() && status.read().is_final()>
                <button type="button" class="button" on:click=again>
                    <IconView icon=Icon::Play />
                    {t!(i18n, runs.start_again)}
                </button>
            </Show>
        </div>
    }
}

/// What a task waits for, in words; a kind that is not known is shown as it is.
pub(super) fn wait_label(i18n: I18nContext<Locale>, kind: &str) -> String {
    match kind {
        "approval" => t_string!(i18n, runs.wait.approval).to_owned(),
        "time" => t_string!(i18n, runs.wait.time).to_owned(),
        "retry" => t_string!(i18n, runs.wait.retry).to_owned(),
        "event" => t_string!(i18n, runs.wait.event).to_owned(),
        other => other.to_owned(),
    }
}
