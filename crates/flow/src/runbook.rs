//! A definition as a list of steps to be read on paper: what an operator works from when everything is down.
//!
//! Every task is a step with a number that tells where it stands (`3.2` in a sequence, `1.b` of parallel branches, `3.R1`
//! to roll back), and with what a person needs to do or decide there. Words for people are the reader's to choose:
//! everything here is the definition's own text, or a closed enum.

use serde_json::Value;

use crate::view::{self, ChildRole, entry, possible_child_lists, switch_cases};
use crate::{Document, Pointer, TaskKind};

/// One step, in the order in which they are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub number: String,
    /// How many boxes stand around it.
    pub depth: usize,
    pub pointer: Pointer,
    pub name: String,
    pub kind: Option<TaskKind>,
    /// What a `call` calls: `http`, `dns-record-add:1.0.0@default`.
    pub function: Option<String>,
    /// How it stands to the step around it; none at the top.
    pub role: Option<ChildRole>,
    pub facts: Vec<Fact>,
}

/// What there is to know of a step. Values are texts, numbers as they are written, or JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It is done only where this holds.
    Condition(String),
    /// What is given to a call, a gate, a run.
    Argument {
        name: String,
        value: String,
    },
    /// A value that is set.
    Sets {
        name: String,
        value: String,
    },
    Waits(String),
    /// Of a loop: the name of the item, and the list.
    ForEach {
        item: String,
        list: String,
    },
    While(String),
    /// A case of a `switch`; `when` is none for the default one.
    Case {
        name: String,
        when: Option<String>,
        then: String,
    },
    Raises(String),
    /// An error that the lane beside it is for; empty where it takes every one.
    Catches(String),
    /// Whether the try is repeated, in the definition's words.
    Retries(String),
    Timeout(String),
    /// Where the flow goes on, where that is not the next step.
    LeadsTo(String),
    /// The first branch that ends is enough.
    FirstWins,
    /// What somebody noted on the canvas.
    Note(String),
}

/// The steps of the workflow's own flow.
pub fn steps(document: &Document) -> Vec<Step> {
    let mut found = Vec::new();
    let root = document.root();
    walk(root, &Pointer::root().child("do"), None, "", 0, &mut found);
    found
}

/// Deeper steps are left out: nobody reads them, and no stack has to hold them.
const DEEPEST: usize = 64;

fn walk(
    root: &Value,
    list: &Pointer,
    role: Option<ChildRole>,
    around: &str,
    depth: usize,
    found: &mut Vec<Step>,
) {
    let items = list.get(root).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (index, item) in items.iter().enumerate() {
        let Some((name, value)) = entry(item) else { continue };
        let pointer = list.index(index).child(name);
        let own = match role {
            Some(ChildRole::Branches) => letters(index),
            Some(ChildRole::Catch) => format!("R{}", index + 1),
            _ => (index + 1).to_string(),
        };
        let number = if around.is_empty() { own } else { format!("{around}.{own}") };
        let kind = TaskKind::of(value);
        found.push(Step {
            number: number.clone(),
            depth,
            name: name.to_owned(),
            kind,
            function: value.get("call").and_then(Value::as_str).map(str::to_owned),
            role,
            facts: facts(&pointer, kind, value),
            pointer: pointer.clone(),
        });
        if depth < DEEPEST {
            for child in possible_child_lists(&pointer, value) {
                walk(root, &child.pointer, Some(child.role), &number, depth + 1, found);
            }
        }
    }
}

/// `a`, `b`, … `z`, `aa`, as the columns of a sheet.
fn letters(index: usize) -> String {
    let mut left = index;
    let mut text = String::new();
    loop {
        text.insert(0, char::from(b'a' + u8::try_from(left % 26).unwrap_or(0)));
        if left < 26 {
            return text;
        }
        left = left / 26 - 1;
    }
}

