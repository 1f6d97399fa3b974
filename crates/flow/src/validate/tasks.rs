//! Lists of tasks, the tasks in them, and the flow between them.

use std::collections::HashSet;

use serde_json::Value;

use super::say::{either, quoted, shown, type_of};
use super::scope::{Place, named};
use super::shape::{Guide, Object, Shape, closed, may, need, open};
use super::special::{EVENTS, LIFETIME};
use super::tables::{
    CONDITION, DURATION, ERROR, ERROR_FILTER, EVENT, EXPORT, EXTERNAL_RESOURCE, FLAG, INPUT, ITERATOR,
    OUTPUT, READ, RETRY_POLICY, TASKS, TIMEOUT,
};
use super::{Checker, patterns};
use crate::Pointer;
use crate::near::{did_you_mean, nearest};
use crate::view::{self, TaskKind};

use Shape::{AnyObject, FilledObject, List, OpaqueObject, Program, Rule, Text, Word};

impl Checker<'_> {
    pub(super) fn task_list(&mut self, pointer: &Pointer, value: &Value) {
        let Value::Array(items) = value else {
            let wanted = ("a list of tasks, each written `- name: …`", "任务列表，每项写作 `- 名称: …`");
            return self.wrong_type(pointer, value, wanted);
        };
        let names: HashSet<&str> = items.iter().filter_map(view::entry).map(|(name, _)| name).collect();
        // Branches stand beside each other, so none of them can lead to another.
        let branches = view::is_branches(self.root, pointer);
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            let entry = pointer.index(index);
            let Some((name, task)) = self.only_entry(&entry, item, ("the task", "任务")) else { continue };
            let at = entry.child(name);
            if !seen.insert(name) {
                self.error(
                    &at,
                    "duplicate-task-name",
                    format!(
                        "Another task of this list is called `{name}` already; a name stands for one task."
                    ),
                    format!("此列表中已有名为 `{name}` 的任务，同一列表内任务名必须唯一。"),
                );
            }
            if ["continue", "exit", "end"].contains(&name) {
                self.warning(
                    &at,
                    "reserved-name",
                    format!("`{name}` is a flow directive, so no `then` can lead to a task of that name."),
                    format!("`{name}` 是流程指令，`then` 无法跳转到同名任务。"),
                );
            }
            self.task(&at, task);
            self.directives(&at, task, &names, branches);
        }
        self.unreachable(pointer, items);
    }

    /// The body of a function of `use.functions`: a task that is in no list.
    pub(super) fn function(&mut self, pointer: &Pointer, value: &Value) {
        self.task(pointer, value);
        self.directives(pointer, value, &HashSet::new(), false);
    }

    fn task(&mut self, pointer: &Pointer, value: &Value) {
        let Some(members) = self.object_of(pointer, value) else { return };
        let Some(kind) = TaskKind::of(value) else { return self.without_kind(pointer, value) };
        let own = own_members(kind);
        for other in
            TaskKind::ALL.into_iter().filter(|other| *other != kind && members.contains_key(other.key()))
        {
            if !own.members.iter().any(|member| member.name == other.key()) {
                let (kind, other) = (kind.key(), other.key());
                self.error(
                    &pointer.child(other),
                    "two-kinds",
                    format!("A task does one thing: this one has `{kind}` already, so `{other}` belongs into a task of its own."),
                    format!("一个任务只做一件事：已有 `{kind}`，`{other}` 应放到单独的任务中。"),
                );
                return;
            }
        }
        self.within(Place::Task, |checker| {
            checker.members(pointer, value, &[own, &BASE]);
            if kind == TaskKind::Call {
                checker.call(pointer, value);
            }
        });
    }

    /// A task of which no member says what it does: most likely one is misspelt, or stands in the wrong task.
    fn without_kind(&mut self, pointer: &Pointer, value: &Value) {
        let names = || value.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let own = |name: &str| BASE.members.iter().any(|member| member.name == name);
        let kinds = || TaskKind::ALL.map(TaskKind::key);
        let meant = names().filter(|name| !own(name)).find_map(|name| Some((name, nearest(name, kinds())?)));
        if let Some((name, near)) = meant {
            let (hint_en, hint_zh) = did_you_mean(Some(near));
            let (at, name) = (pointer.child(name), shown(name));
            return self.error(
                &at,
                "task-without-kind",
                format!("No kind of task is called `{name}`.{hint_en}"),
                format!("没有名为 `{name}` 的任务类型。{hint_zh}"),
            );
        }
        let mut kinds = kinds();
        kinds.sort_unstable();
        let (kinds_en, kinds_zh) = either(&kinds);
        let here: Vec<&str> = names().collect();
        let (here_en, here_zh) = match here.as_slice() {
            [] => ("it is empty".to_owned(), "它是空的".to_owned()),
            here => {
                let (en, zh) = quoted(here);
                (format!("it has {en}"), format!("只有 {zh}"))
            }
        };
        self.error(
            pointer,
            "task-without-kind",
            format!("Nothing says what this task does: {here_en}, and needs one of {kinds_en}."),
            format!("该任务没有定义要做什么：{here_zh}，还需要 {kinds_zh} 之一。"),
        );
    }

    fn directives(&mut self, pointer: &Pointer, task: &Value, names: &HashSet<&str>, branches: bool) {
        let mut written = vec![(pointer.child("then"), task.get("then"))];
        if TaskKind::of(task) == Some(TaskKind::Try) {
            let catch = task.get("catch").and_then(|catch| catch.get("then"));
            written.push((pointer.child("catch").child("then"), catch));
        }
        let cases = view::switch_cases(pointer, task).into_iter();
        let cases: Vec<_> =
            cases.map(|case| (case.pointer.child("then"), case.then.map(Value::from))).collect();
        written.extend(cases.iter().map(|(pointer, then)| (pointer.clone(), then.as_ref())));
        for (pointer, then) in written {
            let Some(then) = then.and_then(Value::as_str) else { continue };
            if ["continue", "exit", "end"].contains(&then) || (names.contains(then) && !branches) {
                continue;
            }
            if names.contains(then) {
                let then = shown(then);
                self.error(
                    &pointer,
                    "dangling-then",
                    format!("Branches run beside each other, so none can lead to `{then}`; write `continue`, `exit` or `end`."),
                    format!("各分支并行执行，不能跳转到 `{then}`；请写 `continue`、`exit` 或 `end`。"),
                );
                continue;
            }
            let mut known: Vec<&str> = names.iter().copied().collect();
            known.sort_unstable();
            let words = [&["continue", "exit", "end"], &known[..]].concat();
            let (hint_en, hint_zh) = did_you_mean(nearest(then, words.iter().copied()));
            let (known_en, known_zh) = quoted(&words);
            let then = shown(then);
            self.error(
                &pointer,
                "dangling-then",
                format!("No task of this list is called `{then}`; `then` may lead to {known_en}.{hint_en}"),
                format!("此列表中没有名为 `{then}` 的任务；`then` 可以是 {known_zh}。{hint_zh}"),
            );
        }
    }

    /// A list whose entries are switch cases.
    fn cases(&mut self, pointer: &Pointer, value: &Value) {
        let Some(items) = self.list_of(pointer, value) else { return };
        if items.is_empty() {
            self.error(pointer, "empty", "A switch needs at least one case.", "分支至少需要一个条件。");
        }
        let mut default: Option<&str> = None;
        for (index, item) in items.iter().enumerate() {
            let pointer = pointer.index(index);
            let Some((name, case)) = self.only_entry(&pointer, item, ("the case", "条件")) else {
                continue;
            };
            self.members(&pointer.child(name), case, &[&CASE]);
            if case.is_object() && case.get("when").is_none() {
                if let Some(default) = default.map(shown) {
                    self.warning(
                        &pointer.child(name),
                        "second-default",
                        format!("This case is never taken: `{default}` has no `when` either, and there can be only one without."),
                        format!("该条件永远不会被选中：`{default}` 也没有 `when`，而没有 `when` 的条件只能有一个。"),
                    );
                }
                default = default.or(Some(name));
            }
        }
    }

    /// What `set` sets: members, or an expression that gives them.
    fn set(&mut self, pointer: &Pointer, value: &Value) {
        match value.as_str() {
            Some(text) if patterns::is_expression(text) => self.program(pointer, text),
            Some(_) => {}
            None => self.shape(pointer, value, &FilledObject),
        }
    }

    /// What a `for` goes through: an expression, or a list written out.
    fn collection(&mut self, pointer: &Pointer, value: &Value) {
        match value {
            Value::String(text) => self.program(pointer, text),
            Value::Array(items) => {
                // The others are wrong in the same way.
                if let Some((index, item)) = items.iter().enumerate().find(|(_, item)| !item.is_object()) {
                    let (en, zh) = type_of(item);
                    self.error(
                        &pointer.index(index),
                        "wrong-type",
                        format!("A list that is written out holds objects, not {en}; for plain values write an expression such as `${{ [1, 2] }}`."),
                        format!("直接写出的列表只能包含对象，而不是{zh}；普通值请用表达式，如 `${{ [1, 2] }}`。"),
                    );
                }
                self.inside(pointer, value);
            }
            other => self.wrong_type(pointer, other, ("an expression or a list", "表达式或列表")),
        }
    }

    /// A part of a `for` that knows the item and its index.
    fn in_loop(&mut self, pointer: &Pointer, value: &Value, shape: &Shape) {
        let root = self.root;
        let holder = pointer.parent().and_then(|task| task.get(root)?.get("for"));
        let names = [named(holder, "each", "item"), named(holder, "at", "index")];
        self.knowing(names, |checker| checker.shape(pointer, value, shape));
    }

    /// What catches an error knows it.
    fn catch(&mut self, pointer: &Pointer, value: &Value) {
        let name = named(Some(value), "as", "error");
        self.knowing([name], |checker| checker.members(pointer, value, &[&CATCH]));
    }

    fn error_filter(&mut self, pointer: &Pointer, value: &Value) {
        if value.as_object().is_some_and(serde_json::Map::is_empty) {
            self.shape(pointer, value, &FilledObject);
        }
        self.members(pointer, value, &[&ERROR_FILTER]);
    }
}

