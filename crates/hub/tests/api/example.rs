//! The runbook that a newcomer finds runs at once: to its gate, on after the approval, to its end.

use serde_json::{Value, json};
use wire::{Operation, Role};

use crate::support::Hub;

async fn status(hub: &Hub, token: &str, workflow: &str, job: &str) -> Value {
    let query = format!("job_name={job}");
    let answer = hub.operation(Operation::ShowJobStatus, &[workflow]).query(&query).token(token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["result"].clone()
}

/// Looks until the job is in that state: what it waits for happens in the hub, without a clock to turn.
async fn until(hub: &Hub, token: &str, workflow: &str, job: &str, wanted: &str) -> Value {
    let look = async {
        loop {
            let now = status(hub, token, workflow, job).await;
            if now["status"] == wanted {
                return now;
            }
            assert!(
                ["pending", "running", "waiting"].contains(&now["status"].as_str().unwrap_or_default()),
                "{now:#}"
            );
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), look).await.unwrap_or_else(|_| {
        panic!("the job did not become {wanted}");
    })
}

async fn weights(hub: &Hub) -> Vec<i64> {
    let query = mas_hub::lab::Query {
        region: "site-b",
        project: Some("default"),
        kind: "dns-record",
        search: Some("www.shop."),
        ..Default::default()
    };
    let (records, _) = hub.app.inventory.list(&query).await.unwrap();
    records.iter().map(|record| record.attributes["weight"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_runs_to_its_end_and_moves_the_traffic() {
    let (hub, _server) = Hub::listening().await;
    let token = hub.token(Role::Operator).await;
    let workflow = hub.example().await;
    assert_eq!(weights(&hub).await, [100, 0]);
    let started = hub
        .operation(Operation::StartWorkflow, &[&workflow])
        .token(&token)
        .json(&json!({"workflowExecuteRequest": "{}"}))
        .send()
        .await;
    assert_eq!(started.status, 200, "{}", started.text);
    let job = started.body["result"]["job_name"].as_str().unwrap().to_owned();
    let waiting = until(&hub, &token, &workflow, &job, "waiting").await;
    assert_eq!(waiting["input"]["to_site"], "site-b", "the defaults of the definition");
    let admin = hub.token(Role::Admin).await;
    let query = format!("workflow_id={workflow}");
    let deletion = hub.operation(Operation::DeleteWorkflows, &[]).query(&query).token(&admin).send().await;
    assert_eq!(deletion.status, 409, "{}", deletion.text);
    let gate = waiting["waiting"][0]["task_id"].as_str().unwrap();
    let decided = hub
        .operation(Operation::NotifyTask, &[gate])
        .token(&token)
        .json(&json!({"request": "{\"decision\":\"approve\",\"comment\":\"go\"}"}))
        .send()
        .await;
    assert_eq!(decided.status, 200, "{}", decided.text);
    let ended = until(&hub, &token, &workflow, &job, "completed").await;
    assert_eq!(ended["output"], json!({"active_site": "site-b", "weight": 100}));
    assert_eq!(weights(&hub).await, [0, 100]);
    let listed = hub
        .operation(Operation::ListWorkflows, &[])
        .token(&token)
        .json(&json!({"workflowQuery": {"status": "completed"}}))
        .send()
        .await;
    assert_eq!(listed.body["result"]["items"][0]["last_job"]["job_name"], job.as_str());
    let log = hub
        .operation(Operation::ShowLog, &[&job, "/do/2/switchTraffic/try/0/raiseNewSite"])
        .token(&token)
        .send()
        .await;
    assert!(log.text.contains("weight of www.shop.example.com. A [site-b]: 0 -> 100"), "{}", log.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_that_cannot_be_verified_is_rolled_back_and_says_so() {
    let (hub, _server) = Hub::listening().await;
    let token = hub.token(Role::Operator).await;
    let saved = hub.app.workflows.newest(&hub.example().await).await.unwrap();
    let mut definition: Value = serde_json::from_str(&saved.definition).unwrap();
    let verify = definition.pointer_mut("/do/2/switchTraffic/try/2/verify/with/endpoint").unwrap();
    // Only /healthz of the hub may be called.
    *verify = json!("${ $runtime.metadata.address + \"/readyz\" }");
    let workflow = hub.build(&definition).await;
    let started = hub
        .operation(Operation::StartWorkflow, &[&workflow])
        .token(&token)
        .json(&json!({"workflowExecuteRequest": {"stages": ["switchTraffic"]}}))
        .send()
        .await;
    let job = started.body["result"]["job_name"].as_str().unwrap_or_else(|| panic!("{}", started.text));
    let faulted = until(&hub, &token, &workflow, job, "faulted").await;
    assert_eq!(faulted["error"]["type"], "https://mas.example.com/errors/failover-rolled-back");
    let detail = faulted["error"]["detail"].as_str().unwrap();
    assert!(detail.starts_with("The new site did not answer as it should: "), "{detail}");
    assert_eq!(weights(&hub).await, [100, 0]);
}
