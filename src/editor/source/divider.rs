//! The line between canvas and source: dragged, or moved by keys.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::i18n::*;
use crate::ui::preferences::{store, stored};

const SHARE_KEY: &str = "mas.source.share";
/// How much of the width the canvas has, in percent: at least, at first, at most.
const LEAST: f64 = 20.0;
const FIRST: f64 = 55.0;
const MOST: f64 = 80.0;
const STEP: f64 = 2.0;

/// The canvas's share of the width, as it was left.
pub(in crate::editor) fn stored_share() -> f64 {
    let share =
        stored(SHARE_KEY).and_then(|share| share.parse::<f64>().ok()).filter(|share| share.is_finite());
    share.map_or(FIRST, |share| share.clamp(LEAST, MOST))
}

#[component]
pub(in crate::editor) fn Divider(share: RwSignal<f64>) -> impl IntoView {
    let i18n = use_i18n();
    let dragging = StoredValue::new(false);
    let put = move |now: f64| {
        let now = now.clamp(LEAST, MOST);
        share.set(now);
        store(SHARE_KEY, &format!("{now:.1}"));
    };
    let element = |event: &ev::PointerEvent| {
        event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    };
    let down = move |event: ev::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        event.prevent_default();
        dragging.set_value(true);
        if let Some(element) = element(&event) {
            // Without the capture the drag ends where the pointer leaves the line, which is all that is lost.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
    };
    let moved = move |event: ev::PointerEvent| {
        if !dragging.get_value() {
            return;
        }
        let Some(around) = element(&event).and_then(|element| element.parent_element()) else { return };
        let area = around.get_bounding_client_rect();
        if area.width() > 0.0 {
            put((f64::from(event.client_x()) - area.left()) / area.width() * 100.0);
        }
    };
    let up = move |_: ev::PointerEvent| dragging.set_value(false);
    let key = move |event: ev::KeyboardEvent| {
        let now = share.get_untracked();
        match event.key().as_str() {
            "ArrowLeft" => put(now - STEP),
            "ArrowRight" => put(now + STEP),
            "Home" => put(LEAST),
            "End" => put(MOST),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div
            class="divider"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=move || t_string!(i18n, editor.source.divider)
            aria-valuemin=LEAST.to_string()
            aria-valuemax=MOST.to_string()
            aria-valuenow=move || format!("{:.0}", share.get())
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=up
            on:keydown=key
            on:dblclick=move |_| put(FIRST)
        ></div>
    }
}
