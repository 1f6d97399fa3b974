//! After an edit tasks glide to where they are now, so that the eye can follow them.
//!
//! They stand where they belong at once; what is seen of the way is a transform that the browser plays by itself. Nothing
//! glides under a drag or a pan, where people asked for less motion, or where so much is drawn that it would stutter.

use canvas::{Point, Rect, Viewport};
use js_sys::{Array, Function, Object, Reflect};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::CanvasModel;

/// In milliseconds.
const LONG: f64 = 180.0;

/// More elements than this jump.
const MOST: usize = 80;

/// Where an element was when the document was last changed.
#[derive(Clone, Copy)]
struct Stood {
    rect: Rect,
    viewport: Viewport,
    revision: u64,
}

/// Lets an element glide where an edit moves its task. Call it while the element is set up.
pub(super) fn glide(root: NodeRef<html::Div>, rect: Memo<Rect>, model: CanvasModel) {
    Effect::new(move |before: Option<Stood>| {
        let now = Stood {
            rect: rect.get(),
            viewport: model.viewport.get_untracked(),
            revision: model.revision.get_untracked(),
        };
        if let Some(before) = before.filter(|before| before.revision != now.revision)
            && model.elements.read_untracked().len() <= MOST
            && model.preview.read_untracked().is_none()
            && let Some(root) = root.get_untracked()
            && !wants_rest()
        {
            play(&root, way(&before, &now));
        }
        now
    });
}

/// How far the element seems to have moved, in scene units. Where the whole scene was shifted under the canvas, so that
/// its start stays in place, what stays in place with it does not move.
fn way(before: &Stood, now: &Stood) -> Point {
    let zoom = now.viewport.zoom;
    let (from, to) = (before.rect, now.rect);
    if before.viewport.zoom != zoom {
        return Point::default();
    }
    let (pan, panned) = (before.viewport.pan, now.viewport.pan);
    Point { x: from.x - to.x + (pan.x - panned.x) / zoom, y: from.y - to.y + (pan.y - panned.y) / zoom }
}

/// Plays the way back to where the element stands. A browser that cannot animate shows it there at once.
fn play(root: &web_sys::HtmlElement, way: Point) {
    if way.x.abs() < 1.0 && way.y.abs() < 1.0 {
        return;
    }
    let frame = |transform: String| {
        let frame = Object::new();
        let _ = Reflect::set(&frame, &"transform".into(), &transform.into());
        frame
    };
    let frames = Array::of2(&frame(format!("translate({}px,{}px)", way.x, way.y)), &frame("none".to_owned()));
    let options = Object::new();
    let _ = Reflect::set(&options, &"duration".into(), &LONG.into());
    let _ = Reflect::set(&options, &"easing".into(), &"ease-out".into());
    let animate = Reflect::get(root, &JsValue::from_str("animate"));
    if let Some(animate) = animate.ok().and_then(|animate| animate.dyn_into::<Function>().ok()) {
        let _ = animate.call2(root, &frames, &options);
    }
}

fn wants_rest() -> bool {
    let asked = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    asked.is_some_and(|asked| asked.matches())
}
