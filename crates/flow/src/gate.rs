//! The terms of a manual gate: who decides, how many of them, and until when.
//!
//! Read from the `with` of a `manual-gate` call: as it is written, to find what can never work before anybody waits for
//! it, and as it has been evaluated, when the gate opens. Everything that cannot be read is refused: a gate whose terms
//! are in doubt must not become one that anybody opens. Who decided what is the engine's to know.

mod time;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::validate::{is_duration, is_expression};

/// The function of the default catalog that is a gate.
pub(crate) const FUNCTION: &str = "manual-gate:1.0.0@default";
/// What an approver that is a role begins with; a bare name is a user, or a role.
pub const ROLE_PREFIX: &str = "role:";
/// The product's roles, as approvers name them.
pub const ROLES: [&str; 3] = ["viewer", "operator", "admin"];
/// Every approval is kept with the task that waits for it.
const MOST_APPROVALS: u32 = 50;

/// What `with` says.
#[cfg(feature = "evaluate")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) message: String,
    /// Users and roles; empty lets everyone decide who may decide at all.
    pub(crate) approvers: Vec<String>,
    pub(crate) min_approvals: u32,
    /// Whoever started the run does not decide.
    pub(crate) four_eyes: bool,
    pub(crate) deadline: Option<Limit>,
}

/// Until when a gate waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// A duration, as it is written.
    After(Value),
    /// A moment, in milliseconds since 1970.
    At(i64),
}

/// A member of `with` that cannot stand as it is; the text says what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadTerm {
    pub(crate) member: &'static str,
    pub(crate) en: String,
    pub(crate) zh: String,
}

#[cfg(feature = "evaluate")]
impl Terms {
    /// Reads what `with` has been evaluated to.
    pub(crate) fn read(with: &Value) -> Result<Self, BadTerm> {
        let members = with.as_object().ok_or_else(not_an_object)?;
        let terms = Self {
            message: message(members),
            approvers: approvers(members)?,
            min_approvals: min_approvals(members)?,
            four_eyes: four_eyes(members)?,
            deadline: deadline(members)?,
        };
        on_deadline(members)?;
        enough(&terms.approvers, terms.min_approvals)?;
        Ok(terms)
    }

    /// Whether so many approvals can come together while this person does not count.
    pub(crate) fn can_pass_without(&self, barred: &str) -> bool {
        let others: Vec<String> = self.approvers.iter().filter(|name| *name != barred).cloned().collect();
        self.approvers.is_empty() || most_people(&others).is_none_or(|most| most >= self.min_approvals)
    }
}

