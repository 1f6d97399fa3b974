//! A button with a short list of acts behind it.

use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

use super::{Icon, IconView};

/// One act of a [`Menu`].
#[derive(Clone)]
pub struct MenuItem {
    pub label: Signal<String>,
    pub icon: Icon,
    pub danger: bool,
    pub on_select: Callback<()>,
}

#[component]
pub fn Menu(
    /// The name of the button.
    #[prop(into)]
    label: Signal<String>,
    icon: Icon,
    items: Vec<MenuItem>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let close = move |return_focus: bool| {
        open.set(false);
        if return_focus && let Some(button) = button.get_untracked() {
            // A button that has left the page meanwhile cannot take the focus, and need not.
            let _ = button.focus();
        }
    };
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = root.get_untracked().is_some_and(|root| root.contains(target.as_ref()));
        if open.get_untracked() && !inside {
            close(false);
        }
    });
    on_cleanup(move || outside.remove());
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Escape" if open.get_untracked() => {
            event.stop_propagation();
            close(true);
        }
        "Tab" if open.get_untracked() => close(true),
        key if open.get_untracked() => {
            if let Some(step) = Step::of(key) {
                event.prevent_default();
                event.stop_propagation();
                focus_item(root, step);
            }
        }
        _ => {}
    };
    // Whoever opens it by key is taken to its first item.
    let toggle = move |event: ev::MouseEvent| {
        open.update(|open| *open = !*open);
        if open.get_untracked() && event.detail() == 0 {
            request_animation_frame(move || focus_item(root, Step::First));
        }
    };
    let items = StoredValue::new(items);
    view! {
        <div class="menu" node_ref=root on:keydown=on_key>
            <button
                node_ref=button
                type="button"
                class="button button--icon"
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                aria-label=move || label.get()
                on:click=toggle
            >
                <IconView icon />
            </button>
            <Show when=move || open.get()>
                <div class="menu__list" role="menu">
                    {items
                        .get_value()
                        .into_iter()
                        .map(|item| {
                            view! {
                                <button
                                    type="button"
                                    role="menuitem"
                                    class="menu__item"
                                    class:menu__item--danger=item.danger
                                    on:click=move |_| {
                                        close(true);
                                        item.on_select.run(());
                                    }
                                >
                                    <IconView icon=item.icon />
                                    {move || item.label.get()}
                                </button>
                            }
                        })
                        .collect_view()}
                </div>
            </Show>
        </div>
    }
}

/// Where a key takes the focus among the items of a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    First,
    Last,
    Next,
    Previous,
}

impl Step {
    pub fn of(key: &str) -> Option<Self> {
        Some(match key {
            "Home" => Self::First,
            "End" => Self::Last,
            "ArrowDown" => Self::Next,
            "ArrowUp" => Self::Previous,
            _ => return None,
        })
    }
}

/// Moves the focus among the items of a menu, around the ends.
pub fn focus_item(root: NodeRef<html::Div>, step: Step) {
    let Some(root) = root.try_get_untracked().flatten() else { return };
    let Ok(items) = root.query_selector_all("[role=menuitem]:not([disabled])") else { return };
    let items: Vec<web_sys::HtmlElement> =
        (0..items.length()).filter_map(|index| items.get(index)?.dyn_into().ok()).collect();
    let active = document().active_element();
    let now = items.iter().position(|item| active.as_ref() == Some(item.as_ref()));
    let last = items.len().saturating_sub(1);
    let next = match (step, now) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Previous, None) => last,
        (Step::Next, Some(index)) => (index + 1) % items.len(),
        (Step::Previous, Some(index)) => (index + last) % items.len(),
    };
    if let Some(item) = items.get(next) {
        // An item that has gone meanwhile cannot take the focus.
        let _ = item.focus();
    }
}
