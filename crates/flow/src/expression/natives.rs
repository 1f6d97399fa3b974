//! The native filters that programs can call: jaq's own without the impure ones, and bounded stand-ins.

#[cfg(feature = "evaluate")]
mod regex;

#[cfg(feature = "evaluate")]
pub(super) use regex::Compiled;

use jaq_core::native::{Fun, bome, run, v};
use jaq_core::ops::Cmp;
use jaq_core::{Ctx, DataT, Error, Exn, Lut, Native, ValX, ValXs, data::HasLut};
use jaq_json::Val;
use jaq_std::ValT as _;

use super::budget::{Budget, LONGEST_ARRAY, LONGEST_PATH, LONGEST_STRING};
use super::convert;

/// The data that programs run on: jaq's values, and the budget of this evaluation.
pub(super) struct Machine;

#[derive(Clone, Copy)]
pub(super) struct Data<'a> {
    pub(super) lut: &'a Lut<Machine>,
    pub(super) budget: &'a Budget,
}

impl DataT for Machine {
    type V<'a> = Val;
    type Data<'a> = Data<'a>;
}

impl<'a> HasLut<'a, Machine> for Data<'a> {
    fn lut(&self) -> &'a Lut<Machine> {
        self.lut
    }
}

/// Names that only [`super::guard`] writes; no program can, for `!` is no part of a jq word.
pub(super) const TICK: &str = "!tick";
pub(super) const MULTIPLY: &str = "!multiply";
pub(super) const TO_TEXT: &str = "!to_text";
pub(super) const SUBTRACT: &str = "!subtract";
pub(super) const DIVIDE: &str = "!divide";
/// The value unchanged, once it is paid for that all of it is read.
pub(super) const READ: &str = "!read";
/// The value unchanged, once it is paid for that a part is taken out of it.
pub(super) const SLICE: &str = "!slice";
/// As [`READ`], for what becomes an array of its characters.
pub(super) const EXPLODABLE: &str = "!explodable";
/// As [`READ`], for what may not be long at all.
pub(super) const SHORT: &str = "!short";
/// As [`READ`], for what is looked for by `.[…]`.
pub(super) const INDEX: &str = "!index";
/// The value unchanged, once it is paid for that its argument is looked for in it.
pub(super) const SEARCH: &str = "!search";

/// The name of a comparison.
pub(super) fn comparison(how: Cmp) -> &'static str {
    match how {
        Cmp::Lt => "!<",
        Cmp::Le => "!<=",
        Cmp::Gt => "!>",
        Cmp::Ge => "!>=",
        Cmp::Eq => "!==",
        Cmp::Ne => "!!=",
    }
}

/// The longest format of a date, in bytes, and the longest list that is looked for in another by `.[[…]]`.
const LONGEST_FORMAT: usize = 1024;
const LONGEST_INDEX: usize = 8;

/// Of jq's library, replaced in [`regex`].
#[cfg(feature = "evaluate")]
const REPLACED: [&str; 3] = ["matches", "split_matches", "split_"];

/// Impure, or replaced below.
const WITHHELD: [&str; 10] = [
    "env",
    "now",
    "halt",
    "debug_empty",
    "stderr_empty",
    "localtime",
    "strflocaltime",
    "tojson",
    "fromjson",
    "tobytes",
];

/// What programs can call.
#[cfg(feature = "evaluate")]
pub(super) fn functions() -> impl Iterator<Item = Fun<Machine>> {
    jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs())
        .filter(|(name, _, _)| !WITHHELD.contains(name) && !REPLACED.contains(name))
        .chain(regex::functions())
        .chain(own())
}

/// What programs can call, by name and number of arguments only: enough to check an expression, not to run one. A
/// program that only checks expressions, such as the editor, then carries nothing of jq's library.
pub(super) fn names() -> impl Iterator<Item = Fun<Machine>> {
    let inert = || Native::new(|_| Box::new(std::iter::empty()));
    let named = super::signatures::SIGNATURES.iter().map(move |(name, arity)| (*name, v(*arity), inert()));
    jaq_core::funs().filter(|(name, _, _)| !WITHHELD.contains(name)).chain(named).chain(own())
}

#[cfg(not(feature = "evaluate"))]
pub(super) use names as functions;

