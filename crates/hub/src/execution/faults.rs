//! The specification's errors that the hub itself raises (DSL reference, Standard Error Types).

use flow::engine::WorkflowError;

const PREFIX: &str = "https://serverlessworkflow.io/spec/1.0.0/errors/";

/// The hub could not go on, for a reason that lies in the hub.
pub fn runtime(detail: impl Into<String>) -> WorkflowError {
    standard("runtime", 500, "Runtime error", detail)
}

/// The definition asks for something that the hub is not set up to do.
pub fn configuration(detail: impl Into<String>) -> WorkflowError {
    standard("configuration", 400, "Configuration error", detail)
}

/// A value does not have the shape that it must have.
pub fn validation(detail: impl Into<String>) -> WorkflowError {
    standard("validation", 400, "Validation error", detail)
}

/// The other side could not be reached, or answered with a status that is not wanted.
pub fn communication(status: u16, detail: impl Into<String>) -> WorkflowError {
    standard("communication", status, "Communication error", detail)
}

/// The other side does not take the credentials, or they could not be had.
pub fn authentication(detail: impl Into<String>) -> WorkflowError {
    standard("authentication", 401, "Authentication error", detail)
}

/// The hub's configuration or the other side does not permit the call.
pub fn authorization(detail: impl Into<String>) -> WorkflowError {
    standard("authorization", 403, "Authorization error", detail)
}

/// Something took longer than it may.
pub fn timeout(detail: impl Into<String>) -> WorkflowError {
    standard("timeout", 408, "Timeout error", detail)
}

fn standard(name: &str, status: u16, title: &str, detail: impl Into<String>) -> WorkflowError {
    WorkflowError {
        kind: format!("{PREFIX}{name}"),
        status,
        title: Some(title.to_owned()),
        detail: Some(detail.into()),
        instance: None,
    }
}
