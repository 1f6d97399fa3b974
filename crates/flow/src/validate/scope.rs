//! Expressions in their places: each compiles, and takes only variables that have a value there (DSL, Runtime
//! Expression Arguments; the variables of loops, catches and iterators in the DSL reference).
//!
//! What stands under `use` is run where it is used, so there any variable that the definition declares is known. A place
//! that the specification's table does not speak of (`timeout` of the workflow, its schedule) is as its output.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::Checker;
use super::say::{quoted, shown};
use super::{patterns, tables};
use crate::Pointer;
use crate::near::{did_you_mean, nearest};

/// Where an expression stands, and what it sees.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    place: Place,
    /// The variables of loops, catches and iterators around, the innermost last.
    local: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// `input.from` of the workflow, before there is a context.
    WorkflowInput,
    /// `output.as` of the workflow.
    #[default]
    Workflow,
    /// `if` and `input.from` of a task, before there is an `$input`.
    Before,
    Task,
    /// `export.as` of a task, which sees the task's output as well.
    Export,
}

impl Place {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::WorkflowInput => &["secrets", "workflow", "runtime"],
            Self::Workflow => &["context", "secrets", "workflow", "runtime"],
            Self::Before => &["context", "secrets", "task", "workflow", "runtime"],
            Self::Task => &["context", "input", "secrets", "task", "workflow", "runtime", "authorization"],
            Self::Export => {
                &["context", "input", "output", "secrets", "task", "workflow", "runtime", "authorization"]
            }
        }
    }
}

