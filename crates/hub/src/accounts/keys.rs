//! Access keys: for programs that sign their requests instead of signing in.

use signature::{AccessKey, Credentials, SecretKey};

use super::{Accounts, Principal, principal, secrets};
use crate::clock;
use crate::error::HubError;

impl Accounts {
    /// Makes a key pair for a user: the only time that the secret key is shown.
    ///
    /// # Errors
    /// 404 where there is no such user.
    pub async fn add_key(&self, name: &str) -> Result<Credentials, HubError> {
        let user = self.named(name).await?;
        let access_key: String = secrets::random()?
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|character| character.to_ascii_uppercase())
            .take(20)
            .collect();
        let secret_key = secrets::random()?;
        sqlx::query(
            "INSERT INTO access_keys (access_key, secret_key, user_id, created_at) VALUES (?, ?, ?, ?)",
        )
        .bind(&access_key)
        .bind(&secret_key)
        .bind(&user.user_id)
        .bind(clock::now())
        .execute(self.database.write())
        .await?;
        Ok(Credentials { access_key: AccessKey(access_key), secret_key: SecretKey(secret_key) })
    }

    /// Whose access key this is, and its secret.
    ///
    /// # Errors
    /// As the database has them; a key that is not known is `None`.
    pub async fn by_access_key(&self, key: &AccessKey) -> Result<Option<(Principal, SecretKey)>, HubError> {
        let row: Option<(String, String, String, String)> = sqlx::query_as(
            "SELECT users.id, users.name, users.role, access_keys.secret_key
             FROM access_keys JOIN users ON users.id = access_keys.user_id WHERE access_key = ?",
        )
        .bind(&key.0)
        .fetch_optional(self.database.read())
        .await?;
        row.map(|(id, name, role, secret)| Ok((principal((id, name, role))?, SecretKey(secret)))).transpose()
    }
}
