//! How the picture under the elements looks: bars for lines, frames for boxes, colours or named cards for tasks.

use std::collections::HashMap;

use canvas::{NodeKind, NodeShape, Point, Rect, Scene, SceneNode, Viewport, Window, sizes};
use flow::{Pointer, Severity};
use leptos::prelude::*;
use web_sys::CanvasRenderingContext2d;

use crate::ui::flow_canvas::kinds::kind_word;
use crate::ui::flow_canvas::node::NodeContext;
use crate::ui::status::status_class;

/// Below this zoom a card is its colour; above, it has its name.
const NAMED: f64 = 0.4;

/// A box that is this wide and high on the screen shows its name at any zoom.
const ROOMY: (f64, f64) = (90.0, 48.0);

/// What has a colour of its own: kinds as [`kind_word`] names them, then statuses.
pub(super) const KINDS: [&str; 14] = [
    "call", "do", "fork", "emit", "for", "listen", "raise", "run", "set", "switch", "try", "wait", "gate",
    "unknown",
];
pub(super) const STATUSES: [&str; 8] =
    ["pending", "running", "waiting", "suspended", "completed", "faulted", "cancelled", "skipped"];
pub(super) const PLAIN: [&str; 5] = ["surface", "line", "line-strong", "ink", "accent"];

/// The colours of the style sheet, as the browser has worked them out.
pub(super) struct Inks {
    plain: [String; 5],
    nodes: Vec<String>,
}

impl Inks {
    pub(super) fn read(probes: &web_sys::HtmlDivElement) -> Self {
        let children = probes.children();
        let colour = |index: usize| {
            let style = window().get_computed_style(&children.item(index as u32)?).ok()??;
            style.get_property_value("color").ok()
        };
        let colour = |index: usize| colour(index).unwrap_or_else(|| "gray".to_owned());
        let nodes = (0..KINDS.len() + STATUSES.len()).map(|index| colour(PLAIN.len() + index)).collect();
        Self { plain: [colour(0), colour(1), colour(2), colour(3), colour(4)], nodes }
    }
}

pub(super) struct Picture<'a> {
    pub(super) scene: &'a Scene,
    pub(super) viewport: Viewport,
    pub(super) brush: &'a CanvasRenderingContext2d,
    pub(super) inks: &'a Inks,
}

