//! `emit`, `listen` and `schedule.on`, from what is written to what is run.

use serde_json::Value;

use super::{Compiler, Sequence, object};
use crate::expression::{Expression, strict};
use crate::program::events::{Correlation, Filter, Foreach, Listen, Mode, Pattern, Read, Strategy, Until};
use crate::program::{Action, Delay, Template};
use crate::schedule::{Schedule, Trigger};
use crate::unsupported::{LONGEST_ATTRIBUTE, is_attribute_name};
use crate::{Document, Pointer, Problem};

/// `schedule` of a definition (DSL reference, Schedule).
pub(crate) fn schedule(document: &Document) -> Result<Option<Schedule>, Vec<Problem>> {
    let root = document.root();
    let Some(written) = root.get("schedule") else { return Ok(None) };
    let here = Pointer::root().child("schedule");
    let mut compiler = Compiler::new(root);
    let every = compiler.constant_duration(&here.child("every"), written.get("every"));
    let after = compiler.constant_duration(&here.child("after"), written.get("after"));
    let cron = written.get("cron").and_then(Value::as_str).map(str::to_owned);
    let on = written.get("on").and_then(|on| compiler.strategy(&here.child("on"), Some(on)));
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    let on = on.map(|strategy| Trigger { strategy, read: read(written) });
    Ok(Some(Schedule { every, cron, after, on }))
}

