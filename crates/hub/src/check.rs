//! `mas-hub check FILE…`: the problems of definitions, as a compiler tells them. Needs no database.

use std::fmt::Write as _;
use std::path::Path;

use flow::{Document, Severity};

use crate::plugins::Plugins;
use crate::schedules;

/// What is to be printed of one file, and whether anything in it is an error.
pub fn file(path: &Path, plugins: &Plugins) -> (String, bool) {
    match std::fs::read_to_string(path) {
        Ok(text) => text_of(&path.display().to_string(), &text, plugins),
        Err(cause) => (format!("{}: error: {cause}\n", path.display()), true),
    }
}

fn text_of(name: &str, text: &str, plugins: &Plugins) -> (String, bool) {
    let document = match Document::from_text(text) {
        Ok(document) => document,
        Err(error) => {
            return (format!("{name}:{}:{}: error: {}\n", error.line, error.column, error.message), true);
        }
    };
    let lines = flow::document::source_map(text);
    let mut printed = String::new();
    let mut wrong = false;
    let mut problems = flow::validate(&document, plugins.catalog());
    if problems.iter().all(|problem| problem.severity != Severity::Error) {
        problems.extend(schedules::problems(&document));
    }
    for problem in problems {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        wrong |= problem.severity == Severity::Error;
        let line = lines.line_of(&problem.pointer).unwrap_or(1);
        // Writing into a string cannot fail.
        let _ = writeln!(printed, "{name}:{line}: {severity}: {}: {}", problem.pointer, problem.message_en);
    }
    (printed, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str) -> (String, bool) {
        text_of(name, text, &Plugins::embedded().unwrap())
    }

    const HEAD: &str = "document: {dsl: '1.0.3', namespace: default, name: a, version: '1.0.0'}\n";

    #[test]
    fn a_problem_is_told_with_its_line_as_a_compiler_does() {
        let (text, wrong) =
            check("a.yaml", &format!("{HEAD}do:\n  - one:\n      set: {{a: 1}}\n      then: nowhere\n"));
        assert!(wrong);
        assert!(text.starts_with("a.yaml:5: error: /do/0/one/then: "), "{text}");
    }

    #[test]
    fn what_the_hub_cannot_run_is_a_warning_and_no_error() {
        let (text, wrong) =
            check("a.yaml", &format!("{HEAD}do:\n  - one:\n      run: {{container: {{image: x}}}}\n"));
        assert!(!wrong, "{text}");
        assert!(text.contains(": warning: "), "{text}");
    }

    #[test]
    fn what_is_no_document_is_told_with_its_place() {
        let (text, wrong) = check("a.json", "{\n  \"document\": x\n}");
        assert!(wrong && text.starts_with("a.json:2:"), "{text}");
        assert!(file(Path::new("/nowhere/a.json"), &Plugins::embedded().unwrap()).1);
    }
}
