//! Places for tasks: where a task stands, which arrays hold tasks, and names that are free in a scope.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Change, EditError, Slot, diff::parse_index};
use crate::{
    Pointer,
    view::{entry, possible_child_lists},
};

/// JSON readers stop at 127 levels; a definition that they cannot read back would be lost.
const DEEPEST: usize = 120;

/// A name for a new task of `list`: `wanted`, with a number where the scope has it already.
pub fn unique_task_name(root: &Value, list: &Pointer, wanted: &str) -> String {
    unique_name(&names(items(root, list)), wanted)
}

/// `wanted`, or `wanted-2`, `wanted-3`, … where it is taken or is a flow directive.
pub fn unique_name(taken: &HashSet<&str>, wanted: &str) -> String {
    let free = |name: &str| !taken.contains(name) && !is_directive(name);
    if free(wanted) {
        return wanted.to_owned();
    }
    let base = wanted
        .rsplit_once('-')
        .filter(|(base, number)| !base.is_empty() && number.parse::<u32>().is_ok())
        .map_or(wanted, |(base, _)| base);
    (2..).map(|number: usize| format!("{base}-{number}")).find(|name| free(name)).unwrap_or_default()
}

/// A task of a list.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pub(super) list: Pointer,
    pub(super) index: usize,
    pub(super) name: &'a str,
    /// The whole entry, `{name: task}`.
    pub(super) item: &'a Value,
    pub(super) value: &'a Value,
    pub(super) siblings: &'a [Value],
}

impl Place<'_> {
    /// The entry's pointer; the task's own is one token longer.
    pub(super) fn entry(&self) -> Pointer {
        self.list.index(self.index)
    }

    pub(super) fn task(&self) -> Pointer {
        self.entry().child(self.name)
    }
}

/// Where the task at `pointer` stands.
pub(super) fn place<'a>(root: &'a Value, pointer: &Pointer) -> Result<Place<'a>, EditError> {
    find(root, pointer).ok_or_else(|| EditError::NoSuchTask { task: pointer.clone() })
}

fn find<'a>(root: &'a Value, pointer: &Pointer) -> Option<Place<'a>> {
    let at = pointer.parent()?;
    let list = at.parent()?;
    let index = parse_index(&at.last()?)?;
    let siblings = list.get(root)?.as_array()?;
    let item = siblings.get(index)?;
    let (name, value) = entry(item)?;
    (pointer.last()? == name && is_task_list(root, &list)).then_some(Place {
        list,
        index,
        name,
        item,
        value,
        siblings,
    })
}

/// Whether the language has tasks in the array at `list`, be it written yet or not.
fn is_task_list(root: &Value, list: &Pointer) -> bool {
    let tokens: Vec<String> = list.tokens().collect();
    match tokens.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["do"] | ["use", "extensions", _, _, "before" | "after"] => return true,
        _ => {}
    }
    let mut holder = list.parent();
    while let Some(pointer) = holder {
        let holds = pointer.get(root).is_some_and(|value| {
            possible_child_lists(&pointer, value).iter().any(|possible| possible.pointer == *list)
        });
        if holds {
            return is_function(&pointer) || find(root, &pointer).is_some();
        }
        // The longest way from a task to a list of it is `with/subscription/foreach/do`.
        holder = pointer.parent().filter(|parent| parent.tokens().count() + 4 >= tokens.len());
    }
    false
}

fn is_function(pointer: &Pointer) -> bool {
    pointer.tokens().count() == 3 && pointer.as_str().starts_with("/use/functions/")
}

/// The entries of a list; none where it is not written.
pub(super) fn items<'a>(root: &'a Value, list: &Pointer) -> &'a [Value] {
    list.get(root).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn names(items: &[Value]) -> HashSet<&str> {
    items.iter().filter_map(|item| entry(item).map(|(name, _)| name)).collect()
}

pub(super) fn is_directive(name: &str) -> bool {
    matches!(name, "continue" | "exit" | "end")
}

/// The name of a new task of `list`, or why it has none.
pub(super) fn new_name(root: &Value, list: &Pointer, wanted: &str) -> Result<String, EditError> {
    let wanted = wanted.trim();
    if wanted.is_empty() {
        return Err(EditError::EmptyName);
    }
    Ok(unique_task_name(root, list, wanted))
}

/// `{name: task}`.
pub(super) fn new_entry(name: String, task: Value) -> Value {
    Value::Object(Map::from_iter([(name, task)]))
}

/// The change that writes a list which is not there yet, if it is a place for tasks.
pub(super) fn ensure_list(root: &Value, list: &Pointer) -> Result<Option<Change>, EditError> {
    let refused = || EditError::NotATaskList { list: list.clone() };
    if !is_task_list(root, list) {
        return Err(refused());
    }
    if list.get(root).is_some_and(Value::is_array) {
        return Ok(None);
    }
    ensure(root, list, Value::Array(Vec::new())).ok_or_else(refused).map(Some)
}

/// The change that writes `value` at `at`, with the objects that are missing on the way; `None` where something
/// that is no object stands in the way.
pub(super) fn ensure(root: &Value, at: &Pointer, value: Value) -> Option<Change> {
    let parent = at.parent()?;
    let name = at.last()?;
    match parent.get(root) {
        Some(Value::Object(members)) => Some(match members.get(&name) {
            Some(from) => Change::Updated { at: at.clone(), from: from.clone(), to: value },
            None => Change::Added { at: at.clone(), slot: Slot::Member { position: members.len() }, value },
        }),
        Some(Value::Array(items)) => {
            let index = parse_index(&name)?;
            match items.get(index) {
                Some(from) => Some(Change::Updated { at: at.clone(), from: from.clone(), to: value }),
                None if index == items.len() => {
                    Some(Change::Added { at: parent.index(index), slot: Slot::Item, value })
                }
                None => None,
            }
        }
        None | Some(Value::Null) => ensure(root, &parent, new_entry(name, value)),
        Some(_) => None,
    }
}

/// Refuses what would nest deeper than JSON readers accept.
pub(super) fn check_depth(at: &Pointer, value: &Value) -> Result<(), EditError> {
    let tokens = at.as_str().matches('/').count();
    if tokens + height(value) > DEEPEST { Err(EditError::TooDeep) } else { Ok(()) }
}

fn height(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(height).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(height).max().unwrap_or_default(),
        _ => 0,
    }
}
