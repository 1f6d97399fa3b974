//! Asking again what one knows already: 304 as long as it is true, over the real router and a real run.

use std::time::Duration;

use serde_json::{Value, json};
use wire::{Operation, Role};

use crate::support::{Answer, Hub};

struct Watched {
    hub: Hub,
    workflow: String,
    job: String,
    token: String,
}

impl Watched {
    /// A run that waits at a gate.
    async fn at_a_gate() -> Self {
        let hub = Hub::start().await;
        let workflow = hub
            .build(&json!({
                "document": {"dsl": "1.0.3", "namespace": "default", "name": "watched", "version": "1.0.0"},
                "do": [{"ask": {"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?"}}}]
            }))
            .await;
        let token = hub.token(Role::Admin).await;
        let mut watched = Self { hub, workflow, job: String::new(), token };
        watched.job = watched.start().await;
        watched.until("waiting").await;
        watched
    }

    async fn start(&self) -> String {
        let ask = self.hub.operation(Operation::StartWorkflow, &[&self.workflow]).token(&self.token);
        let started = ask.json(&json!({"workflowExecuteRequest": "{}"})).send().await;
        assert_eq!(started.status, 200, "{}", started.text);
        started.body["result"]["job_name"].as_str().unwrap().to_owned()
    }

    async fn status(&self, token: &str, query: &str, known: &str) -> Answer {
        let query = format!("job_name={}{query}", self.job);
        let ask = self.hub.operation(Operation::ShowJobStatus, &[&self.workflow]).query(&query);
        with(ask.token(token), known).send().await
    }

    async fn log(&self, known: &str) -> Answer {
        let ask = self.hub.operation(Operation::ShowLog, &[&self.job, "-"]);
        let ask = ask.query("start_offset=0&end_offset=0&size=100&sort=ASC&level=INFO&filter=false");
        with(ask.token(&self.token), known).send().await
    }

    async fn list(&self, filters: Value, known: &str) -> Answer {
        let ask = self.hub.operation(Operation::ListJobs, &[]).token(&self.token).json(&filters);
        with(ask, known).send().await
    }

    async fn until(&self, wanted: &str) {
        let look = async {
            while self.status(&self.token, "", "").await.body["result"]["status"] != wanted {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), look).await.unwrap();
    }

    async fn approve(&self) {
        let status = self.status(&self.token, "", "").await;
        let task = status.body["result"]["tasks"][0]["task_id"].as_str().unwrap().to_owned();
        let ask = self.hub.operation(Operation::NotifyTask, &[&task]).token(&self.token);
        let request = json!({"decision": "approve", "comment": "yes"});
        let decided = ask.json(&json!({"request": request.to_string()})).send().await;
        assert_eq!(decided.status, 200, "{}", decided.text);
    }
}

fn with<'a>(ask: crate::support::Ask<'a>, known: &str) -> crate::support::Ask<'a> {
    if known.is_empty() { ask } else { ask.header("If-None-Match", known) }
}

/// The tag of an answer that is new.
fn tag(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let tag = answer.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    tag
}

fn assert_unchanged(answer: &Answer) {
    assert_eq!((answer.status, answer.text.as_str()), (304, ""), "nothing new costs nothing");
}

#[tokio::test]
async fn what_stays_as_it_is_is_told_once_and_what_changes_is_told_again() {
    let run = Watched::at_a_gate().await;
    let (status, log) = (tag(&run.status(&run.token, "", "").await), tag(&run.log("").await));
    let list = tag(&run.list(json!([]), "").await);
    assert_unchanged(&run.status(&run.token, "", &status).await);
    assert_unchanged(&run.log(&log).await);
    assert_unchanged(&run.list(json!([]), &format!("\"other\", {list}")).await);

    run.approve().await;
    // Who was told that the decision is made sees it at once, whatever was known before.
    let seen = run.status(&run.token, "", &status).await;
    assert_eq!((seen.status, seen.body["result"]["acts"].as_array().unwrap().len()), (200, 2));
    assert_eq!((run.log(&log).await.status, run.list(json!([]), &list).await.status), (200, 200));

    run.until("completed").await;
    let last = tag(&run.status(&run.token, "", "").await);
    assert_unchanged(&run.status(&run.token, "", &last).await);
    // Another run changes the lists, and nothing of this one.
    let list = tag(&run.list(json!([]), "").await);
    run.start().await;
    assert_unchanged(&run.status(&run.token, "", &last).await);
    assert_eq!(run.list(json!([]), &list).await.status, 200);
}

#[tokio::test]
async fn a_tag_serves_its_own_question_and_person_only() {
    let run = Watched::at_a_gate().await;
    let mine = tag(&run.status(&run.token, "", "").await);
    let viewer = run.hub.token_of("vic", Role::Viewer).await;
    let theirs = run.status(&viewer, "", &mine).await;
    assert_eq!(theirs.status, 200);
    let may_decide = |answer: &Answer| answer.body["result"]["tasks"][0]["waiting"]["may_decide"].clone();
    assert_eq!(may_decide(&theirs), json!(false), "an answer that all share still says who may what");
    assert_eq!(may_decide(&run.status(&run.token, "", "").await), json!(true));
    assert_eq!(run.status(&run.token, "&with_def=true", &mine).await.status, 200);
    assert_eq!(run.log(&mine).await.status, 200);
    for known in ["*", "W/\"3\"", "nonsense", "\"0000000000000000.j1.99999.00\""] {
        assert_eq!(run.status(&run.token, "", known).await.status, 200, "{known}");
    }
    assert_eq!(run.status("wrong", "", &mine).await.status, 401, "a tag is no ticket");
}

#[tokio::test]
async fn a_list_that_changes_with_the_clock_has_no_tag() {
    let run = Watched::at_a_gate().await;
    let longer = json!([{"property_name": "duration", "operator": "gt", "operand": "0"}]);
    let answer = run.list(longer, "").await;
    assert_eq!((answer.status, answer.header("etag")), (200, ""));
}
