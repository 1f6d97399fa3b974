//! The lines between tasks, their labels, and where the workflow starts and ends.

use canvas::{EdgeKind, Point, Rect, SceneEdge};
use leptos::prelude::*;

use super::CanvasModel;

/// How far a corner of a line is rounded, in scene units.
const CORNER: f64 = 8.0;

#[component]
pub(super) fn Edges(model: CanvasModel, seen: Memo<Rect>) -> impl IntoView {
    // Which lines are drawn changes only when the view has moved a good way.
    let lines = Memo::new(move |_| {
        let (scene, seen) = (model.scene.get(), seen.get());
        let drawn = scene.edges.iter().filter(|edge| around(&edge.points).overlaps(&seen));
        drawn.map(|edge| (path(&edge.points), class(edge.kind))).collect::<Vec<_>>()
    });
    let labels = Memo::new(move |_| {
        let (scene, seen) = (model.scene.get(), seen.get());
        let labelled = scene.edges.iter().filter(|edge| around(&edge.points).overlaps(&seen));
        labelled.filter_map(label).collect::<Vec<_>>()
    });
    let start = Memo::new(move |_| model.scene.read().start.center());
    let end = Memo::new(move |_| model.scene.read().end.center());
    view! {
        <svg class="flow__lines" width="1" height="1" aria-hidden="true" focusable="false">
            <defs>
                <marker id="flow-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
                    <path d="M0.500 0.500L7.500 4 0.500 7.500z" fill="context-stroke" />
                </marker>
            </defs>
            {move || {
                lines
                    .get()
                    .into_iter()
                    .map(|(path, class)| view! { <path class=format!("flow__line flow__line--{class}") d=path marker-end="url(#flow-arrow)" /> })
                    .collect_view()
            }}
            <circle class="flow__marker flow__marker--start" cx=move || start.get().x cy=move || start.get().y r="11" />
            <path class="flow__marker-sign" d="M-3 -4.500v9l7 -4.500z" transform=move || format!("translate({} {})", start.get().x, start.get().y) />
            <circle class="flow__marker flow__marker--end" cx=move || end.get().x cy=move || end.get().y r="11" />
            <rect class="flow__marker-sign" x="-4" y="-4" width="8" height="8" rx="1" transform=move || format!("translate({} {})", end.get().x, end.get().y) />
        </svg>
        {move || {
            labels
                .get()
                .into_iter()
                .map(|(text, at, class)| {
                    let place = format!("left:{}px;top:{}px", at.x, at.y);
                    view! { <span class=format!("flow__label flow__label--{class}") style=place title=text.clone()>{text.clone()}</span> }
                })
                .collect_view()
        }}
    }
}

fn label(edge: &SceneEdge) -> Option<(String, Point, &'static str)> {
    edge.label.as_ref().map(|label| (label.text.clone(), label.at, class(edge.kind)))
}

fn class(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Sequence | EdgeKind::Enter | EdgeKind::Leave => "sequence",
        EdgeKind::Branch | EdgeKind::Join => "branch",
        EdgeKind::Case => "case",
        EdgeKind::Then => "then",
        EdgeKind::Dangling => "dangling",
        EdgeKind::Catch => "catch",
    }
}

/// The rectangle around a line, with room for its label.
fn around(points: &[Point]) -> Rect {
    let low = |pick: fn(&Point) -> f64| points.iter().map(pick).fold(f64::INFINITY, f64::min);
    let high = |pick: fn(&Point) -> f64| points.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
    let (left, top) = (low(|point| point.x), low(|point| point.y));
    Rect {
        x: left - 1.0,
        y: top - 1.0,
        width: high(|point| point.x) - left + 2.0 + canvas::sizes::LABEL,
        height: high(|point| point.y) - top + 2.0,
    }
}

/// A right-angled line with rounded corners.
fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for (index, point) in points.iter().enumerate() {
        let (before, after) =
            (index.checked_sub(1).and_then(|index| points.get(index)), points.get(index + 1));
        match (before, after) {
            (None, _) => path.push_str(&format!("M{} {}", point.x, point.y)),
            (_, None) => path.push_str(&format!("L{} {}", point.x, point.y)),
            (Some(before), Some(after)) => {
                let (enter, leave) = (towards(*point, *before), towards(*point, *after));
                path.push_str(&format!(
                    "L{} {}Q{} {} {} {}",
                    enter.x, enter.y, point.x, point.y, leave.x, leave.y
                ));
            }
        }
    }
    path
}

/// The point on the way from `from` to `to` where a corner's curve begins.
fn towards(from: Point, to: Point) -> Point {
    let distance = from.distance(to);
    let share = if distance > 0.0 { (CORNER / distance).min(0.5) } else { 0.0 };
    Point { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}
