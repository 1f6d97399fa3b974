//! The definition as text, beside the canvas or in its place: JSON or YAML with colours, folding, search, problems at
//! their line, and completion.
//!
//! The editor component is fetched when the source is looked at first; without it the text is written in a plain field.
//! Text that is no definition never changes the canvas, and says where it stops being one.

mod bridge;
mod divider;
mod field;
mod follow;
mod suggestions;
mod text;
mod view;
mod words;

use leptos::prelude::*;

pub(super) use divider::{Divider, stored_share};
pub(super) use text::SourceText;
pub(super) use view::SourceView;

use super::state::{Editor, Tab};
use crate::i18n::*;
use crate::ui::{Icon, IconView};
use text::Wrong;

/// Lies over the canvas while the text is no definition.
#[component]
pub(super) fn UnappliedNotice(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let source = editor.source;
    view! {
        <Show when=move || source.wrong().is_some()>
            <div class="notice notice--bad source__notice" role="status">
                <IconView icon=Icon::Alert />
                <span>
                    {t!(i18n, editor.source.not_applied)}
                    " "
                    {move || source.wrong().map(|wrong| reason(editor, &wrong))}
                </span>
                <Show when=move || editor.layout() == Tab::Canvas>
                    <button type="button" class="button" on:click=move |_| editor.show(Tab::Source)>{t!(i18n, editor.source.back)}</button>
                </Show>
                <button type="button" class="button button--quiet" on:click=move |_| source.discard(editor)>{t!(i18n, editor.source.discard)}</button>
            </div>
        </Show>
    }
}

/// Why a text is no definition, with its line where it has one.
pub(super) fn reason(editor: Editor, wrong: &Wrong) -> String {
    let i18n = editor.i18n;
    match wrong {
        Wrong::Syntax(error) => {
            let message = editor.spoken(error);
            t_string!(
                i18n,
                editor.source.invalid,
                line = error.line,
                column = error.column,
                message = message
            )
        }
        Wrong::NoObject => t_string!(i18n, editor.refusal.not_an_object).to_owned(),
    }
}
