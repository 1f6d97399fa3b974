//! Diffs: ordered changes to the raw JSON, and the one generic way to apply, undo and join them.

use serde_json::{Map, Value};

use super::Warning;
use crate::{Document, Pointer};

/// What an edit changes. A diff carries what it needs to be undone, and no more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    pub changes: Vec<Change>,
    /// Where the edited task stands once the diff is applied; after a removal, the task that is next to look at.
    pub focus: Option<Pointer>,
    /// Where the edited task stood before.
    pub focus_before: Option<Pointer>,
    /// What was changed beyond what the edit named.
    pub warnings: Vec<Warning>,
}

/// One change. Pointers are read at the moment of the change, after those before it.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Added {
        at: Pointer,
        slot: Slot,
        value: Value,
    },
    Removed {
        at: Pointer,
        slot: Slot,
        value: Value,
    },
    Updated {
        at: Pointer,
        from: Value,
        to: Value,
    },
    /// An entry of an array goes to a place in the same or another array. Both pointers are read while the entry
    /// is in neither place, which makes the two directions mirror images.
    Moved {
        from: Pointer,
        to: Pointer,
    },
    /// A member of the object gets another name and keeps its place.
    Renamed {
        object: Pointer,
        from: String,
        to: String,
    },
}

/// What an added or removed value is in its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// An entry of an array, at the index that the pointer ends in.
    Item,
    /// The member of an object that stands at this position among its members.
    Member { position: usize },
}

/// The document is not the one that the diff was planned for; it was left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the diff does not fit the document")]
pub struct Mismatch;

/// Makes the changes of a diff, all or none.
///
/// # Errors
/// [`Mismatch`] where the document is not the one that the diff was planned for.
pub fn apply(document: &mut Document, diff: &Diff) -> Result<(), Mismatch> {
    let root = document.root_mut();
    for (done, change) in diff.changes.iter().enumerate() {
        if change.apply(root).is_err() {
            for change in diff.changes[..done].iter().rev() {
                change.clone().invert().apply(root)?;
            }
            return Err(Mismatch);
        }
    }
    Ok(())
}

impl Diff {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The diff that undoes this one. It warns of nothing: what an edit healed comes back as it was.
    #[must_use]
    pub fn invert(self) -> Self {
        Self {
            changes: self.changes.into_iter().rev().map(Change::invert).collect(),
            focus: self.focus_before,
            focus_before: self.focus,
            warnings: Vec::new(),
        }
    }

    /// This diff and then `next`, as one. Changes that meet at the seam melt into one, so that typing a word
    /// into a field does not keep each of its letters.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.warnings.retain_mut(|warning| match next.follow(warning.task()) {
            Some(task) => {
                *warning.task_mut() = task;
                true
            }
            None => false,
        });
        self.warnings.extend(next.warnings);
        self.focus = next.focus;
        for change in next.changes {
            match self.changes.pop() {
                Some(last) => self.changes.extend(last.melt(change)),
                None => self.changes.push(change),
            }
        }
        self
    }

    /// Where the value at `pointer` stands once the diff is applied; `None` where it is gone.
    pub fn follow(&self, pointer: &Pointer) -> Option<Pointer> {
        self.changes.iter().try_fold(pointer.clone(), |pointer, change| change.follow(&pointer))
    }
}

impl Change {
    #[must_use]
    pub fn invert(self) -> Self {
        match self {
            Self::Added { at, slot, value } => Self::Removed { at, slot, value },
            Self::Removed { at, slot, value } => Self::Added { at, slot, value },
            Self::Updated { at, from, to } => Self::Updated { at, from: to, to: from },
            Self::Moved { from, to } => Self::Moved { from: to, to: from },
            Self::Renamed { object, from, to } => Self::Renamed { object, from: to, to: from },
        }
    }

    fn apply(&self, root: &mut Value) -> Result<(), Mismatch> {
        match self {
            Self::Added { at, slot: Slot::Item, value } => insert_item(root, at, value.clone()),
            Self::Added { at, slot: Slot::Member { position }, value } => {
                let (object, name) = member(root, at)?;
                if object.contains_key(&name) || *position > object.len() {
                    return Err(Mismatch);
                }
                object.shift_insert(*position, name, value.clone());
                Ok(())
            }
            Self::Removed { at, slot: Slot::Item, .. } => take_item(root, at).map(drop),
            Self::Removed { at, slot: Slot::Member { .. }, .. } => {
                let (object, name) = member(root, at)?;
                object.shift_remove(&name).map(drop).ok_or(Mismatch)
            }
            Self::Updated { at, to, .. } => {
                *at.get_mut(root).ok_or(Mismatch)? = to.clone();
                Ok(())
            }
            Self::Moved { from, to } => {
                let item = take_item(root, from)?;
                match array(root, to) {
                    Ok((items, index)) if index <= items.len() => items.insert(index, item),
                    _ => {
                        insert_item(root, from, item)?;
                        return Err(Mismatch);
                    }
                }
                Ok(())
            }
            Self::Renamed { object, from, to } => {
                let object = object.get_mut(root).and_then(Value::as_object_mut).ok_or(Mismatch)?;
                let position = object.keys().position(|name| name == from).ok_or(Mismatch)?;
                if object.contains_key(to) {
                    return Err(Mismatch);
                }
                let value = object.shift_remove(from).ok_or(Mismatch)?;
                object.shift_insert(position, to.clone(), value);
                Ok(())
            }
        }
    }

