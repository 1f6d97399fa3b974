//! A changed definition in the layout of the text that it was read from: what did not change keeps its lines, its
//! comments, its quotes and its blank lines, and so does a task that was only moved.
//!
//! It goes through text, old value and new value side by side. What it writes is read again before it is given out, so
//! that it never says anything else than the definition: where a change does not fit into the layout (an alias that other
//! places share, say), more around it is printed anew.

mod matching;
mod printing;

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::source_map::{Span, looks_like_json, spans};
use super::{Document, Dropped, same};
use matching::{entries, matches};
use printing::{Inline, after_colon, block, indented, item, key};

/// So deep the layout is kept; where that does not come out, less deep: to the members of tasks, to tasks, to the members
/// of the definition.
const DEPTHS: [usize; 4] = [usize::MAX, 4, 2, 1];

/// `document` as text in the layout of `text`, and what that text says beside it; nothing where the layout cannot be kept,
/// or where `text` is no definition itself.
pub fn rewrite(text: &str, document: &Document) -> Option<(String, Dropped)> {
    let (old, dropped) = Document::import(text).ok()?;
    if same(&old.root, &document.root) {
        return Some((text.to_owned(), dropped));
    }
    let layout = Layout::read(text, &old.root);
    DEPTHS.into_iter().find_map(|depth| {
        let written = layout.whole(&document.root, depth)?;
        let (read, dropped) = Document::import(&written).ok()?;
        same(&read.root, &document.root).then_some((written, dropped))
    })
}

struct Layout<'a> {
    text: &'a str,
    old: &'a Value,
    is_json: bool,
    inline: Inline,
    spans: Vec<Span>,
    /// Where the last line of each value ends, with the comment behind it; within brackets, where the value does.
    tails: Vec<usize>,
    /// The list and the place in it of every task of the old text, by what it says.
    known: OnceCell<HashMap<String, (usize, usize)>>,
    /// Those that were written elsewhere: their comments went with them.
    gone: RefCell<HashSet<(usize, usize)>>,
}

impl<'a> Layout<'a> {
    fn read(text: &'a str, old: &'a Value) -> Self {
        let spans = spans(text);
        let is_json = looks_like_json(text);
        let inline = match (is_json, text.contains("\": ")) {
            (true, false) => Inline::Tight,
            (true, true) => Inline::Spaced,
            (false, _) => Inline::Yaml,
        };
        let mut layout = Self {
            text,
            old,
            is_json,
            inline,
            spans,
            tails: Vec::new(),
            known: OnceCell::new(),
            gone: RefCell::default(),
        };
        layout.tails = layout.find_tails();
        layout
    }

    fn find_tails(&self) -> Vec<usize> {
        let mut within = vec![self.is_json; self.spans.len()];
        for (at, span) in self.spans.iter().enumerate() {
            for child in &span.children {
                within[*child] |= within[at] || self.is_flow(at);
            }
        }
        let mut tails: Vec<usize> = self.spans.iter().map(|span| span.end).collect();
        for at in (0..self.spans.len()).rev().filter(|at| !within[*at]) {
            let children = &self.spans[at].children;
            tails[at] = if children.is_empty() || self.is_flow(at) {
                self.end_of_line(self.spans[at].end)
            } else {
                children.iter().map(|child| tails[*child]).fold(tails[at], usize::max)
            };
        }
        tails
    }

