//! Traffic: record sets of DNS zones, and the member groups of load balancers.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Failure;
use super::bench::{Attributes as _, Bench, Place, conflict, missing, parameters};
use super::inventory::Resource;
use crate::execution::faults;

/// Time to live of a record set, in seconds, as the product bounds it.
const TTL: std::ops::RangeInclusive<i64> = 300..=2_147_483_647;
const RECORD: &str = "dns-record";

/// Which record set of which zone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordKey {
    #[serde(flatten)]
    place: Place,
    zone: String,
    /// The part before the zone's name; empty or `@` is the zone itself.
    #[serde(default)]
    host_record: String,
    #[serde(rename = "type")]
    kind: RecordType,
    /// Tells record sets of one name and type apart where traffic is weighted.
    #[serde(default)]
    identifier: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum RecordType {
    A,
    Aaaa,
    Cname,
    Mx,
    Txt,
    Srv,
}

impl RecordType {
    fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Srv => "SRV",
        }
    }

    fn takes(self, value: &str) -> bool {
        let words: Vec<&str> = value.split_ascii_whitespace().collect();
        let number = |word: &&str| word.parse::<u16>().is_ok();
        match self {
            Self::A => value.parse::<Ipv4Addr>().is_ok(),
            Self::Aaaa => value.parse::<Ipv6Addr>().is_ok(),
            Self::Cname => words.len() == 1,
            Self::Mx => words.len() == 2 && words.iter().take(1).all(number),
            Self::Txt => !value.is_empty(),
            Self::Srv => words.len() == 4 && words.iter().take(3).all(number),
        }
    }
}

#[derive(Debug, Deserialize)]
struct AddRecord {
    #[serde(flatten)]
    key: RecordKey,
    values: Vec<String>,
    #[serde(default = "default_ttl")]
    ttl: i64,
    #[serde(default = "default_weight")]
    weight: i64,
}

fn default_ttl() -> i64 {
    300
}

fn default_weight() -> i64 {
    1
}

