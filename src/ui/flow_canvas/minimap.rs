//! The whole scene, small, with the part that is seen: a click or drag on it goes there.

use canvas::{Input, NodeShape, Point, Scene};
use leptos::prelude::*;
use leptos::{ev, html};

use super::CanvasModel;
use super::hands::scaled;
use crate::i18n::*;

/// The largest it gets, in pixels.
const WIDTH: f64 = 180.0;
const HEIGHT: f64 = 130.0;

/// A scene of thousands of tasks is drawn by its first so many; nobody tells them apart at this size.
const MOST: usize = 2_000;

#[component]
pub(super) fn Minimap(model: CanvasModel, on_input: Callback<Input>) -> impl IntoView {
    let i18n = use_i18n();
    let scale = Memo::new(move |_| {
        let bounds = model.scene.read().bounds;
        (WIDTH / bounds.width.max(1.0)).min(HEIGHT / bounds.height.max(1.0))
    });
    // What is seen whole needs no map.
    let useful = Memo::new(move |_| {
        let viewport = model.viewport.read();
        viewport.size.width > 700.0 && !viewport.visible().encloses(&model.scene.read().bounds)
    });
    let shapes = Memo::new(move |_| draw(&model.scene.read()));
    let size = move || {
        let (bounds, scale) = (model.scene.read().bounds, scale.get());
        (bounds.width * scale, bounds.height * scale)
    };
    let view_box = move || {
        let bounds = model.scene.read().bounds;
        format!("0 0 {} {}", bounds.width, bounds.height)
    };
    let root = NodeRef::<html::Div>::new();
    let go = move |event: &ev::PointerEvent| {
        let Some(root) = root.get_untracked() else { return };
        let corner = root.get_bounding_client_rect();
        let at = Point {
            x: f64::from(event.client_x()) - corner.left(),
            y: f64::from(event.client_y()) - corner.top(),
        };
        on_input.run(Input::CenterOn { at: scaled(at, scale.get_untracked()) });
    };
    view! {
        <Show when=move || useful.get()>
            <div
                node_ref=root
                class="flow__map"
                role="img"
                aria-label=move || t_string!(i18n, editor.canvas.minimap)
                style=move || format!("width:{}px;height:{}px", size().0, size().1)
                on:pointerdown=move |event: ev::PointerEvent| {
                    if let Some(root) = root.get_untracked() {
                        // Without capture a drag ends at its edge, which is no error.
                        let _ = root.set_pointer_capture(event.pointer_id());
                    }
                    go(&event);
                }
                on:pointermove=move |event: ev::PointerEvent| if event.buttons() & 1 == 1 { go(&event) }
            >
                <svg viewBox=view_box preserveAspectRatio="none" width="100%" height="100%" aria-hidden="true" focusable="false">
                    <path class="flow__map-box" d=move || shapes.read().0.clone() />
                    <path class="flow__map-card" d=move || shapes.read().1.clone() />
                    <rect
                        class="flow__map-seen"
                        x=move || model.viewport.read().visible().x
                        y=move || model.viewport.read().visible().y
                        width=move || model.viewport.read().visible().width
                        height=move || model.viewport.read().visible().height
                    />
                </svg>
            </div>
        </Show>
    }
}

/// Boxes and cards as two paths.
fn draw(scene: &Scene) -> (String, String) {
    let (mut boxes, mut cards) = (String::new(), String::new());
    for node in scene.nodes.iter().take(MOST) {
        let path = if node.shape == NodeShape::Card { &mut cards } else { &mut boxes };
        let rect = node.rect;
        path.push_str(&format!(
            "M{:.0} {:.0}h{:.0}v{:.0}h-{:.0}z",
            rect.x, rect.y, rect.width, rect.height, rect.width
        ));
    }
    (boxes, cards)
}
