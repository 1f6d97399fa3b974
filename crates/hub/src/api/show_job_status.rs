//! Show status (API reference 4.1.1.1.6): one job of one workflow, task by task.

use crate::error::HubError;
use crate::freshness::Subject;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [job_name, with_def] = call.query_values(["job_name", "with_def"])?;
    let job_name = Call::required("job_name", job_name)?;
    let with_def = match with_def.as_deref() {
        None | Some("" | "false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(HubError::bad_request(
                "query: with_def is true or false",
                "查询参数 with_def 应为 true 或 false",
            ));
        }
    };
    let executions = &call.app.executions;
    if let Some(unchanged) = call.unchanged() {
        return Ok(unchanged);
    }
    let shown = executions.shown(call.parameter("workflow_id"), &job_name, with_def).await?;
    let reply = if shown.asks_people() {
        let mut status = shown.status.clone();
        executions.say_who_may_decide(&mut status, &call.principal.name, call.principal.role).await?;
        Reply::result(status)?
    } else {
        Reply { status: 200, body: shown.body()?, headers: Vec::new() }
    };
    Ok(call.tagged(reply, Subject::Job(shown.number), shown.moment))
}
