//! From the raw definition to nodes. Goes on after a problem, so that all of them are told at once.

mod calls;
mod events;
mod references;
mod reuse;
mod run;
mod schemas;
mod tasks;

pub(crate) use events::schedule;
use serde_json::{Map, Value};

use super::{Action, Delay, Expression, ListId, Node, NodeId, Program, Template, Then, digest};
use crate::expression::{ExpressionError, Mode};
use crate::view::TaskKind;
use crate::{Document, Pointer, Problem, Severity};

pub(super) fn compile(document: &Document) -> Result<Program, Vec<Problem>> {
    let root = document.root();
    let pointer = Pointer::root();
    let mut compiler = Compiler::new(root);
    compiler.refuse_language();
    let input_schema = compiler.schema(root, &pointer, "input");
    let input_from = compiler.optional_template(root, &pointer, &["input", "from"]);
    let list = compiler.list(&pointer.child("do"), root.get("do"), Sequence::Steps);
    let output_as = compiler.optional_template(root, &pointer, &["output", "as"]);
    let output_schema = compiler.schema(root, &pointer, "output");
    let timeout = compiler.timeout(&pointer, root);
    let extensions = compiler.extensions();
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    Ok(Program {
        digest: digest(root),
        definition: root.clone(),
        nodes: compiler.nodes,
        lists: compiler.lists,
        root: list,
        input_from,
        output_as,
        timeout,
        input_schema,
        output_schema,
        extensions,
    })
}

struct Compiler<'a> {
    root: &'a Value,
    mode: Mode,
    /// How many lists stand around the task that is compiled now.
    depth: usize,
    nodes: Vec<Node>,
    lists: Vec<Vec<NodeId>>,
    reuse: reuse::Reuse,
    problems: Vec<Problem>,
}

/// Whether the tasks of a list follow each other, or stand beside each other as branches do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sequence {
    Steps,
    Branches,
}

impl<'a> Compiler<'a> {
    fn new(root: &'a Value) -> Self {
        Self {
            root,
            mode: references::mode(root),
            depth: 0,
            nodes: Vec::new(),
            lists: Vec::new(),
            reuse: reuse::Reuse::of(root),
            problems: Vec::new(),
        }
    }
}

