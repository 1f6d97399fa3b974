//! Private CCE resource groups (API reference 4.1.1.6.4).

use serde_json::Value;
use wire::resource::PrivateResourceGroup;

use super::paging;
use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let page = paging::resources(call, "cce-group", None, |group| {
        let number = |name: &str| group.attributes.get(name).and_then(Value::as_i64).unwrap_or_default();
        PrivateResourceGroup {
            id: group.id.parse().unwrap_or_default(),
            status: number("status"),
            summary_status: number("summary_status"),
            name: group.name,
        }
    })
    .await?;
    Reply::bare(page)
}
