//! A modal dialog on the browser's own `<dialog>`: focus is kept inside, Escape closes, focus returns where it was.

use leptos::html;
use leptos::prelude::*;

use super::{Icon, IconView};
use crate::i18n::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogSize {
    #[default]
    Medium,
    Wide,
}

/// Open for as long as it is drawn: put it into a `<Show>`.
#[component]
pub fn Dialog(
    #[prop(into)] title: Signal<String>,
    /// Asked to close, by Escape or the cross. A dialog that must be answered may ignore it.
    on_close: Callback<()>,
    #[prop(optional)] size: DialogSize,
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = element.get()
            && !dialog.open()
        {
            // It throws only where the element left the page meanwhile; then there is nothing to show.
            let _ = dialog.show_modal();
        }
    });
    // Taken out of the page while it is open, it would leave the focus nowhere; closing gives it back to who had it.
    on_cleanup(move || {
        if let Some(dialog) = element.try_get_untracked().flatten() {
            dialog.close();
        }
    });
    view! {
        <dialog
            node_ref=element
            class="dialog"
            class:dialog--wide=size == DialogSize::Wide
            aria-label=move || title.get()
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                on_close.run(());
            }
        >
            <div class="dialog__body">{children()}</div>
            <header class="dialog__header">
                <h2>{move || title.get()}</h2>
                <button
                    type="button"
                    class="button button--icon"
                    aria-label=move || t_string!(i18n, common.action.close)
                    on:click=move |_| on_close.run(())
                >
                    <IconView icon=Icon::Close />
                </button>
            </header>
        </dialog>
    }
}
