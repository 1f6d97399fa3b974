//! The lines of the small timeline: a task each, with the spans of all its attempts.

use std::collections::HashMap;

use flow::Pointer;
use flow::simulate::{Simulation, Source, SpanKind};

/// More lines are counted, not drawn.
const MOST_LINES: usize = 200;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) pointer: Pointer,
    pub(super) name: String,
    pub(super) bars: Vec<Bar>,
    /// How long it took, all in all.
    pub(super) time: i64,
    pub(super) is_critical: bool,
    pub(super) is_assumed: bool,
}

/// A stretch of time, in parts of the whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) kind: SpanKind,
    pub(super) left: f64,
    pub(super) width: f64,
    pub(super) is_critical: bool,
}

/// The lines, and how many more there would be.
pub(super) fn lines(simulation: &Simulation) -> (Vec<Line>, usize) {
    let mut lines: Vec<Line> = Vec::new();
    let mut places: HashMap<&Pointer, usize> = HashMap::new();
    let whole = simulation.total.max(1) as f64;
    for step in simulation.steps.iter().filter(|step| !step.spans.is_empty()) {
        let place = *places.entry(&step.pointer).or_insert_with(|| {
            let (pointer, name) = (step.pointer.clone(), step.name.clone());
            let bars = Vec::new();
            lines.push(Line { pointer, name, bars, time: 0, is_critical: false, is_assumed: false });
            lines.len() - 1
        });
        let line = &mut lines[place];
        for span in &step.spans {
            let to = span.to.unwrap_or(simulation.total);
            let time = (to - span.from).max(0);
            line.time += time;
            line.is_critical |= span.is_critical;
            line.is_assumed |= span.source == Some(Source::Assumed) && time > 0;
            line.bars.push(Bar {
                kind: span.kind,
                left: span.from as f64 / whole,
                width: time as f64 / whole,
                is_critical: span.is_critical,
            });
        }
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    (lines, more)
}

#[cfg(test)]
mod tests {
    use flow::Document;
    use flow::simulate::{Scenario, simulate};

    use super::*;

    #[test]
    fn a_loop_is_one_line_and_its_parts_fill_the_whole() {
        let document = Document::from_yaml(
            "document: {dsl: '1.0.3', namespace: a, name: a, version: '1.0.0'}\ndo: [each: {for: {each: x, in: '${ [1, 2] }'}, do: [ask: {call: 'f:1.0.0@default'}]}]",
        )
        .unwrap();
        let (lines, more) = lines(&simulate(&document, Scenario::default()).unwrap());
        assert_eq!((lines.len(), more), (1, 0));
        assert_eq!((lines[0].name.as_str(), lines[0].time, lines[0].is_assumed), ("ask", 60_000, true));
        let bars: Vec<(f64, f64)> = lines[0].bars.iter().map(|bar| (bar.left, bar.width)).collect();
        assert_eq!(bars, [(0.0, 0.5), (0.5, 0.5)]);
    }
}