impl Picture<'_> {
    /// Draws what is in sight; nothing of what is within `done`.
    pub(super) fn paint(&self, context: NodeContext, done: Option<Window>) {
        let seen = self.viewport.visible();
        let open = |rect: &Rect| done.is_none_or(|done| !done.area.overlaps(rect));
        let nodes: Vec<&SceneNode> =
            self.scene.nodes_in(&seen).into_iter().map(|node| &self.scene.nodes[node]).collect();
        let (boxes, cards): (Vec<&SceneNode>, Vec<&SceneNode>) =
            nodes.into_iter().filter(|node| open(&node.rect)).partition(|node| node.shape != NodeShape::Card);
        self.lines(&seen);
        self.boxes(&boxes);
        let status = context.status.read_untracked();
        let ink = |node: &SceneNode| {
            status.get(&node.pointer).and_then(|status| status_ink(status_class(&status.status)))
        };
        self.cards(&cards, &ink);
        let flags = context.flags.read_untracked();
        let selected = context.model.selected.read_untracked();
        let marked = |pointer: &Pointer| selected.contains(pointer);
        self.frames(&boxes, &cards, &flags, &marked);
        if done.is_none() {
            self.names(&boxes);
        }
    }

    fn lines(&self, seen: &Rect) {
        self.brush.set_fill_style_str(&self.inks.plain[2]);
        let breadth = (1.5 * self.viewport.zoom).max(0.7);
        for edge in self.scene.edges_in(seen) {
            for pair in self.scene.edges[edge].points.windows(2) {
                let [from, to] = pair else { continue };
                let (from, to) = (self.viewport.to_screen(*from), self.viewport.to_screen(*to));
                // Lines are right-angled: a bar is a line, and far cheaper than a stroke.
                let (x, y) = (from.x.min(to.x), from.y.min(to.y));
                self.brush.fill_rect(
                    x,
                    y,
                    (from.x - to.x).abs().max(breadth),
                    (from.y - to.y).abs().max(breadth),
                );
            }
        }
    }

    fn boxes(&self, boxes: &[&SceneNode]) {
        for (word, some) in by_ink(boxes, &|node| Some(kind_ink(node))) {
            let Some(ink) = self.inks.nodes.get(word) else { continue };
            self.brush.set_fill_style_str(ink);
            self.brush.set_stroke_style_str(ink);
            self.brush.set_line_width(1.0);
            self.brush.set_global_alpha(0.35);
            some.iter().for_each(|node| {
                let rect = self.screen(&node.rect);
                self.brush.stroke_rect(rect.x + 0.5, rect.y + 0.5, rect.width, rect.height);
            });
            self.brush.set_global_alpha(0.12);
            some.iter().for_each(|node| {
                let head = Rect { height: sizes::HEADER, ..node.rect };
                self.fill(&self.screen(&head));
            });
        }
        self.brush.set_global_alpha(1.0);
    }

    /// The names of boxes, each on a ground of its own: where cards are colours they say what is what.
    fn names(&self, boxes: &[&SceneNode]) {
        self.brush.set_font("600 11px system-ui, sans-serif");
        let roomy = |node: &&&SceneNode| {
            let rect = self.screen(&node.rect);
            rect.width >= ROOMY.0 && rect.height >= ROOMY.1 && node.kind != NodeKind::CatchLane
        };
        for node in boxes.iter().filter(roomy).take(60) {
            let rect = self.screen(&node.rect);
            let wide: f64 =
                node.title.chars().map(|character| if character.is_ascii() { 7.0 } else { 11.5 }).sum();
            let width = wide.min(rect.width - 12.0);
            self.brush.set_fill_style_str(&self.inks.plain[0]);
            self.brush.fill_rect(rect.x + 2.0, rect.y + 2.0, width + 8.0, 16.0);
            self.brush.set_fill_style_str(&self.inks.plain[3]);
            // A name that cannot be drawn is left out.
            let _ = self.brush.fill_text_with_max_width(&node.title, rect.x + 6.0, rect.y + 14.0, width);
        }
    }

    fn cards(&self, cards: &[&SceneNode], status: &dyn Fn(&SceneNode) -> Option<usize>) {
        let named = self.viewport.zoom >= NAMED;
        if named {
            self.brush.set_fill_style_str(&self.inks.plain[0]);
            self.brush.set_stroke_style_str(&self.inks.plain[1]);
            self.brush.set_line_width(1.0);
            for node in cards {
                let rect = self.screen(&node.rect);
                self.fill(&rect);
                self.brush.stroke_rect(rect.x + 0.5, rect.y + 0.5, rect.width - 1.0, rect.height - 1.0);
            }
        }
        for (word, some) in by_ink(cards, &|node| status(node).or(Some(kind_ink(node)))) {
            let Some(ink) = self.inks.nodes.get(word) else { continue };
            self.brush.set_fill_style_str(ink);
            for node in some {
                let rect = self.screen(&node.rect);
                let width = if named { 4.0 * self.viewport.zoom } else { rect.width };
                self.fill(&Rect { width, ..rect });
            }
        }
        if named {
            self.brush.set_fill_style_str(&self.inks.plain[3]);
            self.brush.set_font(&format!("600 {}px system-ui, sans-serif", 14.0 * self.viewport.zoom));
            for node in cards {
                let at = self.viewport.to_screen(Point { x: node.rect.x + 54.0, y: node.rect.y + 27.0 });
                let width = (node.rect.width - 64.0) * self.viewport.zoom;
                let _ = self.brush.fill_text_with_max_width(&node.title, at.x, at.y, width);
            }
        }
    }

    /// Around what is selected or wrong.
    fn frames(
        &self,
        boxes: &[&SceneNode],
        cards: &[&SceneNode],
        flags: &HashMap<Pointer, Severity>,
        marked: &dyn Fn(&Pointer) -> bool,
    ) {
        self.brush.set_line_width(2.0);
        for node in boxes.iter().chain(cards) {
            let wrong = flags.get(&node.pointer) == Some(&Severity::Error);
            let ink = if marked(&node.pointer) {
                self.inks.plain[4].as_str()
            } else if wrong {
                self.inks.nodes.get(kind_index("raise")).map(String::as_str).unwrap_or_default()
            } else {
                continue;
            };
            let rect = self.screen(&node.rect).grown(1.0);
            self.brush.set_stroke_style_str(ink);
            self.brush.stroke_rect(rect.x, rect.y, rect.width, rect.height);
        }
    }

    fn fill(&self, rect: &Rect) {
        self.brush.fill_rect(rect.x, rect.y, rect.width, rect.height);
    }

    /// Where a rectangle is on the screen, on whole pixels: half ones cost, and look soft.
    fn screen(&self, rect: &Rect) -> Rect {
        let from = self.viewport.to_screen(Point { x: rect.x, y: rect.y });
        let to = self.viewport.to_screen(Point { x: rect.right(), y: rect.bottom() });
        let (x, y) = (from.x.round(), from.y.round());
        Rect { x, y, width: (to.x.round() - x).max(1.0), height: (to.y.round() - y).max(1.0) }
    }
}

/// Nodes by the index of their ink, so that each ink is taken up once.
fn by_ink<'a>(
    nodes: &[&'a SceneNode],
    ink: &dyn Fn(&SceneNode) -> Option<usize>,
) -> Vec<(usize, Vec<&'a SceneNode>)> {
    let mut sorted: Vec<(usize, Vec<&SceneNode>)> = Vec::new();
    for node in nodes {
        let Some(ink) = ink(node) else { continue };
        match sorted.iter_mut().find(|(other, _)| *other == ink) {
            Some((_, some)) => some.push(node),
            None => sorted.push((ink, vec![node])),
        }
    }
    sorted
}

fn kind_ink(node: &SceneNode) -> usize {
    match node.kind {
        NodeKind::CatchLane => kind_index("try"),
        NodeKind::Task(_) => kind_index(kind_word(node)),
    }
}

fn kind_index(word: &str) -> usize {
    KINDS.iter().position(|kind| *kind == word).unwrap_or(KINDS.len() - 1)
}

fn status_ink(class: &str) -> Option<usize> {
    STATUSES.iter().position(|status| *status == class).map(|index| KINDS.len() + index)
}
