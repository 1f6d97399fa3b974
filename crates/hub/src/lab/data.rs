//! Data services: caches, databases, their replication and backups.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Failure;
use super::bench::{Attributes as _, Bench, Place, conflict, failed_check, parameters};
use super::inventory::Resource;
use crate::clock;
use crate::execution::faults;

#[derive(Debug, Deserialize)]
struct Instance {
    #[serde(flatten)]
    place: Place,
    instance: String,
}

#[derive(Debug, Deserialize)]
struct Whitelist {
    #[serde(flatten)]
    of: Instance,
    action: OnOff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OnOff {
    On,
    Off,
}

#[derive(Debug, Deserialize)]
struct SetMode {
    #[serde(flatten)]
    of: Instance,
    mode: Mode,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    ReadOnly,
    ReadWrite,
}

#[derive(Debug, Deserialize)]
struct BackUp {
    #[serde(flatten)]
    of: Instance,
    name: String,
    #[serde(default)]
    description: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CheckObjectives {
    #[serde(flatten)]
    of: Instance,
    max_rto: i64,
    max_rpo: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SwitchReplication {
    #[serde(flatten)]
    of: Instance,
    /// The region that is to be the primary one; left out, the two change places.
    #[serde(default)]
    target_region: String,
}

#[derive(Debug, Deserialize)]
struct Recover {
    #[serde(flatten)]
    of: Instance,
    action: RecoveryAction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RecoveryAction {
    Start,
    Stop,
    /// Planned: both sides are there, nothing is lost.
    Switchover,
    /// The primary side is gone: the standby takes over, and replication stops.
    Failover,
}

pub(super) async fn whitelist(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let Whitelist { of, action } = parameters(with)?;
    let mut instance = bench.find(&of.place, "dcs-instance", &of.instance).await?;
    let enabled = action == OnOff::On;
    let before = instance.attributes.get("whitelist_enabled") == Some(&Value::Bool(true));
    instance.attributes.set("whitelist_enabled", enabled);
    bench.save(&instance).await?;
    let word = |on| if on { "on" } else { "off" };
    bench.log.info(format!("whitelist of {}: {} -> {}", instance.name, word(before), word(enabled)));
    Ok(json!({"instance": instance.id, "whitelistEnabled": enabled, "previous": before}))
}

pub(super) async fn fail_over(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let Instance { place, instance } = parameters(with)?;
    let mut instance = bench.find(&place, "dcs-instance", &instance).await?;
    let (master, standby) = (instance.attributes.text("master"), instance.attributes.text("standby"));
    if standby.is_empty() {
        return Err(conflict(format!("{} has no standby node", instance.name)));
    }
    instance.attributes.set("master", standby.as_str());
    instance.attributes.set("standby", master.as_str());
    bench.save(&instance).await?;
    bench.log.info(format!("master of {}: {master} -> {standby}", instance.name));
    Ok(json!({"instance": instance.id, "master": standby, "standby": master}))
}

pub(super) async fn set_mode(bench: &mut Bench<'_>, with: &Value, kind: &str) -> Result<Value, Failure> {
    let SetMode { of, mode } = parameters(with)?;
    let mut instance = bench.find(&of.place, kind, &of.instance).await?;
    let before = instance.attributes.text("mode");
    let after = match mode {
        Mode::ReadOnly => "read-only",
        Mode::ReadWrite => "read-write",
    };
    instance.attributes.set("mode", after);
    bench.save(&instance).await?;
    bench.log.info(format!("mode of {}: {before} -> {after}", instance.name));
    Ok(json!({"instance": instance.id, "mode": after, "previousMode": before}))
}

pub(super) async fn back_up(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let BackUp { of, name, description } = parameters(with)?;
    if name.trim().is_empty() {
        return Err(faults::validation("with.name: the backup needs a name").into());
    }
    let instance = bench.find(&of.place, "rds-instance", &of.instance).await?;
    let backups = bench.all(&of.place, "rds-backup").await?;
    let taken = |backup: &&Resource| backup.name == name && backup.attributes.text("instance") == instance.id;
    if backups.iter().any(|backup| taken(&backup)) {
        return Err(conflict(format!("{} has a backup {name} already", instance.name)));
    }
    let mut attributes = Map::new();
    attributes.set("instance", instance.id.as_str());
    attributes.set("description", description);
    attributes.set("created_at", clock::rfc3339(bench.now));
    attributes.set("bytes", instance.attributes.number("bytes"));
    let backup = Resource {
        region: of.place.region,
        project: of.place.project,
        kind: "rds-backup".to_owned(),
        id: uuid::Uuid::now_v7().simple().to_string(),
        name,
        attributes,
    };
    bench.save(&backup).await?;
    let bytes = backup.attributes.number("bytes");
    bench.log.info(format!("backup {} of {} made: {bytes} bytes", backup.name, instance.name));
    Ok(json!({"backup": backup.id, "name": backup.name, "instance": instance.id, "bytes": bytes}))
}

pub(super) async fn check_objectives(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let CheckObjectives { of, max_rto, max_rpo } = parameters(with)?;
    let task = bench.find(&of.place, "drs-task", &of.instance).await?;
    let (rto, rpo) = (task.attributes.number("rto_seconds"), task.attributes.number("rpo_seconds"));
    bench
        .log
        .info(format!("{}: RTO {rto} s (at most {max_rto}), RPO {rpo} s (at most {max_rpo})", task.name));
    if rto > max_rto || rpo > max_rpo {
        return Err(failed_check(format!(
            "{}: RTO {rto} s and RPO {rpo} s are not within {max_rto} s and {max_rpo} s",
            task.name
        )));
    }
    Ok(json!({"instance": task.id, "rto": rto, "rpo": rpo, "within": true}))
}

pub(super) async fn switch_replication(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let SwitchReplication { of, target_region } = parameters(with)?;
    let mut task = bench.find(&of.place, "drs-task", &of.instance).await?;
    let (primary, standby) = (task.attributes.text("primary_region"), task.attributes.text("standby_region"));
    let target = if target_region.is_empty() { standby.clone() } else { target_region };
    if target == primary {
        bench.log.info(format!("{target} is the primary region of {} already", task.name));
        return Ok(json!({"instance": task.id, "primaryRegion": primary, "standbyRegion": standby}));
    }
    if target != standby {
        return Err(conflict(format!(
            "{} replicates between {primary} and {standby}, not {target}",
            task.name
        )));
    }
    exchange(bench, &mut task).await?;
    Ok(json!({"instance": task.id, "primaryRegion": standby, "standbyRegion": primary}))
}

pub(super) async fn recover(bench: &mut Bench<'_>, with: &Value, kind: &str) -> Result<Value, Failure> {
    let Recover { of, action } = parameters(with)?;
    let mut pair = bench.find(&of.place, kind, &of.instance).await?;
    let before = pair.attributes.text("status");
    match action {
        RecoveryAction::Start => pair.attributes.set("status", "replicating"),
        RecoveryAction::Stop => pair.attributes.set("status", "stopped"),
        RecoveryAction::Switchover if before != "replicating" => {
            return Err(conflict(format!("{} is {before}: a switchover needs it replicating", pair.name)));
        }
        RecoveryAction::Switchover => exchange(bench, &mut pair).await?,
        RecoveryAction::Failover => {
            pair.attributes.set("status", "stopped");
            exchange(bench, &mut pair).await?;
        }
    }
    bench.save(&pair).await?;
    let after = pair.attributes.text("status");
    bench.log.info(format!("status of {}: {before} -> {after}", pair.name));
    Ok(json!({
        "instance": pair.id,
        "status": after,
        "primaryRegion": pair.attributes.text("primary_region"),
        "standbyRegion": pair.attributes.text("standby_region"),
    }))
}

/// Primary and standby change places, on the other side's row of the same name too.
async fn exchange(bench: &mut Bench<'_>, pair: &mut Resource) -> Result<(), Failure> {
    let (primary, standby) = (pair.attributes.text("primary_region"), pair.attributes.text("standby_region"));
    pair.attributes.set("primary_region", standby.as_str());
    pair.attributes.set("standby_region", primary.as_str());
    bench.save(pair).await?;
    bench.log.info(format!("primary region of {}: {primary} -> {standby}", pair.name));
    let other = if pair.region == primary { standby } else { primary };
    let place = Place { region: other, project: pair.project.clone() };
    let others = bench.all(&place, &pair.kind).await?;
    if let Some(mut twin) = others.into_iter().find(|twin| twin.name == pair.name) {
        twin.attributes = pair.attributes.clone();
        bench.save(&twin).await?;
    }
    Ok(())
}
