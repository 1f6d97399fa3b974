//! A 401 in the middle of work asks to sign in over the page; the calls that met it then go on.

use leptos::prelude::*;

use super::form::SignInForm;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::Dialog;

#[component]
pub fn SignInAgain() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let asked = Memo::new(move |_| api.expired().get() && api.session().read().is_some());
    let user = move || api.session().get_untracked().map(|session| session.user).unwrap_or_default();
    view! {
        <Show when=move || asked.get()>
            <Dialog
                title=Signal::derive(move || t_string!(i18n, session.title).to_owned())
                on_close=Callback::new(move |()| api.sign_out())
            >
                <p>{t!(i18n, session.expired)}</p>
                <SignInForm user=user() on_done=Callback::new(|()| ()) />
            </Dialog>
        </Show>
    }
}
