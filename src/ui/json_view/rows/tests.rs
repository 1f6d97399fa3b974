use proptest::prelude::*;
use serde_json::json;

use super::*;

fn check(before: Option<Value>, value: Value, options: &Options) -> Vec<String> {
    let print = |row: Row| {
        let sign = match row.change {
            Change::None => ' ',
            Change::Added => '+',
            Change::Removed => '-',
        };
        let label = row.label.map(|label| format!("{label}: ")).unwrap_or_default();
        let shown = match row.shown {
            Shown::Branch { is_open, is_list, members } => {
                let sign = if is_open { "▾" } else { "▸" };
                if is_list { format!("{sign}[{members}]") } else { format!("{sign}{{{members}}}") }
            }
            Shown::Text { text, .. } => text,
        };
        format!("{sign}{}{label}{shown}", "  ".repeat(row.depth))
    };
    rows(before.as_ref(), &value, &Openness::default(), options).into_iter().map(print).collect()
}

#[test]
fn a_value_is_rows_of_what_is_open() {
    let value =
        json!({"site": "a", "hosts": [{"up": true}, null], "deep": {"a": {"b": {"c": 1}}}, "none": {}});
    assert_eq!(
        check(None, value, &Options::default()),
        [
            " ▾{4}",
            "   site: \"a\"",
            "   hosts: ▾[2]",
            "     0: ▾{1}",
            "       up: true",
            "     1: null",
            "   deep: ▾{1}",
            "     a: ▾{1}",
            "       b: ▸{1}",
            "   none: ▸{0}",
        ]
    );
    assert_eq!(check(None, json!(3), &Options::default()), [" 3"]);
}

#[test]
fn a_long_text_is_broken_by_the_columns_that_it_takes() {
    let options = Options { columns: Some(24), ..Options::default() };
    let value = json!({"m": "数据库主备切换成功 and on"});
    assert_eq!(check(None, value, &options), [" ▾{1}", "   m: \"数据库主备切换", "   成功 and on\""]);
}

#[test]
fn a_comparison_shows_what_came_went_and_changed_and_finds_the_items_that_moved() {
    let before = json!({"same": 1, "gone": true, "hosts": ["a", "b", "c"], "code": 503});
    let after = json!({"same": 1, "hosts": ["a", "new", "b", "c"], "code": 200});
    let options = Options { changes_only: true, ..Options::default() };
    assert_eq!(
        check(Some(before.clone()), after.clone(), &options),
        [" ▾{3}", "   hosts: ▾[4]", "+    1: \"new\"", "-  code: 503", "+  code: 200", "-  gone: true"]
    );
    assert_eq!(changes(&before, &after), 3);
    assert_eq!(check(Some(after.clone()), after, &options).len(), 8, "the same value is shown whole");
}

#[test]
fn a_search_hits_keys_and_texts_and_opens_the_way() {
    let value = json!({"a": {"b": {"c": {"Site": "x"}}}, "list": ["on SITE", 7]});
    assert_eq!(find(&value, "site"), ["/a/b/c/Site", "/list/0"]);
    assert_eq!(find(&value, "7"), ["/list/1"]);
    assert!(find(&value, "").is_empty());
    let mut open = Openness::none();
    open.reveal(&value, "/a/b/c/Site");
    let rows = rows(None, &value, &open, &Options::default());
    assert!(rows.iter().any(|row| row.pointer == "/a/b/c/Site"));
    assert!(!rows.iter().any(|row| row.pointer == "/list/0"));
}

#[test]
fn a_place_is_named_as_an_expression_names_it() {
    let value = json!({"sites": [{"a b": 1}], "1": {"x/y": 2}, "_ok": 3});
    let named = ["", "/sites/0/a b", "/1/x~1y", "/_ok"].map(|pointer| path(&value, pointer));
    assert_eq!(named, [".", ".sites[0].\"a b\"", ".\"1\".\"x/y\"", "._ok"]);
    assert_eq!(path(&json!([[5]]), "/0/0"), ".[0][0]");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..5_i64).prop_map(Value::from),
        "[a-c/~数]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("[a-d/~]{1,2}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_row_names_a_place_that_is_there(before in any_json(), after in any_json(), columns in 0_usize..80) {
        let options = Options { columns: Some(columns), changes_only: false };
        for row in rows(Some(&before), &after, &Openness::all(), &options) {
            let value = if row.change == Change::Removed { &before } else { &after };
            prop_assert!(value.pointer(&row.pointer).is_some(), "{row:?}");
        }
        prop_assert_eq!(changes(&before, &after) == 0, before == after);
    }

    #[test]
    fn what_is_found_can_be_revealed(value in any_json(), wanted in "[a-d0-9]{1,2}") {
        for hit in find(&value, &wanted) {
            let mut open = Openness::none();
            open.reveal(&value, &hit);
            let seen = rows(None, &value, &open, &Options::default());
            prop_assert!(seen.iter().any(|row| row.pointer == hit), "{}", hit);
        }
    }
}
