//! The draft of the last time, offered with its time.

use canvas::Input;
use flow::Document;
use leptos::prelude::*;

use super::{Draft, Drafts};
use crate::editor::news::News;
use crate::editor::state::{Editor, Tab};
use crate::i18n::*;
use crate::ui::time::format_time;
use crate::ui::{Icon, IconView, use_preferences};

/// A draft that says something else than what was published.
pub(in crate::editor) fn offered_draft(editor: &Editor) -> Option<(String, Draft)> {
    if editor.read_only.get_untracked() {
        return None;
    }
    let (key, draft) = editor.drafts.with_value(Drafts::found)?;
    let value: serde_json::Value = serde_json::from_str(&draft.definition).ok()?;
    if draft.source.is_none() && editor.base.with_untracked(|base| **base == value) {
        Drafts::discard(&key);
        return None;
    }
    // What is changed before somebody has chosen must not write over it.
    Some((editor.drafts.with_value(|drafts| drafts.set_aside(key, &draft)), draft))
}

/// Offers the changes that were not published the last time.
#[component]
pub(in crate::editor) fn DraftBanner(
    editor: Editor,
    key: String,
    draft: Draft,
    offered: RwSignal<Option<(String, Draft)>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let at = String::from(js_sys::Date::new(&draft.at.into()).to_iso_string());
    let older = editor.published.read_untracked().as_ref().is_some_and(|now| now.revision != draft.revision);
    let (restored_key, discarded_key) = (key.clone(), key);
    let restore = move |_| {
        if !editor.source.settle(editor) {
            editor.news.set(Some(News::bad(t_string!(i18n, editor.source.in_the_way).to_owned())));
            return;
        }
        if let Ok(document) = Document::from_json(&draft.definition) {
            editor.source.forget();
            editor.send(Input::FieldVisitEnded);
            editor.send(Input::ReplaceDocument { root: document.into_value() });
            editor.send(Input::FieldVisitEnded);
            if let Some(text) = &draft.source {
                editor.source.adopt(editor, text);
            }
            // Whoever was in the middle of a text goes on there.
            if editor.source.is_wrong() {
                editor.show(Tab::Source);
            }
            // It is this tab's draft now.
            editor.keep();
            Drafts::discard(&restored_key);
        }
        offered.set(None);
    };
    let discard = move |_| {
        Drafts::discard(&discarded_key);
        // What was changed since is kept on.
        editor.keep();
        offered.set(None);
    };
    view! {
        <div class="notice notice--real editor__banner" role="status">
            <IconView icon=Icon::Clock />
            <span>
                {move || t_string!(i18n, editor.draft.offer, time = format_time(&at, preferences.time.get()))}
                <Show when=move || older>" " {t!(i18n, editor.draft.older)}</Show>
            </span>
            <button type="button" class="button" on:click=restore>{t!(i18n, editor.draft.restore)}</button>
            <button type="button" class="button button--quiet" on:click=discard>{t!(i18n, editor.draft.discard)}</button>
        </div>
    }
}
