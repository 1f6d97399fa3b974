//! A hub in a process of its own, what it uses of the machine, and the calls that its clients make.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use wire::auth::TokenRequest;
use wire::job::{DecisionRequest, NotifyRequest, WaitingTask};
use wire::text::DefinitionText;
use wire::workflow::{DefinitionRequest, SavedWorkflow, StartedJob};
use wire::{Decision, Envelope, Job, JobStatus, JsonText, Method, Operation, Page, Status};

const USER: &str = "bench";
const PASSWORD: &str = "correct horse battery";
/// What is not there by then is not going to be.
const DEADLINE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);

pub(crate) struct Hub {
    directory: TempDir,
    pub(crate) listen: SocketAddr,
    process: Child,
    pub(crate) client: Client,
    pub(crate) token: String,
}

/// A gate that waits.
pub(crate) struct Gate {
    pub(crate) job_name: String,
    pub(crate) task_id: String,
}

impl Hub {
    pub(crate) async fn start() -> Self {
        // A client of HTTP needs one to be named, whether it speaks TLS or not.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        add_user(directory.path());
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let process = spawn(directory.path(), listen);
        let mut hub = Self { directory, listen, process, client, token: String::new() };
        hub.until_ready().await;
        hub.token = hub.sign_in().await;
        hub
    }

    /// `kill -9`: nothing is flushed, nothing says good-bye.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        self.process = spawn(self.directory.path(), self.listen);
        self.until_ready().await;
    }

    pub(crate) async fn build(&self, definition: &Value) -> String {
        let body = DefinitionRequest { workflow_def: DefinitionText(definition.to_string()) };
        let path = Operation::BuildWorkflow.url_path(&[]);
        let saved: SavedWorkflow = self.read(Operation::BuildWorkflow, &path, &json_of(&body)).await;
        saved.workflow_id
    }

    pub(crate) async fn run(&self, workflow_id: &str) -> StartedJob {
        let body = json!({"workflowExecuteRequest": {"input": {"ticket": "CHG-1"}}});
        let path = Operation::StartWorkflow.url_path(&[workflow_id]);
        self.read(Operation::StartWorkflow, &path, &body).await
    }

    /// How many runs of the workflow there are in this status.
    pub(crate) async fn count(&self, workflow_id: &str, status: &str) -> u64 {
        self.jobs(workflow_id, status, 1).await.total
    }

    /// The newest runs of the workflow in this status.
    pub(crate) async fn jobs(&self, workflow_id: &str, status: &str, size: u32) -> Page<Job> {
        let filters = json!([
            {"property_name": "workflow_id", "operator": "eq", "operand": workflow_id},
            {"property_name": "status", "operator": "eq", "operand": status}
        ]);
        let path = format!("{}?page_size={size}", Operation::ListJobs.url_path(&[]));
        self.read(Operation::ListJobs, &path, &filters).await
    }

    pub(crate) async fn a_gate(&self, workflow_id: &str) -> Gate {
        let job = self.jobs(workflow_id, "waiting", 1).await.items.remove(0);
        let WaitingTask { task_id, .. } = job.waiting[0].clone();
        Gate { job_name: job.job_name, task_id }
    }

    pub(crate) async fn status(&self, workflow_id: &str, job_name: &str) -> JobStatus {
        let path = Operation::ShowJobStatus.url_path(&[workflow_id]);
        let path = format!("{path}?job_name={job_name}");
        self.read(Operation::ShowJobStatus, &path, &Value::Null).await
    }

    pub(crate) async fn until_completed(&self, workflow_id: &str, job_name: &str) {
        let begun = Instant::now();
        while self.status(workflow_id, job_name).await.job.status != Status::Completed {
            assert!(begun.elapsed() < DEADLINE, "{job_name} is not completed");
            tokio::time::sleep(POLL).await;
        }
    }

    pub(crate) async fn stop(&self, job_name: &str) {
        self.send(Operation::StopJob, &Operation::StopJob.url_path(&[job_name]), &Value::Null).await;
    }

    pub(crate) async fn decide(&self, task_id: &str, decision: Decision) {
        let body = NotifyRequest { request: JsonText(DecisionRequest::new(decision, "go")) };
        let path = Operation::NotifyTask.url_path(&[task_id]);
        self.send(Operation::NotifyTask, &path, &json_of(&body)).await;
    }

    async fn read<T: DeserializeOwned>(&self, operation: Operation, path: &str, body: &Value) -> T {
        let answer = self.send(operation, path, body).await;
        serde_json::from_slice::<Envelope<T>>(&answer).unwrap().result.unwrap()
    }

    /// The whole answer, however large it is; one that tells of a failure ends the benchmark.
    pub(crate) async fn send(&self, operation: Operation, path: &str, body: &Value) -> Vec<u8> {
        let url = format!("http://{}{path}", self.listen);
        let request = match operation.method() {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            Method::Put => self.client.put(url),
            Method::Delete => self.client.delete(url),
        };
        let request = request.header(wire::AUTH_TOKEN_HEADER, &self.token);
        let request = if body.is_null() { request } else { request.json(body) };
        let response = request.send().await.unwrap();
        let status = response.status();
        let answer = response.bytes().await.unwrap();
        assert!(status.is_success(), "{operation:?} {path}: {status} {}", String::from_utf8_lossy(&answer));
        answer.into()
    }

    /// The time that the hub has computed, in all of its threads; none where the system does not tell.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        // The name of the program is in parentheses and may hold anything.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
        let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// What the hub holds in memory, in MiB.
    pub(crate) fn memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() / 1024
    }

    async fn sign_in(&self) -> String {
        let url = format!("http://{}{}", self.listen, wire::TOKENS_PATH);
        let request = TokenRequest::password("default", USER, PASSWORD, "default");
        let response = self.client.post(url).json(&request).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 201);
        response.headers()[wire::SUBJECT_TOKEN_HEADER].to_str().unwrap().to_owned()
    }

    async fn until_ready(&self) {
        let url = format!("http://{}/readyz", self.listen);
        let begun = Instant::now();
        while !self.client.get(&url).send().await.is_ok_and(|response| response.status().is_success()) {
            assert!(begun.elapsed() < DEADLINE, "the hub does not get ready");
            tokio::time::sleep(Duration::from_millis(5)).await;
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

fn add_user(data: &Path) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_mas-hub"))
        .args(["user", "add", USER, "--role", "admin", "--data"])
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
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
