//! What validation says, word for word.

mod expressions;
mod flow;
mod gallery;
mod head;
mod limits;
mod shared_data;
mod tasks;

use serde_json::json;

use super::*;
use crate::CatalogFunction;
use crate::problem::Severity;

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    let input_schema = json!({
        "type": "object",
        "required": ["zone", "type"],
        "additionalProperties": false,
        "properties": { "zone": { "type": "string" }, "type": { "enum": ["A", "MX"] }, "ttl": { "type": "integer", "minimum": 300 } },
    });
    catalog.insert("dns-record-add:1.0.0@default", CatalogFunction { input_schema });
    catalog
}

fn lines(document: &Document) -> String {
    let line = |problem: Problem| {
        let severity = if problem.severity == Severity::Error { "" } else { "warning " };
        format!(
            "{severity}{} {}\n  {}\n  {}\n",
            problem.code, problem.pointer, problem.message_en, problem.message_zh
        )
    };
    // What the hub cannot run yet is told by tests of its own, and grows less.
    let problems = validate(document, &catalog()).into_iter();
    problems.filter(|problem| problem.code != crate::problem::UNSUPPORTED).map(line).collect()
}

/// Validates a whole definition, written in YAML.
fn check(text: &str) -> String {
    lines(&Document::from_yaml(text).expect("YAML"))
}

/// Validates the tasks of a list, written in YAML.
fn check_tasks(tasks: &str) -> String {
    let head = "document: { dsl: '1.0.3', namespace: test, name: test, version: '0.1.0' }\ndo:\n";
    check(&format!("{head}{tasks}"))
}
