//! List (API reference 4.1.1.1.2): what is asked for, with the last run of each and whether the asker follows it.

use std::collections::HashMap;

use wire::workflow::ListRequest;
use wire::{Job, Page, Workflow};

use super::paging;
use crate::error::HubError;
use crate::server::{Call, Reply};
use crate::workflows::{Listed, Wanted};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let ListRequest { workflow_query } = call.json()?;
    let query = workflow_query.0;
    let (page_no, page_size) = paging::page("workflowQuery.page_no", query.page_no, query.page_size, 10)?;
    let wanted = Wanted::of(&query, &call.principal.user_id)?;
    let mut listed = call.app.workflows.list(&wanted).await?;
    let mut jobs: HashMap<String, Job> = HashMap::new();
    if let Some(status) = &query.status {
        jobs = call.app.executions.last_jobs(&ids(&listed)).await?;
        listed.retain(|workflow| jobs.get(&workflow.id).is_some_and(|job| job.status == *status));
    }
    let total = listed.len() as u64;
    let skipped = (page_no as usize - 1).saturating_mul(page_size as usize);
    let listed: Vec<Listed> = listed.into_iter().skip(skipped).take(page_size as usize).collect();
    if query.status.is_none() {
        jobs = call.app.executions.last_jobs(&ids(&listed)).await?;
    }
    let followed = call.app.workflows.followed(&call.principal.user_id).await?;
    let mut definitions = match query.with_def {
        Some(true) => call.app.workflows.definitions(&ids(&listed)).await?,
        _ => HashMap::new(),
    };
    let items = listed
        .into_iter()
        .map(|listed| {
            let workflow = Workflow::from(listed);
            Workflow {
                followed: followed.contains(&workflow.workflow_id),
                last_job: jobs.remove(&workflow.workflow_id),
                workflow_def: definitions.remove(&workflow.workflow_id),
                ..workflow
            }
        })
        .collect();
    Reply::result(Page { total, page_no, page_size, items })
}

fn ids(listed: &[Listed]) -> Vec<String> {
    listed.iter().map(|workflow| workflow.id.clone()).collect()
}
