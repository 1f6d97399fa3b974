//! Secrets of workflows (DSL, Secret): set by whoever runs the hub, given to the runs whose definitions list them.
//!
//! They are stored sealed, and no operation of the API tells them. A secret without a namespace is for every workflow; one
//! of the workflow's own namespace goes before it. What a run does with a secret is masked by `execution`.

mod vault;

use serde_json::{Map, Value};

pub use self::vault::{Vault, VaultError};
use crate::clock;
use crate::database::Database;
use crate::error::HubError;

/// The largest secret, in bytes.
const LARGEST: usize = 64 * 1024;
const LONGEST_NAME: usize = 200;
/// How deep a secret may nest: expressions read it.
const DEEPEST: usize = 32;

#[derive(Clone, Debug)]
pub struct Secrets {
    database: Database,
    vault: Vault,
}

/// A secret without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// None is every namespace.
    pub namespace: Option<String>,
    pub name: String,
    /// Milliseconds since 1970, UTC.
    pub set_at: i64,
}

impl Secrets {
    /// Opens the secrets of a data directory.
    ///
    /// # Errors
    /// [`VaultError`], which says what to do.
    pub fn open(database: Database) -> Result<Self, VaultError> {
        let vault = Vault::open(database.directory())?;
        Ok(Self { database, vault })
    }

    /// What seals other things that must not be readable in the database.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Sets a secret, also where there is one already. Runs that are under way use the new value from their next step on.
    ///
    /// # Errors
    /// 400 for a name or a value that cannot be one.
    pub async fn set(&self, namespace: Option<&str>, name: &str, value: &Value) -> Result<(), HubError> {
        let is_name = |text: &str| {
            !text.is_empty() && text.len() <= LONGEST_NAME && !text.chars().any(char::is_control)
        };
        if !is_name(name) || !namespace.is_none_or(is_name) {
            return Err(HubError::bad_request(
                format!("a name has 1 to {LONGEST_NAME} bytes and no control characters"),
                format!("名称须为 1 至 {LONGEST_NAME} 字节，且不含控制字符"),
            ));
        }
        let namespace = namespace.unwrap_or_default();
        let text = value.to_string();
        let sealed = self.vault.seal(&context(namespace, name), &text).map_err(HubError::internal)?;
        sqlx::query(
            "INSERT INTO secrets (namespace, name, sealed, set_at) VALUES (?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET sealed = excluded.sealed, set_at = excluded.set_at",
        )
        .bind(namespace)
        .bind(name)
        .bind(sealed)
        .bind(clock::now())
        .execute(self.database.write())
        .await?;
        Ok(())
    }

    /// The names of all secrets, in order.
    ///
    /// # Errors
    /// 500 from the database.
    pub async fn list(&self) -> Result<Vec<Listed>, HubError> {
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT namespace, name, set_at FROM secrets ORDER BY namespace, name")
                .fetch_all(self.database.read())
                .await?;
        let listed = |(namespace, name, set_at): (String, String, i64)| Listed {
            namespace: Some(namespace).filter(|namespace| !namespace.is_empty()),
            name,
            set_at,
        };
        Ok(rows.into_iter().map(listed).collect())
    }

