//! A page to print, over the page that it is of: the same on the screen as on the sheet.

use leptos::prelude::*;
use leptos::{ev, html};

use super::{Icon, IconView};
use crate::i18n::*;

/// Open for as long as it is drawn. Escape closes it, and the focus goes back to where it was.
#[component]
pub fn Paper(
    #[prop(into)] label: Signal<String>,
    on_close: Callback<()>,
    /// Further buttons beside the one that prints.
    #[prop(optional, into)]
    acts: ViewFn,
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let element = NodeRef::<html::Button>::new();
    let before = StoredValue::new_local(document().active_element());
    Effect::new(move |_| {
        if let Some(button) = element.get() {
            // It fails only where the button has left the page.
            let _ = button.focus();
        }
    });
    let keys = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" {
            on_close.run(());
        }
    });
    on_cleanup(move || {
        use wasm_bindgen::JsCast;
        keys.remove();
        let before = before.try_get_value().flatten();
        if let Some(before) = before.and_then(|before| before.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = before.focus();
        }
    });
    let print = move |_| {
        // A browser that cannot print says so itself.
        let _ = window().print();
    };
    view! {
        <div class="paper" role="dialog" aria-modal="true" aria-label=move || label.get()>
            <div class="paper__bar">
                <button node_ref=element type="button" class="button" on:click=move |_| on_close.run(())><IconView icon=Icon::Close /> {t!(i18n, common.action.close)}</button>
                <div class="paper__acts">
                    {acts.run()}
                    <button type="button" class="button button--primary" on:click=print>{t!(i18n, common.action.print)}</button>
                </div>
            </div>
            <article class="paper__page">{children()}</article>
        </div>
    }
}
