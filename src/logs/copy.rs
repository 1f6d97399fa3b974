//! Lines to the clipboard, those that were never drawn or read among them.

use logs::{Filter, Format, write_line};
use wire::log::{Level, LogPage, LogQuery};

use super::reader::Reader;
use crate::api::ApiError;

/// More than this is a file, not a clipboard.
pub(super) const MOST: u64 = 50_000;
const PAGE: u32 = 5_000;

/// The text of the marked lines that pass the filter, or of all where none is marked; `None` where they are too many.
pub(super) async fn text(reader: Reader) -> Result<Option<String>, ApiError> {
    let Some((selection, filter, rows)) =
        reader.look(|viewer| (viewer.selection(), viewer.filter().clone(), viewer.rows()))
    else {
        return Ok(None);
    };
    if selection.map_or(rows, |selection| selection.count()) > MOST {
        return Ok(None);
    }
    let (mut start, end) = selection.map_or((0, 0), |selection| (selection.first(), selection.last() + 1));
    let mut text = String::new();
    loop {
        let page = reader.page(query(start, end, PAGE, &filter)).await?;
        let is_last = (page.lines.len() as u32) < PAGE || page.next_offset <= start;
        write(&mut text, reader, &filter, &page, Format::Plain);
        start = page.next_offset;
        if is_last || (end > 0 && start >= end) {
            return Ok(Some(text));
        }
    }
}

/// `end` is exclusive; zero is the end of the log.
pub(super) fn query(start: u64, end: u64, size: u32, filter: &Filter) -> LogQuery {
    LogQuery {
        start_offset: start.to_string(),
        end_offset: end.to_string(),
        size,
        level: filter.level,
        filter: filter.level > Level::Debug,
        ..LogQuery::default()
    }
}

/// Adds the lines of a page that pass the filter; says how many.
pub(super) fn write(
    out: &mut String,
    reader: Reader,
    filter: &Filter,
    page: &LogPage,
    format: Format,
) -> u64 {
    let mut count = 0;
    for line in &page.lines {
        if reader.look(|viewer| filter.passes(&viewer.view(line))) == Some(true) {
            let writer = line.task_id.as_deref().and_then(|id| reader.name(id));
            write_line(out, line, writer.as_deref(), format);
            count += 1;
        }
    }
    count
}
