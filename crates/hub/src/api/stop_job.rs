//! Stop (API reference 4.1.1.1.4). `reason` is ours beyond the reference.

use super::reason;
use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [why] = call.query_values(["reason"])?;
    let why = reason::given("reason", why)?;
    call.app.executions.stop(call.parameter("job_name"), &call.principal.name, why).await?;
    Reply::empty()
}
