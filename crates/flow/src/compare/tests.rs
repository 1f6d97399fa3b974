//! What a person would misread if a comparison or a merge were wrong.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn document(value: Value) -> Document {
    Document::from_value(value)
}

fn runbook() -> Value {
    json!({
        "document": { "dsl": "1.0.3", "namespace": "default", "name": "failover", "version": "1.0.0" },
        "do": [
            { "check": { "call": "http", "with": { "method": "get", "endpoint": "https://a.example" } } },
            { "both": { "fork": { "branches": [{ "left": { "set": { "x": 1 } } }, { "right": { "wait": "PT1S" } }] } } },
            { "gate": { "call": "manual-gate:1.0.0@default", "with": { "message": "Go?" } } },
            { "report": { "set": { "done": true } } },
        ],
    })
}

/// One line a difference.
fn told(before: &Value, after: &Value) -> String {
    let comparison = compare(&document(before.clone()), &document(after.clone()));
    let mut lines = Vec::new();
    for change in &comparison.tasks {
        let place = |at: &Option<Pointer>| at.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
        let moved = if change.moved { " moved" } else { "" };
        let from = change.renamed_from.as_ref().map(|name| format!(" was {name}")).unwrap_or_default();
        lines.push(format!(
            "{:?} {}{from}{moved}: {} → {}",
            change.kind(),
            change.name,
            place(&change.before),
            place(&change.after)
        ));
        lines.extend(change.fields.iter().map(field));
    }
    lines.extend(comparison.fields.iter().map(field));
    lines.join("\n")
}

fn field(change: &FieldChange) -> String {
    let value = |value: &Option<Value>| value.as_ref().map_or_else(|| "–".to_owned(), Value::to_string);
    format!("  {}: {} → {}", change.at, value(&change.before), value(&change.after))
}

