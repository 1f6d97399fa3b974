//! The lab: what a plugin changes, the resource queries read.

use mas_hub::execution::runner::{FunctionCall, FunctionRunner as _, LogSink};
use mas_hub::lab::{Lab, Query};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use wire::plugin::Plugin;
use wire::{Operation, Role};

use crate::support::Hub;

/// What a plugin answers or faults with, and what it logs.
async fn run(hub: &Hub, plugin: &str, key: &str, with: Value) -> (Result<Value, (u16, String)>, Vec<String>) {
    let (log, lines) = LogSink::collecting();
    let call = FunctionCall {
        function: format!("{plugin}:1.0.0@default"),
        with,
        idempotency_key: key.to_owned(),
        log,
        cancelled: CancellationToken::new(),
    };
    let outcome = Lab::new(hub.app.database.clone()).run(call).await;
    let lines = lines.lock().unwrap().iter().map(|(_, line)| line.clone()).collect();
    (outcome.map_err(|error| (error.status, error.detail.unwrap_or_default())), lines)
}

async fn get(hub: &Hub, operation: Operation, parameters: &[&str]) -> Value {
    let token = hub.token(Role::Viewer).await;
    let answer = hub.operation(operation, parameters).token(&token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

/// Everything that the lab has, to see whether anything changed.
async fn inventory(hub: &Hub) -> Vec<(String, String, String, String)> {
    sqlx::query_as("SELECT region, kind, id, attributes FROM resources ORDER BY region, project, kind, id")
        .fetch_all(hub.app.database.read())
        .await
        .unwrap()
}

fn plugins(hub: &Hub) -> Vec<Plugin> {
    let elsewhere = ["http-request", "wait", "manual-gate"];
    let all = hub.app.plugins.of_group("all").into_iter();
    all.filter(|plugin| !elsewhere.contains(&plugin.plugin.as_str())).cloned().collect()
}

#[tokio::test]
async fn every_cloud_plugin_does_what_its_snippet_says_once() {
    let hub = Hub::start().await;
    for plugin in plugins(&hub) {
        let name = plugin.plugin.as_str();
        let before = inventory(&hub).await;
        let (outcome, lines) = run(&hub, name, name, plugin.dsl["with"].clone()).await;
        let output = outcome.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(lines.iter().any(|line| !line.starts_with("found ")), "{name} logs nothing");
        let after = inventory(&hub).await;
        let reads_only = ["obs-compare", "drs-check-rto-rpo"].contains(&name);
        assert_eq!(before == after, reads_only, "{name}");
        let (again, _) = run(&hub, name, name, plugin.dsl["with"].clone()).await;
        assert_eq!(again, Ok(output), "{name} answers as the first time");
        assert_eq!(inventory(&hub).await, after, "{name} acts once");
    }
}

#[tokio::test]
async fn what_is_not_there_faults_with_404_and_changes_nothing() {
    let hub = Hub::start().await;
    let before = inventory(&hub).await;
    for plugin in plugins(&hub) {
        let mut with = plugin.dsl["with"].clone();
        with["region"] = json!("site-z");
        let (outcome, _) = run(&hub, &plugin.plugin, &plugin.plugin, with).await;
        let (status, detail) = outcome.unwrap_err();
        assert_eq!(status, 404, "{}: {detail}", plugin.plugin);
        assert!(detail.contains("site-z"), "{}: {detail}", plugin.plugin);
    }
    let (unknown, _) = run(&hub, "dns-record-ad", "k", json!({})).await;
    assert!(unknown.unwrap_err().1.contains("dns-record-ad"));
    let (wrong, _) = run(
        &hub,
        "rds-read-write",
        "k",
        json!({"region": "site-a", "instance": "orders-db-site-a", "mode": "off"}),
    )
    .await;
    assert_eq!(wrong.unwrap_err().0, 400);
    assert_eq!(inventory(&hub).await, before);
}

#[tokio::test]
async fn the_queries_see_what_the_plugins_did() {
    let hub = Hub::start().await;
    let records = async || {
        let zones = get(&hub, Operation::ListPrivateZones, &["site-a", "default"]).await;
        let zones = zones["data"].as_array().unwrap().clone();
        zones.iter().find(|zone| zone["name"] == "shop.example.com.").unwrap()["record_num"].as_u64().unwrap()
    };
    let record = json!({"region": "site-a", "zone": "shop.example.com", "hostRecord": "new", "type": "A", "values": ["192.0.2.1"]});
    assert_eq!(records().await, 2);
    run(&hub, "dns-record-add", "1", record.clone()).await.0.unwrap();
    assert_eq!(records().await, 3);
    run(&hub, "dns-record-add", "2", record.clone()).await.0.unwrap();
    assert_eq!(records().await, 3, "the same again is there already");
    let mut other = record.clone();
    other["values"] = json!(["192.0.2.2"]);
    assert_eq!(run(&hub, "dns-record-add", "3", other).await.0.unwrap_err().0, 409);
    run(&hub, "dns-record-delete", "4", record).await.0.unwrap();
    assert_eq!(records().await, 2);

    let policy = json!({"region": "site-a", "bucket": "orders-site-a", "policy": "read-only", "userId": "u1", "tenantId": "t1", "action": "add"});
    run(&hub, "obs-bucket-policy", "5", policy).await.0.unwrap();
    let shown = get(&hub, Operation::ShowBucketPolicy, &["site-a", "orders-site-a"]).await;
    let shown: Value = serde_json::from_str(shown["policy"].as_str().unwrap()).unwrap();
    assert_eq!(shown["Statement"][0]["Principal"]["ID"][0], "domain/t1:user/u1");

    let start = json!({"region": "site-a", "suite": 316500, "task": "245100", "resourceGroup": 1690, "action": "start"});
    run(&hub, "perftest-task", "6", start.clone()).await.0.unwrap();
    let tasks = get(&hub, Operation::ListTestTasks, &["site-a", "default", "316500"]).await;
    assert_eq!((tasks["total"].clone(), tasks["data"][0]["is_starting"].clone()), (json!(2), json!(true)));
    assert_eq!(run(&hub, "perftest-task", "7", start).await.0.unwrap_err().0, 409);
    let broken = json!({"region": "site-a", "suite": 316500, "task": 245101, "resourceGroup": 1691, "action": "start"});
    assert!(run(&hub, "perftest-task", "8", broken).await.0.unwrap_err().1.contains("not usable"));
}

#[tokio::test]
async fn a_switch_is_seen_from_both_sites() {
    let hub = Hub::start().await;
    run(&hub, "drs-switch", "1", json!({"region": "site-a", "instance": "orders-dr-default"}))
        .await
        .0
        .unwrap();
    for region in ["site-a", "site-b"] {
        let query = Query { region, project: Some("default"), kind: "drs-task", ..Query::default() };
        let (found, _) = hub.app.inventory.list(&query).await.unwrap();
        assert_eq!(found[0].attributes["primary_region"], "site-b", "{region}");
    }
    let strict = json!({"region": "site-a", "instance": "orders-dr-default", "maxRto": 10, "maxRpo": 5});
    assert!(run(&hub, "drs-check-rto-rpo", "2", strict).await.0.unwrap_err().1.contains("RTO 45 s"));
}

#[tokio::test]
async fn the_seeded_places_answer_every_query() {
    let hub = Hub::start().await;
    for region in ["site-a", "site-b"] {
        let buckets = get(&hub, Operation::ListBuckets, &[region]).await;
        assert_eq!(buckets["total"], 4);
        for project in ["default", "drill"] {
            let place = [region, project];
            assert_eq!(get(&hub, Operation::ListDcsInstances, &place).await["total"], 3);
            assert_eq!(get(&hub, Operation::ListPrivateZones, &place).await["total"], 2);
            assert_eq!(get(&hub, Operation::CountTestSuites, &place).await["result"]["total_count"], 2);
            assert_eq!(
                get(&hub, Operation::ListTestSuites, &place).await["data"][0]["name"],
                "failover-rehearsal"
            );
            let groups = get(&hub, Operation::ListPrivateResourceGroups, &place).await;
            assert_eq!(
                (groups["data"][0]["status"].clone(), groups["data"][1]["summary_status"].clone()),
                (json!(5), json!(3))
            );
        }
    }
    let named =
        get(&hub, Operation::ShowDcsInstanceName, &["site-b", "drill", "cart-cache-site-b-drill"]).await;
    assert_eq!(named["result"]["name"], "cart-cache-site-b-drill");
}

#[tokio::test]
async fn pages_and_search_are_the_references() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Viewer).await;
    let ask = async |query: &str| {
        hub.ask("GET", "/v1/dcs/instances/site-a/default").query(query).token(&token).send().await
    };
    let page = ask("page_num=2&page_size=2&search_value=").await;
    assert_eq!(page.body["data"].as_array().unwrap().len(), 1);
    assert_eq!((page.body["total"].clone(), page.body["page_num"].clone()), (json!(3), json!(2)));
    assert_eq!(ask("search_value=CART").await.body["total"], 1);
    assert_eq!(ask("search_value=%25").await.body["total"], 0);
    assert_eq!(ask("page_size=0").await.status, 400);
    assert_eq!(ask("page_num=x").await.status, 400);
    let nowhere =
        hub.operation(Operation::ListDcsInstances, &["site-z", "default"]).token(&token).send().await;
    assert_eq!((nowhere.status, nowhere.error().0), (404, "MAS.00014004"));
    let nothing = hub.operation(Operation::ListDcsInstances, &["site-a", "moon"]).token(&token).send().await;
    assert!(nothing.error().1.contains("moon"));
}
