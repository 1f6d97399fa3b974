//! The viewer's component: the lines, their scroll bar, what stands around them, and the address that names marked lines.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use leptos_use::{UseElementSizeReturn, use_element_size};
use logs::{News, Selection};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::copy;
use super::download::{Outcome, Progress, download};
use super::find_bar::FindBar;
use super::jump::TimeBar;
use super::keys::{KeyActs, on_key};
use super::options::LogOptions;
use super::paint::{Canvas, Painter};
use super::reader::Reader;
use super::row::Look;
use super::toolbar::LogToolbar;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::link::replace;
use crate::ui::{describe_error, use_toasts};

/// The state that stands for the whole job.
const WHOLE_JOB: &str = "-";
/// The address follows the marked lines once they rest.
const ADDRESS_PAUSE: Duration = Duration::from_millis(250);

#[component]
pub fn LogView(
    #[prop(into)] job_name: Signal<String>,
    /// A task's pointer, or `-` for the whole job.
    #[prop(into)]
    state_id: Signal<String>,
    /// The name of the log for those who cannot see where it stands.
    #[prop(into)]
    label: Signal<String>,
    /// Changes whenever a log that was complete may go on: by a retry, for example.
    #[prop(into)]
    stirred: Signal<String>,
    /// When the run began: relative times count from here.
    #[prop(into)]
    started_at: Signal<String>,
    /// The name of the task with this id; for a log of several tasks.
    writer: Option<Callback<String, Option<String>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let reader = Reader::new(writer);
    let options = LogOptions::new(started_at);
    let has_writers = writer.is_some();
    let lines = NodeRef::<html::Div>::new();
    use_address(reader, job_name, state_id);
    Effect::new(move |before: Option<()>| {
        stirred.track();
        if before.is_some() {
            let _ = reader.change(logs::Viewer::stir);
            reader.wake();
        }
    });
    Effect::new(move |_| {
        if let Ok(filter) = options.chosen() {
            let _ = reader.change(|viewer| viewer.set_filter(filter));
        }
    });
    if let Some(writer) = writer {
        let writers = Memo::new(move |_| reader.summary.read().writers);
        Effect::new(move |_| {
            // Names that come after their lines: the list of tasks is polled apart from the log.
            writers.track();
            let _ = reader.change(|viewer| viewer.relearn(&|id| writer.run(id.to_owned())));
        });
    }
    let focus = move || {
        if let Some(lines) = lines.get_untracked() {
            // Lines that have left the page cannot take the focus.
            let _ = lines.focus();
        }
    };
    let progress = RwSignal::new(None::<Progress>);
    let on_download = Callback::new(move |format| {
        leptos::task::spawn_local(async move {
            match download(reader, format, progress).await {
                Outcome::Saved => toasts.success(t_string!(i18n, logs.saved)),
                Outcome::Cancelled => {}
                Outcome::Refused => toasts.failure(t_string!(i18n, logs.not_saved)),
                Outcome::Failed(error) => toasts.error(i18n, &error),
            }
            let _ = progress.try_set(None);
        });
    });
    let on_copy = Callback::new(move |()| {
        leptos::task::spawn_local(async move {
            match copy::text(reader).await {
                Ok(Some(text)) if copy::to_clipboard(&text).await => {
                    toasts.success(t_string!(i18n, common.action.copied));
                }
                Ok(Some(_)) => toasts.failure(t_string!(i18n, logs.not_copied)),
                Ok(None) => toasts.failure(t_string!(i18n, logs.too_many, count = copy::MOST)),
                Err(error) => toasts.error(i18n, &error),
            }
        });
    });
    Effect::new(move |_| {
        if reader.news.get() == Some(News::NoSuchLine) {
            toasts.failure(t_string!(i18n, logs.no_such_line));
            reader.news.set(None);
        }
    });
    let summary = reader.summary;
    view! {
        <section class="log" class:log--wrap=move || options.wrap.get()>
            <LogToolbar options reader has_writers on_copy on_download />
            <Show when=move || options.finding.get()>
                <FindBar options reader on_close=Callback::new(move |()| { options.finding.set(false); focus(); }) />
            </Show>
            <Show when=move || options.asking_time.get()>
                <TimeBar options reader on_close=Callback::new(move |()| { options.asking_time.set(false); focus(); }) />
            </Show>
            {move || reader.error.get().map(|error| view! { <p class="notice notice--bad" role="alert">{describe_error(i18n, &error)}</p> })}
            <div class="log__frame">
                <Lines lines options reader label has_writers on_copy />
                <Show when=move || summary.read().is_open && summary.read().rows == 0>
                    <p class="log__empty muted">
                        {move || {
                            let summary = summary.read();
                            match (summary.total, summary.is_complete) {
                                (0, false) => t_string!(i18n, logs.empty),
                                (0, true) => t_string!(i18n, logs.empty_complete),
                                (total, _) if summary.filtered_so_far < total => t_string!(i18n, logs.looking),
                                _ => t_string!(i18n, logs.nothing_matches),
                            }
                        }}
                    </p>
                </Show>
                <Show when=move || summary.read().unseen != 0>
                    <button type="button" class="button button--primary log__unseen" on:click=move |_| { let _ = reader.change(|viewer| viewer.follow(true)); }>
                        {move || t_string!(i18n, logs.unseen, count = summary.read().unseen)}
                    </button>
                </Show>
            </div>
            <Foot reader progress />
        </section>
    }
}

