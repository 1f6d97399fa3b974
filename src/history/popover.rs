//! A button with a panel behind it, which closes by Escape and by a press elsewhere.

use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

use crate::ui::{Icon, IconView};

#[component]
pub(super) fn Popover(
    #[prop(into)] label: Signal<String>,
    icon: Icon,
    /// The label is drawn beside the icon.
    #[prop(optional)]
    is_labelled: bool,
    open: RwSignal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if open.get_untracked() && !root.get_untracked().is_some_and(|root| root.contains(target.as_ref())) {
            open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            if let Some(button) = button.get_untracked() {
                let _ = button.focus();
            }
        }
    };
    let children = StoredValue::new(children);
    view! {
        <div class="popover" node_ref=root on:keydown=on_key>
            <button
                node_ref=button
                type="button"
                class=if is_labelled { "button" } else { "button button--icon" }
                aria-expanded=move || open.get().to_string()
                aria-label=move || label.get()
                title=move || label.get()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <IconView icon />
                {is_labelled.then_some(view! { <span>{move || label.get()}</span> })}
            </button>
            <Show when=move || open.get()>
                <div class="popover__panel">{children.with_value(|children| children())}</div>
            </Show>
        </div>
    }
}
