//! CPTS test suites (API reference 4.1.1.6.1).

use serde_json::Value;
use wire::resource::TestSuite;

use super::paging;
use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let page = paging::resources(call, "cpts-suite", None, |suite| {
        let text =
            |name: &str| suite.attributes.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        TestSuite {
            id: suite.id.parse().unwrap_or_default(),
            description: text("description"),
            create_time: text("create_time"),
            update_time: text("update_time"),
            name: suite.name,
        }
    })
    .await?;
    Reply::bare(page)
}
