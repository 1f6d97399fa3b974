//! Copy (API reference 4.1.1.1.11): a new workflow of the newest revision, which belongs to its maker.

use flow::Document;
use serde::Deserialize;
use wire::workflow::CopyInfo;

use crate::error::HubError;
use crate::server::{Call, Reply};
use crate::workflows::{Definition, copied};

/// The reference's table wraps the members into `copyInfo`, its example does not.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wrapped {
    copy_info: CopyInfo,
}

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let info = info(call)?;
    let saved = call.app.workflows.newest(call.parameter("id")).await?;
    let original = Document::from_json(&saved.definition).map_err(HubError::internal)?;
    let text = copied(&original, &info)?.to_json();
    let definition = Definition::read_aside(text, &call.app.plugins).await?;
    let copy = call.app.workflows.build(&definition, &call.principal.name).await?;
    Reply::result(copy)
}

fn info(call: &Call) -> Result<CopyInfo, HubError> {
    if !call.has_body() {
        // The default of the reference's table.
        return Ok(CopyInfo {
            attribute: "workflow".to_owned(),
            workflow_name: "test001".to_owned(),
            description: "空模板".to_owned(),
            namespace: "qwd12sdw12".to_owned(),
        });
    }
    match call.json::<Wrapped>() {
        Ok(wrapped) => Ok(wrapped.copy_info),
        Err(_) => call.json(),
    }
}
