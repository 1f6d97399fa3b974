//! Names of `use` (DSL reference, Use): where they are used, and other names for them that every use follows.

use serde_json::Value;

use super::{Change, Diff, EditError};
use crate::Pointer;

/// What can be named once and used in many places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    Secrets,
    Retries,
    Timeouts,
    Errors,
    Authentications,
    Functions,
}

impl Section {
    pub const ALL: [Self; 6] =
        [Self::Secrets, Self::Retries, Self::Timeouts, Self::Errors, Self::Authentications, Self::Functions];

    /// The member of `use`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Retries => "retries",
            Self::Timeouts => "timeouts",
            Self::Errors => "errors",
            Self::Authentications => "authentications",
            Self::Functions => "functions",
        }
    }

    pub fn at(self) -> Pointer {
        Pointer::root().child("use").child(self.key())
    }
}

/// Where a name of `use` is used, in the order in which it is written.
pub fn uses(root: &Value, section: Section, name: &str) -> Vec<Pointer> {
    let mut found = Vec::new();
    visit(root, section, name, &mut |at, _, _| found.push(at));
    found
}

pub(super) fn rename(root: &Value, section: Section, from: &str, to: &str) -> Result<Diff, EditError> {
    if to.trim().is_empty() {
        return Err(EditError::EmptyName);
    }
    if from == to {
        return Ok(Diff::default());
    }
    let at = section.at();
    let missing = || EditError::NoSuchMember { at: at.child(from) };
    let mut changes = Vec::new();
    visit(root, section, from, &mut |at, before, kind| {
        let after = match kind {
            Use::Name => Value::from(to),
            Use::Expression => Value::from(with_secret(before.as_str().unwrap_or_default(), from, to)),
        };
        changes.push(Change::Updated { at, from: before.clone(), to: after });
    });
    match at.get(root) {
        Some(Value::Array(names)) => {
            let taken = names.iter().any(|name| name == to);
            let index = names.iter().position(|name| name == from).ok_or_else(missing)?;
            if taken {
                return Err(EditError::NameTaken { name: to.to_owned() });
            }
            changes.push(Change::Updated { at: at.index(index), from: from.into(), to: to.into() });
        }
        Some(Value::Object(members)) => {
            if members.contains_key(to) {
                return Err(EditError::NameTaken { name: to.to_owned() });
            }
            if !members.contains_key(from) {
                return Err(missing());
            }
            // The last one: the others still name what stands under the old name.
            changes.push(Change::Renamed { object: at, from: from.to_owned(), to: to.to_owned() });
        }
        _ => return Err(missing()),
    }
    Ok(Diff { changes, ..Diff::default() })
}

/// How a value uses a name.
#[derive(Clone, Copy)]
enum Use {
    /// It is the name.
    Name,
    /// It is an expression that has the name in it.
    Expression,
}

fn visit(root: &Value, section: Section, name: &str, found: &mut dyn FnMut(Pointer, &Value, Use)) {
    let mut open = vec![(Pointer::root(), root)];
    while let Some((at, value)) = open.pop() {
        match value {
            Value::Array(items) => {
                open.extend(items.iter().enumerate().rev().map(|(index, item)| (at.index(index), item)));
            }
            Value::Object(members) => {
                for (member, inner) in members.iter().rev() {
                    let place = at.child(member);
                    if let Some(path) = names(section, &at, member, inner)
                        && let Some(used) = path.iter().try_fold(inner, |value, member| value.get(member))
                        && used.as_str() == Some(name)
                    {
                        let place = path.iter().fold(place.clone(), |at, member| at.child(member));
                        found(place, used, Use::Name);
                    }
                    open.push((place, inner));
                }
            }
            Value::String(text) if section == Section::Secrets && with_secret(text, name, "") != *text => {
                found(at, value, Use::Expression);
            }
            _ => {}
        }
    }
}

/// Where below this member a name of the section stands, if it is a member that has one.
fn names(section: Section, object: &Pointer, member: &str, value: &Value) -> Option<&'static [&'static str]> {
    // What a call is called with is its own matter.
    let in_use = object.as_str().starts_with("/use/");
    match (section, member) {
        (Section::Retries, "retry") | (Section::Timeouts, "timeout") => value.is_string().then_some(&[]),
        (Section::Errors, "raise") => Some(&["error"]),
        (Section::Authentications, "authentication") => Some(if value.is_string() { &[] } else { &["use"] }),
        (Section::Functions, "call") => Some(&[]),
        (Section::Secrets, "basic" | "bearer" | "digest" | "oauth2" | "oidc")
            if in_use || object.last().as_deref() == Some("authentication") =>
        {
            Some(&["use"])
        }
        _ => None,
    }
}

