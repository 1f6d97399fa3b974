//! Entries of a list as cards: moved by one place, taken away, and the focus goes with them.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::editor::state::Editor;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CardAct {
    Earlier,
    Later,
    Remove,
}

impl CardAct {
    const fn word(self) -> &'static str {
        match self {
            Self::Earlier => "earlier",
            Self::Later => "later",
            Self::Remove => "remove",
        }
    }

    /// The act of Alt with an arrow, anywhere in the card.
    pub(super) fn of_key(event: &ev::KeyboardEvent) -> Option<Self> {
        match event.key().as_str() {
            "ArrowUp" if event.alt_key() => Some(Self::Earlier),
            "ArrowDown" if event.alt_key() => Some(Self::Later),
            _ => None,
        }
    }
}

/// The buttons of one card.
#[component]
pub(super) fn CardActs(
    editor: Editor,
    index: usize,
    count: Signal<usize>,
    name: Signal<String>,
    on_act: Callback<CardAct>,
) -> impl IntoView {
    let i18n = use_i18n();
    let button = move |act: CardAct,
                       class: &'static str,
                       icon: Icon,
                       label: Signal<String>,
                       off: Signal<bool>| {
        view! {
            <button type="button" class=class data-act=act.word() aria-label=move || label.get() title=move || label.get() disabled=move || off.get() on:click=move |_| on_act.run(act)>
                <IconView icon />
            </button>
        }
    };
    let earlier = Signal::derive(move || t_string!(i18n, editor.form.earlier, name = name.get()));
    let later = Signal::derive(move || t_string!(i18n, editor.form.later, name = name.get()));
    let gone = Signal::derive(move || t_string!(i18n, editor.form.remove, name = name.get()));
    view! {
        <Show when=move || !editor.read_only.get()>
            <span class="card__acts">
                {button(CardAct::Earlier, "button button--icon card__up", Icon::ChevronDown, earlier, Signal::derive(move || index == 0))}
                {button(CardAct::Later, "button button--icon", Icon::ChevronDown, later, Signal::derive(move || index + 1 >= count.get()))}
                {button(CardAct::Remove, "button button--icon", Icon::Delete, gone, Signal::stored(false))}
            </span>
        </Show>
    }
}

/// Gives the focus to a card of the list once it is drawn: to the button of the act where it can be pressed again,
/// else to the card's first field.
pub(super) fn focus_card(list: NodeRef<html::Ol>, index: usize, act: Option<CardAct>) {
    request_animation_frame(move || {
        let Some(list) = list.get_untracked() else { return };
        let Some(card) = list.children().item(u32::try_from(index).unwrap_or(u32::MAX)) else { return };
        let pressed = act.and_then(|act| {
            card.query_selector(&format!("[data-act={}]:not([disabled])", act.word())).ok().flatten()
        });
        let field = || card.query_selector("input, textarea, select").ok().flatten();
        if let Some(control) =
            pressed.or_else(field).and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok())
        {
            // A card that has gone meanwhile cannot take the focus.
            let _ = control.focus();
        }
    });
}
