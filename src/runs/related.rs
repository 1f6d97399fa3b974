//! The way between a run and the runs that its tasks have started.

use leptos::prelude::*;

use super::address::Address;
use crate::ui::href;

/// Another run, and in it a task where one is named.
#[component]
pub(super) fn RunLink(workflow_id: String, job_name: String, task: Option<String>) -> impl IntoView {
    let address = Address { task, ..Address::default() };
    let path = href(&address.path(&workflow_id, &job_name));
    view! { <a href=path>{job_name}</a> }
}
