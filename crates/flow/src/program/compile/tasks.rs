//! The action of each kind of task.

use serde_json::{Map, Value};

use super::{Compiler, Place, Sequence, object};
use crate::Pointer;
use crate::gate;
use crate::program::{Action, Case, Catch, Gate, Template};
use crate::unsupported::is_of_default_catalog;
use crate::view::TaskKind;

/// What the default catalog offers and the engine itself performs, as it does [`gate::FUNCTION`].
const WAIT: &str = "wait:1.0.0@default";

impl Compiler<'_> {
    pub(super) fn action(&mut self, kind: TaskKind, place: &Place<'_>, task: &Value) -> Option<Action> {
        let pointer = &place.pointer;
        let here = pointer.child(kind.key());
        let value = task.get(kind.key())?;
        match kind {
            TaskKind::Set => self.template(&here, value).map(Action::Set),
            TaskKind::Do => Some(Action::Do(self.list(&here, Some(value), Sequence::Steps))),
            TaskKind::Fork => Some(Action::Fork {
                branches: self.list(&here.child("branches"), value.get("branches"), Sequence::Branches),
                compete: value.get("compete").and_then(Value::as_bool).unwrap_or(false),
            }),
            TaskKind::Switch => Some(Action::Switch(self.cases(place, &here, value))),
            TaskKind::For => self.repeat(pointer, task, value),
            TaskKind::Try => self.attempt(place, task, value),
            TaskKind::Raise => {
                let error = value.get("error").cloned().unwrap_or(Value::Null);
                self.raised(&here.child("error"), &error).map(Action::Raise)
            }
            TaskKind::Wait => self.duration(&here, value).map(Action::Wait),
            TaskKind::Call => self.call(pointer, task, value),
            TaskKind::Emit => self.emit(&here, value),
            TaskKind::Listen => self.listen(pointer, task, value),
            TaskKind::Run => self.run_task(pointer, task, value),
        }
    }

    fn refuse(&mut self, pointer: &Pointer, what: &str) -> Option<Action> {
        self.unsupported(pointer, &format!("`{what}`"));
        None
    }

    fn cases(&mut self, place: &Place<'_>, pointer: &Pointer, value: &Value) -> Vec<Case> {
        let mut cases = Vec::new();
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            for (name, case) in item.as_object().into_iter().flatten() {
                let here = pointer.index(index).child(name);
                cases.push(Case {
                    name: name.clone(),
                    when: self.optional_expression(case, &here, &["when"]),
                    then: self.then(place, &here.child("then"), case.get("then")),
                });
            }
        }
        cases
    }

    fn repeat(&mut self, pointer: &Pointer, task: &Value, value: &Value) -> Option<Action> {
        let here = pointer.child("for");
        let name = |member: &str, otherwise: &str| {
            value.get(member).and_then(Value::as_str).unwrap_or(otherwise).trim_start_matches('$').to_owned()
        };
        let within = value.get("in").cloned().unwrap_or(Value::Null);
        let within = self.checked(&here.child("in"), Template::compile_expression(&within, self.mode));
        let condition = self.optional_expression(task, pointer, &["while"]);
        let list = self.list(&pointer.child("do"), task.get("do"), Sequence::Steps);
        Some(Action::For {
            each: name("each", "item"),
            at: name("at", "index"),
            within: within?,
            condition,
            list,
        })
    }

    fn attempt(&mut self, place: &Place<'_>, task: &Value, value: &Value) -> Option<Action> {
        let pointer = &place.pointer;
        let list = self.list(&pointer.child("try"), Some(value), Sequence::Steps);
        let here = pointer.child("catch");
        let empty = Value::Object(Map::new());
        let catch = task.get("catch").unwrap_or(&empty);
        let with = object(catch.pointer("/errors/with")).map(|with| with.clone().into_iter().collect());
        let retry = catch.get("retry").map(|retry| self.retry(&here.child("retry"), retry));
        let catch = Catch {
            with: with.unwrap_or_default(),
            variable: catch
                .get("as")
                .and_then(Value::as_str)
                .unwrap_or("error")
                .trim_start_matches('$')
                .to_owned(),
            when: self.optional_expression(catch, &here, &["when"]),
            except_when: self.optional_expression(catch, &here, &["exceptWhen"]),
            retry: retry.flatten(),
            list: catch.get("do").map(|list| self.list(&here.child("do"), Some(list), Sequence::Steps)),
            then: catch.get("then").map(|then| self.then(place, &here.child("then"), Some(then))),
        };
        Some(Action::Try { list, catch: Box::new(catch) })
    }

    fn call(&mut self, pointer: &Pointer, task: &Value, value: &Value) -> Option<Action> {
        let here = pointer.child("call");
        let function = value.as_str().unwrap_or_default();
        let with = task.get("with").cloned().unwrap_or_else(|| Value::Object(Map::new()));
        match function {
            "http" => self.http(&pointer.child("with"), &with),
            "openapi" => self.openapi(&pointer.child("with"), &with),
            "grpc" | "asyncapi" | "a2a" | "mcp" => self.refuse(&here, &format!("call: {function}")),
            _ if self.is_own_function(function) => self.invoke(pointer, function, &with),
            _ if !is_of_default_catalog(function) || self.overrides_default_catalog() => {
                self.unknown_function(&here, function);
                None
            }
            _ => {
                let template = self.template(&pointer.child("with"), &with);
                if function == gate::FUNCTION {
                    return self.gate(&pointer.child("with"), &with, template);
                }
                let with = template?;
                Some(match function {
                    WAIT => Action::WaitFunction(with),
                    _ => Action::Function { function: function.to_owned(), with },
                })
            }
        }
    }

    fn gate(&mut self, pointer: &Pointer, written: &Value, with: Option<Template>) -> Option<Action> {
        for bad in gate::problems(written) {
            let at = if bad.member.is_empty() { pointer.clone() } else { pointer.child(bad.member) };
            self.error(&at, "bad-gate", &format!("{}.", bad.en), &format!("{}。", bad.zh));
        }
        Some(Action::Gate(Box::new(Gate { with: with?, is_open: gate::is_open(written) })))
    }
}
