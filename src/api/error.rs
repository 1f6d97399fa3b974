//! Why a call did not yield its result, in the terms in which the console acts on it.

use wire::error::{ErrorCode, ProblemReport};

#[derive(Clone, Debug, PartialEq)]
pub enum ApiError {
    /// No answer came: the network, the hub, or the browser's own rules (CORS).
    Offline,
    /// The service answered and refused.
    Refused {
        status: u16,
        code: ErrorCode,
        /// In the language that the console asked for.
        reason: String,
        problems: Vec<ProblemReport>,
        /// Seconds, from `Retry-After`.
        retry_after: Option<u32>,
    },
    /// An answer came that is none of the API's shapes.
    Unreadable,
}

impl ApiError {
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Refused { status: 409, .. })
    }

    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Trying the very same call again later can help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Offline => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::Unreadable => false,
        }
    }
}
