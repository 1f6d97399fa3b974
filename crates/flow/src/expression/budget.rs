//! How much one evaluation may cost. Counted by [`super::guard`]'s ticks, for jq has no hook of its own.
//!
//! A step is about as much work as one tick takes. What takes longer costs more steps: a long string, a large array
//! that was made, a comparison, a search. So the steps bound the work, and the same expression over the same input
//! always ends at the same step.

mod weight;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use jaq_json::{Num, Val};

use super::time::Stopwatch;
pub(super) use weight::Weights;

/// Unoptimised tests would take minutes for as many steps as a hub can bear.
const MOST_STEPS: u64 = if cfg!(test) { 50_000 } else { 1_000_000 };
/// Steps of all expressions that one event evaluates. A task with very many expressions is one event.
const MOST_STEPS_AT_ONCE: u64 = 10 * MOST_STEPS;
/// Until so many steps, nothing can have become so large or so deep that it has to be weighed at each tick.
const STEPS_BEFORE_WEIGHING: u64 = 48;
/// Steps between two looks at the clock.
const STEPS_BETWEEN_LOOKS: u64 = 4096;
/// Bytes of machine stack that recursion may take; a browser gives a page about one mebibyte.
#[cfg(target_arch = "wasm32")]
const DEEPEST_STACK: usize = 256 * 1024;
#[cfg(not(target_arch = "wasm32"))]
const DEEPEST_STACK: usize = 768 * 1024;
pub(super) const LONGEST_STRING: usize = 16 * 1024 * 1024;
pub(super) const LONGEST_ARRAY: usize = 1_000_000;
const LONGEST_NUMBER: u64 = 64 * 1024;
const DEEPEST_CHAIN: u32 = 512;
/// Parts of a path, `.a.b.c`, while it is looked for.
pub(super) const LONGEST_PATH: usize = 2 * DEEPEST_CHAIN as usize;
/// Results of one expression, and values in one result.
pub(super) const MOST_RESULTS: usize = 100_000;
pub(super) const MOST_VALUES: usize = 1_000_000;

/// Bytes of a string that are copied, and that are read one by one, in the time of a step.
const COPIED_IN_A_STEP: u64 = 16 * 1024;
const READ_IN_A_STEP: u64 = 64;
/// Values that are compared in the time of a step.
const COMPARED_IN_A_STEP: u64 = 4;

pub(super) struct Budget {
    steps: Cell<u64>,
    most: u64,
    stack: usize,
    broken: Cell<Option<&'static str>>,
    weights: RefCell<Weights>,
    #[cfg(feature = "evaluate")]
    pub(super) regexes: RefCell<super::natives::Compiled>,
    stopwatch: Option<Stopwatch>,
    /// When the clock was first looked at, and after which step to look again.
    since: Cell<Option<Duration>>,
    look: Cell<u64>,
}

impl Budget {
    /// `spent` are the steps that this event has taken already.
    pub(super) fn new(spent: u64) -> Self {
        Self {
            steps: Cell::new(0),
            most: MOST_STEPS.min(MOST_STEPS_AT_ONCE.saturating_sub(spent)),
            stack: stack_position(),
            broken: Cell::new(None),
            weights: RefCell::default(),
            #[cfg(feature = "evaluate")]
            regexes: RefCell::default(),
            stopwatch: Stopwatch::running(),
            since: Cell::new(None),
            look: Cell::new(STEPS_BEFORE_WEIGHING),
        }
    }

    pub(super) fn steps(&self) -> u64 {
        self.steps.get()
    }

    /// Counts one step that `value` takes; false where the evaluation has to end.
    pub(super) fn tick(&self, value: &Val) -> bool {
        if !self.charge(1) {
            return false;
        }
        if self.stack.abs_diff(stack_position()) > DEEPEST_STACK {
            return self.refuse("it recurses too deeply");
        }
        match value {
            Val::TStr(text) | Val::BStr(text) if text.len() > LONGEST_STRING => {
                self.refuse("a string of more than 16 MiB")
            }
            Val::TStr(text) | Val::BStr(text) => self.charge(text.len() as u64 / COPIED_IN_A_STEP),
            Val::Arr(items) if items.len() > LONGEST_ARRAY => {
                self.refuse("an array of more than 1,000,000 items")
            }
            Val::Obj(members) if members.len() > LONGEST_ARRAY => {
                self.refuse("an object of more than 1,000,000 members")
            }
            Val::Num(Num::BigInt(number)) if number.bits() > LONGEST_NUMBER => {
                self.refuse("a number that is too long")
            }
            // Numbers are multiplied and written digit by digit.
            Val::Num(Num::BigInt(number)) => self.charge((number.bits() / 64).pow(2) / 128),
            Val::Arr(_) | Val::Obj(_) if self.steps.get() > STEPS_BEFORE_WEIGHING => {
                self.weigh(value).is_some()
            }
            _ => true,
        }
    }