fn own() -> impl Iterator<Item = Fun<Machine>> {
    // What passes a value on unchanged does so on the left of an assignment, too.
    macro_rules! passing {
        ($pay:expr) => {
            Native::new(|(context, value): (Ctx<'_, Machine>, Val)| {
                let outcome = $pay(&context, &value);
                Box::new(std::iter::once(outcome.map(|()| value)))
            })
            .with_paths(|(context, value)| {
                // A path is a chain, and chains are taken down by recursion.
                let budget = context.data().budget;
                let outcome = if value.1.skip(LONGEST_PATH).head().is_some() {
                    budget.refuse("a path that is too long");
                    Err(Exn::halt(1))
                } else {
                    $pay(&context, &value.0)
                };
                Box::new(std::iter::once(outcome.map(|()| value)))
            })
            .with_update(|(context, value), update| match $pay(&context, &value) {
                Ok(()) => update(value),
                Err(exception) => Box::new(std::iter::once(Err(exception))),
            })
        };
    }
    [
        (TICK, v(0), passing!(tick)),
        (SLICE, v(0), passing!(slice)),
        run((MULTIPLY, v(2), |(mut context, _)| {
            let right = context.pop_var();
            let left = context.pop_var();
            Box::new(std::iter::once(multiply(&context, left, right)))
        })),
        run((SUBTRACT, v(2), |(mut context, _)| {
            let right = context.pop_var();
            let left = context.pop_var();
            Box::new(std::iter::once(subtract(&context, left, right)))
        })),
        run((DIVIDE, v(2), |(mut context, _)| {
            let right = context.pop_var();
            let left = context.pop_var();
            Box::new(std::iter::once(divide(&context, left, right)))
        })),
        run((READ, v(0), |(context, value)| paid(context.data().budget.read(&value), value))),
        run((EXPLODABLE, v(0), |(context, value)| {
            let budget = context.data().budget;
            let fits = match &value {
                Val::TStr(text) | Val::BStr(text) if text.len() > LONGEST_ARRAY => {
                    budget.refuse("an array of more than 1,000,000 items")
                }
                _ => true,
            };
            paid(fits && budget.read(&value), value)
        })),
        run((SHORT, v(0), |(context, value)| {
            let fits = match &value {
                Val::TStr(text) | Val::BStr(text) if text.len() > LONGEST_FORMAT => {
                    context.data().budget.refuse("a date format of more than 1 KiB")
                }
                _ => true,
            };
            paid(fits, value)
        })),
        run((INDEX, v(0), |(context, value)| {
            let budget = context.data().budget;
            let fits = match &value {
                Val::Arr(items) if items.len() > LONGEST_INDEX => {
                    budget.refuse("a list of more than 8 items is looked for")
                }
                _ => true,
            };
            paid(fits && budget.tick(&value) && budget.read(&value), value)
        })),
        run((SEARCH, v(1), |(mut context, value)| {
            let wanted = context.pop_var();
            paid(context.data().budget.search(&value, &wanted), value)
        })),
        run((comparison(Cmp::Lt), v(2), |(context, _)| compared(context, Cmp::Lt))),
        run((comparison(Cmp::Le), v(2), |(context, _)| compared(context, Cmp::Le))),
        run((comparison(Cmp::Gt), v(2), |(context, _)| compared(context, Cmp::Gt))),
        run((comparison(Cmp::Ge), v(2), |(context, _)| compared(context, Cmp::Ge))),
        run((comparison(Cmp::Eq), v(2), |(context, _)| compared(context, Cmp::Eq))),
        run((comparison(Cmp::Ne), v(2), |(context, _)| compared(context, Cmp::Ne))),
        run((TO_TEXT, v(0), |(context, value)| Box::new(std::iter::once(to_text(&context, value))))),
        run(("tostring", v(0), |(context, value)| Box::new(std::iter::once(to_text(&context, value))))),
        run(("tojson", v(0), |(context, value)| Box::new(std::iter::once(to_json(&context, &value))))),
        run(("fromjson", v(0), |(_, value)| {
            let read = value.try_as_utf8_bytes().and_then(|bytes| {
                serde_json::from_slice(bytes)
                    .map(|value| convert::into_jq(&value))
                    .map_err(|error| Error::str(format_args!("this is not JSON: {error}")))
            });
            bome(read)
        })),
    ]
    .into_iter()
}

fn tick<'a>(context: &Ctx<'a, Machine>, value: &Val) -> Result<(), Exn<'a, Val>> {
    if context.data().budget.tick(value) { Ok(()) } else { Err(Exn::halt(1)) }
}

