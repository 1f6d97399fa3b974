//! The second pass: coordinates, from the outside in.

use super::{
    Direction,
    jumps::{Jump, JumpTarget},
    keep::Source,
    measure::{Block, Branches, Content, Extent, Lane, Sequence},
    patch::describe,
    sizes,
};
use crate::scene::Reach;
use crate::{
    EdgeEnd, EdgeKind, EdgeLabel, NodeKind, NodeShape, Point, Rect, Scene, SceneEdge, SceneGap, SceneNode,
};

/// Places what was measured, and tells how many nodes were made anew; what was kept comes from the scene before.
pub(super) fn place(top: &Sequence<'_>, direction: Direction, before: Option<Scene>) -> (Scene, usize) {
    let radius = sizes::MARKER / 2.0;
    let axis = sizes::MARGIN + top.extent.before.max(radius);
    let first = sizes::MARGIN + sizes::MARKER;
    let last = first + top.extent.main;
    let mut placer = Placer {
        direction,
        scene: Scene { direction, ..Scene::default() },
        is_first: before.is_none(),
        source: Source::new(before.unwrap_or_default()),
        read: Vec::new(),
    };
    placer.scene.start = placer.rect(sizes::MARGIN, axis - radius, sizes::MARKER, sizes::MARKER);
    placer.scene.end = placer.rect(last, axis - radius, sizes::MARKER, sizes::MARKER);
    let around = Around {
        parent: None,
        depth: 0,
        enter: EdgeEnd::Start,
        leave: EdgeEnd::End,
        main: first,
        end: last,
        axis,
    };
    placer.sequence(top, around);
    let whole = placer.rect(
        0.0,
        0.0,
        last + sizes::MARKER + sizes::MARGIN,
        axis + top.extent.after.max(radius) + sizes::MARGIN,
    );
    let Placer { mut scene, source, read, is_first, .. } = placer;
    scene.bounds = whole;
    if is_first {
        scene.find_places();
    } else {
        source.finish(&mut scene, &read);
    }
    (scene, read.len())
}

struct Placer {
    direction: Direction,
    scene: Scene,
    /// There was no scene before.
    is_first: bool,
    source: Source,
    /// The nodes that were made, not kept.
    read: Vec<usize>,
}

/// What a list stands in, and where.
#[derive(Clone, Copy)]
struct Around {
    parent: Option<usize>,
    depth: usize,
    enter: EdgeEnd,
    leave: EdgeEnd,
    /// Where the list begins along the flow, and where its surroundings end.
    main: f64,
    end: f64,
    axis: f64,
}

impl Placer {
    fn sequence(&mut self, sequence: &Sequence<'_>, around: Around) {
        let card = match self.direction {
            Direction::TopDown => (sizes::CARD_HEIGHT, sizes::CARD_WIDTH),
            Direction::LeftRight => (sizes::CARD_WIDTH, sizes::CARD_HEIGHT),
        };
        let gap_from = around.axis - card.1 / 2.0;
        if sequence.blocks.is_empty() {
            let rect = self.rect(around.main + sizes::PADDING, gap_from, card.0, card.1);
            self.gap(&sequence.list, 0, rect, true);
            if around.parent.is_none() {
                self.straight(
                    around.enter,
                    around.leave,
                    around.axis,
                    around.main,
                    around.end,
                    EdgeKind::Sequence,
                    None,
                );
            }
            return;
        }
        let mut main = around.main;
        let mut nodes = Vec::with_capacity(sequence.blocks.len());
        let mut starts = Vec::with_capacity(sequence.blocks.len());
        for block in &sequence.blocks {
            let rect = self.rect(main, gap_from, sizes::GAP, card.1);
            self.gap(&sequence.list, block.index, rect, false);
            main += sizes::GAP;
            starts.push(main);
            nodes.push(self.block(block, main, around.axis, around));
            main += block.extent.main;
        }
        let rect = self.rect(main, gap_from, sizes::GAP, card.1);
        self.gap(&sequence.list, sequence.length, rect, false);
        self.flow(sequence, around, &nodes, &starts);
        for jump in &sequence.jumps {
            self.jump(jump, &sequence.blocks, around, &nodes, &starts, sequence.lanes_from);
        }
    }

