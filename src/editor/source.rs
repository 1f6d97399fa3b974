//! The definition as text. Text that is not valid never changes the canvas, and says where it stops being valid.

use canvas::Input;
use flow::Document;
use leptos::html;
use leptos::prelude::*;

use super::state::{Editor, Tab};
use crate::i18n::*;
use crate::ui::{Icon, IconView};

#[component]
pub(super) fn SourceView(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let area = NodeRef::<html::Textarea>::new();
    let pretty = Memo::new(move |_| {
        editor.model.revision.track();
        editor.model.read(|session| session.document().to_json_pretty())
    });
    let text = move || editor.unapplied.get().unwrap_or_else(|| pretty.get());
    let read = Memo::new(move |_| {
        editor.unapplied.read().as_ref().map(|text| Document::import(text).map(|(_, dropped)| dropped))
    });
    let problem = Memo::new(move |_| read.read().as_ref().and_then(|read| read.as_ref().err().cloned()));
    // Comments of YAML are not kept: that is said before the text is applied.
    let comments = Memo::new(move |_| {
        read.read().as_ref().and_then(|read| read.as_ref().ok()).map_or(0, |dropped| dropped.comments)
    });
    let typed = move |text: String| {
        let unapplied = pretty.with_untracked(|pretty| *pretty != text).then_some(text);
        editor.unapplied.set(unapplied);
    };
    let show = move |_| {
        let (Some(problem), Some(area)) = (problem.get_untracked(), area.get_untracked()) else { return };
        let at = offset(&area.value(), problem.line, problem.column);
        // A text field that has gone meanwhile cannot take the focus.
        let _ = area.focus();
        let _ = area.set_selection_range(at, at.saturating_add(1));
    };
    view! {
        <div class="source">
            <textarea
                node_ref=area
                class="source__text input--code"
                aria-label=move || t_string!(i18n, editor.view.source)
                aria-invalid=move || problem.read().is_some().to_string()
                spellcheck="false"
                autocomplete="off"
                wrap="off"
                readonly=move || editor.read_only.get()
                prop:value=text
                on:input=move |event| typed(event_target_value(&event))
                on:blur=move |_| editor.send(Input::FieldVisitEnded)
            ></textarea>
            <div class="source__bar">
                {move || match problem.get() {
                    Some(problem) => {
                        let message = t_string!(i18n, editor.source.invalid, line = problem.line, column = problem.column, message = editor.spoken(&problem));
                        view! {
                            <button type="button" class="source__problem" on:click=show>
                                <IconView icon=Icon::Alert />
                                <span role="alert">{message}</span>
                            </button>
                        }
                        .into_any()
                    }
                    None if comments.get() != 0 => {
                        let message = t_string!(i18n, editor.source.comments, count = comments.get());
                        view! { <span role="status">{message}</span> }.into_any()
                    }
                    None if editor.unapplied.read().is_some() => view! { <span class="muted">{t!(i18n, editor.source.changed)}</span> }.into_any(),
                    None => view! { <span class="muted">{t!(i18n, editor.source.help)}</span> }.into_any(),
                }}
                <Show when=move || !editor.read_only.get()>
                    <button type="button" class="button" disabled=move || editor.unapplied.read().is_none() on:click=move |_| editor.unapplied.set(None)>
                        {t!(i18n, editor.source.discard)}
                    </button>
                    <button
                        type="button"
                        class="button button--primary"
                        disabled=move || editor.unapplied.read().is_none() || problem.read().is_some()
                        on:click=move |_| {
                            apply_unapplied(editor);
                        }
                    >
                        {t!(i18n, common.action.apply)}
                    </button>
                </Show>
            </div>
        </div>
    }
}

/// Shown over the canvas while there is text that could not be applied.
#[component]
pub(super) fn UnappliedNotice(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    // Leaving the source view applies what is valid.
    Effect::new(move |before: Option<Tab>| {
        let tab = editor.tab.get();
        if before == Some(Tab::Source) && tab == Tab::Canvas {
            apply_unapplied(editor);
        }
        tab
    });
    view! {
        <Show when=move || editor.tab.get() == Tab::Canvas && editor.unapplied.read().is_some()>
            <div class="notice notice--bad editor__banner" role="alert">
                <IconView icon=Icon::Alert />
                <span>{t!(i18n, editor.source.not_applied)}</span>
                <button type="button" class="button" on:click=move |_| editor.tab.set(Tab::Source)>{t!(i18n, editor.source.back)}</button>
                <button type="button" class="button button--quiet" on:click=move |_| editor.unapplied.set(None)>{t!(i18n, editor.source.discard)}</button>
            </div>
        </Show>
    }
}

/// Applies what stands in the source view, as one step. False where it is no definition: then nothing is changed.
pub(super) fn apply_unapplied(editor: Editor) -> bool {
    let Some(text) = editor.unapplied.get_untracked() else { return true };
    match Document::from_text(&text) {
        Ok(document) if document.root().is_object() => {
            editor.send(Input::FieldVisitEnded);
            editor.send(Input::ReplaceDocument { root: document.into_value() });
            editor.send(Input::FieldVisitEnded);
            editor.unapplied.set(None);
            true
        }
        Ok(document) => {
            // Refused, with the reason.
            editor.send(Input::ReplaceDocument { root: document.into_value() });
            false
        }
        Err(_) => false,
    }
}

/// The offset, in UTF-16 units as the browser counts, of a place that counts from 1.
fn offset(text: &str, line: usize, column: usize) -> u32 {
    let before: usize =
        text.split_inclusive('\n').take(line.saturating_sub(1)).map(|line| line.encode_utf16().count()).sum();
    let within = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let within: usize = within.chars().take(column.saturating_sub(1)).map(char::len_utf16).sum();
    u32::try_from(before + within).unwrap_or(u32::MAX)
}
