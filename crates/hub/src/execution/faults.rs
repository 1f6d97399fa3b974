//! The specification's errors that the hub itself raises (DSL reference, Standard Error Types).

use flow::engine::WorkflowError;
use flow::engine::errors::Standard;

/// The hub could not go on, for a reason that lies in the hub.
pub fn runtime(detail: impl Into<String>) -> WorkflowError {
    standard(Standard::Runtime, 500, "Runtime Error", detail)
}

/// The definition asks for something that the hub is not set up to do.
pub fn configuration(detail: impl Into<String>) -> WorkflowError {
    standard(Standard::Configuration, 400, "Configuration Error", detail)
}

/// A value does not have the shape that it must have.
pub fn validation(detail: impl Into<String>) -> WorkflowError {
    standard(Standard::Validation, 400, "Validation Error", detail)
}

/// The other side could not be reached, or answered with a status that is not wanted.
pub fn communication(status: u16, detail: impl Into<String>) -> WorkflowError {
    standard(Standard::Communication, status, "Communication Error", detail)
}

/// The other side does not take the credentials, or they could not be had.
pub fn authentication(detail: impl Into<String>) -> WorkflowError {
    standard(Standard::Authentication, 401, "Authentication Error", detail)
}

/// The hub's configuration or the other side does not permit the call.
pub fn authorization(detail: impl Into<String>) -> WorkflowError {
    standard(Standard::Authorization, 403, "Authorization Error", detail)
}

/// Something took longer than it may.
pub fn timeout(detail: impl Into<String>) -> WorkflowError {
    standard(Standard::Timeout, 408, "Timeout", detail)
}

fn standard(kind: Standard, status: u16, title: &str, detail: impl Into<String>) -> WorkflowError {
    WorkflowError {
        kind: kind.uri(),
        status,
        title: Some(title.to_owned()),
        detail: Some(detail.into()),
        instance: None,
    }
}
