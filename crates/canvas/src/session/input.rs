//! The session's two vocabularies, and what it says to people.

use flow::{
    Pointer,
    edit::{Edit, EditError, Mismatch, Warning, WrapKind},
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
    /// Adds a task to the selection, or takes it out.
    ToggleSelected {
        task: Pointer,
    },
    /// The selected tasks go into a new box.
    Wrap {
        kind: WrapKind,
    },
    /// Tasks as text, from any clipboard: after the selection, or at the end.
    Paste {
        text: String,
    },
    /// Time passes while the pointer holds something at the edge: see [`Session::pans_by_itself`](super::Session::pans_by_itself).
    Tick {
        milliseconds: f64,
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
    /// Shows the selection, as large as life at most.
    FitSelection,
    /// Puts this point of the scene into the middle: the minimap.
    CenterOn {
        at: Point,
    },
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
    /// The scene's tasks say something else, and stand where they did.
    TextsChanged,
    SelectionChanged,
    ViewportChanged,
    /// The document is another one: keep a draft, validate, show the source.
    DocumentChanged,
    /// [`Session::preview`](super::Session::preview), the connection or the marquee is another one, or gone.
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
    /// Deletes what was copied: the shell has written [`Session::copied`](super::Session::copied) to the clipboard.
    Cut,
    /// Takes the selected box away and leaves what stands in it.
    Unwrap,
    /// Selects all of the list that the selected task stands in.
    SelectAll,
    /// Walks as `Up` and `Left` do along the flow, and takes the selection along.
    ExtendEarlier,
    /// Walks as `Down` and `Right` do along the flow, and takes the selection along.
    ExtendLater,
    Up,
    Down,
    Left,
    Right,
    /// To the first task.
    First,
    /// To the last task.
    Last,
    /// Moves the selected tasks one place towards the start of their list.
    MoveEarlier,
    /// Moves the selected tasks one place towards the end of their list.
    MoveLater,
    /// Moves the selected tasks to the end of the box that stands before them.
    MoveIn,
    /// Moves the selected tasks out of the box around them, to stand after it.
    MoveOut,
    /// Switches the selected tasks off, by their condition; where all of them are off, on again.
    ToggleDisabled,
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
    /// Selects, drags; on the empty canvas it draws a marquee.
    Primary,
    /// As the primary one, but on the empty canvas it pans: a finger has no other way.
    Touch,
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
    /// A press adds to the selection, or takes out of it.
    pub shift: bool,
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
    /// No box stands right before the task.
    NoBoxBefore,
    /// The task stands in the workflow's own list.
    NoBoxAround,
    /// Only what has tasks inside can be collapsed, filled or taken away from around them.
    NotABox,
    /// A `then` names tasks of its own list only.
    OtherScope,
    /// A task that leads to itself would never end.
    LeadsToItself,
    /// The text holds no tasks of a definition.
    NoTasksInText,
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
            Self::NoBoxBefore => "no-box-before",
            Self::NoBoxAround => "no-box-around",
            Self::NotABox => "not-a-box",
            Self::OtherScope => "other-scope",
            Self::LeadsToItself => "leads-to-itself",
            Self::NoTasksInText => "no-tasks-in-text",
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
    Unwrapped {
        name: String,
    },
    /// The task leads to this one now, or to `exit` or `end`.
    Connected {
        name: String,
        target: String,
    },
    /// So many tasks are switched off now.
    SwitchedOff {
        count: usize,
    },
    /// So many tasks are switched on again.
    SwitchedOn {
        count: usize,
    },
    InsertedSeveral {
        count: usize,
    },
    RemovedSeveral {
        count: usize,
    },
    MovedSeveral {
        count: usize,
    },
    /// So many tasks are selected now.
    Selected {
        count: usize,
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
            Self::Unwrapped { .. } => "unwrapped",
            Self::Connected { .. } => "connected",
            Self::SwitchedOff { .. } => "switched-off",
            Self::SwitchedOn { .. } => "switched-on",
            Self::InsertedSeveral { .. } => "inserted-several",
            Self::RemovedSeveral { .. } => "removed-several",
            Self::MovedSeveral { .. } => "moved-several",
            Self::Selected { .. } => "selected",
            Self::Undone => "undone",
            Self::Redone => "redone",
            Self::Cancelled => "cancelled",
        }
    }

    /// How many tasks it is about, where it is about several.
    pub const fn count(&self) -> Option<usize> {
        match self {
            Self::InsertedSeveral { count }
            | Self::RemovedSeveral { count }
            | Self::MovedSeveral { count }
            | Self::SwitchedOff { count }
            | Self::SwitchedOn { count }
            | Self::Selected { count } => Some(*count),
            _ => None,
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
            | Self::Expanded { name }
            | Self::Unwrapped { name }
            | Self::Connected { name, .. } => Some(name),
            Self::InsertedSeveral { .. }
            | Self::RemovedSeveral { .. }
            | Self::MovedSeveral { .. }
            | Self::Selected { .. }
            | Self::Undone
            | Self::Redone
            | Self::SwitchedOff { .. }
            | Self::SwitchedOn { .. }
            | Self::Cancelled => None,
        }
    }
}
