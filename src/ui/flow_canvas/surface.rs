//! The area that is drawn on: one transformed layer, and the browser's events on it.

use std::collections::HashMap;
use std::time::Duration;

use canvas::{Act, Input, NodeKind, Point, Size, Viewport};
use flow::{Pointer, Severity};
use leptos::prelude::*;
use leptos::{ev, html};
use leptos_use::{UseElementSizeReturn, use_element_size};
use wasm_bindgen::JsCast;

use super::acts::{self, SurfaceActs};
use super::edges::Edges;
use super::far::Far;
use super::gaps::{DragView, Gaps};
use super::hands::{self, HandView};
use super::keys::{self, KeyAct};
use super::layer::transform;
use super::minimap::Minimap;
use super::node::NodeContext;
use super::nodes::Nodes;
use super::pointer::{Touches, wheel};
use super::window::follow;
use super::zoom::ZoomButtons;
use super::{CanvasModel, NodeStatus};
use crate::i18n::*;

/// What can be done on a canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurfaceMode {
    Edit,
    Look,
}

#[component]
pub fn Surface(
    model: CanvasModel,
    #[prop(into)] mode: Signal<SurfaceMode>,
    #[prop(into, default = Signal::stored(HashMap::new()))] status: Signal<HashMap<Pointer, NodeStatus>>,
    #[prop(into, default = Signal::stored(HashMap::new()))] functions: Signal<HashMap<String, String>>,
    /// Tasks with problems.
    #[prop(into, default = Signal::stored(HashMap::new()))]
    flags: Signal<HashMap<Pointer, Severity>>,
    on_input: Callback<Input>,
    /// What the canvas leaves to others.
    #[prop(optional)]
    acts: SurfaceActs,
    /// The place that was chosen; it is lit.
    #[prop(into, default = Signal::stored(None))]
    chosen: Signal<Option<(Pointer, usize)>>,
    /// Lets others turn a place of the window into one of the canvas.
    #[prop(optional)]
    surface: NodeRef<html::Div>,
) -> impl IntoView {
    let i18n = use_i18n();
    let touches = StoredValue::new(Touches::default());
    let UseElementSizeReturn { width, height } = use_element_size(surface);
    Effect::new(move |_| {
        let mut size = Size { width: width.get(), height: height.get() };
        let Some(surface) = surface.get() else { return };
        // The observer tells it with the first frame, and what is seen would come with the second.
        if size.width <= 0.0 || size.height <= 0.0 {
            let (width, height) = (surface.client_width(), surface.client_height());
            size = Size { width: f64::from(width), height: f64::from(height) };
        }
        on_input.run(Input::Resized { size });
    });
    let drawn = follow(model);
    let window = Signal::from(drawn.window);
    let layer = NodeRef::<html::Div>::new();
    let dots = NodeRef::<html::Div>::new();
    // A step of a pan or a zoom is these few properties, and nothing else.
    Effect::new(move |_| {
        let viewport = model.viewport.get();
        let zooming = drawn.zooming.get();
        if let (Some(layer), Some(dots)) = (layer.get(), dots.get()) {
            transform(&layer, &dots, &viewport, zooming);
        }
    });
    let drags = Memo::new(move |_| model.preview.read().is_some());
    // There is a place to drop at beside every task: they come when the tasks have been seen.
    let seen = RwSignal::new(false);
    request_animation_frame(move || {
        // The page may have gone.
        let places = move || {
            let _ = seen.try_set(true);
        };
        set_timeout(places, Duration::ZERO);
    });
    let entry = Memo::new(move |_| {
        let first = || {
            let scene = model.scene.read();
            scene
                .nodes
                .iter()
                .find(|node| matches!(node.kind, NodeKind::Task(_)))
                .map(|node| node.pointer.clone())
        };
        model.selection.get().or_else(first)
    });
    let context = NodeContext { model, status, functions, flags, entry, on_input };
    // A task that is chosen by key, or that an edit has just made, takes the focus that the canvas has.
    Effect::new(move |_| {
        let selection = model.selection.get();
        model.scene.track();
        let Some(root) = surface.get() else { return };
        request_animation_frame(move || keep_focus(&root, selection.as_ref()));
    });
    let run = move |inputs: Vec<Input>| inputs.into_iter().for_each(|input| on_input.run(input));
    let at = move |event: &web_sys::MouseEvent| position(surface, event);
    let pressed = StoredValue::new((0, 0));
    let choose_gap = move |(event, list, index): (ev::MouseEvent, Pointer, usize)| {
        let (x, y) = pressed.get_value();
        // A pan that began on the gap moved the gap along, and ends on it.
        let still = (event.client_x() - x).abs() <= 4 && (event.client_y() - y).abs() <= 4;
        if let Some(on_gap) = acts.gap
            && (still || event.detail() == 0)
        {
            on_gap.run((list, index));
        }
    };
    hands::pan_at_edges(model, on_input);
    // Whether the space key is down, and whether something was dragged meanwhile.
    let space = StoredValue::new(None::<Viewport>);
    let on_key = move |event: ev::KeyboardEvent| {
        if !is_canvas_key(&event) {
            return;
        }
        match keys::canvas_key(&event) {
            Some(KeyAct::Send(input)) => {
                event.prevent_default();
                event.stop_propagation();
                on_input.run(input);
            }
            Some(KeyAct::Space) => {
                event.prevent_default();
                if !event.repeat() {
                    space.set_value(Some(model.viewport.get_untracked()));
                    touches.update_value(|touches| touches.space = true);
                }
            }
            Some(KeyAct::Add) if mode.get_untracked() == SurfaceMode::Look => {}
            Some(act) => acts::perform(model, acts, &act, &event, on_input),
            None => {}
        }
    };
    view! {
        <div class="flow" class:flow--edit=move || mode.get() == SurfaceMode::Edit class:flow--dragging=move || drags.get()>
            <div
                node_ref=surface
                class="flow__surface"
                role="application"
                aria-label=move || t_string!(i18n, editor.canvas.label)
                tabindex="0"
                on:keydown=on_key
                on:keyup=move |event: ev::KeyboardEvent| {
                    if event.key() == " " {
                        touches.update_value(|touches| touches.space = false);
                        let before = space.try_update_value(Option::take).flatten();
                        if before == Some(model.viewport.get_untracked()) {
                            on_input.run(Input::Do { act: Act::ToggleCollapsed });
                        }
                    }
                }
                on:blur=move |_| touches.update_value(|touches| touches.space = false)
                on:copy=move |event| { hands::copy(model, &event.into()); }
                on:cut=move |event| run(hands::cut(model, &event.into()).into_iter().collect())
                on:paste=move |event| run(hands::paste(&event.into()).into_iter().collect())
                on:pointerdown=move |event: ev::PointerEvent| {
                    if event.button() == 1 {
                        event.prevent_default();
                    }
                    pressed.set_value((event.client_x(), event.client_y()));
                    if let Some(root) = surface.get_untracked()
                        && !on_gap_button(&event)
                    {
                        // Without capture a drag ends at the edge, which is no error.
                        let _ = root.set_pointer_capture(event.pointer_id());
                    }
                    let position = at(&event);
                    run(touches.try_update_value(|touches| touches.pressed(&event, position)).unwrap_or_default());
                }
                on:pointermove=move |event: ev::PointerEvent| {
                    let position = at(&event);
                    run(touches.try_update_value(|touches| touches.moved(&event, position)).unwrap_or_default());
                }
                on:pointerup=move |event: ev::PointerEvent| {
                    let position = at(&event);
                    run(touches.try_update_value(|touches| touches.released(&event, position)).unwrap_or_default());
                }
                on:pointercancel=move |event: ev::PointerEvent| {
                    run(touches.try_update_value(|touches| touches.lost(&event)).unwrap_or_default());
                }
                on:contextmenu=move |event: ev::MouseEvent| {
                    if let Some(menu) = acts.menu {
                        event.prevent_default();
                        menu.run(acts::under(&event));
                    }
                }
                on:wheel=move |event: ev::WheelEvent| {
                    event.prevent_default();
                    on_input.run(wheel(&event, at(&event)));
                }
            >
                <div node_ref=dots class="flow__dots" class:flow__dots--moving=move || drawn.moving.get() class:flow__dots--gone=move || drawn.zooming.get()></div>
                <Far context drawn />
                <div
                    node_ref=layer
                    class="flow__layer"
                    class:flow__layer--moving=move || drawn.moving.get()
                    class:flow__layer--far=move || drawn.window.read().far
                >
                    <Edges model window />
                    <Nodes context drawn />
                    <Show when=move || mode.get() == SurfaceMode::Edit && seen.get()>
                        <Gaps model window chosen on_gap=Callback::new(choose_gap) />
                        <HandView model />
                        <DragView model />
                    </Show>
                </div>
                <div class="flow__glass" class:flow__glass--there=move || drawn.moving.get() || drags.get()></div>
            </div>
            <Minimap model on_input />
            <ZoomButtons model on_input />
        </div>
    }
}

