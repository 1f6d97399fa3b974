//! What a person may do to a run, each with its consequence before it and its effect after it.

mod confirmation;
mod preview;

use leptos::prelude::*;
use wire::{Permission, Status, Workflow};

use self::confirmation::Confirmation;
use super::model::Attention;
use super::run::Run;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::launch::{Again, Launcher};
use crate::ui::{Icon, IconView, use_launcher};

/// An act that waits for its confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Stop,
    /// The tasks at fault, of which some may be left out.
    RetryAll,
    Retry {
        task_id: String,
        name: String,
    },
    Skip {
        task_id: String,
        name: String,
        pointer: String,
    },
}

/// The buttons for one task, where this person may press them.
#[component]
pub(super) fn TaskActs(
    run: Run,
    task_id: String,
    name: String,
    pointer: String,
    status: Status,
) -> impl IntoView {
    let i18n = use_i18n();
    let may = use_api().may(Permission::Operate);
    let retry =
        (status == Status::Faulted).then(|| Asked::Retry { task_id: task_id.clone(), name: name.clone() });
    let skip =
        matches!(status, Status::Faulted | Status::Waiting).then_some(Asked::Skip { task_id, name, pointer });
    // A task whose fault was taken care of, or of a run that is over, has nothing to retry.
    let over = Memo::new(move |_| run.with(|status| status.job.status.is_final()).unwrap_or(true));
    let any = retry.is_some() || skip.is_some();
    let buttons = move || {
        let (retry, skip) = (retry.clone(), skip.clone());
        view! {
            {retry.map(|asked| view! {
                <button type="button" class="button" on:click=move |_| run.asked.set(Some(asked.clone()))>
                    <IconView icon=Icon::Retry />
                    {t!(i18n, runs.retry)}
                </button>
            })}
            {skip.map(|asked| view! {
                <button type="button" class="button" on:click=move |_| run.asked.set(Some(asked.clone()))>
                    <IconView icon=Icon::Skip />
                    {t!(i18n, runs.skip)}
                </button>
            })}
        }
    };
    view! { <Show when=move || any && may.get() && !over.get()><span class="run__task-acts">{buttons()}</span></Show> }
}

/// Draws the confirmation while an act waits for it.
#[component]
pub(super) fn ActDialog(run: Run) -> impl IntoView {
    move || run.asked.get().map(|asked| view! { <Confirmation run asked /> })
}

/// Begins the same workflow with the same input at this stage; for the tasks of the first level of a run that is over.
#[component]
pub(super) fn StartFromHere(run: Run, name: String, pointer: String) -> impl IntoView {
    let i18n = use_i18n();
    let may = use_api().may(Permission::Operate);
    let launcher = use_launcher();
    let is_stage = flow::Pointer::parse(&pointer).is_some_and(|pointer| pointer.tokens().count() == 3)
        && pointer.starts_with("/do/");
    let over = Memo::new(move |_| run.with(|status| status.job.status.is_final()).unwrap_or_default());
    let name = StoredValue::new(name);
    view! {
        <Show when=move || is_stage && may.get() && over.get()>
            <button type="button" class="button" on:click=move |_| start_again(run, launcher, Some(name.get_value()))>
                <IconView icon=Icon::Play />
                {t!(i18n, recovery.from_here)}
            </button>
        </Show>
    }
}

/// Opens the start dialog with what this run was started with.
pub(super) fn start_again(run: Run, launcher: Launcher, from_stage: Option<String>) {
    let known = run.poll.state.read_untracked();
    let Some(status) = &known.data else { return };
    let again = Again {
        job_name: status.job.job_name.clone(),
        input: status.input.clone(),
        dry_run: status.job.dry_run,
        from_stage,
    };
    let (workflow_id, name) = (run.workflow_id.get_value(), status.job.workflow_name.clone());
    launcher.again(Workflow { workflow_id, name, ..Workflow::default() }, again);
}

pub(super) fn is_fault(one: &Attention) -> bool {
    one.status == Status::Faulted
}