impl Compiler<'_> {
    /// A duration that is known before there is a run.
    fn constant_duration(&mut self, pointer: &Pointer, value: Option<&Value>) -> Option<i64> {
        match self.duration(pointer, value?)? {
            Delay::Milliseconds(milliseconds) => Some(milliseconds),
            Delay::Computed(_) => {
                self.error(
                    pointer,
                    "invalid-duration",
                    "A schedule has no input to compute from: write the duration itself.",
                    "定时计划没有可供计算的输入，请直接写出时长。",
                );
                None
            }
        }
    }

    pub(super) fn emit(&mut self, pointer: &Pointer, value: &Value) -> Option<Action> {
        let here = pointer.child("event").child("with");
        let with = value.pointer("/event/with");
        let Some(attributes) = object(with) else {
            self.error(&here, "missing-event", "Say which event to emit.", "请说明要发送的事件。");
            return None;
        };
        if attributes.get("type").is_none_or(|kind| !kind.is_string()) {
            self.error(
                &here.child("type"),
                "missing-event-type",
                "An event needs a type.",
                "事件必须有类型（type）。",
            );
        }
        for name in attributes.keys().filter(|name| !is_attribute_name(name)) {
            self.error(
                &here.child(name),
                "invalid-attribute",
                &format!(
                    "CloudEvents attributes are written in at most {LONGEST_ATTRIBUTE} lower-case letters and digits; \
                     put `{name}` into `data`, or rename it."
                ),
                &format!("CloudEvents 属性名只能是最多 {LONGEST_ATTRIBUTE} 个小写字母和数字；请将“{name}”放入 data 或改名。"),
            );
        }
        self.template(&here, with?).map(Action::Emit)
    }

    pub(super) fn listen(&mut self, pointer: &Pointer, task: &Value, value: &Value) -> Option<Action> {
        let here = pointer.child("listen");
        let to = self.strategy(&here.child("to"), value.get("to"));
        let foreach = task.get("foreach").map(|foreach| self.foreach(&pointer.child("foreach"), foreach));
        Some(Action::Listen(Box::new(Listen { to: to?, read: read(value), foreach })))
    }

    /// An event consumption strategy.
    pub(super) fn strategy(&mut self, pointer: &Pointer, value: Option<&Value>) -> Option<Strategy> {
        let written = ["all", "any", "one"]
            .into_iter()
            .find_map(|name| Some((name, value.and_then(|value| value.get(name))?)));
        let Some((name, filters)) = written else {
            self.error(
                pointer,
                "missing-events",
                "Say which events to wait for: `one`, `any` or `all`.",
                "请用 one、any 或 all 说明等待哪些事件。",
            );
            return None;
        };
        let here = pointer.child(name);
        let filters = match filters.as_array() {
            Some(filters) => {
                let each = filters.iter().enumerate();
                each.map(|(index, filter)| self.filter(&here.index(index), filter)).collect()
            }
            None => vec![self.filter(&here, filters)],
        };
        let until = match value.and_then(|value| value.get("until")) {
            Some(until) if name == "any" => self.until(&pointer.child("until"), until),
            _ => None,
        };
        Some(Strategy { mode: if name == "all" { Mode::All } else { Mode::Any }, filters, until })
    }

    fn until(&mut self, pointer: &Pointer, value: &Value) -> Option<Until> {
        match value.as_str() {
            Some(text) if strict(text).unwrap_or(text).trim() == "false" => Some(Until::Never),
            Some(text) => self.expression(pointer, text).map(Until::Condition),
            None => self.strategy(pointer, Some(value)).map(|strategy| Until::Events(Box::new(strategy))),
        }
    }

    fn filter(&mut self, pointer: &Pointer, value: &Value) -> Filter {
        let here = pointer.child("with");
        let mut with = Vec::new();
        for (name, value) in object(value.get("with")).into_iter().flatten() {
            let pattern = pattern(value);
            with.extend(self.checked(&here.child(name), pattern).map(|pattern| (name.clone(), pattern)));
        }
        let here = pointer.child("correlate");
        let mut correlate = Vec::new();
        for (name, correlation) in object(value.get("correlate")).into_iter().flatten() {
            let here = here.child(name);
            let expect =
                correlation.get("expect").and_then(|expect| self.template(&here.child("expect"), expect));
            match self.optional_expression(correlation, &here, &["from"]) {
                Some(from) => correlate.push(Correlation { name: name.clone(), from, expect }),
                None => self.error(
                    &here.child("from"),
                    "missing-correlation",
                    "Say what of the event to correlate by: `from` is an expression.",
                    "请用表达式 from 说明按事件的哪个值关联。",
                ),
            }
        }
        Filter { with, correlate }
    }

    fn foreach(&mut self, pointer: &Pointer, value: &Value) -> Foreach {
        let name = |member: &str| {
            let written = value.get(if member == "index" { "at" } else { member }).and_then(Value::as_str);
            written.unwrap_or(member).trim_start_matches('$').to_owned()
        };
        Foreach {
            item: name("item"),
            at: name("index"),
            list: value.get("do").map(|list| self.list(&pointer.child("do"), Some(list), Sequence::Steps)),
            output_as: self.optional_template(value, pointer, &["output", "as"]),
            output_schema: self.schema(value, pointer, "output"),
            export_as: self.optional_template(value, pointer, &["export", "as"]),
            export_schema: self.schema(value, pointer, "export"),
        }
    }
}

/// How the events of a `listen` or of a `schedule` are read.
pub(super) fn read(value: &Value) -> Read {
    match value.get("read").and_then(Value::as_str) {
        Some("envelope") => Read::Envelope,
        Some("raw") => Read::Raw,
        _ => Read::Data,
    }
}

fn pattern(value: &Value) -> Result<Pattern, crate::expression::ExpressionError> {
    // A filter compares texts: also in loose mode only `${ … }` is anything else.
    if Template::compile(value, Default::default())?.is_constant() {
        return Ok(Pattern::Constant(value.clone()));
    }
    Ok(match value {
        Value::Array(items) => Pattern::Array(items.iter().map(pattern).collect::<Result<_, _>>()?),
        Value::Object(members) => Pattern::Object(
            members
                .iter()
                .map(|(name, value)| Ok((name.clone(), pattern(value)?)))
                .collect::<Result<_, _>>()?,
        ),
        other => Pattern::Expression(Box::new(Expression::compile(other.as_str().unwrap_or_default())?)),
    })
}
