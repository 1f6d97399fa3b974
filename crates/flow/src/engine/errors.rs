//! The specification's errors (DSL reference, Standard Errors), and when two types are one.

use serde_json::Value;

use super::WorkflowError;
use crate::Pointer;
use crate::expression::ExpressionError;

const BASE: &str = "https://open-workflow-specification.org/spec/1.0.0/errors/";

/// The standard error types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    Configuration,
    Validation,
    Expression,
    Authentication,
    Authorization,
    Timeout,
    Communication,
    Runtime,
}

impl Standard {
    const ALL: [Self; 8] = [
        Self::Configuration,
        Self::Validation,
        Self::Expression,
        Self::Authentication,
        Self::Authorization,
        Self::Timeout,
        Self::Communication,
        Self::Runtime,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Validation => "validation",
            Self::Expression => "expression",
            Self::Authentication => "authentication",
            Self::Authorization => "authorization",
            Self::Timeout => "timeout",
            Self::Communication => "communication",
            Self::Runtime => "runtime",
        }
    }

    /// The standard type of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standard| standard.word() == word)
    }

    /// The names of all standard types.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().map(Self::word)
    }

    /// The type's URI, as the specification's text writes it.
    pub fn uri(self) -> String {
        format!("{BASE}{}", self.word())
    }

    /// The status that the specification gives the type.
    pub fn status(self) -> u16 {
        match self {
            Self::Configuration | Self::Validation | Self::Expression => 400,
            Self::Authentication => 401,
            Self::Authorization => 403,
            Self::Timeout => 408,
            Self::Communication | Self::Runtime => 500,
        }
    }

    /// An error of this type at a task.
    pub fn at(self, pointer: &Pointer, title: &str, detail: impl Into<String>) -> WorkflowError {
        WorkflowError {
            kind: self.uri(),
            status: self.status(),
            title: Some(title.to_owned()),
            detail: Some(detail.into()),
            instance: Some(pointer.to_string()),
        }
    }

    /// The standard type that a URI names, in any of the spellings that the specification has had.
    pub fn of(uri: &str) -> Option<Self> {
        let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"))?;
        let (host, path) = rest.split_once('/')?;
        if !matches!(host, "open-workflow-specification.org" | "serverlessworkflow.io") {
            return None;
        }
        let word = ["spec/1.0.0/errors/", "dsl/errors/types/", "errors/types/", "dsl/errors/", "errors/"]
            .into_iter()
            .find_map(|prefix| path.strip_prefix(prefix))?;
        Self::named(word.trim_end_matches('/'))
    }
}

/// Whether two type URIs name one type.
pub fn same_type(left: &str, right: &str) -> bool {
    left == right || Standard::of(left).is_some_and(|standard| Standard::of(right) == Some(standard))
}

/// Whether an error has the members that a `catch.errors.with` asks for.
pub(super) fn matches(error: &WorkflowError, with: &[(String, Value)]) -> bool {
    with.iter().all(|(name, expected)| match name.as_str() {
        "type" => expected.as_str().is_some_and(|expected| same_type(&error.kind, expected)),
        "status" => expected.as_f64() == Some(f64::from(error.status)),
        "title" => expected.as_str() == error.title.as_deref(),
        "detail" | "details" => expected.as_str() == error.detail.as_deref(),
        "instance" => expected.as_str() == error.instance.as_deref(),
        _ => false,
    })
}

pub(super) fn expression(pointer: &Pointer, error: &ExpressionError) -> WorkflowError {
    match error {
        // DSL, Secret: access to one that the workflow is not given is an authorization error.
        ExpressionError::NoSecret { .. } => {
            Standard::Authorization.at(pointer, "Authorization Error", error.to_string())
        }
        _ => Standard::Expression.at(pointer, "Expression Error", error.to_string()),
    }
}

/// One line for a log: `Not Found (404): no such host`.
pub(super) fn line(error: &WorkflowError) -> String {
    let title = error.title.as_deref().unwrap_or(&error.kind);
    match error.detail.as_deref().filter(|detail| !detail.is_empty()) {
        Some(detail) => format!("{title} ({}): {detail}", error.status),
        None => format!("{title} ({})", error.status),
    }
}
