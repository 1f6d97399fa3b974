//! What a run would come to, beside the canvas: what is chosen for the tasks, and the drawer that shows it.
//!
//! The drawer is a module of its own, with the engine and the expressions in it: whoever does not simulate does not fetch
//! them. Here is only what the editor needs to know without it.

mod board;
mod choose;
mod compute;
mod drawer;
mod lines;
mod verdict;

use std::collections::{BTreeMap, HashMap};

use flow::Pointer;
use leptos::prelude::*;
use serde_json::Value;

use super::state::Editor;
use crate::ui::fetched::{NotFetched, fetched};
use crate::ui::flow_canvas::NodeStatus;

/// A handle that the editor's parts share.
#[derive(Clone, Copy)]
pub(super) struct Simulating {
    pub(super) open: RwSignal<bool>,
    /// How the tasks stand at the moment that is shown; empty while nothing is simulated.
    pub(super) statuses: RwSignal<HashMap<Pointer, NodeStatus>>,
    /// What is chosen for tasks; kept while the drawer is closed.
    choices: RwSignal<BTreeMap<Pointer, Choice>>,
}

/// What somebody chose for a task.
#[derive(Clone, Debug, Default, PartialEq)]
struct Choice {
    happens: Happening,
    /// A duration as the language writes it.
    takes: Option<Value>,
    hand: Hand,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Happening {
    #[default]
    Usual,
    Fails,
    FailsOnce,
    /// No answer, no decision, no event.
    Silent,
    Rejected,
}

/// What somebody does where the task stays at fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Hand {
    #[default]
    None,
    Retry,
    Skip,
}

impl Simulating {
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            statuses: RwSignal::new(HashMap::new()),
            choices: RwSignal::new(BTreeMap::new()),
        }
    }

    pub(super) fn toggle(&self) {
        self.open.update(|open| *open = !*open);
    }
}

/// The drawer below the canvas, fetched when it is first opened.
#[component]
pub(super) fn SimulateDrawer(editor: Editor) -> impl IntoView {
    let drawer = move || fetched(move || simulator(editor));
    view! { <Show when=move || editor.simulating.open.get()>{drawer()}</Show> }
}

#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(simulator, wasm_split_path = ::leptos::wasm_split, fallible)]
fn simulator(editor: Editor) -> Result<AnyView, NotFetched> {
    Ok(view! { <drawer::Drawer editor /> }.into_any())
}

#[cfg(not(feature = "split"))]
async fn simulator(editor: Editor) -> Result<AnyView, NotFetched> {
    Ok(view! { <drawer::Drawer editor /> }.into_any())
}
