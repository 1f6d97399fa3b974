//! The events of the YAML parser, of which only the places are kept. An alias is one value: what it stands
//! for was written elsewhere.

use serde_saphyr::granit_parser::{self, Event, Marker, Parser, Span};

use super::{Open, Position, SourceMap, place};

pub(super) fn scan(text: &str) -> SourceMap {
    let mut map = SourceMap::default();
    let mut open: Vec<Open> = Vec::new();
    let options = granit_parser::options! {
        simple_key_max_lookahead: crate::MAX_BYTES,
        emit_comments: false,
    };
    for next in Parser::new_from_str_with_options(text, options) {
        let Ok((event, span)) = next else { break };
        match event {
            Event::Scalar(value, ..) => {
                leaf(&mut map, &mut open, value.into_owned(), &span);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => leaf(&mut map, &mut open, String::new(), &span),
            Event::SequenceStart(..) => {
                let node = place(&mut map, &mut open, position(&span.start));
                open.push(Open::List { node, next: 0 });
            }
            Event::MappingStart(..) => {
                let node = place(&mut map, &mut open, position(&span.start));
                open.push(Open::Object { node, name: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
            }
            Event::DocumentEnd => break,
            _ => {}
        }
    }
    map
}

fn leaf(map: &mut SourceMap, open: &mut [Open], value: String, span: &Span) {
    if let Some(Open::Object { name: name @ None, .. }) = open.last_mut() {
        *name = Some((value, position(&span.start)));
    } else {
        place(map, open, position(&span.start));
    }
}

/// The parser counts lines from 1 and columns from 0.
fn position(marker: &Marker) -> Position {
    Position { line: marker.line().max(1), column: marker.col() + 1 }
}
