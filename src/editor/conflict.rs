//! The questions around saving: over a newer revision, and before a start.

use std::collections::BTreeMap;
use std::sync::Arc;

use canvas::Input;
use flow::Document;
use flow::compare::{Choice, Comparison, Merged, compare, merge};
use leptos::prelude::*;
use serde_json::Value;
use wire::Workflow;

use super::review::ReviewDialog;
use super::save::{Conflict, Saver};
use super::state::{Editor, Published};
use crate::i18n::*;
use crate::ui::changes::{Changes, short};
use crate::ui::{Dialog, DialogSize, Time};

#[component]
pub(super) fn SaveDialogs(editor: Editor, saver: Saver) -> impl IntoView {
    view! {
        {move || saver.conflict.get().map(|conflict| view! { <Conflicting editor saver conflict /> })}
        <Show when=move || saver.asks_to_save.get()>
            <SaveFirst saver />
        </Show>
        <Show when=move || saver.review.read().is_some()>
            <ReviewDialog editor saver />
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
    let facts = conflict.theirs.as_ref().map(|theirs| {
        let (at, by, revision) = (theirs.updated_at.clone(), theirs.updated_by.clone(), theirs.revision);
        view! {
            <dl class="facts">
                <dt>{t!(i18n, editor.conflict.theirs)}</dt>
                <dd>{t_string!(i18n, editor.revision, revision = revision)} " · " {by} " · " <Time at=Signal::stored(at) /></dd>
                <dt>{t!(i18n, editor.conflict.yours)}</dt>
                <dd>{t_string!(i18n, editor.conflict.made_from, revision = own)}</dd>
            </dl>
        }
    });
    let three = conflict.theirs.and_then(|theirs| Three::read(editor, &theirs));
    view! {
        <Dialog title=Signal::derive(move || t_string!(i18n, editor.conflict.title).to_owned()) on_close=close size=DialogSize::Wide>
            <p>{t!(i18n, editor.conflict.text)}</p>
            {facts}
            {match three {
                Some(three) => view! { <ThreeWay editor saver three /> }.into_any(),
                None => ().into_any(),
            }}
            <div class="dialog__actions editor__choices">
                <button type="button" class="button" on:click=move |_| close.run(())>{t!(i18n, common.action.cancel)}</button>
                <button type="button" class="button button--danger" on:click=move |_| saver.overwrite()>{t!(i18n, editor.conflict.overwrite)}</button>
                <button type="button" class="button" on:click=reload>{t!(i18n, editor.conflict.reload)}</button>
            </div>
        </Dialog>
    }
}

/// Three definitions that belong together.
#[derive(Clone)]
struct Three {
    base: Arc<Value>,
    mine: Arc<Value>,
    theirs: Arc<Value>,
    revision: u64,
}

impl Three {
    fn read(editor: Editor, theirs: &Workflow) -> Option<Self> {
        let definition = theirs.workflow_def.as_deref()?;
        Some(Self {
            base: editor.base.get_untracked(),
            mine: Arc::new(editor.model.read(|session| session.document().root().clone())),
            theirs: Arc::new(Document::from_text(definition).ok()?.into_value()),
            revision: theirs.revision,
        })
    }

    fn changes(&self, of: &Value) -> Comparison {
        compare(&Document::from_value((*self.base).clone()), &Document::from_value(of.clone()))
    }

    fn merged(&self, choices: &BTreeMap<String, Choice>) -> Merged {
        merge(&self.base, &self.mine, &self.theirs, choices)
    }
}

/// Both sides' changes, the places where they meet, and the way to join them.
#[component]
fn ThreeWay(editor: Editor, saver: Saver, three: Three) -> impl IntoView {
    let i18n = use_i18n();
    let choices = RwSignal::new(BTreeMap::<String, Choice>::new());
    let (theirs, mine) = (three.changes(&three.theirs), three.changes(&three.mine));
    let conflicts = three.merged(&BTreeMap::new()).conflicts;
    let count = conflicts.len();
    let join = move |_| {
        let merged = three.merged(&choices.read_untracked());
        editor.send(Input::ReplaceDocument { root: merged.root });
        editor.send(Input::FieldVisitEnded);
        editor.rebase(Arc::clone(&three.theirs), three.revision);
        saver.conflict.set(None);
        editor.toasts.success(t_string!(i18n, editor.conflict.joined, revision = three.revision));
    };
    let rows = conflicts.into_iter().map(|conflict| {
        let place = conflict.place.clone();
        let name = format!("conflict-{place}");
        let side = |choice: Choice, label: Signal<String>, value: Option<Value>| {
            let (place, name) = (place.clone(), name.clone());
            let chosen = {
                let place = place.clone();
                move || choices.read().get(&place).copied().unwrap_or_default() == choice
            };
            view! {
                <label class="conflict__side">
                    <input type="radio" name=name prop:checked=chosen on:change=move |_| choices.update(|choices| { choices.insert(place.clone(), choice); }) />
                    <span>{move || label.get()}</span>
                    <code>{match value { Some(value) => short(&value), None => t_string!(i18n, editor.changes.removed).to_owned() }}</code>
                </label>
            }
        };
        view! {
            <fieldset class="conflict">
                <legend><code>{conflict.place.clone()}</code></legend>
                {side(Choice::Mine, Signal::derive(move || t_string!(i18n, editor.conflict.yours).to_owned()), conflict.mine)}
                {side(Choice::Theirs, Signal::derive(move || t_string!(i18n, editor.conflict.theirs).to_owned()), conflict.theirs)}
            </fieldset>
        }
    });
    view! {
        <div class="three-way">
            <section>
                <h3>{t!(i18n, editor.conflict.theirs)}</h3>
                <div class="changes__frame"><Changes comparison=theirs /></div>
            </section>
            <section>
                <h3>{t!(i18n, editor.conflict.yours)}</h3>
                <div class="changes__frame"><Changes comparison=mine /></div>
            </section>
        </div>
        {(count > 0).then(|| view! { <h3>{move || t_string!(i18n, editor.conflict.choose, count = count)}</h3> })}
        {rows.collect_view()}
        <button type="button" class="button button--primary three-way__join" on:click=join>{t!(i18n, editor.conflict.join)}</button>
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

impl Editor {
    /// What is seen is a change of this revision now: it was joined with it.
    fn rebase(&self, theirs: Arc<Value>, revision: u64) {
        self.base.set(theirs);
        self.published.update(|published| {
            if let Some(published) = published {
                *published = Published { workflow_id: published.workflow_id.clone(), revision };
            }
        });
        self.compare();
        self.keep();
    }
}
