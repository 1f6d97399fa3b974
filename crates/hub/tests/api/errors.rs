//! Refusals: both documented shapes, in the caller's language, naming what is wrong.

use mas_hub::config::{Config, Origins};
use serde_json::{Value, json};
use wire::{Operation, Role};

use crate::support::{Hub, definition};

#[tokio::test]
async fn the_field_that_is_wrong_is_named_in_the_callers_language() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let body = json!({"workflowQuery": {"keywrod": "x"}});
    let ask = |language: &'static str| {
        hub.operation(Operation::ListWorkflows, &[])
            .token(&token)
            .header("accept-language", language)
            .json(&body)
    };
    let english = ask("en").send().await;
    let chinese = ask("zh-CN,zh;q=0.9").send().await;
    assert_eq!((english.status, english.error().0), (400, "MAS.00014000"));
    assert!(
        english.error().1.starts_with("body: workflowQuery: unknown field `keywrod`"),
        "{}",
        english.text
    );
    assert!(chinese.error().1.starts_with("请求体字段 workflowQuery 不正确"), "{}", chinese.text);
}

#[tokio::test]
async fn unknown_members_and_parameters_are_refused_everywhere() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let id = hub.example().await;
    let bodies: [(Operation, &[&str], Value); 6] = [
        (Operation::BuildWorkflow, &[], json!({"workflowDef": "{}", "x": 1})),
        (Operation::StartWorkflow, &[&id], json!({"workflowExecuteRequest": {"inptu": {}}})),
        (Operation::ListJobs, &[], json!([{"operator": "eq", "property": "status", "operand": "faulted"}])),
        (Operation::NotifyTask, &["t"], json!({"request": {"decision": "approve", "why": "x"}})),
        (Operation::CopyWorkflow, &[&id], json!({"workflowName": "x", "owner": "y"})),
        (Operation::CreateToken, &[], json!({"auth": {"identity": {"methods": []}, "x": 1}})),
    ];
    for (operation, parameters, body) in bodies {
        let answer = hub.operation(operation, parameters).token(&token).json(&body).send().await;
        assert_eq!(answer.status, 400, "{operation:?}: {}", answer.text);
        assert!(answer.text.contains("unknown field"), "{operation:?}: {}", answer.text);
    }
    for (operation, query) in [
        (Operation::SearchPlugins, "kind=data"),
        (Operation::ShowLog, "offset=1"),
        (Operation::ListBuckets, "page_num=1"),
        (Operation::ListDcsInstances, "page=1"),
        (Operation::ListJobs, "size=1"),
        (Operation::DeleteWorkflows, "id=1"),
    ] {
        let answer =
            hub.operation(operation, &["site-a", "default", "z"]).query(query).token(&token).send().await;
        assert_eq!(answer.status, 400, "{operation:?}: {}", answer.text);
        assert!(answer.error().1.contains("query"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_and_one_that_is_missing_are_told_apart() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let send = async |body: &str| {
        let ask = hub.operation(Operation::BuildWorkflow, &[]).token(&token).body(body);
        let answer = ask.header("content-type", "application/json;charset=utf8").send().await;
        assert_eq!(answer.status, 400);
        answer.error().1.to_owned()
    };
    for (body, reason) in [
        ("", "the body is missing"),
        ("{\"workflowDef\": ", "body: workflowDef: EOF while parsing"),
        ("{\"workflowDef\": 3}", "body: workflowDef: a definition is a JSON string or an object"),
        ("{\"workflowDef\": \"{}\"} x", "body: trailing characters"),
        ("{\"workflowDef\": \"do: []\"}", "workflowDef: the definition is not JSON: line 1, column 1"),
    ] {
        let told = send(body).await;
        assert!(told.starts_with(reason), "{body}: {told}");
    }
}

#[tokio::test]
async fn a_definition_with_errors_comes_back_with_their_places() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let mut wrong = definition("wrong");
    wrong["do"][0]["first"]["then"] = json!("nowhere");
    wrong["do"][1] =
        json!({"second": {"call": "dns-record-add:1.0.0@default", "with": {"region": "site-a"}}});
    let ask = |language: &'static str| {
        hub.operation(Operation::BuildWorkflow, &[])
            .token(&token)
            .header("accept-language", language)
            .json(&json!({"workflowDef": wrong}))
    };
    let answer = ask("zh").send().await;
    assert_eq!((answer.status, answer.error().0), (400, "MAS.00014022"));
    let problems = answer.body["error"]["problems"].as_array().unwrap();
    assert!(problems.iter().any(|problem| problem["pointer"] == "/do/0/first/then"), "{}", answer.text);
    assert!(
        problems.iter().any(|problem| problem["pointer"].as_str().unwrap().starts_with("/do/1/second/with")),
        "{}",
        answer.text
    );
    assert!(problems.iter().any(|problem| problem["severity"] == "error"), "{}", answer.text);
    let english = ask("en").send().await;
    assert_ne!(english.body["error"]["problems"][0]["message"], problems[0]["message"]);
}

