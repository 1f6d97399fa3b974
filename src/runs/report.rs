//! The report of a run: what an auditor asks for after a drill, on a page to print and as a file.
//!
//! `record` says what was (and is the JSON file), `sheet` says it in the reader's words and time (and is the page and the
//! Markdown file). What is drawn here is how it stands now: a run that goes on has a report too, which says so.

mod download;
mod page;
mod record;
mod sheet;
mod words;

pub(super) use page::ReportPage;
