//! The definition as it was written: raw JSON in its own order, unknown members included.

use serde_json::Value;

/// A workflow definition. Views read it; edits change only what they name (invariant 4).
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    root: Value,
}

/// Why a text is not a document. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ParseError {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl Document {
    /// Wraps a value that is already JSON; nothing is checked here (see [`crate::validate`]).
    pub fn from_value(root: Value) -> Self {
        Self { root }
    }

    /// Reads JSON text, keeping the order of members.
    ///
    /// # Errors
    /// [`ParseError`] with the place where the text stops being JSON.
    pub fn from_json(text: &str) -> Result<Self, ParseError> {
        serde_json::from_str(text).map(Self::from_value).map_err(|error| ParseError {
            line: error.line(),
            column: error.column(),
            message: error.to_string(),
        })
    }

    pub fn root(&self) -> &Value {
        &self.root
    }

    pub fn root_mut(&mut self) -> &mut Value {
        &mut self.root
    }

    pub fn into_value(self) -> Value {
        self.root
    }

    /// Compact JSON: what is sent as `workflowDef`, and what the digest is taken of.
    pub fn to_json(&self) -> String {
        self.root.to_string()
    }

    /// JSON for people, two spaces deep.
    pub fn to_json_pretty(&self) -> String {
        serde_json::to_string_pretty(&self.root).unwrap_or_else(|_| self.root.to_string())
    }
}
