//! DSL reference, Schedule; DSL, Scheduling and Event-driven scheduling. The clock is the argument of [`Schedules::turn`].

use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde_json::json;
use sqlx::Row;
use wire::{JobStatus, Role, Status};

use super::*;
use crate::events::Origin;
use crate::execution::ExecutionSettings;
use crate::execution::runner::{FunctionCall, FunctionRunner};
use crate::plugins::Plugins;
use crate::workflows::Definition;

const DEADLINE: Duration = Duration::from_secs(20);
const HOUR: i64 = 60 * 60 * 1000;

struct Nothing;

#[async_trait]
impl FunctionRunner for Nothing {
    async fn run(&self, call: FunctionCall) -> Result<Value, WorkflowError> {
        Ok(call.with)
    }
}

struct House {
    database: Database,
    workflows: Workflows,
    schedules: Arc<Schedules>,
    _directory: Arc<tempfile::TempDir>,
}

impl House {
    async fn new() -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let database = Database::open(directory.path()).await.unwrap();
        Self::on(database, directory).await
    }

    async fn on(database: Database, directory: Arc<tempfile::TempDir>) -> Self {
        let workflows = Workflows::new(database.clone());
        let settings = ExecutionSettings::default();
        let executions = Executions::open(database.clone(), Arc::new(Nothing), settings).await.unwrap();
        let schedules = Schedules::new(database.clone(), workflows.clone(), executions, Arc::default());
        Self { database, workflows, schedules, _directory: directory }
    }

    /// The same data under another hub.
    async fn again(self) -> Self {
        self.schedules.executions.shutdown().await;
        Self::on(self.database, self._directory).await
    }

    async fn build(&self, schedule: Value) -> String {
        let definition = read(&definition(schedule, json!({}))).unwrap();
        self.workflows.build(&definition, "alice").await.unwrap().workflow_id
    }

    async fn update(&self, workflow_id: &str, schedule: Value) {
        let definition = read(&definition(schedule, json!({}))).unwrap();
        self.workflows.update(workflow_id, &definition, None, "bob").await.unwrap();
    }

    /// The runs of a workflow, oldest first, once they are over.
    async fn runs(&self, workflow_id: &str) -> Vec<JobStatus> {
        let names: Vec<(String,)> =
            sqlx::query_as("SELECT job_name FROM jobs WHERE workflow_id = ? ORDER BY id")
                .bind(workflow_id)
                .fetch_all(self.database.read())
                .await
                .unwrap();
        let mut runs = Vec::new();
        for (name,) in names {
            let begun = Instant::now();
            runs.push(loop {
                let run = self.schedules.executions.status(workflow_id, &name, false).await.unwrap();
                if matches!(run.job.status, Status::Completed | Status::Faulted) {
                    break run;
                }
                assert!(begun.elapsed() < DEADLINE, "{run:#?}");
                tokio::time::sleep(Duration::from_millis(2)).await;
            });
        }
        runs
    }

    async fn count(&self, workflow_id: &str) -> usize {
        self.runs(workflow_id).await.len()
    }

    async fn due_at(&self, workflow_id: &str) -> Option<i64> {
        sqlx::query("SELECT due_at FROM schedules WHERE workflow_id = ?")
            .bind(workflow_id)
            .fetch_one(self.database.read())
            .await
            .unwrap()
            .try_get("due_at")
            .unwrap()
    }

    async fn turn(&self, now: i64) -> Option<i64> {
        self.schedules.turn(now).await.unwrap()
    }

    async fn publish(&self, kind: &str, id: usize, data: Value) {
        let event =
            json!({"specversion": "1.0", "id": id.to_string(), "source": "s", "type": kind, "data": data});
        self.schedules.events.publish("default", &Origin::Outside, &[event]).await.unwrap();
    }
}

