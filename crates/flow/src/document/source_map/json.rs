//! A scanner over JSON text that keeps places and drops values. Where the text is no JSON,
//! it goes on as best it can.

use super::{At, Name, Open, Position, SourceMap, place};

pub(super) fn scan(text: &str) -> SourceMap {
    let mut map = SourceMap::default();
    let mut open: Vec<Open> = Vec::new();
    let mut reader = Reader { rest: text, at: At { position: Position { line: 1, column: 1 }, offset: 0 } };
    while let Some(character) = reader.peek() {
        let from = reader.at;
        match character {
            '"' => {
                let literal = reader.string();
                let end = reader.at.offset;
                match open.last_mut() {
                    Some(Open::Object { name: name @ None, .. }) => {
                        *name =
                            Some(Name { text: serde_json::from_str(literal).unwrap_or_default(), from, end });
                    }
                    _ => {
                        let node = place(&mut map, &mut open, from);
                        map.end(node, end, false);
                    }
                }
            }
            '{' | '[' => {
                reader.advance();
                let node = place(&mut map, &mut open, from);
                map.end(node, reader.at.offset, true);
                open.push(if character == '{' {
                    Open::Object { node, name: None }
                } else {
                    Open::List { node, next: 0 }
                });
            }
            '}' | ']' => {
                reader.advance();
                if let Some(closed) = open.pop() {
                    map.end(closed.node(), reader.at.offset, true);
                }
            }
            character if character.is_alphanumeric() || character == '-' => {
                while reader.peek().is_some_and(|next| next.is_alphanumeric() || "+-.".contains(next)) {
                    reader.advance();
                }
                let node = place(&mut map, &mut open, from);
                map.end(node, reader.at.offset, false);
            }
            _ => {
                reader.advance();
            }
        }
    }
    map
}

struct Reader<'a> {
    rest: &'a str,
    at: At,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn advance(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next()?;
        self.rest = characters.as_str();
        self.at.offset += 1;
        let Position { line, column } = self.at.position;
        self.at.position = if character == '\n' {
            Position { line: line + 1, column: 1 }
        } else {
            Position { line, column: column + 1 }
        };
        Some(character)
    }

    /// Reads a string literal with its quotes.
    fn string(&mut self) -> &'a str {
        let start = self.rest;
        self.advance();
        while let Some(character) = self.advance() {
            match character {
                '"' => break,
                '\\' => {
                    self.advance();
                }
                _ => {}
            }
        }
        &start[..start.len() - self.rest.len()]
    }
}
