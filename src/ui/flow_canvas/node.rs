//! One task on the canvas: a card, a box with its header, or a catch lane.

use std::collections::HashMap;

use canvas::{Badge, Input, NodeKind, NodeShape, SceneNode};
use flow::{Pointer, Severity, TaskKind};
use leptos::ev;
use leptos::prelude::*;

use super::colours::known_colour;
use super::gaps::style;
use super::kinds::{kind_label, kind_word, node_icon};
use super::settle::glide;
use super::{CanvasModel, NodeStatus};
use crate::i18n::*;
use crate::ui::status::{status_class, status_icon, status_label};
use crate::ui::{Icon, IconView};

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

#[component]
pub(super) fn NodeView(id: u64, context: NodeContext) -> impl IntoView {
    let i18n = use_i18n();
    let NodeContext { model, status, functions, flags, entry, on_input } = context;
    // An edit may give its task another pointer. A node that has just left the scene keeps its last look until it is
    // taken away.
    let pointer = Memo::new(move |before: Option<&Pointer>| {
        model.elements.read().get(&id).or(before).cloned().unwrap_or_default()
    });
    let node = Memo::new(move |before: Option<&Option<SceneNode>>| {
        model.texts.track();
        model.scene.read().node(&pointer.read()).cloned().or_else(|| before.cloned().flatten())
    });
    let status = Memo::new(move |_| status.read().get(&*pointer.read()).cloned());
    let flag = Memo::new(move |_| flags.read().get(&*pointer.read()).copied());
    let selected = Memo::new(move |_| model.selected.read().contains(&*pointer.read()));
    let dragged = Memo::new(move |_| model.dragged.read().contains(&*pointer.read()));
    let is_entry = Memo::new(move |_| entry.read().as_ref() == Some(&*pointer.read()));
    let tab = move || if is_entry.get() { "0" } else { "-1" };
    let lane = node.with_untracked(|node| node.as_ref().is_some_and(|node| node.kind == NodeKind::CatchLane));
    let title = move || node.read().as_ref().map(|node| node.title.clone()).unwrap_or_default();
    let kind =
        move || node.read().as_ref().map(|node| kind_name(i18n, node, &functions.read())).unwrap_or_default();
    let subtitle = move || {
        let note = status.read().as_ref().and_then(|status| status.note.clone());
        note.unwrap_or_else(|| node.read().as_ref().map(|node| node.subtitle.clone()).unwrap_or_default())
    };
    let under = move || {
        let subtitle = subtitle();
        if subtitle.is_empty() { kind() } else { subtitle }
    };
    let name = move || {
        let state = status.read().as_ref().map(|status| {
            let not_taken = status.not_taken.then(|| t_string!(i18n, runs.not_taken).to_owned());
            format!(", {}", not_taken.unwrap_or_else(|| status_label(i18n, &status.status)))
        });
        format!("{}, {}{}", title(), kind(), state.unwrap_or_default())
    };
    let class = move || {
        let (shape, kind) = node.read().as_ref().map_or(("card", "unknown"), |node| {
            let shape = match node.shape {
                NodeShape::Card => "card",
                NodeShape::Box => "box",
                NodeShape::Lane => "lane",
            };
            (shape, kind_word(node))
        });
        format!("node node--{shape} node--{kind}")
    };
    let icon = Signal::derive(move || node.read().as_ref().map_or(Icon::Bolt, node_icon));
    let rect = Memo::new(move |_| node.read().as_ref().map(|node| node.rect).unwrap_or_default());
    let place = move || style(rect.get());
    let root = NodeRef::<leptos::html::Div>::new();
    glide(root, rect, model);
    let note = Memo::new(move |_| node.read().as_ref().and_then(|node| node.note.clone()));
    let colour = move || node.read().as_ref().and_then(|node| known_colour(node.colour.as_deref()?));
    let header = move || {
        view! {
            <span class="node__icon"><IconView icon /></span>
            <span class="node__text">
                <span class="node__title">{move || if lane { t_string!(i18n, editor.canvas.catch_lane).to_string() } else { title() }}</span>
                <span class="node__subtitle">{move || if lane { String::new() } else { under() }}</span>
            </span>
            <span class="node__badges">
                {move || note.get().map(|note| view! { <NoteSign note /> })}
                {move || node.read().as_ref().map(|node| node.badges.clone()).unwrap_or_default().into_iter().filter(|badge| *badge != Badge::Gate).map(|badge| view! { <BadgeView badge /> }).collect_view()}
                {move || status.get().filter(|status| !status.not_taken).map(|status| view! { <StatusSign status /> })}
                {move || flag.get().map(|severity| view! { <FlagView severity /> })}
            </span>
        }
    };
    if lane {
        return view! { <div node_ref=root class=class style=place><div class="node__header">{header()}</div></div> }
            .into_any();
    }
    view! {
        <div
            node_ref=root
            class=class
            class:node--selected=move || selected.get()
            class:node--dragged=move || dragged.get()
            class:node--not-taken=move || status.read().as_ref().is_some_and(|status| status.not_taken)
            style=place
            role="button"
            tabindex=tab
            aria-label=name
            aria-pressed=move || selected.get().to_string()
            data-pointer=move || pointer.read().as_str().to_owned()
            data-colour=colour
            data-kind=move || node.read().as_ref().map(kind_word)
            data-status=move || status.read().as_ref().map(|status| status_class(&status.status).to_owned())
            on:click=move |event: ev::MouseEvent| {
                // A pointer's press was understood already; this is an activation by other means.
                if event.detail() == 0 {
                    on_input.run(Input::Select { pointer: Some(pointer.get_untracked()) });
                }
            }
        >
            <div class="node__header">{header()}</div>
        </div>
    }
    .into_any()
}

