//! Schemas of inputs, outputs and the context (DSL reference, Schema): JSON Schema, compiled once with the program.
//!
//! Everything that a schema needs is in it: a `$ref` to another document is refused, never fetched. A schema whose
//! check could go on for ever is refused too, and one that multiplies its work with each level of a value is
//! measured against the value before it is run (see [`cost`]).

mod cost;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use cost::Cost;

/// The largest automaton of a `pattern`, in bytes.
const LARGEST_PATTERN: usize = 256 * 1024;
const LONGEST_FINDING: usize = 300;

/// A schema, ready to check values.
#[derive(Debug)]
pub(crate) struct Schema {
    validator: Validator,
    cost: Cost,
}

impl Schema {
    /// Compiles `schema.document`.
    ///
    /// # Errors
    /// One sentence for a person.
    pub(crate) fn compile(document: &Value) -> Result<Self, String> {
        let cost = Cost::of(document)?;
        let validator = jsonschema::options()
            .offline()
            .with_pattern_options(
                PatternOptions::regex().size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN),
            )
            .build(document)
            .map_err(|error| cut(&error.to_string()))?;
        Ok(Self { validator, cost })
    }

    /// # Errors
    /// What does not fit, for the detail of an error. The values themselves are not told: they may be private.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        if !self.cost.is_bearable(value) {
            return Err("the schema needs too many steps to check this value".to_owned());
        }
        // Only the first finding: a list of a million wrong entries would have as many.
        self.validator.validate(value).map_err(|error| {
            let place = error.instance_path().as_str();
            let message = cut(&error.masked_with("it").to_string());
            if place.is_empty() { message } else { format!("{place}: {message}") }
        })
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_FINDING) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
