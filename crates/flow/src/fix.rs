//! What would set a problem right by one press: a slip of the pen written as it was meant, a value as the place wants it,
//! a member taken away that nothing reads.
//!
//! Only what leaves no doubt is offered; whatever has to be decided is left to people.

use serde_json::{Map, Value, json};

use crate::edit::{Edit, Section, unique_name};
use crate::near::nearest;
use crate::problem::UNKNOWN_FUNCTION;
use crate::validate::member_names;
use crate::{Catalog, Document, Pointer, Problem};

/// An edit with what it does, for the button.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    pub edit: Edit,
    pub title_en: String,
    pub title_zh: String,
}

/// How many characters of a value stand on the button.
const SHOWN: usize = 40;

/// What sets a problem of a definition right, where there is one thing that does.
pub fn fix(document: &Document, problem: &Problem, catalog: &Catalog) -> Option<Fix> {
    let root = document.root();
    let at = &problem.pointer;
    let value = at.get(root);
    let text = value.and_then(Value::as_str);
    match problem.code.as_str() {
        "wrong-type" if problem.message_en.contains("write it in quotes") => {
            Some(write(at, Value::String(value?.to_string())))
        }
        "wrong-type" if problem.message_en.contains("write it without quotes") => {
            Some(write(at, serde_json::from_str(text?).ok()?))
        }
        "not-an-expression" => Some(write(at, format!("${{ {} }}", text?.trim()).into())),
        "text-with-expression" => Some(write(at, filled_in(text?)?.into())),
        "unexpected-member" | "unknown-member" => member(root, at, catalog, &problem.message_en),
        "dangling-then" => {
            let names = tasks_beside(root, at);
            let words = names.iter().map(String::as_str).chain(["exit", "end", "continue"]);
            let is_for_branches = problem.message_en.starts_with("Branches");
            let near = nearest(text?, words).filter(|_| !is_for_branches).unwrap_or("continue");
            Some(write(at, near.into()))
        }
        "dangling-reference" => {
            let section = match at.last()?.as_str() {
                "retry" => Section::Retries,
                "use" => Section::Authentications,
                "error" => Section::Errors,
                "timeout" => Section::Timeouts,
                _ => return None,
            };
            let known = root.get("use")?.get(section.key())?.as_object()?;
            Some(write(at, nearest(text?, known.keys().map(String::as_str))?.into()))
        }
        UNKNOWN_FUNCTION => Some(write(at, nearest(text?, catalog.calls())?.into())),
        "duplicate-task-name" => {
            let name = at.last()?;
            let taken = tasks_beside(root, at);
            let taken = taken.iter().map(String::as_str).collect();
            let name = unique_name(&taken, &name);
            let (title_en, title_zh) = (format!("Rename to `{name}`"), format!("改名为 `{name}`"));
            Some(Fix { edit: Edit::RenameTask { task: at.clone(), name }, title_en, title_zh })
        }
        "bad-version" => Some(write(at, version(text?).into())),
        "bad-name" if *at == Pointer::root().child("document").child("name") => name(at, text?),
        "bad-name" if *at == Pointer::root().child("document").child("namespace") => name(at, text?),
        "unsupported-dsl" => Some(write(at, "1.0.3".into())),
        "missing-member" => missing(value?, at),
        _ => None,
    }
}

fn write(at: &Pointer, value: Value) -> Fix {
    let shown = match &value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut shown: String = shown.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    if shown.chars().count() > SHOWN {
        shown = shown.chars().take(SHOWN).chain(['…']).collect();
    }
    let (title_en, title_zh) = (format!("Write `{shown}`"), format!("改为 `{shown}`"));
    Fix { edit: Edit::SetMember { at: at.clone(), value }, title_en, title_zh }
}