    /// The straight lines of a sequence.
    fn flow(&mut self, sequence: &Sequence<'_>, around: Around, nodes: &[usize], starts: &[f64]) {
        let (mut from, mut at, mut label, mut falls) = (around.enter, around.main, None, true);
        let mut kind = if around.parent.is_some() { EdgeKind::Enter } else { EdgeKind::Sequence };
        for (position, block) in sequence.blocks.iter().enumerate() {
            let (node, start) = (EdgeEnd::Node(nodes[position]), starts[position]);
            if falls {
                self.straight(from, node, around.axis, at, start, kind, label);
            }
            (from, at) = (node, start + block.extent.main);
            let fall = sequence.falls.get(position).cloned().flatten();
            falls = fall.is_some();
            label = fall.flatten();
            kind = if label.is_some() { EdgeKind::Case } else { EdgeKind::Sequence };
        }
        if falls {
            let kind = match kind {
                EdgeKind::Sequence if around.parent.is_some() => EdgeKind::Leave,
                kind => kind,
            };
            self.straight(from, around.leave, around.axis, at, around.end, kind, label);
        }
    }

    fn branches(&mut self, branches: &Branches<'_>, around: Around) {
        let length = around.end - around.main;
        let mut cross = around.axis - branches.extent.before;
        if branches.blocks.is_empty() {
            let size = (branches.extent.main - 2.0 * sizes::PADDING, branches.extent.cross());
            let rect = self.rect(around.main + sizes::PADDING, cross, size.0, size.1);
            self.gap(&branches.list, 0, rect, true);
            return;
        }
        let start = around.main + sizes::SPREAD;
        let mut nodes = Vec::with_capacity(branches.blocks.len());
        let mut starts = Vec::with_capacity(branches.blocks.len());
        let mut axes = Vec::with_capacity(branches.blocks.len());
        for block in &branches.blocks {
            let strip = self.rect(start, cross, length - 2.0 * sizes::SPREAD, sizes::GAP);
            self.gap(&branches.list, block.index, strip, false);
            cross += sizes::GAP;
            let axis = cross + block.extent.before;
            let node = self.block(block, start, axis, around);
            let end = start + block.extent.main;
            self.bent(
                around.enter,
                EdgeEnd::Node(node),
                (around.main, around.axis),
                (start, axis),
                around.main + sizes::SPREAD / 2.0,
                EdgeKind::Branch,
            );
            self.bent(
                EdgeEnd::Node(node),
                around.leave,
                (end, axis),
                (around.end, around.axis),
                around.end - sizes::SPREAD / 2.0,
                EdgeKind::Join,
            );
            nodes.push(node);
            starts.push(start);
            axes.push(axis);
            cross += block.extent.cross() + block.label_room;
        }
        let strip = self.rect(start, cross, length - 2.0 * sizes::SPREAD, sizes::GAP);
        self.gap(&branches.list, branches.length, strip, false);
        for jump in &branches.jumps {
            let axis = axes.get(jump.from).copied().unwrap_or(around.axis);
            self.jump(jump, &branches.blocks, Around { axis, ..around }, &nodes, &starts, 0.0);
        }
    }

    fn block(&mut self, block: &Block<'_>, main: f64, axis: f64, around: Around) -> usize {
        if let Some(known) = block.known {
            let node = self.scene.nodes.len();
            let rect = self.extent_rect(block.extent, main, axis);
            self.source.graft(known, &mut self.scene, &block.pointer, rect, around.parent);
            if let Some(drawn) = self.scene.nodes.get_mut(node) {
                drawn.reach.extent = block.extent;
            }
            return node;
        }
        let hidden = match block.content {
            Content::Card { hidden } => hidden,
            Content::Branches(_) | Content::Sequence { .. } | Content::Kept => None,
        };
        let shape = match block.content {
            Content::Card { .. } => NodeShape::Card,
            Content::Branches(_) | Content::Sequence { .. } | Content::Kept => NodeShape::Box,
        };
        let node = self.scene.nodes.len();
        let mut drawn = SceneNode {
            pointer: block.pointer.clone(),
            rect: self.extent_rect(block.extent, main, axis),
            kind: NodeKind::Task(block.kind),
            shape,
            title: block.name.to_owned(),
            subtitle: String::new(),
            function: None,
            badges: Vec::new(),
            note: None,
            colour: None,
            parent: around.parent,
            depth: around.depth,
            reach: Reach { extent: block.extent, ..Reach::default() },
        };
        describe(&mut drawn, block.value, hidden);
        self.scene.nodes.push(drawn);
        self.read.push(node);
        let (edges, gaps) = (self.scene.edges.len(), self.scene.gaps.len());
        let inside = self.inside(node, around.depth, block.extent, main, axis);
        match &block.content {
            Content::Card { .. } | Content::Kept => {}
            Content::Branches(branches) => {
                // The axis of a box is its content's, unless the box is wider for the sake of its name.
                self.branches(branches, inside);
            }
            Content::Sequence { body, catch } => {
                self.sequence(body, inside);
                if let Some(lane) = catch {
                    self.lane(lane, axis + body.extent.after + sizes::PADDING, inside);
                }
            }
        }
        self.reaches(node, edges, gaps);
        node
    }

