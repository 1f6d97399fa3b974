//! DSL reference, Workflow Process: runs that tasks of other runs start.

use serde_json::{Value, json};
use wire::workflow::ExecuteRequest;
use wire::{Role, Status};

use super::home::{Home, Started, definition, error, task};
use crate::secrets::Secrets;

const LIVE: &str = "SELECT COUNT(*) FROM jobs WHERE status NOT IN ('completed', 'cancelled')";

fn gate() -> Value {
    json!({"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?"}}})
}

fn sub(name: &str) -> Value {
    json!({"run": {"workflow": {"namespace": "ops", "name": name, "version": "latest"}}})
}

#[tokio::test]
async fn awaited_its_output_is_the_tasks_and_both_know_of_each_other() {
    let home = Home::new().await;
    let heal = definition("heal", "1.0.0", json!([{"x": {"set": {"healed": "${ .site }"}}}]));
    let heal_id = home.save(&heal).await;
    let main = json!([{"sub": {
        "run": {"workflow": {"namespace": "ops", "name": "heal", "version": "1.0.0", "input": {"site": "${ .where }"}}},
        "output": {"as": "${ {got: .} }"}
    }}]);
    let job = home.run_with(main, json!({"where": "north"})).await;
    let status = home.until_status(&job, Status::Completed).await;
    assert_eq!(status.output, json!({"got": {"healed": "north"}}));
    let sub = task(&status, "sub").unwrap();
    let child = Started::from(sub.sub_job.as_ref().unwrap());
    assert_eq!(child.workflow, heal_id);
    let child = home.status(&child).await;
    assert_eq!((child.input, child.job.started_by.as_str()), (json!({"site": "north"}), "alice"));
    let parent = child.job.parent.unwrap();
    assert_eq!(
        (parent.job_name, parent.workflow_id, parent.task_id),
        (job.job, job.workflow, sub.task_id.clone())
    );
    assert_eq!(status.job.parent, None);
    home.until_none("SELECT COUNT(*) FROM sub_runs WHERE outcome IS NOT NULL").await;
}

#[tokio::test]
async fn not_awaited_its_input_is_the_output_and_the_run_goes_its_own_way() {
    let home = Home::new().await;
    home.save(&definition("slow", "1.0.0", json!([gate()]))).await;
    let mut task = sub("slow");
    task["run"]["await"] = json!(false);
    let job = home.run_with(json!([{"sub": task}]), json!({"n": 1})).await;
    let status = home.until_status(&job, Status::Completed).await;
    assert_eq!(status.output, json!({"n": 1}));
    let child = home.until_sub_run(&job, "sub").await;
    home.approve(&child).await;
    home.until_status(&child, Status::Completed).await;
}

#[tokio::test]
async fn a_version_is_the_revision_that_was_saved_last_with_it_and_latest_is_the_newest() {
    let home = Home::new().await;
    let revision =
        |version: &str, text: &str| definition("heal", version, json!([{"x": {"set": {"is": text}}}]));
    let id = home.save(&revision("1.0.0", "one")).await;
    home.save_again(&id, &revision("1.0.0", "one, mended")).await;
    home.save_again(&id, &revision("2.0.0", "two")).await;
    let run = |version: &str| json!([{"sub": {"run": {"workflow": {"namespace": "ops", "name": "heal", "version": version}}}}]);
    for (version, text) in [("1.0.0", "one, mended"), ("2.0.0", "two"), ("latest", "two")] {
        let job = home.run(run(version)).await;
        let status = home.until_status(&job, Status::Completed).await;
        assert_eq!(status.output, json!({"is": text}), "{version}");
    }
}