fn definition(schedule: Value, input: Value) -> Value {
    let mut definition = json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "drill", "version": "1.0.0"},
        "do": [{"keep": {"set": {"input": "${ $workflow.input }"}}}],
    });
    if !schedule.is_null() {
        definition["schedule"] = schedule;
    }
    if input != json!({}) {
        definition["input"] = input;
    }
    definition
}

fn read(definition: &Value) -> Result<Definition, HubError> {
    Definition::read(&definition.to_string(), Plugins::embedded().unwrap().catalog())
}

#[tokio::test]
async fn every_starts_in_step_and_shows_who_saved_it() {
    let house = House::new().await;
    let id = house.build(json!({"every": {"hours": 1}})).await;
    let first = house.due_at(&id).await.unwrap();
    assert_eq!(house.turn(first - 1).await, Some(first));
    assert_eq!(house.count(&id).await, 0);
    assert_eq!(house.turn(first).await, Some(first + HOUR));
    assert_eq!(house.turn(first).await, Some(first + HOUR), "once");
    assert_eq!(house.turn(first + HOUR + 5).await, Some(first + 2 * HOUR), "in step, however late");
    let runs = house.runs(&id).await;
    assert_eq!(runs.len(), 2);
    assert_eq!((runs[0].job.started_by.as_str(), &runs[0].job.status), (STARTER, &Status::Completed));
    let reason = runs[0].acts[0].comment.clone().unwrap();
    assert_eq!(reason, "schedule.every {\"hours\":1}, saved by alice");
}

/// Schedule: `every` runs "regardless of whether the previous run is still in progress".
#[tokio::test]
async fn every_does_not_wait_for_the_run_before() {
    let house = House::new().await;
    let mut waits = definition(json!({"every": {"hours": 1}}), json!({}));
    waits["do"] = json!([{"hear": {"listen": {"to": {"any": []}}}}]);
    let id = house.workflows.build(&read(&waits).unwrap(), "alice").await.unwrap().workflow_id;
    let first = house.due_at(&id).await.unwrap();
    house.turn(first).await;
    house.turn(first + HOUR).await;
    let running = house.schedules.executions.running_jobs(&[id]).await.unwrap();
    assert_eq!(running.len(), 2);
}

#[tokio::test]
async fn what_was_missed_while_no_hub_ran_is_made_up_for_by_one_start() {
    let house = House::new().await;
    let (every, cron) =
        (house.build(json!({"every": "PT1H"})).await, house.build(json!({"cron": "0 0 * * *"})).await);
    let (first, midnight) = (house.due_at(&every).await.unwrap(), house.due_at(&cron).await.unwrap());
    assert_eq!(midnight % (24 * HOUR), 0, "UTC");
    let house = house.again().await;
    let now = first.max(midnight) + 100 * HOUR + 1;
    house.turn(now).await;
    house.turn(now).await;
    assert_eq!((house.count(&every).await, house.count(&cron).await), (1, 1));
    let (next, midnight) = (house.due_at(&every).await.unwrap(), house.due_at(&cron).await.unwrap());
    assert!(next > now && next <= now + HOUR && (next - first) % HOUR == 0);
    assert!(midnight > now && midnight % (24 * HOUR) == 0);
}

/// Schedule: `after`, "when this workflow completes, it should run again after the specified amount of time".
#[tokio::test]
async fn after_starts_when_a_run_is_completed_and_not_before_the_first() {
    let house = House::new().await;
    let id = house.build(json!({"after": {"minutes": 5}})).await;
    assert_eq!(house.turn(i64::MAX).await, None, "nothing starts by itself");
    let start = StartJob {
        workflow_id: id.clone(),
        workflow_name: "drill".to_owned(),
        namespace: "default".to_owned(),
        revision: 1,
        definition: definition(json!({"after": {"minutes": 5}}), json!({})).to_string(),
        request: ExecuteRequest::default(),
        started_by: "alice".to_owned(),
    };
    house.schedules.executions.start(start.clone()).await.unwrap();
    house.runs(&id).await;
    let due = house.due_at(&id).await.unwrap();
    assert_eq!(house.turn(due - 1).await, Some(due));
    house.turn(due).await;
    assert_eq!(house.count(&id).await, 2, "and the next is due after that one");
    assert!(house.due_at(&id).await.is_some());
    let dry = ExecuteRequest { dry_run: Some(true), ..Default::default() };
    let before = house.due_at(&id).await;
    house.schedules.executions.start(StartJob { request: dry, ..start }).await.unwrap();
    house.runs(&id).await;
    assert_eq!(house.due_at(&id).await, before, "a dry run is no run");
}

