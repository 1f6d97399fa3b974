//! Mutants of a definition: one change each (or two places swapped), drawn from a seeded sequence, so that a failure can be
//! repeated.

use std::collections::BTreeSet;

use flow::Pointer;
use serde_json::{Map, Value, json};

/// SplitMix64: short, and the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or(0)
    }

    pub(crate) fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }
}

/// The vocabulary of the schema: what people write, and what they confuse with each other.
pub(crate) struct Words {
    pub(crate) members: Vec<String>,
    words: Vec<String>,
}

impl Words {
    pub(crate) fn of(schema: &Value) -> Self {
        let mut members = BTreeSet::new();
        let mut words = BTreeSet::new();
        visit(schema, &mut |_, value| {
            // A property may be called `properties`, but in this schema none is.
            if let Some(properties) = value.get("properties").and_then(Value::as_object) {
                members.extend(properties.keys().cloned());
            }
            words.extend(value.get("const").and_then(Value::as_str).map(str::to_owned));
            for word in value.get("enum").and_then(Value::as_array).into_iter().flatten() {
                words.extend(word.as_str().map(str::to_owned));
            }
        });
        Self { members: members.into_iter().collect(), words: words.into_iter().collect() }
    }
}

pub(crate) struct Mutant {
    pub(crate) root: Value,
    pub(crate) place: Pointer,
    pub(crate) what: String,
    /// In how many places it differs.
    pub(crate) faults: usize,
}

/// Shows every value with its pointer, the outer before the inner.
pub(crate) fn visit<'v>(root: &'v Value, show: &mut dyn FnMut(&Pointer, &'v Value)) {
    let mut open = vec![(Pointer::root(), root)];
    while let Some((pointer, value)) = open.pop() {
        show(&pointer, value);
        match value {
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(index, item)| (pointer.index(index), item)))
            }
            Value::Object(members) => {
                open.extend(members.iter().map(|(name, member)| (pointer.child(name), member)))
            }
            _ => {}
        }
    }
}

/// A mutant of `seed`, or none where the draw changes nothing.
pub(crate) fn mutant(seed: &Value, words: &Words, random: &mut Random) -> Option<Mutant> {
    let mut places = Vec::new();
    visit(seed, &mut |pointer, _| places.push(pointer.clone()));
    let mut place = random.pick(&places).clone();
    let mut root = seed.clone();
    let mut faults = 1;
    let what = match random.below(11) {
        0 => delete(&mut root, &place),
        1 => rename(&mut root, &mut place, words, random),
        2 => insert(&mut root, &place, words, random),
        3 | 4 => replace(&mut root, &place, any_scalar(words, random)),
        5 => {
            let container =
                random.pick(&[json!({}), json!([]), json!([{}]), json!({ "a": 1 }), json!(["a"])]).clone();
            replace(&mut root, &place, container)
        }
        6 => wrap(&mut root, &place, words, random),
        7 => unwrap(&mut root, &place),
        8 => duplicate(&mut root, &place),
        9 => {
            faults = 2;
            swap(&mut root, &place, random.pick(&places))
        }
        _ => {
            faults = 2;
            let other = random.pick(&places).get(seed).cloned().unwrap_or_default();
            replace(&mut root, &place, other)
        }
    }?;
    (root != *seed).then(|| Mutant { what: format!("{what} at {place}"), root, place, faults })
}

fn any_scalar(words: &Words, random: &mut Random) -> Value {
    let odd = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.0),
        json!(1.5),
        json!(1e300),
        json!(65_535),
        json!(65_536),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("a"),
        json!("a b"),
        json!("${ . }"),
        json!("${}"),
        json!("${ }"),
        json!("${"),
        json!(" ${ . }\n"),
        json!("x ${ . }"),
        json!("${ . } x"),
        json!("${ .\n}"),
        json!("${\n.a }"),
        json!(".a"),
        json!("PT1S"),
        json!("P1M2W"),
        json!("P"),
        json!("PT"),
        json!("PT.5S"),
        json!("P1D\n"),
        json!("1.0.0"),
        json!("1.0.3-rc.01"),
        json!("2.0.0"),
        json!("/a/b"),
        json!("~2"),
        json!("/~1"),
        json!("2026-01-01T00:00:00Z"),
        json!("2026-02-30T00:00:00Z"),
        json!("{a}"),
        json!("https://x/{y}"),
        json!("https://x/{"),
        json!("https://x/{y z}"),
        json!("https://[::1]:8080/a?b=c#d"),
        json!("a%2"),
        json!("a%20b"),
        json!("a:b:c"),
        json!("\u{65e5}\u{672c}"),
        json!("https://x/#a#b"),
        json!("a\\b"),
        json!("x".repeat(63)),
        json!("x".repeat(64)),
        json!("a.b"),
        json!("-a"),
    ];
    if random.below(3) == 0 {
        Value::from(random.pick(&words.words).clone())
    } else {
        random.pick(&odd).clone()
    }
}

