//! SDK-HMAC-SHA256: signs a request with an access key, and verifies such a signature.
//!
//! Pure: the request, the keys and the clock come in as arguments, so the same code runs in the browser
//! and in the hub. It sends nothing, looks up no key and never reads a clock. Unlike some SDKs it always
//! signs the body that is there; the `UNSIGNED-PAYLOAD` escape is not honoured, so it fails to verify.

mod canonical;
mod date;

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

pub use canonical::{Request, encode, encode_query};
pub use date::SdkDate;

/// The scheme's name, at the start of the `Authorization` header.
pub const ALGORITHM: &str = "SDK-HMAC-SHA256";
/// The header that carries the date of signing, in lower case.
pub const DATE_HEADER: &str = "x-sdk-date";
/// How far `X-Sdk-Date` may be from the verifier's clock, either way.
pub const MAXIMUM_SKEW_SECONDS: u64 = 15 * 60;

/// Signs `request` with every header it names, plus `X-Sdk-Date`.
///
/// The caller names `host` among the headers (as the server will see it) and then sends the request with
/// the two headers of the answer. An `X-Sdk-Date` or `Authorization` already among the headers is ignored.
pub fn sign(request: &Request<'_>, credentials: &Credentials, date: SdkDate) -> Signed {
    let x_sdk_date = date.to_string();
    let mut headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .copied()
        .filter(|(name, _)| {
            !name.eq_ignore_ascii_case(DATE_HEADER) && !name.eq_ignore_ascii_case("authorization")
        })
        .collect();
    headers.push((DATE_HEADER, &x_sdk_date));
    let mut names: Vec<String> = headers.iter().map(|(name, _)| name.trim().to_ascii_lowercase()).collect();
    names.sort();
    names.dedup();

    let complete = Request { headers: &headers, ..*request };
    let canonical_request_sha256 = digest(canonical::request(&complete, &names).as_bytes());
    let signature = hexadecimal(
        &mac(&credentials.secret_key, &string_to_sign(&x_sdk_date, &canonical_request_sha256))
            .finalize()
            .into_bytes(),
    );
    let authorization = format!(
        "{ALGORITHM} Access={}, SignedHeaders={}, Signature={signature}",
        credentials.access_key,
        names.join(";"),
    );
    Signed { authorization, x_sdk_date, canonical_request_sha256 }
}

/// Says whether `authorization` is what the owner of `secret_key` would have signed for `request`, within
/// fifteen minutes of `now_unix_seconds`.
///
/// It follows the client's own `SignedHeaders`; the date is bound by the string to sign even where they
/// leave it out. The signatures are compared in constant time. For an unknown access key call it with any
/// secret and ignore the answer, so that the time taken does not tell which keys exist.
pub fn verify(
    request: &Request<'_>,
    authorization: &Authorization,
    secret_key: &SecretKey,
    now_unix_seconds: i64,
) -> Result<(), Refusal> {
    let written =
        request.header(DATE_HEADER).ok_or(Refusal::HeaderMissing { name: DATE_HEADER.to_owned() })?;
    let date = SdkDate::parse(written).ok_or(Refusal::DateMalformed)?;
    let skew_seconds = date.unix_seconds().abs_diff(now_unix_seconds);
    if skew_seconds > MAXIMUM_SKEW_SECONDS {
        return Err(Refusal::DateOff { skew_seconds });
    }
    if let Some(name) = authorization.signed_headers.iter().find(|name| request.header(name).is_none()) {
        return Err(Refusal::HeaderMissing { name: name.clone() });
    }
    let canonical_request_sha256 =
        digest(canonical::request(request, &authorization.signed_headers).as_bytes());
    mac(secret_key, &string_to_sign(&date.to_string(), &canonical_request_sha256))
        .verify_slice(&authorization.signature)
        .map_err(|_| Refusal::SignatureWrong)
}

/// What the client adds to its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The value of the `Authorization` header.
    pub authorization: String,
    /// The value of the `X-Sdk-Date` header.
    pub x_sdk_date: String,
    /// The digest of the canonical request, in lower-case hexadecimal: what two sides compare when they disagree.
    pub canonical_request_sha256: String,
}

/// A key pair as the cloud's console hands it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_key: AccessKey,
    pub secret_key: SecretKey,
}

/// The public half of a key pair: names whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccessKey(pub String);