    /// Behind the comment that follows on the same line; where something else follows, here.
    fn end_of_line(&self, from: usize) -> usize {
        let line = self.text.get(from..).unwrap_or_default().split('\n').next().unwrap_or_default();
        let rest = line.trim_start_matches([' ', '\t']);
        let is_comment = rest.starts_with('#') && rest.len() < line.len();
        if is_comment { from + line.trim_end().len() } else { from }
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn is_flow(&self, at: usize) -> bool {
        matches!(self.text.as_bytes().get(self.spans[at].value), Some(b'{' | b'['))
    }

    /// How many characters stand before a place on its line.
    fn column(&self, at: usize) -> usize {
        self.slice(self.start_of_line(at), at).chars().count()
    }

    fn start_of_line(&self, at: usize) -> usize {
        self.slice(0, at).rfind('\n').map_or(0, |end| end + 1)
    }

    fn whole(&self, new: &Value, depth: usize) -> Option<String> {
        let root = self.spans.first()?;
        self.gone.borrow_mut().clear();
        let body = self.container(0, self.old, new, depth)?;
        Some(format!("{}{body}{}", self.slice(0, root.value), self.slice(self.tails[0], self.text.len())))
    }

    /// The value of a node from where it begins to its tail; `None` where it has to be printed anew.
    fn container(&self, at: usize, old: &Value, new: &Value, depth: usize) -> Option<String> {
        let (olds, news) = (entries(old)?, entries(new)?);
        let children = &self.spans[at].children;
        let fits = old.is_object() == new.is_object()
            && depth > 0
            && !olds.is_empty()
            && !news.is_empty()
            && children.len() == olds.len()
            && children
                .iter()
                .zip(&olds)
                .all(|(child, (name, _))| name.is_none_or(|name| name == self.spans[*child].token));
        if !fits {
            return None;
        }
        let from = matches(&olds, &news);
        let pairs: Vec<Pair<'_>> = news
            .iter()
            .zip(from)
            .map(|((name, new), from)| Pair {
                name: *name,
                new,
                from: from.and_then(|from| Some((from, *children.get(from)?, olds.get(from)?.1))),
            })
            .collect();
        if self.is_flow(at) { self.flow(at, &pairs, depth) } else { self.lines(at, &pairs, depth) }
    }

    /// Members or items between brackets.
    fn flow(&self, at: usize, pairs: &[Pair<'_>], depth: usize) -> Option<String> {
        let span = &self.spans[at];
        let (first, last) = (&self.spans[*span.children.first()?], &self.spans[*span.children.last()?]);
        let begin = self.slice(span.value, first.start);
        let between = |child: usize| {
            let before = span.children.get(child.checked_sub(1)?)?;
            Some(self.slice(self.spans[*before].end, self.spans[*span.children.get(child)?].start))
        };
        let is_plain = |gap: &&str| gap.trim() == ",";
        let usual = match between(1).filter(is_plain) {
            Some(gap) => gap.to_owned(),
            None if begin.contains('\n') => format!(",{}", begin.get(1..).unwrap_or_default()),
            None if self.inline == Inline::Tight => ",".to_owned(),
            None => ", ".to_owned(),
        };
        let indent = usual.rsplit_once('\n').map(|(_, indent)| indent.chars().count());
        let mut text = begin.to_owned();
        for (index, pair) in pairs.iter().enumerate() {
            if index > 0 {
                let own = pair.from.and_then(|(child, ..)| between(child)).filter(|gap| gap.contains(','));
                text.push_str(own.unwrap_or(&usual));
            }
            match pair.from {
                Some((_, node, old)) => text.push_str(&self.flow_entry(node, pair, old, depth)),
                None => {
                    if let Some(name) = pair.name {
                        text.push_str(&self.inline.key(name));
                        text.push_str(if self.inline == Inline::Tight { ":" } else { ": " });
                    }
                    text.push_str(&self.inline.value(pair.new, indent.filter(|_| self.is_json)));
                }
            }
        }
        text.push_str(self.slice(last.end, span.end));
        text.push_str(self.slice(span.end, self.tails[at]));
        Some(text)
    }

    fn flow_entry(&self, node: usize, pair: &Pair<'_>, old: &Value, depth: usize) -> String {
        let span = &self.spans[node];
        let name = match pair.name {
            Some(name) if name != span.token => self.inline.key(name),
            Some(_) => self.slice(span.start, span.name_end).to_owned(),
            None => String::new(),
        };
        let colon = match pair.name {
            Some(_) if span.value < span.end => self.slice(span.name_end, span.value),
            Some(_) => ": ",
            None => "",
        };
        let value = if same(old, pair.new) {
            self.slice(span.value, span.end).to_owned()
        } else {
            let line = self.slice(self.start_of_line(span.start), span.start);
            let indent = line.chars().take_while(|character| *character == ' ').count();
            let wide = self.is_json && self.text.trim().contains('\n');
            self.container(node, old, pair.new, depth - 1)
                .unwrap_or_else(|| self.inline.value(pair.new, wide.then_some(indent)))
        };
        format!("{name}{colon}{value}")
    }

    /// Members or items on lines of their own.
    fn lines(&self, at: usize, pairs: &[Pair<'_>], depth: usize) -> Option<String> {
        let span = &self.spans[at];
        let is_list = pairs.first()?.name.is_none();
        let first = &self.spans[*span.children.first()?];
        let is_block =
            if is_list { self.slice(span.value, span.value + 1) == "-" } else { span.value == first.start };
        if !is_block {
            return None;
        }
        let column = self.column(span.value);
        let indent = " ".repeat(column);
        let mut text = String::new();
        for (index, pair) in pairs.iter().enumerate() {
            let Some((child, node, old)) = pair.from else {
                if index > 0 {
                    text.push('\n');
                    text.push_str(&indent);
                }
                match pair.name {
                    Some(name) => {
                        text.push_str(&key(name)?);
                        text.push(':');
                        text.push_str(&after_colon(pair.new, column, &|item, column| {
                            self.task(item, column)
                        })?);
                    }
                    None => text.push_str(&self.task(pair.new, column).map_or_else(
                        || item(pair.new, column, &|item, column| self.task(item, column)),
                        Some,
                    )?),
                }
                continue;
            };
            let entry = self.line_entry(node, pair, old, (column, depth))?;
            let mut lead = self.slice(self.lead(at, child)?, self.spans[node].start);
            if self.gone.borrow().contains(&(at, child)) {
                lead = lead.rsplit_once('\n').map_or(lead, |(_, last)| last);
            }
            match (index, child) {
                (0, 0) => text.push_str(lead),
                (0, _) => text.push_str(lead.trim_start()),
                (_, 0) => {
                    text.push('\n');
                    text.push_str(&indent);
                    text.push_str(lead);
                }
                (_, child) => {
                    let before = span.children.get(child - 1)?;
                    let gap = self.slice(self.tails[*before], self.lead(at, child)?);
                    if !gap.contains('\n') {
                        return None;
                    }
                    text.push_str(gap);
                    text.push_str(lead);
                }
            }
            text.push_str(&entry);
        }
        Some(text)
    }

    /// A member or an item from its name or value to its tail.
    fn line_entry(
        &self,
        node: usize,
        pair: &Pair<'_>,
        old: &Value,
        (column, depth): (usize, usize),
    ) -> Option<String> {
        let span = &self.spans[node];
        let name = match pair.name {
            Some(name) if name != span.token => key(name)?,
            Some(_) => self.slice(span.start, span.name_end).to_owned(),
            None => String::new(),
        };
        if same(old, pair.new) {
            return Some(format!("{name}{}", self.slice(span.name_end, self.tails[node])));
        }
        if let Some(value) = self.container(node, old, pair.new, depth - 1) {
            return Some(format!("{name}{}{value}", self.slice(span.name_end, span.value)));
        }
        let tasks = |item: &Value, column: usize| self.task(item, column);
        let written = match pair.name {
            Some(_) => format!("{name}:{}", after_colon(pair.new, column, &tasks)?),
            None => block(pair.new, self.column(span.value), &tasks)?,
        };
        // The comment behind a short value stays on its line.
        let comment = if span.children.is_empty() { self.slice(span.end, self.tails[node]) } else { "" };
        Some(match written.split_once('\n') {
            Some((first, rest)) => format!("{first}{comment}\n{rest}"),
            None => format!("{written}{comment}"),
        })
    }

    /// Where the lines of a child begin: with the comments directly above it. The first child begins where its list or
    /// object does.
    fn lead(&self, at: usize, child: usize) -> Option<usize> {
        let span = &self.spans[at];
        if child == 0 {
            return Some(span.value);
        }
        let node = &self.spans[*span.children.get(child)?];
        let before = self.tails[*span.children.get(child - 1)?];
        let indent = " ".repeat(self.column(span.value));
        let is_list = self.slice(span.value, span.value + 1) == "-" && node.start == node.name_end;
        let mut start = if is_list {
            let dash = format!("\n{indent}-");
            before + self.slice(before, node.start).rfind(&dash)? + 1
        } else {
            self.start_of_line(node.start)
        };
        if !is_list && self.slice(start, node.start) != indent {
            return None;
        }
        while let Some(above) = start.checked_sub(1).map(|end| self.start_of_line(end)) {
            let line = self.slice(above, start);
            let comment = line.trim_start();
            let is_ours =
                above > before && comment.starts_with('#') && line.len() - comment.len() <= indent.len();
            if !is_ours {
                break;
            }
            start = above;
        }
        Some(start)
    }

    /// An item of a list as it stood elsewhere in the text, with its comments, at another column.
    fn task(&self, item: &Value, column: usize) -> Option<String> {
        let known = self.known.get_or_init(|| {
            let mut known = HashMap::new();
            self.learn(0, self.old, &mut known);
            known
        });
        let (list, child) = *known.get(&item.to_string())?;
        self.gone.borrow_mut().insert((list, child));
        let from = self.lead(list, child)?;
        let node = *self.spans[list].children.get(child)?;
        indented(
            self.slice(from, self.tails[node]).trim_start_matches(' '),
            self.column(self.spans[list].value),
            column,
        )
    }

    fn learn(&self, at: usize, value: &Value, known: &mut HashMap<String, (usize, usize)>) {
        let Some(children) = entries(value) else { return };
        let span = &self.spans[at];
        if span.children.len() != children.len() || self.is_flow(at) {
            return;
        }
        for (child, (name, value)) in children.into_iter().enumerate() {
            if name.is_none() && value.is_object() {
                known.insert(value.to_string(), (at, child));
            }
            self.learn(span.children[child], value, known);
        }
    }
}

/// A member or item of the new value, and the child, the node and the value that it was.
struct Pair<'a> {
    name: Option<&'a str>,
    new: &'a Value,
    from: Option<(usize, usize, &'a Value)>,
}

#[cfg(test)]
mod tests;
