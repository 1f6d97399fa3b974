//! What a call that names an address takes along: its address put together, its policy and arguments evaluated.

use serde_json::{Map, Value};

use super::errors::Standard;
use super::run::{Run, short};
use super::{TaskId, WorkflowError};
use crate::expression::interpolate_uri;
use crate::program::{Endpoint, HttpCall, OpenApiCall, Policy, Template};

impl Run<'_> {
    pub(super) fn http(&self, task: TaskId, call: &HttpCall, input: &Value) -> Result<Value, WorkflowError> {
        let endpoint = self.endpoint(task, &call.endpoint, input)?;
        let mut with = self.members(task, &call.rest, input)?;
        with.insert("endpoint".to_owned(), endpoint);
        Ok(Value::Object(with))
    }

    pub(super) fn openapi(
        &self,
        task: TaskId,
        call: &OpenApiCall,
        input: &Value,
    ) -> Result<Value, WorkflowError> {
        let endpoint = self.endpoint(task, &call.document, input)?;
        let mut with = self.members(task, &call.rest, input)?;
        with.insert(
            "document".to_owned(),
            Value::Object(Map::from_iter([("endpoint".to_owned(), endpoint)])),
        );
        if let Some(policy) = &call.authentication {
            with.insert("authentication".to_owned(), self.policy(task, policy, input)?);
        }
        Ok(Value::Object(with))
    }

    fn members(
        &self,
        task: TaskId,
        template: &Template,
        input: &Value,
    ) -> Result<Map<String, Value>, WorkflowError> {
        Ok(match self.evaluate(task, template, input, &[])? {
            Value::Object(members) => members,
            _ => Map::new(),
        })
    }

    fn endpoint(&self, task: TaskId, endpoint: &Endpoint, input: &Value) -> Result<Value, WorkflowError> {
        let evaluated = self.evaluate(task, &endpoint.uri, input, &[])?;
        let Some(uri) = evaluated.as_str() else {
            let detail = format!("the endpoint has to be an address, not {}", short(&evaluated));
            return Err(Standard::Expression.at(&self.pointer_of(Some(task)), "Expression Error", detail));
        };
        // What an expression has put together is an address already; only a written one is a template.
        let is_written = endpoint.uri.stands_for_itself(uri);
        let uri = if is_written { self.interpolated(task, uri, input)? } else { uri.to_owned() };
        let Some(policy) = &endpoint.authentication else { return Ok(Value::String(uri)) };
        let policy = self.policy(task, policy, input)?;
        Ok(Value::Object(Map::from_iter([
            ("uri".to_owned(), Value::String(uri)),
            ("authentication".to_owned(), policy),
        ])))
    }

    fn policy(&self, task: TaskId, policy: &Policy, input: &Value) -> Result<Value, WorkflowError> {
        let mut evaluated = self.evaluate(task, &policy.template, input, &[])?;
        let authority = policy
            .written_authority
            .as_ref()
            .and_then(|scheme| evaluated.get_mut(scheme))
            .and_then(|section| section.get_mut("authority"));
        if let Some(authority) = authority
            && let Some(written) = authority.as_str()
        {
            *authority = Value::String(self.interpolated(task, written, input)?);
        }
        Ok(evaluated)
    }

    fn interpolated(&self, task: TaskId, uri: &str, input: &Value) -> Result<String, WorkflowError> {
        interpolate_uri(uri, input).map_err(|name| {
            let detail = format!(
                "`{{{name}}}` of the address has to be a text, a number or a boolean, not {}",
                input.get(&name).map(short).unwrap_or_default()
            );
            Standard::Expression.at(&self.pointer_of(Some(task)), "Expression Error", detail)
        })
    }
}
