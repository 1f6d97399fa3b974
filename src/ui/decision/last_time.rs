//! How this gate was decided in the run before: whoever decides tonight wants to know what was said last time.

use leptos::prelude::*;
use wire::history::{Filter, Operator, Property};
use wire::job::Act;
use wire::operation::encode_segment;
use wire::{Job, JobStatus};

use super::gate::Gate;
use crate::api::{Api, ApiError, use_api};
use crate::i18n::*;
use crate::ui::{StatusBadge, Time, href};

/// The newest runs that are listed, and those of them that are looked into: older ones say little.
const LISTED: u32 = 12;
const LOOKED_INTO: usize = 4;

/// What is known of the runs before.
#[derive(Clone, Debug, PartialEq)]
enum Before {
    Decided {
        job: Box<Job>,
        act: Act,
    },
    /// None of so many runs was decided at this gate.
    Never(usize),
}

/// Lines of a list of facts; none until it is known.
#[component]
pub(super) fn LastTime(gate: Gate) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let before = RwSignal::new(None::<Before>);
    leptos::task::spawn_local(async move {
        // Without it the decision can still be made.
        if let Ok(found) = look_back(api, &gate).await {
            let _ = before.try_set(Some(found));
        }
    });
    move || {
        before.get().map(|before| {
            let told = match before {
                Before::Never(0) => view! { <span class="muted">{t!(i18n, approvals.last.first_run)}</span> }.into_any(),
                Before::Never(runs) => view! { <span class="muted">{t_string!(i18n, approvals.last.never, count = runs)}</span> }.into_any(),
                Before::Decided { job, act } => {
                    let path = href(&format!("/runs/{}/{}", encode_segment(&job.workflow_id), encode_segment(&job.job_name)));
                    let approved = act.act == "approve";
                    view! {
                        <strong>{act.by}</strong> " "
                        {move || if approved { t_string!(i18n, approvals.act.approve) } else { t_string!(i18n, approvals.act.reject) }}
                        {act.comment.filter(|comment| !comment.is_empty()).map(|comment| view! { " " <q>{comment}</q> })}
                        " · " <Time at=Signal::stored(act.at) /> " · " <a href=path><code>{job.job_name}</code></a> " "
                        <StatusBadge status=Signal::stored(job.status) />
                        {job.dry_run.then(|| view! { " " <span class="chip">{t!(i18n, common.dry_run)}</span> })}
                    }
                    .into_any()
                }
            };
            view! { <dt>{t!(i18n, approvals.last.label)}</dt><dd class="decision__last">{told}</dd> }
        })
    }
}

async fn look_back(api: Api, gate: &Gate) -> Result<Before, ApiError> {
    let of_workflow =
        Filter { property: Property::WorkflowId, operator: Operator::Eq, operand: gate.workflow_id.clone() };
    let page = api.list_jobs(&[of_workflow], 1, LISTED).await?;
    let earlier = page
        .items
        .into_iter()
        .filter(|job| job.job_name != gate.job_name && job.started_at <= gate.started_at)
        .take(LOOKED_INTO);
    let mut runs = 0;
    for job in earlier {
        runs += 1;
        let status = match api.job_status(&job.workflow_id, &job.job_name, false).await {
            Ok(status) => status,
            // It was deleted between the two calls.
            Err(error) if error.is_not_found() => continue,
            Err(error) => return Err(error),
        };
        if let Some(act) = decided_at(&status, gate) {
            return Ok(Before::Decided { job: Box::new(job), act });
        }
    }
    Ok(Before::Never(runs))
}

/// The last decision at this gate: the same place of the definition, or, in another revision, a gate of the same name.
fn decided_at(status: &JobStatus, gate: &Gate) -> Option<Act> {
    let decided = |act: &&Act| matches!(act.act.as_str(), "approve" | "reject");
    let acts = status.acts.iter().filter(decided);
    let at = |wanted: &dyn Fn(&wire::Task) -> bool| {
        acts.clone().rfind(|act| {
            status.tasks.iter().any(|task| Some(&task.task_id) == act.task_id.as_ref() && wanted(task))
        })
    };
    at(&|task| task.pointer == gate.pointer).or_else(|| at(&|task| task.name == gate.task_name)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Task;

    fn check(task_pointer: &str, name: &str, act: &str) -> Option<String> {
        let task = Task {
            task_id: "t".to_owned(),
            pointer: task_pointer.to_owned(),
            name: name.to_owned(),
            ..Task::default()
        };
        let act = Act {
            act: act.to_owned(),
            by: "ann".to_owned(),
            task_id: Some("t".to_owned()),
            ..Act::default()
        };
        let status = JobStatus { tasks: vec![task], acts: vec![act], ..JobStatus::default() };
        let gate = Gate { pointer: "/do/1/ask".to_owned(), task_name: "ask".to_owned(), ..Gate::default() };
        decided_at(&status, &gate).map(|act| format!("{} {}", act.by, act.act))
    }

    #[test]
    fn the_gate_is_known_by_its_place_or_its_name() {
        assert_eq!(check("/do/1/ask", "ask", "reject").as_deref(), Some("ann reject"));
        assert_eq!(check("/do/4/ask", "ask", "approve").as_deref(), Some("ann approve"));
        assert_eq!(check("/do/4/other", "other", "approve"), None);
        assert_eq!(check("/do/1/ask", "ask", "retry"), None);
    }
}