    /// Everything that was placed since stands in this node.
    fn reaches(&mut self, node: usize, edges: usize, gaps: usize) {
        let nodes = self.scene.nodes.len();
        let (edges, gaps) = (edges..self.scene.edges.len(), gaps..self.scene.gaps.len());
        if let Some(node) = self.scene.nodes.get_mut(node) {
            node.reach = Reach { nodes, edges, gaps, ..node.reach.clone() };
        }
    }

    fn lane(&mut self, lane: &Lane<'_>, cross: f64, around: Around) {
        let node = self.scene.nodes.len();
        let (main, axis) = (around.main + sizes::PADDING, cross + lane.extent.before);
        self.scene.nodes.push(SceneNode {
            pointer: lane.pointer.clone(),
            rect: self.extent_rect(lane.extent, main, axis),
            kind: NodeKind::CatchLane,
            shape: NodeShape::Lane,
            title: String::new(),
            subtitle: String::new(),
            function: None,
            badges: Vec::new(),
            note: None,
            colour: None,
            parent: around.parent,
            depth: around.depth,
            reach: Reach { extent: lane.extent, ..Reach::default() },
        });
        self.read.push(node);
        let (edges, gaps) = (self.scene.edges.len(), self.scene.gaps.len());
        let middle = main + sizes::HEADER / 2.0;
        let points = vec![self.point(middle, cross - sizes::PADDING), self.point(middle, cross)];
        let from = around.parent.map_or(EdgeEnd::Open, EdgeEnd::Node);
        self.edge(from, EdgeEnd::Node(node), points, EdgeKind::Catch, None);
        self.sequence(&lane.body, self.inside(node, around.depth, lane.extent, main, axis));
        self.reaches(node, edges, gaps);
    }

    /// What the content of a box or lane stands in.
    fn inside(&self, node: usize, depth: usize, extent: Extent, main: f64, axis: f64) -> Around {
        let header = match self.direction {
            Direction::TopDown => sizes::HEADER,
            Direction::LeftRight => 0.0,
        };
        Around {
            parent: Some(node),
            depth: depth + 1,
            enter: EdgeEnd::Node(node),
            leave: EdgeEnd::Node(node),
            main: main + header,
            end: main + extent.main,
            axis,
        }
    }

