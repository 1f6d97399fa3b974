//! How any page asks for the start dialog without knowing the feature that draws it.

use leptos::prelude::*;
use serde_json::Value;
use wire::Workflow;

/// What is about to be started.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    pub workflow: Workflow,
    /// The run that is done once more, where it is one.
    pub again: Option<Again>,
}

/// What an earlier run was started with.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    pub job_name: String,
    pub input: Value,
    pub dry_run: bool,
    /// Begin here; none begins at the first stage.
    pub from_stage: Option<String>,
}

/// The workflow that is about to be started; `app` draws the dialog while there is one.
#[derive(Clone, Copy)]
pub struct Launcher(pub RwSignal<Option<Launch>>);

impl Launcher {
    pub fn launch(&self, workflow: Workflow) {
        self.0.set(Some(Launch { workflow, again: None }));
    }

    /// As an earlier run; everything can be changed.
    pub fn again(&self, workflow: Workflow, again: Again) {
        self.0.set(Some(Launch { workflow, again: Some(again) }));
    }
}

pub fn use_launcher() -> Launcher {
    expect_context()
}