/// An expression with another name for a secret; the same text where it does not name it.
fn with_secret(text: &str, from: &str, to: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let plain = |name: &str| {
        !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(is_word)
    };
    let quoted = |name: &str| Value::from(name).to_string();
    let spelled = if plain(to) { format!("$secrets.{to}") } else { format!("$secrets[{}]", quoted(to)) };
    let mut result = text.to_owned();
    for written in [format!("$secrets[{}]", quoted(from)), format!("$secrets.{}", quoted(from))] {
        result = result.replace(&written, &spelled);
    }
    if !plain(from) {
        return result;
    }
    let written = format!("$secrets.{from}");
    let mut rest = result.as_str();
    let mut done = String::with_capacity(result.len());
    while let Some(begin) = rest.find(&written) {
        let end = begin + written.len();
        let ends = !rest[end..].starts_with(is_word);
        done.push_str(&rest[..begin]);
        done.push_str(if ends { &spelled } else { &written });
        rest = &rest[end..];
    }
    done.push_str(rest);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;
    use crate::edit::{Edit, apply, plan};
    use serde_json::json;

    fn definition() -> Value {
        json!({
            "use": {
                "secrets": ["token", "tokens"],
                "retries": { "patient": { "delay": "PT1S" }, "quick": {} },
                "timeouts": { "long": { "after": "PT1H" } },
                "errors": { "down": { "type": "https://a", "status": 503 } },
                "authentications": { "hub": { "bearer": { "use": "token" } } },
                "functions": { "check": { "call": "http", "with": { "endpoint": "https://a" } } },
            },
            "timeout": "long",
            "do": [
                { "a": { "call": "check", "timeout": "long", "with": { "x": "${ $secrets.token + $secrets.tokens }" } } },
                { "b": { "try": [ { "c": { "raise": { "error": "down" } } } ], "catch": { "retry": "patient" } } },
                { "d": { "call": "http", "with": { "endpoint": { "uri": "https://b", "authentication": { "use": "hub" } } } } },
            ],
        })
    }

    /// Renames, looks at what changed, and takes it back.
    fn check(section: Section, from: &str, expected: &[(&str, Value)]) {
        let mut document = Document::from_value(definition());
        let edit = Edit::RenameUsed { section, from: from.to_owned(), to: "other".to_owned() };
        let diff = plan(&document, &edit).expect("a rename");
        apply(&mut document, &diff).expect("in step");
        for (pointer, value) in expected {
            assert_eq!(document.root().pointer(pointer), Some(value), "{pointer}");
        }
        assert!(uses(document.root(), section, from).is_empty(), "nothing names {from} any more");
        apply(&mut document, &diff.invert()).expect("in step");
        assert_eq!(*document.root(), definition());
    }

    #[test]
    fn every_use_follows_the_name() {
        check(
            Section::Secrets,
            "token",
            &[
                ("/use/secrets", json!(["other", "tokens"])),
                ("/use/authentications/hub/bearer/use", json!("other")),
                ("/do/0/a/with/x", json!("${ $secrets.other + $secrets.tokens }")),
            ],
        );
        check(
            Section::Retries,
            "patient",
            &[
                ("/use/retries", json!({ "other": { "delay": "PT1S" }, "quick": {} })),
                ("/do/1/b/catch/retry", json!("other")),
            ],
        );
        check(
            Section::Timeouts,
            "long",
            &[("/timeout", json!("other")), ("/do/0/a/timeout", json!("other"))],
        );
        check(Section::Errors, "down", &[("/do/1/b/try/0/c/raise/error", json!("other"))]);
        check(
            Section::Authentications,
            "hub",
            &[
                ("/use/authentications/other/bearer/use", json!("token")),
                ("/do/2/d/with/endpoint/authentication/use", json!("other")),
            ],
        );
        check(
            Section::Functions,
            "check",
            &[("/do/0/a/call", json!("other")), ("/use/functions/other/call", json!("http"))],
        );
    }

    #[test]
    fn a_name_that_is_taken_or_missing_is_refused() {
        let plan = |section, from: &str, to: &str| {
            let edit = Edit::RenameUsed { section, from: from.to_owned(), to: to.to_owned() };
            plan(&Document::from_value(definition()), &edit)
        };
        let taken = Err(EditError::NameTaken { name: "quick".to_owned() });
        assert_eq!(plan(Section::Retries, "patient", "quick"), taken);
        assert!(plan(Section::Secrets, "token", "tokens").is_err());
        assert_eq!(plan(Section::Errors, "down", " "), Err(EditError::EmptyName));
        assert!(matches!(plan(Section::Errors, "up", "x"), Err(EditError::NoSuchMember { .. })));
    }

    #[test]
    fn a_secret_whose_name_is_no_word_is_written_as_a_text() {
        assert_eq!(with_secret("${ $secrets.a.b }", "a", "api-key"), r#"${ $secrets["api-key"].b }"#);
        assert_eq!(with_secret(r#"${ $secrets["api-key"] }"#, "api-key", "key"), "${ $secrets.key }");
        assert_eq!(with_secret("${ $secrets.ab }", "a", "x"), "${ $secrets.ab }");
    }
}
