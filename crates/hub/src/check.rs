//! `mas-hub check FILE…`: the problems of definitions, as a compiler tells them. Needs no database.

use std::fmt::Write as _;
use std::path::Path;

use flow::{Document, Severity};

use crate::plugins::Plugins;

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
    for problem in flow::validate(&document, plugins.catalog()) {
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
