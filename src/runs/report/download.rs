//! The report as a file: Markdown for people, JSON for machines.

use super::record::Record;
use super::sheet::Sheet;
use crate::ui::files::save_text;

/// What the file is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Markdown,
    Json,
}

/// Hands the file to the browser; `None` where it refuses.
pub(super) fn save(kind: FileKind, record: &Record, sheet: &Sheet) -> Option<()> {
    let (ending, text) = match kind {
        FileKind::Markdown => ("md", sheet.markdown()),
        FileKind::Json => ("json", serde_json::to_string_pretty(record).ok()?),
    };
    save_text(&format!("{}.{ending}", record.run.job_name), &text)
}
