//! The session's two vocabularies, and what it says to people.

use flow::{
    Pointer,
    edit::{Edit, EditError, Mismatch, Warning},
};
use serde_json::Value;

use crate::{Direction, Point, Size};

/// Everything that can happen to an editor. Positions are screen pixels from the canvas's top left corner.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    PointerDown {
        position: Point,
        button: PointerButton,
        modifiers: Modifiers,
    },
    PointerMoved {
        position: Point,
        modifiers: Modifiers,
    },
    PointerUp {
        position: Point,
        modifiers: Modifiers,
    },
    /// The pointer was taken away (`pointercancel`, lost capture): as Escape.
    PointerCancelled,
    /// A wheel or trackpad: pans by `delta` (pixels, as the browser gives them), zooms with `zoom` (Ctrl, pinch).
    Wheel {
        position: Point,
        delta: Point,
        zoom: bool,
    },
    /// A key or button that means this act.
    Do {
        act: Act,
    },
    /// A task is dragged from the palette. It has no place yet.
    PaletteDragStarted {
        name: String,
        task: Value,
    },
    PaletteDragMoved {
        position: Point,
    },
    PaletteDropped {
        position: Point,
    },
    PaletteDragCancelled,
    /// The palette without a pointer.
    InsertFromPalette {
        name: String,
        task: Value,
        place: InsertPlace,
    },
    Rename {
        task: Pointer,
        name: String,
    },
    /// A field of the inspector. Edits of the same member are one step until the visit ends: by
    /// `FieldVisitEnded`, by an edit of something else, or by a change of selection.
    SetMember {
        at: Pointer,
        value: Value,
    },
    RemoveMember {
        at: Pointer,
    },
    FieldVisitEnded,
    /// The source view; repeated replacements are one step until `FieldVisitEnded`.
    ReplaceDocument {
        root: Value,
    },
    /// Any other edit: wrapping, a branch, an insertion at a known place.
    Edit {
        edit: Edit,
    },
    /// Selects a task (a pointer inside one selects it) and brings it into view; `None` selects nothing.
    Select {
        pointer: Option<Pointer>,
    },
    ToggleCollapsed {
        task: Pointer,
    },
    SetDirection {
        direction: Direction,
    },
    Resized {
        size: Size,
    },
    Fit,
    /// Zooms about the middle.
    ZoomBy {
        factor: f64,
    },
    /// Zooms about the middle to this scale; 1 is life size.
    ZoomTo {
        zoom: f64,
    },
}

/// What the shell has to do. Each comes at most once per input, but for announcements and warnings.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// [`Session::scene`](super::Session::scene) is another one.
    SceneChanged,
    SelectionChanged,
    ViewportChanged,
    /// The document is another one: keep a draft, validate, show the source.
    DocumentChanged,
    /// [`Session::preview`](super::Session::preview) is another one, or gone.
    PreviewChanged,
    /// The act is impossible, and nothing was changed. To be shown with its reason.
    Refused {
        refusal: Refusal,
    },
    /// To be said to people who do not see it.
    Announce {
        announcement: Announcement,
    },
    /// The edit had to change something else too; to be shown.
    Warned {
        warning: Warning,
    },
}

/// What keys and buttons mean. Which key means which act is the shell's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    Delete,
    Undo,
    Redo,
    /// Gives up the gesture or the field visit under way; without one, selects nothing.
    Escape,
    Duplicate,
    Up,
    Down,
    Left,
    Right,
    /// To the first task.
    First,
    /// To the last task.
    Last,
    /// Moves the selected task one place towards the start of its list.
    MoveEarlier,
    /// Moves the selected task one place towards the end of its list.
    MoveLater,
    ToggleCollapsed,
}

/// Where a task from the palette goes without a pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InsertPlace {
    /// After the selected task; at the end of the workflow where none is selected.
    After,
    Before,
    /// To the end of the selected box.
    Inside,
    /// Beside the selected task, in parallel to it.
    Branch,
    /// A gap of the scene.
    Gap {
        list: Pointer,
        index: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PointerButton {
    /// Selects, drags; on the empty canvas it pans.
    Primary,
    /// Pans, wherever it is.
    Middle,
    /// Selects what is under it; the menu is the shell's.
    Secondary,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Modifiers {
    /// A drag copies.
    pub alt: bool,
    /// A drag pans, wherever it starts: with the space key held, too.
    pub space: bool,
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Edit(EditError),
    /// Nothing near takes a task.
    NoPlace,
    NothingSelected,
    NothingToUndo,
    NothingToRedo,
    /// The task is the first or last of its list already.
    AtTheEdge,
    /// Only what has tasks inside can be collapsed or filled.
    NotABox,
    /// The document is not the one that the edit was planned for. Nothing was changed.
    OutOfStep,
}

impl Refusal {
    /// A stable kebab-case name, which the console translates.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Edit(error) => error.code(),
            Self::NoPlace => "no-place",
            Self::NothingSelected => "nothing-selected",
            Self::NothingToUndo => "nothing-to-undo",
            Self::NothingToRedo => "nothing-to-redo",
            Self::AtTheEdge => "at-the-edge",
            Self::NotABox => "not-a-box",
            Self::OutOfStep => "out-of-step",
        }
    }
}

impl From<EditError> for Refusal {
    fn from(error: EditError) -> Self {
        Self::Edit(error)
    }
}

impl From<Mismatch> for Refusal {
    fn from(_: Mismatch) -> Self {
        Self::OutOfStep
    }
}

/// What a screen reader says. Names are tasks' names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announcement {
    Inserted {
        name: String,
    },
    Removed {
        name: String,
    },
    Moved {
        name: String,
    },
    Copied {
        name: String,
    },
    Renamed {
        name: String,
    },
    Wrapped {
        name: String,
    },
    Collapsed {
        name: String,
    },
    Expanded {
        name: String,
    },
    Undone,
    Redone,
    /// A gesture or field visit was given up; all is as it was.
    Cancelled,
}

impl Announcement {
    /// A stable kebab-case name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Inserted { .. } => "inserted",
            Self::Removed { .. } => "removed",
            Self::Moved { .. } => "moved",
            Self::Copied { .. } => "copied",
            Self::Renamed { .. } => "renamed",
            Self::Wrapped { .. } => "wrapped",
            Self::Collapsed { .. } => "collapsed",
            Self::Expanded { .. } => "expanded",
            Self::Undone => "undone",
            Self::Redone => "redone",
            Self::Cancelled => "cancelled",
        }
    }

    /// The name of the task it is about.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Inserted { name }
            | Self::Removed { name }
            | Self::Moved { name }
            | Self::Copied { name }
            | Self::Renamed { name }
            | Self::Wrapped { name }
            | Self::Collapsed { name }
            | Self::Expanded { name } => Some(name),
            Self::Undone | Self::Redone | Self::Cancelled => None,
        }
    }
}
