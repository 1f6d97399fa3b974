//! The canonical form of a request: what both sides hash, whatever proxies did to case and order.
//!
//! It does not normalise `..` or repeated slashes, for no SDK does.

use std::fmt::Write;

use crate::digest;

/// A request as it stands on the wire.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    /// The path of the request line, percent-encoded as sent. An escaped slash counts as a slash, as in the SDKs.
    pub path: &'a str,
    /// The query of the request line without the `?`, percent-encoded as sent; a `+` is a space, as in forms.
    pub query: &'a str,
    /// Names in any case; a header that comes several times stands here several times.
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The first value of a header, by its name in any case.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers
            .iter()
            .find(|(header, _)| header.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }
}

/// The canonical request; `signed_headers` are lower-case names in the order in which they are signed.
pub(crate) fn request(request: &Request<'_>, signed_headers: &[String]) -> String {
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        request.method.to_ascii_uppercase(),
        path(request.path),
        query(request.query)
    );
    for name in signed_headers {
        let mut values: Vec<&str> = request
            .headers
            .iter()
            .filter(|(header, _)| header.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect();
        values.sort_unstable();
        for value in values {
            canonical.push_str(name);
            canonical.push(':');
            canonical.push_str(value);
            canonical.push('\n');
        }
    }
    canonical.push('\n');
    canonical.push_str(&signed_headers.join(";"));
    canonical.push('\n');
    canonical.push_str(&digest(request.body));
    canonical
}

/// Percent-encodes everything but the unreserved characters of RFC 3986: the one encoding that the scheme knows.
pub fn encode(text: &str) -> String {
    encode_bytes(text.as_bytes())
}

/// The canonical query of plain (not yet encoded) names and values: sorted by name, then by value.
pub fn encode_query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    canonical_pairs(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
}

fn path(path: &str) -> String {
    let mut canonical = decode(path, Plus::Literal)
        .split(|byte| *byte == b'/')
        .map(encode_bytes)
        .collect::<Vec<_>>()
        .join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

fn query(query: &str) -> String {
    canonical_pairs(
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name, Plus::Space), decode(value, Plus::Space)))
            .collect(),
    )
}

fn canonical_pairs(mut pairs: Vec<(Vec<u8>, Vec<u8>)>) -> String {
    // Sorted before encoding, as the Go, Python and JavaScript SDKs do.
    pairs.sort();
    let encoded: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode_bytes(name), encode_bytes(value))).collect();
    encoded.join("&")
}

/// What a `+` means: itself in a path, a space in a query.
#[derive(Clone, Copy, PartialEq)]
enum Plus {
    Literal,
    Space,
}

/// Percent-decoding; a `%` that no two hexadecimal digits follow stands for itself.
fn decode(text: &str, plus: Plus) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|value| value as u8);
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = after;
                }
                _ => decoded.push(first),
            },
            (b'+', _) if plus == Plus::Space => decoded.push(b' '),
            _ => decoded.push(first),
        }
    }
    decoded
}

fn encode_bytes(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_in_a_slash_and_is_encoded_once() {
        for (wire, canonical) in [
            ("", "/"),
            ("/", "/"),
            ("/resources", "/resources/"),
            ("/a%20b/%e4%b8%80", "/a%20b/%E4%B8%80/"),
            ("/logs/%2Fdo%2F2/x", "/logs//do/2/x/"),
            ("/100%/+", "/100%25/%2B/"),
        ] {
            assert_eq!(path(wire), canonical, "{wire}");
        }
    }

    #[test]
    fn a_query_is_the_same_however_the_client_wrote_it() {
        for wire in ["b=1&a=x%20y&a=", "a&a=x+y&b=1", "&a=x%20y&&a=&b=1"] {
            assert_eq!(query(wire), "a=&a=x%20y&b=1", "{wire}");
        }
    }
}
