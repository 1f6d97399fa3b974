//! Terminal colours in messages. What sets colours and weight is read, all other escapes are taken out. Every colour is
//! mapped to one of a few that the console's theme keeps readable in light and dark: a log must not choose white on white.

use std::borrow::Cow;

/// The colours that the theme knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Muted,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    pub ink: Option<Color>,
    pub wash: Option<Color>,
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub inverse: bool,
}

/// A part of a message in one style; `hit` where the search stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub style: Style,
    pub hit: bool,
}

const ESCAPE: char = '\u{1b}';

/// The message without escapes, as it is searched and copied.
pub fn plain(message: &str) -> Cow<'_, str> {
    if !message.contains(ESCAPE) {
        return Cow::Borrowed(message);
    }
    let mut text = String::with_capacity(message.len());
    runs(message, |run, _| text.push_str(run));
    Cow::Owned(text)
}

/// Calls with each stretch of text and its style.
pub(crate) fn runs(message: &str, mut run: impl FnMut(&str, Style)) {
    let mut style = Style::default();
    let mut rest = message;
    while let Some(at) = rest.find(ESCAPE) {
        if at > 0 {
            run(&rest[..at], style);
        }
        rest = after_escape(&rest[at + 1..], &mut style);
    }
    if !rest.is_empty() {
        run(rest, style);
    }
}

/// What follows an escape whose first character is gone; an escape that the end cuts off is nothing.
fn after_escape<'a>(text: &'a str, style: &mut Style) -> &'a str {
    let mut characters = text.char_indices();
    match characters.next() {
        Some((_, '[')) => {
            let body = &text[1..];
            let Some(end) = body.find(|c: char| ('\u{40}'..='\u{7e}').contains(&c)) else { return "" };
            if body[end..].starts_with('m') {
                apply(&body[..end], style);
            }
            &body[end + 1..]
        }
        // A title or a link: up to the bell or the string terminator.
        Some((_, ']')) => {
            let bell = text.find('\u{7}').map(|at| at + 1);
            let terminator = text.find("\u{1b}\\").map(|at| at + 2);
            match (bell, terminator) {
                (Some(a), Some(b)) => &text[a.min(b)..],
                (Some(end), None) | (None, Some(end)) => &text[end..],
                (None, None) => "",
            }
        }
        Some((_, c)) => &text[c.len_utf8()..],
        None => "",
    }
}

fn apply(parameters: &str, style: &mut Style) {
    let mut codes =
        parameters.split([';', ':']).map(|code| if code.is_empty() { Some(0) } else { code.parse().ok() });
    while let Some(code) = codes.next() {
        match code {
            Some(0_u32) => *style = Style::default(),
            Some(1) => style.bold = true,
            Some(2) => style.ink = Some(Color::Muted),
            Some(3) => style.italic = true,
            Some(4) => style.underline = true,
            Some(7) => style.inverse = true,
            Some(22) => style.bold = false,
            Some(23) => style.italic = false,
            Some(24) => style.underline = false,
            Some(27) => style.inverse = false,
            Some(code @ (30..=37 | 90..=97)) => style.ink = sixteen(code % 10, code >= 90),
            Some(38) => style.ink = extended(&mut codes),
            Some(39) => style.ink = None,
            Some(code @ (40..=47 | 100..=107)) => style.wash = sixteen(code % 10, code >= 100),
            Some(48) => style.wash = extended(&mut codes),
            Some(49) => style.wash = None,
            _ => {}
        }
    }
}

/// Black and white are the theme's own ink: which of them can be read depends on the ground.
fn sixteen(number: u32, is_bright: bool) -> Option<Color> {
    match number {
        0 if is_bright => Some(Color::Muted),
        1 => Some(Color::Red),
        2 => Some(Color::Green),
        3 => Some(Color::Yellow),
        4 => Some(Color::Blue),
        5 => Some(Color::Magenta),
        6 => Some(Color::Cyan),
        _ => None,
    }
}

