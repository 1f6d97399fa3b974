//! The differences between two definitions, to be read before one stands for the other.

use flow::compare::{ChangeKind, Comparison, FieldChange, TaskChange};
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use serde_json::Value;

use crate::i18n::*;

/// Longer values are cut: a list of changes is read, not studied.
const LONGEST: usize = 160;

/// So many fields of one task are shown; a task that was written anew has no more to tell.
const MOST_FIELDS: usize = 12;

#[component]
pub fn Changes(comparison: Comparison) -> impl IntoView {
    let i18n = use_i18n();
    let Comparison { tasks, fields } = comparison;
    let nothing = tasks.is_empty() && fields.is_empty();
    view! {
        <ul class="changes">
            {(!fields.is_empty()).then(|| view! {
                <li class="changes__item">
                    <span class="badge badge--running">{t!(i18n, editor.changes.changed)}</span>
                    <strong>{t!(i18n, editor.settings.title)}</strong>
                    <Fields fields />
                </li>
            })}
            {tasks.into_iter().map(|change| view! { <TaskChangeView change /> }).collect_view()}
        </ul>
        {nothing.then(|| view! { <p class="muted">{t!(i18n, editor.changes.none)}</p> })}
    }
}

#[component]
fn TaskChangeView(change: TaskChange) -> impl IntoView {
    let i18n = use_i18n();
    let kind = change.kind();
    let class = match kind {
        ChangeKind::Added => "badge badge--completed",
        ChangeKind::Removed => "badge badge--faulted",
        ChangeKind::Changed => "badge badge--running",
        ChangeKind::Moved => "badge badge--waiting",
    };
    let place = change.after.as_ref().or(change.before.as_ref()).map(ToString::to_string).unwrap_or_default();
    let renamed = change.renamed_from.clone();
    let also_moved = change.moved && kind == ChangeKind::Changed;
    view! {
        <li class="changes__item">
            <span class=class>{move || kind_word(i18n, kind)}</span>
            <strong>{change.name.clone()}</strong>
            {renamed.map(|name| view! { <span class="muted">{move || t_string!(i18n, editor.changes.was, name = name.clone())}</span> })}
            {also_moved.then(|| view! { <span class="badge badge--waiting">{t!(i18n, editor.changes.moved)}</span> })}
            <code class="changes__place">{place}</code>
            <Fields fields=change.fields />
        </li>
    }
}

fn kind_word(i18n: I18nContext<Locale>, kind: ChangeKind) -> String {
    match kind {
        ChangeKind::Added => t_string!(i18n, editor.changes.added),
        ChangeKind::Removed => t_string!(i18n, editor.changes.removed),
        ChangeKind::Changed => t_string!(i18n, editor.changes.changed),
        ChangeKind::Moved => t_string!(i18n, editor.changes.moved),
    }
    .to_owned()
}

#[component]
pub fn Fields(fields: Vec<FieldChange>) -> impl IntoView {
    let i18n = use_i18n();
    let more = fields.len().saturating_sub(MOST_FIELDS);
    let rows = fields.into_iter().take(MOST_FIELDS).map(|field| {
        view! {
            <dt><code>{field.at.as_str().trim_start_matches('/').to_owned()}</code></dt>
            <dd>
                {field.before.as_ref().map(|value| view! { <del>{short(value)}</del> })}
                {field.after.as_ref().map(|value| view! { <ins>{short(value)}</ins> })}
            </dd>
        }
    });
    view! {
        <dl class="changes__fields">{rows.collect_view()}</dl>
        {(more > 0).then(|| view! { <p class="muted">{move || t_string!(i18n, editor.changes.more, count = more)}</p> })}
    }
}

/// A value on one line.
pub fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