/// DSL, Input of event-driven scheduled workflows.
#[tokio::test]
async fn each_event_starts_one_run_with_an_array_of_it_also_over_the_end_of_a_hub() {
    let house = House::new().await;
    house.publish("low", 0, json!("before it was saved")).await;
    let id = house.build(json!({"on": {"one": {"with": {"type": "low"}}}})).await;
    house.publish("low", 1, json!({"n": 1})).await;
    house.publish("high", 2, json!({"n": 2})).await;
    house.publish("low", 3, json!({"n": 3})).await;
    house.turn(0).await;
    let house = house.again().await;
    house.publish("low", 4, json!({"n": 4})).await;
    house.turn(0).await;
    house.turn(0).await;
    let inputs: Vec<Value> =
        house.runs(&id).await.into_iter().map(|run| run.output["input"].clone()).collect();
    assert_eq!(inputs, [json!([{"n": 1}]), json!([{"n": 3}]), json!([{"n": 4}])]);
}

/// A workflow that hears itself: a bound, not an endless row of runs, and what comes from outside is heard all the same.
#[tokio::test]
async fn a_workflow_that_starts_itself_comes_to_an_end() {
    let house = House::new().await;
    let mut echo = definition(json!({"on": {"one": {"with": {"type": "echo"}}}}), json!({}));
    echo["do"] = json!([{"again": {"emit": {"event": {"with": {"type": "echo"}}}}}]);
    let id = house.workflows.build(&read(&echo).unwrap(), "alice").await.unwrap().workflow_id;
    let refused = async || {
        let (error,): (Option<String>,) = sqlx::query_as("SELECT last_error FROM schedules")
            .fetch_one(house.database.read())
            .await
            .unwrap();
        error
    };
    house.publish("echo", 1, json!(1)).await;
    let begun = Instant::now();
    while refused().await.is_none() {
        assert!(begun.elapsed() < 6 * DEADLINE, "it goes on and on");
        house.turn(0).await;
    }
    assert!(refused().await.unwrap().contains("100 runs in a row"));
    let runs = house.count(&id).await;
    assert_eq!(runs, 100);
    house.turn(0).await;
    house.publish("echo", 2, json!(2)).await;
    house.turn(0).await;
    assert!(house.count(&id).await > runs, "another event from outside begins anew");
}

#[tokio::test]
async fn all_waits_for_the_events_that_belong_together_also_over_the_end_of_a_hub() {
    let house = House::new().await;
    let filter =
        |kind: &str| json!({"with": {"type": kind}, "correlate": {"order": {"from": ".data.order"}}});
    let id =
        house.build(json!({"on": {"all": [filter("paid"), filter("packed")]}, "read": "envelope"})).await;
    house.publish("paid", 1, json!({"order": 1})).await;
    house.publish("paid", 2, json!({"order": 2})).await;
    house.turn(0).await;
    let house = house.again().await;
    house.publish("packed", 3, json!({"order": 2})).await;
    house.turn(0).await;
    let runs = house.runs(&id).await;
    assert_eq!(runs.len(), 1);
    assert_eq!(
        (&runs[0].output["input"][0]["id"], &runs[0].output["input"][1]["id"]),
        (&json!("2"), &json!("3"))
    );
}

