//! The page: search and scope live in the URL, the table polls so that last runs stay true.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wire::operation::encode_segment;
use wire::workflow::WorkflowQuery;
use wire::{Permission, Workflow};

use super::copy::CopyDialog;
use super::row::WorkflowRow;
use crate::api::{IdempotencyKey, use_api, use_poll};
use crate::i18n::*;
use crate::ui::link::{replace, use_title};
use crate::ui::{Confirm, EmptyState, Icon, IconView, ListStage, ListView, Pager, href, use_toasts};

const PAGE_SIZE: u32 = 20;

/// What the page asks a row's acts for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Asked {
    Copy(Workflow),
    Delete(Workflow),
}

#[component]
pub fn WorkflowsPage() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let query = use_query_map();
    let replace = StoredValue::new(replace());
    use_title(move || t_string!(i18n, workflows.title).to_owned());
    let keyword = Memo::new(move |_| query.read().get("q").unwrap_or_default());
    let followed = Memo::new(move |_| query.read().get("followed").is_some());
    let page = Memo::new(move |_| {
        query.read().get("page").and_then(|page| page.parse().ok()).unwrap_or(1_u32).max(1)
    });
    let poll = use_poll(
        move || {
            let request = WorkflowQuery {
                keyword: Some(keyword.get()).filter(|keyword| !keyword.is_empty()),
                followed: followed.get().then_some(true),
                page_no: Some(page.get()),
                page_size: Some(PAGE_SIZE),
                ..WorkflowQuery::default()
            };
            async move { api.list_workflows(request).await }
        },
        |_| Some(Duration::from_secs(5)),
    );
    let show = move |keyword: String, followed: bool, page: u32| {
        let mut search = Vec::new();
        if !keyword.is_empty() {
            search.push(format!("q={}", encode_segment(&keyword)));
        }
        if followed {
            search.push("followed=1".to_owned());
        }
        if page > 1 {
            search.push(format!("page={page}"));
        }
        let mark = if search.is_empty() { "" } else { "?" };
        replace.with_value(|replace| replace(&format!("/workflows{mark}{}", search.join("&"))));
    };
    let asked = RwSignal::new(None::<Asked>);
    let busy = RwSignal::new(false);
    let delete = move |workflow: Workflow| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let outcome = api.delete_workflows(&[&workflow.workflow_id], &IdempotencyKey::new()).await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(()) => toasts.success(t_string!(i18n, workflows.deleted, name = workflow.name.clone())),
                Err(error) => toasts.error(i18n, &error),
            }
            let _ = asked.try_set(None);
            poll.refresh();
        });
    };
    let items = Memo::new(move |_| {
        poll.state.read().data.as_ref().map(|page| page.items.clone()).unwrap_or_default()
    });
    let total = Memo::new(move |_| poll.state.read().data.as_ref().map_or(0, |page| page.total));
    let stage = Memo::new(move |_| ListStage::of(&poll.state.read(), |page| page.items.is_empty()));
    view! {
        <div class="page">
            <header class="page__header">
                <h1>{t!(i18n, workflows.title)}</h1>
                <Show when=move || api.may(Permission::Edit).get()>
                    <a class="button button--primary" href=href("/workflows/new")>
                        <IconView icon=Icon::Plus />
                        {t!(i18n, workflows.new)}
                    </a>
                </Show>
            </header>
            <div class="toolbar">
                <div class="search">
                    <IconView icon=Icon::Search />
                    <input
                        type="search"
                        class="input"
                        aria-label=move || t_string!(i18n, workflows.search)
                        placeholder=move || t_string!(i18n, workflows.search)
                        prop:value=move || keyword.get()
                        on:input=move |event| show(event_target_value(&event), followed.get_untracked(), 1)
                    />
                </div>
                <div class="segmented" role="group">
                    <button type="button" aria-pressed=move || (!followed.get()).to_string() on:click=move |_| show(keyword.get_untracked(), false, 1)>
                        {t!(i18n, workflows.all)}
                    </button>
                    <button type="button" aria-pressed=move || followed.get().to_string() on:click=move |_| show(keyword.get_untracked(), true, 1)>
                        {t!(i18n, workflows.followed)}
                    </button>
                </div>
            </div>
            <ListView
                stage
                what=Signal::derive(move || t_string!(i18n, workflows.loading).to_owned())
                on_retry=Callback::new(move |()| poll.refresh())
                empty=move || if keyword.get().is_empty() && !followed.get() {
                    view! {
                        <EmptyState icon=Icon::Workflow text=Signal::derive(move || t_string!(i18n, workflows.empty).to_owned())>
                            <Show when=move || api.may(Permission::Edit).get()>
                                <a class="button button--primary" href=href("/workflows/new")>{t!(i18n, workflows.new)}</a>
                            </Show>
                        </EmptyState>
                    }
                    .into_any()
                } else {
                    view! {
                        <EmptyState icon=Icon::Search text=Signal::derive(move || t_string!(i18n, workflows.empty_search).to_owned())>
                            <button type="button" class="button" on:click=move |_| show(String::new(), false, 1)>{t!(i18n, workflows.clear_search)}</button>
                        </EmptyState>
                    }
                    .into_any()
                }
            >
                <div class="table-frame">
                    <table class="table table--cards">
                        <thead>
                            <tr>
                                <th scope="col" class="table__narrow"><span class="visually-hidden">{t!(i18n, workflows.follow)}</span></th>
                                <th scope="col">{t!(i18n, workflows.column.name)}</th>
                                <th scope="col">{t!(i18n, workflows.column.stages)}</th>
                                <th scope="col">{t!(i18n, workflows.column.last_run)}</th>
                                <th scope="col">{t!(i18n, workflows.column.updated)}</th>
                                <th scope="col"><span class="visually-hidden">{t!(i18n, workflows.column.actions)}</span></th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || items.get() key=|workflow| workflow.workflow_id.clone() let:workflow>
                                {
                                    let id = workflow.workflow_id.clone();
                                    let current = Memo::new(move |_| {
                                        items.read().iter().find(|one| one.workflow_id == id).cloned().unwrap_or_else(|| workflow.clone())
                                    });
                                    view! { <WorkflowRow workflow=current asked on_changed=Callback::new(move |()| poll.refresh()) /> }
                                }
                            </For>
                        </tbody>
                    </table>
                </div>
                <Pager page page_size=Signal::stored(PAGE_SIZE) total on_page=Callback::new(move |page| show(keyword.get_untracked(), followed.get_untracked(), page)) />
            </ListView>
            {move || match asked.get() {
                Some(Asked::Delete(workflow)) => {
                    let name = workflow.name.clone();
                    view! {
                        <Confirm
                            title=Signal::derive(move || t_string!(i18n, workflows.delete_title, name = name.clone()))
                            text=Signal::derive(move || t_string!(i18n, workflows.delete_text).to_owned())
                            verb=Signal::derive(move || t_string!(i18n, common.action.delete).to_owned())
                            busy
                            on_confirm=Callback::new(move |()| delete(workflow.clone()))
                            on_close=Callback::new(move |()| asked.set(None))
                        />
                    }
                    .into_any()
                }
                Some(Asked::Copy(workflow)) => {
                    view! { <CopyDialog workflow on_close=Callback::new(move |()| { asked.set(None); poll.refresh(); }) /> }.into_any()
                }
                None => ().into_any(),
            }}
        </div>
    }
}
