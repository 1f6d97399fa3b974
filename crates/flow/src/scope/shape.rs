//! What is known of data without the data: its kind, its members, what it is a list of.

use serde_json::Value;

use super::term;
use super::walk::Domain;

/// Deeper and wider than people complete; it keeps a large value from being copied.
const DEEPEST: usize = 6;
const WIDEST: usize = 200;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    pub kind: Option<Kind>,
    pub members: Vec<(String, Shape)>,
    /// What a list holds.
    pub items: Option<Box<Shape>>,
    /// What the schema says of it.
    pub note: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Text,
    Number,
    Boolean,
    List,
    Object,
}

impl Kind {
    /// The type of JSON Schema.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List => "array",
            Self::Object => "object",
        }
    }
}

impl Shape {
    pub(super) fn of_kind(kind: Kind) -> Self {
        Self { kind: Some(kind), ..Self::default() }
    }

    pub(super) fn object(members: Vec<(String, Self)>) -> Self {
        Self { kind: Some(Kind::Object), members, ..Self::default() }
    }

    pub(super) fn list(items: Self) -> Self {
        Self { kind: Some(Kind::List), items: Some(Box::new(items)), ..Self::default() }
    }

    pub(super) fn of_value(value: &Value) -> Self {
        Self::of_value_within(value, DEEPEST)
    }

    pub(super) fn of_value_within(value: &Value, depth: usize) -> Self {
        match value {
            Value::Null => Self::default(),
            Value::Bool(_) => Self::of_kind(Kind::Boolean),
            Value::Number(_) => Self::of_kind(Kind::Number),
            Value::String(_) => Self::of_kind(Kind::Text),
            Value::Array(_) if depth == 0 => Self::of_kind(Kind::List),
            Value::Object(_) if depth == 0 => Self::of_kind(Kind::Object),
            Value::Array(items) => {
                let items = items.iter().take(8).map(|item| Self::of_value_within(item, depth - 1));
                Self::list(items.reduce(Self::or).unwrap_or_default())
            }
            Value::Object(members) => Self::object(
                members
                    .iter()
                    .take(WIDEST)
                    .map(|(name, value)| (name.clone(), Self::of_value_within(value, depth - 1)))
                    .collect(),
            ),
        }
    }

    /// What fits a JSON Schema, as far as it says.
    pub(super) fn of_schema(schema: &Value) -> Self {
        Self::of_schema_within(schema, DEEPEST)
    }

    fn of_schema_within(schema: &Value, depth: usize) -> Self {
        let kind = match schema.get("type").and_then(Value::as_str) {
            Some("string") => Some(Kind::Text),
            Some("integer" | "number") => Some(Kind::Number),
            Some("boolean") => Some(Kind::Boolean),
            Some("array") => Some(Kind::List),
            Some("object") => Some(Kind::Object),
            _ if schema.get("properties").is_some() => Some(Kind::Object),
            _ => None,
        };
        let note = schema.get("title").or_else(|| schema.get("description")).cloned();
        let mut shape = Self { kind, note, ..Self::default() };
        if depth > 0 {
            let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            shape.members = members
                .take(WIDEST)
                .map(|(name, schema)| (name.clone(), Self::of_schema_within(schema, depth - 1)))
                .collect();
            shape.items = schema
                .get("items")
                .filter(|items| items.is_object())
                .map(|items| Box::new(Self::of_schema_within(items, depth - 1)));
            for word in ["allOf", "anyOf", "oneOf"] {
                let parts = schema.get(word).and_then(Value::as_array).into_iter().flatten();
                shape = parts
                    .map(|part| Self::of_schema_within(part, depth - 1))
                    .fold(shape, |shape, part| shape.or(part));
            }
        }
        shape
    }

    /// What is known of data that is one or the other: the members of both.
    #[must_use]
    pub(super) fn or(mut self, other: Self) -> Self {
        self.kind = self.kind.or(other.kind);
        self.note = self.note.or(other.note);
        for (name, shape) in other.members {
            match self.members.iter().position(|(known, _)| *known == name) {
                Some(at) => self.members[at].1 = std::mem::take(&mut self.members[at].1).or(shape),
                None if self.members.len() < WIDEST => self.members.push((name, shape)),
                None => {}
            }
        }
        self.items = match (self.items, other.items) {
            (Some(own), Some(other)) => Some(Box::new(own.or(*other))),
            (own, other) => own.or(other),
        };
        self
    }

    pub fn member(&self, name: &str) -> Option<&Self> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, shape)| shape)
    }

    /// What is in a list, or in an object whose members are gone through.
    pub(super) fn each(&self) -> Self {
        match &self.items {
            Some(items) => (**items).clone(),
            None => self.members.iter().map(|(_, shape)| shape.clone()).reduce(Self::or).unwrap_or_default(),
        }
    }
}

/// The walk as shapes.
pub(super) struct Shapes;

impl Domain for Shapes {
    type Data = Shape;

    fn unknown(&self) -> Shape {
        Shape::default()
    }

    fn value(&self, value: &Value) -> Shape {
        Shape::of_value(value)
    }

    fn sketch(&self, sketch: &dyn Fn() -> Shape) -> Shape {
        sketch()
    }

    fn parameters(&self, schema: &Value) -> Shape {
        Shape::of_schema(schema)
    }

    fn seen(&self, seen: &Value, otherwise: &dyn Fn() -> Shape) -> Shape {
        otherwise().or(Shape::of_value(seen))
    }

    fn either(&self, one: Shape, other: Shape) -> Shape {
        one.or(other)
    }

    fn object(&self, members: Vec<(&str, Shape)>) -> Shape {
        Shape::object(members.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect())
    }

    fn list(&self, items: Vec<Shape>) -> Shape {
        Shape::list(items.into_iter().reduce(Shape::or).unwrap_or_default())
    }

    fn item(&self, list: &Shape, _: usize) -> Shape {
        list.each()
    }

    fn evaluate(
        &self,
        template: &Value,
        always: bool,
        data: &Shape,
        variables: &dyn Fn(&str) -> Option<Shape>,
    ) -> Shape {
        match template {
            Value::String(text) if always || crate::expression::strict(text).is_some() => {
                term::shape(text, data, variables)
            }
            Value::Object(members) => Shape::object(
                members
                    .iter()
                    .take(WIDEST)
                    .map(|(name, value)| (name.clone(), self.evaluate(value, false, data, variables)))
                    .collect(),
            ),
            Value::Array(items) => {
                let items = items.iter().take(8).map(|item| self.evaluate(item, false, data, variables));
                Shape::list(items.reduce(Shape::or).unwrap_or_default())
            }
            other => Shape::of_value(other),
        }
    }
}
