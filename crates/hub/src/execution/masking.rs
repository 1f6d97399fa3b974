//! Private values: the parameters that `input.schema` marks `writeOnly`, and secrets. They run, and are shown nowhere.
//!
//! A value is masked where it stands, and its text wherever it turns up later: in an output, an error or a log line.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// What stands in place of a private value.
pub(super) const MASK: &str = "******";
/// Texts shorter than this are masked where they stand alone, not inside of other texts: they would tear holes into
/// everything.
const SHORTEST_WITHIN: usize = 4;
/// Parts of base64 that are shorter than this stand in many a text by chance.
const SHORTEST_BASE64: usize = 6;

/// Knows the private values of one job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Masking {
    /// The private texts, longest first, so that a text that holds another goes as a whole.
    private: Vec<String>,
    /// The same as they stand in JSON, in a URL and in base64.
    spellings: Vec<String>,
}

impl Masking {
    /// Finds the private values of an input by its JSON Schema.
    pub(super) fn of_input(schema: Option<&Value>, input: &Value) -> Self {
        let mut private = Vec::new();
        if let Some(schema) = schema {
            collect(schema, input, &mut private);
        }
        Self::new(private)
    }

    pub(super) fn new(mut private: Vec<String>) -> Self {
        private.retain(|text| !text.is_empty());
        private.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
        private.dedup();
        let mut spellings = Vec::new();
        for text in private.iter().filter(|text| text.chars().count() >= SHORTEST_WITHIN) {
            let quoted = Value::String(text.clone()).to_string();
            spellings.push(text.clone());
            spellings.push(quoted.trim_matches('"').to_owned());
            spellings.push(wire::operation::encode_segment(text));
            spellings.extend([
                STANDARD.encode(text),
                STANDARD_NO_PAD.encode(text),
                URL_SAFE_NO_PAD.encode(text),
            ]);
        }
        spellings.extend(private.iter().flat_map(|text| within_base64(text)));
        spellings.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
        spellings.dedup();
        Self { private, spellings }
    }

    /// Takes the texts within a value for private too, in as far as they are not yet.
    pub(super) fn add(&mut self, value: &Value) {
        let mut found = Vec::new();
        collect_leaves(value, &mut found);
        found.retain(|text| !text.is_empty() && !self.private.contains(text));
        if !found.is_empty() {
            found.append(&mut self.private);
            *self = Self::new(found);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.private.is_empty()
    }

    /// The private texts, to be kept beside the state.
    pub(super) fn private(&self) -> &[String] {
        &self.private
    }

    /// The private texts where a value shows any of them, to whoever gets the value; else none.
    pub(super) fn shown_in(&self, value: &Value) -> Vec<String> {
        if self.is_empty() || self.value(value) == *value { Vec::new() } else { self.private.clone() }
    }

    pub(super) fn text(&self, text: &str) -> String {
        if self.private.iter().any(|private| private == text) {
            return MASK.to_owned();
        }
        self.spellings.iter().fold(text.to_owned(), |text, private| {
            if text.contains(private.as_str()) { text.replace(private.as_str(), MASK) } else { text }
        })
    }

    /// A value as JSON text.
    pub(super) fn json(&self, value: &Value) -> String {
        if self.private.is_empty() { value.to_string() } else { self.value(value).to_string() }
    }

    pub(super) fn value(&self, value: &Value) -> Value {
        if self.private.is_empty() {
            return value.clone();
        }
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Number(number) if self.private.contains(&number.to_string()) => {
                Value::String(MASK.to_owned())
            }
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (self.text(name), self.value(value))).collect()
            }
            other => other.clone(),
        }
    }
}

/// What a text leaves in the base64 of a longer one that holds it, such as of `user:password`: wherever it begins there,
/// without the signs that its neighbours have a part in.
fn within_base64(text: &str) -> Vec<String> {
    let cut = |before: usize| {
        let mut bytes = vec![0; before];
        bytes.extend(text.as_bytes());
        let encoded = STANDARD_NO_PAD.encode(&bytes);
        let end = encoded.len() - usize::from(!bytes.len().is_multiple_of(3));
        encoded.get([0, 2, 3][before]..end).unwrap_or_default().to_owned()
    };
    let long_enough = (0..3).map(cut).filter(|part| part.len() >= SHORTEST_BASE64);
    long_enough.flat_map(|part| [part.replace('+', "-").replace('/', "_"), part]).collect()
}

