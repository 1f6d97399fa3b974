//! The buttons for how much is seen.

use canvas::Input;
use leptos::prelude::*;

use super::CanvasModel;
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn ZoomButtons(model: CanvasModel, on_input: Callback<Input>) -> impl IntoView {
    let i18n = use_i18n();
    let percent = Memo::new(move |_| (model.viewport.read().zoom * 100.0).round() as i64);
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
        </div>
    }
}
