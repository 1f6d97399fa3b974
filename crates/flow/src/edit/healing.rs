//! Flow directives that name tasks: found, followed and healed.

use serde_json::Value;

use super::{Change, Slot, Warning, places::is_directive};
use crate::{Pointer, view::entry};

/// A directive that stands in a list: a task's `then`, its `catch.then`, or the `then` of one of its cases.
#[derive(Clone, Debug)]
pub(super) struct Reference<'a> {
    /// The index of the task that holds it.
    pub(super) holder: usize,
    pub(super) task: Pointer,
    /// The directive itself.
    pub(super) at: Pointer,
    pub(super) target: &'a str,
    pub(super) kind: ReferenceKind<'a>,
    /// Its position among the members of its object.
    position: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReferenceKind<'a> {
    Then,
    CatchThen,
    Case { name: &'a str },
}

/// Every directive of a list's own tasks; those of the tasks inside them belong to other scopes.
pub(super) fn references<'a>(list: &Pointer, items: &'a [Value]) -> Vec<Reference<'a>> {
    items.iter().enumerate().flat_map(|(index, item)| references_of(list, index, item)).collect()
}

/// The directives of one task.
pub(super) fn references_of<'a>(list: &Pointer, holder: usize, item: &'a Value) -> Vec<Reference<'a>> {
    let Some((name, value)) = entry(item) else { return Vec::new() };
    let mut found = Vec::new();
    let mut look = |path: &[&str], object: &'a Value, kind| {
        let Some(members) = object.as_object() else { return };
        let Some(target) = members.get("then").and_then(Value::as_str) else { return };
        let task = list.index(holder).child(name);
        found.push(Reference {
            holder,
            at: path.iter().fold(task.clone(), |pointer, token| pointer.child(token)).child("then"),
            task,
            target,
            kind,
            position: members.keys().position(|name| name == "then").unwrap_or_default(),
        });
    };
    look(&[], value, ReferenceKind::Then);
    if let Some(catch) = value.get("catch") {
        look(&["catch"], catch, ReferenceKind::CatchThen);
    }
    let cases = value.get("switch").and_then(Value::as_array);
    for (index, case) in cases.into_iter().flatten().enumerate() {
        if let Some((name, case)) = entry(case) {
            look(&["switch", &index.to_string(), name], case, ReferenceKind::Case { name });
        }
    }
    found
}

impl Reference<'_> {
    /// Whether it names a task rather than a direction.
    pub(super) fn names_a_task(&self) -> bool {
        !is_directive(self.target)
    }

    /// The change that lets it name another task.
    pub(super) fn retarget(&self, to: &str) -> Change {
        Change::Updated { at: self.at.clone(), from: self.target.into(), to: to.into() }
    }

    /// The change after which it names nothing. A case must have a directive, so it continues.
    pub(super) fn drop(&self) -> Change {
        match self.kind {
            ReferenceKind::Then | ReferenceKind::CatchThen => Change::Removed {
                at: self.at.clone(),
                slot: Slot::Member { position: self.position },
                value: self.target.into(),
            },
            ReferenceKind::Case { .. } => self.retarget("continue"),
        }
    }

    pub(super) fn warning(&self) -> Warning {
        let (task, target) = (self.task.clone(), self.target.to_owned());
        match self.kind {
            ReferenceKind::Then => Warning::ThenRemoved { task, target },
            ReferenceKind::CatchThen => Warning::CatchThenRemoved { task, target },
            ReferenceKind::Case { name } => Warning::CaseContinues { task, case: name.to_owned(), target },
        }
    }
}

/// Changes in the making, with the warnings that go with them.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    warnings: Vec<(usize, Warning)>,
}

impl Plan {
    pub(super) fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Drops a directive and says so.
    pub(super) fn heal(&mut self, reference: &Reference<'_>) {
        self.changes.push(reference.drop());
        self.warnings.push((self.changes.len(), reference.warning()));
    }

    /// The finished diff; warnings point where their tasks stand at its end.
    pub(super) fn finish(self, focus_before: Option<Pointer>, focus: Option<Pointer>) -> super::Diff {
        let mut diff = super::Diff { changes: self.changes, focus, focus_before, warnings: Vec::new() };
        for (from, mut warning) in self.warnings {
            let later = super::Diff { changes: diff.changes.split_off(from), ..super::Diff::default() };
            if let Some(task) = later.follow(warning.task()) {
                *warning.task_mut() = task;
                diff.warnings.push(warning);
            }
            diff.changes.extend(later.changes);
        }
        diff
    }
}
