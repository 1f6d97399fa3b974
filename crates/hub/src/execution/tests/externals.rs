//! DSL, Catalogs and Using a Custom Function: what stands elsewhere is fetched before the start, and pinned.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};
use wire::Status;
use wire::log::LogQuery;
use wire::workflow::ExecuteRequest;

use super::Bench;
use super::running::{House, Scripted};
use crate::config::Egress;
use crate::execution::runner::FunctionRunner;
use crate::execution::{ExecutionSettings, Executions};

/// A catalog whose files a test can change.
#[derive(Clone, Default)]
struct Catalog {
    files: Arc<Mutex<std::collections::BTreeMap<String, String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Catalog {
    async fn serve(&self) -> SocketAddr {
        let router = Router::new().fallback(answer).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    fn put(&self, path: &str, text: impl Into<String>) {
        self.files.lock().unwrap().insert(path.to_owned(), text.into());
    }
}

async fn answer(
    State(catalog): State<Catalog>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<String, (StatusCode, &'static str)> {
    let authorization =
        headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or("nobody");
    catalog.asked.lock().unwrap().push(format!("{} by {authorization}", uri.path()));
    let found = catalog.files.lock().unwrap().get(uri.path()).cloned();
    found.ok_or((StatusCode::NOT_FOUND, "no such file"))
}

async fn house(egress: &[SocketAddr]) -> House {
    let bench = Bench::new().await;
    let scripted = Arc::new(Scripted::default());
    let settings = ExecutionSettings {
        address: "http://127.0.0.1:1".to_owned(),
        egress: Egress { allow: egress.iter().map(SocketAddr::to_string).collect(), ..Egress::default() },
        ..ExecutionSettings::default()
    };
    let functions = Arc::clone(&scripted) as Arc<dyn FunctionRunner>;
    let executions = Executions::open(bench.database.clone(), functions, settings).await.unwrap();
    House { bench, executions, scripted }
}

fn definition(address: SocketAddr, tasks: Value) -> Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "drill", "version": "1.0.0"},
        "use": {"catalogs": {"ours": {"endpoint": {
            "uri": format!("http://{address}/root"),
            "authentication": {"basic": {"username": "ann", "password": "pass"}},
        }}}},
        "do": tasks,
    })
}

const GREET: &str = "
input: {schema: {document: {type: object, required: [name]}}}
do:
  - ask: {call: manual-gate:1.0.0@default, with: {message: Go on?}}
  - greet: {set: {text: '${ \"Hello \" + .name }'}}
";

#[tokio::test]
async fn a_function_of_a_catalog_is_fetched_before_the_start_and_does_not_change_with_the_catalog() {
    let catalog = Catalog::default();
    let address = catalog.serve().await;
    catalog.put("/root/functions/greet/1.0.0/function.yaml", GREET);
    let house = house(&[address]).await;
    let definition =
        definition(address, json!([{"hello": {"call": "greet:1.0.0@ours", "with": {"name": "${ .who }"}}}]));
    let input = Some(json!({"who": "Ann"}));
    let request = ExecuteRequest { input, ..ExecuteRequest::default() };
    let job = house.start(definition, request).await.unwrap();
    let status = house.until(&job, |status| !status.job.waiting.is_empty()).await;
    catalog.put("/root/functions/greet/1.0.0/function.yaml", "set: {text: changed}");
    let gate = status.job.waiting[0].task_id.clone();
    house.decide(&gate, wire::Decision::Approve, "bob", wire::Role::Operator).await.unwrap();
    let status = house.until_status(&job, Status::Completed).await;
    assert_eq!(status.output, json!({"text": "Hello Ann"}));
    let asked = catalog.asked.lock().unwrap().clone();
    assert_eq!(asked, ["/root/functions/greet/1.0.0/function.yaml by Basic YW5uOnBhc3M="]);
    // What ran, and what it was made of, is told: in the definition of the run and in its log.
    let whole = house.executions.status("w", &job, true).await.unwrap();
    let runs = serde_json::to_string(&whole).unwrap();
    assert!(runs.contains("greet:1.0.0@ours") && runs.contains("mas.fetched"), "{runs}");
    let states: Vec<(&str, &str)> =
        status.tasks.iter().map(|task| (task.name.as_str(), task.state_id.as_str())).collect();
    assert!(states.contains(&("greet", "/use/functions/greet:1.0.0@ours/do/1/greet")), "{states:?}");
    let log =
        house.executions.log(&job, "-", LogQuery { filter: false, ..LogQuery::default() }).await.unwrap();
    let line = log.lines.iter().find(|line| line.message.contains("fetched http")).unwrap();
    assert!(line.message.contains("sha256:"), "{}", line.message);
}

#[tokio::test]
async fn functions_and_schemas_by_address_are_fetched_with_what_they_need_themselves() {
    let catalog = Catalog::default();
    let address = catalog.serve().await;
    catalog.put("/f/function.yaml", "do: [{a: {call: 'inner:2.0.0@ours'}}]");
    catalog.put("/root/functions/inner/2.0.0/function.yaml", "set: {deep: true}");
    catalog.put("/schema.json", r#"{"type": "object", "required": ["deep"]}"#);
    let house = house(&[address]).await;
    let call = format!("http://{address}/f");
    let schema = json!({"schema": {"resource": {"endpoint": format!("http://{address}/schema.json")}}});
    let tasks = json!([{"a": {"call": call, "output": schema}}]);
    let job = house.start(definition(address, tasks), ExecuteRequest::default()).await.unwrap();
    let status = house.until_status(&job, Status::Completed).await;
    assert_eq!(status.output, json!({"deep": true}));
}

#[tokio::test]
async fn what_cannot_be_fetched_refuses_the_start_by_name() {
    let catalog = Catalog::default();
    let address = catalog.serve().await;
    catalog.put("/html/function.yaml", "<html><body>Sign in</body></html>");
    catalog.put("/large/function.yaml", format!("set: {{a: {}}}", "x".repeat(1024 * 1024)));
    catalog.put("/round/function.yaml", format!("call: http://{address}/round"));
    let (closed, house) = (house(&[]).await, house(&[address]).await);
    for (house, call, expected) in [
        (&house, format!("http://{address}/none"), "404"),
        (&house, format!("http://{address}/html"), "no task"),
        (&house, format!("http://{address}/large"), "larger than 1024 KiB"),
        (&house, format!("http://{address}/round"), "call itself"),
        (&house, "http://127.0.0.1:9/x".to_owned(), "egress"),
        (&closed, format!("http://{address}/none"), "egress"),
    ] {
        let tasks = json!([{"a": {"call": call}}]);
        let error = house.start(definition(address, tasks), ExecuteRequest::default()).await.unwrap_err();
        assert_eq!(error.http_status(), 400);
        assert!(error.reason.en.contains(expected), "{call}: {}", error.reason.en);
        assert!(!error.problems.is_empty());
    }
}
