//! `mas-hub check`: the problems of definitions, as a compiler tells them. Needs no database and no network.
//!
//! It changes nothing and starts nothing. Of a folder it reads every JSON and YAML file that is a definition, that is an
//! object with `document` or `do`; a file that is named is checked whatever it holds.

mod found;
mod print;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use flow::{Document, Pointer, Problem, Severity};

pub use found::{Finding, Level, Report};
pub use print::{Format, Language};

use crate::plugins::Plugins;
use crate::schedules;

/// Checks files and, with everything below them, folders; `-` is standard input.
pub fn paths(paths: &[PathBuf], plugins: &Plugins) -> Vec<Report> {
    let mut reports = Vec::new();
    for path in paths {
        if path.is_dir() {
            folder(path, plugins, &mut reports);
        } else {
            reports.push(file(path, plugins));
        }
    }
    reports
}

/// The reports as they are printed.
pub fn printed(reports: &[Report], format: Format, language: Language) -> String {
    print::printed(reports, format, language)
}

/// Whether something is an error, or a warning where these are denied too.
pub fn failed(reports: &[Report], deny_warnings: bool) -> bool {
    let worst = if deny_warnings { Level::Warning } else { Level::Error };
    reports.iter().flat_map(|report| &report.findings).any(|finding| finding.level <= worst)
}

fn folder(path: &Path, plugins: &Plugins, reports: &mut Vec<Report>) {
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(cause) => return reports.push(unreadable(path, &cause)),
    };
    let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // The type of the entry itself: a link to a folder above would never end.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !hidden {
            folder(&path, plugins, reports);
        } else if !is_folder && is_of_interest(&path) {
            let report = file(&path, plugins);
            reports.extend(report.definition.then_some(report));
        }
    }
}

fn is_of_interest(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    matches!(extension.as_deref(), Some("json" | "yaml" | "yml"))
}

fn file(path: &Path, plugins: &Plugins) -> Report {
    match text_in(path) {
        Ok(text) => text_of(&path.display().to_string(), &text, plugins),
        Err(cause) => unreadable(path, &cause),
    }
}

/// What is in a file; `-` is standard input.
pub(crate) fn text_in(path: &Path) -> std::io::Result<String> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        // One byte more than a definition may have tells that there is too much.
        let most = u64::try_from(flow::MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    read.and_then(|bytes| String::from_utf8(bytes).map_err(std::io::Error::other))
}

pub(crate) fn unreadable(path: &Path, cause: &std::io::Error) -> Report {
    Report::of_error(
        path.display().to_string(),
        (1, 1),
        "unreadable",
        (cause.to_string(), format!("无法读取（{cause}）")),
    )
}

/// Checks one text.
pub fn text_of(name: &str, text: &str, plugins: &Plugins) -> Report {
    let (document, dropped) = match Document::import(text) {
        Ok(read) => read,
        Err(error) => {
            let place = (error.line, error.column);
            return Report::of_error(name.to_owned(), place, "syntax", (error.message, error.message_zh));
        }
    };
    let places = flow::source_map(text);
    let place = |pointer: &Pointer| {
        places.position_of(pointer).map_or((1, 1), |position| (position.line, position.column))
    };
    let finding = |problem: Problem| {
        let (line, column) = place(&problem.pointer);
        Finding {
            line,
            column,
            level: match problem.severity {
                Severity::Error => Level::Error,
                Severity::Warning => Level::Warning,
            },
            refuses_start: problem.refuses_start(),
            code: problem.code,
            pointer: problem.pointer,
            message_en: problem.message_en,
            message_zh: problem.message_zh,
        }
    };
    let mut problems = flow::validate(&document, plugins.catalog());
    if problems.iter().all(|problem| problem.severity != Severity::Error) {
        problems.extend(schedules::problems(&document));
        problems.extend(flow::unstartable(&document, &problems));
    }
    let mut findings: Vec<Finding> = problems.into_iter().map(finding).collect();
    findings.sort_by_key(|finding| (finding.line, finding.column));
    if let Some(first) = dropped.first_comment {
        let count = dropped.comments;
        findings.push(Finding {
            line: first.line,
            column: first.column,
            level: Level::Note,
            refuses_start: false,
            code: "comments".to_owned(),
            pointer: Pointer::root(),
            message_en: match count {
                1 => "This comment is not kept when the file is imported.".to_owned(),
                _ => format!(
                    "{count} comments, the first of them here, are not kept when this file is imported."
                ),
            },
            message_zh: match count {
                1 => "导入此文件时不会保留这条注释。".to_owned(),
                _ => format!("导入此文件时不会保留 {count} 条注释，此处是第一条。"),
            },
        });
    }
    let definition = document.root().get("document").is_some() || document.root().get("do").is_some();
    Report { file: name.to_owned(), definition, findings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str) -> String {
        let report = text_of(name, text, &Plugins::embedded().unwrap());
        printed(&[report], Format::Text, Language::En)
    }

    const HEAD: &str = "document: {dsl: '1.0.3', namespace: default, name: a, version: '1.0.0'}\n";

    #[test]
    fn a_problem_is_told_with_its_line_and_column_as_a_compiler_does() {
        let text =
            check("a.yaml", &format!("{HEAD}do:\n  - one:\n      set: {{a: 1}}\n      then: nowhere\n"));
        assert!(text.starts_with("a.yaml:5:7: error: /do/0/one/then: No task"), "{text}");
        assert!(text.ends_with("[dangling-then]\n"), "{text}");
        let json = "{\n  \"document\": {\"dsl\": \"1.0.3\", \"namespace\": \"a\", \"name\": \"a\", \"version\": \"1.0.0\"},\n  \"do\": [{\"one\": {\"wiat\": \"PT1S\"}}]\n}";
        let text = check("a.json", json);
        assert!(text.starts_with("a.json:3:19: error: /do/0/one/wiat: "), "{text}");
    }

    #[test]
    fn what_the_hub_cannot_run_is_a_warning_and_no_error() {
        let text = format!("{HEAD}do:\n  - one:\n      run: {{container: {{image: x}}}}\n");
        let reports = [text_of("a.yaml", &text, &Plugins::embedded().unwrap())];
        assert!(!failed(&reports, false) && failed(&reports, true));
        assert!(printed(&reports, Format::Text, Language::Zh).contains(": 警告: "));
    }

    #[test]
    fn what_would_only_be_found_out_at_the_start_is_told() {
        let schema = "input: {schema: {document: {type: nope}}}";
        let text = check("a.yaml", &format!("{HEAD}do:\n  - one:\n      set: {{a: 1}}\n{schema}\n"));
        assert!(text.starts_with("a.yaml:5:18: warning: /input/schema/document: This JSON Schema"), "{text}");
        assert!(text.ends_with("[cannot-start]\n"), "{text}");
    }

    #[test]
    fn what_is_no_document_is_told_with_its_place() {
        let text = check("a.json", "{\n  \"document\": x\n}");
        assert!(text.starts_with("a.json:2:15: error: "), "{text}");
        let missing = paths(&[PathBuf::from("/nowhere/a.json")], &Plugins::embedded().unwrap());
        assert!(failed(&missing, false));
    }
}