#[tokio::test]
async fn sizes_are_bounded_and_said_which() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Admin).await;
    let build = || hub.operation(Operation::BuildWorkflow, &[]).token(&token);
    let too_large = build().body(" ".repeat(12 * 1024 * 1024 + 1)).send().await;
    assert_eq!((too_large.status, too_large.error().0), (413, "MAS.00014000"));
    let announced = build().header("content-length", "99999999999").send().await;
    assert_eq!(announced.status, 413);
    let mut big = definition("big");
    big["document"]["summary"] = json!("x".repeat(4 * 1024 * 1024));
    let answer = build().json(&json!({"workflowDef": big.to_string()})).send().await;
    assert_eq!(answer.status, 400);
    assert!(answer.error().1.contains("4 MiB"), "{}", answer.text);
    let mut many = definition("many");
    many["do"] = (0..20_001).map(|index| json!({format!("t{index}"): {"set": {"a": 1}}})).collect();
    let answer = build().json(&json!({"workflowDef": many.to_string()})).send().await;
    assert_eq!(answer.status, 400);
    assert!(answer.error().1.contains("20000"), "{}", answer.text);
}

#[tokio::test]
async fn wrong_paths_and_methods_are_answered_by_the_api_not_by_the_console() {
    let hub = Hub::start().await;
    let path = hub.ask("GET", "/octopus-jobmanager/v1/nothing").header("accept", "text/html").send().await;
    assert_eq!((path.status, path.error().0), (404, "MAS.00014004"));
    let method = hub.ask("DELETE", "/octopus-jobmanager/v1/workflow/build").send().await;
    assert_eq!(method.status, 405);
    assert!(method.error().1.contains("POST"));
}

#[tokio::test]
async fn another_origin_reads_nothing_unless_it_is_configured() {
    let ask = async |hub: &Hub, method: &'static str| {
        hub.ask(method, Operation::ListWorkflows.url_path(&[]))
            .header("origin", "https://console.example.com")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "x-auth-token,content-type")
            .send()
            .await
    };
    let closed = Hub::start().await;
    for method in ["OPTIONS", "POST"] {
        let answer = ask(&closed, method).await;
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")));
    }
    let cors = Origins { allow_origins: vec!["https://console.example.com".into()] };
    let open = Hub::with(Config { cors, ..Config::default() }, |_| ()).await;
    let preflight = ask(&open, "OPTIONS").await;
    assert_eq!(preflight.status, 200);
    assert_eq!(preflight.header("access-control-allow-origin"), "https://console.example.com");
    assert!(preflight.header("access-control-allow-headers").contains("x-auth-token"));
    let answer = ask(&open, "POST").await;
    assert!(answer.header("access-control-expose-headers").contains("x-subject-token"));
    assert!(answer.header("access-control-allow-credentials").is_empty());
}
