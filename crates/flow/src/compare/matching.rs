//! Which task of one definition is which of the other.

use std::collections::HashMap;

use serde_json::Value;

use crate::{Document, Pointer, TaskKind, view};

/// A task by itself.
pub(super) struct Flat<'a> {
    pub(super) pointer: Pointer,
    pub(super) name: &'a str,
    kind: Option<TaskKind>,
    /// The task around it, by position.
    parent: Option<usize>,
    /// The way from that task, or from the root, to its list: `/fork/branches`.
    way: String,
    /// Without the tasks inside it.
    pub(super) own: Value,
}

/// Who is who, by position.
pub(super) struct Pairs {
    pub(super) old_of: Vec<Option<usize>>,
    pub(super) new_of: Vec<Option<usize>>,
}

pub(super) fn flatten(document: &Document) -> Vec<Flat<'_>> {
    let mut found: Vec<Flat<'_>> = Vec::new();
    let mut around: Vec<usize> = Vec::new();
    for task in view::tasks(document) {
        around.truncate(task.depth);
        while around.last().is_some_and(|last| !task.pointer.is_within(&found[*last].pointer)) {
            around.pop();
        }
        let parent = around.last().copied();
        let from = parent.map_or("", |parent| found[parent].pointer.as_str());
        let way = task.list.as_str().strip_prefix(from).unwrap_or_default().to_owned();
        let own = own(&task);
        around.push(found.len());
        found.push(Flat { pointer: task.pointer, name: task.name, kind: task.kind, parent, way, own });
    }
    found
}

fn own(task: &view::TaskView<'_>) -> Value {
    let mut own = task.value.clone();
    for list in task.child_lists() {
        let path = list.pointer.as_str().strip_prefix(task.pointer.as_str()).unwrap_or_default();
        if let Some(inside) = own.pointer_mut(path) {
            *inside = Value::Null;
        }
    }
    own
}

/// A list: the task around it, and the way from there.
type ListKey<'a> = (Option<usize>, &'a str);

/// Recognises tasks, the surest way first.
pub(super) fn pair(old: &[Flat<'_>], new: &[Flat<'_>]) -> Pairs {
    let mut pairs = Pairs { old_of: vec![None; new.len()], new_of: vec![None; old.len()] };
    by_place(old, new, &mut pairs);
    by_key(old, new, &mut pairs, |task| Some((task.name.to_owned(), task.kind.map(TaskKind::key))));
    by_place(old, new, &mut pairs);
    by_key(old, new, &mut pairs, |task| says_something(&task.own).then(|| task.own.to_string()));
    by_place(old, new, &mut pairs);
    pairs
}

/// The same name in the same list of the same task. A box comes before what stands in it, so one walk is enough.
fn by_place(old: &[Flat<'_>], new: &[Flat<'_>], pairs: &mut Pairs) {
    let mut places = HashMap::new();
    for (index, task) in old.iter().enumerate() {
        places.entry((task.parent, task.way.as_str(), task.name)).or_insert(index);
    }
    for (index, task) in new.iter().enumerate() {
        let parent = match task.parent {
            None => None,
            Some(parent) => match pairs.old_of[parent] {
                Some(parent) => Some(parent),
                None => continue,
            },
        };
        if let Some(was) = places.get(&(parent, task.way.as_str(), task.name)) {
            pairs.join(*was, index);
        }
    }
}

/// The same key, where each side has just one task with it that nobody has recognised yet.
fn by_key<K: std::hash::Hash + Eq>(
    old: &[Flat<'_>],
    new: &[Flat<'_>],
    pairs: &mut Pairs,
    key: impl Fn(&Flat<'_>) -> Option<K>,
) {
    let only = |tasks: &[Flat<'_>], known: &[Option<usize>]| {
        let mut found: HashMap<K, Option<usize>> = HashMap::new();
        for (index, task) in tasks.iter().enumerate().filter(|(index, _)| known[*index].is_none()) {
            if let Some(key) = key(task) {
                found.entry(key).and_modify(|seen| *seen = None).or_insert(Some(index));
            }
        }
        found
    };
    let (left, right) = (only(old, &pairs.new_of), only(new, &pairs.old_of));
    for (key, index) in right {
        if let (Some(index), Some(Some(was))) = (index, left.get(&key)) {
            pairs.join(*was, index);
        }
    }
}

impl Pairs {
    fn join(&mut self, was: usize, is: usize) {
        if self.new_of[was].is_none() && self.old_of[is].is_none() {
            (self.new_of[was], self.old_of[is]) = (Some(is), Some(was));
        }
    }
}

/// Whether two tasks that say this are likely to be one: an empty `do` is like any other.
fn says_something(own: &Value) -> bool {
    own.to_string().len() > 24
}

/// Which of the later tasks have moved: to another list, or among their neighbours. Of those that changed places, as
/// few as possible are said to have moved.
pub(super) fn moved(old: &[Flat<'_>], new: &[Flat<'_>], old_of: &[Option<usize>]) -> Vec<bool> {
    let mut moved = vec![false; new.len()];
    // By list: where each task stands now, and where it stood.
    let mut stayed: HashMap<ListKey<'_>, Vec<(usize, usize)>> = HashMap::new();
    for (index, task) in new.iter().enumerate() {
        let Some(was) = old_of[index] else { continue };
        let same_list =
            task.way == old[was].way && task.parent.map(|parent| old_of[parent]) == old[was].parent.map(Some);
        if same_list {
            stayed.entry((task.parent, task.way.as_str())).or_default().push((index, was));
        } else {
            moved[index] = true;
        }
    }
    for list in stayed.into_values() {
        let kept = longest_rise(&list.iter().map(|(_, was)| *was).collect::<Vec<_>>());
        for (position, (index, _)) in list.iter().enumerate() {
            moved[*index] = !kept.contains(&position);
        }
    }
    moved
}

/// The positions of a longest strictly rising subsequence (patience sorting).
fn longest_rise(numbers: &[usize]) -> std::collections::HashSet<usize> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before = vec![None; numbers.len()];
    for (position, number) in numbers.iter().enumerate() {
        let pile = tails.partition_point(|tail| numbers[*tail] < *number);
        before[position] = pile.checked_sub(1).map(|pile| tails[pile]);
        if pile == tails.len() {
            tails.push(position);
        } else {
            tails[pile] = position;
        }
    }
    let mut kept = std::collections::HashSet::new();
    let mut next = tails.last().copied();
    while let Some(position) = next {
        kept.insert(position);
        next = before[position];
    }
    kept
}
