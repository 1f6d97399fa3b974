//! An OpenAPI document and its operations: found by id, their references followed, their server named.

use flow::engine::WorkflowError;
use reqwest::Url;
use serde_json::Value;

use super::parameters::Parameter;
use crate::execution::faults;

/// A reference that leads to a reference that leads to …
const LONGEST_CHAIN: usize = 16;
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

#[derive(Debug)]
pub(in super::super) struct Document {
    /// Where it was read, after redirections: relative servers start there.
    url: Url,
    root: Value,
    is_swagger: bool,
}

/// An operation in its document.
#[derive(Debug)]
pub(super) struct Operation<'d> {
    document: &'d Document,
    pub(super) id: &'d str,
    pub(super) method: &'d str,
    pub(super) path: &'d str,
    item: &'d Value,
    pub(super) value: &'d Value,
}

impl Document {
    /// # Errors
    /// What it is instead.
    pub(super) fn read(url: Url, bytes: &[u8]) -> Result<Self, String> {
        let root: Value = match serde_json::from_slice(bytes) {
            Ok(root) => root,
            Err(no_json) => {
                let text = std::str::from_utf8(bytes).map_err(|_| "it is no text".to_owned())?;
                if text.trim_start().starts_with('{') {
                    return Err(no_json.to_string());
                }
                flow::Document::from_yaml(text).map_err(|error| error.to_string())?.into_value()
            }
        };
        let version = |name: &str| root.get(name).map(super::super::request::text_of);
        let is_swagger = version("swagger").is_some_and(|version| version.starts_with('2'));
        let is_openapi = version("openapi").is_some_and(|version| version.starts_with("3."));
        if !is_swagger && !is_openapi {
            return Err("it is neither OpenAPI 3 nor Swagger 2".to_owned());
        }
        Ok(Self { url, root, is_swagger })
    }

    pub(super) fn is_swagger(&self) -> bool {
        self.is_swagger
    }

    /// # Errors
    /// A configuration error that names the operation.
    pub(super) fn operation<'d>(&'d self, id: &str) -> Result<Operation<'d>, WorkflowError> {
        for (path, item) in self.root.get("paths").and_then(Value::as_object).into_iter().flatten() {
            let item = self.resolve(item)?;
            for method in METHODS {
                let Some(value) = item.get(method) else { continue };
                if let Some(found) = value.get("operationId").and_then(Value::as_str)
                    && found == id
                {
                    return Ok(Operation { document: self, id: found, method, path, item, value });
                }
            }
        }
        Err(faults::configuration(format!(
            "the document {} has no operation {id:?}",
            super::shown_url(&self.url)
        )))
    }

    /// The value itself, or what its `$ref` leads to within the document.
    ///
    /// # Errors
    /// A configuration error that names the reference.
    pub(super) fn resolve<'d>(&'d self, value: &'d Value) -> Result<&'d Value, WorkflowError> {
        let mut value = value;
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Ok(value) };
            let pointer = reference.strip_prefix('#').ok_or_else(|| {
                faults::configuration(format!(
                    "the document refers to {reference:?}, which stands in another document"
                ))
            })?;
            value = self.root.pointer(&decoded(pointer)).ok_or_else(|| {
                faults::configuration(format!("the document refers to {reference:?}, which it does not hold"))
            })?;
        }
        Err(faults::configuration("the document's references go round in circles"))
    }
}

/// A pointer in a URL's fragment is percent-encoded.
fn decoded(pointer: &str) -> String {
    let mut bytes = Vec::with_capacity(pointer.len());
    let mut rest = pointer.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl<'d> Operation<'d> {
    pub(super) fn document(&self) -> &'d Document {
        self.document
    }

    /// Its parameters and those of its path; the operation's own go before.
    ///
    /// # Errors
    /// A configuration error that names what the hub cannot send.
    pub(super) fn parameters(&self) -> Result<Vec<Parameter>, WorkflowError> {
        let mut found: Vec<Parameter> = Vec::new();
        for holder in [self.value, self.item] {
            for parameter in holder.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                let parameter = Parameter::read(self.document, self.document.resolve(parameter)?)?;
                let is_new =
                    |known: &Parameter| known.name != parameter.name || known.place != parameter.place;
                if found.iter().all(is_new) {
                    found.push(parameter);
                }
            }
        }
        Ok(found)
    }

    /// The address that the path continues.
    ///
    /// # Errors
    /// A configuration error where the document's server is no address.
    pub(super) fn server(&self) -> Result<String, WorkflowError> {
        let document = self.document;
        let written = if document.is_swagger { self.swagger_server() } else { self.openapi_server() };
        let url = document.url.join(&written).map_err(|cause| {
            faults::configuration(format!("the document's server {written:?} is no address: {cause}"))
        })?;
        Ok(url.to_string())
    }

    /// Swagger 2.0: `schemes`, `host` and `basePath`; what is missing is that of the document.
    fn swagger_server(&self) -> String {
        let root = &self.document.root;
        let own = self.document.url.scheme();
        let schemes = self.value.get("schemes").or_else(|| root.get("schemes")).and_then(Value::as_array);
        let offers = |scheme: &str| schemes.is_some_and(|schemes| schemes.iter().any(|word| word == scheme));
        let scheme = match schemes {
            None => own,
            Some(_) if offers(own) => own,
            Some(_) if offers("https") => "https",
            Some(_) => "http",
        };
        let path = root.get("basePath").and_then(Value::as_str).unwrap_or("/");
        match root.get("host").and_then(Value::as_str) {
            Some(host) => format!("{scheme}://{host}{path}"),
            None => path.to_owned(),
        }
    }

    /// OpenAPI 3: the first server of the operation, its path or the document, its variables at their defaults.
    fn openapi_server(&self) -> String {
        let servers = [self.value, self.item, &self.document.root]
            .into_iter()
            .find_map(|holder| holder.get("servers")?.as_array()?.first());
        let Some(server) = servers else { return "/".to_owned() };
        let mut url = server.get("url").and_then(Value::as_str).unwrap_or("/").to_owned();
        for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
            let value = variable.get("default").and_then(Value::as_str).unwrap_or_default();
            url = url.replace(&format!("{{{name}}}"), value);
        }
        url
    }

    /// The JSON that the operation offers to answer with, if it offers any.
    pub(super) fn offered_json(&self) -> Option<String> {
        let is_json = |kind: &&str| is_json(kind);
        if self.document.is_swagger {
            let produces = self.value.get("produces").or_else(|| self.document.root.get("produces"))?;
            return produces.as_array()?.iter().filter_map(Value::as_str).find(is_json).map(str::to_owned);
        }
        let responses = self.value.get("responses")?.as_object()?;
        responses
            .iter()
            .filter(|(status, _)| status.starts_with('2') || *status == "default")
            .filter_map(|(_, response)| self.document.resolve(response).ok()?.get("content")?.as_object())
            .flat_map(|content| content.keys().map(String::as_str))
            .find(is_json)
            .map(str::to_owned)
    }

    /// Media types that the operation takes, in Swagger's way of saying it.
    pub(super) fn consumes(&self) -> Vec<&'d str> {
        let consumes = self.value.get("consumes").or_else(|| self.document.root.get("consumes"));
        consumes.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

pub(super) fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json")
}