    /// Removes a secret; false where there is none.
    ///
    /// # Errors
    /// 500 from the database.
    pub async fn remove(&self, namespace: Option<&str>, name: &str) -> Result<bool, HubError> {
        let done = sqlx::query("DELETE FROM secrets WHERE namespace = ? AND name = ?")
            .bind(namespace.unwrap_or_default())
            .bind(name)
            .execute(self.database.write())
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Those of these secrets that a workflow of the namespace is given, by name. What is not there is left out.
    ///
    /// # Errors
    /// 500 from the database, or where a secret was sealed with another key.
    pub async fn given(&self, namespace: &str, names: &[String]) -> Result<Map<String, Value>, HubError> {
        let mut given = Map::new();
        for name in names {
            let row: Option<(String, String)> = sqlx::query_as(
                "SELECT namespace, sealed FROM secrets WHERE name = ? AND namespace IN ('', ?)
                 ORDER BY namespace DESC LIMIT 1",
            )
            .bind(name)
            .bind(namespace)
            .fetch_optional(self.database.read())
            .await?;
            let Some((of, sealed)) = row else { continue };
            let text = self
                .vault
                .unseal(&context(&of, name), &sealed)
                .map_err(|cause| HubError::internal(format!("the secret {name:?}: {cause}")))?;
            given.insert(name.clone(), serde_json::from_str(&text).map_err(HubError::internal)?);
        }
        Ok(given)
    }
}

fn context(namespace: &str, name: &str) -> String {
    format!("secret/{}/{namespace}/{name}", namespace.len())
}

/// What a text stands for: a JSON object is one, anything else is a text, without its last line break.
///
/// # Errors
/// 400 for nothing, for too much, and for an object that nests too deeply.
pub fn value_of(text: &str) -> Result<Value, HubError> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(HubError::bad_request("the secret is empty", "密钥为空"));
    }
    if text.len() > LARGEST {
        return Err(HubError::bad_request(
            format!("the secret is larger than {LARGEST} bytes"),
            format!("密钥超过 {LARGEST} 字节"),
        ));
    }
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) if nests(&value, DEEPEST) => Ok(value),
        Ok(Value::Object(_)) => Err(HubError::bad_request("the secret nests too deeply", "密钥嵌套过深")),
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn nests(value: &Value, depth: usize) -> bool {
    match value {
        Value::Object(members) => depth > 0 && members.values().all(|value| nests(value, depth - 1)),
        Value::Array(items) => depth > 0 && items.iter().all(|value| nests(value, depth - 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    async fn secrets() -> (Secrets, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(directory.path()).await.unwrap();
        (Secrets::open(database).unwrap(), directory)
    }

    #[tokio::test]
    async fn a_workflow_is_given_what_is_for_its_namespace() {
        let (secrets, _directory) = secrets().await;
        secrets.set(None, "a", &json!("for all")).await.unwrap();
        secrets.set(Some("ops"), "a", &json!({"for": "ops"})).await.unwrap();
        secrets.set(Some("ops"), "b", &json!("b")).await.unwrap();
        let names = ["a".to_owned(), "b".to_owned(), "none".to_owned()];
        let given = secrets.given("ops", &names).await.unwrap();
        assert_eq!(Value::Object(given), json!({"a": {"for": "ops"}, "b": "b"}));
        let given = secrets.given("default", &names).await.unwrap();
        assert_eq!(Value::Object(given), json!({"a": "for all"}));
        assert!(secrets.remove(Some("ops"), "a").await.unwrap());
        assert!(!secrets.remove(Some("ops"), "a").await.unwrap());
        let listed = secrets.list().await.unwrap();
        let names: Vec<_> = listed.iter().map(|one| (one.namespace.as_deref(), one.name.as_str())).collect();
        assert_eq!(names, [(None, "a"), (Some("ops"), "b")]);
        assert!(secrets.set(None, "", &json!("x")).await.is_err());
    }

    #[tokio::test]
    async fn another_key_opens_nothing_and_says_so() {
        let (secrets, directory) = secrets().await;
        secrets.set(None, "a", &json!("x")).await.unwrap();
        std::fs::remove_file(directory.path().join("secrets.key")).unwrap();
        let again = Secrets::open(secrets.database.clone()).unwrap();
        let error = again.given("default", &["a".to_owned()]).await.unwrap_err();
        assert_eq!(error.http_status(), 500);
    }

    #[test]
    fn a_secret_is_an_object_or_a_text_and_not_nothing() {
        assert_eq!(value_of("{\"a\": 1}\n").unwrap(), json!({"a": 1}));
        assert_eq!(value_of("[1]\r\n").unwrap(), json!("[1]"));
        assert_eq!(value_of(" pass word \n\n").unwrap(), json!(" pass word \n"));
        for wrong in
            ["", "\n", &"x".repeat(LARGEST + 1), &format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40))]
        {
            assert!(value_of(wrong).is_err());
        }
    }
}
