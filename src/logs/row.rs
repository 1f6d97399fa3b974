//! The elements of one line. Built by hand: a log draws more elements in a second than the rest of the console in a day.

use leptos::prelude::document;
use logs::{Color, Draw, Held, Line, Pattern, Piece, RowState, Viewer, pieces};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use wire::log::Level;

use super::clock::{Clock, Zone};

/// How lines look.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Look {
    pub clock: Clock,
    pub patterns: Vec<Pattern>,
    /// The log is of several tasks: each line names its own.
    pub has_writers: bool,
    /// See [`Viewer::edition`].
    pub edition: u32,
    /// What a stretch that is not here says: loading, lost.
    pub words: [String; 2],
}

pub(super) fn build(draw: &Draw, viewer: &Viewer, look: &Look, zone: &mut Zone) -> Option<HtmlElement> {
    let row = element("div", "log__line")?;
    set(&row, "data-offset", &draw.offset.to_string());
    if draw.is_selected {
        set(&row, "data-selected", "");
    }
    if draw.is_found {
        set(&row, "data-found", "");
    }
    append(&row, "span", "log__number", &(draw.offset + 1).to_string())?;
    match viewer.line(draw.offset) {
        Held::Here(line) => fill(&row, &line, look, zone)?,
        Held::Lost | Held::Missing => {
            set(&row, "data-gap", "");
            let (word, stretch) = match draw.state {
                RowState::Lost(stretch) => (&look.words[1], stretch),
                RowState::Missing(stretch) => (&look.words[0], stretch),
                RowState::Here => (&look.words[0], None),
            };
            let text = stretch.map(|(first, last)| format!("{word} {}–{}", first + 1, last + 1));
            append(&row, "span", "log__message", &text.unwrap_or_default())?;
        }
    }
    let row: HtmlElement = row.dyn_into().ok()?;
    if draw.rows > 1 {
        // Wide letters of a fallback font may be narrower than two cells: the line keeps the height that was counted.
        let height = f64::from(draw.rows) * logs::ROW_HEIGHT;
        let _ = row.style().set_property("min-height", &format!("{height}px"));
    }
    Some(row)
}

fn fill(row: &Element, line: &Line<'_>, look: &Look, zone: &mut Zone) -> Option<()> {
    set(row, "data-level", line.level.as_str());
    let time = element("time", "log__time")?;
    match line.time {
        Some(at) => {
            let full = logs::time::rfc3339(at);
            set(&time, "datetime", &full);
            set(&time, "title", &full);
            let (date, clock) = zone.show(at, look.clock);
            if !date.is_empty() {
                append(&time, "span", "log__date", &format!("{date} "))?;
            }
            let text = document().create_text_node(&clock);
            time.append_child(&text).ok()?;
        }
        None => time.set_text_content(Some("–")),
    }
    row.append_child(&time).ok()?;
    append(row, "span", level_class(line.level), line.level.as_str())?;
    if look.has_writers {
        let writer = append(row, "span", "log__writer", line.writer.unwrap_or_default())?;
        set(&writer, "title", line.writer.unwrap_or_default());
    }
    if line.attempt > 1 {
        append(row, "span", "log__attempt", &format!("#{}", line.attempt))?;
    }
    let message = element("span", "log__message")?;
    let (pieces, more) = pieces(line.message, &look.patterns);
    for piece in &pieces {
        if piece.hit || piece.style != logs::Style::default() {
            append(&message, if piece.hit { "mark" } else { "span" }, &class(piece), &piece.text)?;
        } else {
            message.append_child(&document().create_text_node(&piece.text)).ok()?;
        }
    }
    if more > 0 {
        append(&message, "span", "log__more", &format!(" … +{more} B"))?;
    }
    row.append_child(&message).ok()?;
    Some(())
}

fn element(tag: &str, class: &str) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    Some(element)
}

fn append(parent: &Element, tag: &str, class: &str, text: &str) -> Option<Element> {
    let child = element(tag, class)?;
    child.set_text_content(Some(text));
    parent.append_child(&child).ok()?;
    Some(child)
}

fn set(element: &Element, name: &str, value: &str) {
    // It fails only for names that are none.
    let _ = element.set_attribute(name, value);
}

fn level_class(level: Level) -> &'static str {
    match level {
        Level::Debug => "log__level log__level--debug",
        Level::Info => "log__level",
        Level::Warn => "log__level log__level--warn",
        Level::Error => "log__level log__level--error",
    }
}

fn class(piece: &Piece) -> String {
    let style = piece.style;
    let (ink, wash) = if style.inverse { (style.wash, style.ink) } else { (style.ink, style.wash) };
    let mut classes = Vec::new();
    if let Some(ink) = ink {
        classes.push(format!("ansi ansi--{}", word(ink)));
    }
    if let Some(wash) = wash {
        classes.push(format!("ansi-on--{}", word(wash)));
    }
    let marks = [
        (style.inverse && wash.is_none(), "ansi-on--muted"),
        (style.bold, "ansi--bold"),
        (style.italic, "ansi--italic"),
        (style.underline, "ansi--underline"),
    ];
    classes.extend(marks.into_iter().filter(|(on, _)| *on).map(|(_, class)| class.to_owned()));
    classes.join(" ")
}

fn word(color: Color) -> &'static str {
    match color {
        Color::Muted => "muted",
        Color::Red => "red",
        Color::Green => "green",
        Color::Yellow => "yellow",
        Color::Blue => "blue",
        Color::Magenta => "magenta",
        Color::Cyan => "cyan",
    }
}
