//! What a task shows on the canvas: a card, a box with its header, or a catch lane, in words and classes.
//!
//! A face is data. [`super::nodes`] writes it into the page, and only what is different from the face before.

use std::collections::HashMap;

use canvas::{Badge, Input, NodeKind, NodeShape, Rect, SceneNode};
use flow::{Pointer, Severity, TaskKind};
use leptos::prelude::*;
use leptos_i18n::I18nContext;

use super::colours::known_colour;
use super::kinds::{base_name, kind_label, kind_word, node_icon};
use super::words::badge_words;
use super::{CanvasModel, NodeStatus};
use crate::i18n::*;
use crate::ui::Icon;
use crate::ui::status::{status_class, status_icon, status_label};

/// What all nodes of a canvas share.
#[derive(Clone, Copy)]
pub(super) struct NodeContext {
    pub(super) model: CanvasModel,
    pub(super) status: Signal<HashMap<Pointer, NodeStatus>>,
    pub(super) functions: Signal<HashMap<String, String>>,
    pub(super) flags: Signal<HashMap<Pointer, Severity>>,
    /// The one node that Tab reaches.
    pub(super) entry: Memo<Option<Pointer>>,
    pub(super) on_input: Callback<Input>,
}

/// What is known of a task beside the scene.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub(super) status: Option<&'a NodeStatus>,
    pub(super) flag: Option<Severity>,
    pub(super) functions: &'a HashMap<String, String>,
    pub(super) selected: bool,
    pub(super) dragged: bool,
    pub(super) entry: bool,
}

/// Everything that is seen or heard of a node.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Face {
    /// Of the task; none for a lane, which is nothing that can be chosen.
    pub(super) pointer: Option<Pointer>,
    pub(super) rect: Rect,
    pub(super) class: String,
    pub(super) icon: Icon,
    pub(super) title: String,
    /// The line under the title.
    pub(super) under: String,
    pub(super) signs: Vec<Sign>,
    /// What a screen reader says.
    pub(super) label: String,
    pub(super) selected: bool,
    pub(super) entry: bool,
    pub(super) colour: Option<&'static str>,
    pub(super) kind: &'static str,
    pub(super) status: Option<String>,
}

/// A small sign at a node's end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) class: String,
    pub(super) title: String,
    pub(super) icon: Option<Icon>,
    pub(super) text: String,
    /// What is heard and not seen.
    pub(super) heard: String,
}

impl Face {
    /// What a node shows now, in the language of the console.
    pub(super) fn new(node: &SceneNode, about: About<'_>, i18n: I18nContext<Locale>) -> Self {
        let lane = node.kind == NodeKind::CatchLane;
        let kind = kind_name(i18n, node, about.functions);
        let state = about.status.map(|status| {
            let not_taken = status.not_taken.then(|| t_string!(i18n, runs.not_taken).to_owned());
            format!(", {}", not_taken.unwrap_or_else(|| status_label(i18n, &status.status)))
        });
        let signs = signs(node, about, i18n);
        let mut label = format!("{}, {kind}{}", node.title, state.unwrap_or_default());
        // The name of an element hides what stands in it, so it says what the signs mean; the status is said already.
        for sign in signs.iter().filter(|sign| !sign.class.starts_with("node__status")) {
            label.push_str(", ");
            label.push_str(&sign.title);
        }
        let said = about.status.and_then(|status| status.note.clone());
        let said = said.unwrap_or_else(|| node.subtitle.clone());
        let (title, under) = match (lane, said.is_empty()) {
            (true, _) => (kind, String::new()),
            (false, true) => (node.title.clone(), kind),
            (false, false) => (node.title.clone(), said),
        };
        Self {
            pointer: (!lane).then(|| node.pointer.clone()),
            rect: node.rect,
            class: class(node, about),
            icon: node_icon(node),
            title,
            under,
            signs,
            label,
            selected: about.selected,
            entry: about.entry,
            colour: node.colour.as_deref().and_then(known_colour),
            kind: kind_word(node),
            status: about.status.map(|status| status_class(&status.status).to_owned()),
        }
    }
}

fn class(node: &SceneNode, about: About<'_>) -> String {
    let shape = match node.shape {
        NodeShape::Card => "card",
        NodeShape::Box => "box",
        NodeShape::Lane => "lane",
    };
    let mut class = format!("node node--{shape} node--{}", kind_word(node));
    let not_taken = about.status.is_some_and(|status| status.not_taken);
    let states = [(about.selected, "selected"), (about.dragged, "dragged"), (not_taken, "not-taken")];
    for (_, state) in states.into_iter().filter(|(holds, _)| *holds) {
        class.push_str(" node--");
        class.push_str(state);
    }
    class
}

/// What a task does, in the reader's words where the catalog has them.
fn kind_name(i18n: I18nContext<Locale>, node: &SceneNode, functions: &HashMap<String, String>) -> String {
    match (node.kind, &node.function) {
        (NodeKind::Task(Some(TaskKind::Call)), Some(call)) => {
            functions.get(call).cloned().unwrap_or_else(|| base_name(call).to_owned())
        }
        (NodeKind::Task(kind), _) => kind_label(i18n, kind),
        (NodeKind::CatchLane, _) => t_string!(i18n, editor.canvas.catch_lane).to_string(),
    }
}

fn signs(node: &SceneNode, about: About<'_>, i18n: I18nContext<Locale>) -> Vec<Sign> {
    let mut signs = Vec::new();
    // What somebody noted is read by pointing at it; a screen reader hears it with the task.
    if let Some(note) = &node.note {
        signs.push(Sign {
            class: "node__note".to_owned(),
            title: note.clone(),
            icon: Some(Icon::Note),
            heard: note.clone(),
            ..Sign::default()
        });
    }
    signs.extend(node.badges.iter().filter_map(|badge| badge_sign(badge, i18n)));
    if let Some(status) = about.status.filter(|status| !status.not_taken) {
        let attempt = (status.attempt > 1)
            .then(|| t_string!(i18n, editor.canvas.attempt, number = status.attempt).to_string());
        signs.push(Sign {
            class: format!("node__status node__status--{}", status_class(&status.status)),
            title: status_label(i18n, &status.status),
            icon: Some(status_icon(&status.status)),
            text: attempt.unwrap_or_default(),
            ..Sign::default()
        });
    }
    if let Some(severity) = about.flag {
        let (class, words) = match severity {
            Severity::Error => ("node__flag node__flag--error", t_string!(i18n, editor.problems.error)),
            Severity::Warning => ("node__flag", t_string!(i18n, editor.problems.warning)),
        };
        signs.push(Sign {
            class: class.to_owned(),
            title: words.to_string(),
            icon: Some(Icon::Alert),
            heard: words.to_string(),
            ..Sign::default()
        });
    }
    signs
}

/// A gate is told by its shape.
fn badge_sign(badge: &Badge, i18n: I18nContext<Locale>) -> Option<Sign> {
    let icon = match badge {
        Badge::Gate => return None,
        Badge::Timeout => Some(Icon::Clock),
        Badge::Retry => Some(Icon::Retry),
        Badge::Workflow => Some(Icon::Workflow),
        Badge::Condition { .. } | Badge::Disabled | Badge::Compete | Badge::Collapsed { .. } => None,
    };
    let (text, title) = badge_words(i18n, badge);
    Some(Sign { class: "node__badge".to_owned(), title, icon, text, heard: String::new() })
}
