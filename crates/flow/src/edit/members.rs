//! Edits of plain members, and of the whole document.

use serde_json::Value;

use super::{
    Change, Diff, EditError, Slot,
    diff::identical,
    places::{check_depth, ensure},
};
use crate::Pointer;

pub(super) fn set(root: &Value, at: &Pointer, value: &Value) -> Result<Diff, EditError> {
    if at.is_root() {
        return replace(root, value);
    }
    check_depth(at, value)?;
    if at.get(root).is_some_and(|present| identical(present, value)) {
        return Ok(Diff::default());
    }
    let change = ensure(root, at, value.clone()).ok_or_else(|| EditError::NoSuchMember { at: at.clone() })?;
    Ok(Diff { changes: vec![change], ..Diff::default() })
}

pub(super) fn remove(root: &Value, at: &Pointer) -> Result<Diff, EditError> {
    let missing = || EditError::NoSuchMember { at: at.clone() };
    let parent = at.parent().ok_or_else(missing)?;
    let name = at.last().ok_or_else(missing)?;
    let value = at.get(root).ok_or_else(missing)?.clone();
    let slot = match parent.get(root) {
        Some(Value::Object(members)) => {
            Slot::Member { position: members.keys().position(|member| *member == name).ok_or_else(missing)? }
        }
        _ => Slot::Item,
    };
    Ok(Diff { changes: vec![Change::Removed { at: at.clone(), slot, value }], ..Diff::default() })
}

pub(super) fn replace(root: &Value, replacement: &Value) -> Result<Diff, EditError> {
    if !replacement.is_object() {
        return Err(EditError::NotAnObject);
    }
    check_depth(&Pointer::root(), replacement)?;
    if identical(root, replacement) {
        return Ok(Diff::default());
    }
    let change = Change::Updated { at: Pointer::root(), from: root.clone(), to: replacement.clone() };
    Ok(Diff { changes: vec![change], ..Diff::default() })
}
