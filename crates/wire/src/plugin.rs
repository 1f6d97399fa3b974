//! The plugin list (API reference 4.1.1.1.7): the runtime's default catalog.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Result of `plugin-dsl-mapping/search`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PluginList {
    #[serde(default)]
    pub plugins: Vec<Plugin>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plugin {
    /// The plugin's name, such as `dns-record-add`.
    pub plugin: String,
    #[serde(default)]
    pub version: String,
    /// What a task's `call` says: `dns-record-add:1.0.0@default`.
    #[serde(default)]
    pub call: String,
    /// The group it is shown in: `general`, `traffic`, `data`, `storage`, `test`, `application`.
    #[serde(default, rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub name: LocalizedText,
    #[serde(default)]
    pub description: LocalizedText,
    /// The name of an icon that the console has; an unknown one falls back to the group's.
    #[serde(default)]
    pub icon: String,
    /// JSON Schema of `with`. `title` and `description` are objects `{zh, en}` or text; a field that names a cloud
    /// resource says so in `x-resource`; `x-control` asks for a control of its own: `chips` for a list of short texts,
    /// `deadline` for a duration or a moment.
    #[serde(default)]
    pub input_schema: Value,
    /// The task to insert.
    #[serde(default)]
    pub dsl: Value,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalizedText {
    #[serde(default)]
    pub zh: String,
    #[serde(default)]
    pub en: String,
}