impl Checker<'_> {
    /// Checks something in another place.
    pub(super) fn within(&mut self, place: Place, check: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.scope.place, place);
        check(self);
        self.scope.place = before;
    }

    /// Checks `input` of the workflow, or of a task.
    pub(super) fn before(&mut self, check: impl FnOnce(&mut Self)) {
        let place = match self.scope.place {
            Place::Workflow | Place::WorkflowInput => Place::WorkflowInput,
            Place::Before | Place::Task | Place::Export => Place::Before,
        };
        self.within(place, check);
    }

    /// Checks something in which these variables are known as well.
    pub(super) fn knowing<const N: usize>(&mut self, names: [&str; N], check: impl FnOnce(&mut Self)) {
        let before = self.scope.local.len();
        self.scope.local.extend(names.iter().map(|name| name.trim_start_matches('$').to_owned()));
        check(self);
        self.scope.local.truncate(before);
    }

    /// Checks what stands under `use`: it is run elsewhere, so every variable of the definition may be known there.
    pub(super) fn reused(&mut self, pointer: &Pointer, value: &Value) {
        let scope = Scope { place: Place::Task, local: declared(self.root).into_iter().collect() };
        let before = std::mem::replace(&mut self.scope, scope);
        self.shape(pointer, value, &tables::USE);
        self.scope = before;
    }

    /// Checks that a program compiles here; it may stand within `${ }` or without.
    ///
    /// Expressions in another language are not judged: that the hub does not run them is told once, for all of them.
    pub(super) fn program(&mut self, pointer: &Pointer, text: &str) {
        let language = self.root.get("evaluate").and_then(|evaluate| evaluate.get("language"));
        if language.and_then(Value::as_str).is_some_and(|language| language != "jq") {
            return;
        }
        if !self.expressions.contains_key(text) {
            self.expressions.insert(text.to_owned(), crate::expression::check(text));
        }
        let unknown = match self.expressions.get(text) {
            Some(Ok(variables)) => variables.iter().find(|name| !self.knows(name)).cloned(),
            Some(Err(reason)) => {
                let (en, zh) = (reason.en.clone(), reason.zh.clone());
                self.error(
                    pointer,
                    "bad-expression",
                    format!("`{}` is no expression that can be run: {en}.", shown(text)),
                    format!("`{}` 不是可以运行的表达式：{zh}。", shown(text)),
                );
                None
            }
            None => None,
        };
        if let Some(name) = unknown {
            self.unknown_variable(pointer, &name);
        }
    }

    /// A text of free form: an expression where it is one as a whole. With one inside of it, it most likely was meant
    /// to be filled in, and stays as it is written.
    pub(super) fn free_text(&mut self, pointer: &Pointer, text: &str) {
        if patterns::is_expression(text) {
            self.program(pointer, text);
        } else if let Some(begin) = text.find("${ ").filter(|begin| text[*begin..].contains('}')) {
            let example = text[begin..].split_inclusive('}').next().unwrap_or_default();
            let inner = example.trim_start_matches("${").trim_end_matches('}').trim();
            let before = text[..begin]
                .chars()
                .rev()
                .take(12)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect::<String>();
            let (before, inner) = (shown(&before), shown(inner));
            self.warning(
                pointer,
                "text-with-expression",
                format!("This text stays as it is written: an expression is the whole of a text. To fill a value in, write `${{ \"{before}\\({inner})\" }}`."),
                format!("该文本会原样保留：表达式必须是整个文本。要插入值，请写 `${{ \"{before}\\({inner})\" }}`。"),
            );
        }
    }

    fn knows(&self, name: &str) -> bool {
        self.scope.place.arguments().contains(&name) || self.scope.local.iter().any(|local| local == name)
    }

    fn unknown_variable(&mut self, pointer: &Pointer, name: &str) {
        let mut names: Vec<Cow<'_, str>> = Vec::new();
        for local in self.scope.local.iter().rev() {
            if !names.iter().any(|name| name == local) {
                names.push(Cow::Owned(local.clone()));
            }
        }
        names.extend(self.scope.place.arguments().iter().map(|name| Cow::Borrowed(*name)));
        let (hint_en, hint_zh) = did_you_mean(
            nearest(name, names.iter().map(AsRef::as_ref)).map(|near| format!("${near}")).as_deref(),
        );
        let dollars: Vec<String> = names.iter().map(|name| format!("${name}")).collect();
        let (known_en, known_zh) = quoted(&dollars.iter().map(String::as_str).collect::<Vec<_>>());
        let (why_en, why_zh) = match name {
            "output" => (" outside of `export.as`", "（仅 `export.as` 中可用）"),
            "task" => (" outside of tasks", "（仅任务中可用）"),
            "input" if self.scope.place == Place::Before => (
                ", where it is not made yet: write `.` for the data as it comes",
                "（此时尚未生成，请用 `.` 表示传入的数据）",
            ),
            "input" => (", where `.` is the data", "（此处的数据是 `.`）"),
            "context" => (" yet: write `.` for the input", "（此时尚未生成，请用 `.` 表示输入）"),
            _ => ("", ""),
        };
        self.error(
            pointer,
            "unknown-variable",
            format!("`${name}` has no value here{why_en}; what has one: {known_en}.{hint_en}"),
            format!("此处没有变量 `${name}`{why_zh}；可用的是 {known_zh}。{hint_zh}"),
        );
    }
}

/// The names of the variables that an iterator gives, as they are written or by default.
pub(super) fn named<'v>(holder: Option<&'v Value>, member: &str, otherwise: &'v str) -> &'v str {
    holder.and_then(|holder| holder.get(member)).and_then(Value::as_str).unwrap_or(otherwise)
}

/// Every variable that the definition declares anywhere.
fn declared(root: &Value) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = ["item", "index", "error"].map(str::to_owned).into();
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                for (holder, name) in
                    [("for", "each"), ("for", "at"), ("catch", "as"), ("foreach", "item"), ("foreach", "at")]
                {
                    let name =
                        members.get(holder).and_then(|holder| holder.get(name)).and_then(Value::as_str);
                    names.extend(name.map(|name| name.trim_start_matches('$').to_owned()));
                }
                open.extend(members.values());
            }
            _ => {}
        }
    }
    names
}
