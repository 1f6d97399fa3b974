//! `Idempotency-Key`: a write that is sent again answers as the first time, and acts once.
//!
//! Only what took effect is remembered: a request that was refused changed nothing and is judged afresh.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use tokio::sync::watch;

use super::reply::Reply;
use crate::clock;
use crate::database::Database;
use crate::error::HubError;

const LIFETIME: i64 = 24 * 60 * 60 * 1000;

/// A request with its key.
#[derive(Clone, Debug)]
pub(super) struct Identified {
    pub(super) user_id: String,
    pub(super) key: String,
    pub(super) request_hash: String,
}

/// The keys whose first request is under way in this process.
#[derive(Debug, Default)]
pub struct Idempotency {
    under_way: Mutex<HashMap<(String, String), watch::Receiver<()>>>,
}

/// The key of a request, if it has one.
///
/// # Errors
/// 400 for a key that is empty, longer than 255 characters or not printable ASCII.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, HubError> {
    let Some(value) = headers.get(wire::IDEMPOTENCY_KEY_HEADER) else { return Ok(None) };
    value
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()))
        .map(|key| Some(key.to_owned()))
        .ok_or_else(|| {
            HubError::bad_request(
                "Idempotency-Key is 1 to 255 printable ASCII characters without spaces",
                "Idempotency-Key 应为 1 到 255 个可打印 ASCII 字符，不含空格",
            )
        })
}

impl Idempotency {
    /// Runs `act` unless a request with this key has acted; one that comes meanwhile waits for its answer.
    ///
    /// # Errors
    /// 409 where the key belongs to another request, and where the first request was cut off by the end of the hub.
    pub(super) async fn once(
        &self,
        database: &Database,
        request: Identified,
        act: impl Future<Output = Result<Reply, HubError>>,
    ) -> Result<Reply, HubError> {
        let _turn = self.turn(&request).await;
        if let Some(earlier) = recall(database, &request).await? {
            return earlier;
        }
        reserve(database, &request).await?;
        match act.await {
            Ok(reply) => {
                remember(database, &request, &reply).await?;
                Ok(reply)
            }
            Err(error) => {
                forget(database, &request).await?;
                Err(error)
            }
        }
    }

    async fn turn(&self, request: &Identified) -> Turn<'_> {
        let name = (request.user_id.clone(), request.key.clone());
        loop {
            let mut other = {
                let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
                match under_way.get(&name) {
                    Some(other) => other.clone(),
                    None => {
                        let (ended, waiting) = watch::channel(());
                        under_way.insert(name.clone(), waiting);
                        return Turn { of: self, name, _ended: ended };
                    }
                }
            };
            // It ends by the sender being dropped.
            while other.changed().await.is_ok() {}
        }
    }
}

/// The right to be the one request of a key; others wait until it is dropped.
struct Turn<'a> {
    of: &'a Idempotency,
    name: (String, String),
    _ended: watch::Sender<()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.of.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

async fn recall(
    database: &Database,
    request: &Identified,
) -> Result<Option<Result<Reply, HubError>>, HubError> {
    let row: Option<(String, Option<u16>, Option<Vec<u8>>)> = sqlx::query_as(
        "SELECT request_hash, status, body FROM idempotency_keys
         WHERE user_id = ? AND key = ? AND created_at > ?",
    )
    .bind(&request.user_id)
    .bind(&request.key)
    .bind(clock::now() - LIFETIME)
    .fetch_optional(database.read())
    .await?;
    Ok(row.map(|(hash, status, body)| match (status, body) {
        _ if hash != request.request_hash => Err(HubError::conflict(
            "this Idempotency-Key was used for another request; use a new one",
            "该 Idempotency-Key 已用于另一请求，请更换",
        )),
        (Some(status), Some(body)) => Ok(Reply { status, body: body.into(), headers: Vec::new() }),
        _ => Err(HubError::conflict(
            "the first request with this Idempotency-Key was cut off; look whether it took effect, then use a new key",
            "使用该 Idempotency-Key 的首个请求被中断；请先确认其是否生效，再使用新的键",
        )),
    }))
}

async fn reserve(database: &Database, request: &Identified) -> Result<(), HubError> {
    let now = clock::now();
    let mut transaction = database.begin().await?;
    sqlx::query("DELETE FROM idempotency_keys WHERE created_at <= ?")
        .bind(now - LIFETIME)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("INSERT INTO idempotency_keys (user_id, key, request_hash, created_at) VALUES (?, ?, ?, ?)")
        .bind(&request.user_id)
        .bind(&request.key)
        .bind(&request.request_hash)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}

async fn remember(database: &Database, request: &Identified, reply: &Reply) -> Result<(), HubError> {
    sqlx::query("UPDATE idempotency_keys SET status = ?, body = ? WHERE user_id = ? AND key = ?")
        .bind(reply.status)
        .bind(reply.body.to_vec())
        .bind(&request.user_id)
        .bind(&request.key)
        .execute(database.write())
        .await?;
    Ok(())
}

async fn forget(database: &Database, request: &Identified) -> Result<(), HubError> {
    sqlx::query("DELETE FROM idempotency_keys WHERE user_id = ? AND key = ?")
        .bind(&request.user_id)
        .bind(&request.key)
        .execute(database.write())
        .await?;
    Ok(())
}
