//! What an HTTP answer becomes: a task's output, or an error of the specification. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flow::engine::WorkflowError;
use flow::engine::errors::Standard;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{StatusCode, Url};
use serde_json::{Map, Value, json};

use super::request::{OutputForm, RequestPlan};
use crate::execution::faults;

/// An answer whose body is read.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The URL that answered, after redirections.
    pub url: Url,
}

/// How much of a body an error repeats.
const EXCERPT: usize = 500;

/// The task's output.
///
/// # Errors
/// A communication error with the answer's status where that status is not wanted.
pub(super) fn outcome(plan: &RequestPlan, answer: &Answer) -> Result<Value, WorkflowError> {
    let status = answer.status.as_u16();
    if !is_expected(plan, status) {
        let reason = answer.status.canonical_reason().unwrap_or("unknown status");
        let excerpt = excerpt(&answer.body);
        let separator = if excerpt.is_empty() { "" } else { ": " };
        return Err(faults::communication(
            status,
            format!(
                "{} {} answered {status} {reason}{separator}{excerpt}",
                plan.method,
                shown_url(&answer.url)
            ),
        ));
    }
    Ok(match plan.output {
        OutputForm::Content => content(plan, answer)?,
        OutputForm::Raw => Value::String(STANDARD.encode(&answer.body)),
        OutputForm::Response => json!({
            "request": {
                "method": plan.method.as_str(),
                "uri": answer.url.as_str(),
                "headers": headers(&plan.headers),
            },
            "statusCode": status,
            "headers": headers(&answer.headers),
            "content": content(plan, answer)?,
        }),
    })
}

fn is_expected(plan: &RequestPlan, status: u16) -> bool {
    if plan.expected.is_empty() {
        let end = if plan.redirect { 400 } else { 300 };
        (200..end).contains(&status)
    } else {
        plan.expected.contains(&status)
    }
}

/// A URL as logs and errors show it: the names of its parameters, not their values.
pub(super) fn shown_url(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    let names: Vec<_> = url.query_pairs().map(|(name, _)| format!("{name}=…")).collect();
    if names.is_empty() { shown.to_string() } else { format!("{shown}?{}", names.join("&")) }
}

/// What the answer holds. One that says it is JSON and is not is no answer to go on with: DSL reference, Standard Error
/// Types, counts "invalid responses" among the communication errors.
fn content(plan: &RequestPlan, answer: &Answer) -> Result<Value, WorkflowError> {
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind.ends_with("/json") || kind.ends_with("+json") {
        return serde_json::from_slice(&answer.body).map_err(|cause| {
            let (url, excerpt) = (shown_url(&answer.url), excerpt(&answer.body));
            let status = Standard::Communication.status();
            let detail = format!("{} {url} answered what is no {kind} ({cause}): {excerpt}", plan.method);
            faults::communication(status, detail)
        });
    }
    Ok(match std::str::from_utf8(&answer.body) {
        Ok(text) => Value::String(text.to_owned()),
        Err(_) => Value::String(STANDARD.encode(&answer.body)),
    })
}

fn headers(headers: &HeaderMap) -> Value {
    let mut members = Map::new();
    for name in headers.keys() {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| {
                if value.is_sensitive() || is_secret(name.as_str()) {
                    "***".to_owned()
                } else {
                    String::from_utf8_lossy(value.as_bytes()).into_owned()
                }
            })
            .collect();
        members.insert(name.as_str().to_owned(), Value::String(values.join(", ")));
    }
    Value::Object(members)
}

fn is_secret(header: &str) -> bool {
    matches!(header, "authorization" | "proxy-authorization" | "cookie" | "set-cookie" | "x-auth-token")
}

fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT)]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if body.len() > EXCERPT { format!("{text} …") } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::request::{from_call, from_plugin};
    use super::*;
    use reqwest::header::HeaderValue;

    fn answer(status: u16, kind: &'static str, body: &[u8]) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: body.to_vec(),
            url: Url::parse("http://a/?key=hidden").unwrap(),
        }
    }

    fn call(members: Value) -> RequestPlan {
        let mut with = json!({"method": "get", "endpoint": "http://a/"});
        if let (Some(with), Value::Object(members)) = (with.as_object_mut(), members) {
            with.extend(members);
        }
        from_call(&with).unwrap()
    }

    #[test]
    fn the_output_is_content_bytes_or_the_whole_answer() {
        let json_answer = answer(200, "application/problem+json; charset=utf-8", b"{\"a\":1}");
        assert_eq!(outcome(&call(json!({})), &json_answer), Ok(json!({"a": 1})));
        assert_eq!(outcome(&call(json!({"output": "raw"})), &json_answer), Ok(json!("eyJhIjoxfQ==")));
        let plan = call(json!({"output": "response", "headers": {"Authorization": "Bearer secret"}}));
        let output = outcome(&plan, &json_answer).unwrap();
        assert_eq!((&output["statusCode"], &output["content"]["a"]), (&json!(200), &json!(1)));
        assert!(!output.to_string().contains("secret"));
        assert_eq!(outcome(&call(json!({})), &answer(204, "text/plain", b"")), Ok(Value::Null));
        assert_eq!(outcome(&call(json!({})), &answer(200, "image/png", &[0xff, 0xfe])), Ok(json!("//4=")));
    }

    #[test]
    fn a_status_that_is_not_wanted_is_a_communication_error_with_that_status() {
        let error = outcome(&call(json!({})), &answer(503, "text/plain", b"try\nlater")).unwrap_err();
        assert_eq!(error.status, 503);
        assert!(error.kind.ends_with("/errors/communication"));
        let detail = error.detail.unwrap();
        assert!(detail.contains("try later") && !detail.contains("hidden"), "{detail}");
    }

    /// DSL reference, HTTP Response: `content` "should contain the deserialized response content".
    #[test]
    fn what_says_that_it_is_json_and_is_not_is_a_communication_error() {
        let broken = answer(200, "application/json", b"{\"a\":");
        for form in ["content", "response"] {
            let error = outcome(&call(json!({"output": form})), &broken).unwrap_err();
            assert_eq!(error.status, 500);
            assert!(error.kind.ends_with("/errors/communication"));
            assert!(error.detail.unwrap().contains("no application/json"), "{form}");
        }
        // Whoever wants the bytes gets them, and a text is a text.
        assert_eq!(outcome(&call(json!({"output": "raw"})), &broken), Ok(json!("eyJhIjo=")));
        assert_eq!(outcome(&call(json!({})), &answer(200, "text/plain", b"{")), Ok(json!("{")));
    }

    #[test]
    fn redirections_are_errors_unless_asked_for() {
        assert!(outcome(&call(json!({})), &answer(304, "text/plain", b"")).is_err());
        assert!(outcome(&call(json!({"redirect": true})), &answer(304, "text/plain", b"")).is_ok());
    }

    #[test]
    fn the_plugin_takes_exactly_the_statuses_that_it_is_told() {
        let plan = from_plugin(&json!({"url": "http://a/", "expectedStatus": [404, "410"]})).unwrap();
        assert!(outcome(&plan, &answer(404, "text/plain", b"")).is_ok());
        assert!(outcome(&plan, &answer(410, "text/plain", b"")).is_ok());
        assert!(outcome(&plan, &answer(200, "text/plain", b"")).is_err());
    }
}
