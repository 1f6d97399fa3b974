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

/// Errors refuse saving; warnings refuse the start where they name something that the hub cannot run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}
