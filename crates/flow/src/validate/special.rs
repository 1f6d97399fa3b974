//! The rules that are more than a shape: versions, durations, endpoints, events, schedules, extensions.

use serde_json::Value;

use super::say::{quoted, shown, type_of};
use super::shape::{Object, Shape, closed, may, need};
use super::{Checker, patterns, tables};
use crate::near::{did_you_mean, nearest};
use crate::problem::NEGATIVE_DURATION;
use crate::{Pointer, view};

impl Checker<'_> {
    /// The members at the root that nothing reads: allowed by the schema, and mostly a slip of the pen.
    pub(super) fn unknown_at_root(&mut self) {
        let root = self.root;
        let known = || tables::WORKFLOW.members.iter().map(|member| member.name);
        for name in root.as_object().into_iter().flatten().map(|(name, _)| name) {
            if known().any(|known| known == name) {
                continue;
            }
            let absent = known().filter(|known| root.get(known).is_none());
            let (hint_en, hint_zh) = did_you_mean(nearest(name, absent));
            self.warning(
                &Pointer::root().child(name),
                "unknown-member",
                format!("Nothing reads the member `{}`.{hint_en}", shown(name)),
                format!("成员 `{}` 不会被读取。{hint_zh}", shown(name)),
            );
        }
    }

    pub(super) fn dsl(&mut self, pointer: &Pointer, value: &Value) {
        let Some(text) = self.plain_text_of(pointer, value) else { return };
        let supported = patterns::is_version(text) && text.starts_with("1.0.");
        if !supported {
            let text = shown(text);
            self.error(
                pointer,
                "unsupported-dsl",
                format!(
                    "The version `{text}` of the DSL is not supported; write `1.0.3`, or another `1.0.x`."
                ),
                format!("不支持 DSL 版本 `{text}`；请写 `1.0.3` 或其他 `1.0.x`。"),
            );
        }
    }

    pub(super) fn duration(&mut self, pointer: &Pointer, value: &Value) {
        match value {
            Value::String(text) if patterns::is_expression(text) => self.program(pointer, text),
            Value::String(text) if patterns::is_duration(text) => {}
            Value::Object(members) if members.is_empty() => self.error(
                pointer,
                "bad-duration",
                "This duration is empty; write for example `seconds: 30`.",
                "该时长为空；例如写作 `seconds: 30`。",
            ),
            Value::Object(members) => {
                self.members(pointer, value, &[&tables::DURATION_OBJECT]);
                let negative =
                    members.iter().find(|(_, amount)| amount.as_f64().is_some_and(|amount| amount < 0.0));
                if let Some((name, amount)) = negative {
                    self.warning(
                        &pointer.child(name),
                        NEGATIVE_DURATION,
                        format!("No time is negative: {amount} {name} cannot be waited for, so the workflow cannot be started."),
                        format!("时长不能为负：无法等待 {amount} {name}，因此工作流不能启动。"),
                    );
                }
            }
            Value::String(text) => {
                let (hint_en, hint_zh) = did_you_mean(patterns::as_duration(text).as_deref());
                let text = shown(text);
                self.error(
                    pointer,
                    "bad-duration",
                    format!("`{text}` is no duration; write ISO 8601 such as `PT30S`, an object such as `seconds: 30`, or `${{ … }}`.{hint_en}"),
                    format!("`{text}` 不是时长；请写 ISO 8601（如 `PT30S`）、对象（如 `seconds: 30`）或 `${{ … }}`。{hint_zh}"),
                );
            }
            other => {
                let (hint_en, hint_zh) = match other {
                    Value::Number(number) => (
                        format!(" For {number} seconds write `seconds: {number}`."),
                        format!("{number} 秒请写作 `seconds: {number}`。"),
                    ),
                    _ => Default::default(),
                };
                self.error(
                    pointer,
                    "bad-duration",
                    format!("A duration is a text such as `PT30S` or an object such as `seconds: 30`, not {}.{hint_en}", type_of(other).0),
                    format!("时长应为文本（如 `PT30S`）或对象（如 `seconds: 30`），而不是{}。{hint_zh}", type_of(other).1),
                );
            }
        }
    }

    pub(super) fn endpoint(&mut self, pointer: &Pointer, value: &Value) {
        match value {
            Value::Object(_) => self.members(pointer, value, &[&tables::ENDPOINT_OBJECT]),
            Value::String(_) => self.shape(pointer, value, &tables::URI_OR_EXPRESSION),
            other => self.wrong_type(
                pointer,
                other,
                ("a URI, or an object with `uri`", " URI 或带有 `uri` 的对象"),
            ),
        }
    }

    pub(super) fn schedule(&mut self, pointer: &Pointer, value: &Value) {
        self.members(pointer, value, &[&tables::SCHEDULE]);
        if value.get("read").is_some() && value.get("on").is_none() {
            self.missing(pointer, &["on"]);
        }
        if let Some(Err(reason)) = value.get("cron").and_then(Value::as_str).map(crate::cron::check_cron) {
            self.error(&pointer.child("cron"), "bad-cron", reason.en, reason.zh);
        }
        let timed = ["every", "cron", "after"].into_iter().find(|name| value.get(name).is_some());
        let schema = self.root.pointer("/input/schema/document");
        if let (Some(name), Some(schema)) = (timed, schema) {
            let problems = crate::check_input(schema, &crate::defaults(schema, Value::Null));
            if let Some(problem) = problems.first() {
                let (en, zh) = (&problem.message_en, &problem.message_zh);
                self.warning(
                    &pointer.child(name),
                    "schedule-input",
                    format!("The runs that this starts have no input but the defaults, and fault: {en}"),
                    format!("由此启动的执行只有默认输入，会失败：{zh}"),
                );
            }
        }
    }

    pub(super) fn extensions(&mut self, pointer: &Pointer, value: &Value) {
        for (index, item) in self.list_of(pointer, value).into_iter().flatten().enumerate() {
            let pointer = pointer.index(index);
            if let Some((name, extension)) = self.only_entry(&pointer, item, ("an extension", "扩展")) {
                self.members(&pointer.child(name), extension, &[&tables::EXTENSION]);
            }
        }
    }

    /// The one member of an object that has exactly one: an entry of a list of named things.
    pub(super) fn only_entry<'v>(
        &mut self,
        pointer: &Pointer,
        item: &'v Value,
        what: (&str, &str),
    ) -> Option<(&'v str, &'v Value)> {
        let members = item.as_object().map_or(0, serde_json::Map::len);
        if members != 1 {
            let (en, zh) = match item {
                Value::Object(_) if members == 0 => ("an empty object".to_owned(), "是空对象".to_owned()),
                Value::Object(object) => {
                    let names: Vec<_> = object.keys().map(String::as_str).collect();
                    let (names_en, names_zh) = quoted(&names);
                    (format!("one with {members}: {names_en}"), format!("有 {members} 个成员：{names_zh}"))
                }
                other => (type_of(other).0.to_owned(), format!("是{}", type_of(other).1)),
            };
            self.error(
                pointer,
                "bad-entry",
                format!(
                    "Each entry is an object with exactly one member, the name of {}; this is {en}.",
                    what.0
                ),
                format!("每一项都必须是只有一个成员的对象，成员名即{}的名称；这里{zh}。", what.1),
            );
        }
        view::entry(item)
    }

    /// An event consumption strategy: `all`, `any` (perhaps `until`) or `one`.
    pub(super) fn events(&mut self, pointer: &Pointer, value: &Value) {
        self.members(pointer, value, &[&EVENTS]);
        let Some(until) = value.get("until") else { return };
        let at = pointer.child("until");
        if value.get("any").is_none() {
            let holder = ["all", "one"].into_iter().find(|name| value.get(name).is_some()).unwrap_or("any");
            self.error(
                &at,
                "unexpected-member",
                format!("`until` belongs to `any` only: `{holder}` ends by itself. Leave `until` out, or write `any`."),
                format!("`until` 只能与 `any` 一起使用，`{holder}` 会自行结束。请去掉 `until`，或改用 `any`。"),
            );
        } else if let Some(text) = until.as_str() {
            self.program(&at, text);
        } else if until.get("until").is_some() {
            self.error(
                &at.child("until"),
                "nested-until",
                "What ends a listening cannot itself have an `until`; leave this one out.",
                "结束监听的条件自身不能再有 `until`，请去掉它。",
            );
        } else {
            self.members(&at, until, &[&EVENTS]);
        }
    }

    /// What the lifetime of a container has to say beyond its shape.
    pub(super) fn lifetime(&mut self, pointer: &Pointer, value: &Value) {
        self.members(pointer, value, &[&LIFETIME]);
        let eventually = value.get("cleanup").and_then(Value::as_str) == Some("eventually");
        match value.get("after") {
            None if eventually => self.missing(pointer, &["after"]),
            Some(_) if !eventually && value.get("cleanup").is_some() => self.error(
                &pointer.child("after"),
                "unexpected-member",
                "`after` belongs to `cleanup: eventually` only.",
                "`after` 只能与 `cleanup: eventually` 一起使用。",
            ),
            _ => {}
        }
    }
}

pub(super) const LIFETIME: Object = closed(&[
    need("cleanup", Shape::Word(&["always", "never", "eventually"])),
    may("after", tables::DURATION),
]);

/// `until` is checked by [`Checker::events`].
pub(super) const EVENTS: Object = Object {
    members: &[
        may("all", Shape::List(&tables::EVENT_FILTER)),
        may("any", Shape::List(&tables::EVENT_FILTER)),
        may("one", tables::EVENT_FILTER),
        may("until", Shape::Opaque),
    ],
    one_of: &[&["all", "any", "one"]],
    open: false,
};