fn extended(codes: &mut impl Iterator<Item = Option<u32>>) -> Option<Color> {
    match codes.next()?? {
        5 => {
            let number = codes.next()??;
            match number {
                0..=7 => sixteen(number, false),
                8..=15 => sixteen(number - 8, true),
                16..=231 => {
                    let level = |digit: u32| if digit == 0 { 0 } else { 55 + digit * 40 };
                    let cube = number - 16;
                    nearest(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
                }
                232..=243 => Some(Color::Muted),
                _ => None,
            }
        }
        2 => {
            let (red, green, blue) = (codes.next()??, codes.next()??, codes.next()??);
            nearest(red.min(255), green.min(255), blue.min(255))
        }
        _ => None,
    }
}

/// The named colour of the same hue; greys are ink, or muted.
fn nearest(red: u32, green: u32, blue: u32) -> Option<Color> {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    if (most - least) * 4 < most.max(64) {
        return (64..192).contains(&most).then_some(Color::Muted);
    }
    // Halfway between the least and the most, a channel counts as lit.
    let lit = |channel: u32| (channel - least) * 2 > most - least;
    match (lit(red), lit(green), lit(blue)) {
        (true, false, false) => Some(Color::Red),
        (false, true, false) => Some(Color::Green),
        (true, true, _) => Some(Color::Yellow),
        (false, false, true) => Some(Color::Blue),
        (true, false, true) => Some(Color::Magenta),
        (false, true, true) => Some(Color::Cyan),
        (false, false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(message: &str) -> String {
        let mut out = String::new();
        runs(message, |text, style| {
            let mut marks = String::new();
            if let Some(ink) = style.ink {
                marks += &format!("{ink:?}");
            }
            if let Some(wash) = style.wash {
                marks += &format!("/{wash:?}");
            }
            for (on, mark) in
                [(style.bold, "+b"), (style.italic, "+i"), (style.underline, "+u"), (style.inverse, "+v")]
            {
                marks += if on { mark } else { "" };
            }
            out += &if marks.is_empty() { text.to_owned() } else { format!("<{marks}>{text}</>") };
        });
        out
    }

    #[test]
    fn colours_begin_and_end() {
        assert_eq!(check("a\u{1b}[31mred\u{1b}[0m b"), "a<Red>red</> b");
        assert_eq!(check("\u{1b}[1;4;92mok\u{1b}[22;24;39m."), "<Green+b+u>ok</>.");
        assert_eq!(check("\u{1b}[7;43mx\u{1b}[m y"), "<\u{2f}Yellow+v>x</> y");
    }

    #[test]
    fn many_colours_become_few_that_can_be_read() {
        assert_eq!(check("\u{1b}[38;5;196mx\u{1b}[38;5;46my\u{1b}[38;5;255mz"), "<Red>x</><Green>y</>z");
        assert_eq!(check("\u{1b}[38;2;255;120;0mx\u{1b}[48;2;10;20;200my"), "<Red>x</><Red/Blue>y</>");
        assert_eq!(check("\u{1b}[37mwhite\u{1b}[30mblack"), "whiteblack");
    }

    #[test]
    fn other_escapes_leave_nothing() {
        assert_eq!(plain("\u{1b}[2K\u{1b}]0;title\u{7}text\u{1b}]8;;x\u{1b}\\link\u{1b}(B"), "textlinkB");
        assert_eq!(plain("cut\u{1b}[3"), "cut");
        assert_eq!(plain("cut\u{1b}"), "cut");
        assert_eq!(plain("none"), "none");
    }

    proptest! {
        #[test]
        fn any_message_is_read_and_keeps_no_escape(message in "(\u{1b}|\\[|[0-9;m切a\u{7}\\]])*") {
            prop_assert!(!plain(&message).contains(ESCAPE));
        }
    }
}
