//! Where a task stands: its list, its place in it, and the tasks around it.

use std::rc::Rc;

use serde_json::Value;

use crate::Pointer;
use crate::view::{ChildRole, child_lists, entry};

/// A task where it stands.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    pub(super) pointer: Pointer,
    pub(super) value: &'a Value,
    pub(super) list: Pointer,
    pub(super) index: usize,
    pub(super) role: Role,
    pub(super) around: Option<Rc<Spot<'a>>>,
}

/// What the list is that a task stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The workflow's own `do`.
    Flow,
    Inside(ChildRole),
    /// Reached from elsewhere: the body of a function, or an extension. What comes in is not known.
    Reused,
}

impl<'a> Spot<'a> {
    /// The innermost task that `at` stands in; none for a place of the workflow itself.
    pub(super) fn of(root: &'a Value, at: &Pointer) -> Option<Rc<Self>> {
        let mut found = Rc::new(Self::outermost(root, at)?);
        // Each round goes one task further in; a definition does not nest deeper than it is long.
        while let Some(inner) = child_lists(&found.pointer, found.value)
            .into_iter()
            .find_map(|list| Self::in_list(root, &list.pointer, at, Role::Inside(list.role), Some(&found)))
        {
            found = Rc::new(inner);
        }
        Some(found)
    }

    fn outermost(root: &'a Value, at: &Pointer) -> Option<Self> {
        if let Some(spot) = Self::in_list(root, &Pointer::root().child("do"), at, Role::Flow, None) {
            return Some(spot);
        }
        let tokens: Vec<String> = at.tokens().collect();
        let used = Pointer::root().child("use");
        match tokens.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["use", "functions", name, ..] => {
                let list = used.child("functions");
                let pointer = list.child(name);
                let value = pointer.get(root)?;
                Some(Self { pointer, value, list, index: 0, role: Role::Reused, around: None })
            }
            ["use", "extensions", index, name, when @ ("before" | "after"), ..] => {
                let list =
                    [*index, *name, *when].iter().fold(used.child("extensions"), |at, name| at.child(name));
                Self::in_list(root, &list, at, Role::Reused, None)
            }
            _ => None,
        }
    }

    fn in_list(
        root: &'a Value,
        list: &Pointer,
        at: &Pointer,
        role: Role,
        around: Option<&Rc<Self>>,
    ) -> Option<Self> {
        let rest = at.as_str().strip_prefix(list.as_str())?.strip_prefix('/')?;
        let index = rest.split('/').next()?.parse().ok()?;
        let spot = Self::entry(root, list, index, role, around)?;
        at.is_within(&spot.pointer).then_some(spot)
    }

    /// The task at an index of a list.
    pub(super) fn entry(
        root: &'a Value,
        list: &Pointer,
        index: usize,
        role: Role,
        around: Option<&Rc<Self>>,
    ) -> Option<Self> {
        let (name, value) = entry(list.get(root)?.get(index)?)?;
        let pointer = list.index(index).child(name);
        Some(Self { pointer, value, list: list.clone(), index, role, around: around.cloned() })
    }

    /// Another task of the same list.
    pub(super) fn sibling(&self, root: &'a Value, index: usize) -> Option<Self> {
        Self::entry(root, &self.list, index, self.role, self.around.as_ref())
    }

    pub(super) fn name(&self) -> String {
        self.pointer.last().unwrap_or_default()
    }

    /// What the member path of `at` is within this task: `["catch", "when"]`.
    pub(super) fn path_of(&self, at: &Pointer) -> Vec<String> {
        let own = self.pointer.tokens().count();
        at.tokens().skip(own).collect()
    }

    /// Where the flow may go on to from here: a name, or the directives `continue`, `exit`, `end`.
    pub(super) fn directives(&self) -> Vec<&'a str> {
        let text = |value: &'a Value| value.get("then").and_then(Value::as_str);
        if let Some(cases) = self.value.get("switch").and_then(Value::as_array) {
            let cases = cases.iter().filter_map(|case| text(entry(case)?.1));
            return cases.chain([text(self.value).unwrap_or("continue")]).collect();
        }
        let caught = self.value.get("catch").and_then(text);
        std::iter::once(text(self.value).unwrap_or("continue")).chain(caught).collect()
    }
}
