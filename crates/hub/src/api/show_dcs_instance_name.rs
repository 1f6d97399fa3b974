//! The name of a DCS instance (API reference 4.1.1.4.1).

use wire::resource::DcsInstance;

use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [] = call.query_values([])?;
    let (region, project) = (call.parameter("region_id"), call.parameter("project_id"));
    let id = call.parameter("instance_id");
    let found = call.app.inventory.one(region, Some(project), "dcs-instance", id).await?;
    let instance = found.ok_or_else(|| {
        HubError::not_found(
            format!("instance_id: there is no DCS instance {id} in {region}, {project}"),
            format!("instance_id：局点 {region} 项目 {project} 中不存在 DCS 实例 {id}"),
        )
    })?;
    Reply::result(DcsInstance { id: instance.id, name: instance.name })
}
