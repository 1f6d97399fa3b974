//! What an act will do, before it is done: from the definition, and from where the tasks of the run stand.

use std::collections::HashSet;

use flow::outside::Repeat;
use flow::recovery::{Act, Named, Plan, Standing, TaskNow, plan};
use leptos::prelude::*;
use wire::{JobStatus, Status};

use super::Asked;
use crate::i18n::*;
use crate::runs::model::leading_instances;
use crate::runs::run::Run;
use crate::ui::decision::ahead::AheadView;
use crate::ui::{Icon, IconView};

/// So many names of a list are told; more are counted.
const FIRST: usize = 8;

/// The plan of the act on these tasks, as the run stands; none where the definition is not known.
pub(super) fn plan_of(run: Run, asked: &Asked, tasks: &[String]) -> Option<Plan> {
    let document = run.document.read();
    let document = document.as_deref()?;
    let attention = run.attention.read();
    let unattended: HashSet<&str> = attention.iter().map(|one| one.task_id.as_str()).collect();
    run.with(|status| {
        let now = standings(status, &unattended);
        let is_meant = |task: &&wire::Task| tasks.contains(&task.task_id);
        let pointers: Vec<&str> =
            status.tasks.iter().filter(is_meant).map(|task| task.pointer.as_str()).collect();
        let act = match asked {
            Asked::Stop => Act::Stop,
            Asked::RetryAll | Asked::Retry { .. } => Act::Retry(&pointers),
            Asked::Skip { pointer, .. } => Act::Skip(pointer),
        };
        plan(document, &now, act, Some(&status.input))
    })
}

/// Of several instances of a task the one that matters most. A fault that a `try` took care of is nobody's concern.
fn standings<'a>(status: &'a JobStatus, unattended: &HashSet<&str>) -> Vec<TaskNow<'a>> {
    let standing = |task: &wire::Task| match task.status {
        Status::Completed => Standing::Done,
        Status::Skipped => Standing::Skipped,
        Status::Faulted if unattended.contains(task.task_id.as_str()) => Standing::Faulted,
        Status::Running | Status::Waiting | Status::Suspended => Standing::Active,
        _ => Standing::NotTaken,
    };
    let leading = leading_instances(&status.tasks);
    leading.into_iter().map(|(pointer, (task, _))| TaskNow { pointer, standing: standing(task) }).collect()
}

/// What runs again, then, is passed by, given up, and stays.
#[component]
pub(super) fn PlanView(plan: Plan) -> impl IntoView {
    let i18n = use_i18n();
    let acting: Vec<String> = plan
        .again
        .steps
        .iter()
        .filter(|step| step.touches.is_some() && step.repeat != Repeat::Harmless)
        .map(|step| step.name.clone())
        .collect();
    let acting = (!acting.is_empty()).then_some(acting);
    let has_again = !plan.again.steps.is_empty() || !plan.again.ends.is_empty();
    let has_follows = !plan.follows.steps.is_empty() || !plan.follows.ends.is_empty();
    view! {
        <div class="plan">
            {acting.map(|names| view! {
                <p class="notice notice--real plan__acts">
                    <IconView icon=Icon::Alert />
                    <span>{move || t_string!(i18n, recovery.acts_again, names = names.join(t_string!(i18n, approvals.comma)))}</span>
                </p>
            })}
            {has_again.then(|| view! {
                <section class="decision__way" data-plan="again">
                    <h3>{t!(i18n, recovery.again)}</h3>
                    <AheadView ahead=plan.again />
                </section>
            })}
            {has_follows.then(|| view! {
                <section class="decision__way" data-plan="follows">
                    <h3>{t!(i18n, recovery.follows)}</h3>
                    <AheadView ahead=plan.follows />
                </section>
            })}
            <dl class="facts">
                <Names list=plan.skipped label=Signal::derive(move || t_string!(i18n, recovery.skipped)) />
                <Names list=plan.cancelled label=Signal::derive(move || t_string!(i18n, recovery.cancelled)) />
                <Names list=plan.at_fault label=Signal::derive(move || t_string!(i18n, recovery.at_fault)) />
                <Names list=plan.goes_on label=Signal::derive(move || t_string!(i18n, recovery.goes_on)) />
                <Names list=plan.never label=Signal::derive(move || t_string!(i18n, recovery.never)) />
                <Names list=plan.stays label=Signal::derive(move || t_string!(i18n, recovery.stays)) />
            </dl>
        </div>
    }
}

/// A line of the list; nothing where there is nobody to name.
#[component]
fn Names(list: Vec<Named>, label: Signal<&'static str>) -> impl IntoView {
    let i18n = use_i18n();
    let (count, rest) = (list.len(), list.len().saturating_sub(FIRST));
    let names: Vec<String> = list.into_iter().take(FIRST).map(|one| one.name).collect();
    (count > 0).then(|| {
        view! {
            <dt>{move || label.get()}</dt>
            <dd>
                {move || names.join(t_string!(i18n, approvals.comma))}
                {(rest > 0).then(|| view! { " " <span class="muted">{t!(i18n, approvals.ahead.omitted, count = rest)}</span> })}
            </dd>
        }
    })
}
