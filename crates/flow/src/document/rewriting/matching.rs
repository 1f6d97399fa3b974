//! Which member or item of the new value was which of the old one: by its name, else by what it says, else by its place.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

/// A member with its name, or an item.
pub(super) type Entry<'a> = (Option<&'a str>, &'a Value);

pub(super) fn entries(value: &Value) -> Option<Vec<Entry<'_>>> {
    match value {
        Value::Object(members) => {
            Some(members.iter().map(|(name, value)| (Some(name.as_str()), value)).collect())
        }
        Value::Array(items) => Some(items.iter().map(|item| (None, item)).collect()),
        _ => None,
    }
}

/// The old place of each new entry; each old one is taken once.
pub(super) fn matches(olds: &[Entry<'_>], news: &[Entry<'_>]) -> Vec<Option<usize>> {
    let mut places: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (place, entry) in olds.iter().enumerate() {
        places.entry(identity(entry)).or_default().push_back(place);
    }
    let mut from: Vec<Option<usize>> =
        news.iter().map(|entry| places.get_mut(&identity(entry)).and_then(VecDeque::pop_front)).collect();
    // As many without a match here as there, between the same neighbours: they were renamed or rewritten in their place.
    let mut taken = vec![false; olds.len()];
    for place in from.iter().flatten() {
        taken[*place] = true;
    }
    let mut at = 0;
    while at < from.len() {
        let run = from[at..].iter().take_while(|place| place.is_none()).count();
        let before = at.checked_sub(1).and_then(|before| from[before]);
        let begin = match (at, before) {
            (0, _) => 0,
            (_, Some(before)) => before + 1,
            (_, None) => olds.len(),
        };
        let free = taken.get(begin..).unwrap_or_default().iter().take_while(|taken| !**taken).count();
        if run > 0 && run == free {
            for step in 0..run {
                from[at + step] = Some(begin + step);
                taken[begin + step] = true;
            }
        }
        at += run + 1;
    }
    from
}

/// What an entry is known by: a member and a task by its name.
fn identity(entry: &Entry<'_>) -> String {
    match entry {
        (Some(name), _) => (*name).to_owned(),
        (None, Value::Object(members)) if members.len() == 1 => members.keys().cloned().collect(),
        (None, value) => value.to_string(),
    }
}
