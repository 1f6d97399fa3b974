//! Saving: never over a newer revision unknowingly, never what the language refuses; and starting what is saved.

use flow::Severity;
use leptos::prelude::*;
use wire::Workflow;
use wire::operation::encode_segment;

use super::news::News;
use super::state::{Editor, Published, Tab};
use crate::api::{Api, ApiError, IdempotencyKey, use_api};
use crate::i18n::*;
use crate::ui::launch::{Launcher, use_launcher};
use crate::ui::link::replace;

/// Somebody published a newer revision meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conflict {
    /// What the service holds; `None` where it could not be read.
    pub(super) theirs: Option<Workflow>,
    /// To start after saving over it.
    then_start: bool,
}

/// A handle to everything that publishes.
#[derive(Clone, Copy)]
pub(super) struct Saver {
    editor: Editor,
    api: Api,
    launcher: Launcher,
    busy: RwSignal<bool>,
    pub(super) conflict: RwSignal<Option<Conflict>>,
    /// The last look before saving; whether a start follows.
    pub(super) review: RwSignal<Option<bool>>,
    /// The start that waits for an answer about saving first.
    pub(super) asks_to_save: RwSignal<bool>,
    pub(super) on_reload: Callback<()>,
    go: Callback<String>,
    /// What was sent last: the same text again is the same save, however often it is sent.
    sent: StoredValue<Option<(String, IdempotencyKey)>>,
}

impl Saver {
    /// Call it while the component is set up.
    pub(super) fn new(editor: Editor, open: RwSignal<Option<String>>, on_reload: Callback<()>) -> Self {
        let replace = replace();
        let location = leptos_router::hooks::use_location();
        let go = Callback::new(move |workflow_id: String| {
            open.set(Some(workflow_id.clone()));
            replace(&format!(
                "/workflows/{}{}",
                encode_segment(&workflow_id),
                mark(&location.search.get_untracked())
            ));
        });
        Self {
            editor,
            api: use_api(),
            launcher: use_launcher(),
            busy: RwSignal::new(false),
            conflict: RwSignal::new(None),
            review: RwSignal::new(None),
            asks_to_save: RwSignal::new(false),
            on_reload,
            go,
            sent: StoredValue::new(None),
        }
    }

    pub(super) fn busy(&self) -> bool {
        self.busy.get()
    }

    /// Saves; of what was published before, the changes are shown first.
    pub(super) fn save(&self) {
        if self.is_ready() {
            let is_new = self.editor.published.read_untracked().is_none();
            if is_new || !self.editor.dirty.get_untracked() {
                self.publish(false);
            } else {
                self.review.set(Some(false));
            }
        }
    }

    /// Saves what was looked at.
    pub(super) fn confirm(&self) {
        if let Some(then_start) = self.review.get_untracked() {
            self.review.set(None);
            self.publish(then_start);
        }
    }

    /// Starts what is published; asks to save first where that is not what is seen.
    pub(super) fn start(&self) {
        let saved = !self.editor.dirty.get_untracked()
            && self.editor.published.read_untracked().is_some()
            && self.editor.source.settle(self.editor);
        if saved {
            self.launch();
        } else if self.editor.read_only.get_untracked() {
            self.editor
                .news
                .set(Some(News::bad(t_string!(self.editor.i18n, editor.read_only_text).to_string())));
        } else {
            self.asks_to_save.set(true);
        }
    }

    pub(super) fn save_and_start(&self) {
        self.asks_to_save.set(false);
        if self.is_ready() {
            self.publish(true);
        }
    }

