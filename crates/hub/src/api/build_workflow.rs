//! Build (API reference 4.1.1.1.1): a new workflow, if its definition has no errors.

use wire::workflow::DefinitionRequest;

use crate::error::HubError;
use crate::server::{Call, Reply};
use crate::workflows::Definition;

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let request: DefinitionRequest = call.json()?;
    let definition = Definition::read_aside(request.workflow_def.0, &call.app.plugins).await?;
    let saved = call.app.workflows.build(&definition, &call.principal.name).await?;
    let revision = saved.revision;
    Ok(Reply::result(saved)?.with_revision(revision))
}
