//! A definition while somebody writes it: as much of it as can be read, and the place where the caret is.
//!
//! It refuses nothing: half a member, an open quote and a missing brace are what a text looks like under the hand.

mod block_style;
mod flow_style;
mod tree;

use serde_json::Value;

use crate::document::looks_like_json;
use crate::validate::guide::{Missing, Place};
use tree::Tree;

/// What the caret's surroundings say. Offsets count bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    /// The definition, without the word at the caret.
    pub(super) root: Value,
    pub(super) caret: Caret,
    pub(super) json: bool,
}

/// The place where the caret is, and how the text goes on there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Caret {
    pub(super) place: Place,
    /// The word at the caret, without quotes.
    pub(super) from: usize,
    pub(super) to: usize,
    /// How many quotes stand before and after the word already.
    pub(super) quotes: (usize, usize),
    /// A colon follows: the member has its value.
    pub(super) has_value: bool,
    /// Another member or item follows, without a comma before it. Between brackets only.
    pub(super) needs_comma: bool,
    /// A member stands before it, without a comma after it. Between brackets only.
    pub(super) lacks_comma: bool,
    /// Where lines decide what belongs to what: the column of the word, counted from 0.
    pub(super) column: Option<usize>,
}

/// The name that the word at the caret has in the tree while it is read: nobody can write it.
const WORD: &str = "\0";

/// Reads a text; `None` where nothing can be completed: within a comment or a long text.
pub(super) fn read(text: &str, caret: usize) -> Option<Reading> {
    let json = looks_like_json(text);
    let mut tree = Tree::default();
    let found = if json {
        flow_style::read(text, 0, caret, &mut tree).1
    } else {
        block_style::read(text, caret, &mut tree)
    }?;
    let mut root = tree.finish();
    let holder = found.place.holder.iter().try_fold(&mut root, |value, token| match value {
        Value::Object(members) => members.get_mut(token),
        Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?),
        _ => None,
    });
    if let Some(Value::Object(members)) = holder {
        members.shift_remove(WORD);
    }
    Some(Reading { root, caret: found, json })
}

impl Caret {
    fn new(holder: Vec<String>, what: Missing, from: usize, to: usize) -> Self {
        let place = Place { holder, what };
        Self {
            place,
            from,
            to,
            quotes: (0, 0),
            has_value: false,
            needs_comma: false,
            lacks_comma: false,
            column: None,
        }
    }
}
