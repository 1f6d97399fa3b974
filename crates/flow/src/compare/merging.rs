//! Two descendants of one definition, joined member by member and task by task.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use crate::view::entry;

/// The joined definition, and what could not be joined.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    pub root: Value,
    /// In the order of the definition. Until somebody chooses, mine stands.
    pub conflicts: Vec<Conflict>,
}

/// A place that both sides changed, each in its own way.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The way to it by names: `do/failover/with/endpoint`. The same in every merge of the same three definitions.
    pub place: String,
    pub base: Option<Value>,
    /// None where it was removed.
    pub mine: Option<Value>,
    pub theirs: Option<Value>,
    pub choice: Choice,
}

/// Whose side stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Choice {
    #[default]
    Mine,
    Theirs,
}

/// Joins two descendants of `base`; `choices` says whose side stands, by the place of the conflict.
///
/// What one side left alone comes from the other. Lists of tasks are joined by the tasks' names: a task that one side
/// removed is gone unless the other changed it, and new tasks stand after the one that they were put after.
pub fn merge(base: &Value, mine: &Value, theirs: &Value, choices: &BTreeMap<String, Choice>) -> Merged {
    let mut merging = Merging { choices, conflicts: Vec::new() };
    let root = merging.value("", Some(base), Some(mine), Some(theirs)).unwrap_or(Value::Null);
    Merged { root, conflicts: merging.conflicts }
}

struct Merging<'a> {
    choices: &'a BTreeMap<String, Choice>,
    conflicts: Vec<Conflict>,
}

impl Merging<'_> {
    fn value(
        &mut self,
        place: &str,
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) -> Option<Value> {
        if mine == theirs || base == theirs {
            return mine.cloned();
        }
        if base == mine {
            return theirs.cloned();
        }
        match (mine, theirs) {
            (Some(Value::Object(mine)), Some(Value::Object(theirs))) => {
                let empty = Map::new();
                let base = base.and_then(Value::as_object).unwrap_or(&empty);
                Some(Value::Object(self.members(place, base, mine, theirs)))
            }
            (Some(Value::Array(left)), Some(Value::Array(right))) => {
                let base_items = base.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                match (Tasks::of(base_items), Tasks::of(left), Tasks::of(right)) {
                    (Some(base), Some(mine), Some(theirs)) => {
                        Some(Value::Array(self.tasks(place, &base, &mine, &theirs)))
                    }
                    _ => self.conflict(place, base, mine, theirs),
                }
            }
            _ => self.conflict(place, base, mine, theirs),
        }
    }

    fn members(
        &mut self,
        place: &str,
        base: &Map<String, Value>,
        mine: &Map<String, Value>,
        theirs: &Map<String, Value>,
    ) -> Map<String, Value> {
        let order = joined(
            &mine.keys().map(String::as_str).collect::<Vec<_>>(),
            &theirs.keys().map(String::as_str).collect::<Vec<_>>(),
        );
        let mut members = Map::new();
        for name in order {
            let place = step(place, name);
            if let Some(value) = self.value(&place, base.get(name), mine.get(name), theirs.get(name)) {
                members.insert(name.to_owned(), value);
            }
        }
        members
    }

    fn tasks(&mut self, place: &str, base: &Tasks<'_>, mine: &Tasks<'_>, theirs: &Tasks<'_>) -> Vec<Value> {
        // Who has not reordered what both have takes over the other's order.
        let common = |tasks: &Tasks<'_>| -> Vec<String> {
            let in_all = |name: &&str| base.has(name) && mine.has(name) && theirs.has(name);
            tasks.names().filter(in_all).map(str::to_owned).collect()
        };
        let (left, right): (Vec<_>, Vec<_>) = (mine.names().collect(), theirs.names().collect());
        let order = if common(base) == common(mine) { joined(&right, &left) } else { joined(&left, &right) };
        let mut items = Vec::new();
        for name in order {
            let place = step(place, name);
            if let Some(task) = self.value(&place, base.get(name), mine.get(name), theirs.get(name)) {
                items.push(Value::Object(Map::from_iter([(name.to_owned(), task)])));
            }
        }
        items
    }

    fn conflict(
        &mut self,
        place: &str,
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) -> Option<Value> {
        let choice = self.choices.get(place).copied().unwrap_or_default();
        self.conflicts.push(Conflict {
            place: place.to_owned(),
            base: base.cloned(),
            mine: mine.cloned(),
            theirs: theirs.cloned(),
            choice,
        });
        match choice {
            Choice::Mine => mine.cloned(),
            Choice::Theirs => theirs.cloned(),
        }
    }
}

/// A list of entries with one name each.
struct Tasks<'a>(Vec<(&'a str, &'a Value)>);

impl<'a> Tasks<'a> {
    fn of(items: &'a [Value]) -> Option<Self> {
        let single =
            |item: &'a Value| entry(item).filter(|_| item.as_object().is_some_and(|item| item.len() == 1));
        let tasks: Vec<_> = items.iter().map(single).collect::<Option<_>>()?;
        let mut seen = HashSet::new();
        tasks.iter().all(|(name, _)| seen.insert(*name)).then_some(Self(tasks))
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|(name, _)| *name)
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }
}

/// All names: those of `first` in its order, each other one after the name that it follows in `second`.
fn joined<'a>(first: &[&'a str], second: &[&'a str]) -> Vec<&'a str> {
    let known: HashSet<&str> = first.iter().copied().collect();
    let mut order = first.to_vec();
    let mut after: Option<&str> = None;
    for name in second {
        if !known.contains(name) {
            let at =
                after.and_then(|after| order.iter().position(|other| *other == after)).map_or(0, |at| at + 1);
            order.insert(at, name);
        }
        after = Some(name);
    }
    order
}

fn step(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") }
}
