//! YAML 1.2, core schema, to a JSON value: the parser's events, built into a tree on a stack of our own.
//!
//! What JSON has no word for (tags of one's own, keys that are no scalars, infinity) is refused, not guessed.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};
use serde_saphyr::granit_parser::{self, Event, Marker, Parser, ScalarStyle, Tag};

use super::{MAX_DEPTH, ParseError};
use crate::document::MAX_BYTES;

pub(super) fn load(text: &str) -> Result<Value, ParseError> {
    let options = granit_parser::options! { simple_key_max_lookahead: MAX_BYTES };
    let mut builder =
        Builder { open: Vec::new(), anchors: HashMap::new(), root: None, left: MAX_BYTES, documents: 0 };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| refuse(error.marker(), error.info()))?;
        builder.take(event).map_err(|message| refuse(&span.start, message))?;
    }
    Ok(builder.root.unwrap_or_default())
}

/// The parser counts lines from 1 and columns from 0.
fn refuse(marker: &Marker, message: String) -> ParseError {
    ParseError { line: marker.line().max(1), column: marker.col() + 1, message }
}

struct Builder {
    open: Vec<Open>,
    /// What each anchor stands for, and what it costs to say it again.
    anchors: HashMap<usize, Anchored>,
    root: Option<Value>,
    /// How much the document may still grow: an alias may stand for much.
    left: usize,
    documents: usize,
}

struct Anchored {
    value: Value,
    cost: usize,
    depth: usize,
}

enum Open {
    List { anchor: usize, items: Vec<Value> },
    Object { anchor: usize, members: Map<String, Value>, name: Option<String> },
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err("a second document begins here; a definition is one".to_owned());
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.spend(text.len())?;
                let tag = tag.as_deref();
                if self.wants_name() {
                    self.anchor(anchor, || Value::from(text.as_ref()), text.len() + 1, 0);
                    return self.name(text.into_owned());
                }
                let cost = text.len() + 1;
                let value = scalar(&text, style, tag)?;
                self.anchor(anchor, || value.clone(), cost, 0);
                self.put(value);
            }
            Event::Alias(anchor) => {
                let Some(Anchored { cost, depth, .. }) = self.anchors.get(&anchor) else {
                    return Err("this alias stands for a value that it is itself a part of".to_owned());
                };
                if self.open.len() + depth > MAX_DEPTH {
                    return Err(too_deep());
                }
                self.spend(*cost)?;
                let value =
                    self.anchors.get(&anchor).map(|anchored| anchored.value.clone()).unwrap_or_default();
                if self.wants_name() {
                    return match value {
                        Value::String(name) => self.name(name),
                        _ => Err(no_name()),
                    };
                }
                self.put(value);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(tag.as_deref(), "seq")?;
                self.open.push(Open::List { anchor, items: Vec::new() });
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(tag.as_deref(), "map")?;
                self.open.push(Open::Object { anchor, members: Map::new(), name: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (anchor, value) = match self.open.pop() {
                    Some(Open::List { anchor, items }) => (anchor, Value::Array(items)),
                    Some(Open::Object { anchor, members, .. }) => (anchor, Value::Object(members)),
                    None => return Ok(()),
                };
                if anchor != 0 {
                    let (cost, depth) = measure(&value);
                    // An anchor keeps a copy of its own, which counts like one that is written.
                    self.spend(cost)?;
                    self.anchor(anchor, || value.clone(), cost, depth);
                }
                self.put(value);
            }
            _ => {}
        }
        Ok(())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), String> {
        let left = self.left.checked_sub(bytes.saturating_add(1));
        self.left = left.unwrap_or_default();
        left.map(|_| ()).ok_or_else(|| format!("the definition grows larger than {MAX_BYTES} bytes"))
    }

    fn begin(&mut self, tag: Option<&Tag>, kind: &str) -> Result<(), String> {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema_tag(kind) && tag.original() != "!") {
            return Err(format!("the tag `{}` has no meaning here", tag.original()));
        }
        if self.wants_name() {
            return Err(no_name());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep());
        }
        self.spend(0)
    }

    fn anchor(&mut self, anchor: usize, value: impl FnOnce() -> Value, cost: usize, depth: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { value: value(), cost, depth });
        }
    }

    fn wants_name(&self) -> bool {
        matches!(self.open.last(), Some(Open::Object { name: None, .. }))
    }

    fn name(&mut self, text: String) -> Result<(), String> {
        if let Some(Open::Object { members, name, .. }) = self.open.last_mut() {
            if members.contains_key(&text) {
                return Err(format!("the member `{text}` is there twice"));
            }
            *name = Some(text);
        }
        Ok(())
    }

    fn put(&mut self, value: Value) {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Open::List { items, .. }) => items.push(value),
            Some(Open::Object { members, name, .. }) => {
                members.insert(name.take().unwrap_or_default(), value);
            }
        }
    }
}

