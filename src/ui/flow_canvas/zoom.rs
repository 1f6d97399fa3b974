//! The buttons for how much is seen, and for where the flow goes.

use canvas::{Direction, Input, LayoutOptions};
use leptos::prelude::*;

use super::CanvasModel;
use crate::i18n::*;
use crate::ui::preferences::{store, stored};
use crate::ui::{Icon, IconView};

/// Where the chosen direction is remembered.
const DIRECTION_KEY: &str = "mas.canvas.direction";

/// How definitions are laid out: as was chosen the last time.
pub fn stored_options() -> LayoutOptions {
    let direction = match stored(DIRECTION_KEY).as_deref() {
        Some("left_right") => Direction::LeftRight,
        _ => Direction::TopDown,
    };
    LayoutOptions { direction, ..LayoutOptions::default() }
}

#[component]
pub(super) fn ZoomButtons(model: CanvasModel, on_input: Callback<Input>) -> impl IntoView {
    let i18n = use_i18n();
    let percent = Memo::new(move |_| (model.viewport.read().zoom * 100.0).round() as i64);
    let across = Memo::new(move |_| model.scene.read().direction == Direction::LeftRight);
    let turn_label = move || {
        if across.get() {
            t_string!(i18n, editor.canvas.top_down)
        } else {
            t_string!(i18n, editor.canvas.left_right)
        }
    };
    let turn = move |_| {
        let direction = if across.get_untracked() { Direction::TopDown } else { Direction::LeftRight };
        store(DIRECTION_KEY, if direction == Direction::LeftRight { "left_right" } else { "top_down" });
        on_input.run(Input::SetDirection { direction });
    };
    view! {
        <div class="flow__zoom" role="group" aria-label=move || t_string!(i18n, editor.canvas.zoom)>
            <button type="button" class="button button--icon" title=move || t_string!(i18n, editor.canvas.zoom_out) aria-label=move || t_string!(i18n, editor.canvas.zoom_out) on:click=move |_| on_input.run(Input::ZoomBy { factor: 0.8 })>
                <IconView icon=Icon::ZoomOut />
            </button>
            <button type="button" class="button button--quiet flow__percent" title=move || t_string!(i18n, editor.canvas.life_size) aria-label=move || t_string!(i18n, editor.canvas.life_size_now, percent = percent.get()) on:click=move |_| on_input.run(Input::ZoomTo { zoom: 1.0 })>
                {move || format!("{} %", percent.get())}
            </button>
            <button type="button" class="button button--icon" title=move || t_string!(i18n, editor.canvas.zoom_in) aria-label=move || t_string!(i18n, editor.canvas.zoom_in) on:click=move |_| on_input.run(Input::ZoomBy { factor: 1.25 })>
                <IconView icon=Icon::ZoomIn />
            </button>
            <button type="button" class="button button--icon" title=move || t_string!(i18n, editor.canvas.fit) aria-label=move || t_string!(i18n, editor.canvas.fit) on:click=move |_| on_input.run(Input::Fit)>
                <IconView icon=Icon::Fit />
            </button>
            <button type="button" class="button button--icon" title=turn_label aria-label=turn_label on:click=turn>
                <IconView icon=Signal::derive(move || if across.get() { Icon::TopDown } else { Icon::LeftRight }) />
            </button>
        </div>
    }
}
