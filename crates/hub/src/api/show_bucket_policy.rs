//! The policy of a bucket (API reference 4.1.1.3.2), as the text of its JSON, without the envelope.

use serde_json::Value;
use wire::resource::BucketPolicy;

use crate::error::HubError;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [] = call.query_values([])?;
    let (region, name) = (call.parameter("region_id"), call.parameter("bucket_name"));
    let bucket = call.app.inventory.one(region, None, "obs-bucket", name).await?.ok_or_else(|| {
        HubError::not_found(
            format!("bucket_name: there is no bucket {name} in {region}"),
            format!("bucket_name：局点 {region} 中不存在桶 {name}"),
        )
    })?;
    let policy = bucket.attributes.get("policy").map(Value::to_string).unwrap_or_default();
    Reply::bare(BucketPolicy { policy })
}