fn facts(pointer: &Pointer, kind: Option<TaskKind>, task: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(condition) = task.get("if") {
        facts.push(Fact::Condition(text(condition)));
    }
    match kind {
        Some(TaskKind::Call) => {
            members(task.get("with"), |name, value| Fact::Argument { name, value }, &mut facts)
        }
        Some(TaskKind::Set) => match task.get("set") {
            Some(set @ Value::Object(_)) => {
                members(Some(set), |name, value| Fact::Sets { name, value }, &mut facts)
            }
            Some(set) => facts.push(Fact::Sets { name: String::new(), value: text(set) }),
            None => {}
        },
        Some(TaskKind::Wait) => facts.extend(task.get("wait").map(|wait| Fact::Waits(duration(wait)))),
        Some(TaskKind::Raise) => {
            let error = task.pointer("/raise/error").map(text);
            facts.extend(error.map(Fact::Raises));
        }
        Some(kind @ (TaskKind::Emit | TaskKind::Listen | TaskKind::Run)) => {
            members(task.get(kind.key()), |name, value| Fact::Argument { name, value }, &mut facts);
        }
        Some(TaskKind::For) => {
            let item = task.pointer("/for/each").map_or_else(|| "item".to_owned(), text);
            facts.push(Fact::ForEach { item, list: task.pointer("/for/in").map(text).unwrap_or_default() });
            facts.extend(task.get("while").map(|condition| Fact::While(text(condition))));
        }
        Some(TaskKind::Switch) => {
            facts.extend(switch_cases(pointer, task).into_iter().map(|case| Fact::Case {
                name: case.name.to_owned(),
                when: case.when.map(str::to_owned),
                then: case.then.unwrap_or("continue").to_owned(),
            }))
        }
        Some(TaskKind::Try) => {
            let errors = task.pointer("/catch/errors/with").map(text).unwrap_or_default();
            facts.push(Fact::Catches(errors));
            facts.extend(task.pointer("/catch/retry").map(|retry| Fact::Retries(text(retry))));
        }
        Some(TaskKind::Fork) if task.pointer("/fork/compete") == Some(&Value::Bool(true)) => {
            facts.push(Fact::FirstWins);
        }
        Some(TaskKind::Fork | TaskKind::Do) | None => {}
    }
    if let Some(timeout) = task.get("timeout") {
        facts.push(Fact::Timeout(timeout.get("after").map_or_else(|| text(timeout), duration)));
    }
    if let Some(then) = task.get("then").and_then(Value::as_str).filter(|then| *then != "continue") {
        facts.push(Fact::LeadsTo(then.to_owned()));
    }
    if let Some(note) = view::note(task) {
        facts.push(Fact::Note(note.to_owned()));
    }
    facts
}

fn members(value: Option<&Value>, fact: impl Fn(String, String) -> Fact, facts: &mut Vec<Fact>) {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    facts.extend(members.map(|(name, value)| fact(name.clone(), text(value))));
}

/// A duration as it is written, or an inline one in units that are the same everywhere.
fn duration(value: &Value) -> String {
    let Some(parts) = value.as_object() else { return text(value) };
    let units = [("days", "d"), ("hours", "h"), ("minutes", "min"), ("seconds", "s"), ("milliseconds", "ms")];
    let parts = units
        .iter()
        .filter_map(|(name, unit)| parts.get(*name).map(|amount| format!("{} {unit}", text(amount))));
    parts.collect::<Vec<_>>().join(" ")
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(list: Value) -> String {
        let steps = steps(&Document::from_value(json!({ "do": list })));
        let line = |step: &Step| {
            let facts: Vec<String> = step.facts.iter().map(|fact| format!("{fact:?}")).collect();
            format!("{}{} {} [{}]", "  ".repeat(step.depth), step.number, step.name, facts.join(", "))
        };
        steps.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn numbers_say_where_a_step_stands() {
        insta::assert_snapshot!(check(json!([
            { "checks": { "fork": { "compete": true, "branches": [{ "one": { "set": { "a": 1 } } }, { "two": { "wait": { "seconds": 5 } } }] } } },
            { "gate": { "call": "manual-gate:1.0.0@default", "with": { "message": "Go?", "approvers": ["olga"] }, "timeout": { "after": "PT1H" } } },
            { "move": { "if": ".go", "try": [{ "dns": { "call": "http", "with": { "method": "post" }, "then": "end" } }],
                "catch": { "errors": { "with": { "status": 503 } }, "retry": "slowly", "do": [{ "back": { "raise": { "error": "failed" } } }] } } },
            { "each": { "for": { "in": ".sites" }, "while": ".more", "do": [{ "which": { "switch": [{ "a": { "when": ".a", "then": "exit" } }, { "b": {} }] } }] } },
        ])), @r#"
            1 checks [FirstWins]
              1.a one [Sets { name: "a", value: "1" }]
              1.b two [Waits("5 s")]
            2 gate [Argument { name: "message", value: "Go?" }, Argument { name: "approvers", value: "[\"olga\"]" }, Timeout("PT1H")]
            3 move [Condition(".go"), Catches("{\"status\":503}"), Retries("slowly")]
              3.1 dns [Argument { name: "method", value: "post" }, LeadsTo("end")]
              3.R1 back [Raises("failed")]
            4 each [ForEach { item: "item", list: ".sites" }, While(".more")]
              4.1 which [Case { name: "a", when: Some(".a"), then: "exit" }, Case { name: "b", when: None, then: "continue" }]
            "#);
    }

    #[test]
    fn the_twenty_seventh_branch_has_two_letters() {
        assert_eq!(
            [letters(0), letters(25), letters(26), letters(701), letters(702)],
            ["a", "z", "aa", "zz", "aaa"]
        );
    }

    #[test]
    fn what_is_no_definition_has_no_steps() {
        assert_eq!(check(json!("nothing")), "");
        assert_eq!(check(json!([1, {}, { "a": 1 }])), "3 a []");
    }
}