#[tokio::test]
async fn a_workflow_that_is_not_there_is_said_at_the_start_and_a_fault_when_it_is_run() {
    let home = Home::new().await;
    let job = home.run(json!([gate(), {"sub": sub("nobody")}])).await;
    home.until_line(&job, "there is no workflow nobody latest in the namespace ops; ").await;
    home.approve(&job).await;
    let status = home.until_status(&job, Status::Faulted).await;
    let (kind, number, detail) = error(&status, "sub");
    assert_eq!((kind.as_str(), number), ("configuration", 404));
    assert_eq!(detail, "there is no workflow nobody latest in the namespace ops");
    // Saved in the meantime, it is found when the task is retried.
    home.save(&definition("nobody", "1.0.0", json!([{"x": {"set": {"n": 1}}}]))).await;
    home.executions.retry(&job.job, None, "bob", None).await.unwrap();
    assert_eq!(home.until_status(&job, Status::Completed).await.output, json!({"n": 1}));
}

#[tokio::test]
async fn the_input_is_checked_and_filled_as_at_every_start() {
    let home = Home::new().await;
    let mut heal = definition("heal", "1.0.0", json!([{"x": {"set": {"w": "${ .weight }"}}}]));
    heal["input"] = json!({"schema": {"document": {"type": "object",
        "properties": {"weight": {"type": "integer", "default": 7}}}}});
    home.save(&heal).await;
    let job = home.run(json!([{"sub": sub("heal")}])).await;
    assert_eq!(home.until_status(&job, Status::Completed).await.output, json!({"w": 7}));
    let mut wrong = sub("heal");
    wrong["run"]["workflow"]["input"] = json!({"weight": "heavy"});
    let job = home.run(json!([{"sub": wrong}])).await;
    let status = home.until_status(&job, Status::Faulted).await;
    let (kind, number, detail) = error(&status, "sub");
    assert_eq!((kind.as_str(), number), ("validation", 400));
    assert!(detail.contains("/weight"), "{detail}");
}

#[tokio::test]
async fn a_run_at_fault_waits_for_people_and_so_does_the_one_that_awaits_it() {
    let home = Home::new().await;
    let raise = json!({"bad": {"raise": {"error": {"type": "https://example.com/bad", "status": 500}}}});
    home.save(&definition("heal", "1.0.0", json!([raise, {"x": {"set": {"n": 2}}}]))).await;
    let job = home.run(json!([{"sub": sub("heal")}])).await;
    let child = home.until_sub_run(&job, "sub").await;
    let at_fault = home.until_status(&child, Status::Faulted).await;
    home.until_line(&job, &format!("run {} is at fault", child.job)).await;
    assert_eq!(home.status(&job).await.job.status, Status::Running);
    home.executions
        .skip(&child.job, &task(&at_fault, "bad").unwrap().task_id, "bob", Role::Admin, None)
        .await
        .unwrap();
    assert_eq!(home.until_status(&job, Status::Completed).await.output, json!({"n": 2}));
}

/// DSL reference, Try: a task that runs a workflow raises its error as every other task does.
#[tokio::test]
async fn a_run_at_fault_is_caught_by_a_try_around_its_task_and_then_nobody_awaits_it() {
    let home = Home::new().await;
    let raise = json!({"bad": {"raise": {"error": {"type": "https://example.com/bad", "status": 418, "title": "Tea"}}}});
    home.save(&definition("heal", "1.0.0", json!([raise]))).await;
    let job = home
        .run(json!([{"t": {
            "try": [{"sub": sub("heal")}],
            "catch": {"errors": {"with": {"status": 418}}, "retry": {"limit": {"attempt": {"count": 1}}},
                      "do": [{"back": {"set": {"kind": "${ $error.type }", "title": "${ $error.title }",
                                               "place": "${ $error.instance }"}}}]}
        }}]))
        .await;
    let status = home.until_status(&job, Status::Completed).await;
    assert_eq!(
        status.output,
        json!({"kind": "https://example.com/bad", "title": "Tea", "place": "/do/0/t/try/0/sub"})
    );
    // One for each attempt, and neither is left behind.
    assert_eq!(home.count("SELECT COUNT(*) FROM sub_runs").await, 2);
    home.until_none(LIVE).await;
}

