//! The address names the marked lines, the filter and the search: opening it shows the same. A task's log has names of its
//! own there, because both logs may stand on one page.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use logs::Address;
use web_sys::UrlSearchParams;
use wire::log::Level;

use super::options::LogOptions;
use super::reader::Reader;
use crate::api::use_api;
use crate::ui::link::replace;

/// The state that stands for the whole job.
const WHOLE_JOB: &str = "-";
/// The address follows what is marked and typed once it rests.
const PAUSE: Duration = Duration::from_millis(250);

/// What the address says of this log when it is opened.
pub(super) fn opened(state_id: &str) -> Address {
    let search = read(&use_location().search.get_untracked());
    Address::read(|name| search.as_ref()?.get(&parameter(state_id, name)))
}

/// Opens the log, and another one where the job or the state changes; writes into the address what one marks, filters by and
/// searches for. `first` is what the address said.
pub(super) fn use_address(
    reader: Reader,
    options: LogOptions,
    first: Address,
    job_name: Signal<String>,
    state_id: Signal<String>,
) {
    let location = use_location();
    let replace = replace();
    let base = use_api().base();
    let at = StoredValue::new(first.lines);
    Effect::new(move |_| {
        let (job_name, state_id) = (job_name.get(), state_id.get());
        // Another task's log opens at its end: the lines in the address were of the one before.
        let at = at.try_update_value(Option::take).flatten();
        reader.open(job_name, state_id, at);
    });
    let shown = Memo::new(move |_| {
        let summary = reader.summary.read();
        summary.is_open.then(|| told(options, summary.selection))
    });
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let cancel = move || {
        if let Some(Some(handle)) = waiting.try_update_value(Option::take) {
            handle.clear();
        }
    };
    on_cleanup(cancel);
    Effect::new(move |_| {
        let Some(shown) = shown.get() else { return };
        cancel();
        let (replace, base) = (replace.clone(), base.clone());
        let write = move || {
            let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
            let path = path.strip_prefix(&base).unwrap_or(&path);
            if let Some(after) = with(&search, &state_id.read_untracked(), &shown) {
                let mark = if after.is_empty() { "" } else { "?" };
                replace(&format!("{path}{mark}{after}"));
            }
        };
        // Browsers refuse addresses that change with every line that the pointer passes, and with every key.
        waiting.set_value(set_timeout_with_handle(write, PAUSE).ok());
    });
}

/// What the address is to say, tracked.
fn told(options: LogOptions, lines: Option<logs::Selection>) -> Address {
    Address {
        lines,
        level: Some(options.level.get()).filter(|level| *level > Level::Debug),
        filter: options.filter.get(),
        writers: options.writers.get(),
        find: if options.finding.get() { options.find.get() } else { logs::Query::default() },
    }
}

/// The query that says this of the log and the same of everything else; none where it says so already. The router's own map
/// decodes twice: a filter such as `%20` would not survive it.
fn with(search: &str, state_id: &str, address: &Address) -> Option<String> {
    let map = read(search)?;
    let mut changed = false;
    for (name, value) in address.pairs() {
        let name = parameter(state_id, name);
        if map.get(&name) == value {
            continue;
        }
        changed = true;
        match value {
            Some(value) => map.set(&name, &value),
            None => map.delete(&name),
        }
    }
    changed.then(|| map.to_string().into())
}

fn read(search: &str) -> Option<UrlSearchParams> {
    UrlSearchParams::new_with_str(search).ok()
}

fn parameter(state_id: &str, name: &str) -> String {
    if state_id == WHOLE_JOB { name.to_owned() } else { format!("task_{name}") }
}
