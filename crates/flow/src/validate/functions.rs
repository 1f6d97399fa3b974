//! Calls of functions: whether the function is there, and whether it takes what it is given.

use serde_json::Value;

use super::Checker;
use super::say::quoted;
use crate::Pointer;
use crate::input::{self, Expressions};
use crate::near::nearest;
use crate::problem::UNKNOWN_FUNCTION;
use crate::unsupported::is_of_default_catalog;

impl Checker<'_> {
    /// Checks a call of `called`, which is none of the DSL's own protocols.
    pub(super) fn function_call(&mut self, pointer: &Pointer, called: &str, with: Option<&Value>) {
        let own = self
            .root
            .get("use")
            .and_then(|used| used.get("functions"))
            .and_then(|functions| functions.get(called));
        if own.is_none() && called == crate::gate::FUNCTION {
            self.gate(pointer, with);
        }
        if own.is_some() || self.catalog.is_empty() || !is_of_default_catalog(called) {
            return;
        }
        let Some(function) = self.catalog.get(called) else {
            let near = self
                .catalog
                .calls()
                .find(|call| call.split(':').next() == called.split(':').next())
                .or_else(|| nearest(called, self.catalog.calls()));
            let (en, zh) = near.map_or_else(Default::default, |near| {
                (format!(" There is `{near}`."), format!("可用的是 `{near}`。"))
            });
            self.warning(
                &pointer.child("call"),
                UNKNOWN_FUNCTION,
                format!("The catalog has no function `{called}`.{en}"),
                format!("目录中没有函数 `{called}`。{zh}"),
            );
            return;
        };
        let Some(with) = with else {
            let required = function.input_schema.get("required").and_then(Value::as_array);
            let required: Vec<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
            if !required.is_empty() {
                let (en, zh) = quoted(&required);
                self.warning(
                    pointer,
                    "bad-argument",
                    format!("`{called}` needs a `with` that has {en}."),
                    format!("`{called}` 需要 `with`，其中要有 {zh}。"),
                );
            }
            return;
        };
        if with.is_object() {
            let at = pointer.child("with");
            for problem in input::check_at(&function.input_schema, with, &at, Expressions::FitAnything) {
                self.warning(&problem.pointer, "bad-argument", problem.message_en, problem.message_zh);
            }
        }
    }

    /// A gate that could never pass is found here, not by those who wait at it. The start is refused for it.
    fn gate(&mut self, pointer: &Pointer, with: Option<&Value>) {
        let pointer = pointer.child("with");
        for bad in with.into_iter().flat_map(crate::gate::problems) {
            let at = if bad.member.is_empty() { pointer.clone() } else { pointer.child(bad.member) };
            self.warning(&at, "bad-gate", format!("{}.", bad.en), format!("{}。", bad.zh));
        }
    }
}
