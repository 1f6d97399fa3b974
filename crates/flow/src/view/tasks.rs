//! Every task of a definition, in the order in which it is written.

use serde_json::Value;

use super::{TaskKind, entry};
use crate::{Document, Pointer};

/// One task where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskView<'a> {
    /// The task's pointer, which is its `state_id`: `/do/2/failover/try/0/switchDns`.
    pub pointer: Pointer,
    pub name: &'a str,
    /// `None` where no member of the task says what it does.
    pub kind: Option<TaskKind>,
    pub value: &'a Value,
    /// The list that the task is an entry of; `/use/functions` for a function's body.
    pub list: Pointer,
    /// The entry's index in that list.
    pub index: usize,
    /// How many tasks stand around this one.
    pub depth: usize,
    pub origin: Origin,
}

/// From where a task is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// From the workflow's own `do`.
    Flow,
    /// It is, or stands inside, the body of a function of `use.functions`.
    Function,
    /// It stands in the `before` or `after` of an extension of `use.extensions`.
    Extension,
}

/// A list of tasks that a task holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildList {
    pub pointer: Pointer,
    pub role: ChildRole,
}

/// What a list of tasks is to the task that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChildRole {
    /// `do` of a `do` or of a `for`.
    Body,
    /// `fork.branches`: the entries run at the same time, not one after another.
    Branches,
    /// `try` of a `try`.
    Try,
    /// `catch.do` of a `try`.
    Catch,
    /// `foreach.do` of a `listen`, or of the subscription of an AsyncAPI call.
    Foreach,
}

impl<'a> TaskView<'a> {
    /// The lists of tasks that this task holds.
    pub fn child_lists(&self) -> Vec<ChildList> {
        child_lists(&self.pointer, self.value)
    }

    /// What a `call` calls: `http`, or a function's name.
    pub fn called(&self) -> Option<&'a str> {
        self.value.get("call").and_then(Value::as_str)
    }

    /// The task's flow directive, if it is written.
    pub fn then(&self) -> Option<&'a str> {
        self.value.get("then").and_then(Value::as_str)
    }

    /// The task's condition, if it is written.
    pub fn condition(&self) -> Option<&'a str> {
        self.value.get("if").and_then(Value::as_str)
    }
}

/// The lists of tasks that the task `value` at `pointer` holds, in the order in which they are reached.
pub fn child_lists(pointer: &Pointer, value: &Value) -> Vec<ChildList> {
    let mut lists = possible_child_lists(pointer, value);
    lists.retain(|list| {
        let path = &list.pointer.as_str()[pointer.as_str().len()..];
        value.pointer(path).is_some_and(Value::is_array)
    });
    lists
}

/// The lists of tasks that the language lets the task `value` hold, whether they are written yet or not:
/// a `try` has a place for `catch.do` before anything stands in it.
pub fn possible_child_lists(pointer: &Pointer, value: &Value) -> Vec<ChildList> {
    let paths: &[(&[&str], ChildRole)] = match TaskKind::of(value) {
        Some(TaskKind::Do | TaskKind::For) => &[(&["do"], ChildRole::Body)],
        Some(TaskKind::Fork) => &[(&["fork", "branches"], ChildRole::Branches)],
        Some(TaskKind::Try) => &[(&["try"], ChildRole::Try), (&["catch", "do"], ChildRole::Catch)],
        Some(TaskKind::Listen) => &[(&["foreach", "do"], ChildRole::Foreach)],
        Some(TaskKind::Call) if value.get("call").and_then(Value::as_str) == Some("asyncapi") => {
            &[(&["with", "subscription", "foreach", "do"], ChildRole::Foreach)]
        }
        _ => &[],
    };
    paths
        .iter()
        .map(|(path, role)| ChildList {
            pointer: path.iter().fold(pointer.clone(), |pointer, name| pointer.child(name)),
            role: *role,
        })
        .collect()
}

/// Every task of the definition in document order, a task before the tasks inside it: the workflow's own
/// first, then the bodies of `use.functions`, then those of `use.extensions`.
pub fn tasks(document: &Document) -> Tasks<'_> {
    let root = document.root();
    let mut tasks = tasks_of_list(root, &Pointer::root().child("do"));
    let used = Pointer::root().child("use");
    let functions = used.child("functions");
    let mut later = Vec::new();
    for (index, (name, value)) in
        functions.get(root).and_then(Value::as_object).into_iter().flatten().enumerate()
    {
        later.push(Frame::One(TaskView {
            pointer: functions.child(name),
            name,
            kind: TaskKind::of(value),
            value,
            list: functions.clone(),
            index,
            depth: 0,
            origin: Origin::Function,
        }));
    }
    let extensions = used.child("extensions");
    for (index, item) in extensions.get(root).and_then(Value::as_array).into_iter().flatten().enumerate() {
        let Some((name, extension)) = entry(item) else { continue };
        for list in ["before", "after"] {
            let items = extension.get(list).and_then(Value::as_array);
            later.extend(items.map(|items| Frame::List {
                pointer: extensions.index(index).child(name).child(list),
                items,
                next: 0,
                depth: 0,
                origin: Origin::Extension,
            }));
        }
    }
    later.reverse();
    later.append(&mut tasks.frames);
    tasks.frames = later;
    tasks
}

