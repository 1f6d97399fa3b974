//! How much one evaluation may cost. Counted by [`super::guard`]'s ticks, for jq has no hook of its own.

use std::cell::Cell;

use jaq_json::{Num, Val};

/// Ticks: roughly, values that pass through a pipe, a loop or a call. Unoptimised tests would take minutes for it.
const MOST_STEPS: u32 = if cfg!(test) { 50_000 } else { 1_000_000 };
/// Bytes of machine stack that recursion may take; a browser gives a page about one mebibyte.
#[cfg(target_arch = "wasm32")]
const DEEPEST_STACK: usize = 256 * 1024;
#[cfg(not(target_arch = "wasm32"))]
const DEEPEST_STACK: usize = 768 * 1024;
pub(super) const LONGEST_STRING: usize = 16 * 1024 * 1024;
const LONGEST_ARRAY: usize = 1_000_000;
const LONGEST_NUMBER: u64 = 64 * 1024;
const DEEPEST_CHAIN: usize = 512;
/// Results of one expression, and values in one result.
pub(super) const MOST_RESULTS: usize = 100_000;
pub(super) const MOST_VALUES: usize = 1_000_000;

pub(super) struct Budget {
    steps: Cell<u32>,
    stack: usize,
    broken: Cell<Option<&'static str>>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { steps: Cell::new(0), stack: stack_position(), broken: Cell::new(None) }
    }

    /// Counts one step that `value` takes; false where the evaluation has to end.
    pub(super) fn tick(&self, value: &Val) -> bool {
        let steps = self.steps.get() + 1;
        self.steps.set(steps.min(MOST_STEPS));
        if steps > MOST_STEPS {
            return self.refuse("it takes too many steps");
        }
        if self.stack.abs_diff(stack_position()) > DEEPEST_STACK {
            return self.refuse("it recurses too deeply");
        }
        match value {
            Val::TStr(text) | Val::BStr(text) if text.len() > LONGEST_STRING => {
                self.refuse("a string of more than 16 MiB")
            }
            Val::Arr(items) if items.len() > LONGEST_ARRAY => {
                self.refuse("an array of more than 1,000,000 items")
            }
            Val::Obj(members) if members.len() > LONGEST_ARRAY => {
                self.refuse("an object of more than 1,000,000 members")
            }
            Val::Num(Num::BigInt(number)) if number.bits() > LONGEST_NUMBER => {
                self.refuse("a number that is too long")
            }
            Val::Arr(_) | Val::Obj(_) if is_deep(value) => self.refuse("a value that nests too deeply"),
            _ => true,
        }
    }

    pub(super) fn refuse(&self, reason: &'static str) -> bool {
        if self.broken.get().is_none() {
            self.broken.set(Some(reason));
        }
        false
    }

    pub(super) fn reason(&self) -> String {
        self.broken.get().unwrap_or("it was halted").to_owned()
    }
}

/// Follows the last members down: building a deep value in a loop makes such a chain.
fn is_deep(value: &Val) -> bool {
    let follow = |pick: fn(&Val) -> Option<&Val>| {
        std::iter::successors(Some(value), |value| pick(value)).nth(DEEPEST_CHAIN).is_some()
    };
    follow(|value| match value {
        Val::Arr(items) => items.last(),
        Val::Obj(members) => members.last().map(|(_, value)| value),
        _ => None,
    }) || follow(|value| match value {
        Val::Arr(items) => items.first(),
        Val::Obj(members) => members.first().map(|(_, value)| value),
        _ => None,
    })
}

/// Where the stack is now. Only differences mean something.
#[inline(never)]
fn stack_position() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}
