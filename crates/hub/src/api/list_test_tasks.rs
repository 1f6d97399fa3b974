//! Test tasks of a CPTS test suite (API reference 4.1.1.6.3).

use serde_json::Value;
use wire::resource::TestTask;

use super::paging;
use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let suite = call.parameter("test_suites_id");
    let page = paging::resources(call, "cpts-task", Some(("suite_id", suite)), |task| {
        let flag = |name: &str| task.attributes.get(name) == Some(&Value::Bool(true));
        let time = task.attributes.get("update_time").and_then(Value::as_str).unwrap_or_default();
        TestTask {
            id: task.id.parse().unwrap_or_default(),
            is_starting: flag("is_starting"),
            parallel: flag("parallel"),
            update_time: time.to_owned(),
            name: task.name,
        }
    })
    .await?;
    Reply::bare(page)
}
