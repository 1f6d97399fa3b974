//! How large and how deep a value is, counting shared parts as often as they are reached.
//!
//! Each array and object is looked into once: what was found is remembered by where it is. A weak reference keeps
//! that place from being given to another value, and keeps jq from changing in place what was weighed.

use std::collections::HashMap;
use std::rc::{Rc, Weak};

use jaq_json::{Map, Val};

/// What is remembered at once; what is forgotten is looked into again, and paid for again.
const MOST_KNOWN: usize = 100_000;
/// What looking into one array or object costs besides what is in it, as so many values.
const EACH: u64 = 32;
/// Deeper than this nothing is looked into; it is refused as it is.
const DEEPEST_LOOK: u32 = 2_000;

#[derive(Clone, Copy)]
pub(in crate::expression) struct Weight {
    /// Of a value that holds no others: 0.
    pub(super) depth: u32,
    pub(super) size: u64,
}

#[derive(Default)]
pub(in crate::expression) struct Weights {
    known: HashMap<usize, Weight>,
    kept: Vec<Kept>,
    /// Values that were looked at since somebody asked.
    pub(super) looked: u64,
}

#[expect(dead_code, reason = "held so that the place is not given away, never read")]
enum Kept {
    Array(Weak<Vec<Val>>),
    Object(Weak<Map>),
}

impl Weights {
    pub(super) fn of(&mut self, value: &Val) -> Weight {
        if self.known.len() > MOST_KNOWN {
            self.known.clear();
            self.kept.clear();
        }
        self.at(value, 0)
    }

    fn at(&mut self, value: &Val, depth: u32) -> Weight {
        let place = match value {
            Val::Arr(items) => Rc::as_ptr(items).addr(),
            Val::Obj(members) => Rc::as_ptr(members).addr(),
            Val::TStr(text) | Val::BStr(text) => {
                return Weight { depth: 0, size: 1 + text.len() as u64 / 64 };
            }
            _ => return Weight { depth: 0, size: 1 },
        };
        if let Some(known) = self.known.get(&place) {
            return *known;
        }
        if depth > DEEPEST_LOOK {
            return Weight { depth: u32::MAX / 2, size: u64::MAX };
        }
        let mut whole = Weight { depth: 0, size: 1 };
        let mut add = |part: Weight| {
            whole.depth = whole.depth.max(part.depth.saturating_add(1));
            whole.size = whole.size.saturating_add(part.size);
        };
        match value {
            Val::Arr(items) => {
                self.looked += EACH + items.len() as u64;
                items.iter().for_each(|item| add(self.at(item, depth + 1)));
                self.kept.push(Kept::Array(Rc::downgrade(items)));
            }
            Val::Obj(members) => {
                self.looked += EACH + 2 * members.len() as u64;
                for (name, value) in members.iter() {
                    add(self.at(name, depth + 1));
                    add(self.at(value, depth + 1));
                }
                self.kept.push(Kept::Object(Rc::downgrade(members)));
            }
            _ => {}
        }
        self.known.insert(place, whole);
        whole
    }
}