/// The object or list around a place, and the place's name in it.
fn holder<'v>(root: &'v mut Value, place: &Pointer) -> Option<(&'v mut Value, String)> {
    let name = place.last()?;
    Some((place.parent()?.get_mut(root)?, name))
}

fn delete(root: &mut Value, place: &Pointer) -> Option<String> {
    let (around, name) = holder(root, place)?;
    match around {
        Value::Object(members) => drop(members.shift_remove(&name)),
        Value::Array(items) => drop(items.remove(name.parse().ok()?)),
        _ => return None,
    }
    Some("deleted".to_owned())
}

fn rename(root: &mut Value, place: &mut Pointer, words: &Words, random: &mut Random) -> Option<String> {
    let (around, name) = holder(root, place)?;
    let members = around.as_object_mut()?;
    let new = match random.below(3) {
        0 => random.pick(&words.members).clone(),
        1 => format!("{name}s"),
        _ => name.chars().rev().collect(),
    };
    if members.contains_key(&new) {
        return None;
    }
    let renamed = std::mem::take(members).into_iter();
    *members =
        renamed.map(|(member, value)| (if member == name { new.clone() } else { member }, value)).collect();
    let what = format!("renamed to `{new}` from {place}");
    *place = place.parent()?.child(&new);
    Some(what)
}

fn insert(root: &mut Value, place: &Pointer, words: &Words, random: &mut Random) -> Option<String> {
    let value = if random.below(2) == 0 { json!({}) } else { any_scalar(words, random) };
    let name = if random.below(3) == 0 { "unheard".to_owned() } else { random.pick(&words.members).clone() };
    match place.get_mut(root)? {
        Value::Object(members) if !members.contains_key(&name) => {
            let what = format!("`{name}: {value}` inserted");
            members.insert(name, value);
            Some(what)
        }
        Value::Array(items) => {
            let what = format!("{value} appended");
            items.push(value);
            Some(what)
        }
        _ => None,
    }
}

fn replace(root: &mut Value, place: &Pointer, value: Value) -> Option<String> {
    let what = format!("replaced by {:.60}", value.to_string());
    *place.get_mut(root)? = value;
    Some(what)
}

fn wrap(root: &mut Value, place: &Pointer, words: &Words, random: &mut Random) -> Option<String> {
    let value = place.get_mut(root)?;
    let inner = value.take();
    *value = if random.below(2) == 0 {
        Value::Array(vec![inner])
    } else {
        Value::Object(Map::from_iter([(random.pick(&words.members).clone(), inner)]))
    };
    Some("wrapped".to_owned())
}

fn unwrap(root: &mut Value, place: &Pointer) -> Option<String> {
    let value = place.get_mut(root)?;
    let inner = match value {
        Value::Array(items) => items.first().cloned(),
        Value::Object(members) => members.values().next().cloned(),
        _ => None,
    }?;
    *value = inner;
    Some("unwrapped".to_owned())
}

fn duplicate(root: &mut Value, place: &Pointer) -> Option<String> {
    let (around, name) = holder(root, place)?;
    match around {
        Value::Array(items) => {
            let index: usize = name.parse().ok()?;
            items.insert(index, items.get(index)?.clone());
        }
        Value::Object(members) => {
            let copy = members.get(&name)?.clone();
            let name = format!("{name}2");
            if members.contains_key(&name) {
                return None;
            }
            members.insert(name, copy);
        }
        _ => return None,
    }
    Some("duplicated".to_owned())
}

fn swap(root: &mut Value, place: &Pointer, other: &Pointer) -> Option<String> {
    if place.is_within(other) || other.is_within(place) {
        return None;
    }
    let theirs = other.get(root)?.clone();
    let ours = std::mem::replace(place.get_mut(root)?, theirs);
    *other.get_mut(root)? = ours;
    Some(format!("swapped with {other}"))
}
