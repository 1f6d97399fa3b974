//! Puts the budget's ticks into a program: wherever a value passes a pipe, a loop, a call or a collection.
//!
//! Every way to run long in jq is a recursion, a fold, or a stream that something consumes. Each definition
//! starts with a tick, and each consumer ticks for every value that it takes; the value itself passes unchanged,
//! also on the left of an assignment.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::{Opt, Part, Path};

use super::natives::{
    DIVIDE, EXPLODABLE, INDEX, MULTIPLY, READ, SEARCH, SHORT, SLICE, SUBTRACT, TICK, TO_TEXT, comparison,
};

/// The body of a definition, or a whole program, with its ticks.
pub(super) fn guarded(body: Term<&str>) -> Term<&str> {
    pipe(tick(), guard(body))
}

fn tick<'s>() -> Term<&'s str> {
    Term::Call(TICK, Vec::new())
}

fn pipe<'s>(left: Term<&'s str>, right: Term<&'s str>) -> Term<&'s str> {
    Term::BinOp(Box::new(left), BinaryOp::Pipe(None), Box::new(right))
}

/// The term as a stream that somebody consumes.
fn counted(term: Term<&str>) -> Term<&str> {
    match term {
        // These yield one value that exists already.
        Term::Num(_) => term,
        Term::Str(None, ref parts) if parts.iter().all(|part| !matches!(part, StrPart::Term(_))) => term,
        term => pipe(guard(term), tick()),
    }
}

/// The term as a stream whose values are read as a whole.
fn read(term: Term<&str>) -> Term<&str> {
    if is_literal(&term) { term } else { pipe(guard(term), Term::Call(READ, Vec::new())) }
}

/// A value that is written, and small.
fn is_literal(term: &Term<&str>) -> bool {
    match term {
        Term::Num(_) | Term::Arr(None) => true,
        Term::Str(None, parts) => parts.iter().all(|part| !matches!(part, StrPart::Term(_))),
        Term::Obj(members) => members.is_empty(),
        Term::Call(name, arguments) => arguments.is_empty() && matches!(*name, "true" | "false" | "null"),
        Term::Neg(term) => is_literal(term),
        _ => false,
    }
}

/// Functions that look at all of what comes in, and at all of what their arguments yield.
const READERS: [&str; 31] = [
    "ascii_downcase",
    "ascii_upcase",
    "bsearch",
    "decode_base64",
    "decode_uri",
    "encode_base64",
    "encode_uri",
    "endswith",
    "escape_html",
    "escape_sh",
    "explode",
    "fromdateiso8601",
    "fromjson",
    "group_by",
    "has",
    "implode",
    "length",
    "ltrim",
    "ltrimstr",
    "max_by_or_empty",
    "min_by_or_empty",
    "reverse",
    "rtrim",
    "rtrimstr",
    "sort",
    "sort_by",
    "startswith",
    "strftime",
    "strptime",
    "trim",
    "unescape_html",
];

/// Functions that look for one value everywhere within another. They are guarded by name, so nothing else may have it.
pub(super) const SEARCHERS: [&str; 2] = ["contains", "indices"];

fn guard_call<'s>(name: &'s str, mut arguments: Vec<Term<&'s str>>) -> Term<&'s str> {
    if SEARCHERS.contains(&name)
        && let (Some(wanted), true) = (arguments.pop(), arguments.is_empty())
    {
        let variable = || Term::Var("$!wanted");
        let search = pipe(Term::Call(SEARCH, vec![variable()]), Term::Call(name, vec![variable()]));
        let pattern = BinaryOp::Pipe(Some(Pattern::Var("$!wanted")));
        return Term::BinOp(Box::new(counted(wanted)), pattern, Box::new(search));
    }
    if !READERS.contains(&name) {
        return Term::Call(name, arguments.into_iter().map(counted).collect());
    }
    let before = if name == "explode" { EXPLODABLE } else { READ };
    let argument = |term| match name {
        "strftime" | "strptime" => pipe(guard(term), Term::Call(SHORT, Vec::new())),
        _ => read(term),
    };
    let arguments = arguments.into_iter().map(argument).collect();
    pipe(Term::Call(before, Vec::new()), Term::Call(name, arguments))
}

