//! Files to and from the person at the browser.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Hands a text file to the browser; `None` where it refuses.
pub fn save_text(name: &str, text: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&text.into());
    save_blob(name, &web_sys::Blob::new_with_str_sequence(&parts).ok()?)
}

/// Hands a file to the browser; `None` where it refuses.
pub fn save_blob(name: &str, blob: &web_sys::Blob) -> Option<()> {
    let url = web_sys::Url::create_object_url_with_blob(blob).ok()?;
    let anchor = document().create_element("a").ok()?.dyn_into::<web_sys::HtmlAnchorElement>().ok()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The browser holds the file by now; a URL that stays would hold the text for as long as the page lives.
    web_sys::Url::revoke_object_url(&url).ok()
}

/// Draws an SVG text as a PNG, `scale` times as large; `None` where the browser cannot.
pub async fn png(svg: &str, width: f64, height: f64, scale: f64) -> Option<web_sys::Blob> {
    let image = web_sys::HtmlImageElement::new().ok()?;
    image.set_src(&format!("data:image/svg+xml;charset=utf-8,{}", js_sys::encode_uri_component(svg)));
    JsFuture::from(image.decode()).await.ok()?;
    let canvas = document().create_element("canvas").ok()?.dyn_into::<web_sys::HtmlCanvasElement>().ok()?;
    canvas.set_width((width * scale) as u32);
    canvas.set_height((height * scale) as u32);
    let context = canvas.get_context("2d").ok()??.dyn_into::<web_sys::CanvasRenderingContext2d>().ok()?;
    context
        .draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width * scale, height * scale)
        .ok()?;
    let drawn = js_sys::Promise::new(&mut |resolve, _| {
        let resolve = wasm_bindgen::closure::Closure::once_into_js(move |blob: wasm_bindgen::JsValue| {
            // It throws only where the promise is gone.
            let _ = resolve.call1(&wasm_bindgen::JsValue::NULL, &blob);
        });
        // A canvas that is too large for the browser gives no picture: the promise then stays open, so it is asked before.
        let _ = canvas.to_blob(resolve.unchecked_ref());
    });
    JsFuture::from(drawn).await.ok()?.dyn_into().ok()
}

/// The text of a file that a person chose; `None` where it cannot be read.
pub async fn read_text(file: web_sys::File) -> Option<String> {
    JsFuture::from(file.text()).await.ok()?.as_string()
}
