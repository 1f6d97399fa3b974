//! A value that grows as its text is read, and knows where in it one is.

use serde_json::{Map, Value};

#[derive(Debug, Default)]
pub(super) struct Tree {
    open: Vec<Open>,
    root: Option<Value>,
}

#[derive(Debug)]
enum Open {
    Object { members: Map<String, Value>, name: Option<String>, column: usize },
    List { items: Vec<Value>, begun: bool, column: usize },
}

/// What is innermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    Nothing,
    Object { named: bool },
    List { begun: bool },
}

impl Tree {
    /// `column` is where what it holds begins, in a text where that decides.
    pub(super) fn begin_object(&mut self, column: usize) {
        self.open.push(Open::Object { members: Map::new(), name: None, column });
    }

    pub(super) fn begin_list(&mut self, column: usize) {
        self.open.push(Open::List { items: Vec::new(), begun: false, column });
    }

    /// Says the name of the next value of an object; a name before it that got none is kept without.
    pub(super) fn name(&mut self, text: String) {
        if self.inside() == (Inside::Object { named: true }) {
            self.put(Value::Null);
        }
        if let Some(Open::Object { name, .. }) = self.open.last_mut() {
            *name = Some(text);
        }
    }

    /// Begins the next item of a list; an item before it that got no value is kept without.
    pub(super) fn item(&mut self) {
        if let Some(Open::List { items, begun, .. }) = self.open.last_mut() {
            if *begun {
                items.push(Value::Null);
            }
            *begun = true;
        }
    }

    pub(super) fn put(&mut self, value: Value) {
        match self.open.last_mut() {
            None => drop(self.root.get_or_insert(value)),
            Some(Open::List { items, begun, .. }) => {
                items.push(value);
                *begun = false;
            }
            Some(Open::Object { members, name, .. }) => {
                if let Some(name) = name.take() {
                    members.insert(name, value);
                }
            }
        }
    }

    pub(super) fn end(&mut self) {
        let value = match self.open.pop() {
            None => return,
            Some(Open::Object { mut members, name, .. }) => {
                if let Some(name) = name {
                    members.insert(name, Value::Null);
                }
                Value::Object(members)
            }
            Some(Open::List { mut items, begun, .. }) => {
                if begun {
                    items.push(Value::Null);
                }
                Value::Array(items)
            }
        };
        self.put(value);
    }

    pub(super) fn inside(&self) -> Inside {
        self.open.last().map_or(Inside::Nothing, Open::inside)
    }

    /// Where the members or items of what is innermost begin.
    pub(super) fn column(&self) -> Option<usize> {
        self.open.last().map(Open::column)
    }

    /// How many objects and lists are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The way to the `depth`th of what is open, and what and where that is.
    pub(super) fn at(&self, depth: usize) -> (Vec<String>, Inside, usize) {
        let outer = self.open.iter().take(depth.saturating_sub(1));
        let last = depth.checked_sub(1).and_then(|last| self.open.get(last));
        let (inside, column) = last.map_or((Inside::Nothing, 0), |open| (open.inside(), open.column()));
        (outer.map(Open::next).collect(), inside, column)
    }

    /// The way to what is innermost, and the name or index of what comes next in it.
    pub(super) fn next(&self) -> (Vec<String>, String) {
        let next = self.open.last().map(Open::next).unwrap_or_default();
        (self.at(self.open.len()).0, next)
    }

    pub(super) fn finish(mut self) -> Value {
        while !self.open.is_empty() {
            self.end();
        }
        self.root.unwrap_or_default()
    }
}

impl Open {
    fn inside(&self) -> Inside {
        match self {
            Self::Object { name, .. } => Inside::Object { named: name.is_some() },
            Self::List { begun, .. } => Inside::List { begun: *begun },
        }
    }

    fn column(&self) -> usize {
        match self {
            Self::Object { column, .. } | Self::List { column, .. } => *column,
        }
    }

    fn next(&self) -> String {
        match self {
            Self::Object { name, .. } => name.clone().unwrap_or_default(),
            Self::List { items, .. } => items.len().to_string(),
        }
    }
}
