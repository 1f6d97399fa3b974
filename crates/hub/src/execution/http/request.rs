//! What an HTTP call asks for, read from its `with`: `call: http` of the DSL and the catalog's `http-request`.
//!
//! Pure: nothing is sent and nothing is resolved here. Expressions are evaluated already.

use flow::engine::WorkflowError;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::{Map, Value};

use super::authentication::{Authentication, basic, secret_header};
use super::tokens::form;
use crate::execution::faults;

/// A request that is ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct RequestPlan {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
    pub authentication: Option<Authentication>,
    pub output: OutputForm,
    /// Follow redirections, and take a 3xx that cannot be followed for an answer.
    pub redirect: bool,
    /// The statuses that are right; empty means 200 to 299 (to 399 with `redirect`).
    pub expected: Vec<u16>,
    pub version: VersionChoice,
}

impl RequestPlan {
    /// A request of the hub itself, with nothing but a method and a URL.
    pub(super) fn bare(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            authentication: None,
            output: OutputForm::Content,
            redirect: false,
            expected: Vec::new(),
            version: VersionChoice::Any,
        }
    }
}

/// What becomes the task's output (DSL reference, HTTP call, `output`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputForm {
    /// The body, read as what it says it is.
    Content,
    /// The body's bytes, in base64.
    Raw,
    /// Request, status, headers and content.
    Response,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum VersionChoice {
    #[default]
    Any,
    Http1,
    Http2,
}

/// Headers that say where a message ends. One that disagrees with the body would let a second request hide in it.
const FRAMING: [&str; 5] = ["content-length", "transfer-encoding", "connection", "te", "upgrade"];

/// Reads the `with` of a `call: http`.
///
/// # Errors
/// A validation or configuration error that names the member.
pub(super) fn from_call(with: &Value) -> Result<RequestPlan, WorkflowError> {
    let (address, authentication) = endpoint(with.get("endpoint"))?;
    let headers = headers(with.get("headers"))?;
    let output = OutputForm::read(with)?;
    plan(Parts {
        method: with.get("method"),
        address,
        query: with.get("query"),
        headers,
        body: with.get("body"),
        authentication,
        output,
        redirect: with.get("redirect").and_then(Value::as_bool).unwrap_or_default(),
        expected: Vec::new(),
        version: VersionChoice::Any,
    })
}

/// Reads the `with` of `http-request`: `{method, url, parameters, headers, body, httpVersion, tokenSource, token,
/// expectedStatus}`. Its output is always `{statusCode, headers, content}`.
///
/// # Errors
/// A validation error that names the member.
pub(super) fn from_plugin(with: &Value) -> Result<RequestPlan, WorkflowError> {
    let mut headers = headers(with.get("headers"))?;
    match with.get("tokenSource").and_then(Value::as_str) {
        None | Some("" | "none") => {}
        Some(source @ ("bearer" | "iam")) => {
            let token = with.get("token").and_then(Value::as_str).unwrap_or_default();
            if token.is_empty() {
                return Err(faults::validation(format!("tokenSource {source:?} needs a token")));
            }
            if source == "bearer" {
                headers.insert(AUTHORIZATION, secret_header(&format!("Bearer {token}"))?);
            } else {
                headers.insert(HeaderName::from_static("x-auth-token"), secret_header(token)?);
            }
        }
        Some(other) => {
            return Err(faults::validation(format!("tokenSource {other:?} is none of none, bearer, iam")));
        }
    }
    let version = match with.get("httpVersion").and_then(Value::as_str) {
        None | Some("" | "auto") => VersionChoice::Any,
        Some("1.1" | "HTTP/1.1") => VersionChoice::Http1,
        Some("2" | "2.0" | "HTTP/2") => VersionChoice::Http2,
        Some(other) => return Err(faults::validation(format!("httpVersion {other:?} is neither 1.1 nor 2"))),
    };
    plan(Parts {
        method: with.get("method"),
        address: with.get("url").and_then(Value::as_str).unwrap_or_default(),
        query: with.get("parameters"),
        headers,
        body: with.get("body"),
        authentication: None,
        output: OutputForm::Response,
        redirect: false,
        expected: expected(with.get("expectedStatus"))?,
        version,
    })
}

