//! What a hand does on the canvas besides dragging tasks: marquee, line from a port, the canvas that moves under a held
//! pointer, and the clipboard.

use canvas::{Act, Connection, Input, Point};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::CanvasModel;
use super::gaps::style;
use crate::i18n::*;

/// The marquee, the port of the leading task, and the line that is drawn from it.
#[component]
pub(super) fn HandView(model: CanvasModel) -> impl IntoView {
    let i18n = use_i18n();
    let port = Memo::new(move |_| {
        model.scene.track();
        let lead = model.selection.get()?;
        model.read(|session| session.port(&lead))
    });
    let line = Memo::new(move |_| model.connection.read().as_ref().map(way));
    let target = Memo::new(move |_| {
        model
            .connection
            .read()
            .as_ref()
            .and_then(|line| line.target.as_ref())
            .map(canvas::ConnectionTarget::rect)
    });
    let leads = Memo::new(move |_| target.read().is_some());
    view! {
        {move || model.marquee.get().map(|rect| view! { <div class="flow__marquee" style=style(rect)></div> })}
        {move || target.get().map(|rect| view! { <div class="flow__aim" style=style(rect)></div> })}
        <Show when=move || line.read().is_some()>
            <svg class="flow__lines flow__lines--drawn" width="1" height="1" aria-hidden="true" focusable="false">
                <path class="flow__line flow__line--drawn" class:flow__line--refused=move || !leads.get() d=move || line.get().unwrap_or_default() marker-end="url(#flow-arrow)" />
            </svg>
        </Show>
        {move || port.get().map(|at| view! {
            <div class="flow__port" style=format!("left:{}px;top:{}px", at.x, at.y) title=move || t_string!(i18n, editor.canvas.port) aria-hidden="true"></div>
        })}
    }
}

/// A soft line, so that it is told from those that are there. It leaves the port along the flow and ends at the pointer.
fn way(connection: &Connection) -> String {
    let Connection { from, to, .. } = connection;
    let bend = ((to.y - from.y).abs() + (to.x - from.x).abs()).min(120.0) / 2.0;
    format!("M{} {}Q{} {} {} {}", from.x, from.y, from.x, from.y + bend, to.x, to.y)
}

/// Sends ticks with the frames while the pointer is held near an edge.
pub(super) fn pan_at_edges(model: CanvasModel, on_input: Callback<Input>) {
    let running = StoredValue::new(false);
    Effect::new(move |_| {
        model.preview.track();
        model.connection.track();
        model.marquee.track();
        if !running.get_value() && model.read(canvas::Session::pans_by_itself) {
            running.set_value(true);
            tick(model, on_input, running, None);
        }
    });
}

fn tick(model: CanvasModel, on_input: Callback<Input>, running: StoredValue<bool>, before: Option<f64>) {
    request_animation_frame(move || {
        let now = js_sys::Date::now();
        // The page may have gone.
        let Some(true) = running.try_get_value() else { return };
        if !model.read(canvas::Session::pans_by_itself) {
            running.set_value(false);
            return;
        }
        on_input.run(Input::Tick { milliseconds: before.map_or(16.0, |before| now - before) });
        tick(model, on_input, running, Some(now));
    });
}

/// Writes the selection into the clipboard that a `copy` or `cut` event brings; whether there was something to write.
pub fn copy(model: CanvasModel, event: &web_sys::Event) -> bool {
    let Some(text) = model.read(canvas::Session::copied) else { return false };
    let written = clipboard(event).is_some_and(|clipboard| clipboard.set_data("text/plain", &text).is_ok());
    if written {
        event.prevent_default();
    }
    written
}

/// What a key or a clipboard event asks for.
pub fn cut(model: CanvasModel, event: &web_sys::Event) -> Option<Input> {
    copy(model, event).then_some(Input::Do { act: Act::Cut })
}

pub fn paste(event: &web_sys::Event) -> Option<Input> {
    let text = clipboard(event)?.get_data("text/plain").ok().filter(|text| !text.trim().is_empty())?;
    event.prevent_default();
    Some(Input::Paste { text })
}

/// Read by its name: the bindings call the event unstable, the browsers do not.
fn clipboard(event: &web_sys::Event) -> Option<web_sys::DataTransfer> {
    js_sys::Reflect::get(event, &JsValue::from_str("clipboardData")).ok()?.dyn_into().ok()
}

/// The middle of what a click on the minimap means.
pub(super) fn scaled(at: Point, scale: f64) -> Point {
    Point { x: at.x / scale, y: at.y / scale }
}
