//! Random secrets, and the hash by which they are recognised. Both are long and random, so a plain SHA-256 is enough.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::HubError;

/// 256 random bits as text that fits into a URL and a header.
///
/// # Errors
/// Internal, where the system has no randomness to give.
pub fn random() -> Result<String, HubError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(HubError::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a secret.
pub fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}
