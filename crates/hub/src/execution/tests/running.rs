//! Whole runs: what people can do, and what they are refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flow::engine::WorkflowError;
use serde_json::{Value, json};
use wire::job::{DecisionRequest, Task};
use wire::log::LogQuery;
use wire::workflow::ExecuteRequest;
use wire::{Decision, JobStatus, Role, Status};

use super::Bench;
use crate::error::HubError;
use crate::execution::runner::{FunctionCall, FunctionRunner};
use crate::execution::{ExecutionSettings, Executions, StartJob, faults};

const DEADLINE: Duration = Duration::from_secs(20);

/// Does what it is told for each function: fails so many times, or panics, or never answers.
#[derive(Default)]
pub(super) struct Scripted {
    failures: Mutex<HashMap<String, usize>>,
    calls: Mutex<Vec<String>>,
}

#[async_trait]
impl FunctionRunner for Scripted {
    async fn run(&self, call: FunctionCall) -> Result<Value, WorkflowError> {
        let name = call.with["name"].as_str().unwrap_or_default().to_owned();
        self.calls.lock().unwrap().push(call.idempotency_key.clone());
        call.log.info(format!("{name} runs with {}", call.with));
        match name.as_str() {
            "panics" => panic!("on demand"),
            "hangs" => std::future::pending().await,
            _ => {}
        }
        let mut failures = self.failures.lock().unwrap();
        match failures.get_mut(&name) {
            Some(left) if *left > 0 => {
                *left -= 1;
                Err(faults::communication(503, format!("{name} is busy")))
            }
            _ => Ok(json!({"done": name})),
        }
    }
}

pub(super) struct House {
    pub(super) bench: Bench,
    pub(super) executions: Arc<Executions>,
    pub(super) scripted: Arc<Scripted>,
}

impl House {
    pub(super) async fn new() -> Self {
        let bench = Bench::new().await;
        let scripted = Arc::new(Scripted::default());
        let executions = open(&bench, &scripted).await;
        Self { bench, executions, scripted }
    }

    fn fail(&self, name: &str, times: usize) {
        self.scripted.failures.lock().unwrap().insert(name.to_owned(), times);
    }

    pub(super) async fn start(&self, definition: Value, request: ExecuteRequest) -> Result<String, HubError> {
        let start = StartJob {
            workflow_id: "w".to_owned(),
            workflow_name: "drill".to_owned(),
            namespace: "default".to_owned(),
            revision: 7,
            definition: definition.to_string(),
            request,
            started_by: "alice".to_owned(),
        };
        Ok(self.executions.start(start).await?.job_name)
    }

    pub(super) async fn run(&self, tasks: Value) -> String {
        self.start(definition(tasks), ExecuteRequest::default()).await.unwrap()
    }

    pub(super) async fn until(&self, job: &str, wanted: impl Fn(&JobStatus) -> bool) -> JobStatus {
        let begun = Instant::now();
        loop {
            let status = self.executions.status("w", job, false).await.unwrap();
            if wanted(&status) {
                return status;
            }
            assert!(begun.elapsed() < DEADLINE, "the job stays as it is: {status:#?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(super) async fn until_status(&self, job: &str, wanted: Status) -> JobStatus {
        self.until(job, |status| status.job.status == wanted).await
    }

    /// Waits until so many calls have been made.
    async fn until_calls(&self, calls: usize) {
        let begun = Instant::now();
        while self.scripted.calls.lock().unwrap().len() < calls {
            assert!(begun.elapsed() < DEADLINE, "no more calls are made");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(super) async fn decide(
        &self,
        task: &str,
        decision: Decision,
        by: &str,
        role: Role,
    ) -> Result<(), HubError> {
        let request = DecisionRequest::new(decision, "seen");
        self.executions.notify(task, request, by, role).await
    }
}

pub(super) async fn open(bench: &Bench, scripted: &Arc<Scripted>) -> Arc<Executions> {
    let settings =
        ExecutionSettings { address: "http://127.0.0.1:1".to_owned(), ..ExecutionSettings::default() };
    Executions::open(bench.database.clone(), Arc::clone(scripted) as Arc<dyn FunctionRunner>, settings)
        .await
        .unwrap()
}

fn definition(tasks: Value) -> Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "drill", "version": "1.0.0"},
        "do": tasks
    })
}

