//! How any page asks for the start dialog without knowing the feature that draws it.

use leptos::prelude::*;
use wire::Workflow;

/// The workflow that is about to be started; `app` draws the dialog while there is one.
#[derive(Clone, Copy)]
pub struct Launcher(pub RwSignal<Option<Workflow>>);

impl Launcher {
    pub fn launch(&self, workflow: Workflow) {
        self.0.set(Some(workflow));
    }
}

pub fn use_launcher() -> Launcher {
    expect_context()
}
