//! The cases of a `switch` (DSL reference, Switch), and the filters of a `listen`: lists whose order counts.

use serde_json::{Map, Value, json};

/// One case as a form shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub name: String,
    /// It has no condition: it is taken where no case before it was.
    pub is_default: bool,
}

/// The cases in order; of an entry that is none, an empty name.
pub fn cases(switch: Option<&Value>) -> Vec<Case> {
    let items = switch.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .map(|item| {
            let entry = item.as_object().and_then(|item| item.iter().next());
            Case {
                name: entry.map(|(name, _)| name.clone()).unwrap_or_default(),
                is_default: entry.is_some_and(|(_, case)| case.get("when").is_none()),
            }
        })
        .collect()
}

/// The list with one more case: a conditional one before the default case, the default one at the end.
pub fn with_case(switch: Option<&Value>, default: bool) -> Value {
    let mut items = items(switch);
    let known = cases(switch);
    let is_free = |name: &String| known.iter().all(|case| case.name != *name);
    let (base, case) = if default {
        ("otherwise", json!({ "then": "continue" }))
    } else {
        ("case", json!({ "when": "${ false }", "then": "continue" }))
    };
    let numbered = (1_u32..).map(|number| format!("{base}{number}"));
    let plain = default.then(|| base.to_owned());
    let name = plain.into_iter().chain(numbered).find(is_free).unwrap_or_default();
    let place = known.iter().position(|case| case.is_default && !default).unwrap_or(items.len());
    items.insert(place, json!({ name: case }));
    Value::Array(items)
}

/// The list with a case called otherwise. No name, or one that another case has, changes nothing: `None`.
pub fn renamed(switch: Option<&Value>, index: usize, name: &str) -> Option<Value> {
    let known = cases(switch);
    if name.is_empty() || known.iter().any(|case| case.name == name) {
        return None;
    }
    let mut items = items(switch);
    let case = items.get_mut(index)?.as_object_mut()?;
    let members = std::mem::take(case);
    let renamed = members.into_iter().enumerate();
    *case = renamed
        .map(|(place, (before, value))| (if place == 0 { name.to_owned() } else { before }, value))
        .collect::<Map<_, _>>();
    Some(Value::Array(items))
}

/// The list without one entry.
pub fn without(list: Option<&Value>, index: usize) -> Value {
    let mut items = items(list);
    if index < items.len() {
        items.remove(index);
    }
    Value::Array(items)
}

/// The list with one entry moved by one place; `None` at the end of the list.
pub fn moved(list: Option<&Value>, index: usize, later: bool) -> Option<Value> {
    let mut items = items(list);
    let other = if later { index.checked_add(1)? } else { index.checked_sub(1)? };
    if index.max(other) >= items.len() {
        return None;
    }
    items.swap(index, other);
    Some(Value::Array(items))
}

fn items(list: Option<&Value>) -> Vec<Value> {
    list.and_then(Value::as_array).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_case_comes_before_the_default_one() {
        let list = with_case(None, true);
        let list = with_case(Some(&list), false);
        let list = with_case(Some(&list), false);
        let names: Vec<String> = cases(Some(&list)).into_iter().map(|case| case.name).collect();
        assert_eq!(names, ["case1", "case2", "otherwise"]);
    }

    #[test]
    fn a_case_is_renamed_where_it_stands_unless_the_name_is_taken() {
        let list = json!([{ "a": { "when": ".x", "then": "end" } }, { "b": { "then": "exit" } }]);
        let now = renamed(Some(&list), 0, "urgent");
        assert_eq!(
            now,
            Some(json!([{ "urgent": { "when": ".x", "then": "end" } }, { "b": { "then": "exit" } }]))
        );
        assert_eq!(renamed(Some(&list), 0, "b"), None);
        assert_eq!(renamed(Some(&list), 0, ""), None);
        assert_eq!(renamed(Some(&json!("odd")), 0, "x"), None);
    }

    #[test]
    fn cases_move_by_one_place_and_stop_at_the_ends() {
        let list = json!([{ "a": {} }, { "b": {} }]);
        assert_eq!(moved(Some(&list), 0, true), Some(json!([{ "b": {} }, { "a": {} }])));
        assert_eq!(moved(Some(&list), 1, true), None);
        assert_eq!(moved(Some(&list), 0, false), None);
        assert_eq!(without(Some(&list), 0), json!([{ "b": {} }]));
        assert_eq!(without(Some(&list), 9), list);
    }
}
