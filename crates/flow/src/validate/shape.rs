//! What a value may look like, as data, and the walk that compares the two.

use serde_json::{Map, Value};

use super::say::{either, quoted, shown, type_of};
use super::{Checker, patterns};
use crate::Pointer;
use crate::near::{did_you_mean, nearest};

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
    /// A rule that is more than a shape, with the part of it that is one.
    Rule(Guide, fn(&mut Checker<'_>, &Pointer, &Value)),
}

/// What may be written where a rule stands; nothing is checked by it, see [`super::guide`].
#[derive(Clone, Copy)]
pub(super) enum Guide {
    /// Nothing that could be named.
    Free,
    Of(&'static Shape),
    Members(&'static [&'static Object]),
    Words(&'static [&'static str]),
    Tasks,
    Task,
    /// A list of objects with one member each, which is named freely and is such an object.
    Entries(&'static Object),
    /// A name that stands in this section of `use`, or this.
    Defined(&'static str, Option<&'static Shape>),
}

/// Which members an object has.
pub(super) struct Object {
    pub(super) members: &'static [Member],
    /// Groups of members, of each of which exactly one has to be there.
    pub(super) one_of: &'static [&'static [&'static str]],
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

/// So many unknown members of one object are told one by one; more of them are one mistake.
const FEW: usize = 2;

/// The bounds of a whole number that has none.
const ANY_RANGE: (i64, i64) = (i64::MIN, i64::MAX);

pub(super) const INTEGER: Shape = Shape::Integer { least: ANY_RANGE.0, most: ANY_RANGE.1 };

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
                        format!("This has to be a runtime expression: write `${{ {} }}`.", shown(text)),
                        format!("此处必须是运行时表达式：请写 `${{ {} }}`。", shown(text)),
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
                let unnamed = members.iter().find(|(_, value)| !value.is_object());
                match unnamed.filter(|_| !matches!(shape, Shape::Text)) {
                    Some((name, value)) => self.unnamed(pointer, name, value),
                    None => {
                        for (name, value) in members {
                            self.shape(&pointer.child(name), value, shape);
                        }
                    }
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
                    let text = shown(text);
                    let (en, zh) = (format!("`{text}` {}", pattern.en), format!("`{text}` {}", pattern.zh));
                    self.error(pointer, pattern.code, en, zh);
                }
            }
            Shape::Rule(_, rule) => rule(self, pointer, value),
        }
    }

    /// Checks the members of an object against the tables together, as if they were one.
    ///
    /// One slip of the pen is one problem: a member that is near to one that is missing stands for it.
    pub(super) fn members(&mut self, pointer: &Pointer, value: &Value, objects: &[&Object]) {
        let Some(members) = self.object_of(pointer, value) else { return };
        let known: Vec<&Member> = objects.iter().flat_map(|object| object.members).collect();
        let closed = !objects.iter().any(|object| object.open);
        let is_known = |name: &str| known.iter().any(|member| member.name == name);
        let unknown: Vec<&str> =
            members.keys().map(String::as_str).filter(|name| closed && !is_known(name)).collect();
        let mut absent: Vec<&str> =
            known.iter().map(|member| member.name).filter(|name| !members.contains_key(*name)).collect();
        let mut meant = Vec::new();
        for name in unknown.iter().take(FEW) {
            let near = nearest(name, absent.iter().copied());
            absent.retain(|name| Some(*name) != near);
            meant.push(near);
        }
        if absent.contains(&"with") && !unknown.is_empty() && meant.iter().all(Option::is_none) {
            return self.belongs_into_with(pointer, &unknown);
        }
        let missing: Vec<&str> = known
            .iter()
            .filter(|member| member.required && absent.contains(&member.name))
            .map(|member| member.name)
            .collect();
        let groups = objects.iter().flat_map(|object| object.one_of);
        let (mut none, mut several) = (Vec::new(), Vec::new());
        for group in groups.filter(|group| !group.iter().any(|name| meant.contains(&Some(name)))) {
            match group.iter().filter(|name| members.contains_key(**name)).count() {
                0 => none.push(*group),
                1 => {}
                _ => several.push(*group),
            }
        }
        match none.as_slice() {
            [group] if missing.is_empty() => self.exactly_one(pointer, members, group),
            groups => self.missing_of(pointer, &missing, groups),
        }
        for group in several {
            self.exactly_one(pointer, members, group);
        }
        let names: Vec<&str> = known.iter().map(|member| member.name).collect();
        match unknown.first() {
            Some(first) if unknown.len() > FEW => {
                self.unexpected(&pointer.child(first), &unknown, &names, None);
            }
            _ => {
                for (name, near) in unknown.iter().zip(&meant) {
                    self.unexpected(&pointer.child(name), &[name], &names, *near);
                }
            }
        }
        for (name, value) in members {
            if let Some(member) = known.iter().find(|member| member.name == name) {
                self.shape(&pointer.child(name), value, &member.shape);
            }
        }
    }

    /// What a call is given, or what an event is recognised by, stands one level too high.
    fn belongs_into_with(&mut self, pointer: &Pointer, names: &[&str]) {
        let ((names_en, names_zh), (subject_en, subject_zh)) = (quoted(names), self.subject(pointer));
        let (do_en, first) =
            (if names.len() == 1 { "does" } else { "do" }, names.first().copied().unwrap_or_default());
        self.error(
            &pointer.child(first),
            "unexpected-member",
            format!("{names_en} {do_en} not belong into {subject_en} itself, but into its `with`, which is missing."),
            format!("{names_zh} 不应直接写在 {subject_zh}中，而应写在它的 `with` 中；此处缺少 `with`。"),
        );
    }

    /// An object of named entries in which something is no entry: mostly the name is left out.
    fn unnamed(&mut self, pointer: &Pointer, name: &str, value: &Value) {
        let (subject_en, subject_zh) = self.subject(pointer);
        let ((en, zh), at, name) = (type_of(value), pointer.child(name), shown(name));
        self.error(
            &at,
            "wrong-type",
            format!("{subject_en} holds entries by their names, each an object; `{name}` is {en}."),
            format!("{subject_zh}按名称存放各项，每项都是对象；`{name}` 却是{zh}。"),
        );
    }

    fn exactly_one(&mut self, pointer: &Pointer, members: &Map<String, Value>, choices: &[&str]) {
        let here: Vec<&str> = choices.iter().copied().filter(|name| members.contains_key(*name)).collect();
        let (choices_en, choices_zh) = quoted(choices);
        let (en, zh) = if here.is_empty() {
            ("none is here".to_owned(), "一个也没有".to_owned())
        } else {
            let (here_en, here_zh) = quoted(&here);
            (format!("here are {here_en}"), format!("同时有 {here_zh}"))
        };
        self.error(
            pointer,
            "choose-one",
            format!("Exactly one of {choices_en} has to be here; {en}."),
            format!("此处必须有且只有 {choices_zh} 之一；现在{zh}。"),
        );
    }

    pub(super) fn missing(&mut self, pointer: &Pointer, names: &[&str]) {
        self.missing_of(pointer, names, &[]);
    }

    /// Tells at once what is missing: these members, and one of each group.
    fn missing_of(&mut self, pointer: &Pointer, names: &[&str], groups: &[&[&str]]) {
        if names.is_empty() && groups.is_empty() {
            return;
        }
        let (subject_en, subject_zh) = self.subject(pointer);
        let singles = names.iter().map(|name| quoted(&[name]));
        let (en, zh): (Vec<_>, Vec<_>) = singles.chain(groups.iter().map(|group| either(group))).unzip();
        let a = if names.len() == 1 && groups.is_empty() { "a member" } else { "the members" };
        self.error(
            pointer,
            "missing-member",
            format!("{subject_en} needs {a} {}.", en.join(", ")),
            format!("{subject_zh}缺少成员 {}。", zh.join("、")),
        );
    }

    pub(super) fn unexpected(
        &mut self,
        pointer: &Pointer,
        names: &[&str],
        known: &[&str],
        near: Option<&str>,
    ) {
        let (names_en, names_zh) = quoted(names);
        let does = if names.len() == 1 { "does" } else { "do" };
        let (known_en, known_zh) = quoted(known);
        let (hint_en, hint_zh) = did_you_mean(near);
        let (en, zh) = match near {
            Some(_) => (
                format!("{names_en} is not known here.{hint_en}"),
                format!("此处没有成员 {names_zh}。{hint_zh}"),
            ),
            None => (
                format!("{names_en} {does} not belong here; what may stand here: {known_en}."),
                format!("{names_zh} 不属于这里；此处可用：{known_zh}。"),
            ),
        };
        self.error(pointer, "unexpected-member", en, zh);
    }

    fn word(&mut self, pointer: &Pointer, value: &Value, words: &[&str]) {
        let Some(text) = self.plain_text_of(pointer, value) else { return };
        if !words.contains(&text) {
            let (words_en, words_zh) = quoted(words);
            let (hint_en, hint_zh) = did_you_mean(nearest(text, words.iter().copied()));
            let text = shown(text);
            self.error(
                pointer,
                "bad-value",
                format!("`{text}` is not one of {words_en}.{hint_en}"),
                format!("`{text}` 不是 {words_zh} 之一。{hint_zh}"),
            );
        }
    }

    fn integer(&mut self, pointer: &Pointer, value: &Value, least: i64, most: i64) {
        let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
        if !whole && value.is_number() {
            let (subject_en, subject_zh) = self.subject(pointer);
            self.error(
                pointer,
                "wrong-type",
                format!("{subject_en} has to be a whole number, not {value}."),
                format!("{subject_zh}必须是整数，而不是 {value}。"),
            );
        } else if !whole {
            self.wrong_type(pointer, value, ("a whole number", "整数"));
        } else if (least, most) != ANY_RANGE
            && value.as_f64().is_some_and(|number| number < least as f64 || number > most as f64)
        {
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
                Value::String(text) => self.free_text(&pointer, text),
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
}
