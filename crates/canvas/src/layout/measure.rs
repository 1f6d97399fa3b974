//! The first pass: how much room each task and each list needs, from the inside out.

use flow::{
    ChildList, ChildRole, Pointer, TaskKind,
    view::{child_lists, possible_child_lists, tasks_of_list},
};
use serde_json::Value;

use super::{
    Direction, Kept, LayoutOptions,
    jumps::{Jump, JumpTarget, find_jumps, lane_count},
    keep::Known,
    sizes,
};

/// Deeper boxes are drawn as cards: no definition that can be read back from JSON has them, and no stack
/// needs to hold them.
const DEEPEST: usize = 64;

pub(super) struct Measure<'a> {
    pub(super) options: &'a LayoutOptions,
    pub(super) root: &'a Value,
    /// Tasks that need not be read.
    pub(super) kept: &'a Kept,
}

/// How far something reaches: along the flow, and before and after its axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Extent {
    pub(crate) main: f64,
    pub(crate) before: f64,
    pub(crate) after: f64,
}

/// A task with its room.
pub(super) struct Block<'a> {
    /// The index in its list.
    pub(super) index: usize,
    pub(super) pointer: Pointer,
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
    pub(super) kind: Option<TaskKind>,
    /// Of the rectangle that is drawn.
    pub(super) extent: Extent,
    /// The room after it for its jumps' labels.
    pub(super) label_room: f64,
    /// It says what it said in the scene before.
    pub(super) known: Option<Known>,
    pub(super) content: Content<'a>,
}

pub(super) enum Content<'a> {
    /// Nothing inside, or nothing shown: so many tasks are hidden.
    Card {
        hidden: Option<usize>,
    },
    /// A box with the inside that it had.
    Kept,
    Branches(Branches<'a>),
    Sequence {
        body: Sequence<'a>,
        catch: Option<Box<Lane<'a>>>,
    },
}

/// Tasks that follow each other.
pub(super) struct Sequence<'a> {
    pub(super) list: Pointer,
    pub(super) length: usize,
    pub(super) blocks: Vec<Block<'a>>,
    pub(super) jumps: Vec<Jump<'a>>,
    /// How the flow goes on from each block to the next: not at all, or with a label.
    pub(super) falls: Vec<Option<Option<String>>>,
    pub(super) extent: Extent,
    /// Where the lanes of the jumps begin, after the axis.
    pub(super) lanes_from: f64,
}

/// Tasks that stand side by side.
pub(super) struct Branches<'a> {
    pub(super) list: Pointer,
    pub(super) length: usize,
    pub(super) blocks: Vec<Block<'a>>,
    pub(super) jumps: Vec<Jump<'a>>,
    pub(super) extent: Extent,
}

pub(super) struct Lane<'a> {
    pub(super) pointer: Pointer,
    pub(super) body: Sequence<'a>,
    pub(super) extent: Extent,
}

impl Extent {
    pub(super) fn cross(&self) -> f64 {
        self.before + self.after
    }
}