/// What is wrong with `with` as it is written, whatever its expressions will yield.
pub(crate) fn problems(with: &Value) -> Vec<BadTerm> {
    let Some(members) = with.as_object() else {
        let computed = with.as_str().is_some_and(is_expression);
        return if computed { Vec::new() } else { vec![not_an_object()] };
    };
    let written: Map<String, Value> = members
        .iter()
        .filter(|(_, value)| !has_expression(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let (approvers, most) = (approvers(&written), min_approvals(&written));
    let both = match (&approvers, &most) {
        (Ok(approvers), Ok(most)) if written.contains_key("approvers") => enough(approvers, *most).err(),
        _ => None,
    };
    let each = [
        approvers.err(),
        most.err(),
        four_eyes(&written).err(),
        deadline(&written).err(),
        on_deadline(&written).err(),
    ];
    each.into_iter().chain([both]).flatten().collect()
}

/// Whether anybody who may decide at all lets this gate pass alone, whatever its expressions will yield.
#[cfg(feature = "evaluate")]
pub(crate) fn is_open(with: &Value) -> bool {
    let Some(members) = with.as_object() else { return false };
    ["approvers", "minApprovals", "fourEyes"]
        .iter()
        .all(|name| !members.get(*name).is_some_and(has_expression))
        && approvers(members).is_ok_and(|approvers| approvers.is_empty())
        && min_approvals(members).is_ok_and(|most| most <= 1)
        && four_eyes(members).is_ok_and(|four_eyes| !four_eyes)
}

#[cfg(feature = "evaluate")]
fn message(members: &Map<String, Value>) -> String {
    match members.get("message") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn approvers(members: &Map<String, Value>) -> Result<Vec<String>, BadTerm> {
    let written = match members.get("approvers") {
        None => return Ok(Vec::new()),
        Some(Value::String(one)) => {
            std::slice::from_ref(one).iter().map(|name| Some(name.as_str())).collect()
        }
        Some(Value::Array(several)) => several.iter().map(Value::as_str).collect(),
        Some(_) => vec![None],
    };
    let mut approvers: Vec<String> = Vec::new();
    for name in written {
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
            return Err(bad(
                "approvers",
                "`approvers` has to be a list of user names and roles (`role:operator`), none of them empty",
                "`approvers` 应为用户名或角色（`role:operator`）的列表，且不含空项",
            ));
        };
        if let Some(role) = name.strip_prefix(ROLE_PREFIX)
            && !ROLES.contains(&role)
        {
            let roles = ROLES.map(|role| format!("{ROLE_PREFIX}{role}"));
            return Err(bad(
                "approvers",
                format!("there is no role `{role}`; there are: {}", roles.join(", ")),
                format!("角色 `{role}` 不存在，可用：{}", roles.join("、")),
            ));
        }
        if !approvers.iter().any(|known| known == name) {
            approvers.push(name.to_owned());
        }
    }
    Ok(approvers)
}

fn min_approvals(members: &Map<String, Value>) -> Result<u32, BadTerm> {
    let Some(value) = members.get("minApprovals") else { return Ok(1) };
    let number = value.as_u64().or_else(|| whole(value.as_f64()?));
    let number = number.and_then(|number| u32::try_from(number).ok());
    number.filter(|number| (1..=MOST_APPROVALS).contains(number)).ok_or_else(|| {
        bad(
            "minApprovals",
            format!("`minApprovals` has to be a whole number from 1 to {MOST_APPROVALS}"),
            format!("`minApprovals` 应为 1 到 {MOST_APPROVALS} 的整数"),
        )
    })
}

/// `2.0` is a whole number: an expression may yield it so.
fn whole(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..1e9).contains(&number)).then_some(number as u64)
}

fn four_eyes(members: &Map<String, Value>) -> Result<bool, BadTerm> {
    match members.get("fourEyes") {
        None => Ok(false),
        Some(Value::Bool(four_eyes)) => Ok(*four_eyes),
        Some(_) => {
            Err(bad("fourEyes", "`fourEyes` has to be true or false", "`fourEyes` 应为 true 或 false"))
        }
    }
}

fn deadline(members: &Map<String, Value>) -> Result<Option<Limit>, BadTerm> {
    let value = match members.get("deadline") {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value,
    };
    let limit = match value {
        Value::String(text) if is_duration(text) => Some(Limit::After(value.clone())),
        Value::String(text) => time::milliseconds(text).map(Limit::At),
        Value::Object(units) if !units.is_empty() => Some(Limit::After(value.clone())),
        _ => None,
    };
    limit.map(Some).ok_or_else(bad_deadline)
}

pub(crate) fn bad_deadline() -> BadTerm {
    bad(
        "deadline",
        "`deadline` has to be a duration such as `PT30M`, or a time with its offset such as `2026-11-23T03:00:00Z`",
        "`deadline` 应为时长（如 `PT30M`）或带时区的时间（如 `2026-11-23T03:00:00Z`）",
    )
}

fn on_deadline(members: &Map<String, Value>) -> Result<(), BadTerm> {
    match members.get("onDeadline") {
        None => Ok(()),
        Some(value) if value == "fault" => Ok(()),
        Some(_) => Err(bad(
            "onDeadline",
            "`onDeadline` has to be `fault`: silence is no approval",
            "`onDeadline` 只能为 `fault`：超时不等于通过",
        )),
    }
}

/// More approvals than there are people would never come together.
fn enough(approvers: &[String], min_approvals: u32) -> Result<(), BadTerm> {
    match most_people(approvers) {
        Some(most) if !approvers.is_empty() && most < min_approvals => Err(bad(
            "minApprovals",
            format!(
                "`minApprovals` is {min_approvals}, and `approvers` names {most}: the gate could never pass"
            ),
            format!("`minApprovals` 为 {min_approvals}，而 `approvers` 只有 {most} 人：该卡点永远无法通过"),
        )),
        _ => Ok(()),
    }
}

/// How many people a list can mean at most; none where a role is among them, since any number may have it.
fn most_people(approvers: &[String]) -> Option<u32> {
    let is_role = |name: &String| name.starts_with(ROLE_PREFIX) || ROLES.contains(&name.as_str());
    if approvers.iter().any(is_role) {
        return None;
    }
    let people: BTreeSet<&String> = approvers.iter().collect();
    u32::try_from(people.len()).ok()
}

