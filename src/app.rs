//! Routes and contexts only: composes the features, which do not know each other.

mod fetched;
mod frame;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Redirect, Route, Router};
use leptos_router::path;

use crate::api::{Api, Environment};
use crate::approvals::{ApprovalsPage, WaitingCount};
use crate::i18n::*;
use crate::logs::LogView;
use crate::runs::LogSlot;
use crate::session::{SignInAgain, SignInPage};
use crate::ui::decision::Desk;
use crate::ui::fetched::fetched;
use crate::ui::launch::Launcher;
use crate::ui::preferences::Preferences;
use crate::ui::toast::{ToastArea, Toasts};
use crate::workflows::WorkflowsPage;
use frame::{Frame, NotFound};

#[component]
pub fn App(environment: Environment) -> impl IntoView {
    let language = RwSignal::new(String::new());
    let base = environment.base.clone();
    provide_context(Api::new(environment, language));
    provide_context(Preferences::load(language));
    provide_context(Toasts::new());
    provide_context(WaitingCount::new());
    provide_context(Desk::new());
    provide_context(Launcher(RwSignal::new(None)));
    view! {
        // The provider for a part of the page takes a first language; the one for the whole page insists on the browser's.
        <I18nSubContextProvider initial_locale=Signal::stored(Preferences::first_locale())>
            <Pages base=base.clone() />
        </I18nSubContextProvider>
    }
}

#[component]
fn Pages(base: String) -> impl IntoView {
    expect_context::<Preferences>().adopt(use_i18n(), Preferences::first_locale());
    view! {
        <Router base>
            <FlatRoutes fallback=|| view! { <Frame><NotFound /></Frame> }>
                <Route path=path!("/") view=|| view! { <Redirect path="/workflows" /> } />
                <Route path=path!("/index.html") view=|| view! { <Redirect path="/workflows" /> } />
                <Route path=path!("/sign-in") view=SignInPage />
                <Route path=path!("/workflows") view=|| view! { <Frame><WorkflowsPage /></Frame> } />
                // One route for new and published ones: the first save gives the open editor its id.
                <Route path=path!("/workflows/:workflow_id") view=|| view! { <Frame>{fetched(fetched::editor)}</Frame> } />
                <Route path=path!("/runs") view=|| view! { <Frame>{fetched(fetched::history)}</Frame> } />
                <Route path=path!("/resources") view=|| view! { <Frame>{fetched(fetched::resources)}</Frame> } />
                <Route path=path!("/resources/:kind") view=|| view! { <Frame>{fetched(fetched::resources)}</Frame> } />
                <Route path=path!("/runs/compare") view=|| view! { <Frame>{fetched(fetched::compare)}</Frame> } />
                <Route path=path!("/runs/:workflow_id/:job_name") view=|| view! { <Frame>{fetched(fetched::run)}</Frame> } />
                <Route path=path!("/approvals") view=|| view! { <Frame><ApprovalsPage /></Frame> } />
                <Route path=path!("/settings") view=|| view! { <Frame>{fetched(fetched::settings)}</Frame> } />
            </FlatRoutes>
            <StartWhenAsked />
            <SignInAgain />
            <ToastArea />
        </Router>
    }
}

/// The start dialog's module is fetched at the first start.
#[component]
fn StartWhenAsked() -> impl IntoView {
    let launcher = expect_context::<Launcher>();
    let asked = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or_default() || launcher.0.read().is_some()
    });
    move || asked.get().then(|| fetched(fetched::start))
}

/// The log that a run shows: the two features meet here.
fn run_log(slot: LogSlot) -> AnyView {
    let LogSlot { job_name, state_id, label, stirred, started_at, writer } = slot;
    view! { <LogView job_name state_id label stirred started_at writer /> }.into_any()
}