/// A path, with ticks where it takes a part out of something that may be long.
fn guard_path<'s>(head: Term<&'s str>, parts: Vec<(Part<Term<&'s str>>, Opt)>) -> Term<&'s str> {
    let mut whole = match head {
        head @ (Term::Id | Term::Var(_)) => head,
        head => pipe(guard(head), tick()),
    };
    let mut plain = Vec::new();
    let mut streams = false;
    for (part, optional) in parts {
        let slow = match &part {
            Part::Index(index) => !is_literal(index),
            Part::Range(from, to) => from.is_some() || to.is_some(),
        };
        streams |= matches!(part, Part::Range(None, None));
        let part = match part {
            Part::Index(index) if slow => Part::Index(pipe(guard(index), Term::Call(INDEX, Vec::new()))),
            Part::Index(index) => Part::Index(index),
            Part::Range(from, to) => Part::Range(from.map(counted), to.map(counted)),
        };
        if slow {
            if !plain.is_empty() {
                whole = Term::Path(Box::new(whole), Path(std::mem::take(&mut plain)));
            }
            whole = pipe(whole, Term::Call(SLICE, Vec::new()));
        }
        plain.push((part, optional));
    }
    let path = Term::Path(Box::new(whole), Path(plain));
    if streams { pipe(path, tick()) } else { path }
}

fn guard<'s>(term: Term<&'s str>) -> Term<&'s str> {
    let boxed = |term: Box<Term<&'s str>>| Box::new(guard(*term));
    let boxed_counted = |term: Box<Term<&'s str>>| Box::new(counted(*term));
    match term {
        Term::Id | Term::Num(_) | Term::Break(_) | Term::Var(_) => term,
        Term::Recurse => pipe(Term::Recurse, tick()),
        Term::Str(format, parts) => Term::Str(
            format,
            parts
                .into_iter()
                .map(|part| match part {
                    StrPart::Term(term) if format.is_none() => {
                        StrPart::Term(pipe(counted(term), Term::Call(TO_TEXT, Vec::new())))
                    }
                    StrPart::Term(term) => StrPart::Term(read(term)),
                    other => other,
                })
                .collect(),
        ),
        Term::Arr(items) => Term::Arr(items.map(boxed_counted)),
        Term::Obj(members) => Term::Obj(
            members
                .into_iter()
                .map(|(name, value)| match value {
                    Some(value) => (read(name), Some(counted(value))),
                    // `{a}`, `{$a}` and `{"a"}` are read by their shape.
                    None => (name, None),
                })
                .collect(),
        ),
        Term::Neg(term) => Term::Neg(boxed_counted(term)),
        Term::BinOp(left, operator, right) => guard_operation(*left, operator, *right),
        Term::Label(name, body) => Term::Label(name, boxed(body)),
        Term::Fold(name, stream, pattern, arguments) => Term::Fold(
            name,
            boxed_counted(stream),
            guard_pattern(pattern),
            arguments.into_iter().map(|argument| pipe(tick(), guard(argument))).collect(),
        ),
        Term::TryCatch(body, handler) => Term::TryCatch(boxed(body), handler.map(boxed)),
        Term::IfThenElse(branches, otherwise) => Term::IfThenElse(
            branches.into_iter().map(|(condition, then)| (counted(condition), guard(then))).collect(),
            otherwise.map(boxed),
        ),
        Term::Def(defs, body) => Term::Def(
            defs.into_iter().map(|def| Def { body: guarded(def.body), ..def }).collect(),
            boxed(body),
        ),
        Term::Call(name, arguments) => guard_call(name, arguments),
        Term::Path(head, Path(parts)) => guard_path(*head, parts),
    }
}

fn guard_operation<'s>(
    left: Term<&'s str>,
    operator: BinaryOp<&'s str>,
    right: Term<&'s str>,
) -> Term<&'s str> {
    let operation = |left, operator, right| Term::BinOp(Box::new(left), operator, Box::new(right));
    match operator {
        BinaryOp::Pipe(None) => operation(guard(left), operator, pipe(tick(), guard(right))),
        BinaryOp::Pipe(Some(pattern)) => {
            operation(counted(left), BinaryOp::Pipe(Some(guard_pattern(pattern))), guard(right))
        }
        BinaryOp::Comma => operation(guard(left), operator, guard(right)),
        BinaryOp::Alt => operation(counted(left), operator, guard(right)),
        BinaryOp::Cmp(_) if is_literal(&left) || is_literal(&right) => {
            operation(counted(left), operator, counted(right))
        }
        BinaryOp::Cmp(how) => Term::Call(comparison(how), vec![counted(left), counted(right)]),
        BinaryOp::Math(math) if slow(math).is_some() => {
            Term::Call(slow(math).unwrap_or(MULTIPLY), vec![counted(left), counted(right)])
        }
        BinaryOp::UpdateMath(math) if slow(math).is_some() => {
            let outcome = Term::Call(slow(math).unwrap_or(MULTIPLY), vec![Term::Id, Term::Var("$!right")]);
            operation(
                counted(right),
                BinaryOp::Pipe(Some(Pattern::Var("$!right"))),
                operation(counted(left), BinaryOp::Update, outcome),
            )
        }
        _ => operation(counted(left), operator, counted(right)),
    }
}

/// What stands for an operation that can take longer than what it yields is large.
fn slow(math: Math) -> Option<&'static str> {
    match math {
        Math::Mul => Some(MULTIPLY),
        Math::Sub => Some(SUBTRACT),
        Math::Div => Some(DIVIDE),
        Math::Add | Math::Rem => None,
    }
}