impl Compiler<'_> {
    fn list(&mut self, pointer: &Pointer, value: Option<&Value>, sequence: Sequence) -> ListId {
        let id = ListId(u32::try_from(self.lists.len()).unwrap_or(u32::MAX));
        self.lists.push(Vec::new());
        let Some(items) = value.and_then(Value::as_array) else {
            self.error(pointer, "missing-tasks", "A list of tasks is missing here.", "此处缺少任务列表。");
            return id;
        };
        let entries: Vec<(usize, &str, &Value)> = items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| {
                let (name, task) = item.as_object().filter(|item| item.len() == 1)?.iter().next()?;
                Some((index, name.as_str(), task))
            })
            .collect();
        if entries.len() != items.len() {
            self.error(
                pointer,
                "task-entry",
                "Each entry of a task list has exactly one member: the task's name.",
                "任务列表的每一项只能有一个成员，即任务名称。",
            );
        }
        let names: Vec<&str> = entries.iter().map(|(_, name, _)| *name).collect();
        self.depth += 1;
        for (position, (index, name, task)) in entries.into_iter().enumerate() {
            let place = Place {
                pointer: pointer.index(index).child(name),
                name,
                list: id,
                position,
                names: &names,
                sequence,
            };
            let node = self.task(&place, task);
            self.lists[id.0 as usize].push(node);
        }
        self.depth -= 1;
        id
    }

    fn task(&mut self, place: &Place<'_>, task: &Value) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let pointer = &place.pointer;
        let kind = TaskKind::of(task);
        if kind.is_none() {
            self.error(
                pointer,
                "unknown-task-kind",
                "This is no task: none of call, do, fork, for, … defines it.",
                "这不是任务：缺少 call、do、fork、for 等定义成员。",
            );
        }
        let condition = self.optional_expression(task, pointer, &["if"]);
        let input_from = self.optional_template(task, pointer, &["input", "from"]);
        let output_as = self.optional_template(task, pointer, &["output", "as"]);
        let export_as = self.optional_template(task, pointer, &["export", "as"]);
        let timeout = self.timeout(pointer, task);
        let input_schema = self.schema(task, pointer, "input");
        let output_schema = self.schema(task, pointer, "output");
        let export_schema = self.schema(task, pointer, "export");
        let then = self.then(place, &pointer.child("then"), task.get("then"));
        self.nodes.push(Node {
            pointer: pointer.clone(),
            name: place.name.to_owned(),
            kind: kind.unwrap_or(TaskKind::Set),
            function: task.get("call").and_then(Value::as_str).map(str::to_owned),
            list: place.list,
            position: place.position,
            condition,
            input_from,
            output_as,
            export_as,
            timeout,
            then,
            // Its children come after it in document order, so that its own action is known last.
            action: Action::Set(Template::Constant(Value::Null)),
            input_schema,
            output_schema,
            export_schema,
            extensions: kind.map(|kind| self.reuse.extending(kind)).unwrap_or_default(),
        });
        if let Some(action) = kind.and_then(|kind| self.action(kind, place, task)) {
            self.nodes[id.0 as usize].action = action;
        }
        id
    }

    fn then(&mut self, place: &Place<'_>, pointer: &Pointer, value: Option<&Value>) -> Then {
        match value.and_then(Value::as_str) {
            None | Some("continue") => Then::Continue,
            Some("exit") => Then::Exit,
            Some("end") => Then::End,
            Some(_) if place.sequence == Sequence::Branches => {
                self.error(
                    pointer,
                    "dangling-then",
                    "A branch of a fork cannot go on to another branch; use continue, exit or end.",
                    "分支不能跳转到另一分支；请使用 continue、exit 或 end。",
                );
                Then::Continue
            }
            Some(name) => match place.names.iter().position(|other| *other == name) {
                Some(position) => Then::Task(position),
                None => {
                    self.error(
                        pointer,
                        "dangling-then",
                        &format!("There is no task `{name}` in the same list."),
                        &format!("同一列表中没有名为“{name}”的任务。"),
                    );
                    Then::Continue
                }
            },
        }
    }

    fn expression(&mut self, pointer: &Pointer, text: &str) -> Option<Expression> {
        let compiled = Expression::compile(text);
        self.checked(pointer, compiled)
    }

    fn template(&mut self, pointer: &Pointer, value: &Value) -> Option<Template> {
        self.checked(pointer, Template::compile(value, self.mode))
    }

    /// An expression in a place such as `if` or `when`; anything but a text there is a schema problem.
    fn optional_expression(&mut self, value: &Value, pointer: &Pointer, path: &[&str]) -> Option<Expression> {
        let (value, pointer) = follow(value, pointer, path)?;
        match value.as_str() {
            Some(text) => self.expression(&pointer, text),
            None => {
                self.error(&pointer, "invalid-expression", "An expression is a text.", "表达式必须是文本。");
                None
            }
        }
    }

    /// A template in a place such as `output.as`, where a text always is an expression.
    fn optional_template(&mut self, value: &Value, pointer: &Pointer, path: &[&str]) -> Option<Template> {
        let (value, pointer) = follow(value, pointer, path)?;
        self.checked(&pointer, Template::compile_expression(value, self.mode))
    }

    fn duration(&mut self, pointer: &Pointer, value: &Value) -> Option<Delay> {
        let delay = self.checked(pointer, Delay::compile(value, self.mode))?;
        if delay.is_none() {
            self.error(
                pointer,
                "invalid-duration",
                "This is no duration: write {\"seconds\": 30} or \"PT30S\".",
                "这不是有效的时长：请写 {\"seconds\": 30} 或 \"PT30S\"。",
            );
        }
        delay
    }

    fn optional_duration(&mut self, value: &Value, pointer: &Pointer, path: &[&str]) -> Option<Delay> {
        let (value, pointer) = follow(value, pointer, path)?;
        self.duration(&pointer, value)
    }

    fn checked<T>(&mut self, pointer: &Pointer, result: Result<T, ExpressionError>) -> Option<T> {
        result
            .inspect_err(|error| {
                self.problems.push(Problem {
                    pointer: pointer.clone(),
                    severity: Severity::Error,
                    code: "invalid-expression".to_owned(),
                    message_en: format!("{}.", capitalised(&error.to_string())),
                    message_zh: format!("表达式无效：{error}。"),
                });
            })
            .ok()
    }

    fn error(&mut self, pointer: &Pointer, code: &str, english: &str, chinese: &str) {
        self.problems.push(Problem {
            pointer: pointer.clone(),
            severity: Severity::Error,
            code: code.to_owned(),
            message_en: english.to_owned(),
            message_zh: chinese.to_owned(),
        });
    }

    /// What the language has and this engine does not run.
    fn unsupported(&mut self, pointer: &Pointer, what: &str) {
        self.problems.push(Problem {
            pointer: pointer.clone(),
            severity: Severity::Warning,
            code: "unsupported-construct".to_owned(),
            message_en: format!("This engine does not run {what}."),
            message_zh: format!("本引擎不支持执行 {what}。"),
        });
    }
}

struct Place<'a> {
    pointer: Pointer,
    name: &'a str,
    list: ListId,
    position: usize,
    names: &'a [&'a str],
    sequence: Sequence,
}

fn follow<'v>(value: &'v Value, pointer: &Pointer, path: &[&str]) -> Option<(&'v Value, Pointer)> {
    let mut pointer = pointer.clone();
    let mut value = value;
    for name in path {
        value = value.get(name)?;
        pointer = pointer.child(name);
    }
    Some((value, pointer))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn object(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}
