//! Object storage: bucket policies, replication between buckets, and the comparison of what two buckets hold.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Failure;
use super::bench::{Attributes as _, Bench, failed_check, missing, parameters};
use crate::execution::faults;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChangePolicy {
    region: String,
    bucket: String,
    policy: Policy,
    user_id: String,
    tenant_id: String,
    action: AddRemove,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Policy {
    ReadOnly,
    ReadWrite,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AddRemove {
    Add,
    Remove,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Replicate {
    region: String,
    bucket: String,
    target_region: String,
    target_bucket: String,
    action: EnableDisable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EnableDisable {
    Enable,
    Disable,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Compare {
    region: String,
    bucket: String,
    target_region: String,
    target_bucket: String,
    /// So many objects may be missing on one side.
    #[serde(default)]
    tolerance: i64,
}

pub(super) async fn change_policy(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let ChangePolicy { region, bucket, policy, user_id, tenant_id, action } = parameters(with)?;
    if user_id.is_empty() || tenant_id.is_empty() {
        return Err(faults::validation("with.userId and with.tenantId say for whom the policy is").into());
    }
    let mut bucket = bench.bucket(&region, &bucket).await?;
    let actions = match policy {
        Policy::ReadOnly => json!(["GetObject", "ListBucket"]),
        Policy::ReadWrite => json!(["GetObject", "PutObject", "DeleteObject", "ListBucket"]),
    };
    let principal = format!("domain/{tenant_id}:user/{user_id}");
    let statement = json!({
        "Effect": "Allow",
        "Principal": {"ID": [principal]},
        "Action": actions,
        "Resource": [bucket.name, format!("{}/*", bucket.name)],
    });
    let document = bucket.attributes.entry("policy").or_insert_with(|| json!({"Statement": []}));
    let mut statements = document.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default();
    let at = statements.iter().position(|there| *there == statement);
    let done = match (action, at) {
        (AddRemove::Add, None) => {
            statements.push(statement);
            format!("bucket {}: {principal} may {actions}", bucket.name)
        }
        (AddRemove::Add, Some(_)) => format!("bucket {}: the policy is there already", bucket.name),
        (AddRemove::Remove, Some(at)) => {
            statements.remove(at);
            format!("bucket {}: {principal} may no more {actions}", bucket.name)
        }
        (AddRemove::Remove, None) => {
            return Err(missing(format!("such policy of {principal} on bucket {}", bucket.name)));
        }
    };
    let count = statements.len();
    bucket.attributes.set("policy", json!({"Statement": statements}));
    bench.save(&bucket).await?;
    bench.log.info(done);
    Ok(json!({"bucket": bucket.name, "statements": count}))
}

pub(super) async fn replicate(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let Replicate { region, bucket, target_region, target_bucket, action } = parameters(with)?;
    let mut source = bench.bucket(&region, &bucket).await?;
    let target = bench.bucket(&target_region, &target_bucket).await?;
    if source.region == target.region && source.name == target.name {
        return Err(faults::validation("with.targetBucket: a bucket does not replicate to itself").into());
    }
    let enabled = action == EnableDisable::Enable;
    source
        .attributes
        .set("replication", json!({"region": target.region, "bucket": target.name, "enabled": enabled}));
    bench.save(&source).await?;
    let word = if enabled { "enabled" } else { "disabled" };
    bench.log.info(format!(
        "replication {}/{} -> {}/{} {word}",
        source.region, source.name, target.region, target.name
    ));
    Ok(
        json!({"bucket": source.name, "targetRegion": target.region, "targetBucket": target.name, "enabled": enabled}),
    )
}

pub(super) async fn compare(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let Compare { region, bucket, target_region, target_bucket, tolerance } = parameters(with)?;
    let source = bench.bucket(&region, &bucket).await?;
    let target = bench.bucket(&target_region, &target_bucket).await?;
    let objects = (source.attributes.number("objects"), target.attributes.number("objects"));
    let bytes = (source.attributes.number("bytes"), target.attributes.number("bytes"));
    let difference = objects.0.abs_diff(objects.1);
    bench.log.info(format!(
        "{}/{}: {} objects, {} bytes; {}/{}: {} objects, {} bytes; difference {difference} (at most {tolerance})",
        source.region, source.name, objects.0, bytes.0, target.region, target.name, objects.1, bytes.1
    ));
    if difference > tolerance.max(0).unsigned_abs() {
        return Err(failed_check(format!(
            "{} and {} differ by {difference} objects; at most {tolerance} are right",
            source.name, target.name
        )));
    }
    Ok(json!({
        "source": {"bucket": source.name, "objects": objects.0, "bytes": bytes.0},
        "target": {"bucket": target.name, "objects": objects.1, "bytes": bytes.1},
        "difference": difference,
    }))
}
