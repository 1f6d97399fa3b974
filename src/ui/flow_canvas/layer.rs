//! What a step of a pan or a zoom changes in the page: a few properties, and no element.

use canvas::Viewport;

/// Puts the layer where the viewport says. The dots move with it: their sheet is one dot larger than the canvas, and
/// jumps back by one.
pub(super) fn transform(
    layer: &web_sys::HtmlElement,
    dots: &web_sys::HtmlElement,
    viewport: &Viewport,
    zooming: bool,
) {
    let Viewport { pan, zoom, .. } = viewport;
    set(layer, "transform", &format!("translate({}px,{}px) scale({zoom})", pan.x, pan.y));
    // They are not shown while a zoom goes on: drawing them anew with each step costs more than all else.
    if zooming {
        return;
    }
    let step = 24.0 * zoom.max(0.25);
    let size = format!("{step}px {step}px");
    let sheet = web_sys::HtmlElement::style(dots);
    if sheet.get_property_value("background-size").ok().as_deref() != Some(size.as_str()) {
        set(dots, "background-size", &size);
        set(dots, "inset", &format!("-{step}px"));
    }
    set(dots, "transform", &format!("translate({}px,{}px)", pan.x.rem_euclid(step), pan.y.rem_euclid(step)));
}

/// A property that the browser knows is not refused.
fn set(element: &web_sys::HtmlElement, property: &str, value: &str) {
    let _ = web_sys::HtmlElement::style(element).set_property(property, value);
}
