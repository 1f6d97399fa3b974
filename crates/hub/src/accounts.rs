//! Who may use the hub: users with a role, their passwords, one-time codes, tokens and access keys.
//!
//! It decides who somebody is; what a role may do is the table of `wire::Operation::permission`.

mod keys;
mod passwords;
mod secrets;

use wire::Role;

use crate::clock;
use crate::database::Database;
use crate::error::HubError;

pub use passwords::Password;
pub use secrets::{hash, random};

/// The one domain of a hub.
pub const DOMAIN: &str = "default";
/// How long a token is believed (API reference 3.2).
pub const TOKEN_LIFETIME: i64 = 24 * 60 * 60 * 1000;
/// How long a sign-in link works.
pub const CODE_LIFETIME: i64 = 60 * 60 * 1000;

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub user_id: String,
    pub name: String,
    pub role: Role,
}

/// A fresh token, the only time that it can be read.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    pub token: String,
    pub issued_at: i64,
    pub expires_at: i64,
}

/// The accounts in the database.
#[derive(Clone, Debug)]
pub struct Accounts {
    database: Database,
}

impl Accounts {
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Adds a user; without a password they sign in by a one-time code only.
    ///
    /// # Errors
    /// 400 for a name that cannot be one, 409 for a name that is taken.
    pub async fn add(
        &self,
        name: &str,
        role: Role,
        password: Option<&Password>,
    ) -> Result<Principal, HubError> {
        check_name(name)?;
        let hash = match password {
            Some(password) => Some(password.clone().hash().await?),
            None => None,
        };
        let user_id = uuid::Uuid::new_v4().simple().to_string();
        let added = sqlx::query(
            "INSERT INTO users (id, name, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(&user_id)
        .bind(name)
        .bind(role.as_str())
        .bind(hash)
        .bind(clock::now())
        .execute(self.database.write())
        .await?;
        if added.rows_affected() == 0 {
            return Err(HubError::conflict(
                format!("there is a user {name} already"),
                format!("用户 {name} 已存在"),
            ));
        }
        Ok(Principal { user_id, name: name.to_owned(), role })
    }

    /// Sets a password; every token of the user ends with the old one.
    ///
    /// # Errors
    /// 404 where there is no such user.
    pub async fn set_password(&self, name: &str, password: &Password) -> Result<(), HubError> {
        let user = self.named(name).await?;
        let hash = password.clone().hash().await?;
        let mut transaction = self.database.begin().await?;
        sqlx::query("UPDATE users SET password_hash = ? WHERE id = ?")
            .bind(hash)
            .bind(&user.user_id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM tokens WHERE user_id = ?")
            .bind(&user.user_id)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// The user of that name.
    ///
    /// # Errors
    /// 404 where there is none.
    pub async fn named(&self, name: &str) -> Result<Principal, HubError> {
        let row: Option<(String, String, String)> =
            sqlx::query_as("SELECT id, name, role FROM users WHERE name = ?")
                .bind(name)
                .fetch_optional(self.database.read())
                .await?;
        row.map(principal).transpose()?.ok_or_else(|| {
            HubError::not_found(format!("there is no user {name}"), format!("用户 {name} 不存在"))
        })
    }

    /// Whether nobody has an account yet.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn is_empty(&self) -> Result<bool, HubError> {
        let (users,): (i64,) =
            sqlx::query_as("SELECT count(*) FROM users").fetch_one(self.database.read()).await?;
        Ok(users == 0)
    }

    /// Whether the user cannot sign in but by a link.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn needs_link(&self, name: &str) -> Result<bool, HubError> {
        let row: Option<(bool,)> = sqlx::query_as("SELECT password_hash IS NULL FROM users WHERE name = ?")
            .bind(name)
            .fetch_optional(self.database.read())
            .await?;
        Ok(row.is_some_and(|(needs,)| needs))
    }

    /// Makes a one-time code; codes of this user that were not used end with it.
    ///
    /// # Errors
    /// 404 where there is no such user.
    pub async fn make_code(&self, name: &str) -> Result<String, HubError> {
        let user = self.named(name).await?;
        let code = random()?;
        let mut transaction = self.database.begin().await?;
        sqlx::query("DELETE FROM sign_in_codes WHERE user_id = ? OR expires_at <= ?")
            .bind(&user.user_id)
            .bind(clock::now())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO sign_in_codes (code_hash, user_id, expires_at) VALUES (?, ?, ?)")
            .bind(hash(&code))
            .bind(&user.user_id)
            .bind(clock::now() + CODE_LIFETIME)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(code)
    }

    /// Takes a one-time code: it is gone afterwards, whoever asks first has it.
    ///
    /// # Errors
    /// As the database has them; a code that is not good is `None`.
    pub async fn take_code(&self, code: &str) -> Result<Option<Principal>, HubError> {
        let row: Option<(String, i64)> =
            sqlx::query_as("DELETE FROM sign_in_codes WHERE code_hash = ? RETURNING user_id, expires_at")
                .bind(hash(code))
                .fetch_optional(self.database.write())
                .await?;
        match row {
            Some((user_id, expires_at)) if expires_at > clock::now() => self.by_id(&user_id).await,
            _ => Ok(None),
        }
    }

    /// Whose name and password these are. An unknown name takes as long as a wrong password.
    ///
    /// # Errors
    /// As the database has them; a pair that is not good is `None`.
    pub async fn check_password(
        &self,
        name: &str,
        password: &Password,
    ) -> Result<Option<Principal>, HubError> {
        let row: Option<(String, String, String, Option<String>)> =
            sqlx::query_as("SELECT id, name, role, password_hash FROM users WHERE name = ?")
                .bind(name)
                .fetch_optional(self.database.read())
                .await?;
        let (user, hash) = match row {
            Some((id, name, role, hash)) => (Some((id, name, role)), hash),
            None => (None, None),
        };
        let good = password.clone().verify(hash).await?;
        user.filter(|_| good).map(principal).transpose()
    }

    /// Issues a token; those that have expired are forgotten on the way.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn issue_token(&self, user: &Principal) -> Result<IssuedToken, HubError> {
        let token = random()?;
        let issued_at = clock::now();
        let expires_at = issued_at + TOKEN_LIFETIME;
        let mut transaction = self.database.begin().await?;
        sqlx::query("DELETE FROM tokens WHERE expires_at <= ?")
            .bind(issued_at)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO tokens (token_hash, user_id, issued_at, expires_at) VALUES (?, ?, ?, ?)")
            .bind(hash(&token))
            .bind(&user.user_id)
            .bind(issued_at)
            .bind(expires_at)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(IssuedToken { token, issued_at, expires_at })
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// As the database has them; a token that is not known or has expired is `None`.
    pub async fn by_token(&self, token: &str) -> Result<Option<Principal>, HubError> {
        let row: Option<(String, String, String)> = sqlx::query_as(
            "SELECT users.id, users.name, users.role FROM tokens JOIN users ON users.id = tokens.user_id
             WHERE tokens.token_hash = ? AND tokens.expires_at > ?",
        )
        .bind(hash(token))
        .bind(clock::now())
        .fetch_optional(self.database.read())
        .await?;
        row.map(principal).transpose()
    }

    async fn by_id(&self, user_id: &str) -> Result<Option<Principal>, HubError> {
        let row: Option<(String, String, String)> =
            sqlx::query_as("SELECT id, name, role FROM users WHERE id = ?")
                .bind(user_id)
                .fetch_optional(self.database.read())
                .await?;
        row.map(principal).transpose()
    }
}

fn principal((user_id, name, role): (String, String, String)) -> Result<Principal, HubError> {
    let role = Role::parse(&role).ok_or_else(|| HubError::internal(format_args!("role {role} of {name}")))?;
    Ok(Principal { user_id, name, role })
}

/// Names end up in logs, lists and approver lists: letters, digits and a few signs, nothing that looks like nothing.
fn check_name(name: &str) -> Result<(), HubError> {
    if name == crate::schedules::STARTER {
        return Err(HubError::bad_request(
            "runs that start by themselves are shown under this name; choose another",
            "该名称用于自动启动的执行，请另选",
        ));
    }
    let fits = (1..=64).contains(&name.chars().count())
        && name.chars().all(|character| character.is_alphanumeric() || "-_.@".contains(character));
    fits.then_some(()).ok_or_else(|| {
        HubError::bad_request(
            "a user name is 1 to 64 letters, digits, or - _ . @",
            "用户名为 1 到 64 个字母、数字或 - _ . @",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn accounts() -> (tempfile::TempDir, Accounts) {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(directory.path()).await.unwrap();
        (directory, Accounts::new(database))
    }

    #[tokio::test]
    async fn a_link_works_once_and_only_the_newest_does() {
        let (_directory, accounts) = accounts().await;
        let ada = accounts.add("ada", Role::Operator, None).await.unwrap();
        let older = accounts.make_code("ada").await.unwrap();
        let newer = accounts.make_code("ada").await.unwrap();
        assert_eq!(accounts.take_code(&older).await.unwrap(), None);
        assert_eq!(accounts.take_code(&newer).await.unwrap(), Some(ada));
        assert_eq!(accounts.take_code(&newer).await.unwrap(), None);
    }

    #[tokio::test]
    async fn nothing_that_signs_somebody_in_can_be_read_from_the_database() {
        let (directory, accounts) = accounts().await;
        let password = Password::new("correct horse").unwrap();
        let ada = accounts.add("ada", Role::Admin, Some(&password)).await.unwrap();
        let code = accounts.make_code("ada").await.unwrap();
        let token = accounts.issue_token(&ada).await.unwrap().token;
        let written: Vec<u8> = std::fs::read_dir(directory.path())
            .unwrap()
            .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .collect();
        for secret in ["correct horse", &code, &token] {
            assert!(!written.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }

    #[tokio::test]
    async fn a_new_password_ends_what_the_old_one_opened() {
        let (_directory, accounts) = accounts().await;
        let old = Password::new("the old one").unwrap();
        let new = Password::new("the new one").unwrap();
        let ada = accounts.add("ada", Role::Viewer, Some(&old)).await.unwrap();
        let token = accounts.issue_token(&ada).await.unwrap().token;
        assert_eq!(accounts.by_token(&token).await.unwrap(), Some(ada.clone()));
        accounts.set_password("ada", &new).await.unwrap();
        assert_eq!(accounts.by_token(&token).await.unwrap(), None);
        assert_eq!(accounts.check_password("ada", &old).await.unwrap(), None);
        assert_eq!(accounts.check_password("ada", &new).await.unwrap(), Some(ada));
        assert_eq!(accounts.check_password("eve", &new).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_name_is_given_once() {
        let (_directory, accounts) = accounts().await;
        accounts.add("ada", Role::Viewer, None).await.unwrap();
        assert_eq!(accounts.add("ada", Role::Admin, None).await.unwrap_err().http_status(), 409);
        assert_eq!(accounts.add("a\u{200b}da", Role::Admin, None).await.unwrap_err().http_status(), 400);
    }
}
