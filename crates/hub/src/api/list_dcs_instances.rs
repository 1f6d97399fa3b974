//! DCS instances (API reference 4.1.1.4.2).

use wire::resource::DcsInstance;

use super::paging;
use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let shown = |instance: crate::lab::Resource| DcsInstance { id: instance.id, name: instance.name };
    Reply::bare(paging::resources(call, "dcs-instance", None, shown).await?)
}
