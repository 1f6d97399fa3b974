//! What stands below the lines: how many there are, how far a search or a download is.

use leptos::prelude::*;

use super::download::Progress;
use super::reader::Reader;
use crate::i18n::*;

#[component]
pub(super) fn Foot(reader: Reader, progress: RwSignal<Option<Progress>>) -> impl IntoView {
    let i18n = use_i18n();
    let summary = reader.summary;
    view! {
        <p class="log__foot muted">
            <span>
                {move || {
                    let summary = summary.read();
                    let all = summary.total;
                    if summary.rows == all { t_string!(i18n, logs.count, count = all) } else { t_string!(i18n, logs.count_of, count = summary.rows, all = all) }
                }}
                {move || {
                    let summary = summary.read();
                    let is_under_way = summary.filtered_so_far < summary.total;
                    is_under_way.then(|| format!(" ({} %)", summary.filtered_so_far * 100 / summary.total.max(1)))
                }}
                " · "
                {move || if summary.read().is_complete { t_string!(i18n, logs.complete) } else { t_string!(i18n, logs.live) }}
                {move || summary.read().selection.filter(|selection| selection.count() > 1).map(|selection| {
                    format!(" · {}", t_string!(i18n, logs.marked, count = selection.count()))
                })}
                {move || summary.read().is_seeking.then(|| format!(" · {}", t_string!(i18n, logs.looking)))}
            </span>
            {move || progress.get().map(|now| view! {
                <span class="log__progress">
                    {t_string!(i18n, logs.downloading, share = now.looked_at * 100 / now.total.max(1))}
                    <button type="button" class="button button--tiny" on:click=move |_| progress.set(None)>
                        {t!(i18n, common.action.cancel)}
                    </button>
                </span>
            })}
        </p>
    }
}
