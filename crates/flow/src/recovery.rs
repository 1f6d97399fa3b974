//! The plan of a recovery: what runs, is passed by, is given up and stays when people retry, skip or stop.
//!
//! Computed from the definition and where its tasks stand, so that it can be read before the act. It acts on nothing, and
//! what the run does really may differ where conditions decide; such steps are not certain.

use std::collections::HashSet;

use serde_json::Value;

use crate::ahead::{Ahead, Walk};
use crate::{Document, Pointer};

/// Where a task of the run stands; of several instances the one that matters most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Done,
    Skipped,
    Faulted,
    /// It runs or waits.
    Active,
    /// The flow went elsewhere.
    NotTaken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskNow<'a> {
    pub pointer: &'a str,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act<'a> {
    /// These tasks, by their pointers, run again.
    Retry(&'a [&'a str]),
    Skip(&'a str),
    Stop,
}

/// What an act leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What runs again, with what it holds.
    pub again: Ahead,
    /// What then follows, up to the next gate or the end.
    pub follows: Ahead,
    /// What is passed by.
    pub skipped: Vec<Named>,
    /// What is given up where it stands.
    pub cancelled: Vec<Named>,
    /// What is at fault and stays so.
    pub at_fault: Vec<Named>,
    /// What goes on beside it.
    pub goes_on: Vec<Named>,
    /// What will not have run.
    pub never: Vec<Named>,
    /// What is done and stays done.
    pub stays: Vec<Named>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub pointer: Pointer,
    pub name: String,
}