static CASE: Object = closed(&[may("when", Program), need("then", Text)]);

pub(super) static BASE: Object = closed(&[
    may("if", CONDITION),
    may("input", INPUT),
    may("output", OUTPUT),
    may("export", EXPORT),
    may("timeout", TIMEOUT),
    may("then", Text),
    may("metadata", OpaqueObject),
]);

pub(super) fn own_members(kind: TaskKind) -> &'static Object {
    match kind {
        TaskKind::Call => &CALL,
        TaskKind::Do => &DO,
        TaskKind::Fork => &FORK,
        TaskKind::Emit => &EMIT,
        TaskKind::For => &FOR,
        TaskKind::Listen => &LISTEN,
        TaskKind::Raise => &RAISE,
        TaskKind::Run => &RUN,
        TaskKind::Set => &SET,
        TaskKind::Switch => &SWITCH,
        TaskKind::Try => &TRY,
        TaskKind::Wait => &WAIT,
    }
}

/// `with` is checked by what is called.
static CALL: Object = closed(&[need("call", Text), may("with", Shape::Opaque)]);
static DO: Object = closed(&[need("do", TASKS)]);
static FORK: Object =
    closed(&[need("fork", Shape::Object(&closed(&[need("branches", TASKS), may("compete", FLAG)])))]);