/// What a task does, in the reader's words where the catalog has them.
fn kind_name(
    i18n: leptos_i18n::I18nContext<Locale>,
    node: &SceneNode,
    functions: &HashMap<String, String>,
) -> String {
    match (node.kind, &node.function) {
        (NodeKind::Task(Some(TaskKind::Call)), Some(call)) => {
            functions.get(call).cloned().unwrap_or_else(|| super::kinds::base_name(call).to_owned())
        }
        (NodeKind::Task(kind), _) => kind_label(i18n, kind),
        (NodeKind::CatchLane, _) => t_string!(i18n, editor.canvas.catch_lane).to_string(),
    }
}

#[component]
fn StatusSign(status: NodeStatus) -> impl IntoView {
    let i18n = use_i18n();
    let (class, icon, attempt) =
        (status_class(&status.status).to_owned(), status_icon(&status.status), status.attempt);
    view! {
        <span class=format!("node__status node__status--{class}") title=move || status_label(i18n, &status.status)>
            <IconView icon />
            {(attempt > 1).then(|| view! { <span>{move || t_string!(i18n, editor.canvas.attempt, number = attempt)}</span> })}
        </span>
    }
}

#[component]
fn FlagView(severity: Severity) -> impl IntoView {
    let i18n = use_i18n();
    let label = move || match severity {
        Severity::Error => t_string!(i18n, editor.problems.error),
        Severity::Warning => t_string!(i18n, editor.problems.warning),
    };
    let class = if severity == Severity::Error { "node__flag node__flag--error" } else { "node__flag" };
    view! { <span class=class title=label><IconView icon=Icon::Alert /><span class="visually-hidden">{label}</span></span> }
}

/// What somebody noted, to be read by pointing at it; a screen reader hears it with the task.
#[component]
fn NoteSign(note: String) -> impl IntoView {
    let spoken = note.clone();
    view! { <span class="node__note" title=note><IconView icon=Icon::Note /><span class="visually-hidden">{spoken}</span></span> }
}

#[component]
fn BadgeView(badge: Badge) -> impl IntoView {
    let i18n = use_i18n();
    let icon = match badge {
        Badge::Timeout => Some(Icon::Clock),
        Badge::Retry => Some(Icon::Retry),
        _ => None,
    };
    let words = move || match &badge {
        Badge::Gate => (String::new(), String::new()),
        Badge::Condition { expression } => {
            ("if".to_owned(), t_string!(i18n, editor.badge.condition, expression = expression.clone()))
        }
        Badge::Disabled => (
            t_string!(i18n, editor.badge.disabled_short).to_owned(),
            t_string!(i18n, editor.badge.disabled).to_owned(),
        ),
        Badge::Timeout => (String::new(), t_string!(i18n, editor.badge.timeout).to_owned()),
        Badge::Retry => (String::new(), t_string!(i18n, editor.badge.retry).to_owned()),
        Badge::Compete => (
            t_string!(i18n, editor.badge.compete_short).to_owned(),
            t_string!(i18n, editor.badge.compete).to_owned(),
        ),
        Badge::Collapsed { tasks } => {
            (format!("+{tasks}"), t_string!(i18n, editor.badge.collapsed, count = *tasks))
        }
    };
    let words = Memo::new(move |_| words());
    view! {
        <span class="node__badge" title=move || words.read().1.clone()>
            {icon.map(|icon| view! { <IconView icon /> })}
            {move || words.read().0.clone()}
        </span>
    }
}
