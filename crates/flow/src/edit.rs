//! Changes to a definition, planned before they are made.
//!
//! [`plan`] turns an [`Edit`] into a [`Diff`] without touching the document; [`apply`] makes the changes of a
//! diff; [`Diff::invert`] undoes them, always the same way, whatever the edit was. An edit changes only what it
//! names and what the flow needs to stay whole (a `then` that points at a removed task); everything else,
//! unknown members and their order included, stays as it was written.
//!
//! It does not validate: a definition that is wrong elsewhere can still be edited.

mod diff;
mod healing;
mod members;
mod paste;
mod places;
mod tasks;
#[cfg(test)]
mod tests;
mod unwrap;
mod uses;
mod wrap;

pub use diff::{Change, Diff, Mismatch, Slot, apply};
pub use places::{unique_name, unique_task_name};
pub use uses::{Section, uses};

use serde_json::Value;

use crate::{Document, Pointer};

/// What can be done to a definition.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Puts a new task into a list, before the task that stands at `index` (beyond the end: at the end). The
    /// list need not be written yet. The name gets a number where the scope has it already.
    InsertTask { list: Pointer, index: usize, name: String, task: Value },
    /// Puts several new tasks into a list, as they follow each other; directives among them follow their new names.
    InsertTasks { list: Pointer, index: usize, tasks: Vec<(String, Value)> },
    /// Takes a task out, with everything inside it.
    RemoveTask { task: Pointer },
    /// Moves a task; `index` counts in `list` as it is before the task leaves its place.
    MoveTask { task: Pointer, list: Pointer, index: usize },
    /// Puts a copy of a task into a list.
    CopyTask { task: Pointer, list: Pointer, index: usize },
    /// Gives a task another name; the directives of its scope that name it follow.
    RenameTask { task: Pointer, name: String },
    /// Gives something of `use` another name; every use of it follows.
    RenameUsed { section: Section, from: String, to: String },
    /// Writes a value. A member that is not there becomes the last of its object; objects that are missing on
    /// the way are made.
    SetMember { at: Pointer, value: Value },
    /// Takes a member, or an entry of an array, away.
    RemoveMember { at: Pointer },
    /// Puts a new task around tasks that follow each other in one list.
    WrapTasks { tasks: Vec<Pointer>, kind: WrapKind },
    /// Takes a box away and leaves its tasks where it stood; the branches of a fork then follow each other.
    UnwrapTask { task: Pointer },
    /// Adds a branch beside a task: to the fork that the task is a branch of, or to a new fork around the task.
    AddBranch { task: Pointer, side: Side, name: String, value: Value },
    /// Puts another definition in the place of this one: what the source view does.
    ReplaceDocument { root: Value },
}

/// What [`Edit::WrapTasks`] wraps with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WrapKind {
    /// Each task becomes a branch of its own.
    Fork,
    Do,
    Try,
    For,
}

/// On which side of a task a branch is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Before,
    After,
}

/// Why an edit is refused. [`EditError::code`] is what the console translates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("no task stands at {task}")]
    NoSuchTask { task: Pointer },
    #[error("{list} is not a place for tasks")]
    NotATaskList { list: Pointer },
    #[error("nothing stands at {at}")]
    NoSuchMember { at: Pointer },
    #[error("the tasks do not follow each other in one list")]
    NotSiblings,
    #[error("nothing stands inside of {task}")]
    NothingInside { task: Pointer },
    #[error("a task cannot move into itself")]
    IntoItself,
    #[error("a task needs a name")]
    EmptyName,
    #[error("another task of the same scope is called {name}")]
    NameTaken { name: String },
    #[error("{name} is a flow directive, a task cannot be called so")]
    ReservedName { name: String },
    #[error("the definition would nest deeper than JSON readers accept")]
    TooDeep,
    #[error("a definition is a JSON object")]
    NotAnObject,
}

