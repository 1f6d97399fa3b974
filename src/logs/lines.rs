//! The element that scrolls: what stands in it is drawn by `paint`, what the pointer and the keyboard do there is told to
//! the viewer.

use leptos::html;
use leptos::prelude::*;
use leptos_use::{UseElementSizeReturn, use_element_size};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::keys::{KeyActs, on_key};
use super::options::LogOptions;
use super::paint::{Canvas, Painter};
use super::reader::Reader;
use super::row::Look;
use crate::i18n::*;

/// The lines themselves.
#[component]
pub(super) fn Lines(
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
    let tall = StoredValue::new(0);
    Effect::new(move |_| {
        look.track();
        let (height, width, wrap) = (height.get(), width.get(), options.wrap.get());
        let ruler = ruler.get();
        // A cell is as wide as a digit of the ruler; what stands before the message is measured on a row of its own.
        let columns = wrap.then(|| columns(ruler.as_ref().map(AsRef::as_ref), width)).flatten();
        tall.set_value(lines.get_untracked().map_or(0, |element| element.client_height()));
        let _ = reader.change(|viewer| viewer.resize(height, columns));
    });
    let on_scroll = move |_| {
        if let Some(element) = lines.get_untracked() {
            // Where a notice came or went, the browser moved what is shown, and nobody scrolled: the new height tells.
            if element.client_height() != tall.get_value() {
                return;
            }
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
