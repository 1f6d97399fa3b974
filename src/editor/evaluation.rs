//! What needs jq's library, and with it some megabytes: a module of its own that is fetched when it is first wanted.
//!
//! With the feature `split` it becomes a file beside the main module, as the pages do (`app::fetched`); without it these
//! are plain functions. What cannot be fetched now can be tried again.

use std::time::Duration;

use flow::expression::within_time;
use flow::scope::{Preview, Seen};
use flow::{Document, Pointer, Problem};
use leptos::wasm_split::SplitLoaderError;
use serde_json::Value;

/// The module did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotFetched;

impl From<SplitLoaderError> for NotFetched {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// An expression to try out.
pub(super) struct Trial {
    pub(super) root: Value,
    pub(super) at: Pointer,
    pub(super) text: String,
    pub(super) seen: Seen,
}

/// What an expression would yield in its place.
///
/// # Errors
/// [`NotFetched`] where the module is not here.
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(evaluation, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn try_out(trial: Trial) -> Result<Preview, NotFetched> {
    Ok(tried_out(&trial))
}

/// # Errors
/// None: the function is here.
#[cfg(not(feature = "split"))]
pub(super) async fn try_out(trial: Trial) -> Result<Preview, NotFetched> {
    Ok(tried_out(&trial))
}

/// What refuses the start of a definition without errors beside what is known of it already.
///
/// # Errors
/// [`NotFetched`] where the module is not here.
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(evaluation, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn find_unstartable(document: Document, known: Vec<Problem>) -> Result<Vec<Problem>, NotFetched> {
    Ok(flow::unstartable(&document, &known))
}

/// # Errors
/// None: the function is here.
#[cfg(not(feature = "split"))]
pub(super) async fn find_unstartable(
    document: Document,
    known: Vec<Problem>,
) -> Result<Vec<Problem>, NotFetched> {
    Ok(flow::unstartable(&document, &known))
}

/// Longer nobody waits for a field that is being typed in; what is right ends far below.
const MOST: Duration = Duration::from_millis(500);

fn tried_out(trial: &Trial) -> Preview {
    within_time(now, MOST, || flow::scope::preview(&trial.root, &trial.at, &trial.text, &trial.seen))
}

fn now() -> Duration {
    Duration::from_secs_f64(js_sys::Date::now().max(0.0) / 1000.0)
}
