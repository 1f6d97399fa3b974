//! What a person would miss if an edit went wrong: their text, its order, and a way back.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::view::{possible_child_lists, tasks};

mod boxes;

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).expect("a pointer")
}

fn document() -> Document {
    Document::from_value(json!({
        "document": { "dsl": "1.0.3", "name": "failover" },
        "do": [
            { "check": { "call": "http", "with": { "x-unknown": 1 }, "then": "decide" } },
            { "spare": { "set": { "a": 1 } } },
            { "decide": { "switch": [{ "bad": { "when": ".bad", "then": "spare" } }, { "good": { "then": "end" } }] } },
            { "guarded": { "try": [{ "inner": { "wait": "PT1S", "then": "last" } }, { "last": { "set": {} } }],
                "catch": { "as": "error", "then": "spare" } } },
            { "both": { "fork": { "compete": true, "branches": [{ "left": { "set": {} } }, { "right": { "set": {} } }] } } },
        ],
        "x-trailing": null,
    }))
}

/// Applies an edit, proves that it can be undone to the byte, and shows what was changed.
#[track_caller]
fn check(edit: Edit) -> String {
    let before = document();
    let mut after = before.clone();
    let diff = match plan(&before, &edit) {
        Ok(diff) => diff,
        Err(error) => return format!("refused: {} ({error})", error.code()),
    };
    apply(&mut after, &diff).expect("the diff fits its own document");
    let mut undone = after.clone();
    apply(&mut undone, &diff.clone().invert()).expect("the way back fits");
    assert_eq!(undone.to_json(), before.to_json());
    let mut text = format!("focus {}\n", diff.focus.map_or_else(|| "none".to_owned(), |at| at.to_string()));
    for warning in &diff.warnings {
        text.push_str(&format!("{} {} → {}\n", warning.code(), warning.task(), warning.target()));
    }
    for item in after.root()["do"].as_array().expect("a list") {
        text.push_str(&format!("{item}\n"));
    }
    text
}

