//! An object as rows of name and value: headers, query parameters, environment, metadata.
//!
//! Rows may be half typed: a row without a name, or with a name that an earlier row has, is kept in the form and
//! not written.

use serde_json::{Map, Value};

/// One row as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Tells rows apart while their names change.
    pub key: u32,
    pub name: String,
    pub text: String,
    /// What the value was when the row was read: a number stays a number.
    before: Option<Value>,
}

/// The rows of one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub rows: Vec<Row>,
    next: u32,
    /// Members that the form leaves to others, with their places.
    hidden: Vec<(usize, String, Value)>,
    others: Vec<String>,
}

impl Rows {
    /// The rows of `value`, but for the members in `hidden`, which stay where they are.
    pub fn of(value: Option<&Value>, hidden: &[&str]) -> Self {
        let others = hidden.iter().map(|name| (*name).to_owned()).collect();
        let mut rows = Self { others, ..Self::default() };
        for (place, (name, member)) in value.and_then(Value::as_object).into_iter().flatten().enumerate() {
            if hidden.contains(&name.as_str()) {
                rows.hidden.push((place, name.clone(), member.clone()));
            } else {
                rows.push(name.clone(), shown(member), Some(member.clone()));
            }
        }
        rows
    }

    /// The object that the rows mean; nothing where it would be empty.
    pub fn value(&self) -> Option<Value> {
        let mut members: Vec<(String, Value)> = Vec::new();
        for row in &self.rows {
            if !row.name.is_empty()
                && !self.hides(&row.name)
                && members.iter().all(|(name, _)| *name != row.name)
            {
                members.push((row.name.clone(), typed(row.before.as_ref(), &row.text)));
            }
        }
        for (place, name, value) in &self.hidden {
            members.insert((*place).min(members.len()), (name.clone(), value.clone()));
        }
        (!members.is_empty()).then(|| Value::Object(members.into_iter().collect::<Map<_, _>>()))
    }

    /// A row that is not named yet; its key.
    pub fn add(&mut self) -> u32 {
        self.push(String::new(), String::new(), None);
        self.next - 1
    }

    pub fn remove(&mut self, key: u32) {
        self.rows.retain(|row| row.key != key);
    }

    pub fn row_mut(&mut self, key: u32) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.key == key)
    }

    /// Whether an earlier row has the name of this one, or the form leaves it to others.
    pub fn is_taken(&self, key: u32) -> bool {
        let Some(place) = self.rows.iter().position(|row| row.key == key) else { return false };
        let name = &self.rows[place].name;
        !name.is_empty() && (self.hides(name) || self.rows[..place].iter().any(|row| row.name == *name))
    }

    fn hides(&self, name: &str) -> bool {
        self.others.iter().any(|other| other == name)
    }

    fn push(&mut self, name: String, text: String, before: Option<Value>) {
        self.rows.push(Row { key: self.next, name, text, before });
        self.next += 1;
    }
}

/// Text as it is, anything else as JSON.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What was typed: an object or a list where it reads as one, a number or truth value where there was one, else text.
fn typed(before: Option<&Value>, text: &str) -> Value {
    if let Some(before) = before.filter(|before| shown(before) == text) {
        return before.clone();
    }
    let json = || serde_json::from_str::<Value>(text.trim()).ok();
    let plain_before = matches!(before, Some(Value::Number(_) | Value::Bool(_) | Value::Null));
    let value = if text.trim_start().starts_with(['{', '[']) || plain_before { json() } else { None };
    value.filter(|value| !value.is_string()).unwrap_or_else(|| Value::String(text.to_owned()))
}

/// An object in which a member has another name, in the same place; none where the name is empty or taken.
pub fn renamed(object: Option<&Value>, from: &str, to: &str) -> Option<Value> {
    let members = object?.as_object()?;
    if to.is_empty() || (from != to && members.contains_key(to)) {
        return None;
    }
    let follow = |(name, value): (&String, &Value)| {
        (if name == from { to.to_owned() } else { name.clone() }, value.clone())
    };
    Some(Value::Object(members.iter().map(follow).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_is_half_typed_is_not_written() {
        let mut rows = Rows::of(Some(&json!({ "Accept": "text/plain", "n": 3 })), &[]);
        let key = rows.add();
        assert_eq!(rows.value(), Some(json!({ "Accept": "text/plain", "n": 3 })), "no name yet");
        if let Some(row) = rows.row_mut(key) {
            (row.name, row.text) = ("n".to_owned(), "7".to_owned());
        }
        assert!(rows.is_taken(key));
        assert_eq!(rows.value(), Some(json!({ "Accept": "text/plain", "n": 3 })), "the first row counts");
        rows.remove(1);
        assert_eq!(rows.value(), Some(json!({ "Accept": "text/plain", "n": "7" })));
        rows.remove(0);
        rows.remove(key);
        assert_eq!(rows.value(), None);
    }

    #[test]
    fn a_number_stays_a_number_and_a_text_a_text() {
        let mut rows = Rows::of(Some(&json!({ "n": 3, "s": "3", "o": { "a": 1 } })), &[]);
        for row in &mut rows.rows {
            row.text = row.text.replace('3', "42").replace('1', "2");
        }
        assert_eq!(rows.value(), Some(json!({ "n": 42, "s": "42", "o": { "a": 2 } })));
    }

    #[test]
    fn a_member_that_others_edit_keeps_its_place() {
        let value = json!({ "owner": "ann", "mas.canvas": { "note": "x" }, "team": "net" });
        let mut rows = Rows::of(Some(&value), &["mas.canvas"]);
        assert_eq!(rows.rows.len(), 2);
        assert_eq!(rows.value().map(|value| value.to_string()), Some(value.to_string()));
        rows.remove(0);
        rows.remove(1);
        assert_eq!(rows.value(), Some(json!({ "mas.canvas": { "note": "x" } })));
        let mut rows = Rows::of(None, &["mas.canvas"]);
        let key = rows.add();
        if let Some(row) = rows.row_mut(key) {
            row.name = "mas.canvas".to_owned();
        }
        assert!(rows.is_taken(key), "it would vanish from the rows as it is written");
        assert_eq!(rows.value(), None);
    }

    proptest! {
        #[test]
        fn untouched_rows_write_what_they_read(names in proptest::collection::hash_map("[a-z]{1,4}", "[{}\\[\\]0-9a-z\"]{0,6}", 1..5)) {
            let value = json!(names);
            prop_assert_eq!(Rows::of(Some(&value), &[]).value(), Some(value));
        }
    }

    #[test]
    fn a_member_keeps_its_place_under_another_name() {
        let object = serde_json::json!({ "a": 1, "b": 2 });
        let now = renamed(Some(&object), "a", "c").map(|now| now.to_string());
        assert_eq!(now.as_deref(), Some(r#"{"c":1,"b":2}"#));
        assert_eq!(renamed(Some(&object), "a", "b"), None);
        assert_eq!(renamed(Some(&object), "a", ""), None);
        assert_eq!(renamed(Some(&object), "a", "a"), Some(object));
    }
}
