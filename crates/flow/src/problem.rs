//! What is wrong with a definition, where, and what would be right.

use serde::{Deserialize, Serialize};

use crate::Pointer;

/// One finding of validation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub pointer: Pointer,
    pub severity: Severity,
    /// A stable name for the kind of problem, kebab-case, such as `dangling-then`.
    pub code: String,
    /// What is wrong and what would be right, in English.
    pub message_en: String,
    /// The same in Chinese.
    pub message_zh: String,
}

/// Errors refuse saving; some warnings refuse the start ([`Problem::refuses_start`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}

/// A construct that the hub cannot run.
pub const UNSUPPORTED: &str = "unsupported-construct";
/// A call of a function that the catalog does not have.
pub const UNKNOWN_FUNCTION: &str = "unknown-function";
/// A task that no way leads to.
pub const UNREACHABLE: &str = "unreachable-task";
/// A duration below zero: the schema takes it, no clock can.
pub const NEGATIVE_DURATION: &str = "negative-duration";

/// Something of which no program can be made, though the schema has nothing against it.
pub const UNSTARTABLE: &str = "cannot-start";

/// The codes of the warnings that refuse the start.
///
/// All of them name something that a run could not do although somebody wrote it down. An unreachable task is one of
/// them: a failover that ends well and has passed over a step of it is the worse surprise, and there are two ways to
/// leave a task out on purpose, `if: ${ false }` and starting with chosen stages.
const REFUSING: [&str; 5] = [UNSUPPORTED, UNKNOWN_FUNCTION, UNREACHABLE, NEGATIVE_DURATION, UNSTARTABLE];

impl Problem {
    pub fn error(
        pointer: Pointer,
        code: &str,
        message_en: impl Into<String>,
        message_zh: impl Into<String>,
    ) -> Self {
        Self::new(pointer, Severity::Error, code, message_en.into(), message_zh.into())
    }

    pub fn warning(
        pointer: Pointer,
        code: &str,
        message_en: impl Into<String>,
        message_zh: impl Into<String>,
    ) -> Self {
        Self::new(pointer, Severity::Warning, code, message_en.into(), message_zh.into())
    }

    fn new(pointer: Pointer, severity: Severity, code: &str, message_en: String, message_zh: String) -> Self {
        Self { pointer, severity, code: code.to_owned(), message_en, message_zh }
    }

    /// Whether this problem refuses the start of a definition that may be saved.
    pub fn refuses_start(&self) -> bool {
        self.severity == Severity::Error || REFUSING.contains(&self.code.as_str())
    }
}