fn too_deep() -> String {
    format!("the definition is nested deeper than {MAX_DEPTH} levels")
}

fn no_name() -> String {
    "the name of a member is a text, not a list or an object".to_owned()
}

/// What a value costs to be said again, and how deep it is. It recurses at most [`MAX_DEPTH`] times.
fn measure(value: &Value) -> (usize, usize) {
    let around = |cost: usize, inner: (usize, usize), name: usize| (cost + inner.0 + name + 1, inner.1);
    let (cost, depth) = match value {
        Value::String(text) => return (text.len() + 1, 0),
        Value::Array(items) => items.iter().map(measure).fold((1, 0), |(cost, depth), inner| {
            let (cost, inner_depth) = around(cost, inner, 0);
            (cost, depth.max(inner_depth))
        }),
        Value::Object(members) => members.iter().map(|(name, value)| (name.len(), measure(value))).fold(
            (1, 0),
            |(cost, depth), (name, inner)| {
                let (cost, inner_depth) = around(cost, inner, name);
                (cost, depth.max(inner_depth))
            },
        ),
        _ => return (1, 0),
    };
    (cost, depth + 1)
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let resolved = || match style {
        ScalarStyle::Plain => plain(text),
        _ => Ok(Value::from(text)),
    };
    let Some(tag) = tag else { return resolved() };
    let is = |name: &str| tag.is_yaml_core_schema_tag(name);
    if is("str") || tag.original() == "!" {
        return Ok(Value::from(text));
    }
    let value = plain(text)?;
    let fits = match &value {
        Value::Null => is("null"),
        Value::Bool(_) => is("bool"),
        Value::Number(number) => is("float") || (is("int") && !number.is_f64()),
        _ => false,
    };
    let problem = if ["null", "bool", "int", "float"].into_iter().any(is) {
        format!("`{text}` is not what the tag `{}` says", tag.original())
    } else {
        format!("the tag `{}` has no meaning here", tag.original())
    };
    fits.then_some(value).ok_or(problem)
}

/// A plain scalar by YAML's core schema (YAML 1.2.2, 10.3.2): `no`, `on` and `1_000` are texts.
fn plain(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(format!("JSON has no number `{text}`; write it in quotes if it is a text"));
    }
    let radix = [("0x", 16), ("0o", 8)].into_iter().find_map(|(prefix, radix)| {
        let digits = text.strip_prefix(prefix)?;
        digits.chars().all(|digit| digit.is_digit(radix)).then_some((digits, radix))
    });
    if let Some(number) = radix.and_then(|(digits, radix)| u64::from_str_radix(digits, radix).ok()) {
        return Ok(Value::from(number));
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        let digits = text.strip_prefix('+').unwrap_or(text);
        if let Ok(number) =
            digits.parse::<i64>().map(Value::from).or_else(|_| digits.parse::<u64>().map(Value::from))
        {
            return Ok(number);
        }
    }
    if is_float(unsigned) {
        let number = text.parse::<f64>().ok().and_then(Number::from_f64);
        return number.map(Value::Number).ok_or_else(|| format!("the number {text} is too large"));
    }
    Ok(Value::from(text))
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) =
        text.split_once(['e', 'E']).map_or((text, None), |(left, right)| (left, Some(right)));
    let exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}
