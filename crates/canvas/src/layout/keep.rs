//! What edits leave as it was: tasks that are taken over from the scene before, moved and renamed, and not read anew.
//!
//! An edit names what it changes. A task that none of its changes touches still says the same, and a box among them has
//! the same inside: all of that is shifted, which costs a few numbers a task, where reading it would cost its texts and
//! its lines. The result is the scene that a layout from nothing gives.

use std::collections::HashMap;
use std::ops::Range;

use flow::{
    Pointer,
    edit::{Change, Diff},
};

use super::measure::Extent;
use crate::scene::Reach;
use crate::{
    Badge, EdgeEnd, EdgeKind, NodeKind, NodeShape, Point, Rect, Scene, SceneEdge, SceneGap, SceneNode,
};

/// Tasks of the last scene that changes have not touched, by where they stand now. What stands in such a box is not
/// named again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Kept {
    tasks: HashMap<Pointer, Known>,
}

/// What is known of an untouched task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Known {
    /// Its index in the last scene.
    pub(super) node: usize,
    pub(super) depth: usize,
    /// The room of a box; a card's is its list's to say.
    pub(super) extent: Option<Extent>,
    /// How many tasks a collapsed box holds.
    pub(super) hidden: Option<usize>,
}

impl Kept {
    /// What a diff leaves of a scene, and so do earlier changes of these tasks' texts.
    pub(crate) fn new(scene: &Scene, diff: &Diff, texts: &[usize]) -> Self {
        let mut tasks = HashMap::new();
        let mut node = 0;
        while let Some(found) = scene.nodes.get(node) {
            let end = if found.shape == NodeShape::Card { node + 1 } else { found.reach.nodes };
            let said_otherwise = texts.iter().any(|text| (node..end).contains(text));
            let now = (!said_otherwise && matches!(found.kind, NodeKind::Task(_)))
                .then(|| untouched(&found.pointer, diff))
                .flatten();
            let Some(now) = now else {
                node += 1;
                continue;
            };
            let hidden = found.badges.iter().find_map(|badge| match badge {
                Badge::Collapsed { tasks } => Some(*tasks),
                _ => None,
            });
            let extent = (found.shape == NodeShape::Box).then_some(found.reach.extent);
            tasks.insert(now, Known { node, depth: found.depth, extent, hidden });
            node = end;
        }
        Self { tasks }
    }

    /// What another diff leaves of it.
    pub(crate) fn after(self, diff: &Diff) -> Self {
        let tasks = self.tasks.into_iter();
        Self { tasks: tasks.filter_map(|(at, known)| Some((untouched(&at, diff)?, known))).collect() }
    }

    pub(super) fn get(&self, pointer: &Pointer) -> Option<Known> {
        self.tasks.get(pointer).copied()
    }
}

/// Where a task stands after a diff that changes nothing of it or in it.
fn untouched(task: &Pointer, diff: &Diff) -> Option<Pointer> {
    diff.changes.iter().try_fold(task.clone(), |task, change| {
        let now = change.follow(&task)?;
        let touched = match change {
            Change::Added { at, .. } | Change::Removed { at, .. } => at.is_within(&task),
            Change::Updated { at, .. } => at.is_within(&task) || task.is_within(at),
            Change::Moved { from, to } => from.is_within(&task) || to.is_within(&now),
            Change::Renamed { object, from, .. } => object.child(from).is_within(&task),
        };
        (!touched).then_some(now)
    })
}

/// The last scene, from which the next one takes over what is untouched.
#[derive(Debug, Default)]
pub(super) struct Source {
    scene: Scene,
    /// The nodes of the next scene that stand at another index or have another name than before.
    strangers: Vec<usize>,
}

impl Source {
    pub(super) fn new(scene: Scene) -> Self {
        Self { scene, strangers: Vec::new() }
    }

