//! What differs between two definitions, in the terms of those who draw them, and what becomes of two that began as one.
//!
//! [`compare`] says which tasks were added, removed, moved, renamed or changed, and which fields of them; it is what a
//! person reads before saving. [`merge`] joins two descendants of one definition. Nothing here validates, and nothing is
//! lost silently: what cannot be joined is a [`Conflict`] with both sides.

mod fields;
mod matching;
mod merging;
#[cfg(test)]
mod tests;

pub use fields::{FieldChange, field_changes};
pub use merging::{Choice, Conflict, Merged, merge};

use serde_json::Value;

use crate::{Document, Pointer};
use matching::{Pairs, flatten, pair};

/// The differences between two definitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// In the order of the later definition; removed tasks where they stood.
    pub tasks: Vec<TaskChange>,
    /// Of the workflow itself: its name, version, inputs, everything that is no task.
    pub fields: Vec<FieldChange>,
}

/// What happened to one task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskChange {
    /// Its name in the later definition; of a removed task, in the earlier one.
    pub name: String,
    /// Where it stood; none for a new task.
    pub before: Option<Pointer>,
    /// Where it stands; none for one that is gone.
    pub after: Option<Pointer>,
    /// Its name in the earlier definition, where that is another one.
    pub renamed_from: Option<String>,
    /// It stands in another list, or its neighbours have changed places with it.
    pub moved: bool,
    /// What of the task itself is different; not of the tasks inside it.
    pub fields: Vec<FieldChange>,
}

/// The one word for a change, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
    Moved,
}

impl TaskChange {
    pub fn kind(&self) -> ChangeKind {
        match (&self.before, &self.after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ if self.renamed_from.is_some() || !self.fields.is_empty() => ChangeKind::Changed,
            _ => ChangeKind::Moved,
        }
    }
}

impl Comparison {
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty() && self.fields.is_empty()
    }

    /// How many tasks this happened to.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.tasks.iter().filter(|change| change.kind() == kind).count()
    }
}

/// Compares two definitions. Tasks are recognised by where they stand and what they are called, then by their name
/// alone, then by what they say. The cost is linear in the definitions but for tasks that were reordered.
pub fn compare(before: &Document, after: &Document) -> Comparison {
    let (old, new) = (flatten(before), flatten(after));
    let Pairs { old_of, new_of } = pair(&old, &new);
    let moved = matching::moved(&old, &new, &old_of);
    let mut tasks = Vec::new();
    let mut removed = old.iter().enumerate().filter(|(index, _)| new_of[*index].is_none()).peekable();
    let gone = |task: &matching::Flat<'_>| TaskChange {
        name: task.name.to_owned(),
        before: Some(task.pointer.clone()),
        after: None,
        renamed_from: None,
        moved: false,
        fields: Vec::new(),
    };
    for (index, task) in new.iter().enumerate() {
        let was = old_of[index].map(|was| (was, &old[was]));
        if let Some((was, _)) = was {
            while let Some((_, task)) = removed.next_if(|(at, _)| *at < was) {
                tasks.push(gone(task));
            }
        }
        let change = TaskChange {
            name: task.name.to_owned(),
            before: was.map(|(_, was)| was.pointer.clone()),
            after: Some(task.pointer.clone()),
            renamed_from: was.map(|(_, was)| was.name.to_owned()).filter(|name| name != task.name),
            moved: moved[index],
            fields: was.map(|(_, was)| field_changes(&was.own, &task.own)).unwrap_or_default(),
        };
        let is_change =
            was.is_none() || change.moved || change.renamed_from.is_some() || !change.fields.is_empty();
        if is_change {
            tasks.push(change);
        }
    }
    tasks.extend(removed.map(|(_, task)| gone(task)));
    Comparison { tasks, fields: field_changes(&settings(before), &settings(after)) }
}

/// The tasks that are in both definitions, by where they stand in each, in the order of the later one.
pub fn same_tasks(before: &Document, after: &Document) -> Vec<(Pointer, Pointer)> {
    let (old, new) = (flatten(before), flatten(after));
    let Pairs { old_of, .. } = pair(&old, &new);
    let same = old_of
        .into_iter()
        .zip(&new)
        .filter_map(|(was, task)| Some((old[was?].pointer.clone(), task.pointer.clone())));
    same.collect()
}

/// A definition without its tasks.
fn settings(document: &Document) -> Value {
    let Value::Object(mut root) = document.root().clone() else { return Value::Null };
    root.shift_remove("do");
    if let Some(Value::Object(used)) = root.get_mut("use") {
        used.shift_remove("functions");
        let extensions = used.get_mut("extensions").and_then(Value::as_array_mut);
        let bodies = extensions.into_iter().flatten().filter_map(Value::as_object_mut);
        for body in bodies.flat_map(|entry| entry.values_mut()).filter_map(Value::as_object_mut) {
            body.shift_remove("before");
            body.shift_remove("after");
        }
    }
    Value::Object(root)
}
