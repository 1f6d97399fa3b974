//! How many CPTS test suites there are (API reference 4.1.1.6.2).

use wire::resource::TestSuiteCount;

use crate::error::HubError;
use crate::lab::Query;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [] = call.query_values([])?;
    let wanted = Query {
        region: call.parameter("region_id"),
        project: Some(call.parameter("project_id")),
        kind: "cpts-suite",
        ..Query::default()
    };
    let (_, total_count) = call.app.inventory.list(&wanted).await?;
    Reply::result(TestSuiteCount { total_count })
}