/// Where an event was, from the corner of the canvas.
fn position(surface: NodeRef<html::Div>, event: &web_sys::MouseEvent) -> Point {
    let corner = surface.get_untracked().map(|root| root.get_bounding_client_rect());
    let (left, top) = corner.map_or((0.0, 0.0), |corner| (corner.left(), corner.top()));
    Point { x: f64::from(event.client_x()) - left, y: f64::from(event.client_y()) - top }
}

fn target(event: &ev::KeyboardEvent) -> Option<web_sys::HtmlElement> {
    event.target()?.dyn_into().ok()
}

/// Keys in the gaps' buttons are the buttons' own, but for those that only the canvas knows.
fn is_canvas_key(event: &ev::KeyboardEvent) -> bool {
    let on_button = target(event).is_some_and(|element| element.tag_name() == "BUTTON");
    !(on_button && matches!(event.key().as_str(), "Enter" | " "))
}

/// A captured pointer would take the click away from the button.
fn on_gap_button(event: &ev::PointerEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.and_then(|element| element.closest("[data-gap]").ok().flatten()).is_some()
}

pub(super) fn focused_task(event: &ev::KeyboardEvent) -> Option<Pointer> {
    target(event)?.get_attribute("data-pointer").and_then(|text| Pointer::parse(&text))
}

/// Moves the focus to the selected task where the canvas, or nothing, has it: never out of a form.
fn keep_focus(root: &web_sys::HtmlDivElement, selection: Option<&Pointer>) {
    let active = document().active_element();
    let ours =
        active.as_ref().is_none_or(|active| active.tag_name() == "BODY" || root.contains(Some(active)));
    if !ours {
        return;
    }
    let nodes = root.query_selector_all("[data-pointer]").ok();
    let wanted = selection.and_then(|pointer| {
        let nodes = nodes?;
        (0..nodes.length())
            .filter_map(|index| nodes.item(index)?.dyn_into::<web_sys::HtmlElement>().ok())
            .find(|node| node.get_attribute("data-pointer").as_deref() == Some(pointer.as_str()))
    });
    let lost = active.is_none_or(|active| active.tag_name() == "BODY");
    let _ = match wanted {
        Some(node) => node.focus(),
        None if lost && selection.is_some() => root.focus(),
        None => Ok(()),
    };
    // The browser scrolls to what is focused; the viewport is the canvas's own.
    root.set_scroll_left(0);
    root.set_scroll_top(0);
}