/// Every task of one list and inside its tasks, in document order; nothing where `list` names no list.
pub fn tasks_of_list<'a>(root: &'a Value, list: &Pointer) -> Tasks<'a> {
    let items = list.get(root).and_then(Value::as_array);
    let frames = items.map(|items| Frame::List {
        pointer: list.clone(),
        items,
        next: 0,
        depth: 0,
        origin: Origin::Flow,
    });
    Tasks { frames: frames.into_iter().collect() }
}

/// The iterator behind [`tasks`]. It keeps its own stack, so that no depth of nesting can exhaust the thread's.
#[derive(Clone, Debug)]
pub struct Tasks<'a> {
    frames: Vec<Frame<'a>>,
}

#[derive(Clone, Debug)]
enum Frame<'a> {
    One(TaskView<'a>),
    List { pointer: Pointer, items: &'a [Value], next: usize, depth: usize, origin: Origin },
}

impl<'a> Iterator for Tasks<'a> {
    type Item = TaskView<'a>;

    fn next(&mut self) -> Option<TaskView<'a>> {
        let view = loop {
            match self.frames.pop()? {
                Frame::One(view) => break view,
                Frame::List { pointer, items, next, depth, origin } => {
                    let Some(item) = items.get(next) else { continue };
                    let named = entry(item).map(|(name, value)| TaskView {
                        pointer: pointer.index(next).child(name),
                        name,
                        kind: TaskKind::of(value),
                        value,
                        list: pointer.clone(),
                        index: next,
                        depth,
                        origin,
                    });
                    self.frames.push(Frame::List { pointer, items, next: next + 1, depth, origin });
                    if let Some(view) = named {
                        break view;
                    }
                }
            }
        };
        for child in view.child_lists().into_iter().rev() {
            let path = &child.pointer.as_str()[view.pointer.as_str().len()..];
            if let Some(items) = view.value.pointer(path).and_then(Value::as_array) {
                self.frames.push(Frame::List {
                    pointer: child.pointer,
                    items,
                    next: 0,
                    depth: view.depth + 1,
                    origin: view.origin,
                });
            }
        }
        Some(view)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(root: Value) -> String {
        tasks(&Document::from_value(root))
            .map(|task| {
                let kind = task.kind.map_or("?", TaskKind::key);
                format!("{}{} {kind} {:?}\n", "  ".repeat(task.depth), task.pointer, task.origin)
            })
            .collect()
    }

    #[test]
    fn every_nested_list_is_visited_in_document_order() {
        let seen = check(json!({
            "do": [
                { "first": { "set": { "a": 1 } } },
                { "guarded": { "try": [{ "a/b": { "call": "http" } }], "catch": { "do": [{ "back": { "wait": "PT1S" } }] } } },
                { "both": { "fork": { "branches": [
                    { "left": { "do": [{ "deep": { "raise": { "error": "x" } } }] } },
                    { "right": { "for": { "in": "." }, "do": [{ "each": { "switch": [] } }] } },
                ] } } },
                { "hear": { "listen": { "to": { "any": [] } }, "foreach": { "do": [{ "got": { "emit": {} } }] } } },
                { "what": { "foo": 1 } },
                "no task",
            ],
            "use": {
                "functions": { "twice": { "do": [{ "one": { "run": {} } }] } },
                "extensions": [{ "audit": { "extend": "all", "before": [{ "note": { "set": "." } }] } }],
            },
        }));
        insta::assert_snapshot!(seen, @r"
            /do/0/first set Flow
            /do/1/guarded try Flow
              /do/1/guarded/try/0/a~1b call Flow
              /do/1/guarded/catch/do/0/back wait Flow
            /do/2/both fork Flow
              /do/2/both/fork/branches/0/left do Flow
                /do/2/both/fork/branches/0/left/do/0/deep raise Flow
              /do/2/both/fork/branches/1/right for Flow
                /do/2/both/fork/branches/1/right/do/0/each switch Flow
            /do/3/hear listen Flow
              /do/3/hear/foreach/do/0/got emit Flow
            /do/4/what ? Flow
            /use/functions/twice do Function
              /use/functions/twice/do/0/one run Function
            /use/extensions/0/audit/before/0/note set Extension
            ");
    }
}
