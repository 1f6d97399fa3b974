//! The applied filters: each is changed by a press on it and taken off by its cross. All of them must hold.

use leptos::prelude::*;

use super::search::Search;
use super::words::sentence;
use crate::i18n::*;
use crate::ui::{Icon, IconView, use_preferences};

#[component]
pub(super) fn FilterChips(search: Search, on_edit: Callback<usize>) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let clauses = Memo::new(move |_| search.shown.read().clauses.clone());
    let remove = move |index: usize| {
        let view = search.shown.get_untracked();
        let mut clauses = view.clauses.clone();
        if index < clauses.len() {
            clauses.remove(index);
        }
        search.show.run(view.with_clauses(clauses));
    };
    view! {
        <ul class="filters" aria-label=move || t_string!(i18n, history.applied)>
            {move || {
                clauses
                    .get()
                    .into_iter()
                    .enumerate()
                    .map(|(index, clause)| {
                        let text = sentence(i18n, &clause, preferences.time.get());
                        let (name, title) = (text.clone(), text.clone());
                        view! {
                            {(index > 0).then(|| view! { <li class="filters__and" aria-hidden="true">{t!(i18n, history.and)}</li> })}
                            <li class="filters__chip">
                                <button type="button" class="filters__text" title=move || t_string!(i18n, history.change_filter) on:click=move |_| on_edit.run(index)>
                                    {title}
                                </button>
                                <button
                                    type="button"
                                    class="button button--icon button--tiny"
                                    aria-label=move || t_string!(i18n, history.remove_filter, name = name.clone())
                                    on:click=move |_| remove(index)
                                >
                                    <IconView icon=Icon::Close />
                                </button>
                            </li>
                        }
                    })
                    .collect_view()
            }}
            <li>
                <button type="button" class="button button--quiet button--tiny" on:click=move |_| search.show.run(search.shown.get_untracked().with_clauses(Vec::new()))>
                    {t!(i18n, history.clear_filters)}
                </button>
            </li>
        </ul>
    }
}
