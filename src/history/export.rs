//! Everything that the filters let through, as a file. The runs are written as they come and handed to the browser in pieces,
//! which it may keep on disk: the page never holds all of them.

use futures::future::{AbortHandle, Abortable};
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wire::Job;

use super::address::HistoryView;
use super::format::Format;
use super::search::Search;
use super::walk::Walk;
use super::words::count;
use crate::api::{Api, ApiError, use_api};
use crate::i18n::*;
use crate::ui::files::save_blob;
use crate::ui::time::milliseconds;
use crate::ui::{Icon, IconView, Menu, MenuItem, describe_error, use_toasts};

#[component]
pub(super) fn Export(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let toasts = use_toasts();
    let written = RwSignal::new(None::<u64>);
    let under_way = StoredValue::new(None::<AbortHandle>);
    let total = search.total();
    let start = move |format: Format| {
        if written.get_untracked().is_some() {
            return;
        }
        written.set(Some(0));
        let (handle, registration) = AbortHandle::new_pair();
        under_way.set_value(Some(handle));
        let work = Abortable::new(write(api, search.shown.get_untracked(), format, written), registration);
        leptos::task::spawn_local(async move {
            let outcome = work.await;
            let _ = written.try_set(None);
            match outcome {
                Ok(Ok((runs, blob))) => {
                    let now = String::from(js_sys::Date::new_0().to_iso_string());
                    let name = format!(
                        "executions-{}.{}",
                        now.get(..19).unwrap_or_default().replace(':', ""),
                        format.ending()
                    );
                    match save_blob(&name, &blob) {
                        Some(()) => toasts.success(t_string!(
                            i18n,
                            history.export.done,
                            runs = count(runs, false),
                            name = name
                        )),
                        None => toasts.failure(t_string!(i18n, history.export.refused)),
                    }
                }
                Ok(Err(Failure::Service(error))) => {
                    toasts.failure(t_string!(i18n, history.export.failed, why = describe_error(i18n, &error)))
                }
                Ok(Err(Failure::Browser)) => toasts.failure(t_string!(i18n, history.export.refused)),
                // Cancelled, by the one who looks at it.
                Err(_) => {}
            }
        });
    };
    on_cleanup(move || {
        if let Some(handle) = under_way.try_get_value().flatten() {
            handle.abort();
        }
    });
    let item = move |format: Format, label: Signal<String>| MenuItem {
        label,
        icon: Icon::Download,
        danger: false,
        on_select: Callback::new(move |()| start(format)),
    };
    let items = vec![
        item(Format::Csv, Signal::derive(move || t_string!(i18n, history.export.csv).to_owned())),
        item(Format::Json, Signal::derive(move || t_string!(i18n, history.export.json).to_owned())),
    ];
    view! {
        <Menu label=Signal::derive(move || t_string!(i18n, history.export.label).to_owned()) icon=Icon::Download items />
        {move || written.get().map(|runs| view! {
            <div class="toast export" role="status">
                <span class="spinner" aria-hidden="true"></span>
                <span>{
                    let (total, is_at_least) = total.get();
                    t_string!(i18n, history.export.progress, runs = count(runs, false), total = count(total.max(runs), is_at_least))
                }</span>
                <button
                    type="button"
                    class="button button--icon"
                    aria-label=move || t_string!(i18n, history.export.cancel)
                    on:click=move |_| if let Some(handle) = under_way.get_value() { handle.abort() }
                >
                    <IconView icon=Icon::Close />
                </button>
            </div>
        })}
    }
}

enum Failure {
    Service(ApiError),
    Browser,
}

async fn write(
    api: Api,
    view: HistoryView,
    format: Format,
    written: RwSignal<Option<u64>>,
) -> Result<(u64, web_sys::Blob), Failure> {
    let pieces = Array::new();
    let push = |text: &str| -> Result<(), Failure> {
        if !text.is_empty() {
            let parts = Array::of1(&JsValue::from_str(text));
            let piece = web_sys::Blob::new_with_str_sequence(&parts).map_err(|_| Failure::Browser)?;
            pieces.push(&piece);
        }
        Ok(())
    };
    push(&format.head())?;
    let mut walk = Walk::new(api, &view, None);
    let mut runs = 0;
    while let Some(page) = walk.next().await.map_err(Failure::Service)? {
        push(&format.runs(&page, runs == 0, seconds))?;
        runs += page.len() as u64;
        let _ = written.try_set(Some(runs));
    }
    push(format.tail())?;
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(format.media_type());
    let blob =
        web_sys::Blob::new_with_blob_sequence_and_options(&pieces, &options).map_err(|_| Failure::Browser)?;
    Ok((runs, blob))
}

fn seconds(run: &Job) -> Option<f64> {
    let from = milliseconds(&run.started_at)?;
    let to = run.ended_at.as_deref().and_then(milliseconds)?;
    Some(((to - from) / 1000.0).max(0.0))
}
