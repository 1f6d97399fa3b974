//! Schemas as a definition writes them: `{format, document}`, beside what is transformed (DSL reference, Schema).

use serde_json::Value;

use super::Compiler;
use crate::Pointer;
use crate::program::Schema;

impl Compiler<'_> {
    /// The schema of `input`, `output` or `export` of a task or of the workflow.
    pub(super) fn schema(&mut self, holder: &Value, pointer: &Pointer, place: &str) -> Option<Schema> {
        let schema = holder.get(place)?.get("schema")?;
        let pointer = pointer.child(place).child("schema");
        let format = schema.get("format").and_then(Value::as_str).unwrap_or("json");
        if format.split(':').next() != Some("json") {
            self.unsupported(
                &pointer.child("format"),
                &format!("schemas in the format `{format}`, only `json`"),
            );
            return None;
        }
        let Some(document) = schema.get("document") else {
            if schema.get("resource").is_some() {
                self.error(
                    &pointer.child("resource"),
                    "unresolved-schema",
                    "This schema has not been fetched yet.",
                    "尚未获取该 Schema。",
                );
            }
            return None;
        };
        match Schema::compile(document) {
            Ok(schema) => Some(schema),
            Err(reason) => {
                self.error(
                    &pointer.child("document"),
                    "invalid-schema",
                    &format!("This JSON Schema cannot be used: {reason}."),
                    &format!("无法使用该 JSON Schema：{reason}。"),
                );
                None
            }
        }
    }
}
