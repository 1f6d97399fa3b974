//! What follows a change once the typing rests: it is compared with what was published, kept as a draft, and checked.

use std::time::Duration;

use leptos::prelude::*;

use super::Editor;
use crate::editor::draft::Draft;
use crate::editor::news::News;
use crate::i18n::*;

/// Changes that follow each other faster are checked and kept once.
const PAUSE: Duration = Duration::from_millis(200);

/// What is done in a pause after changes, one a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Compare,
    Keep,
    Check,
}

impl Editor {
    /// Checks the definition now.
    pub(in crate::editor) fn check(&self) {
        let catalog = self.catalog();
        let found = self.model.read(|session| flow::validate(session.document(), &catalog));
        if self.found.with_untracked(|before| *before != found) {
            self.found.set(found);
        }
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
