//! One call of an operation: who, which resource, and the body and query as types, with reasons that name the field.

use axum::body::Bytes;
use axum::extract::Query;
use axum::http::{HeaderMap, Uri, header};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use wire::Operation;

use super::App;
use super::routes::Routed;
use crate::accounts::Principal;
use crate::error::HubError;

/// A call that is permitted already.
pub struct Call {
    pub app: App,
    pub principal: Principal,
    pub operation: Operation,
    parameters: Vec<(&'static str, String)>,
    uri: Uri,
    pub(super) headers: HeaderMap,
    body: Bytes,
}

impl Call {
    pub(super) fn new(
        app: App,
        principal: Principal,
        routed: Routed,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let Routed { operation, parameters } = routed;
        Self { app, principal, operation, parameters, uri, headers, body }
    }

    /// A parameter of the path; empty where the operation has none of that name.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The query as a type.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, HubError> {
        Query::<T>::try_from_uri(&self.uri).map(|Query(query)| query).map_err(|error| {
            let cause = innermost(&error);
            HubError::bad_request(format!("query: {cause}"), format!("查询参数不正确：{cause}"))
        })
    }

    /// The query as pairs, where a name may come several times.
    ///
    /// # Errors
    /// 400 for a query that is not one.
    pub fn query_pairs(&self) -> Result<Vec<(String, String)>, HubError> {
        self.query()
    }

    /// The query of an operation that takes none but the named parameters, each at most once.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn query_values<const N: usize>(&self, names: [&str; N]) -> Result<[Option<String>; N], HubError> {
        let mut values = [const { None }; N];
        for (name, value) in self.query_pairs()? {
            let Some(at) = names.iter().position(|known| *known == name) else {
                return Err(unknown_parameter(&name, &names));
            };
            if values[at].replace(value).is_some() {
                return Err(HubError::bad_request(
                    format!("query: {name} is given twice"),
                    format!("查询参数 {name} 重复"),
                ));
            }
        }
        Ok(values)
    }

    /// A parameter of the query that has to be there.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn required(name: &str, value: Option<String>) -> Result<String, HubError> {
        value.filter(|value| !value.is_empty()).ok_or_else(|| {
            HubError::bad_request(format!("query: {name} is missing"), format!("缺少查询参数 {name}"))
        })
    }

    /// Whether there is a body.
    pub fn has_body(&self) -> bool {
        !self.body.trim_ascii().is_empty()
    }

    /// The body as a type, whatever its content type says.
    ///
    /// # Errors
    /// 400 that names the member.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HubError> {
        read_json(&self.body)
    }

    /// The revision of `If-Match`; `None` where there is no such header, or it is `*`.
    ///
    /// # Errors
    /// 400 where it is not a revision.
    pub fn if_match(&self) -> Result<Option<u64>, HubError> {
        let Some(value) = self.headers.get(header::IF_MATCH) else { return Ok(None) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(None);
        }
        let text = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
        text.parse().map(Some).map_err(|_| {
            HubError::bad_request(
                "If-Match is the revision that was edited, such as \"3\"",
                "If-Match 应为所编辑的版本号，例如 \"3\"",
            )
        })
    }

    /// What tells this request from another one with the same idempotency key.
    pub(super) fn digest(&self) -> String {
        let mut digest = Sha256::new();
        let if_match = self.headers.get(header::IF_MATCH).map_or(&b""[..], |value| value.as_bytes());
        let method = self.operation.method().as_str();
        let target = self.uri.path_and_query().map_or("", |target| target.as_str());
        for part in [method.as_bytes(), target.as_bytes(), if_match, &self.body] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Reads JSON as a type.
///
/// # Errors
/// 400 that names the member.
pub fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, HubError> {
    if body.trim_ascii().is_empty() {
        return Err(HubError::bad_request("the body is missing", "缺少请求体"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        match path.as_str() {
            "." | "" => HubError::bad_request(format!("body: {cause}"), format!("请求体不正确：{cause}")),
            path => HubError::bad_request(
                format!("body: {path}: {cause}"),
                format!("请求体字段 {path} 不正确：{cause}"),
            ),
        }
    })?;
    deserializer
        .end()
        .map_err(|cause| HubError::bad_request(format!("body: {cause}"), format!("请求体不正确：{cause}")))?;
    Ok(value)
}

fn unknown_parameter(name: &str, known: &[&str]) -> HubError {
    let known = known.join(", ");
    HubError::bad_request(
        format!("query: there is no parameter {name}; there are: {known}"),
        format!("未知的查询参数 {name}，可用：{known}"),
    )
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