#[tokio::test]
async fn a_start_and_what_is_due_next_are_made_once() {
    let house = House::new().await;
    let id = house.build(json!({"every": {"hours": 1}})).await;
    let due = house.due_at(&id).await.unwrap();
    let entry = table::one(&house.database, &id, Kind::Every).await.unwrap().unwrap();
    house.turn(due).await;
    // As if another turn had read it before.
    house.schedules.start_due(entry, due).await.unwrap();
    assert_eq!(house.count(&id).await, 1);
}

#[tokio::test]
async fn a_revision_changes_its_schedule_and_a_deletion_ends_it() {
    let house = House::new().await;
    let id = house.build(json!({"every": {"hours": 1}})).await;
    let due = house.due_at(&id).await;
    house.update(&id, json!({"every": {"hours": 1}})).await;
    assert_eq!(house.due_at(&id).await, due, "what is as it was goes on");
    house.update(&id, json!({"every": {"hours": 2}})).await;
    assert!(house.due_at(&id).await > due);
    house.update(&id, Value::Null).await;
    assert_eq!(house.turn(i64::MAX / 2).await, None, "off");
    house.update(&id, json!({"cron": "0 0 * * *"})).await;
    house.workflows.delete(std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(house.turn(i64::MAX / 2).await, None);
    assert_eq!(house.count(&id).await, 0);
}

#[tokio::test]
async fn a_start_without_the_input_that_is_required_is_seen_as_a_run_at_fault() {
    let house = House::new().await;
    let input =
        json!({"schema": {"document": {"required": ["site"], "properties": {"site": {"type": "string"}}}}});
    let definition = definition(json!({"every": {"hours": 1}}), input);
    let document = Document::from_value(definition.clone());
    let warned = flow::validate(&document, Plugins::embedded().unwrap().catalog());
    assert_eq!((warned[0].code.as_str(), warned[0].pointer.as_str()), ("schedule-input", "/schedule/every"));
    let id = house.workflows.build(&read(&definition).unwrap(), "alice").await.unwrap().workflow_id;
    house.turn(house.due_at(&id).await.unwrap()).await;
    let runs = house.runs(&id).await;
    assert_eq!(runs[0].job.status, Status::Faulted);
    assert!(runs[0].job.error.as_ref().unwrap().detail.as_ref().unwrap().contains("site"));
    assert!(house.due_at(&id).await.is_some(), "the next start is due all the same");
}

#[tokio::test]
async fn a_schedule_that_cannot_be_kept_is_not_saved() {
    for (schedule, place) in [
        (json!({"cron": "soon"}), "/schedule/cron"),
        (json!({"cron": "0 0 30 2 *"}), "/schedule/cron"),
        (json!({"every": {"milliseconds": 5}}), "/schedule/every"),
        (json!({"after": "PT0S"}), "/schedule/after"),
        (json!({"every": {"hours": 1}, "read": "raw"}), "/schedule"),
    ] {
        let error = read(&definition(schedule.clone(), json!({}))).unwrap_err();
        assert_eq!(error.http_status(), 400, "{schedule}");
        assert!(
            error.problems.iter().any(|problem| problem.pointer.as_str() == place),
            "{schedule}: {error:?}"
        );
    }
}

#[tokio::test]
async fn the_loop_starts_what_becomes_due_and_ends_when_it_is_told() {
    let house = House::new().await;
    let running = tokio::spawn(Arc::clone(&house.schedules).run());
    let id = house.build(json!({"every": {"seconds": 1}, "on": {"any": []}})).await;
    house.publish("a", 1, json!(1)).await;
    let begun = Instant::now();
    while house.count(&id).await < 3 {
        assert!(begun.elapsed() < DEADLINE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    house.schedules.stop();
    tokio::time::timeout(DEADLINE, running).await.unwrap().unwrap();
}

#[tokio::test]
async fn nobody_takes_the_name_under_which_schedules_start() {
    let house = House::new().await;
    let accounts = crate::accounts::Accounts::new(house.database.clone());
    assert_eq!(accounts.add(STARTER, Role::Viewer, None).await.unwrap_err().http_status(), 400);
}
