//! Where the flow leaves its straight line: `then` and the cases of a `switch`.

use std::collections::HashMap;

use flow::{TaskKind, view::switch_cases};
use serde_json::Value;

use super::measure::Block;

/// More lanes than this would push everything apart; lines share them then.
const MOST_LANES: usize = 6;

/// A way from a task to elsewhere than the next one.
#[derive(Clone, Debug)]
pub(super) struct Jump<'a> {
    /// The position of the block it leaves.
    pub(super) from: usize,
    /// Which of the jumps that leave this block it is, of how many.
    pub(super) port: usize,
    pub(super) of: usize,
    pub(super) target: JumpTarget<'a>,
    /// The name of the case; none for a task's own `then`.
    pub(super) case: Option<&'a str>,
    /// In which lane it runs, where it leads to another block or the end.
    pub(super) lane: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JumpTarget<'a> {
    /// The position of a block of the same list.
    Block(usize),
    /// The end marker, which only the workflow's own list can draw a line to.
    EndMarker,
    /// Out of the box.
    Leave,
    /// The end of the workflow, from within a box.
    End,
    /// No task of this list has this name.
    Dangling(&'a str),
}

#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) jumps: Vec<Jump<'a>>,
    /// For each block how the flow goes straight on: not, or with a label perhaps.
    pub(super) falls: Vec<Option<Option<String>>>,
}

/// The jumps of a list, and what is left of its straight line.
pub(super) fn find_jumps<'a>(blocks: &[Block<'a>], top: bool) -> Found<'a> {
    let mut positions = HashMap::new();
    for (position, block) in blocks.iter().enumerate() {
        positions.entry(block.name).or_insert(position);
    }
    // `None` is straight on.
    let resolve = |from: usize, then: Option<&'a str>| match then {
        None | Some("continue") => None,
        Some("end" | "exit") if top => Some(JumpTarget::EndMarker),
        Some("end") => Some(JumpTarget::End),
        Some("exit") => Some(JumpTarget::Leave),
        Some(name) => match positions.get(name) {
            Some(target) if *target == from + 1 => None,
            Some(target) => Some(JumpTarget::Block(*target)),
            None => Some(JumpTarget::Dangling(name)),
        },
    };
    let mut found = Found { jumps: Vec::new(), falls: Vec::with_capacity(blocks.len()) };
    for (from, block) in blocks.iter().enumerate() {
        let first = found.jumps.len();
        let mut leave = |target, case| {
            found.jumps.push(Jump { from, port: 0, of: 0, target, case, lane: 0 });
        };
        let mut labels = Vec::new();
        let mut otherwise = true;
        if block.kind == Some(TaskKind::Switch) {
            for case in switch_cases(&block.pointer, block.value) {
                match resolve(from, case.then) {
                    Some(target) => leave(target, Some(case.name)),
                    None => labels.push(case.name),
                }
                otherwise &= case.when.is_some();
            }
        }
        // A `switch` goes on by its own directive only where no case matches.
        let then = block.value.get("then").and_then(Value::as_str);
        let own = if otherwise { resolve(from, then) } else { None };
        if let Some(target) = own {
            leave(target, None);
        }
        let falls = (otherwise && own.is_none()) || !labels.is_empty();
        found.falls.push(falls.then(|| (!labels.is_empty()).then(|| labels.join(" · "))));
        if let Some(catch) =
            block.value.get("catch").and_then(|catch| catch.get("then")).and_then(Value::as_str)
            && block.kind == Some(TaskKind::Try)
            && let Some(target) = resolve(from, Some(catch))
        {
            found.jumps.push(Jump { from, port: 0, of: 0, target, case: Some("catch"), lane: 0 });
        }
        let of = found.jumps.len() - first;
        for (port, jump) in found.jumps[first..].iter_mut().enumerate() {
            (jump.port, jump.of) = (port, of);
        }
    }
    assign_lanes(&mut found.jumps, blocks.len());
    found
}

/// How many lanes the jumps need.
pub(super) fn lane_count(jumps: &[Jump<'_>]) -> usize {
    jumps.iter().filter(|jump| span(jump, 0).is_some()).map(|jump| jump.lane + 1).max().unwrap_or_default()
}

/// Gives lines that run beside the same tasks different lanes, the shortest the innermost.
fn assign_lanes(jumps: &mut [Jump<'_>], length: usize) {
    let mut order: Vec<(usize, usize, usize)> = jumps
        .iter()
        .enumerate()
        .filter_map(|(index, jump)| span(jump, length).map(|(low, high)| (low, high, index)))
        .collect();
    order.sort_unstable();
    let mut ends: Vec<usize> = Vec::new();
    for (low, high, index) in order {
        let free = ends.iter().position(|end| *end < low);
        let lane = match free {
            Some(lane) => lane,
            None if ends.len() < MOST_LANES => {
                ends.push(high);
                ends.len() - 1
            }
            None => index % MOST_LANES,
        };
        ends[lane] = ends[lane].max(high);
        jumps[index].lane = lane;
    }
}

/// Beside which blocks a jump's line runs, if it has one.
fn span(jump: &Jump<'_>, length: usize) -> Option<(usize, usize)> {
    match jump.target {
        JumpTarget::Block(target) => Some((jump.from.min(target), jump.from.max(target))),
        JumpTarget::EndMarker => Some((jump.from, length)),
        JumpTarget::Leave | JumpTarget::End | JumpTarget::Dangling(_) => None,
    }
}
