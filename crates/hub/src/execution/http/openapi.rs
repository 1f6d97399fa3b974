//! `call: openapi` (DSL reference, OpenAPI Call): from a document, an operation and its parameters to a request.
//!
//! Reads OpenAPI 3.0 and 3.1 and Swagger 2.0, as JSON or YAML. What the document says about security is for people; the
//! call's own policy authenticates. Documents are kept for a minute, so that a loop does not fetch one again and again.

mod body;
mod document;
mod parameters;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flow::engine::WorkflowError;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Url};
use serde_json::{Map, Value};

use self::document::Document;
use self::parameters::{Arguments, Place};
use super::HttpRunner;
use super::authentication::Authentication;
use super::request::{self, OutputForm, Parts, RequestPlan, VersionChoice};
use super::response::shown_url;
use crate::execution::faults;
use crate::execution::runner::LogSink;

/// How long a document is kept.
const KEPT: Duration = Duration::from_secs(60);
const DOCUMENTS: usize = 16;

/// What a call asks for, its expressions evaluated.
#[derive(Debug)]
pub(super) struct OpenApiCall {
    pub document: DocumentSource,
    operation: String,
    parameters: Map<String, Value>,
    authentication: Option<Authentication>,
    output: OutputForm,
    redirect: bool,
}

/// Where a document is, and for whom.
#[derive(Debug)]
pub(super) struct DocumentSource {
    url: Url,
    authentication: Option<Authentication>,
    /// The endpoint as it was written: what one caller may read is not for another.
    key: String,
}

/// Reads the `with` of a `call: openapi`.
///
/// # Errors
/// A validation or configuration error that names the member.
pub(super) fn read(with: &Value) -> Result<OpenApiCall, WorkflowError> {
    let endpoint = with.pointer("/document/endpoint");
    let (address, authentication) = request::endpoint(endpoint)?;
    let url = Url::parse(address)
        .map_err(|cause| faults::validation(format!("document.endpoint is not a URL: {cause}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(faults::validation("document.endpoint has credentials in its URL; use authentication"));
    }
    let parameters = match with.get("parameters") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(parameters)) => parameters.clone(),
        Some(_) => return Err(faults::validation("parameters is not an object")),
    };
    Ok(OpenApiCall {
        document: DocumentSource {
            url,
            authentication,
            key: endpoint.map(Value::to_string).unwrap_or_default(),
        },
        operation: with.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned(),
        parameters,
        authentication: request::policy(with.get("authentication"))?,
        output: OutputForm::read(with)?,
        redirect: with.get("redirect").and_then(Value::as_bool).unwrap_or_default(),
    })
}

/// The request that a call makes of its document's operation.
///
/// # Errors
/// A configuration error where the document has no such operation or the hub cannot call it; a validation error that names
/// the parameter.
pub(super) fn plan(call: &OpenApiCall, document: &Document) -> Result<RequestPlan, WorkflowError> {
    let operation = document.operation(&call.operation)?;
    let declared = operation.parameters()?;
    let mut arguments = Arguments::new(&call.operation, &call.parameters);
    let mut path = operation.path.to_owned();
    let mut query = Vec::new();
    let mut headers = Map::new();
    let mut cookies = Vec::new();
    let mut fields = Map::new();
    for parameter in &declared {
        let Some(value) = arguments.take(parameter)? else { continue };
        match parameter.place {
            Place::Path => {
                let value = parameter.in_path(&call.operation, value)?;
                path = path.replace(&format!("{{{}}}", parameter.name), &value);
            }
            Place::Query => query.extend(parameter.in_query(value)),
            // OpenAPI, Parameter Object: these three are what the hub makes of the rest.
            Place::Header if is_made_by_the_hub(&parameter.name) => {}
            Place::Header => {
                headers.insert(parameter.name.clone(), Value::String(parameter.in_header(value)));
            }
            Place::Cookie => cookies.extend(parameter.in_query(value)),
            Place::Form => {
                fields.insert(parameter.name.clone(), parameter.in_form(value));
            }
            // Has its turn below, with what else goes into the body.
            Place::Body => {}
        }
    }
    if !cookies.is_empty() {
        headers.insert("Cookie".to_owned(), Value::String(cookies.join("; ")));
    }
    let fields = (!fields.is_empty()).then_some(fields);
    let body = body::of(&operation, &declared, &mut arguments, fields)?;
    arguments.refuse_the_rest(&declared)?;
    let mut headers = request::headers(Some(&Value::Object(headers)))?;
    if let Some(kind) = operation.offered_json() {
        let kind = HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, kind);
    }
    let body = match body {
        Some((kind, value)) => {
            headers.insert(reqwest::header::CONTENT_TYPE, kind);
            Some(value)
        }
        None => None,
    };
    let base = operation.server()?;
    let mut address = format!("{}{path}", base.trim_end_matches('/'));
    if !query.is_empty() {
        address = format!("{address}?{}", query.join("&"));
    }
    request::plan(Parts {
        method: Some(&Value::String(operation.method.to_owned())),
        address: &address,
        query: None,
        headers,
        body: body.as_ref(),
        authentication: call.authentication.clone(),
        output: call.output,
        redirect: call.redirect,
        expected: Vec::new(),
        version: VersionChoice::Any,
    })
}

fn is_made_by_the_hub(header: &str) -> bool {
    ["accept", "content-type", "authorization"].iter().any(|name| header.eq_ignore_ascii_case(name))
}

/// The documents that were read lately.
#[derive(Debug, Default)]
pub(super) struct Documents {
    kept: Mutex<HashMap<String, (Instant, Arc<Document>)>>,
}

impl Documents {
    pub(super) async fn get(
        &self,
        runner: &HttpRunner,
        source: &DocumentSource,
        log: &LogSink,
    ) -> Result<Arc<Document>, WorkflowError> {
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.retain(|_, (since, _)| since.elapsed() < KEPT);
            if let Some((_, document)) = kept.get(&source.key) {
                return Ok(Arc::clone(document));
            }
        }
        let mut plan = RequestPlan::bare(Method::GET, source.url.clone());
        plan.authentication = source.authentication.clone();
        plan.redirect = true;
        let answer = runner.answer(&mut plan, log).await?;
        let place = shown_url(&source.url);
        if !answer.status.is_success() {
            let status = answer.status.as_u16();
            return Err(faults::communication(status, format!("the document {place} answered {status}")));
        }
        let read = tokio::task::spawn_blocking(move || Document::read(answer.url, &answer.body)).await;
        let document = read
            .map_err(|cause| faults::runtime(cause.to_string()))?
            .map_err(|cause| faults::configuration(format!("{place} is no OpenAPI document: {cause}")))?;
        let document = Arc::new(document);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= DOCUMENTS {
            kept.clear();
        }
        kept.insert(source.key.clone(), (Instant::now(), Arc::clone(&document)));
        Ok(document)
    }
}

#[cfg(test)]
mod tests;
