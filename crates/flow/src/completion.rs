//! What could be written next in the text of a definition: the words of the language at the caret, and the names that the
//! definition itself has there.
//!
//! The text may be as broken as texts are while they are written. What may stand where is read from the tables that
//! validation checks by ([`crate::validate`]); nothing is checked here, and nothing is changed.

mod help;
mod reading;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::Catalog;
use crate::validate::guide::{self, Form, Missing, Offer};
use reading::{Caret, Reading};

/// What could be written at the caret. Offsets count UTF-16 units from the beginning of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The word at the caret that a suggestion stands for.
    pub from: usize,
    pub to: usize,
    /// How much around that word is replaced too: its quotes.
    pub before: usize,
    pub after: usize,
    pub suggestions: Vec<Suggestion>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub label: String,
    pub kind: SuggestionKind,
    /// What is written, with quotes, colons and the lines that belong to it.
    pub insert: String,
    /// Where in `insert` one goes on writing, in UTF-16 units.
    pub caret: usize,
    /// What it is for; empty where nothing is known.
    pub help_en: String,
    pub help_zh: String,
}

/// What a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestionKind {
    /// A member that has to be there.
    Required,
    /// A member that may be there.
    Optional,
    /// The member that says what a task does.
    TaskKind,
    /// A whole task.
    Task,
    /// A value of the language or of a function's schema.
    Word,
    /// Where the flow goes on.
    Target,
    /// A name that stands elsewhere in the definition.
    Name,
    /// What a task calls.
    Function,
}

/// What could be written at `caret` of `text`, JSON or YAML; `None` where nothing is known that could stand there.
pub fn complete(text: &str, caret: usize, catalog: &Catalog) -> Option<Completion> {
    let reading = reading::read(text, byte_of(text, caret)?)?;
    let suggestions: Vec<Suggestion> = guide::offers(&reading.root, &reading.caret.place, catalog)
        .iter()
        .map(|offer| suggestion(&reading, offer, indentation(text, reading.caret.from)))
        .collect();
    let unit_of = |byte: usize| text[..byte].encode_utf16().count();
    (!suggestions.is_empty()).then(|| Completion {
        from: unit_of(reading.caret.from),
        to: unit_of(reading.caret.to),
        before: reading.caret.quotes.0,
        after: reading.caret.quotes.1,
        suggestions,
    })
}

/// The byte at an offset in UTF-16 units; `None` beyond the end and within a character.
fn byte_of(text: &str, offset: usize) -> Option<usize> {
    let mut unit = 0;
    for (byte, character) in text.char_indices() {
        if unit >= offset {
            return (unit == offset).then_some(byte);
        }
        unit += character.len_utf16();
    }
    (unit == offset).then_some(text.len())
}

/// How deep the line of a byte is.
fn indentation(text: &str, byte: usize) -> usize {
    let line = text[..byte].rfind('\n').map_or(0, |end| end + 1);
    text[line..].chars().take_while(|character| *character == ' ').count()
}

fn suggestion(reading: &Reading, offer: &Offer<'_>, indentation: usize) -> Suggestion {
    let writer = Writer { caret: &reading.caret, json: reading.json, indentation };
    let holder = reading.caret.place.holder.iter().rev().find(|token| token.parse::<usize>().is_err());
    let holder = holder.map_or("", String::as_str);
    let helped = |label: &str, kind, (insert, caret): (String, usize), help: Option<(String, String)>| {
        let (help_en, help_zh) = help.unwrap_or_default();
        Suggestion { label: label.to_owned(), kind, insert, caret, help_en, help_zh }
    };
    let necessity = |required: bool| {
        if required { SuggestionKind::Required } else { SuggestionKind::Optional }
    };
    let said = |help: Option<(&str, &str)>| help.map(|(en, zh)| (en.to_owned(), zh.to_owned()));
    match offer {
        Offer::Member { name, form, required } => {
            helped(name, necessity(*required), writer.member(name, *form), said(help::member(holder, name)))
        }
        Offer::Kind(kind) => {
            let form = guide::form_of(*kind);
            let name = kind.key();
            helped(name, SuggestionKind::TaskKind, writer.member(name, form), said(Some(help::kind(*kind))))
        }
        Offer::Task { kind, name } => {
            let written = writer.task(name, kind.key(), guide::form_of(*kind));
            helped(kind.key(), SuggestionKind::Task, written, said(Some(help::kind(*kind))))
        }
        Offer::Argument { name, schema, required } => {
            helped(name, necessity(*required), writer.member(name, form_by(schema)), described(schema))
        }
        Offer::Word(word) => helped(word, SuggestionKind::Word, writer.text(word), said(help::word(word))),
        Offer::Flag(flag) => {
            let word = if *flag { "true" } else { "false" };
            helped(word, SuggestionKind::Word, writer.bare(word), None)
        }
        Offer::Target(name) => {
            helped(name, SuggestionKind::Target, writer.text(name), said(help::directive(name)))
        }
        Offer::Defined(name) => helped(name, SuggestionKind::Name, writer.text(name), None),
        Offer::Function(name) => {
            helped(name, SuggestionKind::Function, writer.text(name), said(help::called(name)))
        }
        Offer::Example(value) => {
            let label = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let written = if value.is_string() { writer.text(&label) } else { writer.bare(&label) };
            helped(&label, SuggestionKind::Word, written, None)
        }
    }
}

