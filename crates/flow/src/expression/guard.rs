//! Puts the budget's ticks into a program: wherever a value passes a pipe, a loop, a call or a collection.
//!
//! Every way to run long in jq is a recursion, a fold, or a stream that something consumes. Each definition
//! starts with a tick, and each consumer ticks for every value that it takes; the value itself passes unchanged,
//! also on the left of an assignment.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::{Part, Path};

use super::natives::{MULTIPLY, TICK, TO_TEXT};

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
                    StrPart::Term(term) => StrPart::Term(counted(term)),
                    other => other,
                })
                .collect(),
        ),
        Term::Arr(items) => Term::Arr(items.map(boxed_counted)),
        Term::Obj(members) => Term::Obj(
            members
                .into_iter()
                .map(|(name, value)| match value {
                    Some(value) => (counted(name), Some(counted(value))),
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
        Term::Call(name, arguments) => Term::Call(name, arguments.into_iter().map(counted).collect()),
        Term::Path(head, Path(parts)) => {
            let streams = parts.iter().any(|(part, _)| matches!(part, Part::Range(None, None)));
            let parts = parts
                .into_iter()
                .map(|(part, optional)| {
                    let part = match part {
                        Part::Index(index) => Part::Index(counted(index)),
                        Part::Range(from, to) => Part::Range(from.map(counted), to.map(counted)),
                    };
                    (part, optional)
                })
                .collect();
            let path = Term::Path(boxed(head), Path(parts));
            if streams { pipe(path, tick()) } else { path }
        }
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
        BinaryOp::Math(Math::Mul) => Term::Call(MULTIPLY, vec![counted(left), counted(right)]),
        BinaryOp::UpdateMath(Math::Mul) => {
            let product = Term::Call(MULTIPLY, vec![Term::Id, Term::Var("$!right")]);
            operation(
                counted(right),
                BinaryOp::Pipe(Some(Pattern::Var("$!right"))),
                operation(counted(left), BinaryOp::Update, product),
            )
        }
        _ => operation(counted(left), operator, counted(right)),
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
