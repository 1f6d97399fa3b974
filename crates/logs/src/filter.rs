//! Which lines a person wants to see: a lowest level, a text, some of the tasks.

use std::collections::BTreeSet;

use wire::log::Level;

use crate::ansi::plain;
use crate::pattern::Pattern;
use crate::store::Line;

#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The lowest level shown. The service filters by it too, so that few errors among many lines come in one answer.
    pub level: Level,
    pub pattern: Option<Pattern>,
    /// The names of the tasks whose lines are shown; `None` shows all.
    pub writers: Option<BTreeSet<String>>,
}

impl Default for Filter {
    fn default() -> Self {
        Self { level: Level::Debug, pattern: None, writers: None }
    }
}

impl Filter {
    /// Every line passes.
    pub fn is_open(&self) -> bool {
        self.level == Level::Debug && self.pattern.is_none() && self.writers.is_none()
    }

    pub fn passes(&self, line: &Line<'_>) -> bool {
        line.level >= self.level
            && self.writers.as_ref().is_none_or(|names| line.writer.is_some_and(|name| names.contains(name)))
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_in(&plain(line.message)))
    }
}
