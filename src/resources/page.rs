//! The page: kind in the path, region and search in the query.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use wire::operation::encode_segment;

use super::kinds::{ResourceKind, Row};
use crate::api::{use_api, use_poll};
use crate::i18n::*;
use crate::ui::link::{replace, use_title};
use crate::ui::{Dialog, EmptyState, ErrorState, Icon, IconView, JsonView, Loading, Pager, href, use_toasts};

const PAGE_SIZE: u32 = 20;

#[component]
pub fn ResourcesPage() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let params = use_params_map();
    let query = use_query_map();
    let replace = StoredValue::new(replace());
    let base = StoredValue::new(href("/resources"));
    use_title(move || t_string!(i18n, resources.title).to_owned());
    let kind = Memo::new(move |_| {
        params.read().get("kind").and_then(|word| ResourceKind::parse(&word)).unwrap_or(ResourceKind::Buckets)
    });
    let regions = Memo::new(move |_| {
        api.session().read().as_ref().map(|session| session.regions.clone()).unwrap_or_default()
    });
    let region = Memo::new(move |_| {
        query.read().get("region").or_else(|| regions.read().first().cloned()).unwrap_or_default()
    });
    let search = Memo::new(move |_| query.read().get("q").unwrap_or_default());
    let page = Memo::new(move |_| {
        query.read().get("page").and_then(|page| page.parse().ok()).unwrap_or(1_u32).max(1)
    });
    let project =
        move || api.session().read().as_ref().map(|session| session.project_id.clone()).unwrap_or_default();
    let poll = use_poll(
        move || {
            let (kind, region, project, search, page) =
                (kind.get(), region.get(), project(), search.get(), page.get());
            async move {
                kind.load(api, &region, &project, &search, page, PAGE_SIZE)
                    .await
                    .map(|rows| (kind, region, rows))
            }
        },
        |_| Some(Duration::from_secs(10)),
    );
    let show = move |region: &str, search: &str, page: u32| {
        let path = format!(
            "/resources/{}?region={}&q={}&page={page}",
            kind.get_untracked().word(),
            encode_segment(region),
            encode_segment(search),
        );
        replace.with_value(|replace| replace(&path));
    };
    // Rows of the kind and region that are asked for now; what is still on its way is not shown under another heading.
    let current = Memo::new(move |_| {
        let state = poll.state.read();
        state
            .data
            .as_ref()
            .filter(|(of, place, _)| *of == kind.get() && *place == region.get())
            .map(|(_, _, rows)| rows.clone())
    });
    let error = Memo::new(move |_| poll.state.read().error.clone());
    let opened = RwSignal::new(None::<(String, serde_json::Value)>);
    let open = move |row: Row| {
        let (kind, region, project) = (kind.get_untracked(), region.get_untracked(), untrack(project));
        leptos::task::spawn_local(async move {
            match kind.open(api, &region, &project, &row.id).await {
                Ok(Some(value)) => {
                    let _ = opened.try_set(Some((row.name, value)));
                }
                Ok(None) => {}
                Err(error) => toasts.error(i18n, &error),
            }
        });
    };
    view! {
        <div class="page">
            <header class="page__header">
                <h1>{t!(i18n, resources.title)}</h1>
            </header>
            <nav class="tabs" aria-label=move || t_string!(i18n, resources.kinds)>
                {ResourceKind::ALL
                    .into_iter()
                    .map(|one| {
                        let target = move || base.with_value(|base| format!("{base}/{}?region={}", one.word(), encode_segment(&region.get())));
                        view! {
                            <a class="tab resources__tab" href=target aria-current=move || (kind.get() == one).then_some("page")>
                                {move || kind_label(i18n, one)}
                            </a>
                        }
                    })
                    .collect_view()}
            </nav>
            <div class="toolbar">
                <label class="resources__region">
                    <span>{t!(i18n, resources.region)}</span>
                    <select class="input" on:change=move |event| show(&event_target_value(&event), &search.get_untracked(), 1)>
                        {move || {
                            regions.get().into_iter().map(|one| { let this = one.clone(); view! { <option value=one.clone() selected=move || region.get() == this>{one.clone()}</option> } }).collect_view()
                        }}
                    </select>
                </label>
                <Show when=move || kind.get().searchable()>
                    <div class="search">
                        <IconView icon=Icon::Search />
                        <input
                            type="search"
                            class="input"
                            aria-label=move || t_string!(i18n, common.action.search)
                            placeholder=move || t_string!(i18n, common.action.search)
                            prop:value=move || search.get()
                            on:input=move |event| show(&region.get_untracked(), &event_target_value(&event), 1)
                        />
                    </div>
                </Show>
            </div>
            {move || match (current.get(), error.get()) {
                (None, Some(error)) => view! { <ErrorState error=Signal::stored(error) on_retry=Callback::new(move |()| poll.refresh()) /> }.into_any(),
                (None, None) => view! { <Loading what=Signal::derive(move || kind_label(i18n, kind.get()).to_owned()) /> }.into_any(),
                (Some(rows), _) if rows.rows.is_empty() => {
                    view! { <EmptyState icon=Icon::Resource text=Signal::derive(move || t_string!(i18n, resources.empty).to_owned()) /> }.into_any()
                }
                (Some(rows), _) => {
                    let total = rows.total;
                    let opens = kind.get().opens();
                    view! {
                        <div class="table-frame">
                            <table class="table">
                                <thead>
                                    <tr>
                                        <th scope="col">{t!(i18n, resources.name)}</th>
                                        <th scope="col">{t!(i18n, resources.detail)}</th>
                                        <th scope="col"></th>
                                    </tr>
                                </thead>
                                <tbody>
                                    {rows
                                        .rows
                                        .into_iter()
                                        .map(|row| {
                                            let unusable = row.unusable;
                                            let name = row.name.clone();
                                            let detail = row.detail.clone();
                                            view! {
                                                <tr class:muted=unusable>
                                                    <td class="table__title">{name}</td>
                                                    <td>{detail} {unusable.then(|| view! { <span class="badge">{t!(i18n, resources.unusable)}</span> })}</td>
                                                    <td class="table__actions">
                                                        {opens.then(|| view! { <button type="button" class="button" on:click=move |_| open(row.clone())>{t!(i18n, common.action.open)}</button> })}
                                                    </td>
                                                </tr>
                                            }
                                        })
                                        .collect_view()}
                                </tbody>
                            </table>
                        </div>
                        <Pager page page_size=Signal::stored(PAGE_SIZE) total=Signal::stored(total) on_page=Callback::new(move |page| show(&region.get_untracked(), &search.get_untracked(), page)) />
                    }
                    .into_any()
                }
            }}
            {move || opened.get().map(|(name, value)| view! {
                <Dialog title=Signal::stored(name) on_close=Callback::new(move |()| opened.set(None))>
                    <JsonView value=Signal::stored(value) />
                </Dialog>
            })}
        </div>
    }
}

fn kind_label(i18n: leptos_i18n::I18nContext<Locale>, kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Buckets => t_string!(i18n, resources.buckets),
        ResourceKind::Caches => t_string!(i18n, resources.caches),
        ResourceKind::Zones => t_string!(i18n, resources.zones),
        ResourceKind::TestSuites => t_string!(i18n, resources.suites),
        ResourceKind::ResourceGroups => t_string!(i18n, resources.groups),
    }
}
