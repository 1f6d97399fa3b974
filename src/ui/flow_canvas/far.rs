//! The picture under the elements: what is in sight and is no element, drawn by hand on one `<canvas>`.
//!
//! It stands in while the window follows a zoom, and is all there is where thousands of tasks are in sight. It has the
//! colours of the style sheet, read from elements that nobody sees, and the statuses of a run.

mod picture;

use canvas::Viewport;
use leptos::html;
use leptos::prelude::*;
use leptos_use::use_media_query;
use wasm_bindgen::JsCast;
use web_sys::CanvasRenderingContext2d;

use super::node::NodeContext;
use super::window::Drawn;
use crate::ui::preferences::Preferences;
use picture::{Inks, KINDS, PLAIN, Picture, STATUSES};

#[component]
pub(super) fn Far(context: NodeContext, drawn: Drawn) -> impl IntoView {
    let root = NodeRef::<html::Canvas>::new();
    let inks = NodeRef::<html::Div>::new();
    let read = StoredValue::new(None::<Inks>);
    let theme = use_context::<Preferences>().map(|preferences| preferences.theme);
    let dark = use_media_query("(prefers-color-scheme: dark)");
    let queued = StoredValue::new(false);
    let model = context.model;
    Effect::new(move |_| {
        dark.track();
        if let Some(theme) = theme {
            theme.track();
        }
        // The style sheet's answer is another one after this.
        read.set_value(None);
    });
    let paint = move || {
        // The page may have gone.
        if queued.try_set_value(false).is_some() {
            return;
        }
        let (Some(root), Some(probes)) = (root.get_untracked(), inks.get_untracked()) else { return };
        if !drawn.lacking.get_untracked() {
            return;
        }
        if read.with_value(Option::is_none) {
            read.set_value(Some(Inks::read(&probes)));
        }
        let Some(brush) = prepare(&root, &model.viewport.read_untracked()) else { return };
        read.with_value(|inks| {
            if let Some(inks) = inks {
                let viewport = model.viewport.get_untracked();
                let window = drawn.window.get_untracked();
                let all = drawn.order.with_untracked(Vec::len);
                model.scene.with_untracked(|scene| {
                    let complete = scene.nodes_in(&window.area).len() <= all;
                    let picture = Picture { scene, viewport, brush: &brush, inks };
                    picture.paint(context, (complete && !window.far).then_some(window));
                });
            }
        });
    };
    Effect::new(move |_| {
        if !drawn.lacking.get() {
            return;
        }
        model.viewport.track();
        model.scene.track();
        model.texts.track();
        model.selected.track();
        drawn.order.track();
        context.status.track();
        context.flags.track();
        dark.track();
        if let Some(theme) = theme {
            theme.track();
        }
        if !queued.get_value() {
            queued.set_value(true);
            request_animation_frame(paint);
        }
    });
    view! {
        <canvas node_ref=root class="flow__far" class:flow__far--gone=move || !drawn.lacking.get() aria-hidden="true"></canvas>
        <div node_ref=inks hidden aria-hidden="true">
            {PLAIN.into_iter().map(|name| view! { <i style=format!("color:var(--{name})")></i> }).collect_view()}
            {KINDS.into_iter().map(|kind| view! { <i class=format!("flow__ink node--{kind}")></i> }).collect_view()}
            {STATUSES.into_iter().map(|status| view! { <i class="flow__ink" data-ink=status></i> }).collect_view()}
        </div>
    }
}

/// The context of a canvas that has the size of the surface, wiped.
fn prepare(root: &web_sys::HtmlCanvasElement, viewport: &Viewport) -> Option<CanvasRenderingContext2d> {
    let ratio = window().device_pixel_ratio().clamp(1.0, 2.0);
    let (width, height) =
        ((viewport.size.width * ratio).ceil() as u32, (viewport.size.height * ratio).ceil() as u32);
    if root.width() != width || root.height() != height {
        root.set_width(width);
        root.set_height(height);
    }
    let brush: CanvasRenderingContext2d = root.get_context("2d").ok()??.dyn_into().ok()?;
    brush.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    brush.clear_rect(0.0, 0.0, viewport.size.width, viewport.size.height);
    Some(brush)
}
