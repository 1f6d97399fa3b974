//! The whole scene, small, with the part that is seen: a click or drag on it goes there.
//!
//! The picture is drawn a moment after the scene has changed, not with it; a pan moves nothing but the frame.

use std::time::Duration;

use canvas::{Input, NodeShape, Point, Scene};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::{ev, html};
use leptos_use::use_media_query;
use wasm_bindgen::JsCast;

use super::CanvasModel;
use super::hands::scaled;
use crate::i18n::*;
use crate::ui::preferences::Preferences;

/// The largest it gets, in pixels.
const WIDTH: f64 = 180.0;
const HEIGHT: f64 = 130.0;

/// So long after the last change it is drawn.
const PAUSE: Duration = Duration::from_millis(120);

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
    let size = Memo::new(move |_| {
        let (bounds, scale) = (model.scene.read().bounds, scale.get());
        (bounds.width * scale, bounds.height * scale)
    });
    let root = NodeRef::<html::Div>::new();
    let picture = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    drawn_later(model, picture, scale);
    Effect::new(move |_| {
        let (seen, scale) = (model.viewport.read().visible(), scale.get());
        let Some(frame) = frame.get() else { return };
        let style = web_sys::HtmlElement::style(&frame);
        let set = |property: &str, value: String| {
            if style.get_property_value(property).ok().as_deref() != Some(value.as_str()) {
                // A property that the browser knows is not refused.
                let _ = style.set_property(property, &value);
            }
        };
        set("width", format!("{:.1}px", seen.width * scale));
        set("height", format!("{:.1}px", seen.height * scale));
        set("transform", format!("translate({:.1}px, {:.1}px)", seen.x * scale, seen.y * scale));
    });
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
                style=move || format!("width:{}px;height:{}px", size.get().0, size.get().1)
                on:pointerdown=move |event: ev::PointerEvent| {
                    if let Some(root) = root.get_untracked() {
                        // Without capture a drag ends at its edge, which is no error.
                        let _ = root.set_pointer_capture(event.pointer_id());
                    }
                    go(&event);
                }
                on:pointermove=move |event: ev::PointerEvent| if event.buttons() & 1 == 1 { go(&event) }
            >
                <canvas node_ref=picture class="flow__map-picture" aria-hidden="true"></canvas>
                <div node_ref=frame class="flow__map-seen"></div>
            </div>
        </Show>
    }
}

/// Draws the picture when the scene or the colours have changed and then rest.
fn drawn_later(model: CanvasModel, picture: NodeRef<html::Canvas>, scale: Memo<f64>) {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let theme = use_context::<Preferences>().map(|preferences| preferences.theme);
    let dark = use_media_query("(prefers-color-scheme: dark)");
    Effect::new(move |_| {
        model.scene.track();
        dark.track();
        if let Some(theme) = theme {
            theme.track();
        }
        let Some(picture) = picture.get() else { return };
        timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
            let draw = move || {
                // The page may have gone by then.
                if let Some(scale) = scale.try_get_untracked() {
                    model.scene.with_untracked(|scene| draw(&picture, scene, scale));
                }
            };
            *timer = set_timeout_with_handle(draw, PAUSE).ok();
        });
    });
    on_cleanup(move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    });
}

/// Boxes as frames, cards as dots; in the colours that the style sheet gives the picture.
fn draw(picture: &web_sys::HtmlCanvasElement, scene: &Scene, scale: f64) -> Option<()> {
    let style = window().get_computed_style(picture).ok()??;
    let ratio = window().device_pixel_ratio().clamp(1.0, 2.0);
    picture.set_width((scene.bounds.width * scale * ratio).ceil() as u32);
    picture.set_height((scene.bounds.height * scale * ratio).ceil() as u32);
    let brush: web_sys::CanvasRenderingContext2d = picture.get_context("2d").ok()??.dyn_into().ok()?;
    brush.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    let ink = |property: &str| style.get_property_value(property).unwrap_or_default();
    brush.set_fill_style_str(&ink("color"));
    brush.set_stroke_style_str(&ink("outline-color"));
    brush.set_line_width(0.5);
    for node in &scene.nodes {
        let (x, y) = (node.rect.x * scale, node.rect.y * scale);
        let (width, height) = (node.rect.width * scale, node.rect.height * scale);
        if node.shape == NodeShape::Card {
            brush.fill_rect(x, y, width.max(0.5), height.max(0.5));
        } else if width > 4.0 && height > 4.0 {
            brush.stroke_rect(x, y, width, height);
        }
    }
    Some(())
}