/// An endpoint: its address, and who calls it (DSL reference, Endpoint).
///
/// # Errors
/// A configuration error that names the member of the policy.
pub(super) fn endpoint(endpoint: Option<&Value>) -> Result<(&str, Option<Authentication>), WorkflowError> {
    Ok(match endpoint {
        Some(Value::String(address)) => (address.as_str(), None),
        Some(Value::Object(endpoint)) => (
            endpoint.get("uri").and_then(Value::as_str).unwrap_or_default(),
            policy(endpoint.get("authentication"))?,
        ),
        _ => ("", None),
    })
}

/// The policy of a call, if it has one.
///
/// # Errors
/// A configuration error that names the member.
pub(super) fn policy(policy: Option<&Value>) -> Result<Option<Authentication>, WorkflowError> {
    policy.filter(|policy| !policy.is_null()).map(Authentication::read).transpose()
}

impl OutputForm {
    /// # Errors
    /// A validation error for a word that is none.
    pub(super) fn read(with: &Value) -> Result<Self, WorkflowError> {
        match with.get("output").and_then(Value::as_str) {
            None | Some("content") => Ok(Self::Content),
            Some("raw") => Ok(Self::Raw),
            Some("response") => Ok(Self::Response),
            Some(other) => {
                Err(faults::validation(format!("output {other:?} is none of raw, content, response")))
            }
        }
    }
}

/// What a plan is made of.
pub(super) struct Parts<'a> {
    pub method: Option<&'a Value>,
    pub address: &'a str,
    pub query: Option<&'a Value>,
    pub headers: HeaderMap,
    pub body: Option<&'a Value>,
    pub authentication: Option<Authentication>,
    pub output: OutputForm,
    pub redirect: bool,
    pub expected: Vec<u16>,
    pub version: VersionChoice,
}

/// # Errors
/// A validation error that names the member.
pub(super) fn plan(parts: Parts<'_>) -> Result<RequestPlan, WorkflowError> {
    let method = parts.method.and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase();
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| faults::validation(format!("method {method:?} is not a method of HTTP")))?;
    let mut url = Url::parse(parts.address)
        .map_err(|cause| faults::validation(format!("{:?} is not a URL: {cause}", shown(parts.address))))?;
    let mut headers = parts.headers;
    if !url.username().is_empty() || url.password().is_some() {
        // Credentials in a URL would be logged and sent on with it: they become the header that they stand for.
        let (username, password) = (url.username().to_owned(), url.password().unwrap_or_default().to_owned());
        if !headers.contains_key(AUTHORIZATION) {
            headers.insert(AUTHORIZATION, basic(&username, &password)?);
        }
        let cleared = url.set_username("").and_then(|()| url.set_password(None));
        if cleared.is_err() {
            return Err(faults::validation("a URL with credentials needs a host"));
        }
    }
    add_query(&mut url, parts.query)?;
    let body = body(parts.body, &mut headers);
    Ok(RequestPlan {
        method,
        url,
        headers,
        body,
        authentication: parts.authentication,
        output: parts.output,
        redirect: parts.redirect,
        expected: parts.expected,
        version: parts.version,
    })
}

/// A URL that does not parse is shown without what could be a credential in it.
fn shown(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(_, rest)| rest)
}

fn members<'a>(
    value: Option<&'a Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, WorkflowError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(faults::validation(format!("{name} is not an object"))),
    }
}

/// How a value stands in a header or a query: text as it is, anything else as JSON.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn add_query(url: &mut Url, query: Option<&Value>) -> Result<(), WorkflowError> {
    let Some(query) = members(query, "query")? else { return Ok(()) };
    if query.is_empty() {
        return Ok(());
    }
    let mut pairs = url.query_pairs_mut();
    for (name, value) in query {
        match value {
            Value::Null => {}
            Value::Array(values) => {
                for value in values {
                    pairs.append_pair(name, &text_of(value));
                }
            }
            value => {
                pairs.append_pair(name, &text_of(value));
            }
        }
    }
    Ok(())
}

pub(super) fn headers(headers: Option<&Value>) -> Result<HeaderMap, WorkflowError> {
    let mut map = HeaderMap::new();
    let Some(members) = members(headers, "headers")? else { return Ok(map) };
    for (name, value) in members {
        if value.is_null() {
            continue;
        }
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| faults::validation(format!("headers: {name:?} is not the name of a header")))?;
        if FRAMING.contains(&header.as_str()) {
            return Err(faults::validation(format!("headers: {name:?} is set by the hub, from the body")));
        }
        let value = HeaderValue::from_str(&text_of(value)).map_err(|_| {
            faults::validation(format!(
                "headers: the value of {name:?} has characters that a header cannot carry"
            ))
        })?;
        map.append(header, value);
    }
    Ok(map)
}

