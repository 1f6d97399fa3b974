//! Parameters of an operation and how their values are written (OpenAPI 3, Parameter Object and Style Values; Swagger 2.0,
//! `collectionFormat`).

use flow::engine::WorkflowError;
use serde_json::{Map, Value};
use wire::operation::encode_segment;

use super::super::request::text_of;
use super::document::Document;
use crate::execution::faults;

#[derive(Debug)]
pub(super) struct Parameter {
    pub name: String,
    pub place: Place,
    required: bool,
    style: Style,
    explode: bool,
    /// Characters with a meaning in URLs stay as they are.
    reserved: bool,
    /// The value is written as JSON (`content`).
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Cookie,
    /// Swagger 2.0: `formData`.
    Form,
    /// Swagger 2.0: the body whole.
    Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    Space,
    Tab,
    Pipe,
    Deep,
}

impl Parameter {
    /// # Errors
    /// A configuration error that names the parameter which the hub cannot send.
    pub(super) fn read(document: &Document, value: &Value) -> Result<Self, WorkflowError> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let flag = |name: &str| value.get(name).and_then(Value::as_bool);
        let name = text("name").unwrap_or_default().to_owned();
        let wrong = |what: &str| faults::configuration(format!("the parameter {name:?} {what}"));
        let place = match text("in").unwrap_or_default() {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            "cookie" => Place::Cookie,
            "formData" if text("type") == Some("file") => {
                return Err(wrong("is a file, which the hub does not send"));
            }
            "formData" => Place::Form,
            "body" => Place::Body,
            other => return Err(wrong(&format!("stands in {other:?}, which is no place for one"))),
        };
        let default = match place {
            Place::Path | Place::Header => Style::Simple,
            _ => Style::Form,
        };
        let (style, explode) = if document.is_swagger() {
            match text("collectionFormat").unwrap_or("csv") {
                "multi" => (default, true),
                "ssv" => (Style::Space, false),
                "tsv" => (Style::Tab, false),
                "pipes" => (Style::Pipe, false),
                _ => (default, false),
            }
        } else {
            let style = match text("style") {
                None => default,
                Some("simple") => Style::Simple,
                Some("label") => Style::Label,
                Some("matrix") => Style::Matrix,
                Some("form") => Style::Form,
                Some("spaceDelimited") => Style::Space,
                Some("pipeDelimited") => Style::Pipe,
                Some("deepObject") => Style::Deep,
                Some(other) => return Err(wrong(&format!("has the style {other:?}, which is not known"))),
            };
            (style, flag("explode").unwrap_or(style == Style::Form))
        };
        Ok(Self {
            required: flag("required").unwrap_or(place == Place::Path),
            reserved: flag("allowReserved").unwrap_or_default(),
            json: value.get("content").is_some(),
            name,
            place,
            style,
            explode,
        })
    }

    pub(super) fn is_required(&self) -> bool {
        self.required
    }

    /// # Errors
    /// A validation error for a value that would lead to another path.
    pub(super) fn in_path(&self, operation: &str, value: &Value) -> Result<String, WorkflowError> {
        let encode = |text: &str| encode_segment(text);
        let parts = self.parts(value, &encode);
        let written = match (self.style, parts) {
            (Style::Label, Parts::One(text)) => format!(".{text}"),
            (Style::Label, Parts::List(items)) => {
                format!(".{}", items.join(if self.explode { "." } else { "," }))
            }
            (Style::Label, Parts::Pairs(pairs)) => format!(".{}", self.pairs(&pairs, ".")),
            (Style::Matrix, Parts::One(text)) => format!(";{}={text}", self.name),
            (Style::Matrix, Parts::List(items)) if self.explode => {
                items.iter().map(|item| format!(";{}={item}", self.name)).collect()
            }
            (Style::Matrix, Parts::List(items)) => format!(";{}={}", self.name, items.join(",")),
            (Style::Matrix, Parts::Pairs(pairs)) if self.explode => {
                pairs.iter().map(|(name, value)| format!(";{name}={value}")).collect()
            }
            (Style::Matrix, Parts::Pairs(pairs)) => format!(";{}={}", self.name, self.pairs(&pairs, ",")),
            (_, parts) => self.simple(parts),
        };
        // A URL would swallow these segments, encoded or not, and the call would reach another operation.
        if matches!(written.as_str(), "" | "." | "..") {
            return Err(faults::validation(format!(
                "parameter {:?} of operation {operation:?} is {:?}, which would change the path",
                self.name,
                text_of(value)
            )));
        }
        Ok(written)
    }

    /// `name=value` pairs, encoded.
    pub(super) fn in_query(&self, value: &Value) -> Vec<String> {
        let encode = |text: &str| self.encode(text);
        let name = encode_segment(&self.name);
        let pair = |value: &str| format!("{name}={value}");
        match self.parts(value, &encode) {
            Parts::One(text) => vec![pair(&text)],
            Parts::List(items) if self.style == Style::Form && self.explode => {
                items.iter().map(|item| pair(item)).collect()
            }
            Parts::List(items) => {
                let separator = match self.style {
                    Style::Space => "%20",
                    Style::Tab => "%09",
                    Style::Pipe => "%7C",
                    _ => ",",
                };
                vec![pair(&items.join(separator))]
            }
            Parts::Pairs(pairs) if self.style == Style::Deep => {
                pairs.iter().map(|(member, value)| format!("{name}%5B{member}%5D={value}")).collect()
            }
            Parts::Pairs(pairs) if self.explode => {
                pairs.iter().map(|(member, value)| format!("{member}={value}")).collect()
            }
            Parts::Pairs(pairs) => vec![pair(&self.pairs(&pairs, ","))],
        }
    }

    pub(super) fn in_header(&self, value: &Value) -> String {
        self.simple(self.parts(value, &str::to_owned))
    }

    /// A field of a form; a list stays one where its fields repeat.
    pub(super) fn in_form(&self, value: &Value) -> Value {
        match value {
            Value::Array(_) if self.explode => value.clone(),
            Value::Array(items) => {
                let separator = match self.style {
                    Style::Space => " ",
                    Style::Tab => "\t",
                    Style::Pipe => "|",
                    _ => ",",
                };
                Value::String(items.iter().map(text_of).collect::<Vec<_>>().join(separator))
            }
            other => Value::String(text_of(other)),
        }
    }

    fn simple(&self, parts: Parts) -> String {
        match parts {
            Parts::One(text) => text,
            Parts::List(items) => items.join(","),
            Parts::Pairs(pairs) => self.pairs(&pairs, ","),
        }
    }

    fn pairs(&self, pairs: &[(String, String)], separator: &str) -> String {
        let between = if self.explode { "=" } else { "," };
        let written = pairs.iter().map(|(name, value)| format!("{name}{between}{value}"));
        written.collect::<Vec<_>>().join(separator)
    }

    fn parts(&self, value: &Value, encode: &dyn Fn(&str) -> String) -> Parts {
        match value {
            value if self.json => Parts::One(encode(&value.to_string())),
            Value::Array(items) => Parts::List(items.iter().map(|item| encode(&text_of(item))).collect()),
            Value::Object(members) => Parts::Pairs(
                members.iter().map(|(name, value)| (encode(name), encode(&text_of(value)))).collect(),
            ),
            other => Parts::One(encode(&text_of(other))),
        }
    }

    fn encode(&self, text: &str) -> String {
        if !self.reserved {
            return encode_segment(text);
        }
        text.chars()
            .map(|character| {
                if ":/?@!$'()*,;".contains(character) {
                    character.to_string()
                } else {
                    encode_segment(character.encode_utf8(&mut [0; 4]))
                }
            })
            .collect()
    }
}

