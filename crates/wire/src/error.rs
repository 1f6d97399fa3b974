//! Errors: both documented shapes in one body, always, with the matching HTTP status.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The body of every error answer: the envelope of section 4 and the flat shape of section 3.3 at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiErrorBody {
    /// Always null.
    #[serde(default)]
    pub result: Option<()>,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub error: ErrorDetail,
    #[serde(default)]
    pub error_code: ErrorCode,
    #[serde(default)]
    pub error_msg: String,
}

impl ApiErrorBody {
    pub fn new(code: ErrorCode, reason: String, problems: Vec<ProblemReport>) -> Self {
        Self {
            result: None,
            status: "error".to_owned(),
            error_code: code.clone(),
            error_msg: reason.clone(),
            error: ErrorDetail { code, reason, problems },
        }
    }
}

/// Table 4-4, plus the problems of a definition that is not valid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorDetail {
    #[serde(default)]
    pub code: ErrorCode,
    /// Names the field and what would be right, in the language of `Accept-Language`.
    #[serde(default)]
    pub reason: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemReport>,
}

/// One problem of a definition: `{pointer, message, severity}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemReport {
    pub pointer: String,
    pub message: String,
    pub severity: ReportSeverity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportSeverity {
    Error,
    #[serde(other)]
    Warning,
}

/// The codes of `design/api.md`; a client shows one that it does not know as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ErrorCode {
    BadRequest,
    NotSignedIn,
    NotPermitted,
    NotFound,
    Conflict,
    InvalidDefinition,
    TooManyRequests,
    #[default]
    Internal,
    /// The date of a signed request is too far off.
    SignatureExpired,
    Other(String),
}

const CODES: [(ErrorCode, &str, u16); 9] = [
    (ErrorCode::BadRequest, "MAS.00014000", 400),
    (ErrorCode::NotSignedIn, "MAS.00014001", 401),
    (ErrorCode::NotPermitted, "MAS.00014003", 403),
    (ErrorCode::NotFound, "MAS.00014004", 404),
    (ErrorCode::Conflict, "MAS.00014009", 409),
    (ErrorCode::InvalidDefinition, "MAS.00014022", 400),
    (ErrorCode::TooManyRequests, "MAS.00014029", 429),
    (ErrorCode::Internal, "MAS.00015000", 500),
    (ErrorCode::SignatureExpired, "APIGW.0301", 401),
];

impl ErrorCode {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(code) => code,
            known => CODES.iter().find(|row| row.0 == *known).map_or("", |row| row.1),
        }
    }

    /// The HTTP status that goes with this code; 500 where it is not one of ours. A body that is too large keeps
    /// the code of a bad request and answers 413.
    pub fn http_status(&self) -> u16 {
        CODES.iter().find(|row| row.0 == *self).map_or(500, |row| row.2)
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(CODES.iter().find(|row| row.1 == text).map_or_else(|| Self::Other(text), |row| row.0.clone()))
    }
}
