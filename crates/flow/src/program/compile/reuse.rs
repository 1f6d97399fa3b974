//! `use.functions` and `use.extensions`: tasks that are written once and run in many places.
//!
//! A function is compiled once and shared by its calls; a call that would come back to itself is refused here, so that
//! no run has to count how deep it is. Functions that stand elsewhere are no matter of this module: they are
//! brought in before (see [`crate::external`]).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Compiler, ListId, Place, Sequence};
use crate::Pointer;
use crate::program::{Action, Extension};
use crate::view::TaskKind;

/// How many functions may call each other in a row, and how many lists of tasks may stand in each other by that. A
/// definition alone nests less than half as deep; compiling follows the nesting on the stack.
const DEEPEST_CALLS: usize = 16;
const DEEPEST_LISTS: usize = 100;

/// Where the tasks that are compiled now come to run, which decides what extends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Within {
    Flow,
    /// Tasks of an extension, which only extensions of extensions extend.
    Extension,
    /// Tasks of an extension of extensions: nothing extends these, or it would have no end.
    Nothing,
}

pub(super) struct Reuse {
    within: Within,
    /// What each extension extends, and whether it can be read at all.
    targets: Vec<String>,
    functions: BTreeMap<(Within, String), ListId>,
    /// The functions whose tasks are compiled now, the outermost first.
    calling: Vec<String>,
}

impl Reuse {
    pub(super) fn of(root: &Value) -> Self {
        let targets = entries(root)
            .map(|(_, _, extension)| {
                extension.get("extend").and_then(Value::as_str).unwrap_or_default().to_owned()
            })
            .collect();
        Self { within: Within::Flow, targets, functions: BTreeMap::new(), calling: Vec::new() }
    }

    /// The extensions that can apply to a task of this kind, here.
    pub(super) fn extending(&self, kind: TaskKind) -> Vec<u16> {
        let applies = |target: &str| match self.within {
            Within::Flow => extends(target, kind),
            Within::Extension => target == "extension",
            Within::Nothing => false,
        };
        let found = self.targets.iter().enumerate().filter(|(_, target)| applies(target));
        found.filter_map(|(index, _)| u16::try_from(index).ok()).collect()
    }
}

/// Whether `extend` of an extension means tasks of this kind.
fn extends(target: &str, kind: TaskKind) -> bool {
    match target {
        "all" => true,
        "composite" => matches!(kind, TaskKind::Do | TaskKind::Fork),
        other => other == kind.key(),
    }
}

const TARGETS: [&str; 13] = [
    "all",
    "call",
    "composite",
    "emit",
    "extension",
    "for",
    "listen",
    "raise",
    "run",
    "set",
    "switch",
    "try",
    "wait",
];

/// The extensions of a definition, with their place and name.
fn entries(root: &Value) -> impl Iterator<Item = (Pointer, &str, &Value)> {
    let list = Pointer::root().child("use").child("extensions");
    root.pointer("/use/extensions").and_then(Value::as_array).into_iter().flatten().enumerate().filter_map(
        move |(index, item)| {
            let (name, extension) = crate::view::entry(item)?;
            Some((list.index(index).child(name), name, extension))
        },
    )
}

impl Compiler<'_> {
    pub(super) fn extensions(&mut self) -> Vec<Extension> {
        let root = self.root;
        let mut extensions = Vec::new();
        for (pointer, name, extension) in entries(root) {
            let target = extension.get("extend").and_then(Value::as_str).unwrap_or_default();
            if !TARGETS.contains(&target) {
                self.error(
                    &pointer.child("extend"),
                    "invalid-extension",
                    &format!("An extension extends one of {}, not `{target}`.", TARGETS.join(", ")),
                    &format!("extend 只能是 {} 之一，而不是“{target}”。", TARGETS.join("、")),
                );
            }
            self.reuse.within = if target == "extension" { Within::Nothing } else { Within::Extension };
            let when = self.optional_expression(extension, &pointer, &["when"]);
            let mut list = |name: &str| {
                let tasks = extension.get(name)?;
                Some(self.list(&pointer.child(name), Some(tasks), Sequence::Steps))
            };
            let (before, after) = (list("before"), list("after"));
            extensions.push(Extension { name: name.to_owned(), when, before, after });
        }
        self.reuse.within = Within::Flow;
        extensions
    }

    pub(super) fn is_own_function(&self, name: &str) -> bool {
        self.root.pointer("/use/functions").is_some_and(|functions| functions.get(name).is_some())
    }

    /// A call of a function of `use.functions`.
    pub(super) fn invoke(&mut self, pointer: &Pointer, name: &str, with: &Value) -> Option<Action> {
        let with = self.template(&pointer.child("with"), with);
        let list = self.function(&pointer.child("call"), name);
        Some(Action::Invoke { list: list?, with: with? })
    }

    /// The list of one task that a function is.
    fn function(&mut self, from: &Pointer, name: &str) -> Option<ListId> {
        let key = (self.reuse.within, name.to_owned());
        let calls = || {
            let from = self.reuse.calling.iter().position(|caller| caller == name).unwrap_or(0);
            let path: Vec<String> = self.reuse.calling[from..]
                .iter()
                .map(String::as_str)
                .chain([name])
                .map(|name| format!("`{name}`"))
                .collect();
            path.join(" → ")
        };
        if self.reuse.calling.iter().any(|caller| caller == name) {
            let path = calls();
            self.error(
                from,
                "recursive-function",
                &format!("A function cannot come to call itself: {path}."),
                &format!("函数不能直接或间接调用自身：{path}。"),
            );
            return None;
        }
        if let Some(list) = self.reuse.functions.get(&key) {
            return Some(*list);
        }
        if self.reuse.calling.len() >= DEEPEST_CALLS || self.depth > DEEPEST_LISTS {
            let path = calls();
            self.error(
                from,
                "nested-functions",
                &format!("The functions call each other too deeply: {path}."),
                &format!("函数嵌套调用过深：{path}。"),
            );
            return None;
        }
        let root = self.root;
        let task = root.pointer("/use/functions").and_then(|functions| functions.get(name))?;
        let list = ListId(u32::try_from(self.lists.len()).unwrap_or(u32::MAX));
        self.lists.push(Vec::new());
        self.reuse.calling.push(name.to_owned());
        let place = Place {
            pointer: Pointer::root().child("use").child("functions").child(name),
            name,
            list,
            position: 0,
            names: &[name],
            sequence: Sequence::Steps,
        };
        let node = self.task(&place, task);
        self.lists[list.0 as usize].push(node);
        self.reuse.calling.pop();
        self.reuse.functions.insert(key, list);
        Some(list)
    }

    /// Whether the definition brings its own catalog of the name `default` (DSL, Default Catalog).
    pub(super) fn overrides_default_catalog(&self) -> bool {
        self.root.pointer("/use/catalogs/default").is_some()
    }

    /// A function that is neither here nor brought in: what has to be done about it depends on how it is written.
    pub(super) fn unknown_function(&mut self, pointer: &Pointer, name: &str) {
        match crate::external::address(self.root, name) {
            Ok(address) => self.error(
                pointer,
                "unresolved-function",
                &format!("The function `{name}` has not been fetched from {address} yet."),
                &format!("函数“{name}”尚未从 {address} 获取。"),
            ),
            Err(reason) => self.unsupported(pointer, &format!("the function `{name}`: {reason}")),
        }
    }
}