/// The value, or the end of the evaluation.
fn paid<'a>(fits: bool, value: Val) -> ValXs<'a, Val> {
    Box::new(std::iter::once(if fits { Ok(value) } else { Err(Exn::halt(1)) }))
}

fn compared<'a>(mut context: Ctx<'a, Machine>, how: Cmp) -> ValXs<'a, Val> {
    let right = context.pop_var();
    let left = context.pop_var();
    if !context.data().budget.compare(&left, &right) {
        return paid(false, Val::Null);
    }
    paid(true, Val::Bool(how.run(&left, &right)))
}

/// `-`, which looks up each item of the one array in the other.
fn subtract<'a>(context: &Ctx<'a, Machine>, left: Val, right: Val) -> ValX<'a, Val> {
    let budget = context.data().budget;
    if matches!((&left, &right), (Val::Arr(_), Val::Arr(_))) && !(budget.read(&left) && budget.read(&right)) {
        return Err(Exn::halt(1));
    }
    Ok((left - right)?)
}

/// `/`, which splits a string: refused before the memory is taken.
fn divide<'a>(context: &Ctx<'a, Machine>, left: Val, right: Val) -> ValX<'a, Val> {
    let budget = context.data().budget;
    if let (Val::TStr(text) | Val::BStr(text), Val::TStr(by) | Val::BStr(by)) = (&left, &right) {
        let parts = match by.first() {
            None => text.len(),
            Some(first) => text.iter().filter(|byte| *byte == first).count(),
        };
        if parts > LONGEST_ARRAY {
            budget.refuse("an array of more than 1,000,000 items");
            return Err(Exn::halt(1));
        }
        if !(budget.search(&left, &right) && budget.charge(parts as u64 / 4)) {
            return Err(Exn::halt(1));
        }
    }
    Ok((left / right)?)
}

/// A part of a string is found by counting its characters.
fn slice<'a>(context: &Ctx<'a, Machine>, value: &Val) -> Result<(), Exn<'a, Val>> {
    let budget = context.data().budget;
    let is_paid = match value {
        Val::TStr(_) | Val::BStr(_) => budget.read(value),
        _ => budget.tick(value),
    };
    if is_paid { Ok(()) } else { Err(Exn::halt(1)) }
}

/// `*`, which repeats a string where one side is a number: refused before the memory is taken.
fn multiply<'a>(context: &Ctx<'a, Machine>, left: Val, right: Val) -> ValX<'a, Val> {
    let (text, times) = match (&left, &right) {
        (Val::TStr(text) | Val::BStr(text), other) | (other, Val::TStr(text) | Val::BStr(text)) => {
            (text.len(), other.as_f64().unwrap_or(0.0))
        }
        _ => (0, 0.0),
    };
    if text as f64 * times > LONGEST_STRING as f64 {
        context.data().budget.refuse("a string of more than 16 MiB");
        return Err(Exn::halt(1));
    }
    let budget = context.data().budget;
    // Objects are merged with all that is in them.
    if matches!((&left, &right), (Val::Obj(_), Val::Obj(_))) && !budget.compare(&left, &right) {
        return Err(Exn::halt(1));
    }
    Ok((left * right)?)
}

fn to_text<'a>(context: &Ctx<'a, Machine>, value: Val) -> ValX<'a, Val> {
    match value {
        Val::TStr(_) | Val::BStr(_) => Ok(value),
        other => to_json(context, &other),
    }
}

fn to_json<'a>(context: &Ctx<'a, Machine>, value: &Val) -> ValX<'a, Val> {
    match convert::json_text(value, LONGEST_STRING) {
        Some(text) if context.data().budget.charge(text.len() as u64 / 64) => Ok(Val::from(text)),
        Some(_) => Err(Exn::halt(1)),
        None => {
            context.data().budget.refuse("a string of more than 16 MiB");
            Err(Exn::halt(1))
        }
    }
}

#[cfg(all(test, feature = "evaluate"))]
mod tests {
    use super::*;
    use crate::expression::signatures::SIGNATURES;

    /// Expressions are checked without jq's library: what is known by name is what can be called.
    #[test]
    fn the_signatures_are_those_of_the_library() {
        let library: Vec<(&str, usize)> = jaq_std::funs::<Machine>()
            .chain(jaq_json::funs())
            .filter(|(name, _, _)| !WITHHELD.contains(name))
            .map(|(name, binds, _)| (name, binds.len()))
            .collect();
        assert_eq!(SIGNATURES, library, "{library:?}");
    }
}
