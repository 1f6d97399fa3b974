//! After an edit tasks glide to where they are now, so that the eye can follow them.
//!
//! They stand where they belong at once; what is seen of the way is a transform that the browser plays by itself. Nothing
//! glides under a drag, where people asked for less motion, or where so much is drawn that it would stutter.

use canvas::Point;
use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::CanvasModel;

/// In milliseconds.
const LONG: f64 = 180.0;

/// More elements than this jump.
const MOST: usize = 80;

/// Whether so many elements may glide now.
pub(super) fn glides(model: CanvasModel, elements: usize) -> bool {
    elements <= MOST && model.preview.read_untracked().is_none() && !wants_rest()
}

/// Plays the way back to where the element stands. A browser that cannot animate shows it there at once.
pub(super) fn play(root: &web_sys::HtmlElement, way: Point) {
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
