//! Pages that are modules of their own, fetched when they are first opened: the first load stays small.
//!
//! With the feature `split` each becomes a file beside the main module, cut out by `cargo xtask`; without it they
//! are plain functions. A page that cannot be fetched says so, and can be tried again.

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

use super::run_log;
use crate::api::ApiError;
use crate::editor::EditorPage;
use crate::history::HistoryPage;
use crate::i18n::*;
use crate::resources::ResourcesPage;
use crate::runs::{ComparePage, RunPage};
use crate::settings::SettingsPage;
use crate::start::StartDialogs;
use crate::ui::{ErrorState, Loading};

/// Draws a page of its own module once that is there.
pub(super) fn fetched<F>(page: fn() -> F) -> impl IntoView
where
    F: Future<Output = Result<AnyView, NotFetched>> + Send + 'static,
{
    let i18n = use_i18n();
    let state = RwSignal::new(State::UnderWay);
    let what = Signal::derive(move || t_string!(i18n, common.the_page).to_owned());
    let attempt = RwSignal::new(0);
    view! {
        {move || match state.get() {
            State::UnderWay => Some(view! { <Loading what /> }.into_any()),
            State::Failed => {
                let again = Callback::new(move |()| {
                    state.set(State::UnderWay);
                    attempt.update(|count| *count += 1);
                });
                Some(view! { <ErrorState error=Signal::stored(ApiError::Offline) on_retry=again /> }.into_any())
            }
            State::Drawn => None,
        }}
        {move || {
            attempt.track();
            Suspend::new(async move {
                let drawn = page().await;
                state.set(if drawn.is_ok() { State::Drawn } else { State::Failed });
                drawn.ok()
            })
        }}
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    UnderWay,
    Failed,
    Drawn,
}

/// The module of a page did not arrive.
#[derive(Debug)]
pub(super) struct NotFetched;

impl From<SplitLoaderError> for NotFetched {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// A page by its name, as a module of its own where the build splits.
macro_rules! page {
    ($name:ident, $page:expr) => {
        #[cfg(feature = "split")]
        #[leptos::wasm_split::wasm_split($name, wasm_split_path = ::leptos::wasm_split, fallible)]
        pub(super) fn $name() -> Result<AnyView, NotFetched> {
            Ok($page.into_any())
        }

        #[cfg(not(feature = "split"))]
        pub(super) async fn $name() -> Result<AnyView, NotFetched> {
            Ok($page.into_any())
        }
    };
}

page!(editor, view! { <EditorPage /> });
page!(run, view! { <RunPage log=run_log /> });
page!(compare, view! { <ComparePage /> });
page!(history, view! { <HistoryPage /> });
page!(resources, view! { <ResourcesPage /> });
page!(settings, view! { <SettingsPage /> });
page!(start, view! { <StartDialogs /> });
