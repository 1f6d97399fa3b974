//! The other side of `source-editor/source.js`: the editor component, fetched when the source is looked at first.
//!
//! It only translates. Offsets count UTF-16 units on both sides.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Where it lies below the console's base; none where the console was built without it.
pub(super) const PATH: Option<&str> = option_env!("MAS_SOURCE_EDITOR");

#[wasm_bindgen]
extern "C" {
    /// The module as it was fetched.
    #[derive(Clone)]
    pub(super) type Module;
    #[wasm_bindgen(method, catch)]
    fn create(this: &Module, parent: &web_sys::HtmlElement, options: &Object) -> Result<Handle, JsValue>;

    type Handle;
    #[wasm_bindgen(method)]
    fn text(this: &Handle) -> String;
    #[wasm_bindgen(method)]
    fn caret(this: &Handle) -> u32;
    #[wasm_bindgen(method, js_name = hasFocus)]
    fn has_focus(this: &Handle) -> bool;
    #[wasm_bindgen(method)]
    fn find(this: &Handle);
    #[wasm_bindgen(method, js_name = setText)]
    fn set_text(this: &Handle, text: &str);
    #[wasm_bindgen(method, js_name = setLanguage)]
    fn set_language(this: &Handle, name: &str);
    #[wasm_bindgen(method, js_name = setWords)]
    fn set_words(this: &Handle, phrases: &JsValue, attributes: &JsValue);
    #[wasm_bindgen(method, js_name = setProblems)]
    fn set_problems(this: &Handle, problems: &JsValue);
    #[wasm_bindgen(method, js_name = setMarked)]
    fn set_marked(this: &Handle, from: i32, to: i32, reveal: bool);
    #[wasm_bindgen(method)]
    fn select(this: &Handle, from: u32, to: u32);
    #[wasm_bindgen(method)]
    fn destroy(this: &Handle);
}

/// Fetches the module; `None` where it cannot be had.
pub(super) async fn load() -> Option<Module> {
    let prepared = Reflect::get(&window(), &"masConsole".into()).ok()?;
    let module = Reflect::get(&prepared, &"module".into()).ok()?.dyn_into::<Function>().ok()?;
    let promise = module.call1(&prepared, &PATH?.into()).ok()?.dyn_into::<Promise>().ok()?;
    JsFuture::from(promise).await.ok().map(JsCast::unchecked_into)
}

/// Answers a text and a caret with suggestions.
pub(super) type Complete = dyn Fn(&str, usize) -> Value;

/// What the editor tells, and asks.
pub(super) struct Listener {
    pub(super) changed: Box<dyn Fn()>,
    pub(super) caret: Box<dyn Fn(usize)>,
    pub(super) left: Box<dyn Fn()>,
    /// The suggestions for a text and a caret, as the other side documents them.
    pub(super) complete: Box<Complete>,
}

/// How the editor begins.
pub(super) struct Beginning<'a> {
    pub(super) text: &'a str,
    pub(super) language: &'static str,
    pub(super) read_only: bool,
    pub(super) attributes: Value,
    pub(super) phrases: Value,
}

/// An editor in the page. It leaves the page when it is dropped.
pub(super) struct RichField {
    handle: Handle,
    /// Kept for as long as the editor may call them.
    _heard: Heard,
}

struct Heard {
    _changed: Closure<dyn Fn()>,
    _caret: Closure<dyn Fn(u32)>,
    _left: Closure<dyn Fn()>,
    _complete: Closure<dyn Fn(String, u32) -> JsValue>,
}

impl RichField {
    pub(super) fn create(
        module: &Module,
        parent: &web_sys::HtmlElement,
        beginning: &Beginning<'_>,
        listener: Listener,
    ) -> Option<Self> {
        let Listener { changed, caret, left, complete } = listener;
        let changed = Closure::<dyn Fn()>::new(changed);
        let caret = Closure::<dyn Fn(u32)>::new(move |offset: u32| caret(offset as usize));
        let left = Closure::<dyn Fn()>::new(left);
        let complete = Closure::<dyn Fn(String, u32) -> JsValue>::new(move |text: String, offset: u32| {
            to_js(&complete(&text, offset as usize))
        });
        let options = Object::new();
        for (name, value) in [
            ("text", beginning.text.into()),
            ("language", beginning.language.into()),
            ("readOnly", beginning.read_only.into()),
            ("attributes", to_js(&beginning.attributes)),
            ("phrases", to_js(&beginning.phrases)),
            ("changed", changed.as_ref().clone()),
            ("caret", caret.as_ref().clone()),
            ("left", left.as_ref().clone()),
            ("complete", complete.as_ref().clone()),
        ] {
            // An object of ours takes every member.
            let _ = Reflect::set(&options, &name.into(), &value);
        }
        let handle = module.create(parent, &options).ok()?;
        let heard = Heard { _changed: changed, _caret: caret, _left: left, _complete: complete };
        Some(Self { handle, _heard: heard })
    }

    pub(super) fn text(&self) -> String {
        self.handle.text()
    }

    pub(super) fn caret(&self) -> usize {
        self.handle.caret() as usize
    }

    pub(super) fn has_focus(&self) -> bool {
        self.handle.has_focus()
    }

    pub(super) fn find(&self) {
        self.handle.find();
    }

    pub(super) fn set_text(&self, text: &str) {
        self.handle.set_text(text);
    }

    pub(super) fn set_language(&self, name: &str) {
        self.handle.set_language(name);
    }

    pub(super) fn set_words(&self, phrases: &Value, attributes: &Value) {
        self.handle.set_words(&to_js(phrases), &to_js(attributes));
    }

    /// Shows problems: where from, where to, how bad and what.
    pub(super) fn set_problems(&self, problems: &[Value]) {
        let list: Array = problems.iter().map(to_js).collect();
        self.handle.set_problems(&list);
    }

    /// Marks a range, or none.
    pub(super) fn set_marked(&self, range: Option<std::ops::Range<usize>>, reveal: bool) {
        let (from, to) =
            range.map_or((-1, -1), |range| (offset(range.start) as i32, offset(range.end) as i32));
        self.handle.set_marked(from, to, reveal);
    }

    pub(super) fn select(&self, range: std::ops::Range<usize>) {
        self.handle.select(offset(range.start), offset(range.end));
    }
}

impl Drop for RichField {
    fn drop(&mut self) {
        self.handle.destroy();
    }
}

/// Texts are bounded by 4 MiB; what is typed beyond is refused before anything is placed in it.
fn offset(units: usize) -> u32 {
    u32::try_from(units).unwrap_or(i32::MAX as u32).min(i32::MAX as u32)
}

fn to_js(value: &Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap_or(JsValue::NULL)
}
