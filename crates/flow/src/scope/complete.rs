//! Completion: what may stand where the cursor is, out of a [`Scope`] and of jq's functions.
//!
//! It reads the text before the cursor only, half written as it is: which pipe, call and bracket it stands in, so that
//! `.` is what it will be there.

use super::shape::Shape;
use super::{Scope, term};

/// More than anybody reads.
const MOST: usize = 40;
/// Functions that run what is in their brackets on each item.
const EACH: [&str; 11] = [
    "map",
    "map_values",
    "sort_by",
    "group_by",
    "unique_by",
    "min_by",
    "max_by",
    "any",
    "all",
    "with_entries",
    "add",
];
/// Words of the language that look like functions.
const WORDS: [&str; 12] =
    ["if", "then", "else", "elif", "end", "and", "or", "as", "reduce", "foreach", "try", "catch"];

/// What may stand at the cursor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    /// The bytes of the text that an offer replaces.
    pub from: usize,
    pub to: usize,
    pub offers: Vec<Offer>,
}

impl Completion {
    /// The text with an offer in it, and the byte where the cursor goes on: within the brackets of a function that
    /// takes something.
    pub fn take(&self, text: &str, offer: &Offer) -> (String, usize) {
        let (before, after) =
            (text.get(..self.from).unwrap_or_default(), text.get(self.to..).unwrap_or_default());
        let brackets = match offer.kind {
            OfferKind::Function { arguments } if arguments > 0 && !after.starts_with('(') => "()",
            _ => "",
        };
        let cursor = before.len() + offer.text.len() + usize::from(!brackets.is_empty());
        (format!("{before}{}{brackets}{after}", offer.text), cursor)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What is written.
    pub text: String,
    pub kind: OfferKind,
    /// What is known of the value.
    pub shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfferKind {
    Variable,
    Member,
    /// With so many arguments at least.
    Function {
        arguments: usize,
    },
}

/// What may stand at byte `cursor` of `text`. In a text that is not always an expression it has to stand within `${ }`.
pub fn complete(scope: &Scope, text: &str, cursor: usize, always: bool) -> Completion {
    let cursor = text.floor_char_boundary(cursor);
    let nothing = Completion { from: cursor, to: cursor, offers: Vec::new() };
    let begin = match text.find("${") {
        Some(begin) if text[..begin].trim().is_empty() => begin + 2,
        _ if always => 0,
        _ => return nothing,
    };
    if cursor < begin {
        return nothing;
    }
    let Some(place) = read(&text[begin..cursor], scope) else { return nothing };
    let word_end = text[cursor..].find(|c: char| !is_word(c)).map_or(text.len(), |length| cursor + length);
    let from = begin + place.from;
    let word = &text[from..cursor];
    let offers = match &place.what {
        What::Member(of) => members(of, word, ""),
        What::Variable => variables(&place.variables, word.trim_start_matches('$')),
        What::Anything(data) => anything(data, &place.variables, word),
    };
    Completion { from, to: word_end, offers }
}

struct At {
    what: What,
    /// Where the word begins that is being written.
    from: usize,
    variables: Vec<(String, Shape)>,
}

enum What {
    Member(Shape),
    Variable,
    Anything(Shape),
}

/// One bracket that is still open.
struct Level {
    data: Shape,
    /// Where the part began that a pipe would take over.
    part: usize,
    bracket: char,
    /// Variables that are bound in here.
    bound: usize,
}

/// Reads the text before the cursor; none within a text or a comment.
fn read(before: &str, scope: &Scope) -> Option<At> {
    let mut variables = scope.variables.clone();
    let level = |data: Shape, part: usize, bracket: char, bound: usize| Level { data, part, bracket, bound };
    let mut levels = vec![level(scope.data.clone(), 0, ' ', 0)];
    let mut characters = before.char_indices().peekable();
    let mut in_text = false;
    while let Some((at, character)) = characters.next() {
        if in_text {
            match character {
                '\\' => {
                    if let Some((next, '(')) = characters.next() {
                        let data = levels.last()?.data.clone();
                        levels.push(level(data, next + 1, '"', variables.len()));
                        in_text = false;
                    }
                }
                '"' => in_text = false,
                _ => {}
            }
            continue;
        }
        let current = levels.last_mut()?;
        let part = before.get(current.part..at).unwrap_or_default();
        match character {
            '"' => in_text = true,
            '(' | '[' | '{' => {
                let name = part.rsplit(|c: char| !is_word(c)).next().unwrap_or_default();
                let each = character == '(' && EACH.contains(&name);
                let data = if each { current.data.each() } else { current.data.clone() };
                let bound = variables.len();
                levels.push(level(data, at + 1, character, bound));
            }
            ')' | ']' | '}' => {
                let closed = if levels.len() > 1 { levels.pop()? } else { return None };
                variables.truncate(closed.bound.max(scope.variables.len()));
                in_text = closed.bracket == '"';
            }
            // `//` is an operator, `|=` and `?//` too.
            '|' if before[at + 1..].starts_with('=') => {
                characters.next();
            }
            '|' => {
                if let Some((value, name)) = bound(part) {
                    let shape = term::shape(value, &current.data, &lookup(&variables));
                    variables.push((name.to_owned(), shape));
                } else {
                    current.data = term::shape(part, &current.data, &lookup(&variables));
                }
                current.part = at + 1;
            }
            ';' => current.part = at + 1,
            ',' | ':' if current.bracket == '{' => current.part = at + 1,
            _ => {}
        }
    }
    if in_text {
        return None;
    }
    let current = levels.last()?;
    let from = before
        .rfind(|c: char| !is_word(c))
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let head = &before[..from];
    let what = if head.ends_with('$') {
        What::Variable
    } else if let Some(path) = head.strip_suffix('.') {
        let begin = path_begin(path);
        match &path[begin..] {
            "" => What::Member(current.data.clone()),
            path => What::Member(term::shape(path, &current.data, &lookup(&variables))),
        }
    } else {
        What::Anything(current.data.clone())
    };
    // A number is no word.
    let word = &before[from..];
    if word.starts_with(|c: char| c.is_ascii_digit()) && matches!(what, What::Anything(_)) {
        return None;
    }
    let from = if matches!(what, What::Variable) { from - 1 } else { from };
    Some(At { what, from, variables })
}

/// `(.items[], x)` of `.items[] as $x`.
fn bound(part: &str) -> Option<(&str, &str)> {
    let (value, name) = part.rsplit_once(" as ")?;
    let name = name.trim().strip_prefix('$')?;
    name.chars().all(is_word).then_some((value, name))
}

fn lookup(variables: &[(String, Shape)]) -> impl Fn(&str) -> Option<Shape> {
    |name| variables.iter().rev().find(|(known, _)| known == name).map(|(_, shape)| shape.clone())
}

/// Where the path begins that ends at the end of `text`: `$context.a[0].b` of `1 + $context.a[0].b`.
fn path_begin(text: &str) -> usize {
    let mut begin = text.len();
    let mut brackets = 0_usize;
    for (at, character) in text.char_indices().rev() {
        match character {
            ']' => brackets += 1,
            '[' if brackets > 0 => brackets -= 1,
            _ if brackets > 0 => {}
            '.' | '?' | '$' => {}
            other if is_word(other) => {}
            _ => break,
        }
        begin = at;
        if character == '$' && brackets == 0 {
            break;
        }
    }
    begin
}

fn anything(data: &Shape, variables: &[(String, Shape)], word: &str) -> Vec<Offer> {
    let mut offers = members(data, word, ".");
    offers.extend(self::variables(variables, word));
    if !word.is_empty() {
        let functions = crate::expression::functions().filter(|(name, _)| !WORDS.contains(name)).map(
            |(name, arities)| {
                let arguments = arities.first().copied().unwrap_or(0);
                Offer {
                    text: name.to_owned(),
                    kind: OfferKind::Function { arguments },
                    shape: Shape::default(),
                }
            },
        );
        offers.extend(matching(functions, word, |offer| &offer.text, true));
    }
    offers.truncate(MOST);
    offers
}

fn members(of: &Shape, word: &str, dot: &str) -> Vec<Offer> {
    let all = of.members.iter().map(|(name, shape)| {
        let written = if is_identifier(name) { name.clone() } else { format!("{name:?}") };
        (name, Offer { text: format!("{dot}{written}"), kind: OfferKind::Member, shape: shape.clone() })
    });
    let mut offers: Vec<Offer> =
        matching(all, word, |(name, _)| name, false).map(|(_, offer)| offer).collect();
    offers.truncate(MOST);
    offers
}

fn variables(known: &[(String, Shape)], word: &str) -> Vec<Offer> {
    let mut seen = Vec::new();
    let all = known.iter().rev().filter(|(name, _)| {
        let is_new = !seen.contains(name);
        seen.push(name.clone());
        is_new
    });
    let mut all: Vec<Offer> = all
        .map(|(name, shape)| Offer {
            text: format!("${name}"),
            kind: OfferKind::Variable,
            shape: shape.clone(),
        })
        .collect();
    all.reverse();
    let mut offers: Vec<Offer> =
        matching(all.into_iter(), word, |offer| offer.text.trim_start_matches('$'), false).collect();
    offers.truncate(MOST);
    offers
}

/// Those that begin with the word, exactly it first; then those that hold it. Of functions only what begins with it.
fn matching<T>(
    all: impl Iterator<Item = T>,
    word: &str,
    name: impl Fn(&T) -> &str,
    beginning: bool,
) -> impl Iterator<Item = T> {
    let word = word.to_lowercase();
    let mut found: Vec<(u8, T)> = all
        .filter_map(|one| {
            let name = name(&one).to_lowercase();
            let rank = match () {
                () if name == word => 0,
                () if name.starts_with(&word) => 1,
                () if !beginning && name.contains(&word) => 2,
                () => return None,
            };
            Some((rank, one))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, one)| one)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
