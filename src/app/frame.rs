//! The frame around every page of a signed-in person: navigation, who one is, the way out.

use leptos::prelude::*;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_location;
use wire::operation::encode_segment;

use crate::api::use_api;
use crate::approvals::WaitingCountBadge;
use crate::i18n::*;
use crate::ui::link::use_title;
use crate::ui::{EmptyState, Icon, IconView, go, href, use_preferences};

/// Draws the page for who is signed in; sends everybody else to the sign-in and back.
#[component]
pub(super) fn Frame(children: ChildrenFn) -> impl IntoView {
    let api = use_api();
    let location = use_location();
    let signed_in = Memo::new(move |_| api.session().read().is_some());
    let children = StoredValue::new(children);
    let base = api.base();
    let next = move || {
        let path = location.pathname.get_untracked();
        let search = location.search.get_untracked();
        let path = path.strip_prefix(&base).unwrap_or(&path).to_owned();
        let mark = if search.is_empty() { "" } else { "?" };
        format!("/sign-in?next={}", encode_segment(&format!("{path}{mark}{search}")))
    };
    view! {
        <Show when=move || signed_in.get() fallback=move || view! { <Redirect path=next() /> }>
            <SignedInFrame>{children.with_value(|children| children())}</SignedInFrame>
        </Show>
    }
}

#[component]
fn SignedInFrame(children: Children) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    let path = use_location().pathname;
    // A page that was chosen from the menu should be seen.
    Effect::new(move |_| {
        path.track();
        open.set(false);
    });
    view! {
        <a class="skip-link" href="#content">{t!(i18n, common.nav.skip)}</a>
        <div class="frame" class:frame--open=move || open.get()>
            <header class="topbar">
                <button
                    type="button"
                    class="button button--icon topbar__menu"
                    aria-label=move || t_string!(i18n, common.nav.menu)
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <IconView icon=Icon::Menu />
                </button>
                <a class="brand" href=href("/workflows")>
                    <span class="brand__mark" aria-hidden="true"></span>
                    <span>{t!(i18n, common.product)}</span>
                    <span class="brand__long">{t!(i18n, common.product_long)}</span>
                </a>
                <Account />
            </header>
            <nav class="sidebar" aria-label=move || t_string!(i18n, common.nav.label)>
                <NavLink path="/workflows" icon=Icon::Workflow label=Signal::derive(move || t_string!(i18n, common.nav.workflows).to_owned()) />
                <NavLink path="/runs" icon=Icon::History label=Signal::derive(move || t_string!(i18n, common.nav.runs).to_owned()) />
                <NavLink path="/approvals" icon=Icon::Approval label=Signal::derive(move || t_string!(i18n, common.nav.approvals).to_owned())>
                    <WaitingCountBadge />
                </NavLink>
                <NavLink path="/resources" icon=Icon::Resource label=Signal::derive(move || t_string!(i18n, common.nav.resources).to_owned()) />
                <NavLink path="/settings" icon=Icon::Settings label=Signal::derive(move || t_string!(i18n, common.nav.settings).to_owned()) />
            </nav>
            <main class="content" id="content" tabindex="-1">{children()}</main>
        </div>
    }
}

#[component]
fn NavLink(
    path: &'static str,
    icon: Icon,
    #[prop(into)] label: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let location = use_location();
    let target = href(path);
    let current = {
        let target = target.clone();
        move || {
            let now = location.pathname.get();
            now == target || now.strip_prefix(&target).is_some_and(|rest| rest.starts_with('/'))
        }
    };
    view! {
        <a class="sidebar__link" href=target aria-current=move || current().then_some("page")>
            <IconView icon />
            <span>{move || label.get()}</span>
            {children.map(|children| children())}
        </a>
    }
}

#[component]
fn Account() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let go = go();
    let preferences = use_preferences();
    let name = move || api.session().read().as_ref().map(|session| session.user.clone()).unwrap_or_default();
    let role = move || {
        let session = api.session().get();
        let highest = session
            .iter()
            .flat_map(|session| &session.roles)
            .filter_map(|role| wire::Role::parse(role))
            .max();
        highest.map(|role| match role {
            wire::Role::Admin => t_string!(i18n, session.role.admin),
            wire::Role::Operator => t_string!(i18n, session.role.operator),
            wire::Role::Viewer => t_string!(i18n, session.role.viewer),
        })
    };
    let other = move || {
        if i18n.get_locale() == Locale::zh_CN { ("English", Locale::en) } else { ("中文", Locale::zh_CN) }
    };
    view! {
        <div class="account">
            <button type="button" class="button button--quiet" on:click=move |_| preferences.set_locale(i18n, other().1)>
                <IconView icon=Icon::Globe />
                <span>{move || other().0}</span>
            </button>
            <span class="account__user" title=move || t_string!(i18n, session.signed_in_as, name = name())>
                <IconView icon=Icon::User />
                <span class="account__name">{name}</span>
                <span class="account__role">{role}</span>
            </span>
            <button
                type="button"
                class="button button--icon"
                aria-label=move || t_string!(i18n, session.sign_out)
                title=move || t_string!(i18n, session.sign_out)
                on:click=move |_| {
                    api.sign_out();
                    go("/sign-in");
                }
            >
                <IconView icon=Icon::SignOut />
            </button>
        </div>
    }
}

#[component]
pub(super) fn NotFound() -> impl IntoView {
    let i18n = use_i18n();
    use_title(move || t_string!(i18n, common.not_found.title).to_owned());
    view! {
        <div class="page">
            <h1>{t!(i18n, common.not_found.title)}</h1>
            <EmptyState icon=Icon::Search text=Signal::derive(move || t_string!(i18n, common.not_found.text).to_owned())>
                <a class="button button--primary" href=href("/workflows")>{t!(i18n, common.not_found.go)}</a>
            </EmptyState>
        </div>
    }
}
