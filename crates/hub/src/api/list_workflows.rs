//! List (API reference 4.1.1.1.2): what is asked for, with the last run of each and whether the asker follows it.

use std::collections::HashMap;

use wire::workflow::ListRequest;
use wire::{Page, Workflow};

use super::paging;
use crate::error::HubError;
use crate::server::{Call, Reply};
use crate::workflows::{Listed, Wanted};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let ListRequest { workflow_query } = call.json()?;
    let query = workflow_query.0;
    let (page_no, page_size) = paging::page("workflowQuery.page_no", query.page_no, query.page_size, 10)?;
    let mut wanted = Wanted::of(&query, &call.principal.user_id)?;
    if let Some(status) = &query.status {
        wanted.among = Some(call.app.executions.last_in_status(status).await?);
    }
    let (take, skip) = (u64::from(page_size), u64::from(page_no - 1) * u64::from(page_size));
    let (listed, total) = call.app.workflows.list(&wanted, skip, take).await?;
    let mut jobs = call.app.executions.last_jobs(&ids(&listed)).await?;
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
