//! What needs a person, at a glance and one key away.

use leptos::prelude::*;

use super::run::Run;
use crate::i18n::*;
use crate::ui::StatusBadge;

#[component]
pub(super) fn AttentionStrip(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let current = move |task_id: &str| {
        run.selected.read().as_ref().is_some_and(|selected| selected.task_id.as_deref() == Some(task_id))
    };
    view! {
        <Show when=move || !run.attention.read().is_empty()>
            <section class="attention" aria-label=move || t_string!(i18n, runs.attention)>
                <strong class="attention__title">{t!(i18n, runs.attention)}</strong>
                <ul class="attention__list">
                    <For each=move || run.attention.get() key=|one| format!("{one:?}") let:one>
                        {
                            let (id, chosen, text) = (one.task_id.clone(), one.task_id.clone(), one.text.clone());
                            view! {
                                <li>
                                    <button
                                        type="button"
                                        class="attention__task"
                                        title=text
                                        aria-current=move || current(&id).then_some("true")
                                        on:click=move |_| run.select(Some(chosen.clone()))
                                    >
                                        <StatusBadge status=Signal::stored(one.status) />
                                        <span class="attention__name">{one.name}</span>
                                        <span class="attention__text muted">{one.text}</span>
                                    </button>
                                </li>
                            }
                        }
                    </For>
                </ul>
                <span class="attention__key muted"><kbd>"n"</kbd> " " {t!(i18n, runs.attention_key)}</span>
            </section>
        </Show>
    }
}
