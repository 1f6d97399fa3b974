//! One gate that waits: what is asked, by which run, for how long, until when, of whom.

use leptos::prelude::*;
use wire::operation::encode_segment;

use crate::api::use_api;
use crate::i18n::*;
use crate::ui::decision::Countdown;
use crate::ui::decision::approvals::{ApprovalCount, describe_why_not};
use crate::ui::time::{milliseconds, use_now};
use crate::ui::{Duration, Gate, Icon, IconView, Time, href};

#[component]
pub(super) fn GateRow(gate: Gate, on_decide: Callback<Gate>) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let now = use_now();
    let run =
        href(&format!("/runs/{}/{}", encode_segment(&gate.workflow_id), encode_segment(&gate.job_name)));
    let deadline = gate.deadline.as_deref().and_then(milliseconds);
    let overdue = Memo::new(move |_| deadline.is_some_and(|deadline| deadline <= now.get()));
    let approvers = (!gate.approvers.is_empty()).then(|| gate.approvers.join(", "));
    let for_me = {
        let gate = gate.clone();
        Memo::new(move |_| api.session().read().as_ref().is_some_and(|session| gate.is_for(session)))
    };
    let why_not = {
        let gate = gate.clone();
        Memo::new(move |_| {
            let session = api.session();
            let session = session.read();
            let why = gate.why_not(session.as_ref()?)?;
            Some(describe_why_not(i18n, &gate, why))
        })
    };
    let asked = gate.clone();
    view! {
        <tr data-task=gate.task_id.clone() class:approvals__row--over=move || overdue.get()>
            <td class="table__main">
                <span class="table__title">{gate.task_name.clone()}</span>
                <div class="approvals__message">{gate.message}</div>
            </td>
            <td>
                <a href=run>{gate.job_name}</a>
                <div class="muted table__sub">
                    {gate.workflow_name} " · " {gate.started_by}
                    {gate.dry_run.then(|| view! { " " <span class="chip">{t!(i18n, common.dry_run)}</span> })}
                </div>
            </td>
            <td>
                <span class="approvals__label">{t!(i18n, approvals.column.waiting)}</span>
                <Time at=Signal::stored(gate.since.clone()) />
                <div class="muted table__sub"><Duration from=Signal::stored(gate.since) to=Signal::stored(String::new()) /></div>
            </td>
            <td>
                <span class="approvals__label">{t!(i18n, approvals.column.deadline)}</span>
                {match gate.deadline {
                    Some(deadline) => view! { <Time at=Signal::stored(deadline.clone()) /> <div class="table__sub"><Countdown deadline /></div> }.into_any(),
                    None => view! { <span class="muted">{t!(i18n, approvals.no_deadline)}</span> }.into_any(),
                }}
            </td>
            <td><span class="approvals__label">{t!(i18n, approvals.column.approvers)}</span> {move || approvers.clone().unwrap_or_else(|| t_string!(i18n, approvals.anyone).to_owned())} <div class="muted table__sub"><ApprovalCount needed=gate.needed approvals=gate.approvals /></div></td>
            <td class="table__actions">
                {move || why_not.get().map(|why| view! { <span class="muted">{why}</span> })}
                <Show when=move || for_me.get()>
                    {
                        let asked = asked.clone();
                        view! {
                            <button type="button" class="button button--primary" on:click=move |_| on_decide.run(asked.clone())>
                                <IconView icon=Icon::Approval />
                                {t!(i18n, approvals.decide)}
                            </button>
                        }
                    }
                </Show>
            </td>
        </tr>
    }
}
