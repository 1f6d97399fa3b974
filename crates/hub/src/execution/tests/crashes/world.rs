//! Answers the calls of random programs, and sees whether one is made that should not be.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use flow::engine::WorkflowError;
use programs::{Asked, Reply};
use serde_json::{Value, json};

use crate::clock;
use crate::execution::faults;
use crate::execution::runner::{FunctionCall, FunctionRunner};

/// Outlives the hubs that call it.
#[derive(Debug, Default)]
pub(super) struct World {
    seen: Mutex<Sight>,
}

#[derive(Debug, Default)]
pub(super) struct Sight {
    /// Each attempt at its first coming, in their order.
    pub(super) asked: Vec<Attempt>,
    known: HashSet<String>,
    /// What the last hub left under way: the only calls that may be repeated, and only once.
    under_way: HashSet<String>,
    pub(super) wrong: Vec<String>,
    pub(super) repeated: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) task: String,
    pub(super) number: u32,
    pub(super) asked: Asked,
    pub(super) begun_at: i64,
    pub(super) answered_at: Option<i64>,
}

impl World {
    /// A hub begins on what another left; `under_way` are the idempotency keys of its outbox.
    pub(super) fn reborn(&self, under_way: HashSet<String>) {
        self.sight().under_way = under_way;
    }

    pub(super) fn sight(&self) -> MutexGuard<'_, Sight> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, key: &str, asked: &Asked) -> u32 {
        let (task, number) = key.rsplit_once('/').unwrap();
        let number = number.parse().unwrap();
        let mut sight = self.sight();
        if sight.known.insert(key.to_owned()) {
            let attempt = Attempt {
                task: task.to_owned(),
                number,
                asked: asked.clone(),
                begun_at: clock::now(),
                answered_at: None,
            };
            sight.asked.push(attempt);
        } else if sight.under_way.remove(key) {
            sight.repeated += 1;
        } else {
            sight.wrong.push(format!("{key} ({}) is called again, and was not under way", asked.name));
        }
        number
    }
}

#[async_trait]
impl FunctionRunner for World {
    async fn run(&self, call: FunctionCall) -> Result<Value, WorkflowError> {
        let asked: Asked = serde_json::from_value(call.with).unwrap();
        let number = self.begin(&call.idempotency_key, &asked);
        tokio::time::sleep(Duration::from_millis(asked.answer.late)).await;
        let reply = asked.reply(number);
        if reply == Reply::Never {
            return std::future::pending().await;
        }
        let now = clock::now();
        for attempt in &mut self.sight().asked {
            if attempt.number == number && call.idempotency_key.starts_with(&format!("{}/", attempt.task)) {
                attempt.answered_at = Some(now);
            }
        }
        match reply {
            Reply::Fault(status) => Err(faults::communication(status, format!("{} is busy", asked.name))),
            Reply::Answer(answer) => Ok(json!({"answer": answer})),
            Reply::Never => std::future::pending().await,
        }
    }
}
