//! The log as a file, read and written page by page: a long one goes straight to the disk where the browser can do that,
//! else into parts that the browser keeps, never into one text in memory.

use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use logs::Format;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::copy::{query, write};
use super::reader::Reader;
use crate::api::ApiError;
use crate::ui::files::save_blob;

const PAGE: u32 = 10_000;
/// From so many lines on a person is asked where the file belongs before it is read.
const STREAMED: u64 = 100_000;

/// How far a download is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub looked_at: u64,
    pub total: u64,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    Saved,
    Cancelled,
    /// The browser refused the file.
    Refused,
    Failed(ApiError),
}

/// Where the file's parts go.
enum Sink {
    Disk(JsValue),
    Parts(Array),
}

/// Reads all lines that pass the filter into a file. Setting `progress` to none cancels it.
pub(super) async fn download(
    reader: Reader,
    format: Format,
    progress: RwSignal<Option<Progress>>,
) -> Outcome {
    let Some((filter, total)) = reader.look(|viewer| (viewer.filter().clone(), viewer.total())) else {
        return Outcome::Cancelled;
    };
    let name = file_name(reader, format);
    let mut sink = Sink::Parts(Array::new());
    if total > STREAMED && has_picker() {
        match pick(&name).await {
            Some(writable) => sink = Sink::Disk(writable),
            None => return Outcome::Cancelled,
        }
    }
    progress.set(Some(Progress { looked_at: 0, total }));
    let mut start = 0;
    loop {
        let page = match reader.page(query(start, 0, PAGE, &filter)).await {
            Ok(page) => page,
            Err(error) => return sink.abort(Outcome::Failed(error)).await,
        };
        let mut text = String::new();
        write(&mut text, reader, &filter, &page, format);
        let is_last = (page.lines.len() as u32) < PAGE || page.next_offset <= start;
        start = page.next_offset;
        if progress.try_get_untracked().flatten().is_none() {
            return sink.abort(Outcome::Cancelled).await;
        }
        if sink.write(&text).await.is_none() {
            progress.set(None);
            return sink.abort(Outcome::Refused).await;
        }
        if is_last {
            progress.set(None);
            return sink.close(&name).await;
        }
        progress.set(Some(Progress { looked_at: start, total: total.max(start) }));
    }
}

impl Sink {
    async fn write(&self, text: &str) -> Option<()> {
        match self {
            Self::Disk(writable) => call(writable, "write", &text.into()).await.map(|_| ()),
            Self::Parts(parts) => {
                // A part of its own leaves this module's memory at once.
                let part = web_sys::Blob::new_with_str_sequence(&Array::of1(&text.into())).ok()?;
                parts.push(&part);
                Some(())
            }
        }
    }

    async fn close(self, name: &str) -> Outcome {
        let saved = match &self {
            Self::Disk(writable) => call(writable, "close", &JsValue::UNDEFINED).await.map(|_| ()),
            Self::Parts(parts) => {
                web_sys::Blob::new_with_blob_sequence(parts).ok().and_then(|blob| save_blob(name, &blob))
            }
        };
        if saved.is_some() { Outcome::Saved } else { Outcome::Refused }
    }

    /// Leaves no half of a file behind.
    async fn abort(self, outcome: Outcome) -> Outcome {
        if let Self::Disk(writable) = &self {
            // Where it cannot be given up the browser drops it with the page.
            let _ = call(writable, "abort", &JsValue::UNDEFINED).await;
        }
        outcome
    }
}

fn file_name(reader: Reader, format: Format) -> String {
    let (job_name, state_id) = reader.names();
    let task = state_id.rsplit('/').next().unwrap_or_default();
    let task = if task == "-" { String::new() } else { format!("-{task}") };
    let ending = match format {
        Format::Plain => "log",
        Format::JsonLines => "jsonl",
    };
    format!("{job_name}{task}.{ending}")
}

fn has_picker() -> bool {
    Reflect::has(&window(), &"showSaveFilePicker".into()).unwrap_or(false)
}

/// Asks where the file belongs, and opens it.
async fn pick(name: &str) -> Option<JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"suggestedName".into(), &name.into()).ok()?;
    let handle = call(&window(), "showSaveFilePicker", &options).await?;
    call(&handle, "createWritable", &JsValue::UNDEFINED).await
}

/// Calls a method that gives a promise, and waits for it.
async fn call(of: &JsValue, method: &str, argument: &JsValue) -> Option<JsValue> {
    let method: Function = Reflect::get(of, &method.into()).ok()?.dyn_into().ok()?;
    let promise: js_sys::Promise = method.call1(of, argument).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}
