//! The calls that come at once share one transaction: the disk is asked once to make them durable, not once for each.
//!
//! Each is made behind a savepoint of its own: what one changed before it failed is taken back, and the others stand.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::{Row, Sqlite, SqliteConnection, Transaction};
use tokio::sync::{mpsc, oneshot};

use super::bench::Bench;
use super::{Failure, act};
use crate::clock;
use crate::database::Database;
use crate::execution::runner::{FunctionCall, plugin_name};

/// How many calls at most share a transaction.
const MOST: usize = 64;

/// A call, and who waits for its outcome.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) call: FunctionCall,
    pub(super) done: oneshot::Sender<Outcome>,
}

pub(super) type Outcome = Result<Value, Failure>;

/// Performs calls as they come, until nobody can ask any more.
pub(super) async fn perform_all(database: Database, mut asked: mpsc::UnboundedReceiver<Asked>) {
    let mut batch = Vec::with_capacity(MOST);
    while asked.recv_many(&mut batch, MOST).await > 0 {
        // What nobody waits for any more was aborted, and is not begun.
        batch.retain(|asked: &Asked| !asked.done.is_closed());
        let calls: Vec<&FunctionCall> = batch.iter().map(|asked| &asked.call).collect();
        match perform(&database, &calls).await {
            Ok(outcomes) => {
                for (asked, outcome) in batch.drain(..).zip(outcomes) {
                    // Whoever asked may be gone by now; the change stands, and a repetition finds it.
                    let _ = asked.done.send(outcome);
                }
            }
            Err(cause) => {
                for asked in batch.drain(..) {
                    let _ = asked.done.send(Err(Failure::Hub(cause.to_string())));
                }
            }
        }
    }
}

async fn perform(database: &Database, calls: &[&FunctionCall]) -> sqlx::Result<Vec<Outcome>> {
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let now = clock::now();
    let mut transaction = database.begin().await?;
    let mut made = made_before(&mut transaction, calls).await?;
    let mut outcomes = Vec::with_capacity(calls.len());
    let mut effects = Vec::new();
    for call in calls {
        if let Some(result) = made.get(&call.idempotency_key) {
            call.log.info("this attempt was made before: nothing is changed again");
            outcomes.push(serde_json::from_str(result).map_err(|cause| Failure::Hub(cause.to_string())));
            continue;
        }
        let outcome = perform_one(&mut transaction, call, now).await?;
        if let Ok(result) = &outcome {
            let text = result.to_string();
            effects.push((call.idempotency_key.clone(), text.clone()));
            made.insert(call.idempotency_key.clone(), text);
        }
        outcomes.push(outcome);
    }
    if !effects.is_empty() {
        sqlx::query(
            "INSERT INTO lab_effects (idempotency_key, result, at) SELECT value ->> 0, value ->> 1, ? FROM json_each(?)",
        )
        .bind(now)
        .bind(text_of(&effects)?)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(outcomes)
}

async fn perform_one(
    transaction: &mut Transaction<'static, Sqlite>,
    call: &FunctionCall,
    now: i64,
) -> sqlx::Result<Outcome> {
    sqlx::query("SAVEPOINT call").execute(&mut **transaction).await?;
    let mut bench = Bench { transaction, log: &call.log, now };
    let outcome = act(&mut bench, plugin_name(&call.function), &call.with).await;
    if outcome.is_err() {
        sqlx::query("ROLLBACK TO call").execute(&mut **transaction).await?;
    }
    sqlx::query("RELEASE call").execute(&mut **transaction).await?;
    Ok(outcome)
}

/// What was answered to those of the calls that were made before the hub ended without anybody hearing of it.
async fn made_before(
    connection: &mut SqliteConnection,
    calls: &[&FunctionCall],
) -> sqlx::Result<HashMap<String, String>> {
    let keys: Vec<&str> = calls.iter().map(|call| call.idempotency_key.as_str()).collect();
    let rows = sqlx::query(
        "SELECT idempotency_key, result FROM lab_effects
         WHERE idempotency_key IN (SELECT value FROM json_each(?))",
    )
    .bind(text_of(&keys)?)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("idempotency_key")?, row.try_get("result")?))).collect()
}

fn text_of(value: &impl serde::Serialize) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|cause| sqlx::Error::Encode(Box::new(cause)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::execution::runner::LogSink;
    use crate::lab::seed;

    fn call(key: &str, function: &str, with: Value) -> FunctionCall {
        let (log, _) = LogSink::collecting();
        let (function, idempotency_key) = (format!("{function}:1.0.0@default"), key.to_owned());
        FunctionCall { function, with, idempotency_key, log, cancelled: CancellationToken::new() }
    }

    fn mode(key: &str, instance: &str, mode: &str) -> FunctionCall {
        let with = json!({"region": "site-a", "instance": instance, "mode": mode});
        call(key, "rds-read-write", with)
    }

    #[tokio::test]
    async fn one_that_fails_takes_back_its_own_and_a_repetition_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(directory.path()).await.unwrap();
        let mut transaction = database.begin().await.unwrap();
        seed(&mut transaction, 0).await.unwrap();
        transaction.commit().await.unwrap();
        let calls = [
            mode("job/1/1", "orders-db-site-a", "read-only"),
            mode("job/2/1", "no-such-db", "read-only"),
            mode("job/3/1", "orders-db-site-a", "read-write"),
            mode("job/1/1", "orders-db-site-a", "read-only"),
        ];
        let outcomes = perform(&database, &calls.each_ref()).await.unwrap();
        let previous = |outcome: &Outcome| outcome.as_ref().unwrap()["previousMode"].clone();
        assert_eq!(previous(&outcomes[0]), "read-write");
        assert!(matches!(&outcomes[1], Err(Failure::Task(error)) if error.status == 404));
        assert_eq!(previous(&outcomes[2]), "read-only");
        assert_eq!(previous(&outcomes[3]), "read-write", "it answers as the first time");
        let again = perform(&database, &[&calls[2]]).await.unwrap();
        assert_eq!(previous(&again[0]), "read-only");
        let (text,): (String,) = sqlx::query_as(
            "SELECT attributes FROM resources WHERE id = 'orders-db-site-a' AND project = 'default'",
        )
        .fetch_one(database.read())
        .await
        .unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["mode"], "read-write");
    }
}
