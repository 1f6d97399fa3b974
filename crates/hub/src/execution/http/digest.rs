//! Digest authentication (RFC 7616): reads challenges and answers them. Pure; the client's nonce comes in.

use flow::engine::WorkflowError;
use md5::Md5;
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Method, Url};
use sha2::{Digest as _, Sha256, Sha512_256};

use super::authentication::{Credentials, secret_header};

/// A challenge that can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// The algorithm as the server wrote it, `SHA-256-sess`; none where it wrote none.
    written_algorithm: Option<String>,
    session: bool,
    protection: Protection,
    hashes_user: bool,
    /// How often this nonce has been answered.
    count: u32,
}

/// The last is preferred: the one that RFC 7616 wants everybody to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha512Of256,
    Sha256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protection {
    /// RFC 2069: servers that offer no `qop`.
    Legacy,
    Auth,
    Integrity,
}

/// The request that an answer is for.
pub(super) struct Asked<'a> {
    pub method: &'a Method,
    pub url: &'a Url,
    pub body: &'a [u8],
}

impl Challenge {
    /// The best challenge of an answer that can be met; none where there is none.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        headers
            .get_all(WWW_AUTHENTICATE)
            .into_iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(challenges)
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("digest"))
            .filter_map(|(_, parameters)| Self::read(&parameters))
            .max_by_key(|challenge| challenge.algorithm)
    }

    fn read(parameters: &[(String, String)]) -> Option<Self> {
        let get = |name: &str| {
            parameters
                .iter()
                .find(|(other, _)| other.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone())
        };
        let written_algorithm = get("algorithm");
        let algorithm = written_algorithm.clone().unwrap_or_else(|| "MD5".to_owned()).to_ascii_uppercase();
        let session = algorithm.ends_with("-SESS");
        let algorithm = match algorithm.trim_end_matches("-SESS") {
            "MD5" => Algorithm::Md5,
            "SHA-256" => Algorithm::Sha256,
            "SHA-512-256" => Algorithm::Sha512Of256,
            _ => return None,
        };
        let protection = match get("qop") {
            None => Protection::Legacy,
            Some(offered) => {
                let offers =
                    |name: &str| offered.split(',').any(|word| word.trim().eq_ignore_ascii_case(name));
                if offers("auth") {
                    Protection::Auth
                } else if offers("auth-int") {
                    Protection::Integrity
                } else {
                    return None;
                }
            }
        };
        Some(Self {
            realm: get("realm")?,
            nonce: get("nonce")?,
            opaque: get("opaque"),
            algorithm,
            written_algorithm,
            session,
            protection,
            hashes_user: get("userhash").is_some_and(|value| value.eq_ignore_ascii_case("true")),
            count: 0,
        })
    }

    /// The `Authorization` header, with the nonce's count one higher than the time before.
    ///
    /// # Errors
    /// A validation error where a header cannot carry the user's name.
    pub(super) fn answer(
        &mut self,
        credentials: &Credentials,
        asked: &Asked<'_>,
        client_nonce: &str,
    ) -> Result<HeaderValue, WorkflowError> {
        self.count = self.count.saturating_add(1);
        let Credentials { username, password } = credentials;
        let hash = |text: &str| self.algorithm.hash(text.as_bytes());
        let uri = match asked.url.query() {
            Some(query) => format!("{}?{query}", asked.url.path()),
            None => asked.url.path().to_owned(),
        };
        let mut user = hash(&format!("{username}:{}:{password}", self.realm));
        if self.session {
            user = hash(&format!("{user}:{}:{client_nonce}", self.nonce));
        }
        let request = match self.protection {
            Protection::Integrity => {
                hash(&format!("{}:{uri}:{}", asked.method, self.algorithm.hash(asked.body)))
            }
            _ => hash(&format!("{}:{uri}", asked.method)),
        };
        let count = format!("{:08x}", self.count);
        let response = match self.protection {
            Protection::Legacy => hash(&format!("{user}:{}:{request}", self.nonce)),
            other => {
                hash(&format!("{user}:{}:{count}:{client_nonce}:{}:{request}", self.nonce, other.word()))
            }
        };
        let mut parts = vec![self.user(username)];
        parts.push(format!("realm={}", quoted(&self.realm)));
        parts.push(format!("nonce={}", quoted(&self.nonce)));
        parts.push(format!("uri={}", quoted(&uri)));
        parts.push(format!("response=\"{response}\""));
        if let Some(algorithm) = &self.written_algorithm {
            parts.push(format!("algorithm={algorithm}"));
        }
        if self.protection != Protection::Legacy {
            parts.push(format!("qop={}, nc={count}", self.protection.word()));
        }
        if self.protection != Protection::Legacy || self.session {
            parts.push(format!("cnonce={}", quoted(client_nonce)));
        }
        if let Some(opaque) = &self.opaque {
            parts.push(format!("opaque={}", quoted(opaque)));
        }
        if self.hashes_user {
            parts.push("userhash=true".to_owned());
        }
        secret_header(&format!("Digest {}", parts.join(", ")))
    }

    fn user(&self, username: &str) -> String {
        if self.hashes_user {
            let hashed = self.algorithm.hash(format!("{username}:{}", self.realm).as_bytes());
            format!("username=\"{hashed}\"")
        } else if username.is_ascii() {
            format!("username={}", quoted(username))
        } else {
            format!("username*=UTF-8''{}", wire::operation::encode_segment(username))
        }
    }
}

