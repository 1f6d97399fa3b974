//! What a definition names under `use`, found or refused: timeouts, retries, errors, authentications.

use serde_json::Value;

use super::{Compiler, object};
use crate::Pointer;
use crate::expression::Mode;
use crate::program::{Backoff, Delay, ErrorTemplate, Retry};

/// A whole number as JSON Schema has it: `3` and `3.0` are one.
fn whole(value: &Value) -> Option<i64> {
    let rounded = || value.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as i64);
    value.as_i64().or_else(rounded)
}

/// `evaluate.mode` (DSL reference, Evaluate).
pub(super) fn mode(root: &Value) -> Mode {
    match root.pointer("/evaluate/mode").and_then(Value::as_str) {
        Some("loose") => Mode::Loose,
        _ => Mode::Strict,
    }
}

impl<'a> Compiler<'a> {
    /// Whole-definition features that change what every expression or task means.
    pub(super) fn refuse_language(&mut self) {
        let evaluate = self.root.get("evaluate");
        let text = |name: &str| evaluate.and_then(|evaluate| evaluate.get(name)).and_then(Value::as_str);
        let pointer = Pointer::root().child("evaluate");
        if text("language").is_some_and(|language| language != "jq") {
            self.unsupported(&pointer.child("language"), "expressions in another language than jq");
        }
        if text("mode").is_some_and(|mode| !matches!(mode, "strict" | "loose")) {
            self.unsupported(&pointer.child("mode"), "expressions in another mode than strict or loose");
        }
    }

    /// `timeout` of a task or of the workflow: `{after}`, or the name of one in `use.timeouts`.
    pub(super) fn timeout(&mut self, pointer: &Pointer, holder: &Value) -> Option<Delay> {
        let value = holder.get("timeout")?;
        let (value, pointer) = self.referenced(&pointer.child("timeout"), value, "timeouts")?;
        match value.get("after") {
            Some(after) => self.duration(&pointer.child("after"), after),
            None => {
                self.error(&pointer, "invalid-duration", "A timeout needs `after`.", "超时需要 after。");
                None
            }
        }
    }

    pub(super) fn retry(&mut self, pointer: &Pointer, value: &Value) -> Option<Retry> {
        let (value, pointer) = self.referenced(pointer, value, "retries")?;
        let backoff = object(value.get("backoff"));
        let backoff = match backoff.and_then(|backoff| backoff.iter().next()) {
            Some((name, settings)) if name == "exponential" => {
                let factor = ["factor", "multiplier"].iter().find_map(|name| settings.get(name)?.as_f64());
                Backoff::Exponential(factor.filter(|factor| *factor >= 1.0).unwrap_or(2.0))
            }
            Some((name, settings)) if name == "linear" => {
                let place = pointer.child("backoff").child("linear");
                Backoff::Linear(self.optional_duration(settings, &place, &["increment"]))
            }
            _ => Backoff::Constant,
        };
        let jitter = value.get("jitter").and_then(|_| {
            let from = self.optional_duration(value, &pointer, &["jitter", "from"])?;
            let to = self.optional_duration(value, &pointer, &["jitter", "to"])?;
            Some((from, to))
        });
        Some(Retry {
            when: self.optional_expression(value, &pointer, &["when"]),
            except_when: self.optional_expression(value, &pointer, &["exceptWhen"]),
            delay: self.optional_duration(value, &pointer, &["delay"]),
            backoff,
            jitter,
            most_attempts: value
                .pointer("/limit/attempt/count")
                .and_then(whole)
                .map(|count| u64::try_from(count).unwrap_or(0)),
            attempt_limit: self.optional_duration(value, &pointer, &["limit", "attempt", "duration"]),
            total_limit: self.optional_duration(value, &pointer, &["limit", "duration"]),
        })
    }

    pub(super) fn raised(&mut self, pointer: &Pointer, value: &Value) -> Option<ErrorTemplate> {
        let (value, pointer) = self.referenced(pointer, value, "errors")?;
        let kind = value.get("type").map(|kind| self.template(&pointer.child("type"), kind));
        let status = value.get("status").and_then(whole).and_then(|status| u16::try_from(status).ok());
        let (Some(kind), Some(status)) = (kind, status) else {
            self.error(
                &pointer,
                "invalid-error",
                "An error needs a `type` and a `status`, which is a number such as 400, from 0 to 65535.",
                "错误需要 type 和 status；status 是 0 到 65535 的整数，如 400。",
            );
            return None;
        };
        let mut member =
            |name: &str| value.get(name).and_then(|member| self.template(&pointer.child(name), member));
        Some(ErrorTemplate {
            title: member("title"),
            detail: member("detail"),
            instance: member("instance"),
            kind: kind?,
            status,
        })
    }

    pub(super) fn referenced<'v>(
        &mut self,
        pointer: &Pointer,
        value: &'v Value,
        section: &str,
    ) -> Option<(&'v Value, Pointer)>
    where
        'a: 'v,
    {
        let Some(name) = value.as_str() else { return Some((value, pointer.clone())) };
        let place = Pointer::root().child("use").child(section).child(name);
        let found = place.get(self.root);
        if found.is_none() {
            self.error(
                pointer,
                "unknown-reference",
                &format!("There is no `{name}` in `use.{section}`."),
                &format!("use.{section} 中没有“{name}”。"),
            );
        }
        found.map(|found| (found, place))
    }
}
