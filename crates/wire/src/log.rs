//! Logs (API reference 4.1.1.1.13). An offset is a line's number in its state's log, from 0, and never changes.

use serde::{Deserialize, Deserializer, Serialize};

/// Query of log, with the defaults of table 4-35. Offsets are typed String there, so they travel as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// Inclusive.
    #[serde(default = "zero")]
    pub start_offset: String,
    /// Exclusive; `"0"` is the end.
    #[serde(default = "zero")]
    pub end_offset: String,
    #[serde(default = "default_size")]
    pub size: u32,
    #[serde(default)]
    pub sort: SortOrder,
    /// The lowest level shown.
    #[serde(default)]
    pub level: Level,
    /// `false` shows every level.
    #[serde(default = "default_filter")]
    pub filter: bool,
}

impl Default for LogQuery {
    fn default() -> Self {
        Self {
            start_offset: zero(),
            end_offset: zero(),
            size: default_size(),
            sort: SortOrder::default(),
            level: Level::default(),
            filter: default_filter(),
        }
    }
}

fn zero() -> String {
    "0".to_owned()
}

fn default_size() -> u32 {
    100
}

fn default_filter() -> bool {
    true
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SortOrder {
    #[default]
    Asc,
    /// Reads back from the end.
    Desc,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    Debug,
    #[default]
    Info,
    Warn,
    Error,
}

impl Level {
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(word))
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word).ok_or_else(|| {
            serde::de::Error::custom(format!("level {word:?} is none of DEBUG, INFO, WARN, ERROR"))
        })
    }
}

/// Result of log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    #[serde(default)]
    pub lines: Vec<LogLine>,
    /// The first offset that this page looked at.
    #[serde(default)]
    pub start_offset: u64,
    /// One past the last offset that this page looked at.
    #[serde(default)]
    pub end_offset: u64,
    /// Where to read on; with `sort=DESC` the exclusive end of what lies before.
    #[serde(default)]
    pub next_offset: u64,
    /// The state will write no more.
    #[serde(default)]
    pub complete: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub offset: u64,
    #[serde(default)]
    pub time: String,
    #[serde(default)]
    pub level: Level,
    #[serde(default)]
    pub task_id: Option<String>,
    #[serde(default)]
    pub attempt: u32,
    #[serde(default)]
    pub message: String,
}
