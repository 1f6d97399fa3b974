//! The default catalog as validation sees it: which functions exist and what their `with` looks like.

use std::collections::BTreeMap;

use serde_json::Value;

/// The functions of the runtime's default catalog, by call name (`dns-record-add:1.0.0@default`).
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    functions: BTreeMap<String, CatalogFunction>,
}

/// One function of a catalog.
#[derive(Clone, Debug)]
pub struct CatalogFunction {
    /// JSON Schema of the call's `with`.
    pub input_schema: Value,
}

impl Catalog {
    pub fn insert(&mut self, call: impl Into<String>, function: CatalogFunction) {
        self.functions.insert(call.into(), function);
    }

    pub fn get(&self, call: &str) -> Option<&CatalogFunction> {
        self.functions.get(call)
    }

    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    pub fn calls(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }
}
