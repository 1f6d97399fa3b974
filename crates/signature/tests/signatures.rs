//! Known signatures of the public SDKs (`../shared/vectors`), and that what we sign we also verify.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "helpers of tests, which clippy does not take for tests"
)]

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;
use signature::{
    AccessKey, Authorization, Credentials, Refusal, Request, SdkDate, SecretKey, encode_query, sign, verify,
};

fn vectors() -> Option<Value> {
    let shared = std::env::var_os("MAS_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    match std::fs::read_to_string(shared.join("vectors/aksk-signatures.json")) {
        Ok(text) => Some(serde_json::from_str(&text).expect("the vectors are JSON")),
        Err(_) => {
            println!("skipped: no ../shared");
            None
        }
    }
}

fn credentials(access: &str, secret: &str) -> Credentials {
    Credentials { access_key: AccessKey(access.into()), secret_key: SecretKey(secret.into()) }
}

#[test]
fn the_known_signatures_of_the_sdks() {
    let Some(vectors) = vectors() else { return };
    let vectors = vectors["vectors"].as_array().expect("vectors");
    assert!(vectors.len() >= 6);
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap_or_default();
        let mut headers: Vec<(&str, &str)> = vector["headers"]
            .as_object()
            .expect("headers")
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().expect("a header's value")))
            .collect();
        if !text("host").is_empty() {
            headers.push(("Host", text("host")));
        }
        let request = Request {
            method: text("method"),
            path: text("path"),
            query: text("query"),
            headers: &headers,
            body: text("body").as_bytes(),
        };
        let credentials = credentials(text("access"), text("secret"));
        let date = SdkDate::parse(text("date")).expect("a date");
        let signed = sign(&request, &credentials, date);
        assert_eq!(
            signed.authorization,
            format!(
                "SDK-HMAC-SHA256 Access={}, SignedHeaders={}, Signature={}",
                text("access"),
                text("signed_headers"),
                text("signature")
            ),
            "{}",
            text("name")
        );
        if let Some(canonical) = vector.get("canonical_request_sha256") {
            assert_eq!(
                signed.canonical_request_sha256,
                canonical.as_str().expect("a digest"),
                "{}",
                text("name")
            );
        }

        let authorization = Authorization::parse(&signed.authorization).expect("our own header");
        let mut with_date = headers.clone();
        with_date.push(("X-Sdk-Date", &signed.x_sdk_date));
        let arrived = Request { headers: &with_date, ..request };
        let at = |now| verify(&arrived, &authorization, &credentials.secret_key, now);
        assert_eq!(at(date.unix_seconds()), Ok(()), "{}", text("name"));
    }
}

