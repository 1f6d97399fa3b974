//! Where the console lives and which service it talks to: read once, from what index.html prepared.

use js_sys::{Function, Promise, Reflect};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};

/// What is fixed for the life of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The path the console lives under, without a trailing slash; empty at the root.
    pub base: String,
    /// The address of the service from `config.json`; empty is the server that this page came from.
    pub endpoint: String,
}

/// The part of `config.json` that concerns the app; `links` is for index.html alone.
#[derive(Default, Deserialize)]
struct ConfigFile {
    #[serde(default)]
    endpoint: String,
}

/// Waits for `config.json`. A missing or broken file means the defaults: the page still opens.
pub async fn load() -> Environment {
    let Some(prepared) = prepared() else { return Environment::default() };
    let base = text_member(&prepared, "base");
    let configured = match Reflect::get(&prepared, &"configured".into()).map(JsCast::dyn_into::<Promise>) {
        Ok(Ok(promise)) => wasm_bindgen_futures::JsFuture::from(promise).await.unwrap_or(JsValue::NULL),
        _ => JsValue::NULL,
    };
    let config: ConfigFile = js_sys::JSON::stringify(&configured)
        .ok()
        .and_then(|text| serde_json::from_str(&String::from(text)).ok())
        .unwrap_or_default();
    Environment {
        base: base.trim_end_matches('/').to_owned(),
        endpoint: config.endpoint.trim().trim_end_matches('/').to_owned(),
    }
}

/// Tells index.html that the router has read the address, so that it may show it its own way again.
pub fn announce_mounted() {
    if let Some(boot) = leptos::prelude::document().get_element_by_id("boot") {
        boot.remove();
    }
    if let Some(prepared) = prepared()
        && let Ok(Ok(mounted)) = Reflect::get(&prepared, &"mounted".into()).map(JsCast::dyn_into::<Function>)
    {
        // It only touches the address bar; a browser that refuses that changes nothing for the app.
        let _ = mounted.call0(&prepared);
    }
}

fn prepared() -> Option<JsValue> {
    let window = web_sys::window()?;
    Reflect::get(&window, &"masConsole".into()).ok().filter(JsValue::is_object)
}

fn text_member(object: &JsValue, name: &str) -> String {
    Reflect::get(object, &name.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}