static EMIT: Object = closed(&[need(
    "emit",
    Shape::Object(&closed(&[need("event", Shape::Object(&open(&[may("with", EMITTED)])))])),
)]);
const EMITTED: Shape = Rule(Guide::Members(&[&EVENT]), |checker, pointer, value| {
    checker.members(pointer, value, &[&EVENT]);
    if value.is_object() && value.get("type").is_none() {
        checker.missing(pointer, &["type"]);
    }
});
static FOR: Object = closed(&[
    need(
        "for",
        Shape::Object(&closed(&[
            may("each", Text),
            need("in", Rule(Guide::Free, |checker, at, value| checker.collection(at, value))),
            may("at", Text),
        ])),
    ),
    may("while", Rule(Guide::Of(&Program), |checker, at, value| checker.in_loop(at, value, &Program))),
    need("do", Rule(Guide::Tasks, |checker, at, value| checker.in_loop(at, value, &TASKS))),
]);
static LISTEN: Object = closed(&[
    need(
        "listen",
        Shape::Object(&closed(&[
            need("to", Rule(Guide::Members(&[&EVENTS]), |checker, at, value| checker.events(at, value))),
            may("read", READ),
        ])),
    ),
    may("foreach", ITERATOR),
]);
static RAISE: Object = closed(&[need(
    "raise",
    Shape::Object(&closed(&[need(
        "error",
        Rule(Guide::Defined("errors", Some(&ERROR)), |checker, at, value| checker.raised_error(at, value)),
    )])),
)]);
static SET: Object =
    closed(&[need("set", Rule(Guide::Of(&FilledObject), |checker, at, value| checker.set(at, value)))]);
