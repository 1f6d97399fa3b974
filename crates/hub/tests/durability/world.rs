//! A server on the loopback address that answers the calls of random programs, and sees whether one is made that should
//! not be.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use programs::{Asked, Reply};
use serde_json::{Value, json};

/// How much later than they say its answers come: kills are to meet calls under way.
const SLOWER: u64 = 6;

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// Counts the kills.
    life: usize,
    /// Each attempt at its first coming, in their order.
    asked: Vec<(Key, Asked)>,
    /// The life in which each attempt came last.
    last: HashMap<Key, usize>,
    wrong: Vec<String>,
    repeated: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    job: String,
    task: u64,
    attempt: u32,
}

impl World {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let world = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let router = Router::new().route("/", post(answer).get(async || ())).with_state(world.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        world
    }

    /// What makes a call of a task of a program: to this server.
    pub(crate) fn call(&self, asked: Value) -> Value {
        let endpoint = format!("http://{}/", self.address);
        json!({"call": "http", "with": {"method": "post", "endpoint": endpoint, "body": asked}})
    }

    /// The hub has been killed. What it sent before it died may still be on its way: it is of that life.
    pub(crate) async fn killed(&self) {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        // Connections are served in the order of their coming, so what is answered now comes after all that was there.
        for _ in 0..3 {
            client.get(format!("http://{}/", self.address)).send().await.unwrap();
        }
        self.seen().life += 1;
    }

    /// The attempts that a job has asked for, in the order of their first coming, with their branch. Those that nobody
    /// ever answers are not among them: they may be given up before they get here.
    pub(crate) fn asked(&self, job: &str) -> Vec<(String, (String, String, u32))> {
        let seen = self.seen();
        let of_job = seen.asked.iter().filter(|(key, asked)| key.job == job && !asked.answer.never);
        of_job
            .map(|(key, asked)| {
                (asked.branch.clone(), (asked.name.clone(), asked.sum.to_string(), key.attempt))
            })
            .collect()
    }

    /// How often a call was repeated because a kill had met it under way; and those that were repeated without.
    pub(crate) fn repeated(&self) -> (usize, Vec<String>) {
        let seen = self.seen();
        (seen.repeated, seen.wrong.clone())
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }
}

impl Seen {
    fn take(&mut self, key: &Key, asked: &Asked) {
        let Some(before) = self.last.insert(key.clone(), self.life) else {
            self.asked.push((key.clone(), asked.clone()));
            return;
        };
        self.repeated += 1;
        if before == self.life {
            self.wrong.push(format!("{key:?} ({}) comes twice without a kill between", asked.name));
        }
        // Whatever the branch has asked for since could only come because this was answered, and the answer committed.
        let position = self.asked.iter().position(|(other, _)| other == key).unwrap_or_default();
        let later = &self.asked[position + 1..];
        if let Some((_, next)) =
            later.iter().find(|(other, next)| other.job == key.job && next.branch == asked.branch)
        {
            self.wrong.push(format!("{key:?} ({}) comes again after {}", asked.name, next.name));
        }
    }
}

async fn answer(State(world): State<World>, headers: HeaderMap, Json(asked): Json<Asked>) -> Response {
    let key = headers["idempotency-key"].to_str().unwrap();
    let mut parts = key.rsplitn(3, '/');
    let (attempt, task) = (parts.next().unwrap().parse().unwrap(), parts.next().unwrap().parse().unwrap());
    let key = Key { job: parts.next().unwrap().to_owned(), task, attempt };
    world.seen().take(&key, &asked);
    tokio::time::sleep(Duration::from_millis(asked.answer.late * SLOWER)).await;
    match asked.reply(attempt) {
        Reply::Answer(answer) => Json(json!({"answer": answer})).into_response(),
        Reply::Fault(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Never => std::future::pending().await,
    }
}
