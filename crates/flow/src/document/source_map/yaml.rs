//! The events of the YAML parser, of which only the places are kept. An alias is one value: what it stands
//! for was written elsewhere.

use serde_saphyr::granit_parser::{self, Event, Marker, Parser, ScalarStyle, Span};

use super::{At, Name, Open, Position, SourceMap, place};

pub(super) fn scan(text: &str) -> SourceMap {
    let mut map = SourceMap::default();
    let mut open: Vec<Open> = Vec::new();
    let options = granit_parser::options! {
        simple_key_max_lookahead: crate::MAX_BYTES,
        emit_comments: false,
    };
    // A block text ends where the next thing begins; the lines between are not its own.
    let blank: Vec<bool> = text.chars().map(char::is_whitespace).collect();
    let written = |start: usize, mut end: usize| {
        while end > start && blank.get(end - 1).copied().unwrap_or(true) {
            end -= 1;
        }
        end
    };
    for next in Parser::new_from_str_with_options(text, options) {
        let Ok((event, span)) = next else { break };
        let (start, end) = (span.start.index(), written(span.start.index(), span.end.index()));
        match event {
            Event::Scalar(value, style, ..) => {
                let large = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
                    || span.end.line() > span.start.line();
                leaf(&mut map, &mut open, value.into_owned(), &span, (end, large));
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                leaf(&mut map, &mut open, String::new(), &span, (end, false));
            }
            Event::SequenceStart(..) => {
                let node = place(&mut map, &mut open, at(&span.start));
                map.end(node, start, true);
                open.push(Open::List { node, next: 0 });
            }
            Event::MappingStart(..) => {
                let node = place(&mut map, &mut open, at(&span.start));
                map.end(node, start, true);
                open.push(Open::Object { node, name: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(closed) = open.pop() {
                    // One of a block ends with what stands in it; its own end is where the next thing begins.
                    let end = if end > start { end } else { 0 };
                    map.end(closed.node(), end, true);
                }
            }
            Event::DocumentEnd => break,
            _ => {}
        }
    }
    map
}

fn leaf(map: &mut SourceMap, open: &mut [Open], value: String, span: &Span, (end, large): (usize, bool)) {
    if let Some(Open::Object { name: name @ None, .. }) = open.last_mut() {
        *name = Some(Name { text: value, from: at(&span.start), end });
    } else {
        let node = place(map, open, at(&span.start));
        map.end(node, end, large);
    }
}

/// The parser counts lines from 1 and columns from 0.
fn at(marker: &Marker) -> At {
    let position = Position { line: marker.line().max(1), column: marker.col() + 1 };
    At { position, offset: marker.index() }
}