/// The type of a body whose fields are written as a browser writes them.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM))
}

fn body(body: Option<&Value>, headers: &mut HeaderMap) -> Option<Vec<u8>> {
    let (bytes, kind) = match body? {
        Value::Null => return None,
        Value::String(text) => (text.clone().into_bytes(), "text/plain; charset=utf-8"),
        Value::Object(fields) if is_form(headers) => {
            let fields: Vec<_> = fields
                .iter()
                .flat_map(|(name, value)| match value {
                    Value::Null => Vec::new(),
                    Value::Array(values) => values.iter().map(|value| (name, text_of(value))).collect(),
                    value => vec![(name, text_of(value))],
                })
                .collect();
            (form(&fields).into_bytes(), FORM)
        }
        other => (other.to_string().into_bytes(), "application/json"),
    };
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
    Some(bytes)
}

fn expected(statuses: Option<&Value>) -> Result<Vec<u16>, WorkflowError> {
    let wrong = || faults::validation("expectedStatus is a list of numbers from 100 to 599");
    let one = |value: &Value| {
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
        number.and_then(|number| u16::try_from(number).ok()).filter(|status| (100..600).contains(status))
    };
    match statuses {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(|value| one(value).ok_or_else(wrong)).collect(),
        Some(value) => Ok(vec![one(value).ok_or_else(wrong)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_call_of_the_dsl_is_read_whole() {
        let plan = from_call(&json!({
            "method": "post",
            "endpoint": {"uri": "http://example.com/a?x=1", "authentication": {"basic": {"username": "u", "password": "p"}}},
            "query": {"q": "a b", "n": 2, "list": [1, 2], "none": null},
            "headers": {"X-Trace": 7},
            "body": {"a": 1},
            "output": "response",
            "redirect": true
        }))
        .unwrap();
        assert_eq!(plan.method, Method::POST);
        assert_eq!(plan.url.as_str(), "http://example.com/a?x=1&q=a+b&n=2&list=1&list=2");
        assert!(matches!(plan.authentication, Some(Authentication::Basic(_))));
        assert_eq!(plan.headers["content-type"], "application/json");
        assert_eq!(plan.headers["x-trace"], "7");
        assert_eq!((plan.output, plan.redirect), (OutputForm::Response, true));
    }

    #[test]
    fn credentials_in_a_url_become_a_header_and_are_gone_from_the_url() {
        let plan = from_plugin(&json!({"url": "http://u:p@example.com/"})).unwrap();
        assert_eq!(plan.url.as_str(), "http://example.com/");
        assert!(plan.headers["authorization"].is_sensitive());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |with: Value| from_plugin(&with).unwrap_err().detail.unwrap();
        assert!(check(json!({"url": "not a url"})).contains("not a URL"));
        assert!(check(json!({"url": "http://a/", "method": "G T"})).contains("method"));
        assert!(check(json!({"url": "http://a/", "headers": {"a b": "c"}})).contains("a b"));
        assert!(check(json!({"url": "http://a/", "headers": {"a": "b\nc"}})).contains("\"a\""));
        assert!(
            check(json!({"url": "http://a/", "headers": {"Content-Length": 3}})).contains("Content-Length")
        );
        assert!(check(json!({"url": "http://a/", "expectedStatus": [1000]})).contains("expectedStatus"));
        assert!(check(json!({"url": "http://a/", "tokenSource": "bearer"})).contains("token"));
        let policy = from_call(&json!({"endpoint": {"uri": "http://a/", "authentication": {"oauth2": {}}}}));
        assert!(policy.unwrap_err().kind.ends_with("/configuration"));
    }

    #[test]
    fn a_body_is_written_as_its_content_type_says() {
        let body = |headers: Value, body: Value| {
            let plan =
                from_call(&json!({"endpoint": "http://a/", "headers": headers, "body": body})).unwrap();
            String::from_utf8(plan.body.unwrap()).unwrap()
        };
        assert_eq!(body(json!({}), json!({"a": [1]})), r#"{"a":[1]}"#);
        assert_eq!(body(json!({}), json!("text")), "text");
        let form = json!({"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"});
        assert_eq!(
            body(form, json!({"a b": "c&d", "list": [1, true], "none": null})),
            "a+b=c%26d&list=1&list=true"
        );
    }
}
