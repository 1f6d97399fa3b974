//! Regular expressions: those of the `regex` crate, which never go back, within the budget.
//!
//! The time of a search is bounded by the length of the text times the size of the expression, so both are bounded
//! together: a large expression may only search a short text. An expression is compiled once in an evaluation.

use std::collections::HashMap;
use std::rc::Rc;

use jaq_core::native::{Fun, run, v};
use jaq_core::{Ctx, Exn, ValX};
use jaq_json::{Map, Val};
use jaq_std::ValT as _;
use regex::bytes::{Regex, RegexBuilder};

use super::Machine;
use crate::expression::budget::{Budget, LONGEST_ARRAY};

/// Largest compiled expressions, in bytes; the longest text that each may search, and what it costs to compile one
/// and to search 64 bytes, in steps.
const CLASSES: [Class; 3] = [
    Class { size: 64 * 1024, text: 8 * 1024 * 1024, compiling: 2_000, searching: 1 },
    Class { size: 256 * 1024, text: 512 * 1024, compiling: 10_000, searching: 4 },
    Class { size: 2 * 1024 * 1024, text: 32 * 1024, compiling: 40_000, searching: 32 },
];

struct Class {
    size: usize,
    text: usize,
    compiling: u64,
    searching: u64,
}

/// What an evaluation has compiled so far, by expression and flags.
#[derive(Default)]
pub(in crate::expression) struct Compiled(HashMap<(String, String), (Rc<Regex>, &'static Class)>);

pub(super) fn functions() -> impl Iterator<Item = Fun<Machine>> {
    [
        run(("matches", v(2), |(context, text)| {
            Box::new(std::iter::once(matched(context, &text, Wanted { others: false, matches: true })))
        })),
        run(("split_matches", v(2), |(context, text)| {
            Box::new(std::iter::once(matched(context, &text, Wanted { others: true, matches: true })))
        })),
        run(("split_", v(2), |(context, text)| {
            Box::new(std::iter::once(matched(context, &text, Wanted { others: true, matches: false })))
        })),
    ]
    .into_iter()
}

/// Which parts of a text become items: what lies between the matches, the matches.
#[derive(Clone, Copy)]
struct Wanted {
    others: bool,
    matches: bool,
}

fn matched<'a>(mut context: Ctx<'a, Machine>, text: &Val, wanted: Wanted) -> ValX<'a, Val> {
    let flags = context.pop_var();
    let expression = context.pop_var();
    let budget = context.data().budget;
    let flags = utf8(&flags)?;
    let (regex, class) = compiled(budget, &utf8(&expression)?, &flags)?;
    let bytes = text.try_as_utf8_bytes()?;
    if bytes.len() > class.text {
        budget.refuse("a text that is too long for this regular expression");
        return Err(Exn::halt(1));
    }
    let mut places = Places { text: bytes, byte: 0, character: 0 };
    let part = |range: std::ops::Range<usize>| Val::from(String::from_utf8_lossy(&bytes[range]).into_owned());
    let mut items = Vec::new();
    let mut last = 0;
    let mut paid = 0;
    for found in regex.captures_iter(bytes) {
        let Some(whole) = found.get(0) else { continue };
        // The way to this match, and another step for each: `captures_iter` may look far ahead for a short one.
        let way = (whole.end().saturating_sub(paid)) as u64;
        paid = paid.max(whole.end());
        if !budget.charge(1 + way / 64 * class.searching) || !budget.look(budget.steps()) {
            return Err(Exn::halt(1));
        }
        if flags.contains('n') && whole.is_empty() {
            continue;
        }
        if wanted.others {
            items.push(part(last..whole.start()));
            last = whole.end();
        }
        if wanted.matches {
            let groups = found.iter().zip(regex.capture_names());
            // Groups do not stand in the order of their places where they are optional or nested.
            let groups = groups.filter_map(|(group, name)| {
                let group = group?;
                let (offset, length) = (places.of(group.start()), characters(group.as_bytes()));
                let mut members = vec![
                    (Val::from("offset".to_owned()), Val::from(offset)),
                    (Val::from("length".to_owned()), Val::from(length)),
                    (Val::from("string".to_owned()), part(group.range())),
                ];
                members.extend(name.map(|name| (Val::from("name".to_owned()), Val::from(name.to_owned()))));
                Some(Val::obj(members.into_iter().collect::<Map>()))
            });
            items.push(groups.collect());
        }
        if items.len() > LONGEST_ARRAY {
            budget.refuse("an array of more than 1,000,000 items");
            return Err(Exn::halt(1));
        }
        if !flags.contains('g') {
            break;
        }
    }
    if !budget.charge((bytes.len().saturating_sub(paid)) as u64 / 64 * class.searching) {
        return Err(Exn::halt(1));
    }
    if wanted.others {
        items.push(part(last..bytes.len()));
    }
    Ok(items.into_iter().collect())
}

fn utf8<'a>(value: &Val) -> Result<String, Exn<'a, Val>> {
    let bytes = value.try_as_utf8_bytes()?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

fn compiled<'a>(
    budget: &Budget,
    text: &str,
    flags: &str,
) -> Result<(Rc<Regex>, &'static Class), Exn<'a, Val>> {
    let invalid = |what: std::fmt::Arguments<'_>| Exn::from(jaq_json::Error::str(what));
    let key = (text.to_owned(), flags.to_owned());
    if let Some((regex, class)) = budget.regexes.borrow().0.get(&key) {
        return Ok((Rc::clone(regex), class));
    }
    let mut builder = RegexBuilder::new(text);
    for flag in flags.chars() {
        match flag {
            'g' | 'n' => &mut builder,
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'l' => builder.swap_greed(true),
            'x' => builder.ignore_whitespace(true),
            'p' => builder.multi_line(true).dot_matches_new_line(true),
            other => return Err(invalid(format_args!("invalid regex flag: {other}"))),
        };
    }
    for class in &CLASSES {
        if !budget.charge(class.compiling + text.len() as u64 / 8) {
            return Err(Exn::halt(1));
        }
        match builder.size_limit(class.size).dfa_size_limit(class.size).build() {
            Ok(regex) => {
                let regex = Rc::new(regex);
                budget.regexes.borrow_mut().0.insert(key, (Rc::clone(&regex), class));
                return Ok((regex, class));
            }
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(error) => return Err(invalid(format_args!("invalid regex: {error}"))),
        }
    }
    budget.refuse("a regular expression that is too large");
    Err(Exn::halt(1))
}

/// Counts characters up to a byte; forwards from the last byte that it was asked for, where that lies before.
struct Places<'t> {
    text: &'t [u8],
    byte: usize,
    character: usize,
}

impl Places<'_> {
    fn of(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            let back = characters(&self.text[byte..self.byte]);
            (self.byte, self.character) = (byte, self.character.saturating_sub(back));
        } else {
            self.character += characters(&self.text[self.byte..byte]);
            self.byte = byte;
        }
        self.character
    }
}

fn characters(bytes: &[u8]) -> usize {
    String::from_utf8_lossy(bytes).chars().count()
}
