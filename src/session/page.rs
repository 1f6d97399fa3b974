//! The sign-in page: by name and password, or by the one-time link that the hub prints.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wire::auth::TokenRequest;

use super::form::SignInForm;
use crate::api::{ApiError, use_api};
use crate::i18n::*;
use crate::ui::describe_error;
use crate::ui::link::{replace, use_title};

#[component]
pub fn SignInPage() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let query = use_query_map();
    let replace = replace();
    use_title(move || t_string!(i18n, session.title).to_owned());
    let forward = move || {
        // Only a path of this console is followed: nobody is sent elsewhere by a crafted link.
        let next = query
            .read_untracked()
            .get("next")
            .filter(|next| next.starts_with('/') && !next.starts_with("//"));
        replace(&next.unwrap_or_else(|| "/workflows".to_owned()));
    };
    let failure = RwSignal::new(None::<ApiError>);
    let by_link = RwSignal::new(false);
    let code = query.read_untracked().get("code");
    if let Some(code) = code {
        by_link.set(true);
        let forward = forward.clone();
        leptos::task::spawn_local(async move {
            match api.sign_in(&api.configured_endpoint(), &TokenRequest::one_time_code(&code)).await {
                Ok(()) => forward(),
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                    let _ = by_link.try_set(false);
                }
            }
        });
    }
    let message = move || {
        failure.get().map(|error| match error {
            ApiError::Refused { status: 400 | 401, .. } => t_string!(i18n, session.link_used).to_owned(),
            other => describe_error(i18n, &other),
        })
    };
    view! {
        <main class="sign-in" id="content">
            <div class="sign-in__card">
                <div class="sign-in__brand">
                    <span class="brand__mark" aria-hidden="true"></span>
                    {t!(i18n, common.product_long)}
                </div>
                <h1>{t!(i18n, session.title)}</h1>
                {move || message().map(|message| view! { <p class="notice notice--bad" role="alert">{message}</p> })}
                <Show
                    when=move || by_link.get()
                    fallback={
                        let forward = forward.clone();
                        move || {
                            let forward = forward.clone();
                            view! { <SignInForm on_done=Callback::new(move |()| forward()) /> }
                        }
                    }
                >
                    <div class="state" role="status">
                        <span class="spinner" aria-hidden="true"></span>
                        {t!(i18n, session.by_link)}
                    </div>
                </Show>
            </div>
        </main>
    }
}