    /// This change and the next one, as one or none where they meet at the same place.
    fn melt(self, next: Self) -> Vec<Self> {
        match (self, next) {
            (Self::Updated { at, from, to: _ }, Self::Updated { at: next, to, .. }) if at == next => {
                updated(at, from, to)
            }
            (Self::Added { at, slot, value: _ }, Self::Updated { at: next, to, .. }) if at == next => {
                vec![Self::Added { at, slot, value: to }]
            }
            (Self::Added { at, slot, value: _ }, Self::Removed { at: next, slot: gone, .. })
                if at == next && slot == gone =>
            {
                Vec::new()
            }
            (Self::Updated { at, from, to: _ }, Self::Removed { at: next, slot, .. }) if at == next => {
                vec![Self::Removed { at, slot, value: from }]
            }
            (Self::Removed { at, slot, value }, Self::Added { at: next, slot: back, value: to })
                if at == next && slot == back =>
            {
                updated(at, value, to)
            }
            (this, next) => vec![this, next],
        }
    }

    /// Where the value at `pointer` stands after this change; `None` where it is gone.
    pub fn follow(&self, pointer: &Pointer) -> Option<Pointer> {
        match self {
            Self::Added { at, slot: Slot::Item, .. } => Some(shift(pointer, at, Shift::Up)),
            Self::Added { .. } => Some(pointer.clone()),
            Self::Removed { at, .. } if pointer.is_within(at) => None,
            Self::Removed { at, slot: Slot::Item, .. } => Some(shift(pointer, at, Shift::Down)),
            Self::Removed { .. } => Some(pointer.clone()),
            Self::Updated { at, to, .. } => {
                let Some(rest) = below(pointer, at) else { return Some(pointer.clone()) };
                to.pointer(rest).map(|_| pointer.clone())
            }
            Self::Moved { from, to } => match below(pointer, from) {
                Some(rest) => Pointer::parse(&format!("{to}{rest}")),
                None => Some(shift(&shift(pointer, from, Shift::Down), to, Shift::Up)),
            },
            Self::Renamed { object, from, to } => match below(pointer, &object.child(from)) {
                Some(rest) => Pointer::parse(&format!("{}{rest}", object.child(to))),
                None => Some(pointer.clone()),
            },
        }
    }
}

fn updated(at: Pointer, from: Value, to: Value) -> Vec<Change> {
    if identical(&from, &to) { Vec::new() } else { vec![Change::Updated { at, from, to }] }
}

/// Whether two values are the same to the byte: `==` of JSON objects does not look at the order of members.
pub(super) fn identical(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|((name, value), (other, against))| name == other && identical(value, against))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(value, other)| identical(value, other))
        }
        _ => left == right,
    }
}

#[derive(Clone, Copy)]
enum Shift {
    Up,
    Down,
}

/// `pointer` after an entry came to (`Up`) or left (`Down`) the array place `at`.
fn shift(pointer: &Pointer, at: &Pointer, shift: Shift) -> Pointer {
    shifted(pointer, at, shift).unwrap_or_else(|| pointer.clone())
}

fn shifted(pointer: &Pointer, at: &Pointer, shift: Shift) -> Option<Pointer> {
    let (list, place) = split_index(at)?;
    let rest = below(pointer, &list)?.strip_prefix('/')?;
    let (token, tail) = rest.find('/').map_or((rest, ""), |cut| rest.split_at(cut));
    let index = parse_index(token)?;
    let index = match shift {
        Shift::Up if index >= place => index + 1,
        Shift::Down if index > place => index - 1,
        Shift::Up | Shift::Down => return None,
    };
    Pointer::parse(&format!("{}{tail}", list.index(index)))
}

/// What follows `ancestor` in `pointer`, if it is within it.
fn below<'a>(pointer: &'a Pointer, ancestor: &Pointer) -> Option<&'a str> {
    pointer.is_within(ancestor).then(|| &pointer.as_str()[ancestor.as_str().len()..])
}

fn split_index(at: &Pointer) -> Option<(Pointer, usize)> {
    Some((at.parent()?, parse_index(&at.last()?)?))
}

/// An array index as RFC 6901 writes it: digits without a leading zero.
pub(super) fn parse_index(token: &str) -> Option<usize> {
    let written = token == "0" || token.starts_with(|first: char| ('1'..='9').contains(&first));
    token.parse().ok().filter(|_| written)
}

fn array<'a>(root: &'a mut Value, at: &Pointer) -> Result<(&'a mut Vec<Value>, usize), Mismatch> {
    let (list, index) = split_index(at).ok_or(Mismatch)?;
    let items = list.get_mut(root).and_then(Value::as_array_mut).ok_or(Mismatch)?;
    Ok((items, index))
}

fn insert_item(root: &mut Value, at: &Pointer, item: Value) -> Result<(), Mismatch> {
    let (items, index) = array(root, at)?;
    if index > items.len() {
        return Err(Mismatch);
    }
    items.insert(index, item);
    Ok(())
}

fn take_item(root: &mut Value, at: &Pointer) -> Result<Value, Mismatch> {
    let (items, index) = array(root, at)?;
    if index < items.len() { Ok(items.remove(index)) } else { Err(Mismatch) }
}

fn member<'a>(root: &'a mut Value, at: &Pointer) -> Result<(&'a mut Map<String, Value>, String), Mismatch> {
    let name = at.last().ok_or(Mismatch)?;
    let parent = at.parent().ok_or(Mismatch)?;
    let object = parent.get_mut(root).and_then(Value::as_object_mut).ok_or(Mismatch)?;
    Ok((object, name))
}
