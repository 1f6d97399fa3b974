//! Asks once more before something that cannot be undone, and says what it will do.

use leptos::prelude::*;

use super::Dialog;
use crate::i18n::*;

#[component]
pub fn Confirm(
    #[prop(into)] title: Signal<String>,
    /// The consequence.
    #[prop(into)]
    text: Signal<String>,
    /// The verb on the button.
    #[prop(into)]
    verb: Signal<String>,
    #[prop(into)] busy: Signal<bool>,
    on_confirm: Callback<()>,
    on_close: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog title on_close>
            <p>{move || text.get()}</p>
            <div class="dialog__actions">
                <button type="button" class="button" on:click=move |_| on_close.run(())>
                    {t!(i18n, common.action.cancel)}
                </button>
                <button
                    type="button"
                    class="button button--danger"
                    data-confirm=""
                    disabled=move || busy.get()
                    on:click=move |_| on_confirm.run(())
                >
                    {move || verb.get()}
                </button>
            </div>
        </Dialog>
    }
}