/// The plan of an act on a run whose tasks stand so. Tasks that hold others are told by these.
pub fn plan(document: &Document, now: &[TaskNow], act: Act, input: Option<&Value>) -> Plan {
    let mut walk = Walk::new(document, input);
    let mut plan = Plan::default();
    let standing = |pointer: &Pointer| {
        now.iter().find(|task| task.pointer == pointer.as_str()).map(|task| task.standing)
    };
    let acted_on: Vec<&str> = match act {
        Act::Retry(tasks) => tasks.to_vec(),
        Act::Skip(task) => vec![task],
        Act::Stop => Vec::new(),
    };
    match act {
        Act::Retry(tasks) => {
            let found: Vec<usize> = tasks.iter().filter_map(|pointer| walk.find(pointer)).collect();
            let ways: Vec<_> = found.into_iter().map(|task| (task, walk.run(task))).collect();
            plan.again = walk.take();
            for (task, ways) in ways {
                ways.into_iter().for_each(|way| walk.go_on(task, way));
            }
            plan.follows = walk.take();
        }
        Act::Skip(task) => {
            if let Some(found) = walk.find(task) {
                let then = walk.all()[found].then();
                walk.go_on(found, (then, true));
                plan.follows = walk.take();
            }
        }
        Act::Stop => {}
    }
    let is_acted_on = |pointer: &Pointer| {
        acted_on.iter().filter_map(|task| Pointer::parse(task)).any(|task| pointer.is_within(&task))
    };
    let begun: HashSet<&str> = now.iter().map(|task| task.pointer).collect();
    for task in walk.all() {
        let leaf = task.child_lists().is_empty();
        let named = || Named { pointer: task.pointer.clone(), name: task.name.to_owned() };
        if matches!(act, Act::Skip(_)) && is_acted_on(&task.pointer) {
            if leaf && standing(&task.pointer) != Some(Standing::Done) {
                plan.skipped.push(named());
            }
            continue;
        }
        // A box is at fault by itself only where none of its tasks is.
        let list = match (standing(&task.pointer), act) {
            _ if is_acted_on(&task.pointer) => continue,
            (Some(Standing::Faulted), Act::Stop) | (Some(Standing::Active), Act::Stop) if leaf => {
                &mut plan.cancelled
            }
            (Some(Standing::Faulted), _) if leaf => &mut plan.at_fault,
            (Some(Standing::Active), _) if leaf => &mut plan.goes_on,
            (Some(Standing::Done | Standing::Skipped), _) if leaf => &mut plan.stays,
            (None, Act::Stop) if leaf && !begun.contains(task.pointer.as_str()) => &mut plan.never,
            _ => continue,
        };
        list.push(named());
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(list: &[Named]) -> String {
        list.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn steps(ahead: &Ahead) -> String {
        let one = |step: &crate::ahead::Step| format!("{}{:?}", step.name, step.repeat);
        ahead.steps.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn check(act: Act) -> String {
        let post = json!({ "call": "http", "with": { "method": "post", "endpoint": "https://a" } });
        let get = json!({ "call": "http", "with": { "method": "get", "endpoint": "https://a" } });
        let document = Document::from_value(json!({ "do": [
            { "check": get },
            { "both": { "fork": { "branches": [{ "dns": post }, { "cache": { "run": { "shell": { "command": "x" } } } }, { "slow": get }] } } },
            { "tell": { "emit": { "event": { "with": { "type": "t" } } } } },
            { "ask": { "call": "manual-gate:1.0.0@default" } },
            { "last": get },
        ] }));
        let at = |pointer, standing| TaskNow { pointer, standing };
        let now = [
            at("/do/0/check", Standing::Done),
            at("/do/1/both", Standing::Active),
            at("/do/1/both/fork/branches/0/dns", Standing::Faulted),
            at("/do/1/both/fork/branches/1/cache", Standing::Faulted),
            at("/do/1/both/fork/branches/2/slow", Standing::Active),
        ];
        let plan = plan(&document, &now, act, None);
        format!(
            "again: {}\nfollows: {} {:?}\nskipped: {}\ncancelled: {}\nat fault: {}\ngoes on: {}\nnever: {}\nstays: {}",
            steps(&plan.again),
            steps(&plan.follows),
            plan.follows.ends,
            names(&plan.skipped),
            names(&plan.cancelled),
            names(&plan.at_fault),
            names(&plan.goes_on),
            names(&plan.never),
            names(&plan.stays),
        )
    }

    #[test]
    fn a_retry_of_one_leaves_the_other_fault() {
        insta::assert_snapshot!(check(Act::Retry(&["/do/1/both/fork/branches/0/dns"])), @r#"
            again: dnsActsAgain
            follows: tellActsAgain [Gate { pointer: Pointer("/do/3/ask"), name: "ask", certain: true }, OtherBranches { name: "both" }]
            skipped: 
            cancelled: 
            at fault: cache
            goes on: slow
            never: 
            stays: check
            "#);
    }

    #[test]
    fn a_retry_of_several_names_what_acts_again() {
        insta::assert_snapshot!(check(Act::Retry(&[
            "/do/1/both/fork/branches/0/dns",
            "/do/1/both/fork/branches/1/cache"
        ])), @r#"
            again: dnsActsAgain cacheActsAgain
            follows: tellActsAgain [Gate { pointer: Pointer("/do/3/ask"), name: "ask", certain: true }, OtherBranches { name: "both" }]
            skipped: 
            cancelled: 
            at fault: 
            goes on: slow
            never: 
            stays: check
            "#);
    }

    #[test]
    fn a_skip_passes_the_task_by_and_goes_on() {
        insta::assert_snapshot!(check(Act::Skip("/do/1/both/fork/branches/0/dns")), @r#"
            again: 
            follows: tellActsAgain [Gate { pointer: Pointer("/do/3/ask"), name: "ask", certain: true }, OtherBranches { name: "both" }]
            skipped: dns
            cancelled: 
            at fault: cache
            goes on: slow
            never: 
            stays: check
            "#);
    }

    #[test]
    fn a_stop_gives_up_what_runs_and_names_what_never_will() {
        insta::assert_snapshot!(check(Act::Stop), @r"
            again: 
            follows:  []
            skipped: 
            cancelled: dns cache slow
            at fault: 
            goes on: 
            never: tell ask last
            stays: check
            ");
    }

    #[test]
    fn what_is_no_task_changes_nothing() {
        let document = Document::from_value(json!({ "do": [{ "a": { "set": {} } }] }));
        assert_eq!(plan(&document, &[], Act::Skip("/do/9/x"), None), Plan::default());
    }
}