impl<'a> Measure<'a> {
    pub(super) fn top(&self) -> Sequence<'a> {
        self.sequence(Pointer::root().child("do"), 0)
    }

    /// The room of a card in this direction.
    pub(super) fn card(&self) -> Extent {
        let (main, cross) = match self.options.direction {
            Direction::TopDown => (sizes::CARD_HEIGHT, sizes::CARD_WIDTH),
            Direction::LeftRight => (sizes::CARD_WIDTH, sizes::CARD_HEIGHT),
        };
        Extent { main, before: cross / 2.0, after: cross / 2.0 }
    }

    fn block(&self, list: &Pointer, index: usize, item: &'a Value, depth: usize) -> Option<Block<'a>> {
        let (name, value) = item.as_object()?.iter().next()?;
        let pointer = list.index(index).child(name);
        let kind = TaskKind::of(value);
        let known = self.known(&pointer, depth);
        if let Some(known) = known {
            let (content, extent) = match known.extent {
                Some(extent) => (Content::Kept, extent),
                None => (Content::Card { hidden: known.hidden }, self.card()),
            };
            return Some(Block {
                index,
                pointer,
                name,
                value,
                kind,
                extent,
                label_room: 0.0,
                known: Some(known),
                content,
            });
        }
        // A `do`, `fork`, `for` or `try` is a box even while it is empty; others only with something inside.
        let lists = match kind {
            Some(TaskKind::Do | TaskKind::Fork | TaskKind::For | TaskKind::Try) => {
                possible_child_lists(&pointer, value)
            }
            _ => child_lists(&pointer, value),
        };
        let content = self.content(&pointer, &lists, depth);
        let extent = match &content {
            Content::Card { .. } | Content::Kept => self.card(),
            Content::Branches(branches) => self.framed(branches.extent),
            Content::Sequence { body, catch: None } => self.framed(body.extent),
            Content::Sequence { body, catch: Some(lane) } => self.framed(Extent {
                main: body.extent.main.max(lane.extent.main + 2.0 * sizes::PADDING),
                before: body.extent.before,
                after: body.extent.after + sizes::PADDING + lane.extent.cross(),
            }),
        };
        Some(Block { index, pointer, name, value, kind, extent, label_room: 0.0, known: None, content })
    }

    /// What was left of the task at this place, which is drawn as it was.
    fn known(&self, pointer: &Pointer, depth: usize) -> Option<Known> {
        let known = self.kept.get(pointer)?;
        let collapsed = self.options.collapsed.contains(pointer);
        let same = known.depth == depth && depth < DEEPEST && known.hidden.is_some() == collapsed;
        same.then_some(known)
    }

    fn content(&self, pointer: &Pointer, lists: &[ChildList], depth: usize) -> Content<'a> {
        let Some(first) = lists.first() else { return Content::Card { hidden: None } };
        if depth >= DEEPEST || self.options.collapsed.contains(pointer) {
            let hidden = lists.iter().map(|list| tasks_of_list(self.root, &list.pointer).count()).sum();
            return Content::Card { hidden: Some(hidden) };
        }
        if first.role == ChildRole::Branches {
            return Content::Branches(self.branches(first.pointer.clone(), depth + 1));
        }
        let catch = lists.iter().find(|list| list.role == ChildRole::Catch).map(|list| {
            let body = self.sequence(list.pointer.clone(), depth + 1);
            let extent = self.framed(body.extent);
            Box::new(Lane { pointer: pointer.child("catch"), body, extent })
        });
        Content::Sequence { body: self.sequence(first.pointer.clone(), depth + 1), catch }
    }

    /// The room of a box or lane around its content.
    fn framed(&self, content: Extent) -> Extent {
        match self.options.direction {
            Direction::TopDown => Extent {
                main: sizes::HEADER + content.main,
                before: (content.before + sizes::PADDING).max(sizes::BOX / 2.0),
                after: (content.after + sizes::PADDING).max(sizes::BOX / 2.0),
            },
            Direction::LeftRight => Extent {
                main: content.main.max(sizes::BOX),
                before: content.before + sizes::HEADER + sizes::PADDING,
                after: content.after + sizes::PADDING,
            },
        }
    }

    fn sequence(&self, list: Pointer, depth: usize) -> Sequence<'a> {
        let items = list.get(self.root).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut blocks = self.blocks(&list, items, depth);
        let found = find_jumps(&blocks, depth == 0);
        self.make_room(&mut blocks, &found.jumps);
        let card = self.card();
        let mut extent = Extent { main: 0.0, ..card };
        if blocks.is_empty() {
            extent.main = card.main + 2.0 * sizes::PADDING;
        } else {
            extent.main = sizes::GAP;
        }
        for block in &blocks {
            extent.main += block.extent.main + sizes::GAP;
            extent.before = extent.before.max(block.extent.before);
            extent.after = extent.after.max(block.extent.after + block.label_room);
        }
        let lanes_from = extent.after + sizes::LANE;
        let lanes = lane_count(&found.jumps);
        if lanes > 0 {
            extent.after = lanes_from + sizes::LANE * lanes as f64;
        }
        Sequence {
            list,
            length: items.len(),
            blocks,
            jumps: found.jumps,
            falls: found.falls,
            extent,
            lanes_from,
        }
    }

    fn branches(&self, list: Pointer, depth: usize) -> Branches<'a> {
        let items = list.get(self.root).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut blocks = self.blocks(&list, items, depth);
        // Branches do not follow each other: whatever a branch's directive names, no line leads to a sibling.
        let mut jumps = find_jumps(&blocks, false).jumps;
        jumps.retain_mut(|jump| {
            if let JumpTarget::Block(target) = jump.target {
                jump.target = JumpTarget::Dangling(blocks.get(target).map_or("", |block| block.name));
            }
            !matches!(jump.target, JumpTarget::Leave)
        });
        self.make_room(&mut blocks, &jumps);
        let card = self.card();
        let mut extent = Extent { main: 0.0, ..card };
        let mut cross = sizes::GAP;
        if blocks.is_empty() {
            extent.main = card.main + 2.0 * sizes::PADDING;
            cross = card.cross();
        }
        for block in &blocks {
            extent.main = extent.main.max(block.extent.main + 2.0 * sizes::SPREAD);
            cross += block.extent.cross() + block.label_room + sizes::GAP;
        }
        extent.before = cross / 2.0;
        extent.after = cross / 2.0;
        Branches { list, length: items.len(), blocks, jumps, extent }
    }

    fn blocks(&self, list: &Pointer, items: &'a [Value], depth: usize) -> Vec<Block<'a>> {
        let blocks = items.iter().enumerate();
        blocks.filter_map(|(index, item)| self.block(list, index, item, depth)).collect()
    }

    /// Makes cards long enough for the jumps that leave them, and keeps room for their labels.
    fn make_room(&self, blocks: &mut [Block<'a>], jumps: &[Jump<'a>]) {
        for jump in jumps {
            let Some(block) = blocks.get_mut(jump.from) else { continue };
            block.label_room = match self.options.direction {
                Direction::TopDown => sizes::STUB + sizes::LABEL,
                Direction::LeftRight => sizes::STUB + sizes::LANE,
            };
            if matches!(block.content, Content::Card { .. }) {
                let ports = sizes::PORT * (jump.of + 1) as f64;
                block.extent.main = block.extent.main.max(ports);
            }
        }
    }
}
