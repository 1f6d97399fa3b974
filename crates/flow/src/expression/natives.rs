//! The native filters that programs can call: jaq's own without the impure ones, and bounded stand-ins.

use jaq_core::native::{Fun, bome, run, v};
use jaq_core::{Ctx, DataT, Error, Exn, Lut, Native, ValX, data::HasLut};
use jaq_json::Val;
use jaq_std::ValT as _;

use super::budget::{Budget, LONGEST_STRING};
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
        .filter(|(name, _, _)| !WITHHELD.contains(name))
        .chain(own())
}

/// What programs can call, by name and number of arguments only: enough to check an expression, not to run one.
#[cfg(not(feature = "evaluate"))]
pub(super) fn functions() -> impl Iterator<Item = Fun<Machine>> {
    let inert = || Native::new(|_| Box::new(std::iter::empty()));
    let named = super::signatures::SIGNATURES.iter().map(move |(name, arity)| (*name, v(*arity), inert()));
    jaq_core::funs().filter(|(name, _, _)| !WITHHELD.contains(name)).chain(named).chain(own())
}

fn own() -> impl Iterator<Item = Fun<Machine>> {
    let tick = Native::new(|(context, value): (Ctx<'_, Machine>, Val)| {
        let outcome = tick(&context, &value);
        Box::new(std::iter::once(outcome.map(|()| value)))
    })
    .with_paths(|(context, value)| {
        let outcome = tick(&context, &value.0);
        Box::new(std::iter::once(outcome.map(|()| value)))
    })
    .with_update(|(context, value), update| match tick(&context, &value) {
        Ok(()) => update(value),
        Err(exception) => Box::new(std::iter::once(Err(exception))),
    });
    [
        (TICK, v(0), tick),
        run((MULTIPLY, v(2), |(mut context, _)| {
            let right = context.pop_var();
            let left = context.pop_var();
            Box::new(std::iter::once(multiply(&context, left, right)))
        })),
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
    Ok((left * right)?)
}

fn to_text<'a>(context: &Ctx<'a, Machine>, value: Val) -> ValX<'a, Val> {
    match value {
        Val::TStr(_) | Val::BStr(_) => Ok(value),
        other => to_json(context, &other),
    }
}

fn to_json<'a>(context: &Ctx<'a, Machine>, value: &Val) -> ValX<'a, Val> {
    match convert::text(value, LONGEST_STRING) {
        Some(text) => Ok(Val::from(text)),
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

    /// The console checks expressions without jq's library: what it knows by name is what the hub can call.
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
