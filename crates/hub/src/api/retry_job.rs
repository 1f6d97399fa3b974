//! Retry by hand (API reference 4.1.1.2.2): one faulted task of a job, or all of them.

use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [task_id] = call.query_values(["task_id"])?;
    let task_id = task_id.filter(|task_id| !task_id.is_empty());
    call.app.executions.retry(call.parameter("job_name"), task_id.as_deref(), &call.principal.name).await?;
    Reply::empty()
}