/// A member that nothing reads is named as it was meant, or taken away.
fn member(root: &Value, at: &Pointer, catalog: &Catalog, message: &str) -> Option<Fix> {
    // What belongs one level deeper is moved by hand: what else belongs there is not known.
    if message.contains("its `with`") {
        return None;
    }
    let (holder, name) = (at.parent()?, at.last()?);
    let members = holder.get(root)?.as_object()?;
    let known = member_names(root, &holder, catalog);
    let absent = known.iter().map(String::as_str).filter(|known| !members.contains_key(*known));
    let Some(meant) = nearest(&name, absent) else {
        let (title_en, title_zh) = (format!("Remove `{name}`"), format!("删除 `{name}`"));
        return Some(Fix { edit: Edit::RemoveMember { at: at.clone() }, title_en, title_zh });
    };
    let renamed = |(own, value): (&String, &Value)| {
        (if *own == name { meant.to_owned() } else { own.clone() }, value.clone())
    };
    let value = Value::Object(members.iter().map(renamed).collect());
    let (title_en, title_zh) = (format!("Rename to `{meant}`"), format!("改名为 `{meant}`"));
    Some(Fix { edit: Edit::SetMember { at: holder, value }, title_en, title_zh })
}

/// The names of the list of tasks that a place stands in.
fn tasks_beside(root: &Value, at: &Pointer) -> Vec<String> {
    let mut around = at.parent();
    while let Some(place) = around {
        let is_cases = place.last().as_deref() == Some("switch");
        if let Some(items) = place.get(root).and_then(Value::as_array).filter(|_| !is_cases) {
            let names = items.iter().filter_map(|item| item.as_object()?.keys().next().cloned());
            return names.collect();
        }
        around = place.parent();
    }
    Vec::new()
}

/// A text with expressions in it as the one expression that fills them in.
fn filled_in(text: &str) -> Option<String> {
    let quoted = |text: &str| {
        let quoted = Value::from(text).to_string();
        quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
    };
    let (mut rest, mut filled) = (text, String::new());
    while let Some((before, expression)) = rest.split_once("${") {
        let (inner, after) = expression.split_once('}')?;
        // Where an expression ends is told by its braces and texts; only what has none is plain to see.
        if inner.contains(['{', '"', '(']) || inner.trim().is_empty() {
            return None;
        }
        filled.push_str(&format!("{}\\({})", quoted(before), inner.trim()));
        rest = after;
    }
    Some(format!("${{ \"{filled}{}\" }}", quoted(rest)))
}

/// The numbers of a version that is none yet, as one.
fn version(text: &str) -> String {
    let mut numbers: Vec<String> = text
        .split(|one: char| !one.is_ascii_digit())
        .filter(|part| !part.is_empty() && part.len() < 10)
        .take(3)
        .map(|part| part.trim_start_matches('0').to_owned())
        .map(|part| if part.is_empty() { "0".to_owned() } else { part })
        .collect();
    if numbers.is_empty() {
        numbers.push("1".to_owned());
    }
    numbers.resize(3, "0".to_owned());
    numbers.join(".")
}

fn name(at: &Pointer, text: &str) -> Option<Fix> {
    let plain: String = text
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { '-' })
        .take(63)
        .collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| write(at, parts.join("-").into()))
}

