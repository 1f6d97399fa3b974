//! Seals texts for the database with a key that stands beside it, in a file that only its owner reads.
//!
//! AES-256-GCM by `ring`. Every context (a secret, a job) has a key of its own, derived from the file's, so that random nonces
//! never come near their limit and nothing sealed for one place opens in another.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Prk, Salt};

const FILE: &str = "secrets.key";
const KEY_LENGTH: usize = 32;
/// What is sealed begins with this; JSON never does.
const MARK: &str = "sealed:";

#[derive(Clone)]
pub struct Vault {
    key: Arc<Prk>,
}

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the key file {path} cannot be used: {cause}")]
    File { path: PathBuf, cause: std::io::Error },
    #[error("the key file {0} can be read by others: chmod 600 {0}")]
    Open(PathBuf),
    #[error("the key file {0} is damaged: put it back from a backup")]
    Damaged(PathBuf),
    #[error("it was sealed with another key than the one in {FILE}: put that file back from a backup")]
    OtherKey,
    #[error("the system gives no randomness")]
    Randomness,
}

impl Vault {
    /// Opens the vault of a data directory; the first time makes its key.
    ///
    /// # Errors
    /// [`VaultError`], which says what to do.
    pub fn open(directory: &Path) -> Result<Self, VaultError> {
        let path = directory.join(FILE);
        let failed = |cause| VaultError::File { path: path.clone(), cause };
        if !path.try_exists().map_err(failed)? {
            create(directory, &path)?;
        }
        refuse_open(&path)?;
        let bytes = std::fs::read(&path).map_err(failed)?;
        if bytes.len() != KEY_LENGTH {
            return Err(VaultError::Damaged(path));
        }
        Ok(Self { key: Arc::new(Salt::new(HKDF_SHA256, b"mas-hub").extract(&bytes)) })
    }

    /// # Errors
    /// [`VaultError::Randomness`].
    pub fn seal(&self, context: &str, text: &str) -> Result<String, VaultError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::Randomness)?;
        let mut sealed = text.as_bytes().to_vec();
        self.key_for(context)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| VaultError::Randomness)?;
        let mut bytes = nonce.to_vec();
        bytes.append(&mut sealed);
        Ok(format!("{MARK}{}", STANDARD_NO_PAD.encode(bytes)))
    }

    /// What was sealed in this context; a text that is not sealed is what it is.
    ///
    /// # Errors
    /// [`VaultError::OtherKey`], also where the text has been changed.
    pub fn unseal(&self, context: &str, text: &str) -> Result<String, VaultError> {
        let Some(sealed) = text.strip_prefix(MARK) else { return Ok(text.to_owned()) };
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| VaultError::OtherKey)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or(VaultError::OtherKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::OtherKey)?;
        let mut opened = sealed.to_vec();
        let opened = self
            .key_for(context)?
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut opened)
            .map_err(|_| VaultError::OtherKey)?;
        String::from_utf8(opened.to_vec()).map_err(|_| VaultError::OtherKey)
    }

    fn key_for(&self, context: &str) -> Result<LessSafeKey, VaultError> {
        let info = [context.as_bytes()];
        let derived = self.key.expand(&info, &AES_256_GCM).map_err(|_| VaultError::Randomness)?;
        Ok(LessSafeKey::new(UnboundKey::from(derived)))
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Vault")
    }
}

/// Writes the key whole before it gets its name: whoever opens the file finds a key, and two who make one end with the same.
fn create(directory: &Path, path: &Path) -> Result<(), VaultError> {
    let failed = |cause| VaultError::File { path: path.to_owned(), cause };
    let mut key = [0; KEY_LENGTH];
    getrandom::fill(&mut key).map_err(|_| VaultError::Randomness)?;
    let temporary = directory.join(format!("{FILE}.{}", uuid::Uuid::new_v4()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(&key)?;
        file.sync_all()
    });
    let linked = written.and_then(|()| std::fs::hard_link(&temporary, path));
    // Whatever became of it, the temporary name goes.
    let _ = std::fs::remove_file(&temporary);
    match linked {
        Err(cause) if cause.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(cause)),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn refuse_open(path: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt as _;
    let file = std::fs::metadata(path).map_err(|cause| VaultError::File { path: path.to_owned(), cause })?;
    if file.permissions().mode() & 0o077 == 0 { Ok(()) } else { Err(VaultError::Open(path.to_owned())) }
}

#[cfg(not(unix))]
fn refuse_open(_path: &Path) -> Result<(), VaultError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_context_and_nowhere_else() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path()).unwrap();
        let sealed = vault.seal("job/1", "{\"a\":\"hidden\"}").unwrap();
        assert!(!sealed.contains("hidden"));
        assert_ne!(sealed, vault.seal("job/1", "{\"a\":\"hidden\"}").unwrap());
        let again = Vault::open(directory.path()).unwrap();
        assert_eq!(again.unseal("job/1", &sealed).unwrap(), "{\"a\":\"hidden\"}");
        assert_eq!(again.unseal("job/1", "{\"plain\":1}").unwrap(), "{\"plain\":1}");
        assert!(matches!(again.unseal("job/2", &sealed), Err(VaultError::OtherKey)));
        let mut changed = sealed.clone();
        changed.pop();
        for wrong in [changed.as_str(), "sealed:", "sealed:?", "sealed:AAAA"] {
            assert!(matches!(again.unseal("job/1", wrong), Err(VaultError::OtherKey)), "{wrong}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_or_that_is_damaged_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        Vault::open(directory.path()).unwrap();
        let path = directory.path().join(FILE);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Vault::open(directory.path()), Err(VaultError::Open(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, b"short").unwrap();
        assert!(matches!(Vault::open(directory.path()), Err(VaultError::Damaged(_))));
    }
}
