//! A real hub in a process of its own, to be killed and started again, and a real HTTP server that counts the calls.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::{HashMap, HashSet};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path as PathParameter, State};
use axum::http::HeaderMap;
use axum::routing::any;
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use wire::auth::TokenRequest;
use wire::job::{DecisionRequest, NotifyRequest};
use wire::log::LogPage;
use wire::text::DefinitionText;
use wire::workflow::{DefinitionRequest, ExecuteRequest, SavedWorkflow, StartRequest, StartedJob};
use wire::{Decision, Envelope, JobStatus, JsonText, Method, Operation};

const USERS: [&str; 2] = ["tester", "second"];
const PASSWORD: &str = "correct horse battery";
/// A condition that is not met by then is not going to be.
const DEADLINE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

pub(crate) struct Hub {
    directory: TempDir,
    listen: SocketAddr,
    process: Child,
    client: Client,
    token: String,
    /// Of somebody else, where two people have to approve.
    second: String,
}

impl Hub {
    /// A fresh hub whose HTTP tasks may call `egress`, and whose namespace `default` may start processes.
    pub(crate) async fn start(egress: SocketAddr) -> Self {
        // The test may come before anything that installs one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(
            directory.path().join("hub.toml"),
            format!("[egress]\nallow = [\"{egress}\"]\n[processes]\nallow = [\"default\"]\n"),
        )
        .unwrap();
        USERS.iter().for_each(|name| add_user(directory.path(), name));
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let process = spawn(directory.path(), listen);
        let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let mut hub =
            Self { directory, listen, process, client, token: String::new(), second: String::new() };
        hub.wait_until_ready().await;
        hub.token = hub.sign_in(USERS[0]).await;
        hub.second = hub.sign_in(USERS[1]).await;
        hub
    }

    /// `kill -9`: no destructor runs, nothing is flushed.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        self.process = spawn(self.directory.path(), self.listen);
        self.wait_until_ready().await;
    }

    pub(crate) async fn build(&self, definition: &Value) -> String {
        let body = DefinitionRequest { workflow_def: DefinitionText(definition.to_string()) };
        let saved: SavedWorkflow = self.call(Operation::BuildWorkflow, &[], &json_of(&body)).await;
        saved.workflow_id
    }

    /// Starts a job; its name.
    pub(crate) async fn run(&self, workflow_id: &str) -> String {
        let body = StartRequest { workflow_execute_request: JsonText(ExecuteRequest::default()) };
        let started: StartedJob = self.call(Operation::StartWorkflow, &[workflow_id], &json_of(&body)).await;
        started.job_name
    }

    pub(crate) async fn status(&self, workflow_id: &str, job_name: &str) -> JobStatus {
        let path = Operation::ShowJobStatus.url_path(&[workflow_id]);
        self.send(Operation::ShowJobStatus, &format!("{path}?job_name={job_name}"), &Value::Null).await
    }

    /// Polls the job until it is as wanted.
    pub(crate) async fn until(
        &self,
        workflow_id: &str,
        job_name: &str,
        wanted: impl Fn(&JobStatus) -> bool,
    ) -> JobStatus {
        let begun = Instant::now();
        loop {
            let status = self.status(workflow_id, job_name).await;
            if wanted(&status) {
                return status;
            }
            assert!(begun.elapsed() < DEADLINE, "the job stays as it is: {status:#?}");
            tokio::time::sleep(POLL).await;
        }
    }

    pub(crate) async fn stop(&self, job_name: &str) {
        let _: Value = self.call(Operation::StopJob, &[job_name], &Value::Null).await;
    }

    pub(crate) async fn approve(&self, task_id: &str) {
        self.decide(task_id, Decision::Approve).await;
    }

    pub(crate) async fn decide(&self, task_id: &str, decision: Decision) {
        self.decide_with(&self.token, task_id, decision).await;
    }

    pub(crate) async fn decide_second(&self, task_id: &str, decision: Decision) {
        self.decide_with(&self.second, task_id, decision).await;
    }

    async fn decide_with(&self, token: &str, task_id: &str, decision: Decision) {
        let body = NotifyRequest { request: JsonText(DecisionRequest::new(decision, "go")) };
        let path = Operation::NotifyTask.url_path(&[task_id]);
        let response = self.request(token, Operation::NotifyTask, &path, &json_of(&body)).await;
        assert!(response.status().is_success(), "{decision:?} {task_id}: {}", response.status());
    }

    /// Sends an event from outside.
    pub(crate) async fn publish(&self, event: &Value) {
        let url = format!("http://{}/v1/events", self.listen);
        let request = self.client.post(url).header(wire::AUTH_TOKEN_HEADER, &self.token);
        let request = request.header("content-type", "application/cloudevents+json").body(event.to_string());
        assert_eq!(request.send().await.unwrap().status().as_u16(), 202);
    }

    /// Retries everything that is at fault in a job.
    pub(crate) async fn retry(&self, job_name: &str) {
        let _: Value = self.call(Operation::RetryJob, &[job_name], &Value::Null).await;
    }

    /// Skips a task; whether it could be skipped.
    pub(crate) async fn skip(&self, job_name: &str, task_id: &str) -> bool {
        let path = Operation::SkipTask.url_path(&[job_name]);
        let path = format!("{path}?task_id={task_id}");
        self.request(&self.token, Operation::SkipTask, &path, &Value::Null).await.status().is_success()
    }

    /// Every line of the whole job, from the first.
    pub(crate) async fn log(&self, job_name: &str) -> LogPage {
        let path = Operation::ShowLog.url_path(&[job_name, "-"]);
        self.send(Operation::ShowLog, &format!("{path}?filter=false&size=10000"), &Value::Null).await
    }

    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        operation: Operation,
        path: &[&str],
        body: &Value,
    ) -> T {
        self.send(operation, &operation.url_path(path), body).await
    }

    async fn send<T: serde::de::DeserializeOwned>(
        &self,
        operation: Operation,
        path: &str,
        body: &Value,
    ) -> T {
        let response = self.request(&self.token, operation, path, body).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{operation:?} {path}: {status} {text}");
        serde_json::from_str::<Envelope<T>>(&text).unwrap().result.unwrap()
    }

    async fn request(
        &self,
        token: &str,
        operation: Operation,
        path: &str,
        body: &Value,
    ) -> reqwest::Response {
        let url = format!("http://{}{path}", self.listen);
        let request = match operation.method() {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            Method::Put => self.client.put(url),
            Method::Delete => self.client.delete(url),
        };
        let request = request.header(wire::AUTH_TOKEN_HEADER, token);
        let request = if body.is_null() { request } else { request.json(body) };
        request.send().await.unwrap()
    }

    async fn sign_in(&self, name: &str) -> String {
        let url = format!("http://{}{}", self.listen, wire::TOKENS_PATH);
        let request = TokenRequest::password("default", name, PASSWORD, "default");
        let response = self.client.post(url).json(&request).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 201, "{name} signs in");
        response.headers()[wire::SUBJECT_TOKEN_HEADER].to_str().unwrap().to_owned()
    }

    async fn wait_until_ready(&self) {
        let url = format!("http://{}/readyz", self.listen);
        let begun = Instant::now();
        while !self.client.get(&url).send().await.is_ok_and(|response| response.status().is_success()) {
            assert!(begun.elapsed() < DEADLINE, "the hub does not get ready");
            tokio::time::sleep(POLL).await;
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // It may be dead already, which is what it is to be.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn json_of(body: &impl serde::Serialize) -> Value {
    serde_json::to_value(body).unwrap()
}

fn add_user(data: &Path, name: &str) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_mas-hub"))
        .args(["user", "add", name, "--role", "admin", "--data"])
        .arg(data)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(process.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(process.wait().unwrap().success(), "the user is added");
}

fn spawn(data: &Path, listen: SocketAddr) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mas-hub"))
        .args(["serve", "--listen", &listen.to_string(), "--data"])
        .arg(data)
        .arg("--config")
        .arg(data.join("hub.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A server on the loopback address that counts what reaches it, and holds answers back on demand.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) address: SocketAddr,
    seen: Arc<watch::Sender<Seen>>,
    held: Arc<watch::Sender<HashSet<String>>>,
    order: Arc<Mutex<Vec<String>>>,
}

/// The idempotency keys by step, in the order of their coming.
pub(crate) type Seen = HashMap<String, Vec<String>>;

impl Outside {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let outside = Self {
            address,
            seen: Arc::new(watch::Sender::new(Seen::new())),
            held: Arc::new(watch::Sender::new(HashSet::new())),
            order: Arc::default(),
        };
        let router = Router::new().route("/step/{name}", any(step)).with_state(outside.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        outside
    }

    /// A task that calls this server.
    pub(crate) fn task(&self, name: &str) -> Value {
        json!({name: {
            "call": "http-request:1.0.0@default",
            "with": {"method": "POST", "url": format!("http://{}/step/{name}", self.address)}
        }})
    }

    /// Holds the answers to this step back.
    pub(crate) fn hold(&self, step: &str) {
        self.held.send_modify(|held| {
            held.insert(step.to_owned());
        });
    }

    pub(crate) fn release(&self, step: &str) {
        self.held.send_modify(|held| {
            held.remove(step);
        });
    }

    pub(crate) async fn until(&self, wanted: impl FnMut(&Seen) -> bool) {
        let mut seen = self.seen.subscribe();
        tokio::time::timeout(DEADLINE, seen.wait_for(wanted)).await.expect("the calls come in time").unwrap();
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// The steps in the order of their first call.
    pub(crate) fn order(&self) -> Vec<String> {
        self.order.lock().unwrap().clone()
    }
}

async fn step(
    State(outside): State<Outside>,
    PathParameter(name): PathParameter<String>,
    headers: HeaderMap,
) -> &'static str {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    {
        let mut order = outside.order.lock().unwrap();
        if !order.contains(&name) {
            order.push(name.clone());
        }
    }
    outside.seen.send_modify(|seen| seen.entry(name.clone()).or_default().push(key));
    let mut held = outside.held.subscribe();
    // The sender lives as long as the server.
    let _ = held.wait_for(|held| !held.contains(&name)).await;
    "done"
}
