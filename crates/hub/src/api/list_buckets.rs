//! OBS buckets of a region (API reference 4.1.1.3.1), without the envelope as the reference has it.

use wire::resource::{Bucket, BucketList};

use crate::error::HubError;
use crate::lab::Query;
use crate::server::{Call, Reply};

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let [] = call.query_values([])?;
    let wanted = Query { region: call.parameter("region_id"), kind: "obs-bucket", ..Query::default() };
    let (found, total) = call.app.inventory.list(&wanted).await?;
    let buckets = found.into_iter().map(|bucket| Bucket { bucket_name: bucket.name }).collect();
    Reply::bare(BucketList { total, buckets })
}
