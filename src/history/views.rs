//! Searches by name: some that everybody needs, and those that a person has saved in this browser.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wire::operation::encode_segment;

use super::search::Search;
use crate::api::use_api;
use crate::i18n::*;
use crate::ui::preferences::{store, stored};
use crate::ui::{Dialog, Icon, IconView, href};

const KEY: &str = "mas.history.views";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SavedView {
    name: String,
    query: String,
}

#[component]
pub(super) fn Views(search: Search) -> impl IntoView {
    let i18n = use_i18n();
    let user = use_api().session();
    let saved = RwSignal::new(load());
    let saving = RwSignal::new(false);
    let now = Memo::new(move |_| search.shown.read().at_start().query());
    let mine = move || {
        let user = user.read().as_ref().map(|session| session.user.clone()).unwrap_or_default();
        format!("?f={}", encode_segment(&format!("started_by:eq:{user}")))
    };
    let remove = move |name: String| {
        saved.update(|saved| saved.retain(|view| view.name != name));
        keep(&saved.read_untracked());
    };
    let usual = move |query: String, label: Signal<String>| {
        let target = href(&format!("/runs{query}"));
        view! {
            <li>
                <a class="views__view" href=target aria-current=move || (*now.read() == query).then_some("page")>{move || label.get()}</a>
            </li>
        }
    };
    let under_way = "?f=status%3Ain%3Arunning%2Cwaiting%2Csuspended%2Cpending";
    let faulted = "?f=status%3Ain%3Afaulted&f=started_at%3Age%3A-24h";
    view! {
        <nav class="views" aria-label=move || t_string!(i18n, history.views.label)>
            <ul>
                {usual(String::new(), Signal::derive(move || t_string!(i18n, history.views.all).to_owned()))}
                {usual(under_way.to_owned(), Signal::derive(move || t_string!(i18n, history.views.under_way).to_owned()))}
                {usual(faulted.to_owned(), Signal::derive(move || t_string!(i18n, history.views.faulted).to_owned()))}
                {move || usual(mine(), Signal::derive(move || t_string!(i18n, history.views.mine).to_owned()))}
                <For each=move || saved.get() key=|view| (view.name.clone(), view.query.clone()) let:view>
                    {
                        let (query, name) = (view.query.clone(), view.name.clone());
                        let target = href(&format!("/runs{query}"));
                        view! {
                            <li class="views__saved">
                                <a class="views__view" href=target aria-current=move || (*now.read() == query).then_some("page")>{view.name.clone()}</a>
                                <button
                                    type="button"
                                    class="button button--icon button--tiny"
                                    aria-label={
                                        let name = name.clone();
                                        move || t_string!(i18n, history.views.remove, name = name.clone())
                                    }
                                    on:click=move |_| remove(name.clone())
                                >
                                    <IconView icon=Icon::Close />
                                </button>
                            </li>
                        }
                    }
                </For>
            </ul>
            <button type="button" class="button button--quiet button--tiny views__save" on:click=move |_| saving.set(true)>
                <IconView icon=Icon::Star />
                {t!(i18n, history.views.save)}
            </button>
        </nav>
        <Show when=move || saving.get()>
            <SaveDialog
                on_name=Callback::new(move |name: String| {
                    saved.update(|saved| {
                        saved.retain(|view| view.name != name);
                        saved.push(SavedView { name, query: now.get_untracked() });
                    });
                    keep(&saved.read_untracked());
                    saving.set(false);
                })
                on_close=Callback::new(move |()| saving.set(false))
            />
        </Show>
    }
}

#[component]
fn SaveDialog(on_name: Callback<String>, on_close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let name = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        if !name.is_empty() {
            on_name.run(name);
        }
    };
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, history.views.save_title).to_owned()) on_close>
            <form class="form" on:submit=submit>
                <p class="muted">{t!(i18n, history.views.save_text)}</p>
                <div class="form__field">
                    <label for="view-name">{t!(i18n, history.views.name)}</label>
                    <input id="view-name" class="input" required maxlength="60" autofocus autocomplete="off" bind:value=name />
                </div>
                <div class="dialog__actions">
                    <button type="button" class="button" on:click=move |_| on_close.run(())>{t!(i18n, common.action.cancel)}</button>
                    <button type="submit" class="button button--primary">{t!(i18n, common.action.save)}</button>
                </div>
            </form>
        </Dialog>
    }
}

fn load() -> Vec<SavedView> {
    stored(KEY).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn keep(views: &[SavedView]) {
    // Texts always have their JSON.
    store(KEY, &serde_json::to_string(views).unwrap_or_default());
}
