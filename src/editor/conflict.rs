//! The questions around saving: over a newer revision, and before a start.

use leptos::prelude::*;

use super::save::{Conflict, Saver};
use super::state::Editor;
use crate::i18n::*;
use crate::ui::{Dialog, Time};

#[component]
pub(super) fn ConflictDialog(editor: Editor, saver: Saver) -> impl IntoView {
    view! {
        {move || saver.conflict.get().map(|conflict| view! { <Conflicting editor saver conflict /> })}
        <Show when=move || saver.asks_to_save.get()>
            <SaveFirst saver />
        </Show>
    }
}

#[component]
fn Conflicting(editor: Editor, saver: Saver, conflict: Conflict) -> impl IntoView {
    let i18n = use_i18n();
    let close = Callback::new(move |()| saver.conflict.set(None));
    let reload = move |_| {
        // The draft stays, and is offered over theirs.
        editor.keep();
        saver.conflict.set(None);
        saver.on_reload.run(());
    };
    let own = editor.published.read_untracked().as_ref().map_or(0, |published| published.revision);
    let facts = conflict.theirs.map(|theirs| {
        let at = theirs.updated_at.clone();
        view! {
            <dl class="facts">
                <dt>{t!(i18n, editor.conflict.theirs)}</dt>
                <dd>{t_string!(i18n, editor.revision, revision = theirs.revision)} " · " {theirs.updated_by} " · " <Time at=Signal::stored(at) /></dd>
                <dt>{t!(i18n, editor.conflict.yours)}</dt>
                <dd>{t_string!(i18n, editor.conflict.made_from, revision = own)}</dd>
            </dl>
        }
    });
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, editor.conflict.title).to_owned()) on_close=close>
            <p>{t!(i18n, editor.conflict.text)}</p>
            {facts}
            <div class="dialog__actions editor__choices">
                <button type="button" class="button" on:click=move |_| close.run(())>{t!(i18n, common.action.cancel)}</button>
                <button type="button" class="button button--danger" on:click=move |_| saver.overwrite()>{t!(i18n, editor.conflict.overwrite)}</button>
                <button type="button" class="button button--primary" on:click=reload>{t!(i18n, editor.conflict.reload)}</button>
            </div>
        </Dialog>
    }
}

#[component]
fn SaveFirst(saver: Saver) -> impl IntoView {
    let i18n = use_i18n();
    let close = Callback::new(move |()| saver.asks_to_save.set(false));
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, editor.save_first.title).to_owned()) on_close=close>
            <p>{t!(i18n, editor.save_first.text)}</p>
            <div class="dialog__actions">
                <button type="button" class="button" on:click=move |_| close.run(())>{t!(i18n, common.action.cancel)}</button>
                <button type="button" class="button button--primary" on:click=move |_| saver.save_and_start()>{t!(i18n, editor.save_first.verb)}</button>
            </div>
        </Dialog>
    }
}
