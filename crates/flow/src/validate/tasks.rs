//! Lists of tasks, the tasks in them, and the flow between them.

use std::collections::HashSet;

use serde_json::Value;

use super::shape::{Object, Shape, closed, may, need, open, quoted};
use super::tables::{
    AUTHENTICATION_OR_NAME, CONSUMPTION, DURATION, ENDPOINT, ERROR_FILTER, EVENT_MEMBERS, EXPORT,
    EXTERNAL_RESOURCE, FLAG, HOST, INPUT, ITERATOR, OUTPUT, OUTPUT_FORMAT, PROGRAM_OR_OBJECT, READ, TASKS,
    TEXTS, TIMEOUT,
};
use super::{Checker, patterns};
use crate::Pointer;
use crate::view::{self, TaskKind};

use Shape::{Any, AnyObject, FilledObject, List, OpaqueObject, Program, ProgramOr, Rule, Text, Word};

impl Checker<'_> {
    pub(super) fn task_list(&mut self, pointer: &Pointer, value: &Value) {
        let Some(items) = self.list_of(pointer, value) else { return };
        let names: HashSet<&str> = items.iter().filter_map(view::entry).map(|(name, _)| name).collect();
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
            self.directives(&at, task, &names);
        }
        self.unreachable(pointer, items);
    }

    /// The body of a function of `use.functions`: a task that is in no list.
    pub(super) fn function(&mut self, pointer: &Pointer, value: &Value) {
        self.task(pointer, value);
        self.directives(pointer, value, &HashSet::new());
    }

    fn task(&mut self, pointer: &Pointer, value: &Value) {
        let Some(members) = self.object_of(pointer, value) else { return };
        let Some(kind) = TaskKind::of(value) else {
            let mut kinds = TaskKind::ALL.map(TaskKind::key);
            kinds.sort_unstable();
            let (kinds_en, kinds_zh) = quoted(&kinds);
            self.error(
                pointer,
                "task-without-kind",
                format!("This task does nothing; it needs one of {kinds_en}."),
                format!("该任务没有定义要做什么，需要 {kinds_zh} 之一。"),
            );
            return;
        };
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
        self.members(pointer, value, &[own, &BASE]);
        if kind == TaskKind::Call {
            self.call(pointer, value);
        }
    }

    fn directives(&mut self, pointer: &Pointer, task: &Value, names: &HashSet<&str>) {
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
            if names.contains(then) || ["continue", "exit", "end"].contains(&then) {
                continue;
            }
            let mut known: Vec<&str> = names.iter().copied().collect();
            known.sort_unstable();
            known.truncate(12);
            let (known_en, known_zh) = quoted(&[&["continue", "exit", "end"], &known[..]].concat());
            self.error(
                &pointer,
                "dangling-then",
                format!("No task of this list is called `{then}`; `then` may lead to {known_en}."),
                format!("此列表中没有名为 `{then}` 的任务；`then` 可以是 {known_zh}。"),
            );
        }
    }

    fn call(&mut self, pointer: &Pointer, task: &Value) {
        let Some(called) = task.get("call").and_then(Value::as_str) else { return };
        let at = pointer.child("with");
        let (shape, needed) = match called {
            "http" => (&HTTP, true),
            "grpc" => (&GRPC, true),
            "openapi" => (&OPENAPI, true),
            "asyncapi" => (&ASYNCAPI, true),
            "a2a" => (&A2A, true),
            "mcp" => (&MCP, true),
            _ => (&FUNCTION, false),
        };
        match task.get("with") {
            Some(with) => self.shape(&at, with, shape),
            None if needed => self.missing(pointer, "with"),
            None => {}
        }
        if called == "asyncapi" && task.get("with").is_some_and(Value::is_object) {
            for choices in [["operation", "channel"], ["message", "subscription"]] {
                let count =
                    choices.iter().filter(|name| task.pointer(&format!("/with/{name}")).is_some()).count();
                if count != 1 {
                    let (choices_en, choices_zh) = quoted(&choices);
                    self.error(
                        &at,
                        "choose-one",
                        format!("Exactly one of {choices_en} has to be here."),
                        format!("此处必须有且只有 {choices_zh} 之一。"),
                    );
                }
            }
        }
        if !needed {
            self.function_call(pointer, called, task.get("with"));
        }
    }

    /// A list whose entries are switch cases.
    fn cases(&mut self, pointer: &Pointer, value: &Value) {
        static CASE: Object = closed(&[may("when", Program), need("then", Text)]);
        let Some(items) = self.list_of(pointer, value) else { return };
        if items.is_empty() {
            self.error(pointer, "empty", "A switch needs at least one case.", "分支至少需要一个条件。");
        }
        for (index, item) in items.iter().enumerate() {
            let pointer = pointer.index(index);
            if let Some((name, case)) = self.only_entry(&pointer, item, ("the case", "条件")) {
                self.members(&pointer.child(name), case, &[&CASE]);
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
            Value::Array(_) => self.inside(pointer, value),
            other => self.wrong_type(pointer, other, ("an expression or a list", "表达式或列表")),
        }
    }

    fn error_filter(&mut self, pointer: &Pointer, value: &Value) {
        if value.as_object().is_some_and(serde_json::Map::is_empty) {
            self.shape(pointer, value, &FilledObject);
        }
        self.members(pointer, value, &[&ERROR_FILTER]);
    }
}

