//! Copied tasks are plain text of the definition, so that they go through any clipboard: between tabs, editors, mails.

use flow::{Document, Pointer, TaskKind};
use serde_json::{Map, Value};

use super::{Effects, Refusal, Session, change::place_of};

impl Session {
    /// The selected tasks as text: a JSON array of entries, as a `do` holds them. `None` where nothing is selected.
    pub fn copied(&self) -> Option<String> {
        let tasks = self.acted_on().ok()?;
        let entries = self
            .entries(&tasks)
            .into_iter()
            .map(|(name, task)| Value::Object(Map::from_iter([(name, task)])));
        serde_json::to_string_pretty(&Value::Array(entries.collect())).ok()
    }

    /// Puts the tasks of a text after the selection, or at the end of the workflow.
    pub(super) fn paste(&mut self, text: &str, effects: &mut Effects) -> Result<(), Refusal> {
        let tasks = tasks_of_text(text).ok_or(Refusal::NoTasksInText)?;
        let after = self.outermost().last().and_then(place_of);
        let (list, index) = match after {
            Some((list, index)) => (list, index + 1),
            None => (Pointer::root().child("do"), usize::MAX),
        };
        self.insert_all(list, index, tasks, effects)
    }
}

/// The tasks that a text holds, JSON or YAML: a list of entries, one entry, one task, or a whole definition.
fn tasks_of_text(text: &str) -> Option<Vec<(String, Value)>> {
    let text = text.trim();
    let value = if text.starts_with('[') {
        serde_json::from_str(text).ok().or_else(|| listed(text))?
    } else if text.starts_with("- ") {
        listed(text)?
    } else {
        Document::from_text(text).ok()?.into_value()
    };
    let tasks = match value {
        Value::Array(items) => entries(items)?,
        Value::Object(members) => tasks_of_object(members)?,
        _ => return None,
    };
    (!tasks.is_empty()).then_some(tasks)
}

/// A list without a document around it, as YAML.
fn listed(text: &str) -> Option<Value> {
    let mut value = Document::from_yaml(&format!("do:\n{text}")).ok()?.into_value();
    value.get_mut("do").map(Value::take)
}

fn tasks_of_object(mut members: Map<String, Value>) -> Option<Vec<(String, Value)>> {
    if members.contains_key("document")
        && let Some(Value::Array(items)) = members.get_mut("do").map(Value::take)
    {
        return entries(items);
    }
    if members.len() == 1
        && let Some((name, task @ Value::Object(_))) = members.iter().next()
        && TaskKind::of(task).is_some()
    {
        return Some(vec![(name.clone(), task.clone())]);
    }
    let task = Value::Object(members);
    TaskKind::of(&task).map(|kind| vec![(kind.key().to_owned(), task)])
}

fn entries(items: Vec<Value>) -> Option<Vec<(String, Value)>> {
    let entry = |item: Value| match item {
        Value::Object(members) if members.len() == 1 => {
            members.into_iter().next().filter(|(_, task)| task.is_object())
        }
        _ => None,
    };
    items.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::tasks_of_text;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let names =
            tasks_of_text(text).map(|tasks| tasks.into_iter().map(|(name, _)| name).collect::<Vec<_>>());
        assert_eq!(names.unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn tasks_are_found_in_whatever_people_copy() {
        check(r#"[{"a":{"set":{}}},{"b":{"wait":"PT1S"}}]"#, &["a", "b"]);
        check("- a:\n    set: {}\n- b:\n    wait: PT1S\n", &["a", "b"]);
        check(r#"{"a":{"call":"http","with":{}}}"#, &["a"]);
        check("call: http\nwith: {}\n", &["call"]);
        check(r#"{"document":{"dsl":"1.0.3"},"do":[{"a":{"set":{}}}]}"#, &["a"]);
        check("do:\n  - a:\n      set: {}\n", &["do"]);
    }

    #[test]
    fn other_text_is_not_taken_for_tasks() {
        for text in ["", "hello", "[1, 2]", r#"[{"a":1}]"#, r#"{"a":{"b":1}}"#, "[", "- - -", r#"{"do":[]"#] {
            check(text, &[]);
        }
    }
}
