//! The body around every result, and the page around every list (API reference, tables 4-3 and 4-4).

use serde::{Deserialize, Serialize};

use crate::error::ErrorDetail;

/// `{"result":…,"status":"success","error":null}`. On an error the shape is [`crate::ApiErrorBody`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    pub result: Option<T>,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub error: Option<ErrorDetail>,
}

impl<T> Envelope<T> {
    pub fn success(result: T) -> Self {
        Self { result: Some(result), status: "success".to_owned(), error: None }
    }
}

/// One page of a list. Pages count from 1; a page past the end is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    #[serde(default)]
    pub total: u64,
    #[serde(default)]
    pub page_no: u32,
    #[serde(default)]
    pub page_size: u32,
    #[serde(default = "Vec::new")]
    pub items: Vec<T>,
}

/// `{}`: the result of operations that have nothing to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}
