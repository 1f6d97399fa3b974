//! Edits of single tasks: insert, remove, move, copy, rename.

use serde_json::Value;

use super::{
    Change, Diff, EditError, Slot,
    healing::{Plan, references, references_of},
    places::{
        Place, check_depth, ensure_list, is_directive, items, names, new_entry, new_name, place,
        unique_task_name,
    },
};
use crate::{Pointer, view::entry};

pub(super) fn insert(
    root: &Value,
    list: &Pointer,
    index: usize,
    name: &str,
    task: &Value,
) -> Result<Diff, EditError> {
    let mut plan = Plan::default();
    ensure_list(root, list)?.into_iter().for_each(|change| plan.push(change));
    let name = new_name(root, list, name)?;
    let at = list.index(index.min(items(root, list).len()));
    let focus = at.child(&name);
    check_depth(&focus, task)?;
    plan.push(Change::Added { at, slot: Slot::Item, value: new_entry(name, task.clone()) });
    Ok(plan.finish(None, Some(focus)))
}

pub(super) fn remove(root: &Value, task: &Pointer) -> Result<Diff, EditError> {
    let place = place(root, task)?;
    let mut plan = Plan::default();
    heal_references_to(&place, &mut plan);
    plan.push(Change::Removed { at: place.entry(), slot: Slot::Item, value: place.item.clone() });
    let focus = neighbour(root, &place);
    Ok(plan.finish(Some(task.clone()), focus))
}

pub(super) fn relocate(
    root: &Value,
    task: &Pointer,
    list: &Pointer,
    index: usize,
) -> Result<Diff, EditError> {
    let place = place(root, task)?;
    let from = place.entry();
    if list.is_within(&from) {
        return Err(EditError::IntoItself);
    }
    let mut plan = Plan::default();
    if *list == place.list {
        let index = index.min(place.siblings.len());
        let index = if index > place.index { index - 1 } else { index };
        if index != place.index {
            plan.push(Change::Moved { from, to: list.index(index) });
        }
        return Ok(plan.finish(Some(task.clone()), Some(list.index(index).child(place.name))));
    }
    let ensured = ensure_list(root, list)?;
    let name = unique_task_name(root, list, place.name);
    let length = items(root, list).len();
    // The list first: it is added after the members that its object has now, of which healing may take one.
    ensured.into_iter().for_each(|change| plan.push(change));
    heal_references_to(&place, &mut plan);
    let mut own = references_of(&place.list, place.index, place.item);
    own.retain(|reference| reference.names_a_task());
    for reference in own {
        if reference.target != place.name {
            plan.heal(&reference);
        } else if name != place.name {
            plan.push(reference.retarget(&name));
        }
    }
    if name != place.name {
        plan.push(Change::Renamed { object: from.clone(), from: place.name.to_owned(), to: name.clone() });
    }
    let without = Diff {
        changes: vec![Change::Removed { at: from.clone(), slot: Slot::Item, value: Value::Null }],
        ..Diff::default()
    };
    let target = without.follow(list).ok_or(EditError::IntoItself)?;
    let to = target.index(index.min(length));
    check_depth(&to, place.item)?;
    let moved = Change::Moved { from, to: to.clone() };
    plan.push(moved);
    Ok(plan.finish(Some(task.clone()), Some(to.child(&name))))
}

pub(super) fn copy(root: &Value, task: &Pointer, list: &Pointer, index: usize) -> Result<Diff, EditError> {
    let place = place(root, task)?;
    let mut diff = insert(root, list, index, place.name, place.value)?;
    let Some(focus) = diff.focus.clone().filter(|_| *list != place.list) else { return Ok(diff) };
    // In another scope the copy's own directives would name nothing, or worse, something else.
    let (Some(at), Some(name)) = (focus.parent(), focus.last()) else { return Ok(diff) };
    let Some(index) = at.last().and_then(|index| index.parse().ok()) else { return Ok(diff) };
    let item = new_entry(name.clone(), place.value.clone());
    let mut plan = Plan::default();
    for reference in references_of(list, index, &item) {
        if reference.target == place.name {
            plan.push(reference.retarget(&name));
        } else if reference.names_a_task() {
            plan.heal(&reference);
        }
    }
    let mut healing = plan.finish(None, Some(focus));
    diff.warnings.append(&mut healing.warnings);
    diff.changes.append(&mut healing.changes);
    Ok(diff)
}

pub(super) fn rename(root: &Value, task: &Pointer, name: &str) -> Result<Diff, EditError> {
    let place = place(root, task)?;
    let name = name.trim();
    let mut plan = Plan::default();
    if name == place.name {
        return Ok(plan.finish(Some(task.clone()), Some(task.clone())));
    }
    if name.is_empty() {
        return Err(EditError::EmptyName);
    }
    if is_directive(name) {
        return Err(EditError::ReservedName { name: name.to_owned() });
    }
    let members = place.item.as_object().is_some_and(|members| members.contains_key(name));
    if members || names(place.siblings).contains(name) {
        return Err(EditError::NameTaken { name: name.to_owned() });
    }
    if is_first_of_its_name(&place) {
        for reference in references(&place.list, place.siblings) {
            if reference.target == place.name {
                plan.push(reference.retarget(name));
            }
        }
    }
    plan.push(Change::Renamed { object: place.entry(), from: place.name.to_owned(), to: name.to_owned() });
    Ok(plan.finish(Some(task.clone()), Some(place.entry().child(name))))
}

/// Heals the directives of the other tasks of the scope that name the task. Where another task has the same
/// name (which validation refuses), they name that one from now on.
fn heal_references_to(place: &Place<'_>, plan: &mut Plan) {
    let named = |item: &&Value| entry(item).is_some_and(|(name, _)| name == place.name);
    if place.siblings.iter().filter(named).count() > 1 {
        return;
    }
    for reference in references(&place.list, place.siblings) {
        if reference.target == place.name && reference.holder != place.index && reference.names_a_task() {
            plan.heal(&reference);
        }
    }
}

fn is_first_of_its_name(place: &Place<'_>) -> bool {
    let named = |item: &Value| entry(item).is_some_and(|(name, _)| name == place.name);
    place.siblings.iter().position(named) == Some(place.index)
}

/// What to look at once the task is gone: the task after it, before it, or around it.
fn neighbour(root: &Value, gone: &Place<'_>) -> Option<Pointer> {
    let named = |index: usize| {
        gone.siblings.get(index).and_then(entry).map(|(name, _)| name).map(|name| (index, name))
    };
    if let Some((_, name)) = named(gone.index + 1) {
        return Some(gone.entry().child(name));
    }
    if let Some((index, name)) = gone.index.checked_sub(1).and_then(named) {
        return Some(gone.list.index(index).child(name));
    }
    let mut holder = gone.list.parent();
    while let Some(pointer) = holder {
        if place(root, &pointer).is_ok() {
            return Some(pointer);
        }
        holder = pointer.parent();
    }
    None
}
