//! Where the gates come from: the history says which runs wait, show-status says for what.

use std::cmp::Ordering;

use wire::Job;
use wire::history::{Filter, Operator, Property};

use crate::api::{Api, ApiError};
use crate::ui::Gate;
use crate::ui::time::milliseconds;

const PAGE_SIZE: u32 = 200;
/// More runs than this wait or run at the same time only where something is wrong elsewhere.
const MOST_PAGES: u32 = 5;
const APPROVAL: &str = "approval";

/// How many tasks wait for a person, by one call.
pub(super) async fn count_waiting(api: Api) -> Result<usize, ApiError> {
    let page = api.list_jobs(&[may_wait()], 1, PAGE_SIZE).await?;
    Ok(page.items.iter().flat_map(|job| &job.waiting).filter(|task| task.kind == APPROVAL).count())
}

/// Every gate that a run waits at, the oldest first.
pub(super) async fn waiting_gates(api: Api) -> Result<Vec<Gate>, ApiError> {
    let mut jobs: Vec<Job> = Vec::new();
    for page_no in 1..=MOST_PAGES {
        let page = api.list_jobs(&[may_wait()], page_no, PAGE_SIZE).await?;
        let last = u64::from(page_no) * u64::from(PAGE_SIZE) >= page.total || page.items.is_empty();
        jobs.extend(
            page.items.into_iter().filter(|job| job.waiting.iter().any(|task| task.kind == APPROVAL)),
        );
        if last {
            break;
        }
    }
    let details = jobs.iter().map(|job| async move {
        match api.job_status(&job.workflow_id, &job.job_name, false).await {
            Ok(status) => Ok(Gate::all_of(&status)),
            // It ended and was deleted between the two calls.
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    });
    let mut gates: Vec<Gate> = futures::future::try_join_all(details).await?.into_iter().flatten().collect();
    gates.sort_by(|left, right| {
        let since = |gate: &Gate| milliseconds(&gate.since).unwrap_or(f64::MAX);
        since(left)
            .partial_cmp(&since(right))
            .unwrap_or(Ordering::Equal)
            .then_with(|| left.task_id.cmp(&right.task_id))
    });
    Ok(gates)
}

/// A run whose other branches go on is `running` while one of its gates waits.
fn may_wait() -> Filter {
    Filter { property: Property::Status, operator: Operator::In, operand: "waiting,running".to_owned() }
}
