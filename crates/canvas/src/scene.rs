//! What there is to draw: task nodes, lines between them, and the places where a task can be dropped.
//!
//! A scene is data. It knows nothing of selection, status or colour; whoever draws it adds those.

use std::collections::HashMap;
use std::ops::Range;

use flow::{Pointer, TaskKind, edit::Side};

use crate::layout::Extent;
use crate::{Direction, Places, Point, Rect, sizes};

/// A definition laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// In document order, a box before what stands in it: drawing in this order is right.
    pub nodes: Vec<SceneNode>,
    pub edges: Vec<SceneEdge>,
    pub gaps: Vec<SceneGap>,
    /// The marker where the workflow starts.
    pub start: Rect,
    /// The marker where it ends.
    pub end: Rect,
    /// Everything, with a margin; starts at 0, 0.
    pub bounds: Rect,
    pub direction: Direction,
    pub(crate) index: HashMap<Pointer, usize>,
    pub(crate) where_nodes: Places,
    pub(crate) where_edges: Places,
    pub(crate) where_gaps: Places,
}

/// A task, or the catch lane of a `try`.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneNode {
    /// The task's pointer (its `state_id`); of a lane, the pointer of the `catch`.
    pub pointer: Pointer,
    pub rect: Rect,
    pub kind: NodeKind,
    pub shape: NodeShape,
    /// The task's name; empty for a lane.
    pub title: String,
    /// What it does in the definition's own words: `GET https://…`, `PT30S`, `item in .items`; may be empty.
    pub subtitle: String,
    /// What a `call` calls: `http`, `dns-record-add:1.0.0@default`.
    pub function: Option<String>,
    pub badges: Vec<Badge>,
    /// What somebody noted at the task.
    pub note: Option<String>,
    /// The colour that somebody gave it, in the definition's word.
    pub colour: Option<String>,
    /// The box or lane around it, as an index of [`Scene::nodes`].
    pub parent: Option<usize>,
    /// How many boxes and lanes stand around it.
    pub depth: usize,
    pub(crate) reach: Reach,
}

/// How far a node reaches in the scene, with everything that stands in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reach {
    pub(crate) extent: Extent,
    /// The index after its last node.
    pub(crate) nodes: usize,
    pub(crate) edges: Range<usize>,
    pub(crate) gaps: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// `None` where no member of the task says what it does.
    Task(Option<TaskKind>),
    CatchLane,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeShape {
    /// A task with nothing inside, or a collapsed box.
    Card,
    /// A task with others inside: a header of [`sizes::HEADER`] height, then its content.
    Box,
    /// The catch lane in the box of a `try`, with a header too.
    Lane,
}

/// A small sign on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Badge {
    /// A manual gate: people decide here.
    Gate,
    /// It runs only if this holds.
    Condition {
        expression: String,
    },
    /// Its condition is the constant `false`: it never runs.
    Disabled,
    Timeout,
    /// The `try` retries.
    Retry,
    /// The first branch that completes wins.
    Compete,
    /// It runs another workflow, which can be looked into.
    Workflow,
    /// A box that is drawn as a card, with so many tasks inside.
    Collapsed {
        tasks: usize,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct SceneEdge {
    pub from: EdgeEnd,
    pub to: EdgeEnd,
    /// Right-angled, from `from` to `to`; at least two points.
    pub points: Vec<Point>,
    pub label: Option<EdgeLabel>,
    pub kind: EdgeKind,
}

/// Text beside a line.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeLabel {
    pub text: String,
    /// Where the text starts, on its middle line. [`sizes::LABEL`] wide at most.
    pub at: Point,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdgeEnd {
    /// An index of [`Scene::nodes`].
    Node(usize),
    Start,
    End,
    /// The line stops beside its task: it leaves to where no line can be drawn.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdgeKind {
    /// One task after another.
    Sequence,
    /// From a box's edge to its first task.
    Enter,
    /// From the last task to its box's edge.
    Leave,
    /// From a fork's edge to a branch.
    Branch,
    /// From a branch to its fork's edge.
    Join,
    /// A case of a `switch`; the label is its name.
    Case,
    /// A `then` that leads elsewhere than to the next task; the label is its target.
    Then,
    /// A `then` or a case that names no task of its scope.
    Dangling,
    /// From the tried tasks to the catch lane.
    Catch,
}

/// A place where a task can be dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneGap {
    pub list: Pointer,
    /// The index that a task dropped here gets.
    pub index: usize,
    pub rect: Rect,
    /// The list is empty, and the place is as large as a card.
    pub empty: bool,
}

