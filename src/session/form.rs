//! Name and password, and where they go.

use leptos::prelude::*;
use wire::auth::TokenRequest;

use crate::api::{ApiError, use_api};
use crate::i18n::*;
use crate::ui::describe_error;

#[component]
pub(super) fn SignInForm(
    /// Fixed while work goes on: a session is renewed for the same person at the same service.
    #[prop(optional, into)]
    user: Option<String>,
    on_done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let previous = api.session().get_untracked();
    let fixed = user.is_some();
    let user = RwSignal::new(user.unwrap_or_default());
    let password = RwSignal::new(String::new());
    let domain = RwSignal::new(
        previous.as_ref().map_or_else(|| "default".to_owned(), |session| session.domain.clone()),
    );
    let project = RwSignal::new(
        previous.as_ref().map_or_else(|| "default".to_owned(), |session| session.project.clone()),
    );
    let endpoint =
        RwSignal::new(previous.map_or_else(|| api.configured_endpoint(), |session| session.endpoint));
    let failure = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let request = TokenRequest::password(
            domain.get_untracked().trim(),
            user.get_untracked().trim(),
            &password.get_untracked(),
            project.get_untracked().trim(),
        );
        let address = endpoint.get_untracked().trim().trim_end_matches('/').to_owned();
        leptos::task::spawn_local(async move {
            let outcome = api.sign_in(&address, &request).await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(()) => on_done.run(()),
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let message = move || {
        failure.get().map(|error| match error {
            ApiError::Refused { status: 401, .. } => t_string!(i18n, session.wrong).to_string(),
            ApiError::Refused { status: 429, retry_after, .. } => {
                t_string!(i18n, session.too_many, seconds = retry_after.unwrap_or(60)).to_string()
            }
            other => describe_error(i18n, &other),
        })
    };
    view! {
        <form class="form" on:submit=submit>
            <div class="form__field">
                <label for="sign-in-user">{t!(i18n, session.user)}</label>
                <input id="sign-in-user" class="input" name="username" autocomplete="username" autofocus=!fixed readonly=fixed required bind:value=user />
            </div>
            <div class="form__field">
                <label for="sign-in-password">{t!(i18n, session.password)}</label>
                <input id="sign-in-password" class="input" type="password" name="password" autocomplete="current-password" autofocus=fixed required bind:value=password />
            </div>
            <Show when=move || !fixed>
                <details class="details">
                    <summary>{t!(i18n, session.more)}</summary>
                    <div class="form__field">
                        <label for="sign-in-domain">{t!(i18n, session.domain)}</label>
                        <input id="sign-in-domain" class="input" bind:value=domain />
                    </div>
                    <div class="form__field">
                        <label for="sign-in-project">{t!(i18n, session.project)}</label>
                        <input id="sign-in-project" class="input" bind:value=project />
                    </div>
                    <div class="form__field">
                        <label for="sign-in-endpoint">{t!(i18n, session.endpoint)}</label>
                        <input id="sign-in-endpoint" class="input" inputmode="url" placeholder="https://" bind:value=endpoint />
                        <p class="form__help">{t!(i18n, session.endpoint_help)}</p>
                    </div>
                </details>
            </Show>
            {move || message().map(|message| view! { <p class="form__error" role="alert">{message}</p> })}
            <button type="submit" class="button button--primary button--wide" disabled=move || busy.get()>
                {move || if busy.get() { t_string!(i18n, session.busy) } else { t_string!(i18n, session.submit) }}
            </button>
        </form>
    }
}
