//! A write that is sent again acts once.

use serde_json::json;
use wire::{Operation, Role};

use crate::support::{Answer, Hub, definition};

async fn build(hub: &Hub, token: &str, key: &str, name: &str) -> Answer {
    hub.operation(Operation::BuildWorkflow, &[])
        .token(token)
        .header("idempotency-key", key)
        .json(&json!({"workflowDef": definition(name)}))
        .send()
        .await
}

async fn count(hub: &Hub) -> usize {
    hub.app.workflows.list(&mas_hub::workflows::Wanted::default(), 0, 0).await.unwrap().1 as usize
}

#[tokio::test]
async fn the_same_key_answers_as_the_first_time_and_acts_once() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let before = count(&hub).await;
    let first = build(&hub, &token, "k1", "a").await;
    let again = build(&hub, &token, "k1", "a").await;
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.text, again.text);
    assert_eq!(count(&hub).await, before + 1);
    let other = build(&hub, &token, "k1", "b").await;
    assert_eq!((other.status, other.error().0), (409, "MAS.00014009"));
    let mine = hub.token_of("grace", Role::Admin).await;
    assert_ne!(build(&hub, &mine, "k1", "a").await.text, first.text);
}

#[tokio::test]
async fn duplicates_side_by_side_act_once() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let before = count(&hub).await;
    let answers = futures::future::join_all((0..20).map(|_| build(&hub, &token, "k", "a"))).await;
    assert!(answers.iter().all(|answer| answer.text == answers[0].text), "{}", answers[0].text);
    assert_eq!(count(&hub).await, before + 1);
}

#[tokio::test]
async fn what_was_refused_is_judged_afresh() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    assert_eq!(build(&hub, &token, "k", "Not A Name").await.status, 400);
    assert_eq!(build(&hub, &token, "k", "a-name").await.status, 200);
    assert_eq!(build(&hub, &token, "a key", "a-name").await.status, 400);
}

#[tokio::test]
async fn a_request_that_the_end_of_the_hub_cut_off_is_not_made_twice() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    assert_eq!(build(&hub, &token, "k", "a").await.status, 200);
    // What a crash between the act and the note of its answer leaves behind.
    sqlx::query("UPDATE idempotency_keys SET status = NULL, body = NULL")
        .execute(hub.app.database.write())
        .await
        .unwrap();
    let before = count(&hub).await;
    let again = build(&hub, &token, "k", "a").await;
    assert_eq!(again.status, 409);
    assert!(again.error().1.contains("cut off"), "{}", again.text);
    assert_eq!(count(&hub).await, before);
}
