//! Unsaved work and the ways out of the page: links, the browser's back and forward, closing.
//!
//! What is unsaved is kept as a draft by then; still nobody should leave a change behind without knowing it.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::prelude::*;

use crate::api::use_api;
use crate::editor::save::Saver;
use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::Dialog;
use crate::ui::going_back::use_guard;
use crate::ui::link::go;

/// How somebody is about to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// To another page of the console.
    Page(String),
    /// Where the browser was before.
    Back,
}

/// Asks before the page is left with something unsaved. Closing the window is the browser's own question.
#[component]
pub(super) fn Leaving(editor: Editor, saver: Saver) -> impl IntoView {
    let i18n = use_i18n();
    let asked = RwSignal::new(None::<Way>);
    let may_go = StoredValue::new(false);
    let go = go();
    let location = use_location();
    let base = use_api().base();
    let holds = move || !may_go.get_value() && has_unsaved(editor);

    let own = location.pathname;
    let clicked = move |event: &web_sys::Event| {
        let Some(path) = event.dyn_ref::<ev::MouseEvent>().and_then(followed) else { return };
        let page = path.split(['?', '#']).next().unwrap_or_default();
        if page != own.get_untracked() && holds() {
            event.prevent_default();
            event.stop_immediate_propagation();
            asked.set(Some(Way::Page(path.strip_prefix(&base).unwrap_or(&path).to_owned())));
        }
    };
    use_guard(move || {
        if !holds() {
            return false;
        }
        let mark = if location.search.get_untracked().is_empty() { "" } else { "?" };
        let here = format!("{}{mark}{}", location.pathname.get_untracked(), location.search.get_untracked());
        if let Ok(history) = window().history() {
            // Where the address cannot be kept, the page is still the right one.
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
        }
        asked.set(Some(Way::Back));
        true
    });
    let listener = StoredValue::new_local(listen("click", clicked));
    let closing = window_event_listener_untyped("beforeunload", move |event| {
        editor.settle();
        if !may_go.get_value() && has_unsaved(editor) {
            event.prevent_default();
            // What older browsers look at.
            let _ = js_sys::Reflect::set(&event, &"returnValue".into(), &true.into());
        }
    });
    on_cleanup(move || {
        closing.remove();
        listener.update_value(|listener| listener.remove());
    });

    let stay = Callback::new(move |()| asked.set(None));
    let leave = move |_| {
        let way = asked.get_untracked();
        asked.set(None);
        editor.settle();
        may_go.set_value(true);
        match way {
            Some(Way::Page(path)) => go(&path),
            Some(Way::Back) => {
                if let Ok(history) = window().history() {
                    // Where there is no way back, the page stays.
                    let _ = history.back();
                }
            }
            None => {}
        }
    };
    let save = move |_| {
        asked.set(None);
        saver.save();
    };
    let leave = StoredValue::new(leave);
    view! {
        <Show when=move || asked.read().is_some()>
            <Dialog title=Signal::derive(move || t_string!(i18n, editor.leaving.title).to_owned()) on_close=stay>
                <p>{t!(i18n, editor.leaving.text)}</p>
                <div class="dialog__actions">
                    <button type="button" class="button" on:click=move |_| stay.run(())>{t!(i18n, editor.leaving.stay)}</button>
                    <button type="button" class="button" on:click=move |event| leave.with_value(|leave| leave(event))>{t!(i18n, editor.leaving.leave)}</button>
                    <button type="button" class="button button--primary" on:click=save>{t!(i18n, common.action.save)}</button>
                </div>
            </Dialog>
        </Show>
    }
}

/// Whether something would be missed that no revision holds. Text that is no definition is in no revision.
fn has_unsaved(editor: Editor) -> bool {
    let is_definition = editor.source.settle(editor);
    editor.dirty.try_get_untracked() == Some(true) || !is_definition
}

/// Where a click leads to within the console, if it leads away from here in this window.
fn followed(event: &ev::MouseEvent) -> Option<String> {
    let with_keys = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || with_keys {
        return None;
    }
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let link = target.closest("a[href]").ok()??.dyn_into::<web_sys::HtmlAnchorElement>().ok()?;
    let stays = link.has_attribute("download") || !matches!(link.target().as_str(), "" | "_self");
    let is_ours = window().location().origin().is_ok_and(|origin| link.origin() == origin);
    (is_ours && !stays).then(|| format!("{}{}{}", link.pathname(), link.search(), link.hash()))
}

/// A listener that hears before the router does.
struct Listener {
    event: &'static str,
    heard: Closure<dyn Fn(web_sys::Event)>,
}

impl Listener {
    fn remove(&self) {
        let heard = self.heard.as_ref().unchecked_ref();
        // One that is not there need not be removed.
        let _ = window().remove_event_listener_with_callback_and_bool(self.event, heard, true);
    }
}

fn listen(event: &'static str, act: impl Fn(&web_sys::Event) + 'static) -> Listener {
    let heard = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| act(&event));
    // Windows hear every event.
    let _ = window().add_event_listener_with_callback_and_bool(event, heard.as_ref().unchecked_ref(), true);
    Listener { event, heard }
}
