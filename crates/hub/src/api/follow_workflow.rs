//! Follow (API reference 4.1.1.1.9).

use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    call.app.workflows.follow(&call.principal.user_id, call.parameter("workflow_id")).await?;
    Reply::empty()
}
