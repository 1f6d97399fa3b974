//! A scanner over JSON text that keeps places and drops values. Where the text is no JSON,
//! it goes on as best it can.

use super::{Open, Position, SourceMap, place};

pub(super) fn scan(text: &str) -> SourceMap {
    let mut map = SourceMap::default();
    let mut open: Vec<Open> = Vec::new();
    let mut reader = Reader { rest: text, at: Position { line: 1, column: 1 } };
    while let Some(character) = reader.peek() {
        let position = reader.at;
        match character {
            '"' => {
                let literal = reader.string();
                match open.last_mut() {
                    Some(Open::Object { name: name @ None, .. }) => {
                        *name = Some((serde_json::from_str(literal).unwrap_or_default(), position));
                    }
                    _ => {
                        place(&mut map, &mut open, position);
                    }
                }
            }
            '{' | '[' => {
                reader.advance();
                let node = place(&mut map, &mut open, position);
                open.push(if character == '{' {
                    Open::Object { node, name: None }
                } else {
                    Open::List { node, next: 0 }
                });
            }
            '}' | ']' => {
                reader.advance();
                open.pop();
            }
            character if character.is_alphanumeric() || character == '-' => {
                while reader.peek().is_some_and(|next| next.is_alphanumeric() || "+-.".contains(next)) {
                    reader.advance();
                }
                place(&mut map, &mut open, position);
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
    at: Position,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn advance(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next()?;
        self.rest = characters.as_str();
        if character == '\n' {
            self.at = Position { line: self.at.line + 1, column: 1 };
        } else {
            self.at.column += 1;
        }
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
