//! Undo and redo: a stack of diffs with marks.
//!
//! Whoever starts something that must be one step, or may be given up, takes a [`Mark`] first; later it bails to
//! the mark or squashes to it. Inverses are generic ([`Diff::invert`]), none is written by hand.

use flow::{
    Document,
    edit::{Diff, apply},
};

/// The steps that were done, and those that were undone and can be done again.
#[derive(Clone, Debug, Default)]
pub struct History {
    done: Vec<Diff>,
    undone: Vec<Diff>,
}

/// A point in the history to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(usize);

impl History {
    /// Records a diff that was applied. What was undone before can no longer be done again.
    pub fn push(&mut self, diff: Diff) {
        if !diff.is_empty() {
            self.undone.clear();
            self.done.push(diff);
        }
    }

    pub fn mark(&self) -> Mark {
        Mark(self.done.len())
    }

    /// Undoes everything since the mark, for good. Gives back what it applied.
    pub fn bail_to_mark(&mut self, document: &mut Document, mark: Mark) -> Option<Diff> {
        self.squash_to_mark(mark);
        let diff = self.take(mark)?.invert();
        apply(document, &diff).ok()?;
        Some(diff)
    }

    /// Makes everything since the mark one step; none, where it comes to nothing.
    pub fn squash_to_mark(&mut self, mark: Mark) {
        if let Some(diff) = self.take(mark).filter(|diff| !diff.is_empty()) {
            self.done.push(diff);
        }
    }

    /// Undoes the last step. Gives back what it applied.
    pub fn undo(&mut self, document: &mut Document) -> Option<Diff> {
        let diff = self.done.pop()?;
        let inverse = diff.clone().invert();
        self.undone.push(diff);
        apply(document, &inverse).ok()?;
        Some(inverse)
    }

    /// Does the last undone step again. Gives back what it applied.
    pub fn redo(&mut self, document: &mut Document) -> Option<Diff> {
        let diff = self.undone.pop()?;
        apply(document, &diff).ok()?;
        self.done.push(diff.clone());
        Some(diff)
    }

    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    fn take(&mut self, mark: Mark) -> Option<Diff> {
        let since = self.done.split_off(mark.0.min(self.done.len()));
        since.into_iter().reduce(Diff::then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow::{
        Pointer,
        edit::{Edit, plan},
    };
    use serde_json::json;

    fn write(document: &mut Document, history: &mut History, value: &str) {
        let at = Pointer::root().child("note");
        let diff = plan(document, &Edit::SetMember { at, value: value.into() }).expect("an edit");
        apply(document, &diff).expect("it fits");
        history.push(diff);
    }

    #[test]
    fn a_squashed_visit_is_one_step_and_a_bailed_one_none() {
        let (mut document, mut history) = (Document::from_value(json!({ "do": [] })), History::default());
        let mark = history.mark();
        write(&mut document, &mut history, "a");
        write(&mut document, &mut history, "ab");
        history.squash_to_mark(mark);
        assert_eq!(history.mark(), Mark(1));
        let mark = history.mark();
        write(&mut document, &mut history, "abc");
        history.bail_to_mark(&mut document, mark).expect("a way back");
        assert_eq!(document.to_json(), r#"{"do":[],"note":"ab"}"#);
        history.undo(&mut document).expect("a step");
        assert_eq!(document.to_json(), r#"{"do":[]}"#);
        history.redo(&mut document).expect("a step");
        assert_eq!(document.to_json(), r#"{"do":[],"note":"ab"}"#);
        assert!(history.can_undo() && !history.can_redo());
    }

    #[test]
    fn typing_back_to_what_was_there_leaves_no_step() {
        let (mut document, mut history) = (Document::from_value(json!({ "note": "a" })), History::default());
        let mark = history.mark();
        write(&mut document, &mut history, "ab");
        write(&mut document, &mut history, "a");
        history.squash_to_mark(mark);
        assert!(!history.can_undo());
    }
}
