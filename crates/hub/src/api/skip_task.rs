//! Skip by hand (API reference 4.1.1.2.3): one faulted or waiting task of a job.

use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [task_id] = call.query_values(["task_id"])?;
    let task_id = Call::required("task_id", task_id)?;
    call.app.executions.skip(call.parameter("job_name"), &task_id, &call.principal.name).await?;
    Reply::empty()
}
