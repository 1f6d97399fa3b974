//! Which tasks of the definition have had an instance.

use super::tracked::Tracked;
use crate::program::NodeId;

/// As many tasks share one part: a definition of a thousand tasks must not be written anew with each of them.
const SPAN: u32 = 64;

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::engine) struct Reached {
    spans: Tracked<u32, u64>,
}

impl Reached {
    pub(in crate::engine) fn insert(&mut self, node: NodeId) {
        if self.contains(node) {
            return;
        }
        let span = node.0 / SPAN;
        let bits = self.spans.get(&span).copied().unwrap_or_default();
        self.spans.insert(span, bits | bit(node));
    }

    pub(in crate::engine) fn contains(&self, node: NodeId) -> bool {
        self.spans.get(&(node.0 / SPAN)).is_some_and(|bits| bits & bit(node) != 0)
    }

    pub(in crate::engine) fn clear(&mut self) {
        self.spans.clear();
    }

    pub(super) fn rows(&mut self) -> &mut Tracked<u32, u64> {
        &mut self.spans
    }
}

fn bit(node: NodeId) -> u64 {
    1 << (node.0 % SPAN)
}
