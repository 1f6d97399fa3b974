//! Start (API reference 4.1.1.1.3): a job of the newest revision, if its input fits and the hub can run it.

use flow::Document;
use wire::workflow::{ExecuteRequest, StartRequest};

use crate::error::HubError;
use crate::execution::{StartJob, check_input};
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let mut request: ExecuteRequest = if call.has_body() {
        call.json::<StartRequest>()?.workflow_execute_request.0
    } else {
        ExecuteRequest::default()
    };
    request.reason = super::reason::given("reason", request.reason.take())?;
    // Held until the job is there: a deletion of the workflow waits, and finds it.
    let _no_deletion = call.app.deletions.read().await;
    let saved = call.app.workflows.newest(call.parameter("workflow_id")).await?;
    let document = call.app.startable.read(saved.definition.clone()).await?;
    check_stages(&document, request.stages.as_deref())?;
    check_input(&document, &mut request.input)?;
    let started = call
        .app
        .executions
        .start(StartJob {
            workflow_id: saved.workflow_id,
            workflow_name: saved.name,
            namespace: saved.namespace,
            revision: saved.revision,
            definition: saved.definition,
            request,
            started_by: call.principal.name.clone(),
        })
        .await?;
    Reply::result(started)
}

fn check_stages(document: &Document, stages: Option<&[String]>) -> Result<(), HubError> {
    let Some(stages) = stages else { return Ok(()) };
    let known = document.top_level_names();
    if stages.is_empty() {
        return Err(HubError::bad_request(
            "stages: name at least one, or leave it out to run all",
            "stages：至少指定一个阶段，或不传以执行全部",
        ));
    }
    match stages.iter().find(|stage| !known.contains(&stage.as_str())) {
        None => Ok(()),
        Some(stage) => Err(HubError::bad_request(
            format!("stages: there is no stage {stage:?}; there are: {}", known.join(", ")),
            format!("stages：阶段 {stage:?} 不存在，可用：{}", known.join("、")),
        )),
    }
}