#[tokio::test]
async fn a_try_that_does_not_want_the_error_lets_both_wait_for_people() {
    let home = Home::new().await;
    let raise = json!({"bad": {"raise": {"error": {"type": "https://example.com/bad", "status": 418}}}});
    home.save(&definition("heal", "1.0.0", json!([raise, {"x": {"set": {"n": 2}}}]))).await;
    let job = home
        .run(json!([{"t": {"try": [{"sub": sub("heal")}], "catch": {"errors": {"with": {"status": 503}}}}}]))
        .await;
    let child = home.until_sub_run(&job, "sub").await;
    let at_fault = home.until_status(&child, Status::Faulted).await;
    home.until_line(&job, &format!("run {} is at fault: this task waits", child.job)).await;
    let bad = task(&at_fault, "bad").unwrap().task_id.clone();
    home.executions.skip(&child.job, &bad, "bob", Role::Admin, None).await.unwrap();
    assert_eq!(home.until_status(&job, Status::Completed).await.output, json!({"n": 2}));
}

#[tokio::test]
async fn a_fault_that_the_hub_died_with_is_caught_by_the_next() {
    let mut home = Home::new().await;
    home.save(&definition("heal", "1.0.0", json!([gate()]))).await;
    let job = home
        .run(json!([{"t": {"try": [{"sub": sub("heal")}], "catch": {"do": [{"x": {"set": {"caught": true}}}]}}}]))
        .await;
    let child = home.until_sub_run(&job, "sub").await;
    home.until(&child, |status| !status.job.waiting.is_empty()).await;
    home.executions.shutdown().await;
    // As it is between the child's last event and the parent's: at fault, and nobody has been told.
    let mut transaction = home.bench.database.begin().await.unwrap();
    let at_fault = "UPDATE jobs SET status = 'faulted' WHERE id = (SELECT child FROM sub_runs)";
    sqlx::query(at_fault).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    home.open_again().await;
    assert_eq!(home.until_status(&job, Status::Completed).await.output, json!({"caught": true}));
    home.until_none(LIVE).await;
}

#[tokio::test]
async fn a_run_that_is_stopped_is_a_fault_of_the_task_and_a_retry_starts_another() {
    let home = Home::new().await;
    home.save(&definition("heal", "1.0.0", json!([gate()]))).await;
    let job = home.run(json!([{"sub": sub("heal")}])).await;
    let first = home.until_sub_run(&job, "sub").await;
    home.executions.stop(&first.job, "bob", None).await.unwrap();
    let status = home.until_status(&job, Status::Faulted).await;
    assert!(error(&status, "sub").2.contains(&first.job));
    home.executions.retry(&job.job, None, "bob", None).await.unwrap();
    let is_another = |status: &wire::JobStatus| {
        let sub = task(status, "sub").and_then(|task| task.sub_job.clone());
        sub.is_some_and(|sub| sub.job_name != first.job)
    };
    home.until(&job, is_another).await;
    home.approve(&home.until_sub_run(&job, "sub").await).await;
    home.until_status(&job, Status::Completed).await;
}

#[tokio::test]
async fn stopped_by_hand_a_run_stops_those_that_it_awaits_and_says_who() {
    let home = Home::new().await;
    home.save(&definition("inner", "1.0.0", json!([gate()]))).await;
    home.save(&definition("outer", "1.0.0", json!([{"sub": sub("inner")}]))).await;
    let job = home.run(json!([{"sub": sub("outer")}])).await;
    let outer = home.until_sub_run(&job, "sub").await;
    let inner = home.until_sub_run(&outer, "sub").await;
    home.until(&inner, |status| !status.job.waiting.is_empty()).await;
    home.executions.stop(&job.job, "bob", None).await.unwrap();
    let inner = home.until_status(&inner, Status::Cancelled).await;
    let act = inner.acts.last().unwrap();
    assert_eq!((act.act.as_str(), act.by.as_str()), ("stop", "bob"));
    assert!(act.comment.as_ref().is_some_and(|comment| comment.contains(&outer.job)));
    home.until_none(LIVE).await;
}

