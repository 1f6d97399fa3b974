//! YAML 1.2, core schema, to a JSON value: the parser's events, built into a tree on a stack of our own.
//!
//! One thing of YAML 1.1 is kept, since people write it: a bare key `<<` merges an object, or a list of objects, into the
//! one around it; what that one says itself counts. In quotes `<<` is a name as any other.
//!
//! What JSON has no word for (tags of one's own, keys that are no scalars, infinity) is refused, not guessed.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Number, Value};
use serde_saphyr::granit_parser::{self, Event, Marker, Parser, ScalarStyle, Tag};

use super::numbers;
use super::words::{self, Wrong, too_deep};
use super::{MAX_DEPTH, ParseError};
use crate::document::{Dropped, MAX_BYTES, Position};

pub(super) fn load(text: &str) -> Result<(Value, Dropped), ParseError> {
    let options = granit_parser::options! {
        simple_key_max_lookahead: MAX_BYTES,
        max_buffered_comment_events: MAX_BYTES,
    };
    let mut builder =
        Builder { open: Vec::new(), anchors: HashMap::new(), root: None, left: MAX_BYTES, documents: 0 };
    let mut dropped = Dropped::default();
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) =
            next.map_err(|error| refuse(error.marker(), words::yaml(error.info().as_ref())))?;
        if matches!(event, Event::Comment(..)) {
            dropped.comments += 1;
            let place = || Position { line: span.start.line().max(1), column: span.start.col() + 1 };
            dropped.first_comment.get_or_insert_with(place);
            continue;
        }
        builder.take(event).map_err(|wrong| refuse(&span.start, wrong))?;
    }
    Ok((builder.root.unwrap_or_default(), dropped))
}

/// The parser counts lines from 1 and columns from 0.
fn refuse(marker: &Marker, wrong: Wrong) -> ParseError {
    wrong.at(marker.line().max(1), marker.col() + 1)
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
    Object { anchor: usize, members: Map<String, Value>, name: Option<Name>, merged: HashSet<String> },
}

/// What the next value of an object is for.
enum Name {
    Member(String),
    /// A bare `<<`.
    Merge,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), Wrong> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Wrong::new(
                        "a second document begins here; a definition is one",
                        "此处开始了第二个文档；一个定义只能是一个文档",
                    ));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.spend(text.len())?;
                let tag = tag.as_deref();
                if self.wants_name() {
                    self.anchor(anchor, || Value::from(text.as_ref()), text.len() + 1, 0);
                    let merges = text == "<<" && matches!(style, ScalarStyle::Plain) && tag.is_none();
                    return if merges { self.merge_next() } else { self.name(text.into_owned()) };
                }
                let cost = text.len() + 1;
                let value = scalar(&text, style, tag)?;
                self.anchor(anchor, || value.clone(), cost, 0);
                self.put(value)?;
            }
            Event::Alias(anchor) => {
                let Some(Anchored { cost, depth, .. }) = self.anchors.get(&anchor) else {
                    return Err(Wrong::new(
                        "this alias stands for a value that it is itself a part of",
                        "该别名所指的值包含它自身",
                    ));
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
                self.put(value)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(tag.as_deref(), "seq")?;
                self.open.push(Open::List { anchor, items: Vec::new() });
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(tag.as_deref(), "map")?;
                self.open.push(Open::Object {
                    anchor,
                    members: Map::new(),
                    name: None,
                    merged: HashSet::new(),
                });
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
                self.put(value)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Wrong> {
        let left = self.left.checked_sub(bytes.saturating_add(1));
        self.left = left.unwrap_or_default();
        left.map(|_| ()).ok_or_else(|| {
            Wrong::new(
                format!("the definition grows larger than {MAX_BYTES} bytes"),
                format!("定义展开后超过 {MAX_BYTES} 字节"),
            )
        })
    }

    fn begin(&mut self, tag: Option<&Tag>, kind: &str) -> Result<(), Wrong> {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema_tag(kind) && tag.original() != "!") {
            return Err(no_tag(&tag.original()));
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

    fn name(&mut self, text: String) -> Result<(), Wrong> {
        if let Some(Open::Object { members, name, merged, .. }) = self.open.last_mut() {
            // What was merged gives way to what is said.
            if members.contains_key(&text) && !merged.remove(&text) {
                return Err(words::twice(&text));
            }
            *name = Some(Name::Member(text));
        }
        Ok(())
    }

    fn merge_next(&mut self) -> Result<(), Wrong> {
        if let Some(Open::Object { name, .. }) = self.open.last_mut() {
            *name = Some(Name::Merge);
        }
        Ok(())
    }

    fn put(&mut self, value: Value) -> Result<(), Wrong> {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Open::List { items, .. }) => items.push(value),
            Some(Open::Object { members, name, merged, .. }) => match name.take() {
                Some(Name::Merge) => {
                    let sources = match value {
                        Value::Array(items) => items,
                        other => vec![other],
                    };
                    for source in sources {
                        let Value::Object(source) = source else { return Err(no_merge()) };
                        for (name, value) in source {
                            if !members.contains_key(&name) {
                                merged.insert(name.clone());
                                members.insert(name, value);
                            }
                        }
                    }
                }
                Some(Name::Member(name)) => drop(members.insert(name, value)),
                None => {}
            },
        }
        Ok(())
    }
}

fn no_merge() -> Wrong {
    Wrong::new(
        "`<<` merges an object or a list of objects, such as `<<: *defaults`; write it in quotes if it is a name",
        "`<<` 用于合并对象或对象列表，如 `<<: *defaults`；若是普通名称，请加引号",
    )
}

fn no_tag(tag: &str) -> Wrong {
    Wrong::new(
        format!("the tag `{tag}` has no meaning here; leave it out, or write what it stands for"),
        format!("标签 `{tag}` 在此没有意义；请去掉它，或写出它所代表的值"),
    )
}

fn no_name() -> Wrong {
    Wrong::new(
        "the name of a member is a text, not a list or an object; a text that begins with `{` or `[` is quoted",
        "成员名必须是文本，不能是列表或对象；以 `{` 或 `[` 开头的文本要加引号",
    )
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

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, Wrong> {
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
    let original = tag.original();
    let wrong = if ["null", "bool", "int", "float"].into_iter().any(is) {
        Wrong::new(
            format!("`{text}` is not what the tag `{original}` says"),
            format!("`{text}` 与标签 `{original}` 不符"),
        )
    } else {
        no_tag(&original)
    };
    if fits { Ok(value) } else { Err(wrong) }
}

/// A plain scalar by YAML's core schema (YAML 1.2.2, 10.3.2): `no`, `on` and `1_000` are texts.
fn plain(text: &str) -> Result<Value, Wrong> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(Wrong::new(
            format!("JSON has no number `{text}`; write it in quotes if it is a text"),
            format!("JSON 没有数字 `{text}`；若是文本，请加引号"),
        ));
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
        if !numbers::is_kept(digits) {
            return Err(words::too_long_number(digits));
        }
    }
    if is_float(unsigned) {
        let number = text.parse::<f64>().ok().and_then(Number::from_f64);
        return number.map(Value::Number).ok_or_else(|| {
            Wrong::new(format!("the number {text} is too large"), format!("数字 {text} 过大"))
        });
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