/// What every definition begins with, where it is not written.
fn missing(value: &Value, at: &Pointer) -> Option<Fix> {
    let head = json!({ "dsl": "1.0.3", "namespace": "default", "name": "workflow", "version": "0.1.0" });
    let wanted = match at.as_str() {
        "/document" => head,
        "" => json!({ "document": head, "do": [] }),
        _ => return None,
    };
    let (members, wanted) = (value.as_object()?, wanted.as_object()?.clone());
    let absent: Vec<(String, Value)> =
        wanted.into_iter().filter(|(name, _)| !members.contains_key(name)).collect();
    let names: Vec<String> = absent.iter().map(|(name, _)| format!("`{name}`")).collect();
    let (title_en, title_zh) = (format!("Add {}", names.join(", ")), format!("补上 {}", names.join("、")));
    let whole: Map<String, Value> =
        members.iter().map(|(name, value)| (name.clone(), value.clone())).chain(absent).collect();
    let whole = Value::Object(whole);
    let edit = if at.is_root() {
        Edit::ReplaceDocument { root: whole }
    } else {
        Edit::SetMember { at: at.clone(), value: whole }
    };
    (!names.is_empty()).then_some(Fix { edit, title_en, title_zh })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{apply, plan};
    use crate::validate;

    /// What the first problem's fix is called; once it is made, that problem is gone.
    #[track_caller]
    fn check(text: &str, code: &str, title: &str) {
        let mut document = Document::from_yaml(text).expect("a definition");
        let mut catalog = Catalog::default();
        catalog.insert(
            "gate:1.0.0@default".to_owned(),
            crate::CatalogFunction { input_schema: json!({ "type": "object" }) },
        );
        let found = validate(&document, &catalog);
        let is_meant = |problem: &&Problem| problem.code == code;
        let problem = found.iter().find(is_meant).unwrap_or_else(|| panic!("no {code} in {found:#?}"));
        let fix = fix(&document, problem, &catalog);
        assert_eq!(fix.as_ref().map_or("-", |fix| fix.title_en.as_str()), title);
        let Some(fix) = fix else { return };
        let diff = plan(&document, &fix.edit).expect("an edit");
        apply(&mut document, &diff).expect("it fits");
        let left = validate(&document, &catalog);
        let is_left = left.iter().any(|left| left.code == code && left.pointer == problem.pointer);
        assert!(!is_left, "{}: {left:#?}", document.to_json());
    }

    fn around(tasks: &str) -> String {
        format!("document: {{dsl: '1.0.3', namespace: a, name: a, version: '1.0.0'}}\ndo: [{tasks}]\n")
    }

    #[test]
    fn a_slip_of_the_pen_is_written_as_it_was_meant() {
        check(&around("{a: {wait: {secnds: 3}}}"), "unexpected-member", "Rename to `seconds`");
        check(&around("{a: {set: {x: 1}, then: ennd}}"), "dangling-then", "Write `end`");
        check(&around("{a: {set: {x: 1}, then: bb2}}, {b2: {set: {x: 1}}}"), "dangling-then", "Write `b2`");
        check(&around("{a: {switch: [{c: {then: nowhere}}]}}"), "dangling-then", "Write `continue`");
        check(
            &around("{a: {call: 'gate:1.0.1@default', with: {}}}"),
            UNKNOWN_FUNCTION,
            "Write `gate:1.0.0@default`",
        );
        let retry = "{a: {try: [{b: {set: {x: 1}}}], catch: {retry: patiant}}}";
        let text = format!("{}use: {{retries: {{patient: {{delay: PT1S}}}}}}\n", around(retry));
        check(&text, "dangling-reference", "Write `patient`");
    }

    #[test]
    fn a_value_is_written_as_its_place_wants_it() {
        let consume = "consume: {while: .ready}";
        check(
            &around(&format!(
                "{{a: {{call: asyncapi, with: {{document: {{endpoint: 'https://x'}}, channel: c, subscription: {{{consume}}}}}}}}}"
            )),
            "not-an-expression",
            "Write `${ .ready }`",
        );
        check(
            &around("{a: {set: {x: 'at ${ .site }, \"now\"'}}}"),
            "text-with-expression",
            "Write `${ \"at \\(.site), \\\"now\\\"\" }`",
        );
        check(&around("{a: {wait: {seconds: '3'}}}"), "wrong-type", "Write `3`");
        check(
            "document: {dsl: 1.0, namespace: a, name: a, version: '1.0.0'}\ndo: []\n",
            "wrong-type",
            "Write `1.0`",
        );
        let head = |version: &str, name: &str| {
            format!(
                "document: {{dsl: '1.0.3', namespace: a, name: {name}, version: '{version}'}}\ndo: [{{a: {{set: {{x: 1}}}}}}]\n"
            )
        };
        check(&head("2.1", "a"), "bad-version", "Write `2.1.0`");
        check(&head("first", "a"), "bad-version", "Write `1.0.0`");
        check(&head("1.0.0", "Site Failover!"), "bad-name", "Write `site-failover`");
    }

    #[test]
    fn what_nothing_reads_is_removed_and_what_is_twice_renamed() {
        check(&around("{a: {set: {x: 1}, quite: 3}}"), "unexpected-member", "Remove `quite`");
        check(&around("{a: {set: {x: 1}}}, {a: {set: {x: 2}}}"), "duplicate-task-name", "Rename to `a-2`");
    }

    #[test]
    fn a_head_that_is_missing_is_added() {
        check("document: {dsl: '1.0.3', name: a}\ndo: []\n", "missing-member", "Add `namespace`, `version`");
        check("do: [{a: {set: {x: 1}}}]\n", "missing-member", "Add `document`");
    }

    #[test]
    fn what_people_have_to_decide_has_no_fix() {
        check(&around("{a: {wait: {seconds: 3}, set: {x: 1}}}"), "two-kinds", "-");
        check(&around("{a: {switch: [{c: {when: '${ .x }'}}]}}"), "missing-member", "-");
    }
}
