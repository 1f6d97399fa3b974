//! What follows a change once the typing rests: it is compared with what was published, kept as a draft, and checked.

use std::time::Duration;

use flow::{Problem, Severity};
use leptos::prelude::*;

use super::Editor;
use crate::editor::draft::Draft;
use crate::editor::evaluation::find_unstartable;
use crate::editor::news::News;
use crate::i18n::*;

/// Changes that follow each other faster are checked and kept once.
const PAUSE: Duration = Duration::from_millis(200);
/// Making a program takes as long as all the rest: it waits until nobody is in the middle of something.
const REST: Duration = Duration::from_millis(1_200);
/// Of a larger definition it would hold the page up; its start is refused by the service where it has to be.
const MOST_COMPILED: usize = 2_000;

/// What is done in a pause after changes, one a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Compare,
    Keep,
    Check,
}

impl Editor {
    /// Checks the definition now; what only making a program of it shows follows when the changes rest.
    pub(in crate::editor) fn check(&self) {
        let catalog = self.catalog();
        let mut found = self.model.read(|session| flow::validate(session.document(), &catalog));
        let has_errors = found.iter().any(|problem| problem.severity == Severity::Error);
        if !has_errors {
            // What was found the last time stays until it is known anew, where it still names something.
            self.unstartable.with_value(|known| {
                self.model.read(|session| {
                    let is_there =
                        |problem: &&Problem| problem.pointer.get(session.document().root()).is_some();
                    found.extend(known.iter().filter(is_there).cloned());
                });
            });
            self.find_unstartable();
        }
        if self.found.with_untracked(|before| *before != found) {
            self.found.set(found);
        }
    }

    /// Looks in a while whether a program can be made of the definition, if nothing changes until then.
    fn find_unstartable(&self) {
        let editor = *self;
        let revision = self.model.read(canvas::Session::revision);
        let is_current = move || {
            editor.timer.try_get_value().is_some() && editor.model.read(canvas::Session::revision) == revision
        };
        let look = move || {
            let is_large = || editor.model.scene.with_untracked(|scene| scene.nodes.len() > MOST_COMPILED);
            if !is_current() || is_large() {
                return;
            }
            let document = editor.model.read(|session| session.document().clone());
            let mut known = flow::validate(&document, &editor.catalog());
            leptos::task::spawn_local(async move {
                // What is not fetched now is when something changes again; the service refuses the start anyway.
                let Ok(news) = find_unstartable(document, known.clone()).await else { return };
                if !is_current() {
                    return;
                }
                editor.unstartable.set_value(news.clone());
                known.extend(news);
                if editor.found.with_untracked(|before| *before != known) {
                    editor.found.set(known);
                }
            });
        };
        set_timeout(look, REST);
    }

    /// Writes the draft now, or takes it away where there is nothing to keep.
    pub(in crate::editor) fn keep(&self) {
        let (Some(dirty), Some(published)) =
            (self.dirty.try_get_untracked(), self.published.try_get_untracked())
        else {
            return;
        };
        let source = self.source.unprinted(*self);
        let draft = (dirty || self.source.is_wrong()).then(|| Draft {
            definition: self.definition(),
            source,
            at: js_sys::Date::now(),
            revision: published.map_or(0, |published| published.revision),
        });
        let kept = self.drafts.try_update_value(|drafts| {
            // Where both have no room, the definition counts.
            drafts.keep(draft.as_ref())
                || draft.is_some_and(|draft| drafts.keep(Some(&Draft { source: None, ..draft })))
        });
        if kept == Some(false) {
            self.news.set(Some(News::bad(t_string!(self.i18n, editor.draft.not_kept).to_string())));
        }
    }

    /// Compares, checks and keeps what a timer was still waiting to.
    pub(in crate::editor) fn settle(&self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
            self.compare();
            self.check();
            self.keep();
        }
    }

    /// What each change costs must not grow with the document: what looks at all of it waits for a pause, and then is
    /// done in turns, so that a key pressed meanwhile is not kept waiting by all of them.
    pub(super) fn changed(&self) {
        // Whether it came back to what was published is seen in the pause.
        if !self.dirty.get_untracked() {
            self.dirty.set(true);
        }
        self.place.set(None);
        if !self.refused.read_untracked().is_empty() {
            self.refused.set(Vec::new());
        }
        self.wait_for(PAUSE, Turn::Compare);
    }

    fn wait_for(&self, pause: Duration, turn: Turn) {
        let editor = *self;
        // The page may have gone while a turn was under way.
        let _ = self.timer.try_update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
            *timer = set_timeout_with_handle(move || editor.take(turn), pause).ok();
        });
    }

    fn take(&self, turn: Turn) {
        if self.timer.try_get_value().is_none() {
            return;
        }
        match turn {
            Turn::Compare => {
                self.compare();
                self.wait_for(Duration::ZERO, Turn::Keep);
            }
            Turn::Keep => {
                self.keep();
                self.wait_for(Duration::ZERO, Turn::Check);
            }
            Turn::Check => {
                self.timer.set_value(None);
                self.check();
            }
        }
    }

    pub(in crate::editor) fn compare(&self) {
        let dirty =
            self.base.with_untracked(|base| self.model.read(|session| *session.document().root() != **base));
        if self.dirty.get_untracked() != dirty {
            self.dirty.set(dirty);
        }
    }
}
