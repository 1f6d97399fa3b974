//! Skip by hand (API reference 4.1.1.2.3): one faulted or waiting task of a job. `reason` is ours beyond the reference.

use super::reason;
use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [task_id, why] = call.query_values(["task_id", "reason"])?;
    let task_id = Call::required("task_id", task_id)?;
    let why = reason::given("reason", why)?;
    let (name, role) = (&call.principal.name, call.principal.role);
    call.app.executions.skip(call.parameter("job_name"), &task_id, name, role, why).await?;
    Reply::empty()
}
