//! What keeps a definition from being started that validation has nothing against: the schema takes it, the hub may save
//! it, and yet no program can be made of it. A JSON Schema that is none, functions that call each other in a circle.
//!
//! Told before anybody starts it, as warnings; what has to be fetched first is no matter of this module.

use crate::problem::{UNSTARTABLE, UNSUPPORTED};
use crate::{Catalog, Document, Pointer, Problem, Program, Severity, validate};

/// Everything that refuses the start of a definition, whoever starts it: a person, a schedule, a task of another run.
pub fn refusals(document: &Document, catalog: &Catalog) -> Vec<Problem> {
    let mut problems = validate(document, catalog);
    if problems.iter().all(|problem| problem.severity != Severity::Error) {
        problems.extend(unstartable(document, &problems));
    }
    problems.retain(Problem::refuses_start);
    problems
}

/// What is found out when the program is made, without what `known` says already. Asked of definitions without errors.
pub fn unstartable(document: &Document, known: &[Problem]) -> Vec<Problem> {
    let Err(problems) = Program::compile(document) else { return Vec::new() };
    let names_unsupported = known.iter().any(|problem| problem.code == UNSUPPORTED);
    let is_news = |problem: &Problem| {
        let is_told =
            known.iter().any(|known| known.refuses_start() && is_one_place(&known.pointer, &problem.pointer));
        let is_for_others = match problem.code.as_str() {
            "unresolved-function" | "unresolved-schema" => true,
            code => names_unsupported && code == UNSUPPORTED,
        };
        !is_told && !is_for_others
    };
    let warning = |problem: Problem| {
        Problem::warning(problem.pointer, UNSTARTABLE, problem.message_en, problem.message_zh)
    };
    problems.into_iter().filter(is_news).map(warning).collect()
}

/// Whether one of the two is the other or within it.
fn is_one_place(left: &Pointer, right: &Pointer) -> bool {
    let (left, right) = (left.as_str(), right.as_str());
    let (outer, inner) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What refuses the start of a definition, as its place and the first words.
    #[track_caller]
    fn check(tasks: &str, expected: &[&str]) {
        let text = format!("document: {{dsl: '1.0.3', namespace: a, name: a, version: '1.0.0'}}\n{tasks}");
        let document = Document::from_yaml(&text).unwrap();
        let problems = refusals(&document, &Catalog::default());
        let told: Vec<String> =
            problems.iter().map(|problem| format!("{}: {}", problem.pointer, problem.message_en)).collect();
        assert_eq!(told.len(), expected.len(), "{told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected), "{told}");
        }
    }

    /// DSL reference, Schema: the schema of the language does not look into `document`.
    #[test]
    fn a_schema_that_is_none_is_told_before_the_start() {
        check("do: [{a: {set: {x: 1}}}]\ninput: {schema: {document: {type: object}}}", &[]);
        check(
            "do: [{a: {set: {x: 1}, output: {schema: {document: {type: nope}}}}}]",
            &["/do/0/a/output/schema/document: This JSON Schema cannot be used"],
        );
    }

    /// DSL reference, Use: functions.
    #[test]
    fn functions_that_call_each_other_in_a_circle_are_told_before_the_start() {
        check(
            "use: {functions: {f: {call: g}, g: {call: f}}}\ndo: [{a: {call: f}}]",
            &["/use/functions/g/call: A function cannot come to call itself: `f` \u{2192} `g` \u{2192} `f`."],
        );
    }

    /// DSL reference, Error: `status` is any integer to the schema.
    #[test]
    fn a_status_that_is_none_is_told_before_the_start() {
        check(
            "do: [{a: {raise: {error: {type: 'https://x', status: 70000}}}}]",
            &["/do/0/a/raise/error: An error needs a `type` and a `status`"],
        );
        check("do: [{a: {raise: {error: {type: 'https://x', status: 400.0}}}}]", &[]);
    }

    #[test]
    fn what_is_told_already_is_not_told_twice() {
        check("do: [{a: {wait: {seconds: -5}}}]", &["/do/0/a/wait/seconds: No time is negative"]);
        check("do: [{a: {run: {container: {image: x}}}}]", &["/do/0/a/run: The hub cannot run"]);
        check("do: [{a: {call: 'f:1.0.0@c'}}]\nuse: {catalogs: {c: {endpoint: 'https://x/c'}}}", &[]);
    }
}