#[derive(Debug, Deserialize)]
struct WeighRecord {
    #[serde(flatten)]
    key: RecordKey,
    weight: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Balance {
    #[serde(flatten)]
    place: Place,
    load_balancer: String,
    group: String,
    action: BalanceAction,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BalanceAction {
    /// The group gets no new connections.
    Drain,
    /// The group gets its share again.
    Restore,
}

pub(super) async fn add_record(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let AddRecord { key, values, ttl, weight } = parameters(with)?;
    if !TTL.contains(&ttl) {
        return Err(faults::validation(format!("with.ttl: {ttl} is not from 300 to 2147483647")).into());
    }
    check_weight(weight)?;
    if values.is_empty() {
        return Err(faults::validation("with.values: at least one value is wanted").into());
    }
    if let Some(value) = values.iter().find(|value| !key.kind.takes(value)) {
        let kind = key.kind.as_str();
        return Err(faults::validation(format!("with.values: {value:?} is no value of type {kind}")).into());
    }
    let (zone, name) = zone(bench, &key).await?;
    let mut attributes = Map::new();
    attributes.set("zone_id", zone.id.as_str());
    attributes.set("type", key.kind.as_str());
    attributes.set("identifier", key.identifier.as_str());
    attributes.set("ttl", ttl);
    attributes.set("values", values.clone());
    attributes.set("weight", weight);
    let record = Resource {
        region: key.place.region.clone(),
        project: key.place.project.clone(),
        kind: RECORD.to_owned(),
        id: record_id(&zone, &name, &key),
        name: name.clone(),
        attributes,
    };
    let shown = format!("{name} {} -> {} (TTL {ttl} s)", key.kind.as_str(), values.join(", "));
    match record_set(bench, &key, &zone, &name).await? {
        Some(there) if there.attributes == record.attributes => {
            bench.log.info(format!("the record set is there already: {shown}"));
        }
        Some(there) => {
            let there = there.attributes.get("values").unwrap_or(&Value::Null).to_string();
            return Err(conflict(format!(
                "{name} {} is there with other values: {there}",
                key.kind.as_str()
            )));
        }
        None => {
            bench.save(&record).await?;
            bench.log.info(format!("added the record set {shown} to zone {}", zone.name));
        }
    }
    Ok(
        json!({"id": record.id, "zone": zone.id, "name": name, "type": key.kind.as_str(), "values": values, "ttl": ttl, "weight": weight}),
    )
}

pub(super) async fn delete_record(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let key: RecordKey = parameters(with)?;
    let (zone, name) = zone(bench, &key).await?;
    let record = existing(bench, &key, &zone, &name).await?;
    bench.delete(&record).await?;
    bench.log.info(format!("deleted the record set {name} {} of zone {}", key.kind.as_str(), zone.name));
    Ok(json!({"id": record.id, "zone": zone.id, "name": name, "type": key.kind.as_str(), "deleted": true}))
}

pub(super) async fn weigh_record(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let WeighRecord { key, weight } = parameters(with)?;
    check_weight(weight)?;
    let (zone, name) = zone(bench, &key).await?;
    let mut record = existing(bench, &key, &zone, &name).await?;
    let before = record.attributes.number("weight");
    record.attributes.set("weight", weight);
    bench.save(&record).await?;
    bench.log.info(format!(
        "weight of {name} {} [{}]: {before} -> {weight}",
        key.kind.as_str(),
        key.identifier
    ));
    Ok(
        json!({"id": record.id, "zone": zone.id, "name": name, "identifier": key.identifier, "weight": weight, "previousWeight": before}),
    )
}

pub(super) async fn balance(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let Balance { place, load_balancer, group, action } = parameters(with)?;
    let mut balancer = bench.find(&place, "load-balancer", &load_balancer).await?;
    let groups = balancer.attributes.get_mut("groups").and_then(Value::as_object_mut);
    let state = groups
        .and_then(|groups| groups.get_mut(&group))
        .ok_or_else(|| missing(format!("member group {group} of load balancer {load_balancer}")))?;
    let before = state.as_str().unwrap_or_default().to_owned();
    let after = match action {
        BalanceAction::Drain => "drained",
        BalanceAction::Restore => "serving",
    };
    *state = Value::from(after);
    let serving = balancer.attributes["groups"]
        .as_object()
        .is_some_and(|groups| groups.values().any(|state| state == "serving"));
    if !serving {
        return Err(conflict(format!("{group} is the last member group of {load_balancer} that serves")));
    }
    bench.save(&balancer).await?;
    bench.log.info(format!("member group {group} of {}: {before} -> {after}", balancer.name));
    Ok(json!({"loadBalancer": balancer.id, "group": group, "state": after, "previousState": before}))
}

fn check_weight(weight: i64) -> Result<(), Failure> {
    (0..=1000)
        .contains(&weight)
        .then_some(())
        .ok_or_else(|| faults::validation(format!("with.weight: {weight} is not from 0 to 1000")).into())
}

/// The zone, and the full name of the record set in it.
async fn zone(bench: &mut Bench<'_>, key: &RecordKey) -> Result<(Resource, String), Failure> {
    let zone = match bench.find(&key.place, "dns-zone", &key.zone).await {
        // A zone's name ends in a dot, which people leave out.
        Err(Failure::Task(_)) if !key.zone.ends_with('.') => {
            bench.find(&key.place, "dns-zone", &format!("{}.", key.zone)).await?
        }
        found => found?,
    };
    let host = key.host_record.trim().trim_end_matches('.');
    let name = match host {
        "" | "@" => zone.name.clone(),
        host => format!("{host}.{}", zone.name),
    };
    Ok((zone, name))
}

fn record_id(zone: &Resource, name: &str, key: &RecordKey) -> String {
    let kind = key.kind.as_str();
    match key.identifier.as_str() {
        "" => format!("{}/{name}/{kind}", zone.id),
        identifier => format!("{}/{name}/{kind}/{identifier}", zone.id),
    }
}

async fn record_set(
    bench: &mut Bench<'_>,
    key: &RecordKey,
    zone: &Resource,
    name: &str,
) -> Result<Option<Resource>, Failure> {
    let id = record_id(zone, name, key);
    Ok(bench.all(&key.place, RECORD).await?.into_iter().find(|record| record.id == id))
}

async fn existing(
    bench: &mut Bench<'_>,
    key: &RecordKey,
    zone: &Resource,
    name: &str,
) -> Result<Resource, Failure> {
    let identifier = match key.identifier.as_str() {
        "" => String::new(),
        identifier => format!(" [{identifier}]"),
    };
    let kind = key.kind.as_str();
    record_set(bench, key, zone, name)
        .await?
        .ok_or_else(|| missing(format!("record set {name} {kind}{identifier} in zone {}", zone.name)))
}