#[tokio::test]
async fn out_of_its_tasks_time_a_run_is_stopped() {
    let home = Home::new().await;
    home.save(&definition("heal", "1.0.0", json!([gate()]))).await;
    let mut task = sub("heal");
    task["timeout"] = json!({"after": "PT1S"});
    let job = home.run(json!([{"sub": task}])).await;
    let child = home.until_sub_run(&job, "sub").await;
    let status = home.until_status(&job, Status::Faulted).await;
    assert_eq!(error(&status, "sub").1, 408);
    home.until_status(&child, Status::Cancelled).await;
}

#[tokio::test]
async fn a_workflow_that_runs_itself_comes_to_an_end() {
    let home = Home::new().await;
    let id = home.save(&definition("again", "1.0.0", json!([{"sub": sub("again")}]))).await;
    let job = home.start(&id, ExecuteRequest::default()).await.unwrap();
    let mut deepest = job.clone();
    for _ in 0..16 {
        deepest = home.until_sub_run(&deepest, "sub").await;
    }
    let status = home.until_status(&deepest, Status::Faulted).await;
    let (kind, _, detail) = error(&status, "sub");
    assert_eq!(kind, "configuration");
    assert!(detail.contains("more than 16 deep"), "{detail}");
    home.executions.stop(&job.job, "bob", None).await.unwrap();
    home.until_none(LIVE).await;
}

#[tokio::test]
async fn three_hundred_runs_are_awaited_at_once_and_those_within_them() {
    let home = Home::new().await;
    home.save(&definition("leaf", "1.0.0", json!([{"x": {"set": {"n": "${ .n }"}}}]))).await;
    let inner = json!({"run": {"workflow": {"namespace": "ops", "name": "leaf", "version": "latest", "input": {"n": "${ .n }"}}}});
    home.save(&definition("node", "1.0.0", json!([{"sub": inner}]))).await;
    let branch = |number: usize| {
        let run = json!({"workflow": {"namespace": "ops", "name": "node", "version": "latest", "input": {"n": number}}});
        json!({format!("b{number}"): {"run": run}})
    };
    // More than calls get a turn at a time: those that only wait take none.
    let branches: Vec<Value> = (0..300).map(branch).collect();
    let job = home.run(json!([{"all": {"fork": {"branches": branches}}}])).await;
    let status = home.until_status(&job, Status::Completed).await;
    let expected: Vec<Value> = (0..300).map(|number| json!({"n": number})).collect();
    assert_eq!(status.output, json!(expected));
    assert_eq!(home.count("SELECT COUNT(*) FROM jobs").await, 601);
}

#[tokio::test]
async fn a_dry_run_runs_its_workflows_dry_and_chosen_stages_are_its_own() {
    let home = Home::new().await;
    home.save(&definition("heal", "1.0.0", json!([gate(), {"x": {"set": {"n": 1}}}]))).await;
    let id = home
        .save(&definition("main", "1.0.0", json!([{"skipped": gate()["gate"]}, {"sub": sub("heal")}])))
        .await;
    let stages = Some(vec!["sub".to_owned()]);
    let request = ExecuteRequest { dry_run: Some(true), stages, ..ExecuteRequest::default() };
    let job = home.start(&id, request).await.unwrap();
    let status = home.until_status(&job, Status::Completed).await;
    assert_eq!(status.output, json!({"n": 1}));
    let child = home.status(&home.until_sub_run(&job, "sub").await).await;
    assert!(child.job.dry_run);
}

