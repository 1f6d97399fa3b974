//! Definitions: saved, listed, copied, followed and deleted.

use serde_json::{Value, json};
use wire::{Operation, Role};

use crate::support::{Answer, Hub, definition};

async fn list(hub: &Hub, token: &str, query: Value) -> Answer {
    let answer = hub
        .operation(Operation::ListWorkflows, &[])
        .token(token)
        .json(&json!({"workflowQuery": query.to_string()}))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

fn names(answer: &Answer) -> Vec<&str> {
    let items = answer.body["result"]["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_fresh_hub_has_a_runbook_and_a_deleted_one_stays_deleted() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let listed = list(&hub, &token, json!({})).await;
    assert_eq!(names(&listed), ["failover"]);
    let id = listed.body["result"]["items"][0]["workflow_id"].as_str().unwrap().to_owned();
    let query = format!("workflow_id={id}");
    let gone = hub.operation(Operation::DeleteWorkflows, &[]).query(&query).token(&token).send().await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    let database = hub.app.database.clone();
    mas_hub::startup::open(database, Default::default(), None, "http://127.0.0.1:1").await.unwrap();
    assert!(names(&list(&hub, &token, json!({})).await).is_empty());
}

#[tokio::test]
async fn what_was_saved_comes_back_to_the_byte() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let text = "{ \"document\" : {\"version\":\"1.0.0\",\"dsl\":\"1.0.3\",\"name\":\"odd\",\"namespace\":\"default\"},\n\"do\":[ {\"a\":{\"set\":{\"z\":1.50,\"y\":\"\\u00e9\"}}} ], \"metadata\": {\"x\": 1} }";
    let body = json!({"workflowDef": text});
    let saved = hub.operation(Operation::BuildWorkflow, &[]).token(&token).json(&body).send().await;
    assert_eq!(saved.header("etag"), "\"1\"");
    let id = saved.body["result"]["workflow_id"].as_str().unwrap();
    let listed = list(&hub, &token, json!({"workflow_id": id, "with_def": true})).await;
    let item = &listed.body["result"]["items"][0];
    assert_eq!(item["workflow_def"], text);
    assert_eq!((item["stages"].clone(), item["created_by"].clone()), (json!(["a"]), json!("admin")));
    let without = list(&hub, &token, json!({"workflow_id": id})).await;
    assert!(without.body["result"]["items"][0].get("workflow_def").is_none());
}

#[tokio::test]
async fn a_save_over_a_newer_revision_is_refused_and_says_whose_it_is() {
    let hub = Hub::start().await;
    let id = hub.build(&definition("a")).await;
    let ada = hub.token_of("ada", Role::Admin).await;
    let token = hub.token(Role::Admin).await;
    let update = async |token: &str, if_match: &str| {
        hub.operation(Operation::UpdateWorkflow, &[&id])
            .token(token)
            .header("if-match", if_match)
            .json(&json!({"workflowDef": definition("a")}))
            .send()
            .await
    };
    let first = update(&ada, "\"1\"").await;
    assert_eq!((first.status, first.body["result"]["revision"].clone()), (200, json!(2)));
    let stale = update(&token, "1").await;
    assert_eq!((stale.status, stale.error().0), (409, "MAS.00014009"));
    assert!(stale.error().1.contains("revision 2") && stale.error().1.contains("ada"), "{}", stale.text);
    assert_eq!(update(&token, "\"2\"").await.body["result"]["revision"], 3);
    assert_eq!(update(&token, "latest").await.status, 400);
    let missing = hub
        .operation(Operation::UpdateWorkflow, &["nope"])
        .token(&token)
        .json(&json!({"workflowDef": definition("a")}))
        .send()
        .await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn two_saves_of_one_revision_side_by_side_let_one_through() {
    let hub = Hub::start().await;
    let id = hub.build(&definition("a")).await;
    let token = hub.token(Role::Admin).await;
    let saves = futures::future::join_all((0..8).map(|_| {
        hub.operation(Operation::UpdateWorkflow, &[&id])
            .token(&token)
            .header("if-match", "1")
            .json(&json!({"workflowDef": definition("a")}))
            .send()
    }))
    .await;
    assert_eq!(saves.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(saves.iter().filter(|answer| answer.status == 409).count(), 7);
}

#[tokio::test]
async fn the_list_finds_sorts_and_pages() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    for index in 0..5 {
        let mut one = definition(&format!("drill-{index}"));
        one["document"]["title"] = json!(format!("演练 Übung {index}"));
        one["document"]["namespace"] = json!(if index % 2 == 0 { "even" } else { "odd" });
        hub.build(&one).await;
    }
    let found = list(&hub, &token, json!({"keyword": "übung", "sort": "name"})).await;
    assert_eq!(names(&found), ["drill-0", "drill-1", "drill-2", "drill-3", "drill-4"]);
    let page = list(
        &hub,
        &token,
        json!({"keyword": "演练", "sort": "name", "order": "desc", "page_no": 2, "page_size": 2}),
    )
    .await;
    assert_eq!(names(&page), ["drill-2", "drill-1"]);
    assert_eq!(page.body["result"]["total"], 5);
    let past = list(&hub, &token, json!({"page_no": 99})).await;
    assert!(names(&past).is_empty());
    let odd = list(&hub, &token, json!({"namespace": "odd"})).await;
    assert_eq!(odd.body["result"]["total"], 2);
    assert!(names(&list(&hub, &token, json!({"keyword": "%"})).await).is_empty());
    assert!(names(&list(&hub, &token, json!({"status": "completed"})).await).is_empty());
    for wrong in
        [json!({"sort": "colour"}), json!({"page_no": 0}), json!({"page_size": 201}), json!({"order": "up"})]
    {
        let body = json!({"workflowQuery": wrong});
        let answer = hub.operation(Operation::ListWorkflows, &[]).token(&token).json(&body).send().await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn following_is_each_users_own() {
    let hub = Hub::start().await;
    let id = hub.build(&definition("a")).await;
    let viewer = hub.token(Role::Viewer).await;
    let other = hub.token(Role::Operator).await;
    for _ in 0..2 {
        let answer = hub.operation(Operation::FollowWorkflow, &[&id]).token(&viewer).send().await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(names(&list(&hub, &viewer, json!({"followed": true})).await), ["a"]);
    assert!(names(&list(&hub, &other, json!({"followed": true})).await).is_empty());
    assert_eq!(names(&list(&hub, &viewer, json!({"followed": false})).await), ["failover"]);
    hub.operation(Operation::UnfollowWorkflow, &[&id]).token(&viewer).send().await;
    assert!(names(&list(&hub, &viewer, json!({"followed": true})).await).is_empty());
    let missing = hub.operation(Operation::FollowWorkflow, &["nope"]).token(&viewer).send().await;
    assert_eq!((missing.status, missing.error().0), (404, "MAS.00014004"));
}

#[tokio::test]
async fn a_copy_is_its_makers_and_takes_a_name_in_free_words() {
    let hub = Hub::start().await;
    let id = hub.build(&definition("a")).await;
    let ada = hub.token_of("ada", Role::Admin).await;
    let copy = async |body: Value| {
        hub.operation(Operation::CopyWorkflow, &[&id]).token(&ada).json(&body).send().await
    };
    let info =
        json!({"attribute": "workflow", "workflowName": "五月 drill", "description": "x", "namespace": ""});
    for body in [info.clone(), json!({"copyInfo": info})] {
        let answer = copy(body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let copied = answer.body["result"]["workflow_id"].as_str().unwrap();
        let listed = list(&hub, &ada, json!({"workflow_id": copied, "with_def": true})).await;
        let item = &listed.body["result"]["items"][0];
        assert_eq!((item["name"].clone(), item["created_by"].clone()), (json!("drill"), json!("ada")));
        let copy: Value = serde_json::from_str(item["workflow_def"].as_str().unwrap()).unwrap();
        assert_eq!(copy["document"]["title"], "五月 drill");
    }
    let bare = hub.operation(Operation::CopyWorkflow, &[&id]).token(&ada).send().await;
    assert_eq!(bare.status, 200, "the default of the reference: {}", bare.text);
    assert_eq!(copy(json!({"workflowName": "b", "namespace": "Not One"})).await.status, 400);
    assert_eq!(copy(json!({"workflowName": "b", "attribute": "folder"})).await.status, 400);
}

#[tokio::test]
async fn a_deletion_is_all_or_nothing() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let (a, b) = (hub.build(&definition("a")).await, hub.build(&definition("b")).await);
    let delete = async |query: String| {
        hub.operation(Operation::DeleteWorkflows, &[]).query(&query).token(&token).send().await.status
    };
    assert_eq!(delete(format!("workflow_id={a}&workflow_id=nope")).await, 404);
    assert_eq!(list(&hub, &token, json!({})).await.body["result"]["total"], 3);
    assert_eq!(delete(format!("workflow_id={a},{b}")).await, 200);
    assert_eq!(names(&list(&hub, &token, json!({})).await), ["failover"]);
}

#[tokio::test]
async fn a_start_that_cannot_be_is_refused_before_anything_begins() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Operator).await;
    let id = hub.example().await;
    let start = async |id: &str, request: Value| {
        hub.operation(Operation::StartWorkflow, &[id])
            .token(&token)
            .json(&json!({"workflowExecuteRequest": request.to_string()}))
            .send()
            .await
    };
    let input = start(&id, json!({"input": {"weight": "heavy"}})).await;
    assert_eq!((input.status, input.error().0), (400, "MAS.00014022"));
    assert_eq!(input.body["error"]["problems"][0]["pointer"], "/weight");
    let stage = start(&id, json!({"stages": ["preChecks", "lunch"]})).await;
    assert_eq!(stage.status, 400);
    assert!(stage.error().1.contains("lunch") && stage.error().1.contains("switchTraffic"));
    assert_eq!(start(&id, json!({"stages": []})).await.status, 400);
    assert_eq!(start("nope", json!({})).await.status, 404);
    let mut container = definition("container");
    container["do"][0] = json!({"box": {"run": {"container": {"image": "x"}}}});
    let unsupported = start(&hub.build(&container).await, json!({})).await;
    assert_eq!(unsupported.status, 400);
    assert_eq!(unsupported.error().0, "MAS.00014022");
}