/// The lines themselves.
#[component]
fn Lines(
    lines: NodeRef<html::Div>,
    options: LogOptions,
    reader: Reader,
    label: Signal<String>,
    has_writers: bool,
    on_copy: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (extent, block) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let ruler = NodeRef::<html::Span>::new();
    let UseElementSizeReturn { height, width, .. } = use_element_size(lines);
    let look = Memo::new(move |_| Look {
        clock: options.clock.get(),
        patterns: Vec::new(),
        edition: 0,
        has_writers,
        words: [t_string!(i18n, logs.loading).to_owned(), t_string!(i18n, logs.lost).to_owned()],
    });
    let painter = StoredValue::new_local(Painter::default());
    reader.on_draw(move |viewer| {
        let elements = (
            lines.try_get_untracked().flatten(),
            extent.try_get_untracked().flatten(),
            block.try_get_untracked().flatten(),
        );
        let (Some(lines), Some(extent), Some(block)) = elements else { return };
        let canvas = Canvas { lines: lines.into(), extent: extent.into(), block: block.into() };
        let Some(look) = look.try_get_untracked() else { return };
        let look = Look { patterns: viewer.patterns(), edition: viewer.edition(), ..look };
        let _ = painter.try_update_value(|painter| painter.paint(&canvas, viewer, look));
    });
    Effect::new(move |_| {
        look.track();
        let (height, width, wrap) = (height.get(), width.get(), options.wrap.get());
        let ruler = ruler.get();
        // A cell is as wide as a digit of the ruler; what stands before the message is measured on a row of its own.
        let columns = wrap.then(|| columns(ruler.as_ref().map(AsRef::as_ref), width)).flatten();
        let _ = reader.change(|viewer| viewer.resize(height, columns));
    });
    let on_scroll = move |_| {
        if let Some(element) = lines.get_untracked() {
            let top = f64::from(element.scroll_top());
            let _ = reader.change(|viewer| viewer.scrolled(top));
        }
    };
    let marking = StoredValue::new(false);
    let mark = move |event: &web_sys::PointerEvent, extend: bool| {
        if let Some(offset) = offset_of(event) {
            let _ = reader.change(|viewer| viewer.mark(offset, extend));
        }
    };
    let up = window_event_listener(leptos::ev::pointerup, move |_| marking.set_value(false));
    on_cleanup(move || up.remove());
    view! {
        <div
            node_ref=lines
            class="log__lines"
            role="log"
            tabindex="0"
            aria-label=move || label.get()
            aria-live=move || if reader.summary.read().follows { "polite" } else { "off" }
            data-total=move || reader.summary.read().total.to_string()
            on:scroll=on_scroll
            on:keydown=move |event| on_key(&event, options, reader, KeyActs { copy: on_copy })
            on:pointerdown=move |event| {
                if event.button() == 0 && is_gutter(&event) {
                    event.prevent_default();
                    if let Some(lines) = lines.get_untracked() {
                        let _ = lines.focus();
                    }
                    mark(&event, event.shift_key());
                    marking.set_value(true);
                }
            }
            on:pointermove=move |event| {
                if marking.get_value() {
                    mark(&event, true);
                }
            }
        >
            <div node_ref=extent class="log__rows">
                <div node_ref=block class="log__block" class:log__block--writers=has_writers></div>
            </div>
            <span node_ref=ruler class="log__ruler" aria-hidden="true">"0000000000"</span>
        </div>
    }
}

