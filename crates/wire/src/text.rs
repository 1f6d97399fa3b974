//! Parameters that the reference types as String but shows as JSON: sent as a JSON *string*, taken as either.

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A value that travels as the text of its JSON. Reading also takes the plain object (`design/api.md`, General).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JsonText<T>(pub T);

impl<T: Serialize> Serialize for JsonText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(&self.0).map_err(S::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for JsonText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => serde_json::from_str(&text),
            value => serde_json::from_value(value),
        }
        .map(Self)
        .map_err(D::Error::custom)
    }
}

/// A definition as the text it was sent as. A plain object is taken too and becomes its compact text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DefinitionText(pub String);

impl Serialize for DefinitionText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DefinitionText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(text) => Self(text),
            value @ Value::Object(_) => Self(value.to_string()),
            _ => return Err(D::Error::custom("a definition is a JSON string or an object")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::ExecuteRequest;
    use serde_json::json;

    #[test]
    fn the_text_and_the_plain_object_read_alike() {
        let plain: JsonText<ExecuteRequest> = serde_json::from_value(json!({"input": {"a": 1}})).unwrap();
        let text: JsonText<ExecuteRequest> = serde_json::from_value(json!("{\"input\":{\"a\":1}}")).unwrap();
        assert_eq!(plain, text);
        assert!(serde_json::to_value(&text).unwrap().is_string());
    }

    #[test]
    fn an_unknown_member_is_refused_inside_of_the_text_too() {
        let read: Result<JsonText<ExecuteRequest>, _> = serde_json::from_value(json!("{\"inptu\":{}}"));
        assert!(read.unwrap_err().to_string().contains("inptu"));
    }
}
