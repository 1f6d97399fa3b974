//! Several new tasks at once: what is pasted, dropped as copies, or duplicated.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    Change, Diff, EditError, Slot,
    healing::{Plan, references_of},
    places::{check_depth, ensure_list, items, names, new_entry, unique_name},
};
use crate::Pointer;

/// Puts tasks into a list, one after the other. Names that are taken get a number, and the directives among the new
/// tasks follow them; a directive that names no task of its new scope is dropped, and people are told.
pub(super) fn insert_all(
    root: &Value,
    list: &Pointer,
    index: usize,
    tasks: &[(String, Value)],
) -> Result<Diff, EditError> {
    let mut plan = Plan::default();
    ensure_list(root, list)?.into_iter().for_each(|change| plan.push(change));
    let present = items(root, list);
    let taken = names(present);
    let mut given: Vec<String> = Vec::with_capacity(tasks.len());
    let mut renamed: HashMap<&str, usize> = HashMap::new();
    for (position, (name, _)) in tasks.iter().enumerate() {
        let wanted = name.trim();
        if wanted.is_empty() {
            return Err(EditError::EmptyName);
        }
        let mut all = taken.clone();
        all.extend(given.iter().map(String::as_str));
        let free = unique_name(&all, wanted);
        renamed.entry(wanted).or_insert(position);
        given.push(free);
    }
    let first = index.min(present.len());
    for (position, (name, task)) in given.iter().zip(tasks.iter().map(|(_, task)| task)).enumerate() {
        let at = list.index(first + position);
        check_depth(&at.child(name), task)?;
        plan.push(Change::Added { at, slot: Slot::Item, value: new_entry(name.clone(), task.clone()) });
    }
    for (position, (name, (_, task))) in given.iter().zip(tasks).enumerate() {
        let item = new_entry(name.clone(), task.clone());
        for reference in references_of(list, first + position, &item) {
            match renamed.get(reference.target).and_then(|target| given.get(*target)) {
                Some(target) if target != reference.target => plan.push(reference.retarget(target)),
                Some(_) => {}
                None if reference.names_a_task() && !taken.contains(reference.target) => {
                    plan.heal(&reference);
                }
                None => {}
            }
        }
    }
    let focus = given.first().map(|name| list.index(first).child(name));
    Ok(plan.finish(None, focus))
}