#[test]
fn removing_a_task_heals_the_flow_and_says_so() {
    insta::assert_snapshot!(check(Edit::RemoveTask { task: pointer("/do/1/spare") }), @r#"
focus /do/1/decide
case-continues /do/1/decide → spare
catch-then-removed /do/2/guarded → spare
{"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
{"decide":{"switch":[{"bad":{"when":".bad","then":"continue"}},{"good":{"then":"end"}}]}}
{"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error"}}}
{"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
"#);
}

#[test]
fn a_renamed_task_keeps_those_that_name_it() {
    insta::assert_snapshot!(check(Edit::RenameTask { task: pointer("/do/1/spare"), name: " reserve ".into() }), @r#"
focus /do/1/reserve
{"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
{"reserve":{"set":{"a":1}}}
{"decide":{"switch":[{"bad":{"when":".bad","then":"reserve"}},{"good":{"then":"end"}}]}}
{"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","then":"reserve"}}}
{"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
"#);
    insta::assert_snapshot!(check(Edit::RenameTask { task: pointer("/do/1/spare"), name: "check".into() }), @"refused: name-taken (another task of the same scope is called check)");
    insta::assert_snapshot!(check(Edit::RenameTask { task: pointer("/do/1/spare"), name: "exit".into() }), @"refused: reserved-name (exit is a flow directive, a task cannot be called so)");
}

#[test]
fn a_task_moves_within_its_list_into_others_and_never_into_itself() {
    let to = |task: &str, list: &str, index| {
        check(Edit::MoveTask { task: pointer(task), list: pointer(list), index })
    };
    insta::assert_snapshot!(to("/do/0/check", "/do", 2), @r#"
focus /do/1/check
{"spare":{"set":{"a":1}}}
{"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
{"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}
{"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","then":"spare"}}}
{"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
"#);
    insta::assert_snapshot!(to("/do/1/spare", "/do/3/guarded/catch/do", 0), @r#"
focus /do/2/guarded/catch/do/0/spare
case-continues /do/1/decide → spare
catch-then-removed /do/2/guarded → spare
{"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
{"decide":{"switch":[{"bad":{"when":".bad","then":"continue"}},{"good":{"then":"end"}}]}}
{"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","do":[{"spare":{"set":{"a":1}}}]}}}
{"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
"#);
    insta::assert_snapshot!(to("/do/3/guarded/try/0/inner", "/do", 0), @r#"
focus /do/0/inner
then-removed /do/0/inner → last
{"inner":{"wait":"PT1S"}}
{"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
{"spare":{"set":{"a":1}}}
{"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}
{"guarded":{"try":[{"last":{"set":{}}}],"catch":{"as":"error","then":"spare"}}}
{"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
"#);
    insta::assert_snapshot!(to("/do/3/guarded", "/do/3/guarded/try", 0), @"refused: into-itself (a task cannot move into itself)");
    insta::assert_snapshot!(to("/do/3/guarded", "/do/0/check/do", 0), @"refused: not-a-task-list (/do/0/check/do is not a place for tasks)");
}

#[test]
fn a_new_task_gets_a_name_that_is_free() {
    let insert = |list: &str, name: &str| {
        check(Edit::InsertTask {
            list: pointer(list),
            index: 99,
            name: name.into(),
            task: json!({ "set": {} }),
        })
    };
    assert!(insert("/do", "spare").starts_with("focus /do/5/spare-2\n"));
    assert!(insert("/do", "end").starts_with("focus /do/5/end-2\n"));
    assert!(insert("/do/3/guarded/catch/do", "spare").starts_with("focus /do/3/guarded/catch/do/0/spare\n"));
    assert_eq!(insert("/do", " "), "refused: empty-name (a task needs a name)");
    assert!(insert("/do/0/check/with", "a").starts_with("refused: not-a-task-list"));
}

#[test]
fn a_parallel_branch_takes_over_where_the_flow_leads() {
    let add = |task: &str, side| {
        check(Edit::AddBranch {
            task: pointer(task),
            side,
            name: "check".into(),
            value: json!({ "wait": "PT1S" }),
        })
    };
    insta::assert_snapshot!(add("/do/0/check", Side::Before), @r#"
focus /do/0/fork/fork/branches/0/check-2
{"fork":{"fork":{"branches":[{"check-2":{"wait":"PT1S"}},{"check":{"call":"http","with":{"x-unknown":1}}}]},"then":"decide"}}
{"spare":{"set":{"a":1}}}
{"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}
{"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","then":"spare"}}}
{"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
"#);
    insta::assert_snapshot!(add("/do/4/both/fork/branches/0/left", Side::After), @r#"
focus /do/4/both/fork/branches/1/check
{"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
{"spare":{"set":{"a":1}}}
{"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}
{"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","then":"spare"}}}
{"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"check":{"wait":"PT1S"}},{"right":{"set":{}}}]}}}
"#);
}

#[test]
fn wrapping_keeps_the_flow_where_it_can() {
    let wrap = |tasks: &[&str], kind| {
        check(Edit::WrapTasks { tasks: tasks.iter().map(|task| pointer(task)).collect(), kind })
    };
    insta::assert_snapshot!(wrap(&["/do/1/spare", "/do/2/decide"], WrapKind::Try), @r#"
focus /do/1/try
then-removed /do/0/check → decide
{"check":{"call":"http","with":{"x-unknown":1}}}
{"try":{"try":[{"spare":{"set":{"a":1}}},{"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}],"catch":{}}}
{"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","then":"try"}}}
{"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
"#);
    insta::assert_snapshot!(wrap(&["/do/0/check"], WrapKind::For), @r#"
focus /do/0/for
{"for":{"for":{"each":"item","in":"${ .items }"},"do":[{"check":{"call":"http","with":{"x-unknown":1}}}],"then":"decide"}}
{"spare":{"set":{"a":1}}}
{"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}
{"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","then":"spare"}}}
{"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
"#);
    insta::assert_snapshot!(wrap(&["/do/0/check", "/do/2/decide"], WrapKind::Do), @"refused: not-siblings (the tasks do not follow each other in one list)");
}

#[test]
fn a_member_is_written_where_it_is_named_and_nowhere_else() {
    let set = |at: &str, value: Value| check(Edit::SetMember { at: pointer(at), value });
    assert!(
        set("/do/1/spare/output/as", json!(".x"))
            .contains(r#"{"spare":{"set":{"a":1},"output":{"as":".x"}}}"#)
    );
    assert!(set("/do/0/check/call/deep", json!(1)).starts_with("refused: no-such-member"));
    assert!(
        check(Edit::RemoveMember { at: pointer("/do/0/check/with") })
            .contains(r#"{"check":{"call":"http","then":"decide"}}"#)
    );
}

#[test]
fn typing_into_a_field_is_one_change() {
    let mut document = document();
    let mut typed = Diff::default();
    for text in ["h", "he", "hel"] {
        let edit = Edit::SetMember { at: pointer("/do/1/spare/note"), value: text.into() };
        let diff = plan(&document, &edit).expect("an edit");
        apply(&mut document, &diff).expect("it fits");
        typed = typed.then(diff);
    }
    assert_eq!(typed.changes.len(), 1);
    let gone = plan(&document, &Edit::RemoveMember { at: pointer("/do/1/spare/note") }).expect("an edit");
    assert!(typed.then(gone).is_empty());
}

#[test]
fn a_definition_that_could_not_be_read_back_is_refused() {
    let mut document = Document::from_value(json!({ "do": [{ "a": { "do": [] } }] }));
    let error = (0..60)
        .find_map(|_| {
            let top = pointer("/do/0");
            let (name, _) = crate::view::entry(top.get(document.root())?)?;
            let edit = Edit::WrapTasks { tasks: vec![top.child(name)], kind: WrapKind::Do };
            match plan(&document, &edit) {
                Ok(diff) => apply(&mut document, &diff).err().map(|_| "mismatch"),
                Err(error) => Some(error.code()),
            }
        })
        .expect("a limit");
    assert_eq!(error, "too-deep");
    assert!(Document::from_json(&document.to_json()).is_ok());
}

#[test]
fn a_diff_that_does_not_fit_changes_nothing() {
    let task = pointer("/do/1/spare");
    let diff = plan(&document(), &Edit::RemoveTask { task }).expect("an edit");
    let mut other = Document::from_value(json!({ "do": [{ "a": { "then": "b" } }] }));
    assert_eq!(apply(&mut other, &diff), Err(Mismatch));
    assert_eq!(other.to_json(), r#"{"do":[{"a":{"then":"b"}}]}"#);
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c/d", "e~f", "check", "check-2", "do", "try"])
        .prop_map(str::to_owned)
}

fn target() -> impl Strategy<Value = String> {
    prop_oneof![
        name(),
        prop::sample::select(vec!["end", "exit", "continue", "nowhere"]).prop_map(str::to_owned)
    ]
}

fn task() -> impl Strategy<Value = Value> {
    let then = || prop::option::of(target());
    let leaf = (0..5u8, then(), target()).prop_map(|(kind, then, case)| {
        let mut task = match kind {
            0 => json!({ "x-before": [1, { "deep": null }], "call": "http", "with": { "z": 1, "a": 2 } }),
            1 => json!({ "switch": [{ "one": { "when": ".x", "then": case } }, { "two": {} }] }),
            2 => json!({ "wait": "PT1S", "then": 7 }),
            3 => json!({ "what": "ever" }),
            _ => json!(null),
        };
        if let (Some(then), Some(members)) = (then, task.as_object_mut()) {
            members.insert("then".into(), then.into());
        }
        task
    });
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let list = || {
            prop::collection::vec((name(), inner.clone()), 0..4).prop_map(|tasks| {
                Value::Array(tasks.into_iter().map(|(name, task)| json!({ name: task })).collect())
            })
        };
        (0..5u8, list(), list(), prop::option::of(target())).prop_map(|(kind, list, other, then)| {
            let mut task = match kind {
                0 => json!({ "do": list, "x-after": "kept" }),
                1 => json!({ "fork": { "branches": list, "compete": true } }),
                2 => json!({ "try": list, "catch": { "as": "e", "then": then, "do": other } }),
                3 => json!({ "try": list, "catch": null }),
                _ => json!({ "for": { "in": "." }, "do": list }),
            };
            if let (Some(then), Some(members)) = (then, task.as_object_mut()) {
                members.insert("then".into(), then.into());
            }
            task
        })
    })
}

pub(super) fn any_document() -> impl Strategy<Value = Document> {
    prop::collection::vec((name(), task()), 0..5).prop_map(|tasks| {
        let list: Vec<Value> = tasks.into_iter().map(|(name, task)| json!({ name: task })).collect();
        Document::from_value(json!({ "z": 1, "do": list, "a": { "unknown": true } }))
    })
}

fn pick<T: Clone>(from: &[T], at: usize) -> Option<T> {
    from.get(at % from.len().max(1)).cloned()
}

fn member_pointers(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    found.push(at.clone());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| member_pointers(value, &at.child(name), found))
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| member_pointers(value, &at.index(index), found)),
        _ => {}
    }
}

type Seed = (u8, usize, usize, usize, String, Value);

fn seed() -> impl Strategy<Value = Seed> {
    (0..15u8, any::<usize>(), any::<usize>(), 0..6usize, name(), task())
}

fn edit(document: &Document, (kind, one, two, index, name, value): Seed) -> Option<Edit> {
    let all: Vec<_> = tasks(document).collect();
    let mut lists = vec![pointer("/do")];
    for task in &all {
        lists.extend(possible_child_lists(&task.pointer, task.value).into_iter().map(|list| list.pointer));
    }
    let all: Vec<Pointer> = all.into_iter().map(|task| task.pointer).collect();
    let list = pick(&lists, two)?;
    let task = pick(&all, one);
    let mut members = Vec::new();
    member_pointers(document.root(), &Pointer::root(), &mut members);
    Some(match kind {
        0 => Edit::InsertTask { list, index, name, task: value },
        1 => Edit::RemoveTask { task: task? },
        2..=4 => Edit::MoveTask { task: task?, list, index },
        5 => Edit::CopyTask { task: task?, list, index },
        6 => Edit::RenameTask { task: task?, name },
        7 => Edit::SetMember { at: pick(&members, one)?.child(&name), value },
        8 => Edit::SetMember { at: pick(&members, one)?, value },
        9 => Edit::RemoveMember { at: pick(&members, one)? },
        10 => {
            let kinds = [WrapKind::Fork, WrapKind::Do, WrapKind::Try, WrapKind::For];
            let first = task?;
            let list = first.parent()?.parent()?;
            let same: Vec<Pointer> = all
                .iter()
                .filter(|task| task.parent().and_then(|at| at.parent()).as_ref() == Some(&list))
                .cloned()
                .collect();
            let from = same.iter().position(|task| *task == first)?;
            Edit::WrapTasks {
                tasks: same.into_iter().skip(from).take(index + 1).collect(),
                kind: kinds[two % 4],
            }
        }
        11 => Edit::AddBranch {
            task: task?,
            side: if two % 2 == 0 { Side::Before } else { Side::After },
            name,
            value,
        },
        12 => Edit::UnwrapTask { task: task? },
        13 => Edit::InsertTasks {
            list,
            index,
            tasks: vec![(name.clone(), value), (name.clone(), json!({ "set": {}, "then": name }))],
        },
        _ => Edit::ReplaceDocument { root: json!({ "do": [{ name: value }] }) },
    })
}

/// Every leaf of a document with the name of its member: what an edit that only arranges must not lose.
fn leaves(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, value)| leaves(value, name, found))
        }
        Value::Array(items) if !items.is_empty() => items.iter().for_each(|value| leaves(value, name, found)),
        _ if name == "then" || name == "do" || name == "catch" => {}
        other => found.push(format!("{name}={other}")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_edit_can_be_undone_to_the_byte(document in any_document(), seeds in prop::collection::vec(seed(), 1..6)) {
        let first = document.to_json();
        let mut document = document;
        let mut whole = Diff::default();
        for seed in seeds {
            let Some(edit) = edit(&document, seed) else { continue };
            let before = document.to_json();
            let Ok(diff) = plan(&document, &edit) else {
                prop_assert_eq!(document.to_json(), before);
                continue;
            };
            apply(&mut document, &diff).expect("the diff fits its own document");
            let mut undone = document.clone();
            apply(&mut undone, &diff.clone().invert()).expect("the way back fits");
            prop_assert_eq!(undone.to_json(), before);
            if let Some(focus) = &diff.focus {
                prop_assert!(focus.get(document.root()).is_some(), "focus {} of {:?}", focus, edit);
            }
            for warning in &diff.warnings {
                prop_assert!(warning.task().get(document.root()).is_some(), "{:?} of {:?}", warning, edit);
            }
            if let Edit::MoveTask { task, .. } = &edit {
                prop_assert_eq!(diff.follow(task), diff.focus.clone());
            }
            whole = whole.then(diff);
        }
        apply(&mut document, &whole.invert()).expect("the way back fits");
        prop_assert_eq!(document.to_json(), first);
    }

    #[test]
    fn arranging_tasks_loses_nothing_that_was_written(document in any_document(), seeds in prop::collection::vec(seed(), 1..4)) {
        let mut document = document;
        for seed in seeds {
            let Some(edit @ (Edit::MoveTask { .. } | Edit::WrapTasks { kind: WrapKind::Do | WrapKind::Fork, .. })) =
                edit(&document, seed) else { continue };
            let (mut before, mut after) = (Vec::new(), Vec::new());
            leaves(document.root(), "", &mut before);
            let Ok(diff) = plan(&document, &edit) else { continue };
            apply(&mut document, &diff).expect("it fits");
            leaves(document.root(), "", &mut after);
            let renamed = diff.changes.iter().any(|change| matches!(change, Change::Renamed { .. }));
            for leaf in before.into_iter().filter(|leaf| !renamed && !leaf.ends_with("null") && !leaf.ends_with("[]")) {
                prop_assert!(after.contains(&leaf), "{} lost by {:?}", leaf, edit);
            }
        }
    }
}
