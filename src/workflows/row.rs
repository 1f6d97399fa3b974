//! One workflow: its name leads to the editor, its last run to the run.

use leptos::prelude::*;
use wire::operation::encode_segment;
use wire::{Permission, Workflow};

use super::page::Asked;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::{Icon, IconView, Menu, MenuItem, StatusBadge, Time, href, use_launcher, use_toasts};

#[component]
pub(super) fn WorkflowRow(
    workflow: Memo<Workflow>,
    asked: RwSignal<Option<Asked>>,
    on_changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let launcher = use_launcher();
    let base = StoredValue::new(href(""));
    let editor = move || {
        base.with_value(|base| format!("{base}/workflows/{}", encode_segment(&workflow.read().workflow_id)))
    };
    let follow = move |_| {
        let now = workflow.get_untracked();
        leptos::task::spawn_local(async move {
            match api.set_followed(&now.workflow_id, !now.followed).await {
                Ok(()) => on_changed.run(()),
                Err(error) => toasts.error(i18n, &error),
            }
        });
    };
    let last = Memo::new(move |_| workflow.read().last_job.clone());
    let stages = Memo::new(move |_| workflow.read().stages.clone());
    let may_edit = api.may(Permission::Edit);
    let may_operate = api.may(Permission::Operate);
    view! {
        <tr data-workflow=move || workflow.read().workflow_id.clone()>
            <td class="table__narrow">
                <button
                    type="button"
                    class="button button--icon star"
                    aria-pressed=move || workflow.read().followed.to_string()
                    aria-label=move || if workflow.read().followed { t_string!(i18n, workflows.unfollow) } else { t_string!(i18n, workflows.follow) }
                    on:click=follow
                >
                    <IconView icon=Icon::Star />
                </button>
            </td>
            <td class="table__main">
                <a class="table__title" href=editor>{move || workflow.read().name.clone()}</a>
                <div class="muted table__sub workflows__summary">
                    {move || format!("{} · {}", workflow.read().namespace, workflow.read().version)}
                    {move || Some(workflow.read().description.clone()).filter(|text| !text.is_empty()).map(|text| format!(" · {text}"))}
                </div>
            </td>
            <td>
                <span class="stage-chips">
                    {move || {
                        let stages = stages.get();
                        let more = stages.len().saturating_sub(4);
                        let shown = stages.into_iter().take(4).map(|stage| view! { <span class="chip">{stage}</span> }).collect_view();
                        (shown, (more > 0).then(|| view! { <span class="chip chip--more">{format!("+{more}")}</span> }))
                    }}
                </span>
            </td>
            <td>
                {move || match last.get() {
                    Some(job) => {
                        let path = base.with_value(|base| format!("{base}/runs/{}/{}", encode_segment(&job.workflow_id), encode_segment(&job.job_name)));
                        view! {
                            <a class="plain" href=path title=job.job_name.clone()>
                                <StatusBadge status=Signal::stored(job.status.clone()) />
                                <div class="muted table__sub"><Time at=Signal::stored(job.started_at.clone()) /></div>
                            </a>
                        }
                        .into_any()
                    }
                    None => view! { <span class="muted time">{t!(i18n, common.status.none)}</span> }.into_any(),
                }}
            </td>
            <td>
                <Time at=Signal::derive(move || workflow.read().updated_at.clone()) />
                <div class="muted table__sub">{move || t_string!(i18n, workflows.by, name = workflow.read().updated_by.clone())}</div>
            </td>
            <td class="table__actions">
                <Show when=move || may_operate.get()>
                    <button type="button" class="button" on:click=move |_| launcher.launch(workflow.get_untracked())>
                        <IconView icon=Icon::Play />
                        {t!(i18n, workflows.start)}
                    </button>
                </Show>
                <Show when=move || may_edit.get()>
                    <Menu
                        label=Signal::derive(move || t_string!(i18n, common.action.more).to_owned())
                        icon=Icon::More
                        items=vec![
                            MenuItem {
                                label: Signal::derive(move || t_string!(i18n, workflows.copy).to_owned()),
                                icon: Icon::Copy,
                                danger: false,
                                on_select: Callback::new(move |()| asked.set(Some(Asked::Copy(workflow.get_untracked())))),
                            },
                            MenuItem {
                                label: Signal::derive(move || t_string!(i18n, workflows.delete).to_owned()),
                                icon: Icon::Delete,
                                danger: true,
                                on_select: Callback::new(move |()| asked.set(Some(Asked::Delete(workflow.get_untracked())))),
                            },
                        ]
                    />
                </Show>
            </td>
        </tr>
    }
}
