//! What people do to runs, over HTTP: who may decide at a gate, what is kept of it, and what is no way round it.

use std::time::Duration;

use serde_json::{Value, json};
use wire::operation::encode_segment;
use wire::{Operation, Role};

use crate::support::{Answer, Hub};

/// People with the role of an operator, but for vic, who may only look, and ada, who administers.
struct Shift {
    hub: Hub,
    workflow: String,
}

impl Shift {
    async fn of(definition: Value) -> Self {
        let hub = Hub::start().await;
        let workflow = hub.build(&definition).await;
        Self { hub, workflow }
    }

    async fn token(&self, name: &str) -> String {
        let role = match name {
            "vic" => Role::Viewer,
            "ada" => Role::Admin,
            _ => Role::Operator,
        };
        self.hub.token_of(name, role).await
    }

    async fn try_start(&self, by: &str, request: Value) -> Answer {
        let token = self.token(by).await;
        let ask = self.hub.operation(Operation::StartWorkflow, &[&self.workflow]).token(&token);
        ask.json(&json!({"workflowExecuteRequest": request.to_string()})).send().await
    }

    async fn start(&self, by: &str, request: Value) -> String {
        let started = self.try_start(by, request).await;
        assert_eq!(started.status, 200, "{}", started.text);
        started.body["result"]["job_name"].as_str().unwrap().to_owned()
    }

    async fn status(&self, who: &str, job: &str) -> Value {
        let (token, query) = (self.token(who).await, format!("job_name={job}"));
        let ask = self.hub.operation(Operation::ShowJobStatus, &[&self.workflow]).query(&query);
        let answer = ask.token(&token).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["result"].clone()
    }

    async fn until(&self, job: &str, wanted: &str) -> Value {
        let look = async {
            loop {
                let now = self.status("ada", job).await;
                if now["status"] == wanted {
                    return now;
                }
                tokio::task::yield_now().await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(30), look).await;
        found.unwrap_or_else(|_| panic!("the job did not become {wanted}"))
    }

    async fn notify(&self, who: &str, task: &str, request: Value) -> Answer {
        let token = self.token(who).await;
        let ask = self.hub.operation(Operation::NotifyTask, &[task]).token(&token);
        ask.json(&json!({"request": request.to_string()})).send().await
    }

    async fn approve(&self, who: &str, task: &str) -> Answer {
        self.notify(who, task, json!({"decision": "approve", "comment": format!("{who} looked")})).await
    }

    async fn act(&self, who: &str, operation: Operation, job: &str, query: &str) -> Answer {
        let token = self.token(who).await;
        self.hub.operation(operation, &[job]).query(query).token(&token).send().await
    }

    async fn log(&self, job: &str) -> String {
        let token = self.token("vic").await;
        let ask = self.hub.operation(Operation::ShowLog, &[job, "-"]).query("filter=false&size=1000");
        ask.token(&token).send().await.text
    }
}

fn definition(tasks: Value) -> Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "drill", "version": "1.0.0"},
        "do": tasks
    })
}

fn gate(with: Value) -> Value {
    json!({"gate": {"call": "manual-gate:1.0.0@default", "with": with}})
}

fn for_two() -> Value {
    gate(
        json!({"message": "Switch?", "approvers": ["role:operator", "vic"], "minApprovals": 2, "fourEyes": true, "deadline": "PT1H"}),
    )
}

/// A task that faults however often it is tried: the hub may not call there.
fn bad(name: &str) -> Value {
    json!({name: {"call": "http", "with": {"method": "get", "endpoint": "http://127.0.0.1:9/"}}})
}

fn task<'a>(status: &'a Value, name: &str) -> &'a Value {
    status["tasks"].as_array().unwrap().iter().find(|task| task["name"] == name).unwrap()
}