    /// Puts an untouched task into the next scene, with all that stands in it.
    pub(super) fn graft(
        &mut self,
        known: Known,
        next: &mut Scene,
        at: &Pointer,
        rect: Rect,
        parent: Option<usize>,
    ) {
        let Some(node) = self.scene.nodes.get(known.node) else { return };
        let (before, corner, reach) = (node.pointer.clone(), node.rect, node.reach.clone());
        let by = Point { x: rect.x - corner.x, y: rect.y - corner.y };
        let is_card = node.shape == NodeShape::Card;
        let nodes = known.node..if is_card { known.node + 1 } else { reach.nodes };
        let first = next.nodes.len();
        let (edges, gaps) = (next.edges.len(), next.gaps.len());
        let renamed = before != *at;
        for index in nodes.clone() {
            let Some(node) = self.scene.nodes.get_mut(index) else { continue };
            let mut node = std::mem::replace(node, blank_node());
            if renamed {
                node.pointer = below(at, &before, &node.pointer);
            }
            node.rect = shifted(node.rect, by);
            node.parent = node.parent.map(|parent| (parent + first).wrapping_sub(known.node));
            let number = next.nodes.len();
            node.reach = Reach {
                nodes: (node.reach.nodes + first).wrapping_sub(known.node),
                edges: moved(&node.reach.edges, reach.edges.start, edges),
                gaps: moved(&node.reach.gaps, reach.gaps.start, gaps),
                ..node.reach
            };
            if renamed || number != index {
                self.strangers.push(number);
            }
            next.nodes.push(node);
        }
        if let Some(node) = next.nodes.get_mut(first) {
            node.rect = rect;
            node.parent = parent;
        }
        let shifted_end = |end: EdgeEnd| match end {
            EdgeEnd::Node(node) => EdgeEnd::Node((node + first).wrapping_sub(known.node)),
            end => end,
        };
        for edge in self.scene.edges.get_mut(reach.edges).into_iter().flatten() {
            let mut edge = std::mem::replace(edge, blank_edge());
            (edge.from, edge.to) = (shifted_end(edge.from), shifted_end(edge.to));
            edge.points.iter_mut().for_each(|point| *point = Point { x: point.x + by.x, y: point.y + by.y });
            if let Some(label) = &mut edge.label {
                label.at = Point { x: label.at.x + by.x, y: label.at.y + by.y };
            }
            next.edges.push(edge);
        }
        for gap in self.scene.gaps.get_mut(reach.gaps).into_iter().flatten() {
            let mut gap = std::mem::replace(gap, blank_gap());
            if renamed {
                gap.list = below(at, &before, &gap.list);
            }
            gap.rect = shifted(gap.rect, by);
            next.gaps.push(gap);
        }
    }

    /// Finds everything of the next scene: what stands where it stood under its old name is found already.
    pub(super) fn finish(mut self, next: &mut Scene, read: &[usize]) {
        let index = &mut self.scene.index;
        index.retain(|pointer, node| next.nodes.get(*node).is_some_and(|now| now.pointer == *pointer));
        for stranger in self.strangers.iter().chain(read) {
            if let Some(node) = next.nodes.get(*stranger) {
                index.insert(node.pointer.clone(), *stranger);
            }
        }
        next.index = std::mem::take(index);
        next.find_areas();
    }
}

/// A pointer that stood in `before`, now that this is `at`.
fn below(at: &Pointer, before: &Pointer, pointer: &Pointer) -> Pointer {
    let rest = pointer.as_str().strip_prefix(before.as_str()).unwrap_or_default();
    Pointer::parse(&format!("{at}{rest}")).unwrap_or_else(|| at.clone())
}

fn shifted(rect: Rect, by: Point) -> Rect {
    Rect { x: rect.x + by.x, y: rect.y + by.y, ..rect }
}

fn moved(range: &Range<usize>, from: usize, to: usize) -> Range<usize> {
    (range.start + to).wrapping_sub(from)..(range.end + to).wrapping_sub(from)
}

fn blank_node() -> SceneNode {
    SceneNode {
        pointer: Pointer::root(),
        rect: Rect::default(),
        kind: NodeKind::CatchLane,
        shape: NodeShape::Card,
        title: String::new(),
        subtitle: String::new(),
        function: None,
        badges: Vec::new(),
        note: None,
        colour: None,
        parent: None,
        depth: usize::MAX,
        reach: Reach::default(),
    }
}

fn blank_edge() -> SceneEdge {
    let kind = EdgeKind::Sequence;
    SceneEdge { from: EdgeEnd::Open, to: EdgeEnd::Open, points: Vec::new(), label: None, kind }
}

fn blank_gap() -> SceneGap {
    SceneGap { list: Pointer::root(), index: 0, rect: Rect::default(), empty: false }
}