impl Algorithm {
    fn hash(self, bytes: &[u8]) -> String {
        let hex = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::Md5 => hex(&Md5::digest(bytes)),
            Self::Sha256 => hex(&Sha256::digest(bytes)),
            Self::Sha512Of256 => hex(&Sha512_256::digest(bytes)),
        }
    }
}

impl Protection {
    fn word(self) -> &'static str {
        match self {
            Self::Legacy => "",
            Self::Auth => "auth",
            Self::Integrity => "auth-int",
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The challenges of one `WWW-Authenticate` line: scheme and parameters (RFC 9110, 11.6.1).
fn challenges(line: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for item in items(line) {
        let item = item.trim();
        if item.is_empty() {
            continue;
        }
        // `Scheme name=value` begins a challenge, `name=value` continues it.
        let (head, rest) = item.split_once(char::is_whitespace).unwrap_or((item, ""));
        let parameter = if head.contains('=') || rest.trim_start().starts_with('=') {
            item
        } else {
            found.push((head.to_owned(), Vec::new()));
            rest
        };
        if let (Some((_, parameters)), Some((name, value))) = (found.last_mut(), parameter.split_once('=')) {
            parameters.push((name.trim().to_owned(), unquoted(value.trim())));
        }
    }
    found
}

/// The parts between the commas that stand outside of quotes.
fn items(line: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (index, byte) in line.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                parts.push(&line[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&line[start..]);
    parts
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(line).unwrap());
        }
        headers
    }

    /// RFC 7616, 3.9.1: the same request answered in both algorithms.
    #[test]
    fn the_examples_of_the_rfc_are_answered_as_it_says() {
        const REST: &str = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
            nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        let url = Url::parse("http://api.example.org/dir/index.html").unwrap();
        let asked = Asked { method: &Method::GET, url: &url, body: b"" };
        let credentials =
            Credentials { username: "Mufasa".to_owned(), password: "Circle of Life".to_owned() };
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let line = format!("Digest algorithm={algorithm}, {REST}");
            let mut challenge = Challenge::of(&headers(&[&line])).unwrap();
            let nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
            let answer = challenge.answer(&credentials, &asked, nonce).unwrap();
            let answer = answer.to_str().unwrap();
            assert!(answer.contains(&format!("response=\"{response}\"")), "{answer}");
            assert!(answer.contains("qop=auth, nc=00000001"), "{answer}");
            let again = challenge.answer(&credentials, &asked, nonce).unwrap();
            assert!(again.to_str().unwrap().contains("nc=00000002"));
        }
    }

    #[test]
    fn the_best_challenge_is_taken_from_among_several() {
        let several = headers(&[
            "Basic realm=\"a, b\", Digest realm=\"r\", nonce=\"n\", algorithm=MD5, qop=auth",
            "DIGEST realm=\"with \\\"quotes\\\"\", nonce=\"m\", algorithm=SHA-256, qop=\"auth-int,auth\", userhash=true",
            "Digest realm=\"r\", nonce=\"n\", algorithm=SHA3-999",
        ]);
        let mut challenge = Challenge::of(&several).unwrap();
        assert_eq!((challenge.algorithm, challenge.realm.as_str()), (Algorithm::Sha256, "with \"quotes\""));
        let url = Url::parse("http://host/a?b=c").unwrap();
        let credentials = Credentials { username: "用户".to_owned(), password: "p".to_owned() };
        let asked = Asked { method: &Method::POST, url: &url, body: b"x" };
        let answer = challenge.answer(&credentials, &asked, "c").unwrap();
        let answer = answer.to_str().unwrap();
        assert!(answer.contains("uri=\"/a?b=c\"") && answer.contains("userhash=true"), "{answer}");
        assert_eq!(Challenge::of(&headers(&["Basic realm=\"r\""])), None);
        let mut plain = Challenge::of(&headers(&["Digest realm=r, nonce=n"])).unwrap();
        let answer = plain.answer(&credentials, &asked, "c").unwrap();
        let answer = answer.to_str().unwrap();
        assert!(answer.contains("username*=UTF-8''%E7%94%A8") && !answer.contains("nc="), "{answer}");
    }

    proptest! {
        #[test]
        fn any_challenge_is_survived(line in "\\PC{0,80}") {
            let _ = challenges(&line);
            let _ = challenges(&format!("Digest {line}"));
        }
    }
}
