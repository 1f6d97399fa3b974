//! Takes a box away and leaves what stands in it where the box stood.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{
    Change, Diff, EditError, Slot, Warning,
    healing::{Plan, ReferenceKind, references},
    places::{Place, names, place, unique_name},
};
use crate::{
    Pointer,
    view::{child_lists, entry},
};

/// Members of a box that mean something to the flow, and are gone with it; people are told which.
const TOLD: &[&str] = &["if", "input", "output", "export", "timeout", "for", "while", "catch"];

pub(super) fn unwrap(root: &Value, task: &Pointer) -> Result<Diff, EditError> {
    let place = place(root, task)?;
    let nothing = || EditError::NothingInside { task: task.clone() };
    let lists = child_lists(&place.task(), place.value);
    let inner = lists.first().ok_or_else(nothing)?;
    let items = inner.pointer.get(root).and_then(Value::as_array).filter(|items| !items.is_empty());
    let items = items.ok_or_else(nothing)?;
    let mut plan = Plan::default();
    let renamed = free_names(&place, items);
    let first = items.first().and_then(entry).map(|(name, _)| name).ok_or_else(nothing)?;
    let new_name = |name: &str| renamed.get(name).cloned().unwrap_or_else(|| name.to_owned());

    let own_then = place.value.get("then").and_then(Value::as_str).filter(|then| *then != "continue");
    let after = place.siblings.get(place.index + 1).and_then(entry).map(|(name, _)| name);
    // Where leaving the box led to; where nothing followed, leaving the list around it is the same.
    let beyond = own_then.or(after).unwrap_or("exit");
    for reference in references(&inner.pointer, items) {
        let is_last = reference.holder + 1 == items.len() && reference.kind == ReferenceKind::Then;
        if reference.target == "exit" && is_last && own_then.is_none() {
            plan.push(reference.drop());
        } else if reference.target == "exit" {
            plan.push(reference.retarget(beyond));
        } else if renamed.contains_key(reference.target) {
            plan.push(reference.retarget(&new_name(reference.target)));
        }
    }
    for (index, item) in items.iter().enumerate() {
        if let Some((name, to)) = entry(item).and_then(|(name, _)| Some((name, renamed.get(name)?))) {
            let object = inner.pointer.index(index);
            plan.push(Change::Renamed { object, from: name.to_owned(), to: to.clone() });
        }
    }
    // A box that led to itself began again: now its first task does.
    let leads_to = own_then.map(|then| if then == place.name { new_name(first) } else { then.to_owned() });
    lead_on(&inner.pointer, items, leads_to, &new_name, &mut plan);
    for reference in references(&place.list, place.siblings) {
        if reference.target == place.name && reference.holder != place.index {
            plan.push(reference.retarget(&new_name(first)));
        }
    }
    for moved in 0..items.len() {
        let to = place.list.index(place.index + moved);
        let way = inner.pointer.as_str().strip_prefix(place.task().as_str()).unwrap_or_default();
        let from = Pointer::parse(&format!("{}{way}", to.child(place.name))).ok_or_else(nothing)?.index(0);
        plan.push(Change::Moved { from, to });
    }
    let empty = emptied(&place, &inner.pointer).ok_or_else(nothing)?;
    let at = place.list.index(place.index + items.len());
    plan.push(Change::Removed { at, slot: Slot::Item, value: empty });
    let focus = place.list.index(place.index).child(&new_name(first));
    let mut diff = plan.finish(Some(task.clone()), Some(focus.clone()));
    let gone = TOLD.iter().filter(|member| place.value.get(**member).is_some());
    let said = gone.map(|member| Warning::GoneWithBox { task: focus.clone(), member: (*member).to_owned() });
    diff.warnings.extend(said);
    Ok(diff)
}

/// New names for the tasks whose names the scope around the box has already.
fn free_names(place: &Place<'_>, items: &[Value]) -> HashMap<String, String> {
    let around = place.siblings.iter().enumerate().filter(|(index, _)| *index != place.index);
    let taken: HashSet<&str> = around.filter_map(|(_, item)| entry(item).map(|(name, _)| name)).collect();
    let own = names(items);
    let mut renamed: HashMap<String, String> = HashMap::new();
    for (name, _) in items.iter().filter_map(entry) {
        if !taken.contains(name) {
            continue;
        }
        let mut all: HashSet<&str> = taken.union(&own).copied().collect();
        all.extend(renamed.values().map(String::as_str));
        let free = unique_name(&all, name);
        renamed.insert(name.to_owned(), free);
    }
    renamed
}

/// The last task leads to where the box led. Branches of a fork follow each other now, and the last is the last.
fn lead_on(
    list: &Pointer,
    items: &[Value],
    then: Option<String>,
    new_name: &impl Fn(&str) -> String,
    plan: &mut Plan,
) {
    let Some((name, task)) = items.last().and_then(entry) else { return };
    if let (None, Some(members), Some(then)) = (task.get("then"), task.as_object(), then) {
        plan.push(Change::Added {
            at: list.index(items.len() - 1).child(&new_name(name)).child("then"),
            slot: Slot::Member { position: members.len() },
            value: then.into(),
        });
    }
}

/// The box's entry as it is once everything has left it: what the way back puts there again.
fn emptied(place: &Place<'_>, inner: &Pointer) -> Option<Value> {
    let way = inner.as_str().strip_prefix(place.entry().as_str())?;
    let mut item = place.item.clone();
    item.pointer_mut(way)?.as_array_mut()?.clear();
    Some(item)
}
