//! Pages that are modules of their own, fetched when they are first opened: the first load stays small.
//!
//! With the feature `split` each becomes a file beside the main module, cut out by `cargo xtask`; without it they
//! are plain functions.

use leptos::prelude::*;

use super::run_log;
use crate::editor::EditorPage;
use crate::history::HistoryPage;
use crate::resources::ResourcesPage;
use crate::runs::{ComparePage, RunPage};
use crate::settings::SettingsPage;
use crate::start::StartDialogs;
use crate::ui::fetched::NotFetched;

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
