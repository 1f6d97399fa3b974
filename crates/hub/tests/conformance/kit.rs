//! The kit's steps: a definition is saved, started and waited for by the API, and what the API then shows is compared.

use std::time::{Duration, Instant};

use cucumber::gherkin::Step;
use cucumber::{World, given, then, when};
use mas_hub::config::{Config, Egress};
use mas_hub::database::Database;
use mas_hub::startup;
use serde_json::{Value, json};
use wire::{JobStatus, Operation, Role, Status};

use crate::stand_ins::StandIns;

const DEADLINE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);

/// A hub of its own for each scenario.
#[derive(World)]
#[world(init = Self::new)]
pub(crate) struct Kit {
    base: String,
    token: String,
    client: reqwest::Client,
    definition: Value,
    input: Option<Value>,
    job: Option<JobStatus>,
    /// The names of the tasks in the order in which they began.
    order: Vec<String>,
    _directory: tempfile::TempDir,
}

impl std::fmt::Debug for Kit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:#?}\norder: {:?}", self.job, self.order)
    }
}

impl Kit {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let stand_ins = StandIns::start(directory.path()).await;
        let egress = Egress {
            allow: stand_ins.names.iter().map(|name| format!("{name}:443")).collect(),
            resolve: stand_ins.names.iter().map(|name| (format!("{name}:443"), stand_ins.address)).collect(),
            extra_ca: vec![stand_ins.authority],
        };
        let config = Config { egress, ..Config::default() };
        let database = Database::open(directory.path()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = startup::open(database, config, None, &base).await.unwrap();
        let user = app.accounts.add("kit", Role::Admin, None).await.unwrap();
        let token = app.accounts.issue_token(&user).await.unwrap().token;
        tokio::spawn(async move { axum::serve(listener, app.router()).await.unwrap() });
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self {
            base,
            token,
            client,
            definition: Value::Null,
            input: None,
            job: None,
            order: Vec::new(),
            _directory: directory,
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.base)).json(body);
        self.result(request).await
    }

    async fn get(&self, path: &str) -> Value {
        self.result(self.client.get(format!("{}{path}", self.base))).await
    }

    async fn result(&self, request: reqwest::RequestBuilder) -> Value {
        let response = request.header(wire::AUTH_TOKEN_HEADER, &self.token).send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{status} {text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        body["result"].clone()
    }

    fn job(&self) -> &JobStatus {
        self.job.as_ref().expect("the workflow was executed")
    }

    fn output(&self, path: &str) -> &Value {
        path.split('.')
            .try_fold(&self.job().output, |value, name| value.get(name))
            .unwrap_or_else(|| panic!("the output has no {path:?}: {:#}", self.job().output))
    }

    fn place(&self, task: &str) -> usize {
        let place = self.order.iter().position(|name| name == task);
        place.unwrap_or_else(|| panic!("{task} did not run; in order: {:?}", self.order))
    }
}

/// The YAML that a step brings along.
fn value_of(step: &Step) -> Value {
    let text = step.docstring.as_ref().expect("a doc string");
    let text = text.trim_start().strip_prefix("yaml\n").unwrap_or(text);
    // A document of one scalar is one too.
    match flow::Document::from_yaml(text) {
        Ok(document) => document.into_value(),
        Err(_) => Value::String(text.trim().to_owned()),
    }
}

#[given("a workflow with definition:")]
fn definition(kit: &mut Kit, step: &Step) {
    kit.definition = value_of(step);
}

#[given("given the workflow input is:")]
fn input(kit: &mut Kit, step: &Step) {
    kit.input = Some(value_of(step));
}

#[when("the workflow is executed")]
async fn execute(kit: &mut Kit) {
    let body = json!({"workflowDef": kit.definition.to_string()});
    let saved = kit.post(&Operation::BuildWorkflow.url_path(&[]), &body).await;
    let workflow = saved["workflow_id"].as_str().unwrap().to_owned();
    let request = match &kit.input {
        Some(input) => json!({"input": input}),
        None => json!({}),
    };
    let body = json!({"workflowExecuteRequest": request.to_string()});
    let started = kit.post(&Operation::StartWorkflow.url_path(&[&workflow]), &body).await;
    let job_name = started["job_name"].as_str().unwrap().to_owned();
    let path = format!("{}?job_name={job_name}", Operation::ShowJobStatus.url_path(&[&workflow]));
    let begun = Instant::now();
    loop {
        let status: JobStatus = serde_json::from_value(kit.get(&path).await).unwrap();
        let is_over = matches!(status.job.status, Status::Completed | Status::Faulted | Status::Cancelled);
        assert!(begun.elapsed() < DEADLINE, "the workflow does not end: {status:#?}");
        if is_over {
            kit.job = Some(status);
            break;
        }
        tokio::time::sleep(POLL).await;
    }
    let path = Operation::ShowLog.url_path(&[&job_name, "-"]);
    let log = kit.get(&format!("{path}?filter=false&size=10000")).await;
    for line in log["lines"].as_array().unwrap() {
        let task = kit.job().tasks.iter().find(|task| line["task_id"] == task.task_id.as_str());
        if let Some(name) = task.map(|task| task.name.clone())
            && !kit.order.contains(&name)
        {
            kit.order.push(name);
        }
    }
}

#[then("the workflow should complete")]
fn completes(kit: &mut Kit) {
    assert_eq!(kit.job().job.status, Status::Completed, "{:#?}", kit.job().job.error);
}

#[then("the workflow should complete with output:")]
fn completes_with(kit: &mut Kit, step: &Step) {
    completes(kit);
    assert_eq!(kit.job().output, value_of(step));
}

#[then("the workflow should fault")]
fn faults(kit: &mut Kit) {
    assert_eq!(kit.job().job.status, Status::Faulted);
}

#[then("the workflow should fault with error:")]
fn faults_with(kit: &mut Kit, step: &Step) {
    faults(kit);
    let error = serde_json::to_value(&kit.job().job.error).unwrap();
    for (name, expected) in value_of(step).as_object().expect("an error") {
        assert_eq!(error[name], *expected, "{name} of {error:#}");
    }
}

#[then(regex = r"^the workflow output should have properties (.+)$")]
fn has_properties(kit: &mut Kit, names: String) {
    for path in names.split('\'').skip(1).step_by(2) {
        kit.output(path);
    }
}

#[then(regex = r"^the workflow output should have a '([^']+)' property with value:$")]
fn has_value(kit: &mut Kit, path: String, step: &Step) {
    assert_eq!(*kit.output(&path), value_of(step), "{path}");
}

#[then(regex = r"^the workflow output should have a '([^']+)' property containing (\d+) items$")]
fn has_items(kit: &mut Kit, path: String, count: usize) {
    assert_eq!(kit.output(&path).as_array().map(Vec::len), Some(count), "{path}");
}

#[then(regex = r"^(\w+) should run first$")]
fn runs_first(kit: &mut Kit, task: String) {
    assert_eq!(kit.place(&task), 0, "{:?}", kit.order);
}

#[then(regex = r"^(\w+) should run last$")]
fn runs_last(kit: &mut Kit, task: String) {
    assert_eq!(kit.place(&task), kit.order.len() - 1, "{:?}", kit.order);
}

#[then(regex = r"^(\w+) should run after (\w+)$")]
fn runs_after(kit: &mut Kit, task: String, before: String) {
    assert!(kit.place(&task) > kit.place(&before), "{:?}", kit.order);
}