/// How the value of a function's argument begins.
fn form_by(schema: &Value) -> Form {
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => Form::Object,
        Some("array") => Form::List,
        Some("integer" | "number" | "boolean") => Form::Bare,
        _ => Form::Text,
    }
}

/// A schema's own words: a text, or one for each language.
fn described(schema: &Value) -> Option<(String, String)> {
    let words = |member: &str, language: &str| {
        let said = schema.get(member)?;
        Some(said.as_str().or_else(|| said.get(language)?.as_str())?.to_owned())
    };
    let both = |language: &str| {
        let parts: Vec<String> =
            ["title", "description"].into_iter().filter_map(|member| words(member, language)).collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    };
    Some((both("en")?, both("zh")?))
}

/// Writes as the text around the caret is written.
struct Writer<'a> {
    caret: &'a Caret,
    json: bool,
    indentation: usize,
}

impl Writer<'_> {
    /// A member and the beginning of its value, with the place to go on at.
    fn member(&self, name: &str, form: Form) -> (String, usize) {
        if self.caret.has_value {
            return ended(self.quoted(name));
        }
        let lead = if self.caret.lacks_comma { ", " } else { "" };
        let head = self.begun(format!("{lead}{}", self.quoted(name)));
        let (value, caret) = self.value(form, self.column());
        let at = units(&head) + caret;
        (head + &value + self.comma(), at)
    }

    /// A whole task under a name of its own.
    fn task(&self, name: &str, kind: &str, form: Form) -> (String, usize) {
        let in_list = matches!(self.caret.place.what, Missing::Value(_));
        let Some(column) = self.caret.column else {
            // Between brackets: on lines of its own, as the definition is printed.
            let mut depth = self.indentation + 2;
            let line = |depth: usize| format!("\n{}", " ".repeat(depth));
            let mut head = String::new();
            if in_list {
                depth += 2;
                head = format!("{{{}", line(depth - 2));
            }
            let head = format!("{head}{}: {{{}{}: ", self.quoted(name), line(depth), self.quoted(kind));
            let (value, caret) = self.value(form, depth);
            let mut tail = format!("{}}}", line(depth - 2));
            if in_list {
                tail = format!("{tail}{}}}", line(depth - 4));
            }
            let at = units(&head) + caret;
            return (head + &value + &tail + self.comma(), at);
        };
        // A list that has no item on this line yet begins with one.
        let dash =
            if in_list || self.caret.place.holder.last().is_some_and(|last| last.parse::<usize>().is_ok()) {
                ""
            } else {
                "- "
            };
        let inner = column + dash.len() + 2;
        let head = format!("{dash}{name}:\n{}{}", " ".repeat(inner), self.begun(kind.to_owned()));
        let (value, caret) = self.value(form, inner);
        let at = units(&head) + caret;
        (head + &value, at)
    }

    fn text(&self, word: &str) -> (String, usize) {
        ended(self.quoted(word) + self.comma())
    }

    fn bare(&self, word: &str) -> (String, usize) {
        ended(word.to_owned() + self.comma())
    }

    /// How a value begins whose member stands at `column`.
    fn value(&self, form: Form, column: usize) -> (String, usize) {
        let deeper = |dash: &str| format!("\n{}{dash}", " ".repeat(column + 2));
        let text = match (form, self.caret.column) {
            (Form::Object, None) => return ("{}".to_owned(), 1),
            (Form::List | Form::Tasks, None) => return ("[]".to_owned(), 1),
            (Form::Text, None) if self.json => return ("\"\"".to_owned(), 1),
            (Form::Text | Form::Bare, None) => String::new(),
            (Form::Object, Some(_)) => deeper(""),
            (Form::List | Form::Tasks, Some(_)) => deeper("- "),
            (Form::Text | Form::Bare, Some(_)) => " ".to_owned(),
        };
        ended(text)
    }

    /// A name with its colon; the blank after it belongs to what follows where lines decide.
    fn begun(&self, name: String) -> String {
        name + if self.caret.column.is_some() { ":" } else { ": " }
    }

    fn quoted(&self, word: &str) -> String {
        if self.json {
            return Value::from(word).to_string();
        }
        if is_plain(word) { word.to_owned() } else { Value::from(word).to_string() }
    }

    fn comma(&self) -> &'static str {
        if self.caret.needs_comma && self.caret.column.is_none() { "," } else { "" }
    }

    fn column(&self) -> usize {
        self.caret.column.unwrap_or(self.indentation)
    }
}

/// Whether YAML reads a word as this text without quotes (YAML 1.2.2, 7.3.3 and 10.3.2).
fn is_plain(word: &str) -> bool {
    let begins = word.starts_with(|first: char| first.is_alphabetic());
    let safe = |character: char| character.is_alphanumeric() || "-_./@$".contains(character);
    // A colon within a word is one of its letters, as in `name:1.0.0@default`.
    let inner = word.replace(':', "");
    let reserved = ["true", "false", "null"].contains(&word.to_lowercase().as_str());
    let version = word.matches('.').count() > 1
        && word.chars().all(|character| character.is_ascii_digit() || character == '.');
    (begins && inner.chars().all(safe) && !word.ends_with(':') && !reserved) || version
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn ended(text: String) -> (String, usize) {
    let caret = units(&text);
    (text, caret)
}