fn call(name: &str) -> Value {
    json!({name: {"call": "dns-record-add:1.0.0@default", "with": {"name": name}}})
}

fn gate(approvers: Value) -> Value {
    json!({"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?", "approvers": approvers}}})
}

pub(super) fn task<'a>(status: &'a JobStatus, name: &str) -> &'a Task {
    status.tasks.iter().find(|task| task.name == name).unwrap()
}

fn refused(outcome: Result<(), HubError>) -> (u16, String) {
    let error = outcome.unwrap_err();
    (error.http_status(), error.reason.en)
}

#[tokio::test]
async fn a_branch_that_faults_lets_the_others_end_and_a_retry_goes_on_from_there() {
    let house = House::new().await;
    house.fail("b", 1);
    let fork = json!({"both": {"fork": {"branches": [call("a"), call("b")]}}});
    let job = house.run(json!([fork, call("c")])).await;
    let status = house.until_status(&job, Status::Faulted).await;
    assert_eq!(task(&status, "a").status, Status::Completed);
    let faulted = task(&status, "b");
    assert_eq!((faulted.status.clone(), faulted.error.as_ref().unwrap().status), (Status::Faulted, 503));
    assert_eq!(status.job.error.as_ref().unwrap().status, 503);
    let not_faulted = house.executions.retry(&job, Some(&task(&status, "a").task_id), "bob", None).await;
    assert_eq!(refused(not_faulted).0, 409);
    house
        .executions
        .retry(&job, Some(&faulted.task_id), "bob", Some("the line is back".to_owned()))
        .await
        .unwrap();
    let status = house.until_status(&job, Status::Completed).await;
    assert_eq!((task(&status, "b").attempt, task(&status, "a").attempt), (2, 1));
    assert_eq!((status.job.tasks_done, status.job.tasks_total), (3, 3));
    assert!(status.job.error.is_none(), "{status:#?}");
    let acts: Vec<_> =
        status.acts.iter().map(|act| (act.act.as_str(), act.by.as_str(), act.task_name.as_deref())).collect();
    assert_eq!(acts, [("start", "alice", None), ("retry", "bob", Some("b"))]);
    let again = house.executions.retry(&job, None, "bob", None).await;
    assert_eq!(refused(again).0, 409);
    assert_eq!(house.scripted.calls.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_faulted_task_is_skipped_and_its_output_is_its_input() {
    let house = House::new().await;
    house.fail("a", 1);
    let job = house.run(json!([call("a"), call("b")])).await;
    let status = house.until_status(&job, Status::Faulted).await;
    let id = task(&status, "a").task_id.clone();
    house.executions.skip(&job, &id, "bob", Role::Operator, None).await.unwrap();
    let status = house.until_status(&job, Status::Completed).await;
    let skipped = task(&status, "a");
    assert_eq!((skipped.status.clone(), &skipped.output), (Status::Skipped, &skipped.input));
    assert_eq!(refused(house.executions.skip(&job, &id, "bob", Role::Operator, None).await).0, 409);
    assert_eq!(
        refused(house.executions.skip(&job, &format!("{job}.99"), "bob", Role::Operator, None).await).0,
        404
    );
    assert_eq!(refused(house.executions.skip("other", &id, "bob", Role::Operator, None).await).0, 404);
}

#[tokio::test]
async fn a_gate_is_decided_once_by_those_who_are_asked() {
    let house = House::new().await;
    let job = house.run(json!([gate(json!(["carol", "admin"])), call("a")])).await;
    let status = house.until(&job, |status| !status.job.waiting.is_empty()).await;
    let waiting = task(&status, "gate").waiting.clone().unwrap();
    assert_eq!((waiting.kind.as_str(), waiting.message.as_str()), ("approval", "Go on?"));
    assert!(waiting.definition_digest.unwrap().starts_with("sha256:"));
    let id = status.job.waiting[0].task_id.clone();
    let (code, reason) = refused(house.decide(&id, Decision::Approve, "bob", Role::Operator).await);
    assert_eq!(code, 403);
    assert!(reason.contains("carol, admin"), "{reason}");
    house.decide(&id, Decision::Approve, "carol", Role::Operator).await.unwrap();
    let (code, reason) = refused(house.decide(&id, Decision::Reject, "dave", Role::Admin).await);
    assert_eq!(code, 409);
    assert!(reason.contains("approved by carol at 20"), "{reason}");
    let status = house.until_status(&job, Status::Completed).await;
    let act = &status.acts[1];
    assert_eq!(
        (act.act.as_str(), act.by.as_str(), act.comment.as_deref()),
        ("approve", "carol", Some("seen"))
    );
    assert_eq!(refused(house.decide("none.1", Decision::Approve, "carol", Role::Admin).await).0, 404);
}

#[tokio::test]
async fn a_rejection_faults_the_gate() {
    let house = House::new().await;
    let job = house.run(json!([gate(json!([])), call("a")])).await;
    let status = house.until(&job, |status| !status.job.waiting.is_empty()).await;
    house.decide(&status.job.waiting[0].task_id, Decision::Reject, "bob", Role::Operator).await.unwrap();
    let status = house.until_status(&job, Status::Faulted).await;
    assert_eq!(task(&status, "gate").status, Status::Faulted);
    assert!(house.scripted.calls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn many_who_decide_at_once_decide_once() {
    let house = House::new().await;
    let job = house.run(json!([gate(json!([]))])).await;
    let status = house.until(&job, |status| !status.job.waiting.is_empty()).await;
    let id = &status.job.waiting[0].task_id;
    let decisions = (0..8).map(|_| house.decide(id, Decision::Approve, "bob", Role::Operator));
    let outcomes = futures::future::join_all(decisions).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let status = house.until_status(&job, Status::Completed).await;
    assert_eq!(status.acts.len(), 2);
}

#[tokio::test]
async fn stopping_aborts_what_runs_and_happens_once() {
    let house = House::new().await;
    let job = house.run(json!([call("hangs"), call("a")])).await;
    house.until_calls(1).await;
    house.executions.stop(&job, "bob", Some("wrong site".to_owned())).await.unwrap();
    let status = house.until_status(&job, Status::Cancelled).await;
    assert!(status.job.ended_at.is_some());
    assert_eq!(status.acts[1].comment.as_deref(), Some("wrong site"));
    assert_eq!(refused(house.executions.stop(&job, "bob", None).await).0, 409);
    assert_eq!(refused(house.executions.stop("none", "bob", None).await).0, 404);
    let page =
        house.executions.log(&job, "-", LogQuery { filter: false, ..LogQuery::default() }).await.unwrap();
    assert!(page.complete);
}

#[tokio::test]
async fn a_call_that_brings_the_runner_down_faults_its_task_only() {
    let house = House::new().await;
    let job = house.run(json!([call("panics")])).await;
    let status = house.until_status(&job, Status::Faulted).await;
    assert!(task(&status, "panics").error.as_ref().unwrap().kind.ends_with("/runtime"));
    let other = house.run(json!([call("a")])).await;
    house.until_status(&other, Status::Completed).await;
}

#[tokio::test]
async fn a_job_that_cannot_be_carried_on_is_faulted_and_can_be_stopped() {
    let house = House::new().await;
    let job = house.run(json!([gate(json!([]))])).await;
    let status = house.until(&job, |status| !status.job.waiting.is_empty()).await;
    let id = status.job.waiting[0].task_id.clone();
    house.executions.shutdown().await;
    sqlx::query("UPDATE state_parts SET value = '\"nonsense\"'")
        .execute(house.bench.database.write())
        .await
        .unwrap();
    let executions = open(&house.bench, &house.scripted).await;
    let house = House { executions, ..house };
    let (code, reason) = refused(house.decide(&id, Decision::Approve, "bob", Role::Operator).await);
    assert_eq!(code, 409);
    assert!(reason.contains("cannot carry"), "{reason}");
    let status = house.until_status(&job, Status::Faulted).await;
    assert!(status.job.error.as_ref().unwrap().kind.ends_with("/runtime"));
    assert_eq!(refused(house.executions.retry(&job, None, "bob", None).await).0, 409);
    assert!(status.job.waiting.is_empty(), "nobody is asked to decide what cannot go on");
    house.executions.stop(&job, "bob", None).await.unwrap();
    house.until_status(&job, Status::Cancelled).await;
}

/// As the hub stored a run at its gate before a state had parts.
fn stored_whole(job: &str, digest: &str) -> String {
    json!({
        "digest": digest.trim_start_matches("sha256:"), "phase": "Live", "next_task": 2, "next_timer": 1, "timers": {}, "ready": [], "reached": [0],
        "job": {
            "id": job, "input": {}, "stages": null, "dry_run": false, "runtime": {}, "secrets": {}, "context": null,
            "started_at": 1, "status": "waiting", "error": null, "ended_at": null
        },
        "frames": {"1": {
            "node": 0, "parent": null, "attempt": 1, "iteration": null, "started_at": 1, "raw_input": {"site": "a"},
            "input": null, "body": "Waiting", "status": "waiting", "error": null, "ended_at": null,
            "waiting": {"kind": "approval", "since": 1, "message": "", "approvers": [], "deadline": null}
        }}
    })
    .to_string()
}

#[tokio::test]
async fn a_run_that_an_earlier_hub_stored_whole_goes_on() {
    let house = House::new().await;
    let job = house
        .run(json!([gate(json!([])), {"second": {"call": "manual-gate:1.0.0@default", "with": {}}}]))
        .await;
    let status = house.until(&job, |status| !status.job.waiting.is_empty()).await;
    house.executions.shutdown().await;
    let database = &house.bench.database;
    let (digest,): (String,) =
        sqlx::query_as("SELECT digest FROM jobs").fetch_one(database.read()).await.unwrap();
    sqlx::query("DELETE FROM state_parts").execute(database.write()).await.unwrap();
    sqlx::query("UPDATE job_states SET state = ?")
        .bind(stored_whole(&job, &digest))
        .execute(database.write())
        .await
        .unwrap();
    for _ in 0..2 {
        let executions = open(&house.bench, &house.scripted).await;
        // What changes nothing must not make it forget that all of the state is to be stored anew.
        assert_eq!(refused(executions.retry(&job, None, "bob", None).await).0, 409, "nothing is at fault");
        let waiting = executions.status("w", &job, false).await.unwrap().job.waiting;
        let request = DecisionRequest::new(Decision::Approve, "");
        executions.notify(&waiting[0].task_id, request, "bob", Role::Operator).await.unwrap();
        executions.shutdown().await;
    }
    let status_after = house.executions.status("w", &job, false).await.unwrap();
    assert_eq!(status_after.job.status, Status::Completed);
    assert_eq!(status_after.output, json!({"site": "a"}));
    assert_eq!(status.job.waiting.len(), 1);
}

#[tokio::test]
async fn what_is_under_way_when_the_hub_stops_goes_on_when_it_is_opened_again() {
    let house = House::new().await;
    house.run(json!([call("a"), call("hangs"), call("b")])).await;
    house.until_calls(2).await;
    house.executions.shutdown().await;
    let executions = open(&house.bench, &house.scripted).await;
    let house = House { executions, ..house };
    house.until_calls(3).await;
    let calls = house.scripted.calls.lock().unwrap().clone();
    assert_eq!(
        (calls.len(), &calls[1]),
        (3, &calls[2]),
        "only the call under way is made again, with its key"
    );
}

#[tokio::test]
async fn private_inputs_run_and_are_shown_nowhere() {
    let house = House::new().await;
    let mut definition = definition(json!([
        {"use": {"call": "dns-record-add:1.0.0@default", "with": {"name": "x", "password": "${ .password }"}}}
    ]));
    definition["input"] = json!({"schema": {"document": {
        "type": "object", "properties": {"password": {"type": "string", "writeOnly": true}, "site": {}}
    }}});
    let input = Some(json!({"password": "hunter22", "site": "a"}));
    let job = house.start(definition, ExecuteRequest { input, ..ExecuteRequest::default() }).await.unwrap();
    let status = house.until_status(&job, Status::Completed).await;
    assert_eq!(status.input, json!({"password": "******", "site": "a"}));
    let log =
        house.executions.log(&job, "-", LogQuery { filter: false, ..LogQuery::default() }).await.unwrap();
    assert!(log.lines.iter().any(|line| line.message.contains("\"password\":\"******\"")), "{log:#?}");
    assert!(!format!("{status:?}{log:?}").contains("hunter22"));
    let left: (String,) =
        sqlx::query_as("SELECT private || state || (SELECT COUNT(*) FROM state_parts) FROM job_states")
            .fetch_one(house.bench.database.read())
            .await
            .unwrap();
    assert_eq!(left.0, "[]0", "at the end of the job its private inputs are erased");
}

/// What people write is shown to everybody, and may hold what they should have kept to themselves.
#[tokio::test]
async fn private_values_are_masked_in_what_people_write() {
    let house = House::new().await;
    let two = json!({"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?", "minApprovals": 2}}});
    let mut definition = definition(json!([two, call("x")]));
    definition["input"] = json!({"schema": {"document": {
        "type": "object", "properties": {"password": {"type": "string", "writeOnly": true}}
    }}});
    let request = ExecuteRequest {
        input: Some(json!({"password": "hunter22"})),
        reason: Some("the new hunter22".to_owned()),
        ..ExecuteRequest::default()
    };
    let job = house.start(definition, request).await.unwrap();
    let status = house.until(&job, |status| !status.job.waiting.is_empty()).await;
    let gate = status.job.waiting[0].task_id.clone();
    let approve = DecisionRequest::new(Decision::Approve, "hunter22 works");
    house.executions.notify(&gate, approve, "olga", Role::Operator).await.unwrap();
    let status = house.until(&job, |status| {
        task(status, "gate").waiting.as_ref().is_some_and(|waiting| !waiting.approvals.is_empty())
    });
    let waiting = format!("{:?}", status.await);
    house.executions.stop(&job, "pete", Some("no more hunter22, please".to_owned())).await.unwrap();
    let status = house.until_status(&job, Status::Cancelled).await;
    let log =
        house.executions.log(&job, "-", LogQuery { filter: false, ..LogQuery::default() }).await.unwrap();
    let shown = format!("{waiting}{status:?}{log:?}");
    assert!(!shown.contains("hunter22"), "{shown}");
    assert_eq!(status.reason.as_deref(), Some("the new ******"));
    let comments: Vec<_> = status.acts.iter().map(|act| act.comment.as_deref().unwrap_or_default()).collect();
    assert_eq!(comments, ["the new ******", "****** works", "no more ******, please"]);
}

#[tokio::test]
async fn a_job_tells_what_it_was_started_with() {
    let house = House::new().await;
    let request = ExecuteRequest {
        stages: Some(vec!["b".to_owned()]),
        reason: Some("drill of the week".to_owned()),
        ..ExecuteRequest::default()
    };
    let job = house.start(definition(json!([call("a"), call("b")])), request).await.unwrap();
    let status = house.until_status(&job, Status::Completed).await;
    assert_eq!((status.job.tasks_done, status.job.tasks_total, status.definition_revision), (1, 1, 7));
    assert_eq!(status.reason.as_deref(), Some("drill of the week"));
    assert_eq!(task(&status, "a").status, Status::Skipped);
    assert_eq!(house.scripted.calls.lock().unwrap().len(), 1);
    let wrong = ExecuteRequest { stages: Some(vec!["z".to_owned()]), ..ExecuteRequest::default() };
    let error = house.start(definition(json!([call("a")])), wrong).await.unwrap_err();
    assert!(error.reason.en.contains("\"z\""));
}

#[tokio::test]
async fn a_definition_that_cannot_run_is_refused_before_the_start() {
    let house = House::new().await;
    let error =
        house.start(definition(json!([{"a": {"set": {"x": "${ .( }"}}}])), ExecuteRequest::default()).await;
    let error = error.unwrap_err();
    assert_eq!(error.http_status(), 400);
    assert!(
        error.problems.iter().any(|problem| problem.pointer.as_str().starts_with("/do/0/a")),
        "{error:?}"
    );
}
