//! What the hub answers when it refuses or fails: a code, a reason in both languages, and the problems of a
//! definition where there are any.
//!
//! It knows nothing of HTTP bodies: `api` turns it into the documented shapes in the language of the request.

use std::fmt;

use flow::{Problem, Severity};
use wire::{ApiErrorBody, ErrorCode, ProblemReport, ReportSeverity};

/// A text in the two languages of the product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Localized {
    pub en: String,
    pub zh: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

impl Localized {
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }
}

#[derive(Clone, Debug)]
pub struct HubError {
    pub code: ErrorCode,
    /// Names the field and what would be right.
    pub reason: Localized,
    pub problems: Vec<Problem>,
    /// Where the code's own HTTP status is not the one to answer (413 for a body that is too large).
    pub status: Option<u16>,
    /// Seconds.
    pub retry_after: Option<u32>,
}

impl HubError {
    pub fn new(code: ErrorCode, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { code, reason: Localized::new(en, zh), problems: Vec::new(), status: None, retry_after: None }
    }

    pub fn bad_request(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest, en, zh)
    }

    pub fn not_signed_in(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotSignedIn, en, zh)
    }

    pub fn not_permitted(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotPermitted, en, zh)
    }

    pub fn not_found(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, en, zh)
    }

    pub fn conflict(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, en, zh)
    }

    /// A definition, or the input of one, that is not valid. The first errors stand in the reason already.
    pub fn invalid_definition(en: impl Into<String>, zh: impl Into<String>, problems: Vec<Problem>) -> Self {
        Self { problems, ..Self::new(ErrorCode::InvalidDefinition, en, zh) }
    }

    /// `retry_after` is in seconds.
    pub fn too_many_requests(en: impl Into<String>, zh: impl Into<String>, retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(ErrorCode::TooManyRequests, en, zh) }
    }

    pub fn too_large(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { status: Some(413), ..Self::bad_request(en, zh) }
    }

    /// Something that is the hub's own fault: the cause goes into the hub's log, not to the caller.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(
            ErrorCode::Internal,
            "the hub failed to do this; its log says why",
            "服务内部错误，原因见服务日志",
        )
    }

    pub fn http_status(&self) -> u16 {
        self.status.unwrap_or_else(|| self.code.http_status())
    }

    /// The documented body, both shapes at once.
    pub fn body(&self, language: Language) -> ApiErrorBody {
        let problems = self.problems.iter().map(|problem| report(problem, language)).collect();
        ApiErrorBody::new(self.code.clone(), self.reason.get(language).to_owned(), problems)
    }
}

fn report(problem: &Problem, language: Language) -> ProblemReport {
    ProblemReport {
        pointer: problem.pointer.to_string(),
        message: match language {
            Language::English => problem.message_en.clone(),
            Language::Chinese => problem.message_zh.clone(),
        },
        severity: match problem.severity {
            Severity::Error => ReportSeverity::Error,
            Severity::Warning => ReportSeverity::Warning,
        },
    }
}

impl fmt::Display for HubError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code.as_str(), self.reason.en)
    }
}

impl std::error::Error for HubError {}

impl From<sqlx::Error> for HubError {
    fn from(cause: sqlx::Error) -> Self {
        Self::internal(format_args!("database: {cause}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_database_shows_the_caller_nothing_of_it() {
        let body = HubError::from(sqlx::Error::Protocol("secret table".into())).body(Language::Chinese);
        assert!(!serde_json::to_string(&body).unwrap().contains("secret"));
        assert_eq!(
            (body.error_code.as_str(), body.error_msg.as_str()),
            ("MAS.00015000", "服务内部错误，原因见服务日志")
        );
    }

    #[test]
    fn a_body_that_is_too_large_keeps_the_code_of_a_bad_request() {
        let error = HubError::too_large("too large", "过大");
        assert_eq!((error.http_status(), error.code.as_str()), (413, "MAS.00014000"));
    }
}
