//! The body of an operation, put together from the call's parameters.
//!
//! The specification has one map for all of it. A parameter `body` is the body whole (in Swagger 2.0 under the name that the
//! document gives it); else the parameters that the operation does not declare are the members of its body.

use std::collections::BTreeSet;

use flow::engine::WorkflowError;
use reqwest::header::HeaderValue;
use serde_json::{Map, Value};

use super::super::request::FORM;
use super::document::{Operation, is_json};
use super::parameters::{Arguments, Parameter, Place};
use crate::execution::faults;

/// How deep schemas are followed for the names of their members.
const DEEPEST_SCHEMA: usize = 8;

/// The body and its type. `fields` are those of a Swagger form.
///
/// # Errors
/// A validation error that names what is missing; a configuration error for a type that the hub does not write.
pub(super) fn of(
    operation: &Operation<'_>,
    declared: &[Parameter],
    arguments: &mut Arguments<'_>,
    fields: Option<Map<String, Value>>,
) -> Result<Option<(HeaderValue, Value)>, WorkflowError> {
    if let Some(fields) = fields {
        let consumes = operation.consumes();
        if !consumes.is_empty() && !consumes.iter().any(|kind| kind.eq_ignore_ascii_case(FORM)) {
            return Err(unwritable(operation, &consumes));
        }
        return Ok(Some((HeaderValue::from_static(FORM), Value::Object(fields))));
    }
    let Some(body) = Expected::of(operation, declared)? else { return Ok(None) };
    let value = match arguments.named(&body.name) {
        Some(value) => Some(value.clone()),
        None => body.members(operation, arguments),
    };
    let Some(value) = value else {
        return if body.required { Err(arguments.missing(&body.name)) } else { Ok(None) };
    };
    written(operation, &body.kinds, value).map(Some)
}

/// A body that an operation takes.
struct Expected<'d> {
    name: String,
    required: bool,
    kinds: Vec<&'d str>,
    schema: Option<&'d Value>,
}

impl<'d> Expected<'d> {
    fn of(operation: &Operation<'d>, declared: &[Parameter]) -> Result<Option<Self>, WorkflowError> {
        let document = operation.document();
        if document.is_swagger() {
            let Some(parameter) = declared.iter().find(|parameter| parameter.place == Place::Body) else {
                return Ok(None);
            };
            return Ok(Some(Self {
                name: parameter.name.clone(),
                required: parameter.is_required(),
                kinds: operation.consumes(),
                schema: operation.body_schema()?,
            }));
        }
        let Some(body) = operation.value.get("requestBody") else { return Ok(None) };
        let body = document.resolve(body)?;
        let content = body.get("content").and_then(Value::as_object);
        let kinds: Vec<&str> = content.into_iter().flatten().map(|(kind, _)| kind.as_str()).collect();
        let chosen = chosen(&kinds).and_then(|kind| content?.get(kind)?.get("schema"));
        let name = body.get("x-bodyName").and_then(Value::as_str).unwrap_or("body").to_owned();
        Ok(Some(Self {
            // A parameter of that name that goes elsewhere is that parameter.
            name: if declared.iter().any(|parameter| parameter.name == name) { String::new() } else { name },
            required: body.get("required").and_then(Value::as_bool).unwrap_or_default(),
            kinds,
            schema: chosen,
        }))
    }

    /// What is left of the parameters, as the members of the body; none where the schema has no such members.
    fn members(&self, operation: &Operation<'_>, arguments: &mut Arguments<'_>) -> Option<Value> {
        let mut names = BTreeSet::new();
        let open = self.schema.is_none_or(|schema| collect(operation, schema, &mut names, DEEPEST_SCHEMA));
        let left: Vec<String> = arguments
            .rest()
            .filter(|(name, _)| open || names.is_empty() || names.contains(name.as_str()))
            .map(|(name, _)| name.clone())
            .collect();
        let members: Map<String, Value> = left
            .into_iter()
            .map(|name| {
                let value = arguments.named(&name).cloned().unwrap_or_default();
                (name, value)
            })
            .collect();
        (!members.is_empty()).then_some(Value::Object(members))
    }
}

impl<'d> Operation<'d> {
    /// Swagger 2.0: the schema of the parameter that is the body.
    fn body_schema(&self) -> Result<Option<&'d Value>, WorkflowError> {
        for parameter in self.value.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let parameter = self.document().resolve(parameter)?;
            if parameter.get("in").and_then(Value::as_str) == Some("body") {
                return Ok(parameter.get("schema"));
            }
        }
        Ok(None)
    }
}

/// Collects the names of a schema's members. True where it says that there may be others.
fn collect<'d>(
    operation: &Operation<'d>,
    schema: &'d Value,
    names: &mut BTreeSet<&'d str>,
    depth: usize,
) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    let Ok(schema) = operation.document().resolve(schema) else { return true };
    let properties = schema.get("properties").and_then(Value::as_object);
    names.extend(properties.into_iter().flatten().map(|(name, _)| name.as_str()));
    let mut open = matches!(schema.get("additionalProperties"), Some(Value::Bool(true) | Value::Object(_)));
    for word in ["allOf", "oneOf", "anyOf"] {
        for part in schema.get(word).and_then(Value::as_array).into_iter().flatten() {
            open |= collect(operation, part, names, depth);
        }
    }
    open
}

/// The type that is written: JSON before a form before text.
fn chosen<'k>(kinds: &[&'k str]) -> Option<&'k str> {
    let find = |wanted: &dyn Fn(&str) -> bool| kinds.iter().copied().find(|kind| wanted(kind));
    find(&is_json)
        .or_else(|| find(&|kind| kind.eq_ignore_ascii_case(FORM)))
        .or_else(|| find(&|kind| kind.to_ascii_lowercase().starts_with("text/")))
        .or_else(|| find(&|kind| !kind.to_ascii_lowercase().starts_with("multipart/")))
}

fn written(
    operation: &Operation<'_>,
    kinds: &[&str],
    value: Value,
) -> Result<(HeaderValue, Value), WorkflowError> {
    let kind = if kinds.is_empty() || kinds.contains(&"*/*") {
        "application/json"
    } else {
        chosen(kinds).ok_or_else(|| unwritable(operation, kinds))?
    };
    let header = HeaderValue::from_str(kind).map_err(|_| unwritable(operation, kinds))?;
    match value {
        // Written as JSON here, so that a text gets its quotes.
        value if is_json(kind) => Ok((header, Value::String(value.to_string()))),
        Value::Object(_) if kind.eq_ignore_ascii_case(FORM) => Ok((header, value)),
        Value::String(_) => Ok((header, value)),
        _ => Err(unwritable(operation, kinds)),
    }
}

fn unwritable(operation: &Operation<'_>, kinds: &[&str]) -> WorkflowError {
    faults::configuration(format!(
        "operation {:?} takes its body as {}; the hub writes JSON, forms, and texts as they are",
        operation.id,
        kinds.join(", ")
    ))
}
