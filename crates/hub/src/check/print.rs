//! Findings as people, scripts and code hosts read them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{Finding, Level, Report};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// `file:line:column: severity: pointer: message [code]`
    #[default]
    Text,
    /// One array with an object for each finding, messages in both languages
    Json,
    /// SARIF 2.1.0, which code hosts show beside the line
    Sarif,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    #[default]
    En,
    Zh,
}

pub(super) fn printed(reports: &[Report], format: Format, language: Language) -> String {
    match format {
        Format::Text => text(reports, language),
        Format::Json => format!("{:#}\n", Value::Array(each(reports, as_json).collect())),
        Format::Sarif => format!("{:#}\n", sarif(reports, language)),
    }
}

fn each<'r, T: 'r>(reports: &'r [Report], show: fn(&'r str, &'r Finding) -> T) -> impl Iterator<Item = T> {
    reports
        .iter()
        .flat_map(move |report| report.findings.iter().map(move |finding| show(&report.file, finding)))
}

fn text(reports: &[Report], language: Language) -> String {
    let mut text = String::new();
    for (file, finding) in each(reports, |file, finding| (file, finding)) {
        let level = match (finding.level, language) {
            (Level::Error, Language::En) => "error",
            (Level::Warning, Language::En) => "warning",
            (Level::Note, Language::En) => "note",
            (Level::Error, Language::Zh) => "错误",
            (Level::Warning, Language::Zh) => "警告",
            (Level::Note, Language::Zh) => "提示",
        };
        let place = if finding.pointer.is_root() { String::new() } else { format!("{}: ", finding.pointer) };
        let (Finding { line, column, code, .. }, message) = (finding, message(finding, language));
        // Writing into a string cannot fail.
        _ = writeln!(text, "{file}:{line}:{column}: {level}: {place}{message} [{code}]");
    }
    text
}

fn as_json(file: &str, finding: &Finding) -> Value {
    json!({
        "file": file,
        "line": finding.line,
        "column": finding.column,
        "severity": level(finding.level),
        "code": finding.code,
        "pointer": finding.pointer,
        "message_en": finding.message_en,
        "message_zh": finding.message_zh,
        "refuses_start": finding.refuses_start,
    })
}

fn sarif(reports: &[Report], language: Language) -> Value {
    let codes: BTreeSet<&str> = each(reports, |_, finding| finding.code.as_str()).collect();
    let rules: Vec<Value> = codes.into_iter().map(|code| json!({ "id": code })).collect();
    let result = |(file, finding): (&str, &Finding)| {
        json!({
            "ruleId": finding.code,
            "level": level(finding.level),
            "message": { "text": message(finding, language) },
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": { "uri": uri(file) },
                    "region": { "startLine": finding.line, "startColumn": finding.column },
                },
                "logicalLocations": [{ "fullyQualifiedName": finding.pointer }],
            }],
        })
    };
    let results: Vec<Value> = each(reports, |file, finding| (file, finding)).map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "mas-hub", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            // Columns count characters, as the text does.
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// A path as a relative or absolute URI: what stands for itself in a path, and the rest percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn message(finding: &Finding, language: Language) -> &str {
    match language {
        Language::En => &finding.message_en,
        Language::Zh => &finding.message_zh,
    }
}