#[tokio::test]
async fn a_run_is_refused_what_its_own_namespace_may_not_do() {
    let home = Home::new().await;
    let mut other = definition("heal", "1.0.0", json!([{"x": {"run": {"shell": {"command": "id"}}}}]));
    other["document"]["namespace"] = json!("elsewhere");
    home.save(&other).await;
    let run = json!({"run": {"workflow": {"namespace": "elsewhere", "name": "heal", "version": "latest"}}});
    let job = home.run(json!([{"sub": run}])).await;
    let status = home.until_status(&job, Status::Faulted).await;
    assert!(error(&status, "sub").2.contains("\"elsewhere\""));
    assert_eq!(home.count("SELECT COUNT(*) FROM jobs").await, 1);
}

#[tokio::test]
async fn the_next_hub_finds_the_same_run_and_its_answer_reaches_the_one_that_awaits_it() {
    let mut home = Home::new().await;
    home.save(&definition("heal", "1.0.0", json!([gate(), {"x": {"set": {"n": 1}}}]))).await;
    let job = home.run(json!([{"sub": sub("heal")}])).await;
    let child = home.until_sub_run(&job, "sub").await;
    home.open_again().await;
    home.approve(&child).await;
    assert_eq!(home.until_status(&job, Status::Completed).await.output, json!({"n": 1}));
    assert_eq!(home.count("SELECT COUNT(*) FROM sub_runs").await, 1);
}

/// DSL, Events: a run within another belongs to it, also where what it waits for came before it began.
#[tokio::test]
async fn a_run_hears_what_came_since_the_outermost_one_began_and_hands_its_place_in_a_chain_on() {
    let home = Home::new().await;
    let event =
        |id: &str| json!({"specversion": "1.0", "id": id, "source": "s", "type": "ready", "data": id});
    let publish = async |id: &str| {
        home.executions.events().publish("ops", &crate::events::Origin::Outside, &[event(id)]).await.unwrap();
    };
    let hears = json!([
        {"hear": {"listen": {"to": {"one": {"with": {"type": "ready"}}}}}},
        {"tell": {"emit": {"event": {"with": {"type": "done"}}}}}
    ]);
    home.save(&definition("inner", "1.0.0", hears)).await;
    home.save(&definition("middle", "1.0.0", json!([{"sub": sub("inner")}]))).await;
    publish("before").await;
    let published = crate::clock::now();
    while crate::clock::now() == published {
        tokio::task::yield_now().await;
    }
    let job = home.run(json!([gate(), {"sub": sub("middle")}])).await;
    home.until(&job, |status| !status.job.waiting.is_empty()).await;
    publish("meanwhile").await;
    sqlx::query("UPDATE jobs SET chain = 7").execute(home.bench.database.write()).await.unwrap();
    home.approve(&job).await;
    home.until_status(&job, Status::Completed).await;
    let middle = home.until_sub_run(&job, "sub").await;
    let inner = home.until_sub_run(&middle, "sub").await;
    let heard = home.status(&inner).await;
    assert_eq!(task(&heard, "hear").unwrap().output, json!(["meanwhile"]));
    assert_eq!(home.count("SELECT chain FROM events WHERE event LIKE '%\"done\"%'").await, 7);
}

const SECRET: &str = "s3cret-of-the-run";

/// A workflow that answers what a secret of its own is.
async fn teller(home: &Home) -> Value {
    let secrets = Secrets::open(home.bench.database.clone()).unwrap();
    secrets.set(Some("ops"), "tok", &json!(SECRET)).await.unwrap();
    let mut tells = definition("tell", "1.0.0", json!([{"x": {"set": {"told": "${ $secrets.tok }"}}}]));
    tells["use"] = json!({"secrets": ["tok"]});
    tells
}

/// Everything of a job that somebody can read.
async fn shown(home: &Home, job: &Started) -> String {
    let (status, lines) = (home.status(job).await, home.lines(job).await);
    format!("{}{lines:?}", serde_json::to_string(&status).unwrap())
}