fn has_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => is_expression(text),
        Value::Array(items) => items.iter().any(has_expression),
        Value::Object(members) => members.values().any(has_expression),
        _ => false,
    }
}

fn not_an_object() -> BadTerm {
    bad("", "`with` of a gate has to be an object", "卡点的 `with` 应为对象")
}

fn bad(member: &'static str, en: impl Into<String>, zh: impl Into<String>) -> BadTerm {
    BadTerm { member, en: en.into(), zh: zh.into() }
}

#[cfg(all(test, feature = "evaluate"))]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(with: Value) -> String {
        let found = problems(&with);
        let lines: Vec<String> = found.iter().map(|bad| format!("{}: {}", bad.member, bad.en)).collect();
        // What is wrong as it is written is wrong when it is evaluated, too.
        assert!(lines.is_empty() || Terms::read(&with).is_err(), "{with}");
        lines.join("\n")
    }

    #[test]
    fn what_can_never_work_is_found_as_it_is_written() {
        insta::assert_snapshot!(check(json!({"approvers": ["ann", "bob", "ann"], "minApprovals": 3})), @"minApprovals: `minApprovals` is 3, and `approvers` names 2: the gate could never pass");
        insta::assert_snapshot!(check(json!({"approvers": [" "]})), @"approvers: `approvers` has to be a list of user names and roles (`role:operator`), none of them empty");
        insta::assert_snapshot!(check(json!({"approvers": ["role:boss"]})), @"approvers: there is no role `boss`; there are: role:viewer, role:operator, role:admin");
        insta::assert_snapshot!(check(json!({"minApprovals": 0, "fourEyes": "yes"})), @"
        minApprovals: `minApprovals` has to be a whole number from 1 to 50
        fourEyes: `fourEyes` has to be true or false
        ");
        insta::assert_snapshot!(check(json!({"deadline": "tomorrow", "onDeadline": "approve"})), @"
        deadline: `deadline` has to be a duration such as `PT30M`, or a time with its offset such as `2026-11-23T03:00:00Z`
        onDeadline: `onDeadline` has to be `fault`: silence is no approval
        ");
        insta::assert_snapshot!(check(json!("ann")), @": `with` of a gate has to be an object");
    }

    #[test]
    fn what_may_work_is_left_in_peace() {
        for with in [
            json!({}),
            json!({"approvers": "ann", "deadline": {"minutes": 5}, "onDeadline": "fault"}),
            json!({"approvers": ["role:operator"], "minApprovals": 2, "fourEyes": true}),
            json!({"approvers": ["operator"], "minApprovals": 2, "deadline": "2026-11-23T03:00:00+08:00"}),
            json!({"approvers": [], "minApprovals": 2, "deadline": "PT30M"}),
            json!({"approvers": ["${ .a }"], "minApprovals": 2, "deadline": "${ .until }", "fourEyes": "${ .strict }"}),
            json!("${ .gate }"),
        ] {
            assert_eq!(check(with.clone()), "", "{with}");
        }
    }

    /// Fail closed: what an expression gets wrong must not leave a gate that anybody opens.
    #[test]
    fn a_list_that_came_out_wrong_is_not_an_empty_one() {
        for approvers in [json!(null), json!(7), json!({}), json!([null]), json!(["ann", 7]), json!([""])] {
            assert!(Terms::read(&json!({"approvers": approvers})).is_err(), "{approvers}");
        }
        assert!(Terms::read(&json!({"minApprovals": null})).is_err());
        assert!(Terms::read(&json!({"fourEyes": null})).is_err());
        assert_eq!(Terms::read(&json!({"minApprovals": 2.0})).map(|terms| terms.min_approvals), Ok(2));
    }

    #[test]
    fn a_gate_is_open_only_where_that_is_certain() {
        assert!(is_open(&json!({"message": "${ .m }", "approvers": [], "deadline": "${ .d }"})));
        for with in [
            json!({"approvers": ["ann"]}),
            json!({"minApprovals": 2}),
            json!({"fourEyes": true}),
            json!({"fourEyes": "${ .f }"}),
            json!("${ .gate }"),
        ] {
            assert!(!is_open(&with), "{with}");
        }
    }
}
