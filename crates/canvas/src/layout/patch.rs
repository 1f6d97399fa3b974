//! Edits that move nothing: what a task says of itself is read anew, and the rest of the scene stays as it is.
//!
//! Typing into a field is by far the commonest edit, and must cost the same in a document of ten tasks and of ten
//! thousand. Whatever could move a task, give it another name or draw another line is laid out anew.

use flow::{
    Document, Pointer, TaskKind,
    edit::{Change, Diff},
};
use serde_json::Value;

use super::Kept;
use super::describe::{badges, called, subtitle};
use crate::{Badge, NodeKind, Scene, SceneNode};

/// What changes have left of a scene.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Touched {
    /// Nothing is known of it.
    #[default]
    Unknown,
    /// At most what these tasks say, by their index in the scene.
    Texts(Vec<usize>),
    /// Places, names or lines, but not these tasks'.
    Layout(Kept),
}

impl Touched {
    /// Takes a diff in that was applied to a document which `scene` showed before.
    pub(crate) fn after(self, diff: &Diff, scene: &Scene) -> Self {
        let mut tasks = match self {
            Self::Unknown => Vec::new(),
            Self::Texts(tasks) => tasks,
            Self::Layout(kept) => return Self::Layout(kept.after(diff)),
        };
        for change in &diff.changes {
            match quiet(change, scene) {
                Some(task) => tasks.extend(task),
                None => return Self::Layout(Kept::new(scene, diff, &tasks)),
            }
        }
        Self::Texts(tasks)
    }
}

/// Reads anew what these tasks say. Whether that was all: else the scene is to be laid out.
pub(crate) fn patch(scene: &mut Scene, document: &Document, tasks: &[usize]) -> bool {
    tasks.iter().all(|task| {
        let Some(node) = scene.nodes.get_mut(*task) else { return false };
        let Some(value) = node.pointer.get(document.root()) else { return false };
        if node.kind != NodeKind::Task(TaskKind::of(value)) {
            return false;
        }
        let hidden = node.badges.iter().find_map(|badge| match badge {
            Badge::Collapsed { tasks } => Some(*tasks),
            _ => None,
        });
        describe(node, value, hidden);
        true
    })
}

/// Writes down what a task says of itself.
pub(super) fn describe(node: &mut SceneNode, value: &Value, hidden: Option<usize>) {
    let NodeKind::Task(kind) = node.kind else { return };
    node.subtitle = subtitle(kind, value);
    node.function = called(value).map(str::to_owned);
    node.badges = badges(kind, value, hidden);
    node.note = flow::view::note(value).map(str::to_owned);
    node.colour = flow::view::colour(value).map(str::to_owned);
}

/// Where a change moves nothing: the task that may say something else now, if there is one on the scene.
fn quiet(change: &Change, scene: &Scene) -> Option<Option<usize>> {
    let at = match change {
        Change::Added { at, .. } | Change::Removed { at, .. } | Change::Updated { at, .. } => at.clone(),
        Change::Renamed { object, from, .. } => object.child(from),
        Change::Moved { .. } => return None,
    };
    // Only the workflow's own tasks are drawn.
    if at.tokens().next()? != "do" {
        return Some(None);
    }
    let mut around = at.parent();
    let node = loop {
        let place = around?;
        if let Some(node) = scene.find(&place) {
            break node;
        }
        around = place.parent();
    };
    let found = &scene.nodes[node];
    let inside = Pointer::parse(&at.as_str()[found.pointer.as_str().len()..])?;
    let mut members = inside.tokens();
    let (member, next) = (members.next()?, members.next());
    match found.kind {
        NodeKind::CatchLane => {
            let quiet = matches!(member.as_str(), "errors" | "as" | "when" | "exceptWhen" | "retry");
            quiet.then_some(found.parent)
        }
        NodeKind::Task(_) => {
            let quiet = match member.as_str() {
                "if" | "input" | "output" | "export" | "timeout" | "metadata" | "set" | "wait" | "emit"
                | "raise" | "run" | "for" | "while" => true,
                "fork" => next.as_deref() == Some("compete"),
                // What a message is done with may be tasks.
                "with" => found.function.as_deref() != Some("asyncapi"),
                _ => false,
            };
            quiet.then_some(Some(node))
        }
    }
}
