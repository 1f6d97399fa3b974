//! What was found, with its place in the text.

use flow::Pointer;

/// Everything that was found in one file.
#[derive(Clone, Debug)]
pub struct Report {
    pub file: String,
    /// Whether it is, or may be, a definition.
    pub definition: bool,
    /// In the order of the text.
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug)]
pub struct Finding {
    /// Lines and columns count from 1.
    pub line: usize,
    pub column: usize,
    pub level: Level,
    pub code: String,
    pub pointer: Pointer,
    pub message_en: String,
    pub message_zh: String,
    pub refuses_start: bool,
}

/// The worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Error,
    Warning,
    Note,
}

impl Report {
    /// A file in which one thing is wrong, so that nothing else could be found.
    pub(super) fn of_error(
        file: String,
        place: (usize, usize),
        code: &str,
        message: (String, String),
    ) -> Self {
        let finding = Finding {
            line: place.0,
            column: place.1,
            level: Level::Error,
            code: code.to_owned(),
            pointer: Pointer::root(),
            message_en: message.0,
            message_zh: message.1,
            refuses_start: true,
        };
        Self { file, definition: true, findings: vec![finding] }
    }
}
