//! The lines between tasks, their labels, and where the workflow starts and ends.
//!
//! All lines of a kind are one path, with their heads in a second one: a path for each of hundreds would cost more than
//! all the cards beside them.

use std::fmt::Write as _;

use canvas::{EdgeKind, Point, Scene, Window};
use leptos::prelude::*;

use super::CanvasModel;

/// How far a corner of a line is rounded, and the length and half the width of a line's head, in scene units.
const CORNER: f64 = 8.0;
const HEAD: f64 = 7.0;
const HALF: f64 = 3.5;

const CLASSES: [&str; 6] = ["sequence", "branch", "case", "then", "dangling", "catch"];

/// Lines and heads of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
struct Lines {
    lines: String,
    heads: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Label {
    text: String,
    at: Point,
    class: &'static str,
}

#[component]
pub(super) fn Edges(model: CanvasModel, window: Signal<Window>) -> impl IntoView {
    let lines = Memo::new(move |_| model.scene.with(|scene| draw(scene, &window.get())));
    let labels = Memo::new(move |_| model.scene.with(|scene| labels(scene, &window.get())));
    let start = Memo::new(move |_| model.scene.read().start.center());
    let end = Memo::new(move |_| model.scene.read().end.center());
    let path = move |index: usize, class: &'static str| {
        let line =
            Memo::new(move |_| lines.read().get(index).map(|lines| lines.lines.clone()).unwrap_or_default());
        let head =
            Memo::new(move |_| lines.read().get(index).map(|lines| lines.heads.clone()).unwrap_or_default());
        view! {
            <path class=format!("flow__line flow__line--{class}") d=move || line.get() />
            <path class=format!("flow__head flow__head--{class}") d=move || head.get() />
        }
    };
    view! {
        <svg class="flow__lines" width="1" height="1" aria-hidden="true" focusable="false">
            <defs>
                <marker id="flow-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
                    <path d="M0.500 0.500L7.500 4 0.500 7.500z" fill="context-stroke" />
                </marker>
            </defs>
            {CLASSES.into_iter().enumerate().map(|(index, class)| path(index, class)).collect_view()}
            <circle class="flow__marker flow__marker--start" cx=move || start.get().x cy=move || start.get().y r="11" />
            <path class="flow__marker-sign" d="M-3 -4.500v9l7 -4.500z" transform=move || format!("translate({} {})", start.get().x, start.get().y) />
            <circle class="flow__marker flow__marker--end" cx=move || end.get().x cy=move || end.get().y r="11" />
            <rect class="flow__marker-sign" x="-4" y="-4" width="8" height="8" rx="1" transform=move || format!("translate({} {})", end.get().x, end.get().y) />
        </svg>
        <For
            each=move || labels.get()
            key=|label| (label.text.clone(), label.class, label.at.x.to_bits(), label.at.y.to_bits())
            let:label
        >
            <span class=format!("flow__label flow__label--{}", label.class) style=format!("left:{}px;top:{}px", label.at.x, label.at.y) title=label.text.clone()>{label.text.clone()}</span>
        </For>
    }
}

fn draw(scene: &Scene, window: &Window) -> [Lines; 6] {
    let mut lines: [Lines; 6] = Default::default();
    for index in scene.edges_in(&window.area) {
        let edge = &scene.edges[index];
        if let Some(lines) = lines.get_mut(class(edge.kind)) {
            line(&mut lines.lines, &edge.points);
            head(&mut lines.heads, &edge.points);
        }
    }
    lines
}

fn labels(scene: &Scene, window: &Window) -> Vec<Label> {
    let label = |index: usize| {
        let edge = &scene.edges[index];
        let label = edge.label.as_ref()?;
        Some(Label { text: label.text.clone(), at: label.at, class: CLASSES[class(edge.kind)] })
    };
    scene.edges_in(&window.area).into_iter().filter_map(label).collect()
}

/// The index of a kind's class.
fn class(kind: EdgeKind) -> usize {
    match kind {
        EdgeKind::Sequence | EdgeKind::Enter | EdgeKind::Leave => 0,
        EdgeKind::Branch | EdgeKind::Join => 1,
        EdgeKind::Case => 2,
        EdgeKind::Then => 3,
        EdgeKind::Dangling => 4,
        EdgeKind::Catch => 5,
    }
}

/// A right-angled line with rounded corners. Writing into a text does not fail.
fn line(path: &mut String, points: &[Point]) {
    for (index, point) in points.iter().enumerate() {
        let (before, after) =
            (index.checked_sub(1).and_then(|index| points.get(index)), points.get(index + 1));
        let _ = match (before, after) {
            (None, _) => write!(path, "M{} {}", point.x, point.y),
            (_, None) => write!(path, "L{} {}", point.x, point.y),
            (Some(before), Some(after)) => {
                let (enter, leave) = (towards(*point, *before), towards(*point, *after));
                write!(path, "L{} {}Q{} {} {} {}", enter.x, enter.y, point.x, point.y, leave.x, leave.y)
            }
        };
    }
}

/// The head of a line at its last point.
fn head(path: &mut String, points: &[Point]) {
    let [.., before, tip] = points else { return };
    let length = before.distance(*tip);
    if length <= 0.0 {
        return;
    }
    let (x, y) = ((tip.x - before.x) / length, (tip.y - before.y) / length);
    let base = Point { x: tip.x - x * HEAD, y: tip.y - y * HEAD };
    let _ = write!(
        path,
        "M{} {}L{} {}L{} {}z",
        tip.x,
        tip.y,
        base.x - y * HALF,
        base.y + x * HALF,
        base.x + y * HALF,
        base.y - x * HALF
    );
}

/// The point on the way from `from` to `to` where a corner's curve begins.
fn towards(from: Point, to: Point) -> Point {
    let distance = from.distance(to);
    let share = if distance > 0.0 { (CORNER / distance).min(0.5) } else { 0.0 };
    Point { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}
