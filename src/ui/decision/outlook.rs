//! What follows a gate, by name, so that whoever decides knows what they decide on. Reads the definition only.

use flow::view::{resolve_then, switch_cases, tasks};
use flow::{ChildRole, Document, FlowTarget, Pointer, TaskKind, TaskView};

/// What an approval and a rejection lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// The tasks that may run next; several where branches start side by side or conditions decide.
    pub next: Vec<String>,
    /// How the tasks of `next` stand to each other.
    pub order: NextOrder,
    /// Nothing follows here before the other branches of this fork are done.
    pub after_branches_of: Option<String>,
    /// The list is the body of this loop: it may begin again.
    pub loop_around: Option<String>,
    /// The `try` that catches the fault of a rejection.
    pub caught_by: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NextOrder {
    /// One task, or nothing: the workflow ends.
    #[default]
    Single,
    /// All at once.
    Parallel,
    /// One of them, as the conditions say.
    OneOf,
}

/// The outlook of the task at `pointer`; `None` where the definition has no such task.
pub fn outlook(document: &Document, pointer: &str) -> Option<Outlook> {
    let all: Vec<TaskView> = tasks(document).collect();
    let mut at = all.iter().find(|task| task.pointer.as_str() == pointer)?;
    let mut outlook = Outlook { caught_by: catching_try(&all, &at.pointer), ..Outlook::default() };
    loop {
        match resolve_then(document, &at.list, at.index, at.then()) {
            FlowTarget::Task(next) => {
                (outlook.next, outlook.order) = begin_of(document, &all, &next);
                return Some(outlook);
            }
            FlowTarget::End | FlowTarget::Dangling(_) => return Some(outlook),
            FlowTarget::Leave => {}
        }
        let Some((around, role)) = holder(&all, &at.list) else { return Some(outlook) };
        if role == ChildRole::Branches && outlook.after_branches_of.is_none() {
            outlook.after_branches_of = Some(around.name.to_owned());
        }
        if around.kind == Some(TaskKind::For) && outlook.loop_around.is_none() {
            outlook.loop_around = Some(around.name.to_owned());
        }
        at = around;
    }
}

/// The task that holds this list, and what the list is to it.
fn holder<'a, 'b>(all: &'b [TaskView<'a>], list: &Pointer) -> Option<(&'b TaskView<'a>, ChildRole)> {
    all.iter().find_map(|task| {
        let child = task.child_lists().into_iter().find(|child| child.pointer == *list)?;
        Some((task, child.role))
    })
}

/// The innermost `try` whose guarded list the task stands in.
fn catching_try(all: &[TaskView], pointer: &Pointer) -> Option<String> {
    let guards = |task: &&TaskView| {
        task.child_lists().iter().any(|list| list.role == ChildRole::Try && pointer.is_within(&list.pointer))
    };
    all.iter().rfind(guards).map(|task| task.name.to_owned())
}

/// What runs first when the flow reaches this task: the branches of a fork, the targets of a switch, the first task of a
/// box, else the task itself. A box is followed inwards once; what is deeper shows on the canvas.
fn begin_of(document: &Document, all: &[TaskView], pointer: &Pointer) -> (Vec<String>, NextOrder) {
    let Some(task) = all.iter().find(|task| task.pointer == *pointer) else {
        return (pointer.last().into_iter().collect(), NextOrder::Single);
    };
    let lists = task.child_lists();
    match task.kind {
        Some(TaskKind::Fork) => {
            let branches = lists.first().map(|list| names_of(all, &list.pointer)).unwrap_or_default();
            (branches, NextOrder::Parallel)
        }
        Some(TaskKind::Switch) => {
            let mut names = Vec::new();
            for case in switch_cases(&task.pointer, task.value) {
                let target = match resolve_then(document, &task.list, task.index, case.then) {
                    FlowTarget::Task(target) => target.last(),
                    _ => None,
                };
                names.extend(target.filter(|name| !names.contains(name)));
            }
            (names, NextOrder::OneOf)
        }
        _ => {
            let inner = lists.first().and_then(|list| names_of(all, &list.pointer).into_iter().next());
            let name = inner.map_or_else(|| task.name.to_owned(), |inner| format!("{} › {inner}", task.name));
            (vec![name], NextOrder::Single)
        }
    }
}

fn names_of(all: &[TaskView], list: &Pointer) -> Vec<String> {
    all.iter().filter(|task| task.list == *list).map(|task| task.name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn gate() -> Value {
        json!({ "call": "manual-gate:1.0.0@default" })
    }

    fn check(list: Value, pointer: &str) -> Outlook {
        outlook(&Document::from_value(json!({ "do": list })), pointer).expect("a task")
    }

    fn names(outlook: &Outlook) -> Vec<&str> {
        outlook.next.iter().map(String::as_str).collect()
    }

    #[test]
    fn branches_that_start_together_are_all_named() {
        let fork = json!({ "fork": { "branches": [{ "dns": { "set": {} } }, { "cache": { "set": {} } }] } });
        let seen = check(json!([{ "gate": gate() }, { "switch": fork }]), "/do/0/gate");
        assert_eq!((names(&seen), seen.order), (vec!["dns", "cache"], NextOrder::Parallel));
    }

    #[test]
    fn a_gate_in_a_branch_waits_for_its_sisters_and_a_rejection_is_caught() {
        let fork = json!({ "fork": { "branches": [{ "left": gate() }, { "right": { "set": {} } }] } });
        let list = json!([
            { "safe": { "try": [{ "both": fork }], "catch": { "do": [{ "back": { "set": {} } }] } } },
            { "verify": { "do": [{ "probe": { "set": {} } }] } },
        ]);
        let seen = check(list, "/do/0/safe/try/0/both/fork/branches/0/left");
        assert_eq!(names(&seen), ["verify › probe"]);
        assert_eq!(seen.after_branches_of.as_deref(), Some("both"));
        assert_eq!(seen.caught_by.as_deref(), Some("safe"));
    }

    #[test]
    fn a_fault_in_the_catch_itself_is_not_caught_by_it() {
        let list =
            json!([{ "safe": { "try": [{ "a": { "set": {} } }], "catch": { "do": [{ "gate": gate() }] } } }]);
        let seen = check(list, "/do/0/safe/catch/do/0/gate");
        assert_eq!((seen.caught_by, seen.next), (None, Vec::new()));
    }

    #[test]
    fn directives_switches_and_loops_are_followed() {
        let switch =
            json!({ "switch": [{ "x": { "when": ".x", "then": "blue" } }, { "else": { "then": "green" } }] });
        let list = json!([
            { "each": { "for": { "in": "." }, "do": [{ "gate": gate() }] } },
            { "which": switch },
            { "blue": { "set": {} } },
            { "green": { "set": {} } },
        ]);
        let seen = check(list, "/do/0/each/do/0/gate");
        assert_eq!((names(&seen), seen.order), (vec!["blue", "green"], NextOrder::OneOf));
        assert_eq!(seen.loop_around.as_deref(), Some("each"));
        let mut last = gate();
        last["then"] = json!("end");
        assert_eq!(
            names(&check(json!([{ "gate": last }, { "never": { "set": {} } }]), "/do/0/gate")),
            [""; 0]
        );
    }
}
