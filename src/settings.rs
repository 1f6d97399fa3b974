//! What one person likes, and who one is signed in as.

use leptos::prelude::*;

use crate::api::use_api;
use crate::i18n::*;
use crate::ui::link::use_title;
use crate::ui::preferences::Theme;
use crate::ui::{Time, TimeDisplay, use_preferences};

#[component]
pub fn SettingsPage() -> impl IntoView {
    let i18n = use_i18n();
    let api = use_api();
    let preferences = use_preferences();
    use_title(move || t_string!(i18n, settings.title).to_owned());
    let session = move || api.session().get().unwrap_or_default();
    let address = move || {
        let endpoint = session().endpoint;
        if endpoint.is_empty() { window().location().origin().unwrap_or_default() } else { endpoint }
    };
    view! {
        <div class="page page--narrow">
            <header class="page__header">
                <h1>{t!(i18n, settings.title)}</h1>
            </header>
            <section class="card">
                <fieldset class="choice">
                    <legend>{t!(i18n, settings.language)}</legend>
                    <Choice label=|| "简体中文".to_owned() chosen=move || i18n.get_locale() == Locale::zh_CN on_choose=move || preferences.set_locale(i18n, Locale::zh_CN) />
                    <Choice label=|| "English".to_owned() chosen=move || i18n.get_locale() == Locale::en on_choose=move || preferences.set_locale(i18n, Locale::en) />
                </fieldset>
                <fieldset class="choice">
                    <legend>{t!(i18n, settings.theme)}</legend>
                    <Choice label=move || t_string!(i18n, settings.theme_system).to_owned() chosen=move || preferences.theme.get() == Theme::System on_choose=move || preferences.set_theme(Theme::System) />
                    <Choice label=move || t_string!(i18n, settings.theme_light).to_owned() chosen=move || preferences.theme.get() == Theme::Light on_choose=move || preferences.set_theme(Theme::Light) />
                    <Choice label=move || t_string!(i18n, settings.theme_dark).to_owned() chosen=move || preferences.theme.get() == Theme::Dark on_choose=move || preferences.set_theme(Theme::Dark) />
                </fieldset>
                <fieldset class="choice">
                    <legend>{t!(i18n, settings.time)}</legend>
                    <Choice label=move || t_string!(i18n, settings.time_local).to_owned() chosen=move || preferences.time.get() == TimeDisplay::Local on_choose=move || preferences.set_time(TimeDisplay::Local) />
                    <Choice label=move || t_string!(i18n, settings.time_utc).to_owned() chosen=move || preferences.time.get() == TimeDisplay::Utc on_choose=move || preferences.set_time(TimeDisplay::Utc) />
                </fieldset>
            </section>
            <section class="card">
                <h2>{t!(i18n, settings.account)}</h2>
                <dl class="facts">
                    <dt>{t!(i18n, session.user)}</dt>
                    <dd>{move || session().user}</dd>
                    <dt>{t!(i18n, settings.roles)}</dt>
                    <dd>{move || session().roles.join(", ")}</dd>
                    <dt>{t!(i18n, settings.project)}</dt>
                    <dd>{move || format!("{} / {}", session().domain, session().project)}</dd>
                    <dt>{t!(i18n, settings.endpoint)}</dt>
                    <dd>{address}</dd>
                    <dt>{t!(i18n, settings.expires)}</dt>
                    <dd><Time at=Signal::derive(move || session().expires_at) /></dd>
                </dl>
            </section>
        </div>
    }
}

/// One of a few, as a radio button.
#[component]
fn Choice(
    label: impl Fn() -> String + Send + 'static,
    chosen: impl Fn() -> bool + Send + 'static,
    on_choose: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <label class="choice__option">
            <input type="radio" prop:checked=chosen on:change=move |_| on_choose() />
            <span>{label}</span>
        </label>
    }
}
