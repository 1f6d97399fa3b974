//! Update (API reference 4.1.1.1.5): the next revision, unless somebody saved a newer one than was edited.

use wire::workflow::DefinitionRequest;

use crate::error::HubError;
use crate::server::{Call, Reply};
use crate::workflows::Definition;

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let edited = call.if_match()?;
    let request: DefinitionRequest = call.json()?;
    let definition = Definition::read_aside(request.workflow_def.0, &call.app.plugins).await?;
    let workflow_id = call.parameter("workflow_id");
    let saved = call.app.workflows.update(workflow_id, &definition, edited, &call.principal.name).await?;
    let revision = saved.revision;
    Ok(Reply::result(saved)?.with_revision(revision))
}
