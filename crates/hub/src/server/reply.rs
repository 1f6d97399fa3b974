//! Answers: results in the envelope, the bodies that have none, and refusals in the documented shapes.

use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use wire::Envelope;
use wire::envelope::Empty;

use crate::error::{HubError, Language};

/// A successful answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Bytes,
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Reply {
    /// `{"result":…,"status":"success","error":null}`.
    ///
    /// # Errors
    /// Internal, where the result cannot be written as JSON.
    pub fn result(result: impl Serialize) -> Result<Self, HubError> {
        Self::bare(Envelope::success(result))
    }

    /// The result of an operation that has nothing to tell.
    ///
    /// # Errors
    /// As [`Reply::result`].
    pub fn empty() -> Result<Self, HubError> {
        Self::result(Empty {})
    }

    /// A body without the envelope, where the reference shows one.
    ///
    /// # Errors
    /// As [`Reply::result`].
    pub fn bare(body: impl Serialize) -> Result<Self, HubError> {
        let body = serde_json::to_vec(&body).map_err(HubError::internal)?;
        Ok(Self { status: 200, body: body.into(), headers: Vec::new() })
    }

    /// The revision as an entity tag, for the next `If-Match`.
    #[must_use]
    pub fn with_revision(mut self, revision: u64) -> Self {
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
            self.headers.push((header::ETAG, tag));
        }
        self
    }

    pub(crate) fn into_response(self) -> Response {
        let mut response = json_response(self.status, self.body);
        if self.status == 304 {
            // There is nothing that could be JSON.
            response.headers_mut().remove(header::CONTENT_TYPE);
        }
        response.headers_mut().extend(self.headers);
        response
    }
}

/// A refusal in both documented shapes.
pub(super) fn refusal(error: &HubError, language: Language) -> Response {
    let body = serde_json::to_vec(&error.body(language)).unwrap_or_default();
    finish(error, body)
}

/// A refused sign-in: IAM's shape, and the flat one of section 3.3 beside it.
pub fn refused_sign_in(error: &HubError, language: Language) -> Response {
    let status = error.http_status();
    let message = error.reason.get(language);
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let body = json!({
        "error": {"code": status, "title": title.unwrap_or_default(), "message": message},
        "error_code": error.code.as_str(),
        "error_msg": message,
    });
    finish(error, body.to_string().into_bytes())
}

fn finish(error: &HubError, body: Vec<u8>) -> Response {
    let mut response = json_response(error.http_status(), body.into());
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

pub(super) fn json_response(status: u16, body: Bytes) -> Response {
    let mut response = HttpResponse::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
