//! The browser's notifications and tones, as far as they are needed. Both may be missing or forbidden: then nothing comes.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Loud enough to be heard in a room, and not to frighten it.
const LOUDNESS: f64 = 0.18;
/// Two tones, in Hertz: up for a question, down for a fault.
const QUESTION: [f64; 2] = [660.0, 880.0];
const FAULT: [f64; 2] = [494.0, 330.0];
/// Seconds of one tone.
const TONE: f64 = 0.18;

#[wasm_bindgen]
extern "C" {
    type Notification;
    #[wasm_bindgen(constructor, catch)]
    fn new(title: &str, options: &Object) -> Result<Notification, JsValue>;
    #[wasm_bindgen(static_method_of = Notification, js_name = requestPermission, catch)]
    fn request_permission() -> Result<Promise, JsValue>;

    type AudioContext;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<AudioContext, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn resume(this: &AudioContext) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn destination(this: &AudioContext) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = currentTime)]
    fn current_time(this: &AudioContext) -> f64;
    #[wasm_bindgen(method, js_name = createOscillator)]
    fn create_oscillator(this: &AudioContext) -> Oscillator;
    #[wasm_bindgen(method, js_name = createGain)]
    fn create_gain(this: &AudioContext) -> Gain;

    type Oscillator;
    #[wasm_bindgen(method, getter)]
    fn frequency(this: &Oscillator) -> Parameter;
    #[wasm_bindgen(method)]
    fn connect(this: &Oscillator, to: &Gain);
    #[wasm_bindgen(method)]
    fn start(this: &Oscillator, at: f64);
    #[wasm_bindgen(method)]
    fn stop(this: &Oscillator, at: f64);

    type Gain;
    #[wasm_bindgen(method, getter)]
    fn gain(this: &Gain) -> Parameter;
    #[wasm_bindgen(method)]
    fn connect(this: &Gain, to: &JsValue);

    type Parameter;
    #[wasm_bindgen(method, js_name = setValueAtTime)]
    fn set_value_at_time(this: &Parameter, value: f64, at: f64);
    #[wasm_bindgen(method, js_name = exponentialRampToValueAtTime)]
    fn ramp_to(this: &Parameter, value: f64, at: f64);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permission {
    Granted,
    /// Refused, not asked for yet, or a browser that has no notifications.
    Other,
}

impl Permission {
    fn read(word: &JsValue) -> Self {
        if word.as_string().as_deref() == Some("granted") { Self::Granted } else { Self::Other }
    }
}

pub(super) fn permission() -> Permission {
    let found = Reflect::get(&js_sys::global(), &"Notification".into())
        .and_then(|class| Reflect::get(&class, &"permission".into()));
    found.map_or(Permission::Other, |word| Permission::read(&word))
}

pub(super) async fn ask_permission() -> Permission {
    let Ok(asked) = Notification::request_permission() else { return Permission::Other };
    JsFuture::from(asked).await.map_or(Permission::Other, |word| Permission::read(&word))
}

/// The same `tag` again takes the place of the one before, also of another tab.
pub(super) fn notify(title: &str, text: &str, tag: &str) {
    let options = Object::new();
    for (key, value) in [("body", text), ("tag", tag)] {
        // An object of our own takes every member.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    // Where it is forbidden, the page itself still tells.
    let _ = Notification::new(title, &options);
}

/// Plays tones; the browser's part of it is made when the first one is wanted.
#[derive(Default)]
pub(super) struct Player {
    context: Option<AudioContext>,
}

impl Player {
    pub(super) fn play(&mut self, is_fault: bool) {
        if self.context.is_none() {
            self.context = AudioContext::new().ok();
        }
        let Some(context) = &self.context else { return };
        // A page that nobody has touched yet stays silent.
        let _ = context.resume();
        let (oscillator, gain) = (context.create_oscillator(), context.create_gain());
        let from = context.current_time();
        let [first, second] = if is_fault { FAULT } else { QUESTION };
        oscillator.frequency().set_value_at_time(first, from);
        oscillator.frequency().set_value_at_time(second, from + TONE);
        gain.gain().set_value_at_time(LOUDNESS, from);
        gain.gain().ramp_to(0.001, from + 2.0 * TONE);
        oscillator.connect(&gain);
        gain.connect(&context.destination());
        oscillator.start(from);
        oscillator.stop(from + 2.0 * TONE);
    }
}