fn collect(schema: &Value, value: &Value, private: &mut Vec<String>) {
    if schema.get("writeOnly") == Some(&Value::Bool(true)) {
        collect_leaves(value, private);
        return;
    }
    if let (Some(properties), Some(members)) =
        (schema.get("properties").and_then(Value::as_object), value.as_object())
    {
        for (name, schema) in properties {
            match members.get(name) {
                Some(value) => collect(schema, value, private),
                // The engine fills in what is missing: a private default is as private as what it stands for.
                None => collect(schema, schema.get("default").unwrap_or(&Value::Null), private),
            }
        }
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        for value in values {
            collect(items, value, private);
        }
    }
}

fn collect_leaves(value: &Value, private: &mut Vec<String>) {
    match value {
        Value::String(text) => private.push(text.clone()),
        Value::Number(number) => private.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect_leaves(item, private)),
        Value::Object(members) => members.values().for_each(|value| collect_leaves(value, private)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_private_value_is_masked_where_it_stands_and_where_it_turns_up() {
        let schema = json!({"properties": {
            "password": {"writeOnly": true},
            "pin": {"writeOnly": true},
            "keys": {"items": {"properties": {"secret": {"writeOnly": true}}}},
            "name": {}
        }});
        let input =
            json!({"password": "p\"ss w", "pin": 7, "name": "drill", "keys": [{"secret": "k3y-one"}]});
        let masking = Masking::of_input(Some(&schema), &input);
        assert_eq!(
            masking.value(&input),
            json!({"password": MASK, "pin": MASK, "name": "drill", "keys": [{"secret": MASK}]})
        );
        assert_eq!(masking.text("GET /?p=p%22ss%20w"), format!("GET /?p={MASK}"));
        assert_eq!(masking.text(r#"{"a":"p\"ss w"}"#), format!(r#"{{"a":"{MASK}"}}"#));
        assert_eq!(masking.text("took 7 ms"), "took 7 ms");
        assert_eq!(Masking::new(masking.private().to_vec()), masking);
    }

    #[test]
    fn a_secret_is_masked_beside_what_is_private_already() {
        let mut masking = Masking::new(vec!["k3y-one".to_owned()]);
        masking.add(&json!({"user": "ada", "token": "t0k3n", "nested": ["k3y-one", {"pin": 77}]}));
        assert_eq!(
            masking.text("k3y-one and t0k3n of ada, dDBrM24="),
            format!("{MASK} and {MASK} of ada, {MASK}")
        );
        assert_eq!(masking.value(&json!({"a": 77, "b": "ada"})), json!({"a": MASK, "b": MASK}));
    }

    /// DSL reference, Basic Authentication: a server that repeats the header repeats the password.
    #[test]
    fn a_private_text_is_masked_within_the_base64_of_a_longer_one() {
        let masking = Masking::new(vec!["c0rrect-h0rse?>".to_owned()]);
        for user in ["", "u", "us", "use", "user"] {
            for after in ["", "!", "!!"] {
                let header = STANDARD.encode(format!("{user}:c0rrect-h0rse?>{after}"));
                let url = header.replace('+', "-").replace('/', "_");
                for spelling in [header, url] {
                    let shown = masking.text(&format!("Basic {spelling}"));
                    assert!(shown.contains(MASK) && shown.len() < 30, "{shown}");
                }
            }
        }
        assert_eq!(Masking::new(vec!["abcd".to_owned()]).text("YWJj"), "YWJj", "too short to be told");
    }

    #[test]
    fn without_private_parameters_nothing_changes() {
        let input = json!({"a": ["x", 1, null, true]});
        assert_eq!(Masking::of_input(None, &input).value(&input), input);
    }
}