/// What is at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    Node {
        node: usize,
        zone: NodeZone,
    },
    /// An index of [`Scene::gaps`].
    Gap {
        gap: usize,
    },
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeZone {
    /// The third of a card, or of a box's header, where a drop makes a parallel branch.
    Side(Side),
    /// The rest of a card or header.
    Middle,
    /// Inside a box, beside its tasks.
    Inside,
}

impl SceneEdge {
    /// The rectangle around the line, with room for its label.
    fn area(&self) -> Rect {
        let mut points =
            self.points.iter().map(|point| Rect { x: point.x, y: point.y, width: 0.0, height: 0.0 });
        let first = points.next().unwrap_or_default();
        let area = points.fold(first, |area, point| area.union(&point)).grown(1.0);
        if self.label.is_some() {
            Rect { width: area.width + sizes::LABEL, ..area.grown(10.0) }
        } else {
            area
        }
    }
}

impl Scene {
    /// The index of the node with this pointer.
    pub fn find(&self, pointer: &Pointer) -> Option<usize> {
        self.index.get(pointer).copied()
    }

    pub fn node(&self, pointer: &Pointer) -> Option<&SceneNode> {
        self.find(pointer).and_then(|index| self.nodes.get(index))
    }

    /// The indices of the nodes that are in an area, in order.
    pub fn nodes_in(&self, area: &Rect) -> Vec<usize> {
        self.where_nodes.overlapping(area)
    }

    /// The indices of the lines that are in an area, their labels included.
    pub fn edges_in(&self, area: &Rect) -> Vec<usize> {
        self.where_edges.overlapping(area)
    }

    /// The indices of the gaps that are in an area.
    pub fn gaps_in(&self, area: &Rect) -> Vec<usize> {
        self.where_gaps.overlapping(area)
    }

    /// What is looked up was built with the scene.
    pub(crate) fn find_places(&mut self) {
        self.index =
            self.nodes.iter().enumerate().map(|(index, node)| (node.pointer.clone(), index)).collect();
        self.find_areas();
    }

    pub(crate) fn find_areas(&mut self) {
        self.where_nodes = Places::new(self.nodes.iter().map(|node| node.rect));
        self.where_edges = Places::new(self.edges.iter().map(SceneEdge::area));
        self.where_gaps = Places::new(self.gaps.iter().map(|gap| gap.rect));
    }

    /// The task that a node stands for: itself, or the `try` of a lane.
    pub fn task_of(&self, node: usize) -> Option<&SceneNode> {
        let found = self.nodes.get(node)?;
        match found.kind {
            NodeKind::Task(_) => Some(found),
            NodeKind::CatchLane => found.parent.and_then(|parent| self.nodes.get(parent)),
        }
    }

    /// What is at a point of the scene: the innermost node, else a gap, where no task lies over it.
    pub fn hit(&self, point: Point) -> Hit {
        let node = self.where_nodes.holding(point).last().copied();
        let zone = node.map(|index| self.zone(&self.nodes[index], point));
        match (node, zone) {
            (Some(node), Some(zone)) if zone != NodeZone::Inside => return Hit::Node { node, zone },
            _ => {}
        }
        if let Some(gap) = self.where_gaps.holding(point).first().copied() {
            return Hit::Gap { gap };
        }
        node.zip(zone).map_or(Hit::Nothing, |(node, zone)| Hit::Node { node, zone })
    }

    fn zone(&self, node: &SceneNode, point: Point) -> NodeZone {
        let area = match node.shape {
            NodeShape::Card => node.rect,
            NodeShape::Box | NodeShape::Lane => Rect { height: sizes::HEADER, ..node.rect },
        };
        if !area.contains(point) {
            return NodeZone::Inside;
        }
        let share = match self.direction {
            Direction::TopDown => (point.x - area.x) / area.width,
            Direction::LeftRight => (point.y - area.y) / area.height,
        };
        match share {
            _ if node.shape == NodeShape::Lane => NodeZone::Middle,
            share if share < 1.0 / 3.0 => NodeZone::Side(Side::Before),
            share if share > 2.0 / 3.0 => NodeZone::Side(Side::After),
            _ => NodeZone::Middle,
        }
    }
}
