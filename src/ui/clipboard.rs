//! The clipboard, where no `copy` or `paste` event brings it: behind a button or a menu.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Puts text on the clipboard; whether the browser allowed it.
pub async fn to_clipboard(text: &str) -> bool {
    let promise = window().navigator().clipboard().write_text(text);
    JsFuture::from(promise).await.is_ok()
}

/// The text on the clipboard; `None` where the browser does not allow to read it.
pub async fn from_clipboard() -> Option<String> {
    let promise = window().navigator().clipboard().read_text();
    JsFuture::from(promise).await.ok()?.as_string()
}
