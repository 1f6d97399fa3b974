//! Private DNS zones (API reference 4.1.1.5.1), with how many record sets each has now.

use std::collections::HashMap;

use serde_json::Value;
use wire::resource::PrivateZone;

use super::paging;
use crate::error::HubError;
use crate::lab::Query;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let mut page = paging::resources(call, "dns-zone", Some(("zone_type", "private")), |zone| PrivateZone {
        status: text(&zone.attributes, "status").to_owned(),
        id: zone.id,
        name: zone.name,
        record_num: 0,
    })
    .await?;
    let records = Query {
        region: call.parameter("region_id"),
        project: Some(call.parameter("project_id")),
        kind: "dns-record",
        ..Query::default()
    };
    let mut counts: HashMap<String, u64> = HashMap::new();
    for record in call.app.inventory.list(&records).await?.0 {
        *counts.entry(text(&record.attributes, "zone_id").to_owned()).or_default() += 1;
    }
    for zone in &mut page.data {
        zone.record_num = counts.get(&zone.id).copied().unwrap_or_default();
    }
    Reply::bare(page)
}

fn text<'a>(attributes: &'a serde_json::Map<String, Value>, name: &str) -> &'a str {
    attributes.get(name).and_then(Value::as_str).unwrap_or_default()
}
