//! Plugin list (API reference 4.1.1.1.7).

use serde_json::json;

use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) fn handle(call: &Call) -> Result<Reply, HubError> {
    let [group] = call.query_values(["type"])?;
    let plugins = call.app.plugins.of_group(group.as_deref().unwrap_or_default());
    Reply::result(json!({"plugins": plugins}))
}
