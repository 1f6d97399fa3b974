//! In a real browser: what the canvas shows, and that it changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use flow::{Document, Pointer};
use leptos::mount::mount_to;
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use super::{FlowCanvas, NodeStatus};
use crate::i18n::*;

wasm_bindgen_test_configure!(run_in_browser);

const MARKUP: &str = "<img src=x onerror=alert(1)>";

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).expect("a pointer")
}

fn definition() -> Arc<Document> {
    Arc::new(Document::from_value(json!({
        "document": { "dsl": "1.0.3", "namespace": "default", "name": "drill", "version": "1.0.0" },
        "do": [
            { "check": { "call": "http", "with": { "method": "get", "endpoint": "https://a.example" } } },
            { "both": { "fork": { "branches": [
                { MARKUP: { "set": { "note": MARKUP } } },
                { "gate": { "call": "manual-gate:1.0.0@default", "with": { "message": MARKUP } } },
            ] } } },
        ],
    })))
}

#[component]
fn English(children: Children) -> impl IntoView {
    use_i18n().set_locale(Locale::en);
    children()
}

#[wasm_bindgen_test]
async fn tasks_are_named_coloured_and_chosen_and_markup_is_text() {
    let root: web_sys::HtmlElement = document().create_element("div").expect("an element").unchecked_into();
    root.set_attribute("style", "width:800px;height:600px").expect("a style");
    document().body().expect("a body").append_child(&root).expect("a place");
    let style = document().create_element("style").expect("an element");
    style.set_text_content(Some(include_str!("../../../style/canvas.css")));
    document().body().expect("a body").append_child(&style).expect("a place");
    let selection = RwSignal::new(None::<Pointer>);
    let failed = NodeStatus { status: wire::Status::Faulted, attempt: 2, ..NodeStatus::default() };
    let status = Signal::stored(HashMap::from([(pointer("/do/0/check"), failed)]));
    let _mounted = mount_to(root.clone(), move || {
        view! {
            <I18nContextProvider enable_cookie=false set_lang_attr_on_html=false>
                <English>
                    <FlowCanvas definition=Signal::stored(definition()) status selection on_select=Callback::new(move |task| selection.set(task)) />
                </English>
            </I18nContextProvider>
        }
    });
    let query = |selector: &str| root.query_selector(selector).expect("a selector");
    let until = async |selector: &str| {
        // Sizes come from an observer, a frame later.
        for _ in 0..200 {
            if let Some(found) = root.query_selector(selector).expect("a selector") {
                return found;
            }
            frame().await;
        }
        panic!("never drawn: {selector}; {}", root.inner_html());
    };
    until("[data-kind=gate]").await;
    let check = until("[data-pointer='/do/0/check']").await;
    assert_eq!(
        query("[role=application]").and_then(|canvas| canvas.get_attribute("aria-label")).as_deref(),
        Some("Workflow canvas")
    );
    assert_eq!(root.query_selector_all("[data-pointer]").expect("a selector").length(), 4);
    assert_eq!(check.get_attribute("data-status").as_deref(), Some("faulted"));
    assert_eq!(check.get_attribute("aria-label").as_deref(), Some("check, http, Faulted"));
    assert!(root.inner_text().contains(MARKUP) && query("img").is_none(), "markup is text");
    assert!(query("[data-gap]").is_none(), "nothing can be dropped on a run");

    check.unchecked_into::<web_sys::HtmlElement>().click();
    frame().await;
    assert_eq!(selection.get_untracked(), Some(pointer("/do/0/check")));
    let canvas = query("[role=application]").expect("the canvas");
    for key in ["ArrowDown", "Delete"] {
        let event = web_sys::KeyboardEvent::new("keydown").expect("an event");
        let pressed = js_sys::Object::new();
        js_sys::Reflect::set(&pressed, &"value".into(), &key.into()).expect("a key");
        js_sys::Object::define_property(&event, &"key".into(), &pressed);
        canvas.dispatch_event(&event).expect("a dispatch");
        frame().await;
    }
    assert_eq!(selection.get_untracked(), Some(pointer("/do/1/both")), "keys walk");
    assert!(query("[data-pointer='/do/1/both'][aria-pressed=true]").is_some(), "and delete nothing");
}

async fn frame() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        window().request_animation_frame(&resolve).expect("a frame");
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.expect("a frame");
}