static SWITCH: Object =
    closed(&[need("switch", Rule(Guide::Entries(&CASE), |checker, at, value| checker.cases(at, value)))]);
static TRY: Object = closed(&[
    need("try", TASKS),
    need("catch", Rule(Guide::Members(&[&CATCH]), |checker, at, value| checker.catch(at, value))),
]);
static CATCH: Object = closed(&[
    may(
        "errors",
        Shape::Object(&open(&[may(
            "with",
            Rule(Guide::Members(&[&ERROR_FILTER]), |checker, at, value| checker.error_filter(at, value)),
        )])),
    ),
    may("as", Text),
    may("when", Program),
    may("exceptWhen", Program),
    may(
        "retry",
        Rule(Guide::Defined("retries", Some(&RETRY_POLICY)), |checker, at, value| checker.retry(at, value)),
    ),
    may("do", TASKS),
    may("then", Text),
]);
static WAIT: Object = closed(&[need("wait", DURATION)]);

static RUN: Object = closed(&[need(
    "run",
    Shape::Object(&Object {
        members: &[
            may("await", FLAG),
            may("return", Word(&["stdout", "stderr", "code", "all", "none"])),
            may("container", CONTAINER),
            may("script", SCRIPT),
            may("shell", SHELL),
            may("workflow", SUBFLOW),
        ],
        one_of: &[&["container", "script", "shell", "workflow"]],
        open: false,
    }),
)]);
const CONTAINER: Shape = Shape::Object(&closed(&[
    need("image", Text),
    may("name", Text),
    may("command", Text),
    may("ports", AnyObject),
    may("volumes", AnyObject),
    may("environment", AnyObject),
    may("stdin", Text),
    may("arguments", List(&Text)),
    may("lifetime", Rule(Guide::Members(&[&LIFETIME]), |checker, at, value| checker.lifetime(at, value))),
    may("pullPolicy", Word(&["ifNotPresent", "always", "never"])),
]));
const SCRIPT: Shape = Shape::Object(&Object {
    members: &[
        need("language", Text),
        may("stdin", Text),
        may("arguments", List(&Text)),
        may("environment", AnyObject),
        may("code", Text),
        may("source", EXTERNAL_RESOURCE),
    ],
    one_of: &[&["code", "source"]],
    open: false,
});
const SHELL: Shape = Shape::Object(&closed(&[
    need("command", Text),
    may("stdin", Text),
    may("arguments", List(&Text)),
    may("environment", AnyObject),
]));
const SUBFLOW: Shape = Shape::Object(&closed(&[
    need("namespace", Text),
    need("name", Text),
    need("version", Text),
    may("input", AnyObject),
]));