/// DSL, Secret: "sensitive"; what it is to the run that has it, it is to the one that is given it.
#[tokio::test]
async fn a_secret_that_a_run_yields_is_used_by_the_one_that_awaits_it_and_shown_nowhere() {
    let home = Home::new().await;
    home.save(&teller(&home).await).await;
    let length = json!({"length": {"set": {"told": "${ .told }", "n": "${ .told | length }"}}});
    let check =
        json!({"check": {"if": "${ .n != 17 }", "raise": {"error": {"type": "https://x", "status": 500}}}});
    let job = home.run(json!([{"sub": sub("tell")}, length, gate(), check])).await;
    home.until(&job, |status| !status.job.waiting.is_empty()).await;
    assert!(!shown(&home, &job).await.contains(SECRET));
    // Nor can it be read in the database while the run waits.
    let parts: Vec<(String,)> =
        sqlx::query_as("SELECT value FROM state_parts").fetch_all(home.bench.database.read()).await.unwrap();
    assert!(!parts.is_empty() && parts.iter().all(|(part,)| !part.contains(SECRET)));
    home.approve(&job).await;
    let status = home.until_status(&job, Status::Completed).await;
    assert_eq!(status.output, json!({"told": "******", "n": 17}));
    assert!(!shown(&home, &job).await.contains(SECRET));
}

#[tokio::test]
async fn a_secret_that_a_run_is_given_is_shown_there_no_more_than_where_it_comes_from() {
    let home = Home::new().await;
    home.save(&definition(
        "echo",
        "1.0.0",
        json!([{"x": {"set": {"n": "${ .given | length }", "is": "${ .given }"}}}]),
    ))
    .await;
    let mut main = teller(&home).await;
    main["document"]["name"] = json!("main");
    main["do"] = json!([{"sub": {"run": {"workflow": {"namespace": "ops", "name": "echo", "version": "latest",
        "input": {"given": "${ $secrets.tok }"}}}}}]);
    let id = home.save(&main).await;
    let job = home.start(&id, ExecuteRequest::default()).await.unwrap();
    let child = home.until_sub_run(&job, "sub").await;
    assert_eq!(home.until_status(&job, Status::Completed).await.output, json!({"n": 17, "is": "******"}));
    assert!(!shown(&home, &child).await.contains(SECRET));
}

/// What a run yields lies in the database until the one that awaits it has taken it: sealed, and opened by the next hub.
#[tokio::test]
async fn what_a_run_with_secrets_yields_waits_sealed_and_the_next_hub_opens_it() {
    let mut home = Home::new().await;
    home.save(&teller(&home).await).await;
    let mut tells = teller(&home).await;
    tells["document"]["name"] = json!("later");
    tells["do"] = json!([gate(), tells["do"][0]]);
    home.save(&tells).await;
    let job = home.run(json!([{"sub": sub("later")}, {"n": {"set": {"n": "${ .told | length }"}}}])).await;
    let child = home.until_sub_run(&job, "sub").await;
    // The one that awaits is busy: nothing is delivered.
    let busy = home.executions.host.lock(&job.job).await;
    home.approve(&child).await;
    home.until_status(&child, Status::Completed).await;
    let outcome: String = sqlx::query_scalar("SELECT outcome FROM sub_runs")
        .fetch_one(home.bench.database.read())
        .await
        .unwrap();
    assert!(!outcome.contains(SECRET) && !outcome.contains("told"), "{outcome}");
    let number: i64 =
        sqlx::query_scalar("SELECT child FROM sub_runs").fetch_one(home.bench.database.read()).await.unwrap();
    let opened = home.executions.host.opened(number, &outcome).unwrap();
    assert!(opened.contains(SECRET), "{opened}");
    assert_eq!(home.executions.host.opened(number + 1, &outcome), None, "it is another run's");
    home.executions.shutdown().await;
    drop(busy);
    home.open_again().await;
    assert_eq!(home.until_status(&job, Status::Completed).await.output, json!({"n": 17}));
    home.until_none("SELECT COUNT(*) FROM sub_runs WHERE outcome IS NOT NULL").await;
}
