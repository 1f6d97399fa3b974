//! A hub of its own for each test, and requests to it.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt as _;
use mas_hub::config::Config;
use mas_hub::database::Database;
use mas_hub::server::App;
use mas_hub::startup;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use wire::{Operation, Role};

pub(crate) struct Hub {
    pub(crate) app: App,
    router: Router,
    /// Removed with the hub.
    _directory: tempfile::TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

/// A request before it is sent.
pub(crate) struct Ask<'a> {
    hub: &'a Hub,
    method: &'a str,
    target: String,
    headers: Vec<(&'a str, String)>,
    body: String,
}

impl Hub {
    pub(crate) async fn start() -> Self {
        Self::with(Config::default(), |_| ()).await
    }

    pub(crate) async fn with(config: Config, prepare: impl FnOnce(&std::path::Path)) -> Self {
        Self::at(config, prepare, "http://127.0.0.1:8444").await
    }

    async fn at(mut config: Config, prepare: impl FnOnce(&std::path::Path), base: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        prepare(directory.path());
        config.static_files = config.static_files.map(|folder| directory.path().join(folder));
        let database = Database::open(&directory.path().join("data")).await.unwrap();
        let app = startup::open(database, config, None, base).await.unwrap();
        Self { router: app.clone().router(), app, _directory: directory }
    }

    /// A hub whose own address answers, for definitions that call it. The task ends with the runtime.
    pub(crate) async fn listening() -> (Self, tokio::task::JoinHandle<()>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let hub = Self::at(Config::default(), |_| (), &base).await;
        let router = hub.router.clone();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (hub, server)
    }

    /// A token of a user of that role, who is made if need be.
    pub(crate) async fn token(&self, role: Role) -> String {
        self.token_of(role.as_str(), role).await
    }

    pub(crate) async fn token_of(&self, name: &str, role: Role) -> String {
        let user = match self.app.accounts.named(name).await {
            Ok(user) => user,
            Err(_) => self.app.accounts.add(name, role, None).await.unwrap(),
        };
        assert_eq!(user.role, role);
        self.app.accounts.issue_token(&user).await.unwrap().token
    }

    pub(crate) fn ask(&self, method: &'static str, target: impl Into<String>) -> Ask<'_> {
        Ask { hub: self, method, target: target.into(), headers: Vec::new(), body: String::new() }
    }

    pub(crate) fn operation(&self, operation: Operation, parameters: &[&str]) -> Ask<'_> {
        self.ask(operation.method().as_str(), operation.url_path(parameters))
    }

    /// Saves a definition as the administrator and answers its id.
    pub(crate) async fn build(&self, definition: &Value) -> String {
        let token = self.token(Role::Admin).await;
        let answer = self
            .operation(Operation::BuildWorkflow, &[])
            .token(&token)
            .json(&json!({"workflowDef": definition.to_string()}))
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["result"]["workflow_id"].as_str().unwrap().to_owned()
    }

    /// The workflow that a fresh hub has.
    pub(crate) async fn example(&self) -> String {
        let listed = self.app.workflows.list(&mas_hub::workflows::Wanted::default(), 0, 1).await.unwrap().0;
        listed[0].id.clone()
    }
}

impl<'a> Ask<'a> {
    pub(crate) fn token(self, token: &str) -> Self {
        self.header("X-Auth-Token", token)
    }

    pub(crate) fn header(mut self, name: &'a str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn query(mut self, query: &str) -> Self {
        self.target = format!("{}?{query}", self.target);
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method).uri(&self.target);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(self.body)).unwrap();
        let response = self.hub.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The code and the reason, once both documented shapes have been found to say the same.
    pub(crate) fn error(&self) -> (&str, &str) {
        let body = &self.body;
        assert_eq!(body["result"], Value::Null, "{}", self.text);
        assert_eq!(body["status"], "error", "{}", self.text);
        assert_eq!(body["error"]["code"], body["error_code"], "{}", self.text);
        assert_eq!(body["error"]["reason"], body["error_msg"], "{}", self.text);
        assert!(self.header(header::CONTENT_TYPE.as_str()).starts_with("application/json"));
        (body["error_code"].as_str().unwrap(), body["error_msg"].as_str().unwrap())
    }
}

/// A small definition that is right.
pub(crate) fn definition(name: &str) -> Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": name, "version": "1.0.0"},
        "do": [{"first": {"set": {"a": 1}}}, {"second": {"set": {"b": 2}}}]
    })
}
