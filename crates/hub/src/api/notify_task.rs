//! Notify (API reference 4.1.1.2.1): somebody's decision at a manual gate.

use wire::job::NotifyRequest;

use super::reason;
use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let NotifyRequest { request } = call.json()?;
    let mut request = request.0;
    request.comment = reason::given("comment", Some(request.comment))?.unwrap_or_default();
    let (name, role) = (&call.principal.name, call.principal.role);
    call.app.executions.notify(call.parameter("task_id"), request, name, role).await?;
    Reply::empty()
}