fn guard_pattern(pattern: Pattern<&str>) -> Pattern<&str> {
    match pattern {
        Pattern::Var(name) => Pattern::Var(name),
        Pattern::Arr(items) => Pattern::Arr(items.into_iter().map(guard_pattern).collect()),
        Pattern::Obj(members) => Pattern::Obj(
            members.into_iter().map(|(name, pattern)| (counted(name), guard_pattern(pattern))).collect(),
        ),
    }
}

/// A definition that calls itself and takes a filter as argument: each call would wrap the filter once more, and
/// taking the wrapping down again needs a stack as deep as the calls were many.
pub(super) fn endless_closure<'s>(term: &Term<&'s str>) -> Option<&'s str> {
    let mut found = None;
    visit_terms(term, &mut |term| {
        let Term::Def(defs, _) = term else { return };
        for def in defs.iter().filter(|def| def.args.iter().any(|name| !name.starts_with('$'))) {
            visit_calls(&def.body, &mut |name| {
                if name == def.name {
                    found = Some(name);
                }
            });
        }
    });
    found
}

/// A definition that takes the name of a function whose calls are guarded by name.
pub(super) fn taken_name<'s>(term: &Term<&'s str>) -> Option<&'s str> {
    let mut found = None;
    visit_terms(term, &mut |term| {
        if let Term::Def(defs, _) = term {
            let taken = defs.iter().find(|def| {
                SEARCHERS.contains(&def.name) || def.args.iter().any(|argument| SEARCHERS.contains(argument))
            });
            found = found.or(taken.map(|def| def.name));
        }
    });
    found
}

/// Shows every filter name that a term calls.
pub(super) fn visit_calls<'s>(term: &Term<&'s str>, visit: &mut impl FnMut(&'s str)) {
    visit_terms(term, &mut |term| match term {
        Term::Call(name, _) | Term::Str(Some(name), _) => visit(name),
        _ => {}
    });
}

/// Shows a term and every term within it.
pub(super) fn visit_terms<'s>(term: &Term<&'s str>, visit: &mut dyn FnMut(&Term<&'s str>)) {
    visit(term);
    match term {
        Term::Id | Term::Recurse | Term::Num(_) | Term::Break(_) | Term::Var(_) => {}
        Term::Str(_, parts) => {
            for part in parts {
                if let StrPart::Term(term) = part {
                    visit_terms(term, visit);
                }
            }
        }
        Term::Arr(items) => items.iter().for_each(|items| visit_terms(items, visit)),
        Term::Obj(members) => {
            for (name, value) in members {
                visit_terms(name, visit);
                value.iter().for_each(|value| visit_terms(value, visit));
            }
        }
        Term::Neg(term) | Term::Label(_, term) => visit_terms(term, visit),
        Term::BinOp(left, operator, right) => {
            visit_terms(left, visit);
            if let BinaryOp::Pipe(Some(pattern)) = operator {
                visit_pattern(pattern, visit);
            }
            visit_terms(right, visit);
        }
        Term::Fold(_, stream, pattern, arguments) => {
            visit_terms(stream, visit);
            visit_pattern(pattern, visit);
            arguments.iter().for_each(|argument| visit_terms(argument, visit));
        }
        Term::TryCatch(body, handler) => {
            visit_terms(body, visit);
            handler.iter().for_each(|handler| visit_terms(handler, visit));
        }
        Term::IfThenElse(branches, otherwise) => {
            for (condition, then) in branches {
                visit_terms(condition, visit);
                visit_terms(then, visit);
            }
            otherwise.iter().for_each(|otherwise| visit_terms(otherwise, visit));
        }
        Term::Def(defs, body) => {
            defs.iter().for_each(|def| visit_terms(&def.body, visit));
            visit_terms(body, visit);
        }
        Term::Call(_, arguments) => arguments.iter().for_each(|argument| visit_terms(argument, visit)),
        Term::Path(head, Path(parts)) => {
            visit_terms(head, visit);
            for (part, _) in parts {
                match part {
                    Part::Index(index) => visit_terms(index, visit),
                    Part::Range(from, to) => {
                        [from, to].into_iter().flatten().for_each(|bound| visit_terms(bound, visit));
                    }
                }
            }
        }
    }
}

fn visit_pattern<'s>(pattern: &Pattern<&'s str>, visit: &mut dyn FnMut(&Term<&'s str>)) {
    match pattern {
        Pattern::Var(_) => {}
        Pattern::Arr(items) => items.iter().for_each(|item| visit_pattern(item, visit)),
        Pattern::Obj(members) => {
            for (name, pattern) in members {
                visit_terms(name, visit);
                visit_pattern(pattern, visit);
            }
        }
    }
}
