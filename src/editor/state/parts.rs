//! What of the editor is shown, and what it points at.

use flow::Pointer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::editor) enum Tab {
    Canvas,
    /// Both, side by side.
    Split,
    Source,
}

impl Tab {
    pub(in crate::editor) fn word(self) -> &'static str {
        match self {
            Self::Canvas => "canvas",
            Self::Split => "split",
            Self::Source => "source",
        }
    }

    pub(in crate::editor) fn parse(word: &str) -> Option<Self> {
        [Self::Canvas, Self::Split, Self::Source].into_iter().find(|tab| tab.word() == word)
    }
}

/// What slides over the canvas on a narrow screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::editor) enum Panel {
    Palette,
    Inspector,
}

/// What lies over the whole editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::editor) enum Sheet {
    Templates,
    Paper,
    Finder,
    /// The workflow that the selected task runs.
    Peek,
    Keys,
}

/// Which published workflow is edited; none for a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::editor) struct Published {
    pub(in crate::editor) workflow_id: String,
    pub(in crate::editor) revision: u64,
}

/// A field that should get the focus: the place of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::editor) struct Aim {
    pub(in crate::editor) pointer: Pointer,
    /// Told apart from the last one, so that the same place can be aimed at again.
    pub(in crate::editor) count: u32,
}
