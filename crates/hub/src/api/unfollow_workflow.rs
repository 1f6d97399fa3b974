//! Unfollow (API reference 4.1.1.1.10).

use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    call.app.workflows.unfollow(&call.principal.user_id, call.parameter("workflow_id")).await?;
    Reply::empty()
}
