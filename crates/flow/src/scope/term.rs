//! The shape of what a jq program yields, read off its syntax: paths, objects, lists, what merges and what chooses.
//! Where it says nothing, nothing is known; a program that does not parse yields the unknown too.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::Part;

use super::shape::{Kind, Shape};

type Variables<'v> = &'v dyn Fn(&str) -> Option<Shape>;

/// The shape of what `text` yields on `data`; it may stand within `${ }` or without.
pub(super) fn shape(text: &str, data: &Shape, variables: Variables<'_>) -> Shape {
    crate::expression::parsed(text, |term| of(term, data, variables)).unwrap_or_default()
}

// The parser bounds how deep a term nests.
fn of(term: &Term<&str>, data: &Shape, variables: Variables<'_>) -> Shape {
    match term {
        Term::Id => data.clone(),
        Term::Num(_) | Term::Neg(_) => Shape::of_kind(Kind::Number),
        Term::Str(..) => Shape::of_kind(Kind::Text),
        Term::Var(name) => variables(name.trim_start_matches('$')).unwrap_or_default(),
        Term::Arr(None) => Shape::of_kind(Kind::List),
        Term::Arr(Some(items)) => Shape::list(of(items, data, variables)),
        Term::Obj(members) => {
            let member = |(name, value): &(Term<&str>, Option<Term<&str>>)| {
                let name = key(name)?;
                let shape = match value {
                    Some(value) => of(value, data, variables),
                    None => match name.strip_prefix('$') {
                        Some(variable) => variables(variable).unwrap_or_default(),
                        None => data.member(&name).cloned().unwrap_or_default(),
                    },
                };
                Some((name.trim_start_matches('$').to_owned(), shape))
            };
            Shape::object(members.iter().filter_map(member).collect())
        }
        Term::BinOp(left, BinaryOp::Pipe(None), right) => {
            let between = of(left, data, variables);
            of(right, &between, variables)
        }
        Term::BinOp(left, BinaryOp::Pipe(Some(Pattern::Var(bound))), right) => {
            let value = of(left, data, variables);
            let bound = bound.trim_start_matches('$');
            of(right, data, &|name| if name == bound { Some(value.clone()) } else { variables(name) })
        }
        Term::BinOp(left, operator, right) => match operator {
            BinaryOp::Comma | BinaryOp::Alt | BinaryOp::Math(Math::Add | Math::Mul) => {
                of(left, data, variables).or(of(right, data, variables))
            }
            BinaryOp::Math(_) => Shape::of_kind(Kind::Number),
            BinaryOp::Cmp(_) | BinaryOp::And | BinaryOp::Or => Shape::of_kind(Kind::Boolean),
            _ => data.clone(),
        },
        Term::IfThenElse(branches, otherwise) => {
            let rest = otherwise.as_ref().map_or_else(|| data.clone(), |term| of(term, data, variables));
            branches.iter().map(|(_, then)| of(then, data, variables)).fold(rest, Shape::or)
        }
        Term::TryCatch(body, _) => of(body, data, variables),
        Term::Path(head, path) => {
            path.0.iter().fold(of(head, data, variables), |shape, (part, _)| match part {
                Part::Index(index) => match key(index) {
                    Some(name) => shape.member(&name).cloned().unwrap_or_default(),
                    None => shape.each(),
                },
                Part::Range(None, None) => shape.each(),
                Part::Range(..) => shape,
            })
        }
        Term::Call(name, arguments) => call(name, arguments, data, variables),
        _ => Shape::default(),
    }
}

/// What a function of jq's library yields, where it follows from what comes in.
fn call(name: &str, arguments: &[Term<&str>], data: &Shape, variables: Variables<'_>) -> Shape {
    let text = || Shape::of_kind(Kind::Text);
    match (name, arguments) {
        ("map", [each]) => Shape::list(of(each, &data.each(), variables)),
        ("select" | "sort_by" | "unique_by" | "del", [_]) | ("sort" | "unique" | "reverse", []) => {
            data.clone()
        }
        ("group_by", [_]) => Shape::list(data.clone()),
        ("first" | "last" | "add" | "min" | "max", []) | ("min_by" | "max_by", [_]) => data.each(),
        ("first" | "last", [stream]) => of(stream, data, variables),
        ("length" | "floor" | "ceil" | "round" | "tonumber" | "fabs" | "sqrt", []) => {
            Shape::of_kind(Kind::Number)
        }
        ("any" | "all" | "not", _) | ("has" | "contains" | "startswith" | "endswith" | "test", _) => {
            Shape::of_kind(Kind::Boolean)
        }
        ("keys" | "keys_unsorted", []) | ("split", _) => Shape::list(text()),
        ("to_entries", []) => {
            Shape::list(Shape::object(vec![("key".to_owned(), text()), ("value".to_owned(), data.each())]))
        }
        ("tostring" | "tojson" | "ascii_downcase" | "ascii_upcase" | "trim" | "type", [])
        | ("join" | "ltrimstr" | "rtrimstr", [_])
        | ("sub" | "gsub", _) => text(),
        _ => Shape::default(),
    }
}

/// The name that a key or an index is written as: `a` of `.a`, `."a"`, `["a"]`, `{a: 1}`; `$a` of `{$a}`.
fn key(term: &Term<&str>) -> Option<String> {
    match term {
        Term::Str(None, parts) => parts
            .iter()
            .map(|part| match part {
                StrPart::Str(text) => Some((*text).to_owned()),
                StrPart::Char(character) => Some(character.to_string()),
                StrPart::Term(_) => None,
            })
            .collect(),
        Term::Var(name) => Some((*name).to_owned()),
        _ => None,
    }
}