    /// Counts what reading the whole of a value takes.
    pub(super) fn read(&self, value: &Val) -> bool {
        match value {
            Val::TStr(text) | Val::BStr(text) => self.charge(text.len() as u64 / READ_IN_A_STEP),
            Val::Arr(_) | Val::Obj(_) => {
                self.weigh(value).is_some_and(|size| self.charge(size / COMPARED_IN_A_STEP))
            }
            _ => true,
        }
    }

    /// Counts what comparing two values takes at the most.
    pub(super) fn compare(&self, left: &Val, right: &Val) -> bool {
        match (left, right) {
            (Val::TStr(left) | Val::BStr(left), Val::TStr(right) | Val::BStr(right)) => {
                self.charge(left.len().min(right.len()) as u64 / COPIED_IN_A_STEP)
            }
            // Members are sorted by their names first.
            (Val::Obj(_), Val::Obj(_)) => self.read(left) && self.read(right),
            (Val::Arr(_), Val::Arr(_)) => match (self.weigh(left), self.weigh(right)) {
                (Some(left), Some(right)) => self.charge(left.min(right) / COMPARED_IN_A_STEP),
                _ => false,
            },
            _ => true,
        }
    }

    /// Counts what looking for one value within another takes at the most.
    pub(super) fn search(&self, within: &Val, wanted: &Val) -> bool {
        match (within, wanted) {
            // Every place of the one is compared with the whole of the other.
            (Val::TStr(within) | Val::BStr(within), Val::TStr(wanted) | Val::BStr(wanted)) => {
                let (within, wanted) = (within.len() as u64, wanted.len() as u64);
                self.charge(within.saturating_mul(wanted + READ_IN_A_STEP) / COPIED_IN_A_STEP)
            }
            (Val::Arr(_) | Val::Obj(_), Val::Arr(_) | Val::Obj(_)) => {
                match (self.weigh(within), self.weigh(wanted)) {
                    (Some(within), Some(wanted)) => {
                        self.charge(within.saturating_mul(wanted) / COMPARED_IN_A_STEP)
                    }
                    _ => false,
                }
            }
            (within, wanted) => self.read(within) && self.read(wanted),
        }
    }

    /// How many values there are in a value, each counted as often as it is reached; none where the evaluation has to
    /// end. Looking at what is new costs steps.
    fn weigh(&self, value: &Val) -> Option<u64> {
        let mut weights = self.weights.borrow_mut();
        let weight = weights.of(value);
        let looked = std::mem::take(&mut weights.looked);
        drop(weights);
        if weight.depth > DEEPEST_CHAIN {
            self.refuse("a value that nests too deeply");
            return None;
        }
        self.charge(looked / 128).then_some(weight.size)
    }

    /// Takes so many steps; false where they are not left.
    pub(super) fn charge(&self, steps: u64) -> bool {
        let steps = self.steps.get().saturating_add(steps);
        self.steps.set(steps.min(self.most));
        if steps > self.most {
            return self.refuse("it takes too many steps");
        }
        steps < self.look.get() || self.look(steps)
    }

    /// Looks at the clock, if there is one.
    pub(super) fn look(&self, steps: u64) -> bool {
        self.look.set(steps.saturating_add(STEPS_BETWEEN_LOOKS));
        let Some(stopwatch) = self.stopwatch else { return true };
        match self.since.get() {
            None => self.since.set(Some(stopwatch.now())),
            Some(since) if stopwatch.is_over(since) => return self.refuse("it takes too long"),
            Some(_) => {}
        }
        true
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

/// Where the stack is now. Only differences mean something.
#[inline(never)]
fn stack_position() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}