fn waiting_id(status: &Value) -> String {
    status["waiting"][0]["task_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_gate_for_two_takes_two_who_are_asked_and_not_the_starter() {
    let shift = Shift::of(definition(json!([for_two()]))).await;
    let job = shift.start("sam", json!({"reason": "drill"})).await;
    let status = shift.until(&job, "waiting").await;
    let id = waiting_id(&status);
    for (who, code, why) in [
        ("sam", 403, "has started this run"),
        // Administrators are no exception.
        ("ada", 403, "role:operator, vic"),
        // Named, but the role does not permit it.
        ("vic", 403, "the role viewer"),
    ] {
        let refused = shift.approve(who, &id).await;
        assert_eq!(refused.status, code, "{who}: {}", refused.text);
        assert!(refused.error().1.contains(why), "{who}: {}", refused.text);
    }
    assert_eq!(shift.approve("olga", &id).await.status, 200);
    let status = shift.status("olga", &job).await;
    let waiting = &task(&status, "gate")["waiting"];
    assert_eq!((&waiting["min_approvals"], &waiting["four_eyes"]), (&json!(2), &json!(true)));
    assert_eq!(
        (&waiting["approvals"][0]["by"], &waiting["approvals"][0]["comment"]),
        (&json!("olga"), &json!("olga looked"))
    );
    for (who, may, why) in [
        ("olga", false, json!("approved")),
        ("sam", false, json!("starter")),
        ("ada", false, json!("not_asked")),
        ("vic", false, json!("not_permitted")),
        ("pete", true, Value::Null),
    ] {
        let status = shift.status(who, &job).await;
        let waiting = &task(&status, "gate")["waiting"];
        assert_eq!((&waiting["may_decide"], &waiting["may_not"]), (&json!(may), &why), "{who}");
    }
    let twice = shift.approve("olga", &id).await;
    assert_eq!(twice.status, 409);
    assert!(twice.error().1.contains("approved by olga at 20"), "{}", twice.text);
    assert_eq!(shift.approve("pete", &id).await.status, 200);
    let status = shift.until(&job, "completed").await;
    let acts: Vec<_> = status["acts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| {
            assert!(act["at"].as_str().unwrap().starts_with("20"));
            json!([act["act"], act["by"], act["comment"], act["task_name"], act["attempt"]])
        })
        .collect();
    assert_eq!(
        Value::from(acts),
        json!([
            ["start", "sam", "drill", null, null],
            ["approve", "olga", "olga looked", "gate", 1],
            ["approve", "pete", "pete looked", "gate", 1],
        ])
    );
    let late = shift.approve("quinn", &id).await;
    assert_eq!(late.status, 409);
    assert!(late.error().1.contains("olga at 20") && late.error().1.contains("pete at 20"), "{}", late.text);
    let log = shift.log(&job).await;
    for line in [
        "started by sam: drill",
        "approved by olga (1 of 2): olga looked",
        "approved by pete (2 of 2): pete looked",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
}

#[tokio::test]
async fn an_approval_is_bound_to_the_definition_that_runs() {
    let shift = Shift::of(definition(json!([gate(json!({"message": "Go?"}))]))).await;
    let job = shift.start("sam", json!({})).await;
    let status = shift.until(&job, "waiting").await;
    let (id, digest) = (waiting_id(&status), task(&status, "gate")["waiting"]["definition_digest"].clone());
    let other =
        shift.notify("olga", &id, json!({"decision": "approve", "definition_digest": "sha256:0"})).await;
    assert_eq!(other.status, 409, "{}", other.text);
    assert!(other.error().1.contains("another definition"), "{}", other.text);
    assert_eq!(shift.status("ada", &job).await["status"], "waiting", "nothing is decided");
    let unknown = shift.notify("olga", &id, json!({"decision": "approve", "digest": digest})).await;
    assert_eq!(unknown.status, 400);
    let seen = shift.notify("olga", &id, json!({"decision": "approve", "definition_digest": digest})).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    shift.until(&job, "completed").await;
}

#[tokio::test]
async fn a_skip_is_no_way_round_the_people_that_a_gate_asks_for() {
    let shift = Shift::of(definition(json!([for_two()]))).await;
    let job = shift.start("sam", json!({})).await;
    let id = waiting_id(&shift.until(&job, "waiting").await);
    let query = format!("task_id={id}");
    for who in ["sam", "olga", "ada"] {
        let refused = shift.act(who, Operation::SkipTask, &job, &query).await;
        assert_eq!(refused.status, 403, "{who}: {}", refused.text);
        assert!(refused.error().1.contains("its approvals only"), "{}", refused.text);
    }
    assert_eq!(
        shift.notify("olga", &id, json!({"decision": "reject", "comment": "too early"})).await.status,
        200
    );
    let status = shift.until(&job, "faulted").await;
    assert_eq!(task(&status, "gate")["error"]["status"], 403);
    let refused = shift.act("pete", Operation::SkipTask, &job, &query).await;
    assert_eq!(refused.status, 403, "nor when it has failed: {}", refused.text);
    let rejected = shift.approve("pete", &id).await;
    assert!(rejected.error().1.contains("rejected by olga at 20"), "{}", rejected.text);
    assert_eq!(shift.act("sam", Operation::RetryJob, &job, &query).await.status, 200);
    let status = shift.until(&job, "waiting").await;
    assert_eq!(task(&status, "gate")["waiting"]["approvals"], json!([]), "it counts anew");
    for who in ["pete", "olga"] {
        assert_eq!(shift.approve(who, &id).await.status, 200, "{who}");
    }
    let status = shift.until(&job, "completed").await;
    let attempts: Vec<_> =
        status["acts"].as_array().unwrap().iter().map(|act| json!([act["act"], act["attempt"]])).collect();
    assert_eq!(
        Value::from(attempts),
        json!([["start", null], ["reject", 1], ["retry", 1], ["approve", 2], ["approve", 2]])
    );
}

#[tokio::test]
async fn stages_are_not_chosen_round_such_a_gate() {
    let move_on = json!({"move": {"set": {"moved": true}}});
    let shift = Shift::of(definition(json!([for_two(), move_on]))).await;
    let refused = shift.try_start("sam", json!({"stages": ["move"]})).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(refused.error().1.contains("/do/0/gate"), "{}", refused.text);
    let job = shift.start("sam", json!({"stages": ["move"], "dry_run": true})).await;
    shift.until(&job, "completed").await;
    let job = shift.start("sam", json!({"stages": ["gate"]})).await;
    shift.until(&job, "waiting").await;
}

#[tokio::test]
async fn every_act_is_kept_with_who_when_and_why() {
    let shift =
        Shift::of(definition(json!([bad("first"), bad("second"), gate(json!({"message": "Go?"}))]))).await;
    let job = shift.start("sam", json!({"reason": " drill \n"})).await;
    let status = shift.until(&job, "faulted").await;
    let first = task(&status, "first")["task_id"].as_str().unwrap().to_owned();
    let why = |text: &str| format!("reason={}", encode_segment(text));
    let retried =
        shift.act("olga", Operation::RetryJob, &job, &format!("task_id={first}&{}", why("线路已恢复"))).await;
    assert_eq!(retried.status, 200, "{}", retried.text);
    let status = shift.until(&job, "faulted").await;
    assert_eq!(task(&status, "first")["attempt"], 2);
    let skipped = shift
        .act("pete", Operation::SkipTask, &job, &format!("task_id={first}&{}", why("done by hand")))
        .await;
    assert_eq!(skipped.status, 200, "{}", skipped.text);
    let status = shift.until(&job, "faulted").await;
    let again = shift.act("pete", Operation::SkipTask, &job, &format!("task_id={first}")).await;
    assert_eq!(again.status, 409, "{}", again.text);
    let second = task(&status, "second")["task_id"].as_str().unwrap().to_owned();
    assert_eq!(shift.act("pete", Operation::SkipTask, &job, &format!("task_id={second}")).await.status, 200);
    shift.until(&job, "waiting").await;
    let stopped = shift.act("olga", Operation::StopJob, &job, &why("wrong site")).await;
    assert_eq!(stopped.status, 200, "{}", stopped.text);
    let status = shift.until(&job, "cancelled").await;
    assert_eq!(
        (&task(&status, "gate")["status"], &task(&status, "gate")["waiting"]),
        (&json!("cancelled"), &Value::Null)
    );
    let acts: Vec<_> = status["acts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| json!([act["act"], act["by"], act["comment"], act["task_name"], act["attempt"]]))
        .collect();
    assert_eq!(
        Value::from(acts),
        json!([
            ["start", "sam", "drill", null, null],
            ["retry", "olga", "线路已恢复", "first", 1],
            ["skip", "pete", "done by hand", "first", 2],
            ["skip", "pete", null, "second", 1],
            ["stop", "olga", "wrong site", null, null],
        ])
    );
    let log = shift.log(&job).await;
    for line in [
        "started by sam: drill",
        "retried by olga: 线路已恢复",
        "skipped by pete: done by hand",
        "stopped by olga: wrong site; 0 calls aborted; 1 gate closed; what is done stays done, compensations (catch) were not run",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
}

#[tokio::test]
async fn a_reason_has_an_end_and_its_parameter_a_name() {
    let shift = Shift::of(definition(json!([gate(json!({"message": "Go?"}))]))).await;
    let job = shift.start("sam", json!({})).await;
    let id = waiting_id(&shift.until(&job, "waiting").await);
    let long = "x".repeat(2001);
    for query in [format!("reason={long}"), "why=x".to_owned(), "reason=a&reason=b".to_owned()] {
        for operation in [Operation::StopJob, Operation::RetryJob, Operation::SkipTask] {
            let answer = shift.act("olga", operation, &job, &format!("{query}&task_id={id}")).await;
            assert_eq!(answer.status, 400, "{operation:?}: {}", answer.text);
        }
    }
    let answer = shift.notify("olga", &id, json!({"decision": "approve", "comment": long})).await;
    assert_eq!((answer.status, answer.error().1.starts_with("comment")), (400, true), "{}", answer.text);
    assert_eq!(shift.try_start("sam", json!({"reason": long})).await.status, 400);
    assert_eq!(shift.status("ada", &job).await["acts"].as_array().unwrap().len(), 1, "nothing was done");
}

/// The answer was lost on the way, and the request is sent again: it is one act.
#[tokio::test]
async fn an_act_that_is_sent_again_is_done_once() {
    let shift = Shift::of(definition(json!([bad("first"), for_two()]))).await;
    let job = shift.start("sam", json!({})).await;
    shift.until(&job, "faulted").await;
    let token = shift.token("olga").await;
    let send = async |operation: Operation, parameter: &str, query: &str, body: String, key: &'static str| {
        let mut answers = Vec::new();
        for _ in 0..3 {
            let ask = shift.hub.operation(operation, &[parameter]).query(query).token(&token);
            answers.push(ask.header("idempotency-key", key).body(body.clone()).send().await);
        }
        assert!(answers.iter().all(|answer| answer.status == 200), "{}", answers[2].text);
    };
    send(Operation::RetryJob, &job, "reason=once", String::new(), "retry").await;
    let status = shift.until(&job, "faulted").await;
    assert_eq!(task(&status, "first")["attempt"], 2);
    let first = task(&status, "first")["task_id"].as_str().unwrap().to_owned();
    send(Operation::SkipTask, &job, &format!("task_id={first}"), String::new(), "skip").await;
    let id = waiting_id(&shift.until(&job, "waiting").await);
    let approve = json!({"request": json!({"decision": "approve"}).to_string()}).to_string();
    send(Operation::NotifyTask, &id, "", approve, "approve").await;
    send(Operation::StopJob, &job, "", String::new(), "stop").await;
    let status = shift.until(&job, "cancelled").await;
    let acts: Vec<_> = status["acts"].as_array().unwrap().iter().map(|act| act["act"].clone()).collect();
    assert_eq!(Value::from(acts), json!(["start", "retry", "skip", "approve", "stop"]));
}

#[tokio::test]
async fn an_input_is_overridden_member_by_member_for_one_run() {
    let mut definition = definition(
        json!([{"show": {"set": {"site": "${ $workflow.input.site }", "keys": "${ $workflow.input.key | length }"}}}]),
    );
    definition["input"] = json!({"schema": {"document": {"type": "object", "properties": {
        "site": {"type": "string", "default": "site-a"},
        "weight": {"type": "integer", "default": 100},
        "key": {"type": "string", "default": "default-key", "writeOnly": true}
    }}}});
    let shift = Shift::of(definition).await;
    let job = shift.start("sam", json!({"input": {"site": "site-b"}})).await;
    let status = shift.until(&job, "completed").await;
    assert_eq!(status["input"], json!({"site": "site-b", "weight": 100, "key": "******"}));
    assert_eq!(
        status["output"],
        json!({"site": "site-b", "keys": 11}),
        "a private default is used, and not shown"
    );
    let job = shift.start("sam", json!({"input": {"key": "other"}})).await;
    let status = shift.until(&job, "completed").await;
    assert_eq!(
        (&status["input"]["key"], &status["output"]),
        (&json!("******"), &json!({"site": "site-a", "keys": 5}))
    );
    assert!(!shift.log(&job).await.contains("\"other\""));
    let wrong = shift.try_start("sam", json!({"input": {"weight": "much"}})).await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
}

#[tokio::test]
async fn a_gate_that_could_never_pass_is_told_when_it_is_saved_and_refuses_the_start() {
    let never = gate(json!({"message": "Go?", "approvers": ["olga"], "minApprovals": 2}));
    let shift = Shift::of(definition(json!([never]))).await;
    let refused = shift.try_start("sam", json!({})).await;
    assert_eq!((refused.status, refused.error().0), (400, "MAS.00014022"), "{}", refused.text);
    assert_eq!(refused.body["error"]["problems"][0]["pointer"], "/do/0/gate/with/minApprovals");
}
