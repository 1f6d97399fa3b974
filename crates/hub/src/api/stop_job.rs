//! Stop (API reference 4.1.1.1.4).

use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [reason] = call.query_values(["reason"])?;
    call.app.executions.stop(call.parameter("job_name"), &call.principal.name, reason).await?;
    Reply::empty()
}
