//! What a value may look like, as data, and the walk that compares the two.

use serde_json::{Map, Value};

use super::{Checker, patterns};
use crate::Pointer;

/// What a value may look like. Texts that are runtime expressions as a whole are compiled wherever they stand,
/// except in what is opaque.
pub(super) enum Shape {
    /// Anything, and nothing in it is an expression: schemas, tags, metadata.
    Opaque,
    /// An object with members of no concern to us, in which nothing is an expression.
    OpaqueObject,
    /// Anything, expressions inside of it included.
    Any,
    /// An object with any members, expressions inside of it included.
    AnyObject,
    /// An object with any members, but at least one.
    FilledObject,
    Text,
    FilledText,
    /// A text that is a program with `${ }` or without: conditions, and what filters data.
    Program,
    /// A text that has to be written `${ … }`.
    Expression,
    Word(&'static [&'static str]),
    Boolean,
    Integer {
        least: i64,
        most: i64,
    },
    Object(&'static Object),
    List(&'static Shape),
    /// An object whose members are named freely.
    Map(&'static Shape),
    /// An expression, or this.
    ExpressionOr(&'static Shape),
    /// A program, or this.
    ProgramOr(&'static Shape),
    /// The first where the object has this member, else the second.
    IfMember(&'static str, &'static Shape, &'static Shape),
    Matching(&'static Pattern),
    /// A rule that is more than a shape.
    Rule(fn(&mut Checker<'_>, &Pointer, &Value)),
}

/// Which members an object has.
pub(super) struct Object {
    pub(super) members: &'static [Member],
    /// Members of which exactly one has to be there.
    pub(super) one_of: &'static [&'static str],
    /// Whether others than these may be there.
    pub(super) open: bool,
}

pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

pub(super) struct Pattern {
    pub(super) accepts: fn(&str) -> bool,
    pub(super) code: &'static str,
    pub(super) en: &'static str,
    pub(super) zh: &'static str,
}

pub(super) const fn need(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, required: true }
}

pub(super) const fn may(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, required: false }
}

pub(super) const fn closed(members: &'static [Member]) -> Object {
    Object { members, one_of: &[], open: false }
}

pub(super) const fn open(members: &'static [Member]) -> Object {
    Object { members, one_of: &[], open: true }
}

pub(super) const INTEGER: Shape = Shape::Integer { least: i64::MIN, most: i64::MAX };

impl Checker<'_> {
    pub(super) fn shape(&mut self, pointer: &Pointer, value: &Value, shape: &Shape) {
        match shape {
            Shape::Opaque => {}
            Shape::OpaqueObject => drop(self.object_of(pointer, value)),
            Shape::Any => self.inside(pointer, value),
            Shape::AnyObject | Shape::FilledObject => {
                let Some(members) = self.object_of(pointer, value) else { return };
                if members.is_empty() && matches!(shape, Shape::FilledObject) {
                    self.error(
                        pointer,
                        "empty",
                        "This object is empty; it needs at least one member.",
                        "该对象为空，至少需要一个成员。",
                    );
                }
                self.inside(pointer, value);
            }
            Shape::Text => {
                self.text_of(pointer, value);
            }
            Shape::FilledText => {
                if self.text_of(pointer, value) == Some("") {
                    self.error(pointer, "empty", "This text is empty.", "该文本为空。");
                }
            }
            Shape::Program => {
                if let Some(text) = self.plain_text_of(pointer, value) {
                    self.program(pointer, text);
                }
            }
            Shape::Expression => {
                let Some(text) = self.text_of(pointer, value) else { return };
                if !patterns::is_expression(text) {
                    self.error(
                        pointer,
                        "not-an-expression",
                        format!("`{text}` has to be a runtime expression, written `${{ … }}`."),
                        format!("`{text}` 必须是运行时表达式，写作 `${{ … }}`。"),
                    );
                }
            }
            Shape::Word(words) => self.word(pointer, value, words),
            Shape::Boolean => {
                if !value.is_boolean() {
                    self.wrong_type(pointer, value, ("true or false", "布尔值"));
                }
            }
            Shape::Integer { least, most } => self.integer(pointer, value, *least, *most),
            Shape::Object(object) => self.members(pointer, value, &[object]),
            Shape::List(item) => {
                let Some(items) = self.list_of(pointer, value) else { return };
                for (index, value) in items.iter().enumerate() {
                    self.shape(&pointer.index(index), value, item);
                }
            }
            Shape::Map(shape) => {
                let Some(members) = self.object_of(pointer, value) else { return };
                for (name, value) in members {
                    self.shape(&pointer.child(name), value, shape);
                }
            }
            Shape::ExpressionOr(shape) => match value.as_str() {
                Some(text) if patterns::is_expression(text) => self.program(pointer, text),
                _ => self.shape(pointer, value, shape),
            },
            Shape::ProgramOr(shape) => match value.as_str() {
                Some(text) => self.program(pointer, text),
                None => self.shape(pointer, value, shape),
            },
            Shape::IfMember(name, with, without) => {
                let shape = if value.get(name).is_some() { with } else { without };
                self.shape(pointer, value, shape);
            }
            Shape::Matching(pattern) => {
                let Some(text) = self.text_of(pointer, value) else { return };
                if !(pattern.accepts)(text) {
                    let (en, zh) = (format!("`{text}` {}", pattern.en), format!("`{text}` {}", pattern.zh));
                    self.error(pointer, pattern.code, en, zh);
                }
            }
            Shape::Rule(rule) => rule(self, pointer, value),
        }
    }

    /// Checks the members of an object against the tables together, as if they were one.
    pub(super) fn members(&mut self, pointer: &Pointer, value: &Value, objects: &[&Object]) {
        let Some(members) = self.object_of(pointer, value) else { return };
        let known = || objects.iter().flat_map(|object| object.members);
        for member in known().filter(|member| member.required && !members.contains_key(member.name)) {
            self.missing(pointer, member.name);
        }
        for object in objects.iter().filter(|object| !object.one_of.is_empty()) {
            self.exactly_one(pointer, members, object.one_of);
        }
        for (name, value) in members {
            match known().find(|member| member.name == name) {
                Some(member) => self.shape(&pointer.child(name), value, &member.shape),
                None if objects.iter().any(|object| object.open) => {}
                None => {
                    let names: Vec<_> = known().map(|member| member.name).collect();
                    self.unexpected(&pointer.child(name), name, &names);
                }
            }
        }
    }

    fn exactly_one(&mut self, pointer: &Pointer, members: &Map<String, Value>, choices: &[&str]) {
        let count = choices.iter().filter(|name| members.contains_key(**name)).count();
        if count == 1 {
            return;
        }
        let (choices_en, choices_zh) = quoted(choices);
        let (en, zh) =
            if count == 0 { ("none is here", "一个也没有") } else { ("several are here", "有多个") };
        self.error(
            pointer,
            "choose-one",
            format!("Exactly one of {choices_en} has to be here; {en}."),
            format!("此处必须有且只有 {choices_zh} 之一；现在{zh}。"),
        );
    }

    pub(super) fn missing(&mut self, pointer: &Pointer, name: &str) {
        let (en, zh) = subject(pointer);
        self.error(
            pointer,
            "missing-member",
            format!("{en} needs a member `{name}`."),
            format!("{zh}缺少成员 `{name}`。"),
        );
    }

    pub(super) fn unexpected(&mut self, pointer: &Pointer, name: &str, known: &[&str]) {
        let (known_en, known_zh) = quoted(known);
        self.error(
            pointer,
            "unexpected-member",
            format!("`{name}` does not belong here; what may stand here: {known_en}."),
            format!("`{name}` 不属于这里；此处可用：{known_zh}。"),
        );
    }

    fn word(&mut self, pointer: &Pointer, value: &Value, words: &[&str]) {
        let Some(text) = self.plain_text_of(pointer, value) else { return };
        if !words.contains(&text) {
            let (words_en, words_zh) = quoted(words);
            self.error(
                pointer,
                "bad-value",
                format!("`{text}` is not one of {words_en}."),
                format!("`{text}` 不是 {words_zh} 之一。"),
            );
        }
    }

    fn integer(&mut self, pointer: &Pointer, value: &Value, least: i64, most: i64) {
        let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
        if !whole && value.is_number() {
            let (subject_en, subject_zh) = subject(pointer);
            self.error(
                pointer,
                "wrong-type",
                format!("{subject_en} has to be a whole number, not {value}."),
                format!("{subject_zh}必须是整数，而不是 {value}。"),
            );
        } else if !whole {
            self.wrong_type(pointer, value, ("a whole number", "整数"));
        } else if value.as_f64().is_some_and(|number| number < least as f64 || number > most as f64) {
            self.error(
                pointer,
                "bad-value",
                format!("{value} is out of range; it has to be from {least} to {most}."),
                format!("{value} 超出范围，必须在 {least} 到 {most} 之间。"),
            );
        }
    }

    /// Compiles every runtime expression inside of a value. It keeps its own stack: such values are as deep as they are.
    pub(super) fn inside(&mut self, pointer: &Pointer, value: &Value) {
        let mut open = vec![(pointer.clone(), value)];
        while let Some((pointer, value)) = open.pop() {
            match value {
                Value::String(text) if patterns::is_expression(text) => self.program(&pointer, text),
                Value::Array(items) => {
                    let items = items.iter().enumerate().rev();
                    open.extend(items.map(|(index, value)| (pointer.index(index), value)));
                }
                Value::Object(members) => {
                    let members = members.iter().rev();
                    open.extend(members.map(|(name, value)| (pointer.child(name), value)));
                }
                _ => {}
            }
        }
    }

    pub(super) fn object_of<'v>(
        &mut self,
        pointer: &Pointer,
        value: &'v Value,
    ) -> Option<&'v Map<String, Value>> {
        if !value.is_object() {
            self.wrong_type(pointer, value, ("an object", "对象"));
        }
        value.as_object()
    }

    pub(super) fn list_of<'v>(&mut self, pointer: &Pointer, value: &'v Value) -> Option<&'v Vec<Value>> {
        if !value.is_array() {
            self.wrong_type(pointer, value, ("a list", "列表"));
        }
        value.as_array()
    }

    /// The text of a value in a place where an expression may stand, compiled if it is one.
    pub(super) fn text_of<'v>(&mut self, pointer: &Pointer, value: &'v Value) -> Option<&'v str> {
        let text = self.plain_text_of(pointer, value)?;
        if patterns::is_expression(text) {
            self.program(pointer, text);
        }
        Some(text)
    }

    pub(super) fn plain_text_of<'v>(&mut self, pointer: &Pointer, value: &'v Value) -> Option<&'v str> {
        if !value.is_string() {
            self.wrong_type(pointer, value, ("a text", "文本"));
        }
        value.as_str()
    }

    pub(super) fn wrong_type(&mut self, pointer: &Pointer, value: &Value, wanted: (&str, &str)) {
        let (en, zh) = type_of(value);
        let (subject_en, subject_zh) = subject(pointer);
        self.error(
            pointer,
            "wrong-type",
            format!("{subject_en} has to be {}, not {en}.", wanted.0),
            format!("{subject_zh}必须是{}，而不是{zh}。", wanted.1),
        );
    }
}

/// What a sentence about the value at `pointer` begins with, in English and Chinese.
fn subject(pointer: &Pointer) -> (String, String) {
    match pointer.last() {
        Some(name) => (format!("`{name}`"), format!("`{name}` ")),
        None => ("The definition".to_owned(), "定义".to_owned()),
    }
}

/// What a value is, in English and Chinese.
pub(super) fn type_of(value: &Value) -> (&'static str, &'static str) {
    match value {
        Value::Null => ("nothing (null)", "空值"),
        Value::Bool(_) => ("true or false", "布尔值"),
        Value::Number(_) => ("a number", "数字"),
        Value::String(_) => ("a text", "文本"),
        Value::Array(_) => ("a list", "列表"),
        Value::Object(_) => ("an object", "对象"),
    }
}

/// Names in a sentence, in English and Chinese.
pub(super) fn quoted(names: &[&str]) -> (String, String) {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    (quoted.join(", "), quoted.join("、"))
}
