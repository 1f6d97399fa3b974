//! Where the flow goes from a task: flow directives and the cases of a `switch` (DSL reference, Flow Directive).

use serde_json::Value;

use super::entry;
use crate::{Document, Pointer};

/// Where a flow directive leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowTarget {
    /// To this task of the same list.
    Task(Pointer),
    /// Out of the list: the task around it completes, or the workflow where the list is its own `do`.
    /// `exit`, and `continue` after the last task.
    Leave,
    /// To the end of the workflow.
    End,
    /// To a name that no task of the same list has.
    Dangling(String),
}

/// Where the directive `then` of the task at `index` of `list` leads. Nothing written means `continue`.
///
/// The entries of `fork.branches` do not follow each other, so `continue` leaves a branch.
pub fn resolve_then(document: &Document, list: &Pointer, index: usize, then: Option<&str>) -> FlowTarget {
    let items = list.get(document.root()).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let at = |index: usize| items.get(index).and_then(entry).map(|(name, _)| list.index(index).child(name));
    match then.unwrap_or("continue") {
        "end" => FlowTarget::End,
        "exit" => FlowTarget::Leave,
        "continue" if is_branches(document.root(), list) => FlowTarget::Leave,
        "continue" => at(index + 1).map_or(FlowTarget::Leave, FlowTarget::Task),
        name => items
            .iter()
            .position(|item| entry(item).is_some_and(|(task, _)| task == name))
            .and_then(at)
            .map_or_else(|| FlowTarget::Dangling(name.to_owned()), FlowTarget::Task),
    }
}

/// Whether `list` is the `branches` of a fork: a task that is named `fork` may hold a member of that name too,
/// so the member around it has to be a fork's configuration.
pub(crate) fn is_branches(root: &Value, list: &Pointer) -> bool {
    let tokens: Vec<String> = list.tokens().collect();
    let [.., fork, branches] = tokens.as_slice() else { return false };
    let holder = list.parent().and_then(|fork| fork.parent());
    fork == "fork"
        && branches == "branches"
        && holder.and_then(|task| task.get(root).map(|task| task.get("fork").is_some())).unwrap_or(false)
}

/// One case of a `switch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchCase<'a> {
    pub pointer: Pointer,
    pub name: &'a str,
    /// The condition; none for the default case.
    pub when: Option<&'a str>,
    pub then: Option<&'a str>,
}

/// The cases of the `switch` task `value` at `pointer`, in order; empty for any other task.
pub fn switch_cases<'a>(pointer: &Pointer, value: &'a Value) -> Vec<SwitchCase<'a>> {
    let list = pointer.child("switch");
    let cases = value.get("switch").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    cases
        .iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let (name, case) = entry(item)?;
            Some(SwitchCase {
                pointer: list.index(index).child(name),
                name,
                when: case.get("when").and_then(Value::as_str),
                then: case.get("then").and_then(Value::as_str),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_directive_leads_to_a_sibling_out_or_nowhere() {
        let document = Document::from_value(json!({ "do": [
            { "a": { "set": { "x": 1 } } },
            { "b": { "fork": { "branches": [{ "left": { "set": "." } }, { "right": { "set": "." } }] } } },
        ] }));
        let top = Pointer::root().child("do");
        let task = |text: &str| FlowTarget::Task(Pointer::parse(text).expect("a pointer"));
        assert_eq!(resolve_then(&document, &top, 0, None), task("/do/1/b"));
        assert_eq!(resolve_then(&document, &top, 1, Some("continue")), FlowTarget::Leave);
        assert_eq!(resolve_then(&document, &top, 1, Some("a")), task("/do/0/a"));
        assert_eq!(resolve_then(&document, &top, 0, Some("end")), FlowTarget::End);
        assert_eq!(resolve_then(&document, &top, 0, Some("left")), FlowTarget::Dangling("left".to_owned()));
        let branches = Pointer::parse("/do/1/b/fork/branches").expect("a pointer");
        assert_eq!(resolve_then(&document, &branches, 0, None), FlowTarget::Leave);
    }
}