#[test]
fn the_known_query_encoding() {
    let Some(vectors) = vectors() else { return };
    let encoding = &vectors["query_encoding"];
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut pairs = Vec::new();
    for pair in encoding["pairs"].as_array().expect("pairs") {
        match &pair[1] {
            Value::Array(values) => pairs.extend(values.iter().map(|value| (plain(&pair[0]), plain(value)))),
            value => pairs.push((plain(&pair[0]), plain(value))),
        }
    }
    let query = encode_query(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    assert_eq!(query, encoding["canonical"].as_str().expect("canonical"));
}

/// Verifies, half a minute later, a signed POST that somebody changed on the way.
fn check(change: impl FnOnce(&mut Arrived), expected: Result<(), Refusal>) {
    let credentials = credentials("AccessKey", "SecretKey");
    let date = SdkDate::from_unix_seconds(1_573_789_015);
    let headers = [("Host", "mas.example.com"), ("Content-Type", "application/json")];
    let request = Request { method: "POST", path: "/v1/start", query: "a=1", headers: &headers, body: b"{}" };
    let signed = sign(&request, &credentials, date);
    let mut arrived = Arrived {
        method: "POST",
        path: "/v1/start",
        query: "a=1",
        headers: vec![
            ("host", "mas.example.com".into()),
            ("content-type", " application/json ".into()),
            ("x-sdk-date", signed.x_sdk_date.clone()),
            ("accept", "*/*".into()),
        ],
        body: b"{}",
        authorization: signed.authorization,
        now: date.unix_seconds() + 30,
    };
    change(&mut arrived);
    let headers: Vec<(&str, &str)> =
        arrived.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let request = Request {
        method: arrived.method,
        path: arrived.path,
        query: arrived.query,
        headers: &headers,
        body: arrived.body,
    };
    let answer = Authorization::parse(&arrived.authorization)
        .and_then(|authorization| verify(&request, &authorization, &credentials.secret_key, arrived.now));
    assert_eq!(answer, expected);
}

struct Arrived {
    method: &'static str,
    path: &'static str,
    query: &'static str,
    headers: Vec<(&'static str, String)>,
    body: &'static [u8],
    authorization: String,
    now: i64,
}

#[test]
fn a_request_that_was_changed_on_the_way_is_refused() {
    let wrong = || Err(Refusal::SignatureWrong);
    check(|_| (), Ok(()));
    check(|arrived| arrived.method = "DELETE", wrong());
    check(|arrived| arrived.path = "/v1/stop", wrong());
    check(|arrived| arrived.query = "a=2", wrong());
    check(|arrived| arrived.body = b"{ }", wrong());
    check(|arrived| arrived.headers[0].1 = "evil.example.com".into(), wrong());
    check(|arrived| arrived.headers.push(("host", "evil.example.com".into())), wrong());
    check(|arrived| arrived.headers[3].1 = "text/html".into(), Ok(()));
    check(|arrived| arrived.authorization = arrived.authorization.replace("host;", ""), wrong());
    check(
        |arrived| drop(arrived.headers.remove(1)),
        Err(Refusal::HeaderMissing { name: "content-type".into() }),
    );
}

#[test]
fn the_clocks_may_differ_by_fifteen_minutes() {
    let minutes = |count: i64| 1_573_789_015 + count * 60;
    check(|arrived| arrived.now = minutes(15), Ok(()));
    check(|arrived| arrived.now = minutes(-15), Ok(()));
    check(|arrived| arrived.now = minutes(15) + 1, Err(Refusal::DateOff { skew_seconds: 901 }));
    check(|arrived| arrived.now = minutes(-15) - 1, Err(Refusal::DateOff { skew_seconds: 901 }));
    check(
        |arrived| arrived.now = i64::MIN,
        Err(Refusal::DateOff { skew_seconds: (1 << 63) + 1_573_789_015 }),
    );
    check(|arrived| arrived.headers[2].1 = "yesterday".into(), Err(Refusal::DateMalformed));
    // Another date within the window is another string to sign.
    check(|arrived| arrived.headers[2].1 = "20191115T033656Z".into(), Err(Refusal::SignatureWrong));
}

#[test]
fn a_header_that_is_not_ours_is_named() {
    let refused = |value: &str, part| {
        assert_eq!(Authorization::parse(value), Err(Refusal::Malformed { part }), "{value}");
    };
    let signature = "0".repeat(64);
    refused("Bearer x", "scheme");
    refused("SDK-HMAC-SHA256Access=a", "scheme");
    refused("SDK-HMAC-SHA256 ", "scheme");
    refused(&format!("SDK-HMAC-SHA256 SignedHeaders=host, Signature={signature}"), "Access");
    refused(&format!("SDK-HMAC-SHA256 Access=a, SignedHeaders=;, Signature={signature}"), "SignedHeaders");
    refused("SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=00", "Signature");
    refused(&format!("SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature={signature}0"), "Signature");
    let twice = format!("SDK-HMAC-SHA256 Access=a, Access=b, SignedHeaders=host, Signature={signature}");
    refused(&twice, "Access, SignedHeaders, Signature");
    assert!(
        Authorization::is_ours("SDK-HMAC-SHA256 whatever") && !Authorization::is_ours("SDK-HMAC-SHA2567 x")
    );
}

#[test]
fn the_secret_reaches_no_log() {
    assert!(!format!("{:?}", credentials("AccessKey", "SecretValue")).contains("SecretValue"));
}

proptest! {
    #[test]
    fn what_we_sign_we_verify(
        method in "[A-Za-z]{1,7}",
        path in "(/[ -~]{0,12}){0,4}",
        query in "[ -~]{0,40}",
        headers in prop::collection::vec(("[A-Za-z][A-Za-z0-9-]{0,8}", "[ -~]{0,12}"), 0..6),
        body in prop::collection::vec(any::<u8>(), 0..64),
        secret in ".{0,80}",
        now in -60_000_000_000_i64..250_000_000_000,
        flip in 0_usize..256,
    ) {
        let credentials = credentials("AK", &secret);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let request = Request { method: &method, path: &path, query: &query, headers: &headers, body: &body };
        let signed = sign(&request, &credentials, SdkDate::from_unix_seconds(now));
        let mut with_date = headers.clone();
        with_date.retain(|(name, _)| !name.eq_ignore_ascii_case("x-sdk-date"));
        with_date.push(("X-SDK-DATE", &signed.x_sdk_date));
        with_date.reverse();
        let arrived = Request { headers: &with_date, ..request };
        let authorization = Authorization::parse(&signed.authorization).expect("our own header");
        prop_assert_eq!(verify(&arrived, &authorization, &credentials.secret_key, now + 899), Ok(()));

        // One digit of the signature changed: refused.
        let digit = signed.authorization.len() - 1 - flip % 64;
        let mut forged = signed.authorization.clone().into_bytes();
        forged[digit] = if forged[digit] == b'0' { b'1' } else { b'0' };
        let forged = Authorization::parse(&String::from_utf8(forged).expect("ASCII")).expect("well formed");
        prop_assert_eq!(verify(&arrived, &forged, &credentials.secret_key, now), Err(Refusal::SignatureWrong));
    }

    #[test]
    fn no_header_panics(value in "(SDK-HMAC-SHA256 )?.*") {
        let _ = Authorization::parse(&value);
    }
}
