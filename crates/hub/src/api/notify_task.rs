//! Notify (API reference 4.1.1.2.1): somebody's decision at a manual gate.

use wire::job::NotifyRequest;

use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let NotifyRequest { request } = call.json()?;
    call.app
        .executions
        .notify(call.parameter("task_id"), request.0, &call.principal.name, call.principal.role)
        .await?;
    Reply::empty()
}
