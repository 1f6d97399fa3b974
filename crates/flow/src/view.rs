//! Typed, read-only views over the raw definition: what a task is, where it stands, what it holds.
//!
//! Nothing here changes or checks a document, and nothing fails: a definition that is wrong is shown as
//! far as it can be read, and validation says what is wrong with it.

mod flow;
mod tasks;

pub(crate) use flow::is_branches;
pub use flow::{FlowTarget, SwitchCase, resolve_then, switch_cases};
pub use tasks::{
    ChildList, ChildRole, Origin, TaskView, Tasks, child_lists, possible_child_lists, tasks, tasks_of_list,
};

use serde_json::Value;

use crate::Document;

/// The head of a definition: its `document` section.
///
/// Members that must be there read as the empty text where they are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentView<'a> {
    pub dsl: &'a str,
    pub namespace: &'a str,
    pub name: &'a str,
    pub version: &'a str,
    pub title: Option<&'a str>,
    pub summary: Option<&'a str>,
}

impl Document {
    /// The head of the definition.
    pub fn view(&self) -> DocumentView<'_> {
        let text =
            |name: &str| self.root().get("document").and_then(|head| head.get(name)).and_then(Value::as_str);
        DocumentView {
            dsl: text("dsl").unwrap_or_default(),
            namespace: text("namespace").unwrap_or_default(),
            name: text("name").unwrap_or_default(),
            version: text("version").unwrap_or_default(),
            title: text("title"),
            summary: text("summary"),
        }
    }

    /// The JSON Schema of the workflow's parameters: `input.schema.document`, where it is written inline.
    pub fn input_schema(&self) -> Option<&Value> {
        self.root().pointer("/input/schema/document")
    }

    /// The names of the top-level tasks (the stages), in order.
    pub fn top_level_names(&self) -> Vec<&str> {
        self.root()
            .get("do")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|item| entry(item).map(|(name, _)| name))
            .collect()
    }
}

/// The kinds of task that the DSL knows (DSL reference, Task), told apart by their defining member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TaskKind {
    Call,
    Do,
    Fork,
    Emit,
    For,
    Listen,
    Raise,
    Run,
    Set,
    Switch,
    Try,
    Wait,
}

impl TaskKind {
    /// Every kind, `Do` last: a `for` has a `do` too, and is not one.
    pub const ALL: [Self; 12] = [
        Self::Call,
        Self::Fork,
        Self::Emit,
        Self::For,
        Self::Listen,
        Self::Raise,
        Self::Run,
        Self::Set,
        Self::Switch,
        Self::Try,
        Self::Wait,
        Self::Do,
    ];

    /// The kind of a task, or `None` where no member of it defines one.
    pub fn of(task: &Value) -> Option<Self> {
        let members = task.as_object()?;
        Self::ALL.into_iter().find(|kind| members.contains_key(kind.key()))
    }

    /// The member that defines this kind, which is also its name in the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Do => "do",
            Self::Fork => "fork",
            Self::Emit => "emit",
            Self::For => "for",
            Self::Listen => "listen",
            Self::Raise => "raise",
            Self::Run => "run",
            Self::Set => "set",
            Self::Switch => "switch",
            Self::Try => "try",
            Self::Wait => "wait",
        }
    }
}

/// What somebody noted at a task on the canvas (`metadata`, `mas.canvas`, `note`): never needed to run.
pub fn note(task: &Value) -> Option<&str> {
    task.get("metadata")?.get("mas.canvas")?.get("note")?.as_str().filter(|note| !note.is_empty())
}

/// The colour that somebody gave a task on the canvas.
pub fn colour(task: &Value) -> Option<&str> {
    task.get("metadata")?.get("mas.canvas")?.get("colour")?.as_str()
}

/// The name and the value of one entry of a task list. An entry has exactly one member; of more, the first counts.
pub(crate) fn entry(item: &Value) -> Option<(&str, &Value)> {
    item.as_object()?.iter().next().map(|(name, value)| (name.as_str(), value))
}