/// A value, its texts encoded.
enum Parts {
    One(String),
    List(Vec<String>),
    Pairs(Vec<(String, String)>),
}

/// The call's parameters, and which of them have found their place.
pub(super) struct Arguments<'a> {
    operation: &'a str,
    values: &'a Map<String, Value>,
    taken: Vec<String>,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(operation: &'a str, values: &'a Map<String, Value>) -> Self {
        Self { operation, values, taken: Vec::new() }
    }

    /// The value of a parameter; null is none.
    ///
    /// # Errors
    /// A validation error that names the required parameter that is missing.
    pub(super) fn take(&mut self, parameter: &Parameter) -> Result<Option<&'a Value>, WorkflowError> {
        if parameter.place == Place::Body {
            return Ok(None);
        }
        let value = self.named(&parameter.name);
        if value.is_none() && parameter.required {
            return Err(self.missing(&parameter.name));
        }
        Ok(value)
    }

    pub(super) fn named(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.values.get(name)?;
        self.taken.push(name.to_owned());
        Some(value).filter(|value| !value.is_null())
    }

    /// What has not found its place yet.
    pub(super) fn rest(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.values.iter().filter(|(name, _)| !self.taken.contains(name))
    }

    pub(super) fn missing(&self, name: &str) -> WorkflowError {
        faults::validation(format!("operation {:?} requires the parameter {name:?}", self.operation))
    }

    /// # Errors
    /// A validation error that names what the operation does not take: a misspelt parameter must not be lost.
    pub(super) fn refuse_the_rest(&self, declared: &[Parameter]) -> Result<(), WorkflowError> {
        let Some((name, _)) = self.rest().next() else { return Ok(()) };
        let known: Vec<_> = declared.iter().map(|parameter| parameter.name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(faults::validation(format!(
            "operation {:?} has no parameter {name:?}; it has: {known}",
            self.operation
        )))
    }
}
