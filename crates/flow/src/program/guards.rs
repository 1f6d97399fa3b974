//! Which gates a person would go round: by skipping a task that holds one, or by choosing stages without it.
//!
//! A gate stands within a task wherever the flow gets to it from there: through lists, functions of `use.functions` and
//! extensions. Whether it has been passed already is not asked: what is in doubt is not gone round.

use std::collections::BTreeSet;

use super::{Action, ListId, Node, NodeId, Program, Then};
use crate::Pointer;

impl Program {
    /// A gate that a run of just these stages would go round: it is not among them, and something that it may stand
    /// before is.
    pub fn gate_left_out(&self, stages: &[String]) -> Option<&Pointer> {
        let tops: Vec<(NodeId, &Node)> =
            self.list(self.root).iter().map(|id| (*id, self.node(*id))).collect();
        let is_chosen = |node: &Node| stages.contains(&node.name);
        // Where the flow jumps, the order of the list says nothing.
        let jumps = tops.iter().any(|(_, node)| node.jumps());
        let last = tops.iter().rposition(|(_, node)| is_chosen(node))?;
        let mut left_out =
            tops.iter().enumerate().filter(|(place, (_, node))| !is_chosen(node) && (jumps || *place < last));
        left_out.find_map(|(_, (id, _))| self.guarded_gate(*id))
    }

    /// A gate within a task, or the task itself, that not everybody alone lets pass.
    pub(crate) fn guarded_gate(&self, task: NodeId) -> Option<&Pointer> {
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        let mut left = vec![task];
        while let Some(node) = left.pop().map(|id| self.node(id)) {
            if let Action::Gate(gate) = &node.action
                && !gate.is_open
            {
                return Some(&node.pointer);
            }
            let around = node.extensions.iter().filter_map(|place| self.extensions.get(usize::from(*place)));
            let around = around.flat_map(|extension| [extension.before, extension.after]).flatten();
            // In the order of the definition: the gate that is named is the first.
            let lists: Vec<ListId> =
                around.chain(inner_lists(&node.action)).filter(|list| seen.insert(list.0)).collect();
            left.extend(lists.into_iter().rev().flat_map(|list| self.list(list).iter().rev().copied()));
        }
        None
    }
}

impl Node {
    /// Whether the flow may go on elsewhere than at the next task.
    fn jumps(&self) -> bool {
        let is_jump = |then: Then| matches!(then, Then::Task(_));
        let elsewhere = match &self.action {
            Action::Switch(cases) => cases.iter().any(|case| is_jump(case.then)),
            Action::Try { catch, .. } => catch.then.is_some_and(is_jump),
            _ => false,
        };
        elsewhere || is_jump(self.then)
    }
}

/// The lists that run inside of a task. Every kind is named, so that a new one cannot hide a gate.
fn inner_lists(action: &Action) -> Vec<ListId> {
    match action {
        Action::Do(list) | Action::For { list, .. } | Action::Invoke { list, .. } => vec![*list],
        Action::Fork { branches, .. } => vec![*branches],
        Action::Try { list, catch } => [Some(*list), catch.list].into_iter().flatten().collect(),
        Action::Listen(listen) => listen.foreach.iter().filter_map(|foreach| foreach.list).collect(),
        Action::Set(_)
        | Action::Switch(_)
        | Action::Raise(_)
        | Action::Wait(_)
        | Action::Gate(_)
        | Action::WaitFunction(_)
        | Action::Emit(_)
        | Action::Http(_)
        | Action::OpenApi(_)
        // The gates of another workflow guard that workflow's own run.
        | Action::Run(_)
        | Action::Function { .. } => Vec::new(),
    }
}