impl fmt::Display for AccessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The secret half of a key pair. Its `Debug` hides it, so that it reaches no log.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(pub String);

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(…)")
    }
}

/// A parsed `Authorization` header: `SDK-HMAC-SHA256 Access=…, SignedHeaders=a;b, Signature=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    pub access_key: AccessKey,
    /// In lower case and in the client's order, which the signature covers.
    pub signed_headers: Vec<String>,
    signature: [u8; 32],
}

impl Authorization {
    /// Whether the header's value is of this scheme at all, well formed or not.
    pub fn is_ours(value: &str) -> bool {
        value.trim_start().split_ascii_whitespace().next() == Some(ALGORITHM)
    }

    /// Reads the value of an `Authorization` header; the parts may come in any order.
    pub fn parse(value: &str) -> Result<Self, Refusal> {
        let parts = value.trim().strip_prefix(ALGORITHM).ok_or(Refusal::Malformed { part: "scheme" })?;
        if !parts.starts_with([' ', '\t']) {
            return Err(Refusal::Malformed { part: "scheme" });
        }
        let (mut access_key, mut signed_headers, mut signature) = (None, None, None);
        for part in parts.split(',') {
            let slot = match part.trim().split_once('=') {
                Some(("Access", value)) => (&mut access_key, value),
                Some(("SignedHeaders", value)) => (&mut signed_headers, value),
                Some(("Signature", value)) => (&mut signature, value),
                _ => return Err(Refusal::Malformed { part: "Access, SignedHeaders, Signature" }),
            };
            // A part given twice would let two readers of one header disagree on what it says.
            if slot.0.replace(slot.1).is_some() {
                return Err(Refusal::Malformed { part: "Access, SignedHeaders, Signature" });
            }
        }
        let access_key =
            access_key.filter(|key| !key.is_empty()).ok_or(Refusal::Malformed { part: "Access" })?.to_owned();
        let signed_headers: Vec<String> = signed_headers
            .unwrap_or_default()
            .split(';')
            .map(|name| name.trim().to_ascii_lowercase())
            .filter(|name| !name.is_empty())
            .collect();
        if signed_headers.is_empty() {
            return Err(Refusal::Malformed { part: "SignedHeaders" });
        }
        let signature = signature.and_then(digest_from).ok_or(Refusal::Malformed { part: "Signature" })?;
        Ok(Self { access_key: AccessKey(access_key), signed_headers, signature })
    }
}

/// Why a signed request is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The `Authorization` header does not read as this scheme demands; `part` names where.
    Malformed { part: &'static str },
    /// A header that the signature covers did not arrive.
    HeaderMissing { name: String },
    /// `X-Sdk-Date` is not of the form `20060102T150405Z`.
    DateMalformed,
    /// `X-Sdk-Date` is more than fifteen minutes from the verifier's clock.
    DateOff { skew_seconds: u64 },
    /// The signature is not that of this request by this key.
    SignatureWrong,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { part } => write!(formatter, "Authorization: {part} is missing or malformed"),
            Self::HeaderMissing { name } => write!(formatter, "the signed header {name} is missing"),
            Self::DateMalformed => write!(formatter, "X-Sdk-Date must look like 20060102T150405Z"),
            Self::DateOff { skew_seconds } => {
                write!(
                    formatter,
                    "X-Sdk-Date is {skew_seconds} s off; at most {MAXIMUM_SKEW_SECONDS} s are allowed"
                )
            }
            Self::SignatureWrong => write!(formatter, "the signature does not match the request"),
        }
    }
}

impl std::error::Error for Refusal {}

fn string_to_sign(x_sdk_date: &str, canonical_request_sha256: &str) -> String {
    format!("{ALGORITHM}\n{x_sdk_date}\n{canonical_request_sha256}")
}

#[expect(
    clippy::expect_used,
    reason = "HMAC takes keys of every length; the error type exists for other MACs"
)]
fn mac(secret_key: &SecretKey, message: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret_key.0.as_bytes()).expect("any length of key");
    mac.update(message.as_bytes());
    mac
}

/// SHA-256 in lower-case hexadecimal.
fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Exactly 64 hexadecimal digits, or nothing.
fn digest_from(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .trim()
        .chars()
        .map(|digit| digit.to_digit(16).map(|value| value as u8))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    rest.is_empty().then_some(())?;
    bytes.try_into().ok()
}