    fn jump(
        &mut self,
        jump: &Jump<'_>,
        blocks: &[Block<'_>],
        around: Around,
        nodes: &[usize],
        starts: &[f64],
        lanes_from: f64,
    ) {
        let (Some(block), Some(node), Some(start)) =
            (blocks.get(jump.from), nodes.get(jump.from), starts.get(jump.from))
        else {
            return;
        };
        let length = match block.content {
            Content::Card { .. } => block.extent.main,
            // From the header, which is free of content.
            _ if self.direction == Direction::TopDown => sizes::HEADER,
            _ => block.extent.main,
        };
        let main = start + length * (jump.port + 1) as f64 / (jump.of + 1) as f64;
        let edge = around.axis + block.extent.after;
        let lane = around.axis + lanes_from + sizes::LANE * jump.lane as f64;
        let own = if jump.case.is_some() { EdgeKind::Case } else { EdgeKind::Then };
        let (to, kind, ways) = match jump.target {
            JumpTarget::Block(target) => {
                let (Some(block), Some(node), Some(start)) =
                    (blocks.get(target), nodes.get(target), starts.get(target))
                else {
                    return;
                };
                // Beside the middle, where the target's own jumps leave.
                let arrival = start + (block.extent.main / 8.0).min(10.0);
                let way = vec![
                    (main, edge),
                    (main, lane),
                    (arrival, lane),
                    (arrival, around.axis + block.extent.after),
                ];
                (EdgeEnd::Node(*node), own, way)
            }
            JumpTarget::EndMarker => {
                let arrival = around.end + sizes::MARKER / 2.0;
                let way = vec![
                    (main, edge),
                    (main, lane),
                    (arrival, lane),
                    (arrival, around.axis + sizes::MARKER / 2.0),
                ];
                (EdgeEnd::End, own, way)
            }
            JumpTarget::Leave | JumpTarget::End => {
                (EdgeEnd::Open, own, vec![(main, edge), (main, edge + sizes::STUB)])
            }
            JumpTarget::Dangling(_) => {
                (EdgeEnd::Open, EdgeKind::Dangling, vec![(main, edge), (main, edge + sizes::STUB)])
            }
        };
        let label = EdgeLabel { text: self.label(jump, blocks), at: self.label_at(main, edge, lane, &to) };
        let points = ways.into_iter().map(|(main, cross)| self.point(main, cross)).collect();
        self.edge(EdgeEnd::Node(*node), to, points, kind, Some(label));
    }

    /// A case is labelled with its name, a `then` with where it leads.
    fn label(&self, jump: &Jump<'_>, blocks: &[Block<'_>]) -> String {
        let target = match jump.target {
            JumpTarget::Block(target) => blocks.get(target).map_or("", |block| block.name),
            JumpTarget::EndMarker | JumpTarget::End => "end",
            JumpTarget::Leave => "exit",
            JumpTarget::Dangling(name) => name,
        };
        let drawn = matches!(jump.target, JumpTarget::Block(_) | JumpTarget::EndMarker);
        match jump.case {
            Some(case) if drawn => case.to_owned(),
            Some(case) => format!("{case} → {target}"),
            None => target.to_owned(),
        }
    }

    /// Above the line beside the task, or along its lane where the flow goes to the right.
    fn label_at(&self, main: f64, edge: f64, lane: f64, to: &EdgeEnd) -> Point {
        match self.direction {
            Direction::TopDown if *to == EdgeEnd::Open => self.point(main, edge + sizes::STUB + 4.0),
            Direction::TopDown => self.point(main - 8.0, edge + 6.0),
            Direction::LeftRight if *to == EdgeEnd::Open => self.point(main + 4.0, edge + sizes::STUB),
            Direction::LeftRight => self.point(main + 4.0, lane - 6.0),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a line is its two ends, its two places, and what it says")]
    fn straight(
        &mut self,
        from: EdgeEnd,
        to: EdgeEnd,
        axis: f64,
        start: f64,
        end: f64,
        kind: EdgeKind,
        label: Option<String>,
    ) {
        let label = label.map(|text| EdgeLabel { text, at: self.point((start + end) / 2.0, axis + 6.0) });
        let points = vec![self.point(start, axis), self.point(end, axis)];
        self.edge(from, to, points, kind, label);
    }

    fn bent(
        &mut self,
        from: EdgeEnd,
        to: EdgeEnd,
        (start, start_cross): (f64, f64),
        (end, end_cross): (f64, f64),
        bend: f64,
        kind: EdgeKind,
    ) {
        let way = [(start, start_cross), (bend, start_cross), (bend, end_cross), (end, end_cross)];
        let points = way.into_iter().map(|(main, cross)| self.point(main, cross)).collect();
        self.edge(from, to, points, kind, None);
    }

    fn edge(
        &mut self,
        from: EdgeEnd,
        to: EdgeEnd,
        points: Vec<Point>,
        kind: EdgeKind,
        label: Option<EdgeLabel>,
    ) {
        self.scene.edges.push(SceneEdge { from, to, points, label, kind });
    }

    fn gap(&mut self, list: &flow::Pointer, index: usize, rect: Rect, empty: bool) {
        self.scene.gaps.push(SceneGap { list: list.clone(), index, rect, empty });
    }

    fn extent_rect(&self, extent: Extent, main: f64, axis: f64) -> Rect {
        self.rect(main, axis - extent.before, extent.main, extent.cross())
    }

    fn rect(&self, main: f64, cross: f64, length: f64, breadth: f64) -> Rect {
        match self.direction {
            Direction::TopDown => Rect { x: cross, y: main, width: breadth, height: length },
            Direction::LeftRight => Rect { x: main, y: cross, width: length, height: breadth },
        }
    }

    fn point(&self, main: f64, cross: f64) -> Point {
        match self.direction {
            Direction::TopDown => Point { x: cross, y: main },
            Direction::LeftRight => Point { x: main, y: cross },
        }
    }
}
