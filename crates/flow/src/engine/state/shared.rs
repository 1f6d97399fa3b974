//! Values that several tasks hold at once: the input of a fork, the items of a loop. One copy in memory, and one in the
//! store where they are large.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Values up to about this many bytes of JSON are stored where they are used: a row of its own costs more.
const LARGE: usize = 512;

/// A JSON value that is cheap to clone. It never changes.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    value: Value,
    /// Bytes of JSON, roughly.
    size: usize,
    /// Under which number it is stored; large ones get it when they are.
    number: OnceLock<u64>,
}

impl Shared {
    /// The number under which its job keeps it, where it is large: in the state, and in what records tasks. Unique within
    /// the job; the same number is the same value.
    pub fn number(&self) -> Option<u64> {
        self.0.number.get().copied()
    }

    /// The value itself, without a copy where nobody else holds it.
    pub fn into_value(self) -> Value {
        Arc::try_unwrap(self.0).map_or_else(|inner| inner.value.clone(), |inner| inner.value)
    }

    /// How many bytes of JSON it is, roughly.
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// Whether it is worth keeping apart.
    pub(in crate::engine) fn is_large(&self) -> bool {
        self.0.size > LARGE
    }

    /// Whether both are one value, not only equal.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Its number, `next` where it has none yet; none where it is not worth one.
    pub(super) fn numbered(&self, next: &mut u64) -> Option<u64> {
        self.is_large().then(|| {
            *self.0.number.get_or_init(|| {
                let number = *next;
                *next += 1;
                number
            })
        })
    }

    /// A large value as it comes from the store.
    pub(super) fn stored(number: u64, value: Value) -> Self {
        let size = size(&value).max(LARGE + 1);
        Self(Arc::new(Inner { value, size, number: OnceLock::from(number) }))
    }
}

impl From<Value> for Shared {
    fn from(value: Value) -> Self {
        let size = size(&value);
        Self(Arc::new(Inner { value, size, number: OnceLock::new() }))
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self::from(Value::Null)
    }
}

impl Deref for Shared {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0.value
    }
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || **self == **other
    }
}

impl PartialEq<Value> for Shared {
    fn eq(&self, other: &Value) -> bool {
        **self == *other
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(formatter)
    }
}

impl fmt::Display for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(formatter)
    }
}

/// The value itself; [`reference`] is how a state is stored.
impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Shared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Number(_) => 8,
        Value::Null | Value::Bool(_) => 4,
        Value::Array(items) => 2 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => {
            2 + members.iter().map(|(name, value)| name.len() + 3 + size(value)).sum::<usize>()
        }
    }
}

#[derive(Serialize, Deserialize)]
enum Form<V> {
    #[serde(rename = "is")]
    Value(V),
    #[serde(rename = "ref")]
    Number(u64),
}

/// Stores a large value as its number, and reads it as a number without its value: see [`resolve`].
pub(super) mod reference {
    use super::*;

    pub(in crate::engine::state) fn serialize<S: Serializer>(
        shared: &Shared,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match shared.number() {
            Some(number) => Form::<&Value>::Number(number).serialize(serializer),
            None => Form::Value(&shared.0.value).serialize(serializer),
        }
    }

    pub(in crate::engine::state) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Shared, D::Error> {
        Form::<Value>::deserialize(deserializer).map(|form| match form {
            Form::Value(value) => Shared::from(value),
            Form::Number(number) => Shared::stored(number, Value::Null),
        })
    }
}

pub(super) mod optional_reference {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Reference(#[serde(with = "reference")] Shared);

    pub(in crate::engine::state) fn serialize<S: Serializer>(
        shared: &Option<Shared>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        shared.clone().map(Reference).serialize(serializer)
    }

    pub(in crate::engine::state) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Shared>, D::Error> {
        let read = Option::<Reference>::deserialize(deserializer)?;
        Ok(read.map(|Reference(shared)| shared))
    }
}

/// Gives a value that was read as a number what it stands for.
///
/// # Errors
/// The number that nothing is stored under.
pub(super) fn resolve(shared: &mut Shared, value: impl Fn(u64) -> Option<Shared>) -> Result<(), u64> {
    if let Some(number) = shared.number() {
        *shared = value(number).ok_or(number)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_worth_a_row_gets_a_number_and_only_one() {
        let mut next = 7;
        assert_eq!(Shared::from(json!({"a": [1, 2, 3]})).numbered(&mut next), None);
        for large in [json!("x".repeat(600)), json!(vec![0; 200]), json!({"x".repeat(600): 1, "y": 2})] {
            let first = Shared::from(large);
            let (second, expected) = (first.clone(), next);
            assert_eq!(first.numbered(&mut next), Some(expected));
            assert_eq!(second.numbered(&mut next), Some(expected));
        }
        assert_eq!(next, 10);
    }
}
