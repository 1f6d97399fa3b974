//! Retry by hand (API reference 4.1.1.2.2): one faulted task of a job, or all of them. `reason` is ours beyond the
//! reference.

use super::reason;
use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [task_id, why] = call.query_values(["task_id", "reason"])?;
    let task_id = task_id.filter(|task_id| !task_id.is_empty());
    let why = reason::given("reason", why)?;
    let name = &call.principal.name;
    call.app.executions.retry(call.parameter("job_name"), task_id.as_deref(), name, why).await?;
    Reply::empty()
}