impl EditError {
    /// A stable kebab-case name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchTask { .. } => "no-such-task",
            Self::NotATaskList { .. } => "not-a-task-list",
            Self::NoSuchMember { .. } => "no-such-member",
            Self::NotSiblings => "not-siblings",
            Self::NothingInside { .. } => "nothing-inside",
            Self::IntoItself => "into-itself",
            Self::EmptyName => "empty-name",
            Self::NameTaken { .. } => "name-taken",
            Self::ReservedName { .. } => "reserved-name",
            Self::TooDeep => "too-deep",
            Self::NotAnObject => "not-an-object",
        }
    }
}

/// What else an edit had to change so that the flow stays whole; people are told. `task` is where the task that
/// held the directive stands after the edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The task's `then` named a task that its scope no longer has: the flow goes on to the next task now.
    ThenRemoved { task: Pointer, target: String },
    /// The same of `catch.then`.
    CatchThenRemoved { task: Pointer, target: String },
    /// The same of a `switch` case, which must have a directive: it is `continue` now.
    CaseContinues { task: Pointer, case: String, target: String },
    /// A box was taken away, and this member of it with it: its condition, its loop, its catch.
    GoneWithBox { task: Pointer, member: String },
}

impl Warning {
    /// A stable kebab-case name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ThenRemoved { .. } => "then-removed",
            Self::CatchThenRemoved { .. } => "catch-then-removed",
            Self::CaseContinues { .. } => "case-continues",
            Self::GoneWithBox { .. } => "gone-with-box",
        }
    }

    pub const fn task(&self) -> &Pointer {
        match self {
            Self::ThenRemoved { task, .. }
            | Self::CatchThenRemoved { task, .. }
            | Self::CaseContinues { task, .. }
            | Self::GoneWithBox { task, .. } => task,
        }
    }

    /// The name that the directive had, or of the member that is gone.
    pub fn target(&self) -> &str {
        match self {
            Self::ThenRemoved { target, .. }
            | Self::CatchThenRemoved { target, .. }
            | Self::CaseContinues { target, .. } => target,
            Self::GoneWithBox { member, .. } => member,
        }
    }

    /// The warning once a later diff is applied too; `None` where its task is gone then.
    pub fn follow(mut self, later: &Diff) -> Option<Self> {
        let task = later.follow(self.task())?;
        *self.task_mut() = task;
        Some(self)
    }

    fn task_mut(&mut self) -> &mut Pointer {
        match self {
            Self::ThenRemoved { task, .. }
            | Self::CatchThenRemoved { task, .. }
            | Self::CaseContinues { task, .. }
            | Self::GoneWithBox { task, .. } => task,
        }
    }
}

/// Works out what an edit changes. The cost grows with what the edit touches (the list around a task, the task
/// itself), not with the size of the document.
///
/// # Errors
/// [`EditError`] where the language cannot express the edit; nothing is changed then.
pub fn plan(document: &Document, edit: &Edit) -> Result<Diff, EditError> {
    let root = document.root();
    match edit {
        Edit::InsertTask { list, index, name, task } => tasks::insert(root, list, *index, name, task),
        Edit::InsertTasks { list, index, tasks } => paste::insert_all(root, list, *index, tasks),
        Edit::RemoveTask { task } => tasks::remove(root, task),
        Edit::MoveTask { task, list, index } => tasks::relocate(root, task, list, *index),
        Edit::CopyTask { task, list, index } => tasks::copy(root, task, list, *index),
        Edit::RenameTask { task, name } => tasks::rename(root, task, name),
        Edit::RenameUsed { section, from, to } => uses::rename(root, *section, from, to),
        Edit::SetMember { at, value } => members::set(root, at, value),
        Edit::RemoveMember { at } => members::remove(root, at),
        Edit::WrapTasks { tasks, kind } => wrap::wrap(root, tasks, *kind),
        Edit::UnwrapTask { task } => unwrap::unwrap(root, task),
        Edit::AddBranch { task, side, name, value } => wrap::add_branch(root, task, *side, name, value),
        Edit::ReplaceDocument { root: replacement } => members::replace(root, replacement),
    }
}