#[test]
fn each_difference_is_told_once_and_where_it_is() {
    let mut after = runbook();
    after["document"]["version"] = json!("1.1.0");
    after["do"][0]["check"]["with"]["endpoint"] = json!("https://b.example");
    after["do"][1]["both"]["fork"]["branches"][0] = json!({ "left": { "set": { "x": 1 }, "if": ".go" } });
    after["do"].as_array_mut().expect("a list").push(json!({ "bye": { "set": {} } }));
    insta::assert_snapshot!(told(&runbook(), &after), @r#"
        Changed check: /do/0/check → /do/0/check
          /with/endpoint: "https://a.example" → "https://b.example"
        Changed left: /do/1/both/fork/branches/0/left → /do/1/both/fork/branches/0/left
          /if: – → ".go"
        Added bye: – → /do/4/bye
          /document/version: "1.0.0" → "1.1.0"
        "#);
}

#[test]
fn a_moved_box_is_one_move_and_a_renamed_task_is_no_new_one() {
    let mut after = runbook();
    let list = after["do"].as_array_mut().expect("a list");
    let both = list.remove(1);
    list.insert(0, both);
    list[2] = json!({ "approve": list[2]["gate"].clone() });
    insta::assert_snapshot!(told(&runbook(), &after), @r"
        Moved both moved: /do/1/both → /do/0/both
        Changed approve was gate: /do/2/gate → /do/2/approve
        ");
}

#[test]
fn a_task_that_goes_into_a_box_has_moved() {
    let mut after = runbook();
    let list = after["do"].as_array_mut().expect("a list");
    let report = list.pop().expect("the report");
    list[1]["both"]["fork"]["branches"].as_array_mut().expect("branches").push(report);
    list.remove(0);
    insta::assert_snapshot!(told(&runbook(), &after), @r"
        Removed check: /do/0/check → –
        Moved report moved: /do/3/report → /do/0/both/fork/branches/2/report
        ");
}

fn join(mine: &Value, theirs: &Value, choices: &BTreeMap<String, Choice>) -> Merged {
    merge(&runbook(), mine, theirs, choices)
}

#[test]
fn what_does_not_conflict_is_joined() {
    let (mut mine, mut theirs) = (runbook(), runbook());
    mine["do"][0]["check"]["with"]["endpoint"] = json!("https://mine.example");
    mine["do"].as_array_mut().expect("a list").insert(1, json!({ "mine": { "set": {} } }));
    theirs["do"][0]["check"]["timeout"] = json!({ "after": "PT5S" });
    theirs["do"][1]["both"]["fork"]["branches"].as_array_mut().expect("branches").remove(0);
    theirs["do"].as_array_mut().expect("a list").swap(2, 3);
    let merged = join(&mine, &theirs, &BTreeMap::new());
    assert_eq!(merged.conflicts, []);
    insta::assert_snapshot!(merged.root["do"].to_string(), @r#"[{"check":{"call":"http","with":{"method":"get","endpoint":"https://mine.example"},"timeout":{"after":"PT5S"}}},{"mine":{"set":{}}},{"both":{"fork":{"branches":[{"right":{"wait":"PT1S"}}]}}},{"report":{"set":{"done":true}}},{"gate":{"call":"manual-gate:1.0.0@default","with":{"message":"Go?"}}}]"#);
}

#[test]
fn what_both_changed_is_asked_and_either_side_can_stand() {
    let (mut mine, mut theirs) = (runbook(), runbook());
    mine["do"][2]["gate"]["with"]["message"] = json!("Mine?");
    theirs["do"][2]["gate"]["with"]["message"] = json!("Theirs?");
    mine["do"].as_array_mut().expect("a list").remove(3);
    theirs["do"][3]["report"]["set"]["done"] = json!(false);
    let merged = join(&mine, &theirs, &BTreeMap::new());
    let places: Vec<_> = merged.conflicts.iter().map(|conflict| conflict.place.as_str()).collect();
    assert_eq!(places, ["do/gate/with/message", "do/report"]);
    assert_eq!(merged.root["do"], mine["do"]);
    let all_theirs = places.iter().map(|place| ((*place).to_owned(), Choice::Theirs)).collect();
    assert_eq!(join(&mine, &theirs, &all_theirs).root["do"], theirs["do"]);
}

/// A runbook with some of a few changes made to it.
fn variant() -> impl Strategy<Value = Value> {
    prop::collection::vec((0..8usize, 0..3usize), 0..5).prop_map(|changes| {
        let mut root = runbook();
        for (kind, number) in changes {
            let Some(list) = root["do"].as_array_mut() else { continue };
            let at = number % list.len().max(1);
            match kind {
                0 => list.insert(at, json!({ format!("new{number}"): { "set": { "n": number } } })),
                1 if !list.is_empty() => drop(list.remove(at)),
                2 if list.len() > 1 => list.swap(0, at),
                3 => root["document"]["version"] = json!(format!("2.0.{number}")),
                4 => root["x-note"] = json!([number]),
                5 | 6 if !list.is_empty() => {
                    if let Some(task) = list[at].as_object_mut().and_then(|entry| entry.values_mut().next()) {
                        task["metadata"] = json!({ "n": number });
                    }
                }
                _ => {}
            }
            // A list with a name twice is nothing that people draw.
            if let Some(list) = root["do"].as_array_mut() {
                let mut seen = std::collections::HashSet::new();
                list.retain(|item| {
                    seen.insert(item.as_object().and_then(|item| item.keys().next().cloned()))
                });
            }
        }
        root
    })
}

proptest! {
    #[test]
    fn a_side_that_changed_nothing_takes_over_the_other(other in variant()) {
        let base = runbook();
        for merged in [merge(&base, &base, &other, &BTreeMap::new()), merge(&base, &other, &base, &BTreeMap::new()), merge(&base, &other, &other, &BTreeMap::new())] {
            prop_assert_eq!(&merged.root, &other);
            prop_assert!(merged.conflicts.is_empty());
        }
    }

    #[test]
    fn nothing_of_either_side_is_lost_without_a_word(mine in variant(), theirs in variant()) {
        let merged = join(&mine, &theirs, &BTreeMap::new());
        let names = |root: &Value| -> Vec<String> {
            let list = root["do"].as_array().cloned().unwrap_or_default();
            list.iter().filter_map(|item| item.as_object()?.keys().next().cloned()).collect()
        };
        let (base, left, right, all) = (names(&runbook()), names(&mine), names(&theirs), names(&merged.root));
        for name in left.iter().chain(&right).filter(|name| !base.contains(name)) {
            prop_assert!(all.contains(name), "{} was added and is gone", name);
        }
        for name in base.iter().filter(|name| left.contains(name) && right.contains(name)) {
            prop_assert!(all.contains(name), "{} was kept by both and is gone", name);
        }
        let theirs_stand: BTreeMap<_, _> = merged.conflicts.iter().map(|conflict| (conflict.place.clone(), Choice::Theirs)).collect();
        let again = join(&mine, &theirs, &theirs_stand);
        prop_assert_eq!(again.conflicts.len(), merged.conflicts.len());
    }

    #[test]
    fn equal_definitions_do_not_differ_and_different_ones_do(left in variant(), right in variant()) {
        let comparison = compare(&document(left.clone()), &document(right.clone()));
        prop_assert_eq!(comparison.is_empty(), left == right);
        let back = compare(&document(right), &document(left));
        prop_assert_eq!(comparison.count(ChangeKind::Added), back.count(ChangeKind::Removed));
        prop_assert_eq!(comparison.count(ChangeKind::Removed), back.count(ChangeKind::Added));
    }
}

#[test]
fn a_task_is_found_again_where_others_came_before_it() {
    let before = document(runbook());
    let mut after = runbook();
    if let Some(list) = after["do"].as_array_mut() {
        list.insert(0, json!({ "announce": { "set": { "said": true } } }));
    }
    let same: Vec<String> = same_tasks(&before, &document(after))
        .into_iter()
        .map(|(was, is)| format!("{} = {}", was.as_str(), is.as_str()))
        .collect();
    assert_eq!(
        same,
        [
            "/do/0/check = /do/1/check",
            "/do/1/both = /do/2/both",
            "/do/1/both/fork/branches/0/left = /do/2/both/fork/branches/0/left",
            "/do/1/both/fork/branches/1/right = /do/2/both/fork/branches/1/right",
            "/do/2/gate = /do/3/gate",
            "/do/3/report = /do/4/report",
        ]
    );
}
