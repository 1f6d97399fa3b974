//! Taking boxes away, and putting several tasks in at once.

use serde_json::json;

use super::*;

#[test]
fn a_box_goes_and_its_tasks_lead_where_it_led() {
    insta::assert_snapshot!(check(Edit::UnwrapTask { task: pointer("/do/3/guarded") }), @r#"
        focus /do/3/inner
        gone-with-box /do/3/inner → catch
        {"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
        {"spare":{"set":{"a":1}}}
        {"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}
        {"inner":{"wait":"PT1S","then":"last"}}
        {"last":{"set":{}}}
        {"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
        "#);
    insta::assert_snapshot!(check(Edit::UnwrapTask { task: pointer("/do/4/both") }), @r#"
        focus /do/4/left
        {"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
        {"spare":{"set":{"a":1}}}
        {"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}
        {"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","then":"spare"}}}
        {"left":{"set":{}}}
        {"right":{"set":{}}}
        "#);
    insta::assert_snapshot!(check(Edit::UnwrapTask { task: pointer("/do/1/spare") }), @"refused: nothing-inside (nothing stands inside of /do/1/spare)");
}

#[test]
fn names_of_the_scope_around_win_and_exits_lead_beyond_the_box() {
    let document = Document::from_value(json!({ "do": [
        { "a": { "set": {}, "then": "box" } },
        { "box": { "if": ".go", "do": [
            { "a": { "set": {}, "then": "b" } },
            { "b": { "switch": [{ "out": { "then": "exit" } }, { "back": { "then": "a" } }] } },
            { "c": { "set": {} } },
        ], "then": "end" } },
        { "b": { "set": {} } },
    ] }));
    let edit = Edit::UnwrapTask { task: pointer("/do/1/box") };
    let diff = plan(&document, &edit).expect("a plan");
    let mut after = document.clone();
    apply(&mut after, &diff).expect("it fits");
    insta::assert_snapshot!(after.to_json(), @r#"{"do":[{"a":{"set":{},"then":"a-2"}},{"a-2":{"set":{},"then":"b-2"}},{"b-2":{"switch":[{"out":{"then":"end"}},{"back":{"then":"a-2"}}]}},{"c":{"set":{},"then":"end"}},{"b":{"set":{}}}]}"#);
    assert_eq!(diff.warnings, [Warning::GoneWithBox { task: pointer("/do/1/a-2"), member: "if".into() }]);
    apply(&mut after, &diff.invert()).expect("the way back fits");
    assert_eq!(after.to_json(), document.to_json());
}

#[test]
fn tasks_put_in_together_keep_naming_each_other() {
    let tasks = vec![
        ("check".to_owned(), json!({ "set": {}, "then": "new" })),
        ("other".to_owned(), json!({ "set": {}, "then": "gone" })),
        (
            "new".to_owned(),
            json!({ "switch": [{ "again": { "then": "check" } }, { "spared": { "then": "spare" } }] }),
        ),
    ];
    insta::assert_snapshot!(check(Edit::InsertTasks { list: pointer("/do"), index: 1, tasks: tasks.clone() }), @r#"
        focus /do/1/check-2
        then-removed /do/2/other → gone
        {"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
        {"check-2":{"set":{},"then":"new"}}
        {"other":{"set":{}}}
        {"new":{"switch":[{"again":{"then":"check-2"}},{"spared":{"then":"spare"}}]}}
        {"spare":{"set":{"a":1}}}
        {"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}
        {"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","then":"spare"}}}
        {"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
        "#);
    let edit = Edit::InsertTasks { list: pointer("/do/3/guarded/catch/do"), index: 9, tasks };
    insta::assert_snapshot!(check(edit), @r#"
        focus /do/3/guarded/catch/do/0/check
        then-removed /do/3/guarded/catch/do/1/other → gone
        case-continues /do/3/guarded/catch/do/2/new → spare
        {"check":{"call":"http","with":{"x-unknown":1},"then":"decide"}}
        {"spare":{"set":{"a":1}}}
        {"decide":{"switch":[{"bad":{"when":".bad","then":"spare"}},{"good":{"then":"end"}}]}}
        {"guarded":{"try":[{"inner":{"wait":"PT1S","then":"last"}},{"last":{"set":{}}}],"catch":{"as":"error","then":"spare","do":[{"check":{"set":{},"then":"new"}},{"other":{"set":{}}},{"new":{"switch":[{"again":{"then":"check"}},{"spared":{"then":"continue"}}]}}]}}}
        {"both":{"fork":{"compete":true,"branches":[{"left":{"set":{}}},{"right":{"set":{}}}]}}}
        "#);
}