    /// Saves over the revision that the service holds now.
    pub(super) fn overwrite(&self) {
        let conflict = self.conflict.get_untracked();
        self.conflict.set(None);
        let Some(conflict) = conflict else { return };
        let (saver, then_start) = (*self, conflict.then_start);
        let Some(published) = self.editor.published.get_untracked() else { return };
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let outcome = match saver.api.workflow(&published.workflow_id).await {
                Ok(Some(theirs)) => {
                    let published = Published { revision: theirs.revision, ..published };
                    saver.send(Some(published)).await
                }
                Ok(None) => saver.send(None).await,
                Err(error) => Err(error),
            };
            saver.finish(outcome, then_start).await;
        });
    }

    /// Whether what is seen can be published; says what stands in the way.
    fn is_ready(&self) -> bool {
        let editor = self.editor;
        if self.busy.get_untracked() || editor.read_only.get_untracked() {
            return false;
        }
        if !editor.source.settle(editor) {
            if untrack(|| editor.layout()) == Tab::Canvas {
                editor.tab.set(Tab::Source);
            }
            editor.news.set(Some(News::bad(t_string!(editor.i18n, editor.source.not_applied).to_string())));
            return false;
        }
        editor.settle();
        editor.check();
        let errors = editor.found.with_untracked(|found| {
            found.iter().filter(|problem| problem.severity == Severity::Error).count()
        });
        if errors > 0 {
            editor.problems_open.set(true);
            editor.news.set(Some(News::bad(t_string!(editor.i18n, editor.problems.block, count = errors))));
        }
        errors == 0
    }

    fn publish(&self, then_start: bool) {
        self.busy.set(true);
        let saver = *self;
        let published = self.editor.published.get_untracked();
        leptos::task::spawn_local(async move {
            let outcome = saver.send(published).await;
            saver.finish(outcome, then_start).await;
        });
    }

    /// Sends the definition; gives back what was sent and what it is now.
    async fn send(&self, published: Option<Published>) -> Result<(String, Published), ApiError> {
        let definition = self.editor.definition();
        let key = match self.sent.get_value() {
            Some((text, key)) if text == definition => key,
            _ => IdempotencyKey::new(),
        };
        self.sent.set_value(Some((definition.clone(), key.clone())));
        let saved = match &published {
            Some(old) => {
                self.api.update_workflow(&old.workflow_id, old.revision, definition.clone(), &key).await
            }
            None => self.api.build_workflow(definition.clone(), &key).await,
        };
        if !saved.as_ref().is_err_and(ApiError::is_transient) {
            let _ = self.sent.try_set_value(None);
        }
        let saved = saved?;
        Ok((definition, Published { workflow_id: saved.workflow_id, revision: saved.revision }))
    }

    async fn finish(&self, outcome: Result<(String, Published), ApiError>, then_start: bool) {
        let (editor, i18n) = (self.editor, self.editor.i18n);
        // The page may have gone while the answer was under way.
        if self.busy.try_set(false).is_some() {
            return;
        }
        match outcome {
            Ok((definition, published)) => {
                let revision = published.revision;
                let workflow_id = published.workflow_id.clone();
                let first = editor.published.read_untracked().as_ref().map(|old| old.workflow_id.clone())
                    != Some(workflow_id.clone());
                editor.saved(published, &definition);
                editor.refused.set(Vec::new());
                editor.toasts.success(t_string!(i18n, editor.saved, revision = revision));
                if first {
                    self.go.run(workflow_id);
                }
                if then_start {
                    self.launch();
                }
            }
            Err(error) if error.is_conflict() && editor.published.read_untracked().is_some() => {
                let workflow_id = editor
                    .published
                    .get_untracked()
                    .map(|published| published.workflow_id)
                    .unwrap_or_default();
                let theirs = self.api.workflow(&workflow_id).await.ok().flatten();
                let _ = self.conflict.try_set(Some(Conflict { theirs, then_start }));
            }
            Err(ApiError::Refused { problems, reason, .. }) if !problems.is_empty() => {
                editor.refused.set(problems);
                editor.problems_open.set(true);
                editor.toasts.failure(reason);
            }
            Err(error) => editor.toasts.error(i18n, &error),
        }
    }

    fn launch(&self) {
        let Some(published) = self.editor.published.get_untracked() else { return };
        self.launcher.launch(Workflow {
            workflow_id: published.workflow_id,
            revision: published.revision,
            name: self.editor.model.read(|session| session.document().view().name.to_owned()),
            workflow_def: Some(self.editor.definition()),
            ..Workflow::default()
        });
    }
}

/// A query with its question mark, or nothing.
fn mark(search: &str) -> String {
    let search = search.trim_start_matches('?');
    if search.is_empty() { String::new() } else { format!("?{search}") }
}
