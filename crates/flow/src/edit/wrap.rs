//! Edits that put a new task around others: wrapping, and parallel branches.

use serde_json::{Map, Value, json};

use super::{
    Change, Diff, EditError, Side, Slot, WrapKind,
    healing::{Plan, ReferenceKind, references},
    places::{Place, check_depth, items, names, new_entry, place, unique_name, unique_task_name},
    tasks,
};
use crate::{
    Pointer,
    view::{ChildRole, child_lists, entry},
};

pub(super) fn wrap(root: &Value, tasks: &[Pointer], kind: WrapKind) -> Result<Diff, EditError> {
    let mut places = tasks.iter().map(|task| place(root, task)).collect::<Result<Vec<_>, _>>()?;
    places.sort_by_key(|place| place.index);
    places.dedup_by_key(|place| (place.list.clone(), place.index));
    let first = places.first().ok_or(EditError::NotSiblings)?;
    let follows = |pair: &[Place<'_>]| pair[0].list == pair[1].list && pair[0].index + 1 == pair[1].index;
    if !places.windows(2).all(follows) {
        return Err(EditError::NotSiblings);
    }
    let (plan, wrapper, _) = wrapped(root, &places, kind)?;
    Ok(plan.finish(Some(first.task()), Some(wrapper)))
}

pub(super) fn add_branch(
    root: &Value,
    task: &Pointer,
    side: Side,
    name: &str,
    value: &Value,
) -> Result<Diff, EditError> {
    let place = place(root, task)?;
    let offset = match side {
        Side::Before => 0,
        Side::After => 1,
    };
    if is_branches(root, &place.list) {
        let mut diff = tasks::insert(root, &place.list, place.index + offset, name, value)?;
        diff.focus_before = Some(task.clone());
        return Ok(diff);
    }
    let name = name.trim();
    if name.is_empty() {
        return Err(EditError::EmptyName);
    }
    let name = unique_name(&[place.name].into(), name);
    let (mut plan, _, branches) = wrapped(root, std::slice::from_ref(&place), WrapKind::Fork)?;
    let at = branches.index(offset);
    let focus = at.child(&name);
    check_depth(&focus, value)?;
    plan.push(Change::Added { at, slot: Slot::Item, value: new_entry(name, value.clone()) });
    Ok(plan.finish(Some(task.clone()), Some(focus)))
}

/// Whether `list` is the branches of a fork.
fn is_branches(root: &Value, list: &Pointer) -> bool {
    let holder = list.parent().and_then(|fork| fork.parent());
    holder.is_some_and(|holder| {
        let lists = holder.get(root).map(|value| child_lists(&holder, value)).unwrap_or_default();
        lists.iter().any(|child| child.role == ChildRole::Branches && child.pointer == *list)
    })
}

/// The changes that put a new task around `places`, the new task's pointer, and that of the list they stand in then.
fn wrapped(
    root: &Value,
    places: &[Place<'_>],
    kind: WrapKind,
) -> Result<(Plan, Pointer, Pointer), EditError> {
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return Err(EditError::NotSiblings);
    };
    let list = &first.list;
    let name = unique_task_name(root, list, kind.name());
    let wrapper = first.entry().child(&name);
    let inside = kind.path().iter().fold(wrapper.clone(), |pointer, token| pointer.child(token));
    for (index, place) in places.iter().enumerate() {
        check_depth(&inside.index(index), place.item)?;
    }
    let mut plan = Plan::default();
    let then = keep_the_flow(places, &name, kind, &mut plan);
    let mut task = kind.empty();
    if let Some(then) = then {
        task.insert("then".to_owned(), then.into());
    }
    debug_assert_eq!(items(root, list).len(), last.siblings.len());
    plan.push(Change::Added {
        at: first.entry(),
        slot: Slot::Item,
        value: new_entry(name, Value::Object(task)),
    });
    for index in 0..places.len() {
        plan.push(Change::Moved { from: list.index(first.index + 1), to: inside.index(index) });
    }
    Ok((plan, wrapper, inside))
}

/// Lets directives follow tasks into their wrapper; gives back the directive that the wrapper takes over.
///
/// What named the first wrapped task names the wrapper now, and where the last one led the wrapper leads: the
/// flow goes the same way as before. What would jump into or out of the wrapper cannot be written any more.
fn keep_the_flow(places: &[Place<'_>], wrapper: &str, kind: WrapKind, plan: &mut Plan) -> Option<String> {
    let (first, last) = (places.first()?, places.last()?);
    let range = first.index..=last.index;
    let inner = names(&first.siblings[range.clone()]);
    let parallel = kind == WrapKind::Fork;
    let mut taken_over = None;
    for reference in references(&first.list, first.siblings) {
        let from_inside = range.contains(&reference.holder);
        let to_inside = inner.contains(reference.target);
        match (from_inside, to_inside) {
            (false, true) if reference.target == first.name || parallel => {
                plan.push(reference.retarget(wrapper));
            }
            (false, true) => plan.heal(&reference),
            (false, false) => {}
            (true, true) => {
                let holder = first.siblings.get(reference.holder).and_then(entry).map(|(name, _)| name);
                if parallel && holder != Some(reference.target) {
                    plan.heal(&reference);
                }
            }
            (true, false) => {
                let leads_on = reference.holder == last.index && (!parallel || places.len() == 1);
                if leads_on && reference.kind == ReferenceKind::Then && reference.target != "continue" {
                    plan.push(reference.drop());
                    taken_over = Some(reference.target.to_owned());
                } else if reference.names_a_task() {
                    plan.heal(&reference);
                }
            }
        }
    }
    taken_over
}

impl WrapKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Do => "do",
            Self::Try => "try",
            Self::For => "for",
        }
    }

    /// The way from the new task to the list that takes the tasks in.
    const fn path(self) -> &'static [&'static str] {
        match self {
            Self::Fork => &["fork", "branches"],
            Self::Do | Self::For => &["do"],
            Self::Try => &["try"],
        }
    }

    fn empty(self) -> Map<String, Value> {
        let task = match self {
            Self::Fork => json!({ "fork": { "branches": [] } }),
            Self::Do => json!({ "do": [] }),
            Self::Try => json!({ "try": [], "catch": {} }),
            Self::For => json!({ "for": { "each": "item", "in": "${ .items }" }, "do": [] }),
        };
        match task {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}
