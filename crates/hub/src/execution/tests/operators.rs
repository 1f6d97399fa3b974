//! What people did outlives the hub, what they did not do in time stays undone, and a race has one end.

use std::time::Duration;

use serde_json::{Value, json};
use wire::job::DecisionRequest;
use wire::workflow::ExecuteRequest;
use wire::{Decision, Role, Status};

use super::running::{House, open, task};
use crate::clock;
use crate::error::HubError;

fn gate(with: Value) -> Value {
    json!({"gate": {"call": "manual-gate:1.0.0@default", "with": with}})
}

fn call(name: &str) -> Value {
    json!({name: {"call": "dns-record-add:1.0.0@default", "with": {"name": name}}})
}

async fn waiting_at(house: &House, job: &str) -> String {
    house.until(job, |status| !status.job.waiting.is_empty()).await.job.waiting[0].task_id.clone()
}

async fn again(house: House) -> House {
    house.executions.shutdown().await;
    let executions = open(&house.bench, &house.scripted).await;
    House { executions, ..house }
}

fn refused(outcome: Result<(), HubError>) -> (u16, String) {
    let error = outcome.unwrap_err();
    (error.http_status(), error.reason.en)
}

#[tokio::test]
async fn the_first_of_two_approvals_outlives_the_hub_and_is_not_applied_again() {
    let house = House::new().await;
    let job = house.run(json!([gate(json!({"message": "Go?", "minApprovals": 2}))])).await;
    let id = waiting_at(&house, &job).await;
    house.decide(&id, Decision::Approve, "olga", Role::Operator).await.unwrap();
    let house = again(house).await;
    let status = house.until(&job, |status| !status.job.waiting.is_empty()).await;
    let approvals = &task(&status, "gate").waiting.as_ref().unwrap().approvals;
    assert_eq!((approvals.len(), approvals[0].by.as_str()), (1, "olga"));
    assert_eq!(refused(house.decide(&id, Decision::Approve, "olga", Role::Operator).await).0, 409);
    house.decide(&id, Decision::Approve, "pete", Role::Operator).await.unwrap();
    let status = house.until_status(&job, Status::Completed).await;
    let acts: Vec<_> = status.acts.iter().map(|act| (act.act.as_str(), act.by.as_str())).collect();
    assert_eq!(acts, [("start", "alice"), ("approve", "olga"), ("approve", "pete")]);
}

/// The hub was down at the deadline. Whatever comes first when it is back, the timer or a decision: no decision counts.
#[tokio::test]
async fn a_deadline_that_passed_while_the_hub_was_down_has_passed() {
    let house = House::new().await;
    let with = json!({"message": "Go?", "deadline": {"milliseconds": 400}});
    let job = house.run(json!([gate(with), call("a")])).await;
    let id = waiting_at(&house, &job).await;
    let status = house.executions.status("w", &job, false).await.unwrap();
    let deadline = task(&status, "gate").waiting.as_ref().unwrap().deadline.clone().unwrap();
    house.executions.shutdown().await;
    while clock::rfc3339(clock::now()) < deadline {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let executions = open(&house.bench, &house.scripted).await;
    let request = DecisionRequest::new(Decision::Approve, "");
    let (code, reason) = refused(executions.notify(&id, request, "olga", Role::Operator).await);
    assert_eq!(code, 409, "{reason}");
    let house = House { executions, ..house };
    let status = house.until_status(&job, Status::Faulted).await;
    assert_eq!(task(&status, "gate").error.as_ref().unwrap().status, 408);
    assert_eq!(status.acts.len(), 1, "nothing was decided");
    let (_, reason) = refused(house.decide(&id, Decision::Approve, "olga", Role::Operator).await);
    assert!(reason.contains("is faulted: it waits for no decision"), "{reason}");
}

#[tokio::test]
async fn many_people_at_once_are_as_many_as_are_needed() {
    let house = House::new().await;
    let job = house.run(json!([gate(json!({"message": "Go?", "minApprovals": 3}))])).await;
    let id = waiting_at(&house, &job).await;
    let people = ["a", "b", "c", "d", "e", "a", "b", "c", "d", "e"];
    let decisions = people.map(|by| house.decide(&id, Decision::Approve, by, Role::Operator));
    let outcomes = futures::future::join_all(decisions).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
    let status = house.until_status(&job, Status::Completed).await;
    let mut by: Vec<_> = status.acts.iter().skip(1).map(|act| act.by.as_str()).collect();
    by.sort_unstable();
    by.dedup();
    assert_eq!(by.len(), 3, "{:?}", status.acts);
}

/// A stop and the end of a call meet: the run is stopped or completed, and the one who stopped it knows which.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_meets_the_end_of_a_call_has_one_end() {
    let house = House::new().await;
    for round in 0..40 {
        let job = house.run(json!([call("a"), call("b")])).await;
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        let stopped = house.executions.stop(&job, "olga", None).await;
        let wanted = if stopped.is_ok() { Status::Cancelled } else { Status::Completed };
        let status = house.until(&job, |status| status.job.status.is_final()).await;
        assert_eq!(status.job.status, wanted, "{stopped:?}");
        assert_eq!(status.acts.len(), 1 + usize::from(stopped.is_ok()));
        assert!(status.tasks.iter().all(|task| task.ended_at.is_some()), "{:?}", status.tasks);
        if let Err(error) = stopped {
            assert_eq!(error.http_status(), 409);
        }
    }
    let left: (i64, i64) =
        sqlx::query_as("SELECT (SELECT COUNT(*) FROM calls), (SELECT COUNT(*) FROM timers)")
            .fetch_one(house.bench.database.read())
            .await
            .unwrap();
    assert_eq!(left, (0, 0));
}

#[tokio::test]
async fn a_fault_of_the_workflow_itself_says_that_a_retry_would_not_help() {
    let house = House::new().await;
    let definition = json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "drill", "version": "1.0.0"},
        "do": [call("a")],
        "output": {"as": "${ error(\"no\") }"}
    });
    let job = house.start(definition, ExecuteRequest::default()).await.unwrap();
    house.until_status(&job, Status::Faulted).await;
    let house = again(house).await;
    let (code, reason) = refused(house.executions.retry(&job, None, "olga", None).await);
    assert_eq!(code, 409);
    assert!(reason.contains("the same again"), "{reason}");
    house.executions.stop(&job, "olga", Some("the definition is wrong".to_owned())).await.unwrap();
    let status = house.until_status(&job, Status::Cancelled).await;
    assert_eq!(status.acts[1].comment.as_deref(), Some("the definition is wrong"));
}