static BASE: Object = closed(&[
    may("if", Program),
    may("input", INPUT),
    may("output", OUTPUT),
    may("export", EXPORT),
    may("timeout", TIMEOUT),
    may("then", Text),
    may("metadata", OpaqueObject),
]);

fn own_members(kind: TaskKind) -> &'static Object {
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
const EMITTED: Shape = Rule(|checker, pointer, value| {
    checker.members(pointer, value, &[&open(EVENT_MEMBERS)]);
    if value.is_object() && value.get("type").is_none() {
        checker.missing(pointer, "type");
    }
});
static FOR: Object = closed(&[
    need(
        "for",
        Shape::Object(&closed(&[
            may("each", Text),
            need("in", Rule(|checker, at, value| checker.collection(at, value))),
            may("at", Text),
        ])),
    ),
    may("while", Program),
    need("do", TASKS),
]);
static LISTEN: Object = closed(&[
    need(
        "listen",
        Shape::Object(&closed(&[
            need("to", Rule(|checker, at, value| checker.events(at, value))),
            may("read", READ),
        ])),
    ),
    may("foreach", ITERATOR),
]);
static RAISE: Object = closed(&[need(
    "raise",
    Shape::Object(&closed(&[need("error", Rule(|checker, at, value| checker.raised_error(at, value)))])),
)]);
static SET: Object = closed(&[need("set", Rule(|checker, at, value| checker.set(at, value)))]);
static SWITCH: Object = closed(&[need("switch", Rule(|checker, at, value| checker.cases(at, value)))]);
static TRY: Object = closed(&[
    need("try", TASKS),
    need(
        "catch",
        Shape::Object(&closed(&[
            may(
                "errors",
                Shape::Object(&open(&[may(
                    "with",
                    Rule(|checker, at, value| checker.error_filter(at, value)),
                )])),
            ),
            may("as", Text),
            may("when", Program),
            may("exceptWhen", Program),
            may("retry", Rule(|checker, at, value| checker.retry(at, value))),
            may("do", TASKS),
            may("then", Text),
        ])),
    ),
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
        one_of: &["container", "script", "shell", "workflow"],
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
    may("lifetime", Rule(|checker, at, value| checker.lifetime(at, value))),
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
    one_of: &["code", "source"],
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

static FUNCTION: Shape = AnyObject;
static HTTP: Shape = Shape::Object(&closed(&[
    need("method", Text),
    need("endpoint", ENDPOINT),
    may("headers", TEXTS),
    may("body", Any),
    may("query", TEXTS),
    may("output", OUTPUT_FORMAT),
    may("redirect", FLAG),
]));
static GRPC: Shape = Shape::Object(&closed(&[
    need("proto", EXTERNAL_RESOURCE),
    need(
        "service",
        Shape::Object(&closed(&[
            need("name", Text),
            need("host", HOST),
            may("port", Shape::Integer { least: 0, most: 65_535 }),
            may("authentication", AUTHENTICATION_OR_NAME),
        ])),
    ),
    need("method", Text),
    may("arguments", AnyObject),
]));
static OPENAPI: Shape = Shape::Object(&closed(&[
    need("document", EXTERNAL_RESOURCE),
    need("operationId", Text),
    may("parameters", AnyObject),
    may("authentication", AUTHENTICATION_OR_NAME),
    may("output", OUTPUT_FORMAT),
    may("redirect", FLAG),
]));
static ASYNCAPI: Shape = Shape::Object(&closed(&[
    need("document", EXTERNAL_RESOURCE),
    may("channel", Text),
    may("operation", Text),
    may("server", Shape::Object(&closed(&[need("name", Text), may("variables", AnyObject)]))),
    may(
        "protocol",
        Word(&[
            "amqp",
            "amqp1",
            "anypointmq",
            "googlepubsub",
            "http",
            "ibmmq",
            "jms",
            "kafka",
            "mercure",
            "mqtt",
            "mqtt5",
            "nats",
            "pulsar",
            "redis",
            "sns",
            "solace",
            "sqs",
            "stomp",
            "ws",
        ]),
    ),
    may("message", Shape::Object(&closed(&[may("payload", AnyObject), may("headers", AnyObject)]))),
    may(
        "subscription",
        Shape::Object(&closed(&[
            may("filter", Shape::Expression),
            need("consume", CONSUMPTION),
            may("foreach", ITERATOR),
        ])),
    ),
    may("authentication", AUTHENTICATION_OR_NAME),
]));
static A2A: Shape = Shape::Object(&closed(&[
    may("agentCard", EXTERNAL_RESOURCE),
    may("server", ENDPOINT),
    need(
        "method",
        Word(&[
            "message/send",
            "message/stream",
            "tasks/get",
            "tasks/list",
            "tasks/cancel",
            "tasks/resubscribe",
            "tasks/pushNotificationConfig/set",
            "tasks/pushNotificationConfig/get",
            "tasks/pushNotificationConfig/list",
            "tasks/pushNotificationConfig/delete",
            "agent/getAuthenticatedExtendedCard",
        ]),
    ),
    may("parameters", ProgramOr(&FilledObject)),
]));
static MCP: Shape = Shape::Object(&open(&[
    may("protocolVersion", Text),
    need(
        "method",
        Word(&[
            "tools/list",
            "tools/call",
            "prompts/list",
            "prompts/get",
            "resources/list",
            "resources/read",
            "resources/templates/list",
        ]),
    ),
    may("parameters", PROGRAM_OR_OBJECT),
    may("timeout", DURATION),
    need(
        "transport",
        Shape::Object(&Object {
            members: &[
                may("http", Shape::Object(&open(&[need("endpoint", ENDPOINT), may("headers", TEXT_MAP)]))),
                may(
                    "stdio",
                    Shape::Object(&open(&[
                        need("command", Text),
                        may("arguments", List(&Text)),
                        may("environment", TEXT_MAP),
                    ])),
                ),
                may("options", TEXT_MAP),
            ],
            one_of: &["http", "stdio"],
            open: true,
        }),
    ),
    may("client", Shape::Object(&open(&[need("name", Text), need("version", Text)]))),
]));
const TEXT_MAP: Shape = Shape::Map(&Text);
