//! The run that a gate belongs to, as far as it has come.

use leptos::prelude::*;
use serde_json::Value;
use wire::job::Act;
use wire::{JobStatus, Status};

use super::gate::Gate;
use crate::i18n::*;
use crate::ui::{Duration, StatusBadge};

/// What whoever decides has to know of the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoFar {
    pub status: Status,
    pub started_at: String,
    pub done: u64,
    pub total: u64,
    /// Names of tasks that are at fault, were passed by, and go on or wait.
    pub faulted: Vec<String>,
    pub skipped: Vec<String>,
    pub active: Vec<String>,
    pub input: Value,
    gates: Vec<Gate>,
    acts: Vec<Act>,
}

impl SoFar {
    pub fn of(status: &JobStatus) -> Self {
        let names = |wanted: &dyn Fn(&Status) -> bool| {
            let mut names: Vec<String> = Vec::new();
            // What holds others is told by these.
            let tasks = status.tasks.iter().filter(|task| wanted(&task.status) && !holds_others(&task.kind));
            for task in tasks.filter(|task| task.name != "input") {
                if !names.contains(&task.name) {
                    names.push(task.name.clone());
                }
            }
            names
        };
        Self {
            status: status.job.status.clone(),
            started_at: status.job.started_at.clone(),
            done: status.job.tasks_done,
            total: status.job.tasks_total,
            faulted: names(&|status| *status == Status::Faulted),
            skipped: names(&|status| *status == Status::Skipped),
            active: names(&|status| matches!(status, Status::Running | Status::Waiting | Status::Suspended)),
            input: status.input.clone(),
            gates: Gate::all_of(status),
            acts: status.acts.clone(),
        }
    }

    /// The gate of this visit, while it waits.
    pub(super) fn gate(&self, visit: &str) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.visit() == visit)
    }

    /// The act that has ended the wait of this task, or of the run.
    pub(super) fn decided(&self, task_id: &str) -> Option<&Act> {
        let on_task = self.acts.iter().rfind(|act| act.task_id.as_deref() == Some(task_id));
        let stopped = || self.acts.iter().rfind(|act| act.act == "stop");
        if self.status == Status::Cancelled { stopped().or(on_task) } else { on_task }
    }
}

fn holds_others(kind: &str) -> bool {
    matches!(kind, "do" | "for" | "fork" | "try")
}

/// So many names are told; more are counted.
const FIRST: usize = 4;

/// Lines of a list of facts.
#[component]
pub(super) fn SoFarView(#[prop(into)] so_far: Signal<Option<SoFar>>, gate: String) -> impl IntoView {
    let i18n = use_i18n();
    let told = move |names: &[String]| {
        let comma = t_string!(i18n, approvals.comma);
        let first = names.iter().take(FIRST).cloned().collect::<Vec<_>>().join(comma);
        if names.len() > FIRST { format!("{first} … ({})", names.len()) } else { first }
    };
    move || {
        so_far.get().map(|run| {
            let others: Vec<String> = run.active.iter().filter(|name| **name != gate).cloned().collect();
            let faulted = (!run.faulted.is_empty()).then(|| told(&run.faulted));
            let skipped = (!run.skipped.is_empty()).then(|| told(&run.skipped));
            let active = (!others.is_empty()).then(|| told(&others));
            view! {
                <dt>{t!(i18n, approvals.so_far.label)}</dt>
                <dd class="decision__so-far">
                    <StatusBadge status=Signal::stored(run.status) />
                    <span>{t_string!(i18n, approvals.so_far.done, done = run.done, total = run.total)}</span>
                    <Duration from=Signal::stored(run.started_at) to=Signal::stored(String::new()) />
                    {faulted.map(|names| view! { <span class="decision__bad">{t_string!(i18n, approvals.so_far.faulted, names = names)}</span> })}
                    {skipped.map(|names| view! { <span>{t_string!(i18n, approvals.so_far.skipped, names = names)}</span> })}
                    {active.map(|names| view! { <span>{t_string!(i18n, approvals.so_far.active, names = names)}</span> })}
                </dd>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Task;

    fn task(name: &str, kind: &str, status: Status) -> Task {
        Task { name: name.to_owned(), kind: kind.to_owned(), status, ..Task::default() }
    }

    #[test]
    fn what_is_wrong_and_what_goes_on_is_named_once_and_boxes_are_not() {
        let run = JobStatus {
            tasks: vec![
                task("all", "do", Status::Running),
                task("dns", "call", Status::Faulted),
                task("dns", "call", Status::Faulted),
                task("cache", "call", Status::Skipped),
                task("ask", "call", Status::Waiting),
            ],
            ..JobStatus::default()
        };
        let so_far = SoFar::of(&run);
        assert_eq!(so_far.faulted, ["dns"]);
        assert_eq!(so_far.skipped, ["cache"]);
        assert_eq!(so_far.active, ["ask"]);
    }

    #[test]
    fn a_stop_of_the_run_is_what_ended_the_wait() {
        let act = |act: &str, task: Option<&str>| Act {
            act: act.to_owned(),
            task_id: task.map(str::to_owned),
            ..Act::default()
        };
        let acts = vec![act("start", None), act("approve", Some("t1")), act("stop", None)];
        let mut run = SoFar { acts, ..SoFar::default() };
        let word = |run: &SoFar, task| run.decided(task).map(|act| act.act.clone());
        assert_eq!(word(&run, "t1").as_deref(), Some("approve"));
        assert_eq!(word(&run, "t2"), None);
        run.status = Status::Cancelled;
        assert_eq!(word(&run, "t2").as_deref(), Some("stop"));
    }
}
