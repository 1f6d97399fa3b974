//! What a fresh lab holds: two regions, two projects, and in each of the four places one of everything, so that each
//! plugin has something to act on. The names are invented.

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::inventory::{self, Resource};

pub(super) const REGIONS: [(&str, &str); 2] = [("site-a", "Site A"), ("site-b", "Site B")];
pub(super) const PROJECTS: [(&str, &str); 2] = [("default", "default"), ("drill", "drill")];

/// Fills a fresh database; a lab that has regions is left as it is.
///
/// # Errors
/// As the database has them.
pub async fn seed(transaction: &mut Transaction<'static, Sqlite>, now: i64) -> sqlx::Result<()> {
    let (regions,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM regions").fetch_one(&mut **transaction).await?;
    if regions > 0 {
        return Ok(());
    }
    for (id, name) in REGIONS {
        sqlx::query("INSERT INTO regions (id, name) VALUES (?, ?)")
            .bind(id)
            .bind(name)
            .execute(&mut **transaction)
            .await?;
    }
    for (id, name) in PROJECTS {
        sqlx::query("INSERT INTO projects (id, name) VALUES (?, ?)")
            .bind(id)
            .bind(name)
            .execute(&mut **transaction)
            .await?;
    }
    for (place, (region, project)) in REGIONS
        .iter()
        .flat_map(|region| PROJECTS.iter().map(move |project| (region.0, project.0)))
        .enumerate()
    {
        let number = i64::try_from(place).unwrap_or_default();
        for (kind, id, name, attributes) in resources(region, project, number) {
            let attributes = attributes.as_object().cloned().unwrap_or_default();
            let resource = Resource {
                region: region.to_owned(),
                project: project.to_owned(),
                kind: kind.to_owned(),
                id,
                name,
                attributes,
            };
            inventory::save(transaction, &resource, now).await?;
        }
    }
    Ok(())
}

type Row = (&'static str, String, String, Value);

fn resources(region: &str, project: &str, place: i64) -> Vec<Row> {
    let tail = if project == "default" { region.to_owned() } else { format!("{region}-{project}") };
    let named =
        |kind, name: &str, attributes| (kind, format!("{name}-{tail}"), format!("{name}-{tail}"), attributes);
    let pair = || json!({"status": "replicating", "primary_region": "site-a", "standby_region": "site-b", "rto_seconds": 45, "rpo_seconds": 2});
    // The two sides of a pair have one name, so that a switch is seen from both.
    let paired = |kind, name: &str, attributes| {
        (kind, format!("{name}-{project}"), format!("{name}-{project}"), attributes)
    };
    let mut rows = vec![
        named(
            "obs-bucket",
            "orders",
            json!({"objects": 120_345, "bytes": 734_003_200, "policy": {"Statement": []}}),
        ),
        named(
            "obs-bucket",
            "images",
            json!({"objects": 2_048_112, "bytes": 98_784_247_808_i64, "policy": {"Statement": []}}),
        ),
        named(
            "dcs-instance",
            "session-cache",
            json!({"engine": "Redis 6.0", "status": "RUNNING", "whitelist_enabled": false, "master": "node-1", "standby": "node-2"}),
        ),
        named(
            "dcs-instance",
            "cart-cache",
            json!({"engine": "Redis 6.0", "status": "RUNNING", "whitelist_enabled": true, "master": "node-1", "standby": "node-2"}),
        ),
        named(
            "dcs-instance",
            "lock-cache",
            json!({"engine": "Redis 5.0 single", "status": "RUNNING", "whitelist_enabled": false, "master": "node-1", "standby": ""}),
        ),
        named(
            "rds-instance",
            "orders-db",
            json!({"engine": "MySQL 8.0", "mode": "read-write", "bytes": 53_687_091_200_i64}),
        ),
        named("ddm-instance", "orders-ddm", json!({"mode": "read-write"})),
        named("load-balancer", "shop-elb", json!({"groups": {"blue": "serving", "green": "serving"}})),
        named("aom-job", "restart-shop", json!({"description": "restart the shop's pods", "runs": 0})),
        named(
            "aom-job",
            "warm-up-cache",
            json!({"description": "load the catalogue into the caches", "runs": 0}),
        ),
        named("chaos-experiment", "kill-one-node", json!({"status": "stopped", "runs": 0})),
        named("chaos-experiment", "network-delay", json!({"status": "stopped", "runs": 0})),
        named("smart-connect-task", "orders-topic-copy", json!({"status": "running"})),
        paired("drs-task", "orders-dr", pair()),
        paired("dws-dr", "warehouse-dr", pair()),
        paired("opengauss-dr", "ledger-dr", pair()),
        paired(
            "mas-instance",
            "shop",
            json!({"home_region": "site-a", "standby_region": "site-b", "active_region": "site-a"}),
        ),
    ];
    rows.extend(zones(&tail));
    rows.extend(tests(place));
    rows
}

fn zones(tail: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for zone in ["shop.example.com.", "pay.example.com."] {
        let id = format!("zone-{}-{tail}", zone.split('.').next().unwrap_or_default());
        rows.push((
            "dns-zone",
            id.clone(),
            zone.to_owned(),
            json!({"status": "ACTIVE", "zone_type": "private"}),
        ));
        for (identifier, address, weight) in [("site-a", "192.0.2.10", 100), ("site-b", "198.51.100.10", 0)] {
            let name = format!("www.{zone}");
            let attributes = json!({
                "zone_id": id, "type": "A", "identifier": identifier, "ttl": 300, "values": [address], "weight": weight,
            });
            rows.push(("dns-record", format!("{id}/{name}/A/{identifier}"), name, attributes));
        }
    }
    rows
}

/// CPTS numbers its things across all places.
fn tests(place: i64) -> Vec<Row> {
    let time = "2026-01-05T09:00:00+08:00";
    let suite = 316_500 + place * 10;
    let task = 245_100 + place * 10;
    let group = 1_690 + place * 10;
    let mut rows = vec![
        (
            "cpts-suite",
            suite.to_string(),
            "shop-peak".to_owned(),
            json!({"description": "the evening peak of the shop", "create_time": time, "update_time": time}),
        ),
        (
            "cpts-suite",
            (suite + 1).to_string(),
            "failover-rehearsal".to_owned(),
            json!({"description": "load while the traffic moves", "create_time": time, "update_time": time}),
        ),
        (
            "cce-group",
            group.to_string(),
            "load-generators".to_owned(),
            json!({"status": 5, "summary_status": 5}),
        ),
        (
            "cce-group",
            (group + 1).to_string(),
            "load-generators-old".to_owned(),
            json!({"status": 5, "summary_status": 3}),
        ),
    ];
    for (number, of, name, parallel) in
        [(0, suite, "browse", true), (1, suite, "check-out", false), (2, suite + 1, "steady-load", true)]
    {
        rows.push((
            "cpts-task",
            (task + number).to_string(),
            name.to_owned(),
            json!({"suite_id": of, "is_starting": false, "parallel": parallel, "update_time": time}),
        ));
    }
    rows
}