#[component]
fn Foot(reader: Reader, progress: RwSignal<Option<Progress>>) -> impl IntoView {
    let i18n = use_i18n();
    let summary = reader.summary;
    view! {
        <p class="log__foot muted">
            <span>
                {move || {
                    let summary = summary.read();
                    let all = summary.total;
                    if summary.rows == all { t_string!(i18n, logs.count, count = all) } else { t_string!(i18n, logs.count_of, count = summary.rows, all = all) }
                }}
                {move || {
                    let summary = summary.read();
                    let is_under_way = summary.filtered_so_far < summary.total;
                    is_under_way.then(|| format!(" ({} %)", summary.filtered_so_far * 100 / summary.total.max(1)))
                }}
                " · "
                {move || if summary.read().is_complete { t_string!(i18n, logs.complete) } else { t_string!(i18n, logs.live) }}
                {move || summary.read().selection.filter(|selection| selection.count() > 1).map(|selection| {
                    format!(" · {}", t_string!(i18n, logs.marked, count = selection.count()))
                })}
                {move || summary.read().is_seeking.then(|| format!(" · {}", t_string!(i18n, logs.looking)))}
            </span>
            {move || progress.get().map(|now| view! {
                <span class="log__progress">
                    {t_string!(i18n, logs.downloading, share = now.looked_at * 100 / now.total.max(1))}
                    <button type="button" class="button button--tiny" on:click=move |_| progress.set(None)>
                        {t!(i18n, common.action.cancel)}
                    </button>
                </span>
            })}
        </p>
    }
}

/// The address names the marked lines: opening it shows them. A task's log has a name of its own there, because both logs
/// may stand on one page.
fn use_address(reader: Reader, job_name: Signal<String>, state_id: Signal<String>) {
    let (query, location) = (use_query_map(), use_location());
    let replace = replace();
    let base = use_api().base();
    let key =
        move || if state_id.with_untracked(|state| state == WHOLE_JOB) { "lines" } else { "task_lines" };
    let opened = StoredValue::new(false);
    Effect::new(move |_| {
        let (job_name, state_id) = (job_name.get(), state_id.get());
        // Another task's log opens at its end: the lines in the address were of the one before.
        let first = !opened.get_value();
        opened.set_value(true);
        let at = first.then(|| Selection::parse(&query.read_untracked().get(key())?)).flatten();
        reader.open(job_name, state_id, at);
    });
    let marked = Memo::new(move |_| {
        let summary = reader.summary.read();
        summary.is_open.then(|| summary.selection.map(Selection::to_address))
    });
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let cancel = move || {
        if let Some(Some(handle)) = waiting.try_update_value(Option::take) {
            handle.clear();
        }
    };
    on_cleanup(cancel);
    Effect::new(move |_| {
        let Some(lines) = marked.get() else { return };
        cancel();
        let (replace, base) = (replace.clone(), base.clone());
        let write = move || {
            let (path, mut map) = (location.pathname.get_untracked(), query.get_untracked());
            if map.get(key()) == lines {
                return;
            }
            map.remove(key());
            if let Some(lines) = &lines {
                map.insert(key(), lines.clone());
            }
            let path = path.strip_prefix(&base).unwrap_or(&path);
            replace(&format!("{path}{}", map.to_query_string()));
        };
        // Browsers refuse addresses that change with every line that the pointer passes.
        waiting.set_value(set_timeout_with_handle(write, ADDRESS_PAUSE).ok());
    });
}

/// The columns that a wrapped message has, measured: the ruler is ten cells wide, and what stands before the message is
/// given by the style sheet in cells.
fn columns(ruler: Option<&HtmlElement>, width: f64) -> Option<u32> {
    let ruler = ruler?;
    let cell = ruler.get_bounding_client_rect().width() / 10.0;
    let style = window().get_computed_style(ruler).ok().flatten()?;
    let before: f64 = style.get_property_value("--log-before").ok()?.trim().parse().ok()?;
    let columns = ((width / cell) - before).floor();
    (cell > 0.0 && columns.is_finite()).then(|| columns.max(8.0) as u32)
}

fn is_gutter(event: &web_sys::PointerEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.class_list().contains("log__number"))
}

fn offset_of(event: &web_sys::PointerEvent) -> Option<u64> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    target.closest("[data-offset]").ok()??.get_attribute("data-offset")?.parse().ok()
}
