//! The input of a start, whoever asks for it: a person, or a task of another run. Whether the definition may be started is
//! for [`crate::workflows::Startable`].

use flow::Document;
use serde_json::Value;

use crate::error::HubError;

/// Fills the defaults of the input in, and checks that it fits.
///
/// # Errors
/// 400 with the problems.
pub fn check_input(document: &Document, input: &mut Option<Value>) -> Result<(), HubError> {
    let Some(schema) = document.input_schema() else { return Ok(()) };
    let filled = flow::defaults(schema, input.take().unwrap_or(Value::Null));
    let problems = flow::check_input(schema, &filled);
    if !problems.is_empty() {
        return Err(HubError::invalid_definition(
            format!("input{}: {}", problems[0].pointer, problems[0].message_en),
            format!("输入参数 {}：{}", problems[0].pointer, problems[0].message_zh),
            problems,
        ));
    }
    *input = Some(filled);
    Ok(())
}
