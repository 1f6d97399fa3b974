//! Passwords: argon2id with its recommended parameters, off the threads that answer requests.

use std::fmt;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};

use crate::error::HubError;

/// A password as somebody typed it. Its `Debug` hides it, so that it reaches no log.
#[derive(Clone)]
pub struct Password(String);

/// What the password of an unknown user is compared with, so that the time taken does not tell who exists.
static NOBODY: LazyLock<Option<String>> =
    LazyLock::new(|| hash_with_salt("nobody has this password", b"0123456789abcdef").ok());

impl Password {
    /// Takes a password that a user chooses.
    ///
    /// # Errors
    /// 400 where it is shorter than 8 characters or longer than 1024 bytes.
    pub fn new(text: &str) -> Result<Self, HubError> {
        if text.chars().count() < 8 || text.len() > 1024 {
            return Err(HubError::bad_request(
                "a password has 8 characters or more, and 1024 bytes at most",
                "密码至少 8 个字符，最多 1024 字节",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes a password that somebody signs in with; it only has to be the right one.
    pub fn attempt(text: &str) -> Self {
        Self(text.chars().take(1024).collect())
    }

    pub(super) async fn hash(self) -> Result<String, HubError> {
        let mut salt = [0_u8; 16];
        getrandom::fill(&mut salt).map_err(HubError::internal)?;
        tokio::task::spawn_blocking(move || hash_with_salt(&self.0, &salt))
            .await
            .map_err(HubError::internal)?
            .map_err(HubError::internal)
    }

    /// Compares with a stored hash; `None` is compared with nobody's and never good.
    pub(super) async fn verify(self, stored: Option<String>) -> Result<bool, HubError> {
        tokio::task::spawn_blocking(move || {
            let known = stored.is_some();
            let stored = stored.or_else(|| NOBODY.clone()).unwrap_or_default();
            let good = PasswordHash::new(&stored)
                .is_ok_and(|hash| Argon2::default().verify_password(self.0.as_bytes(), &hash).is_ok());
            good && known
        })
        .await
        .map_err(HubError::internal)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

fn hash_with_salt(password: &str, salt: &[u8]) -> Result<String, argon2::password_hash::Error> {
    let salt = SaltString::encode_b64(salt)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}
