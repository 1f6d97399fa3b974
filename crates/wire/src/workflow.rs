//! Workflows: build, update, list, start, copy, delete, follow (API reference 4.1.1.1).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::job::{Job, Status};
use crate::text::{DefinitionText, JsonText};

/// Body of build and update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DefinitionRequest {
    pub workflow_def: DefinitionText,
}

/// Result of build and update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedWorkflow {
    pub workflow_id: String,
    /// Counts from 1 with every save. An update names the revision it edited as `If-Match`.
    pub revision: u64,
}

/// Body of list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRequest {
    pub workflow_query: JsonText<WorkflowQuery>,
}

/// Every member is optional; those that are there are ANDed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// Found anywhere in name, title, namespace or description, without regard to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed: Option<bool>,
    /// The status of the last job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Whether `workflow_def` is wanted; it is left out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_def: Option<bool>,
    /// `name`, `namespace`, `created_at` or `updated_at` (the default, newest first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// `asc` or `desc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_no: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
}

/// One workflow of the list; the result is [`crate::Page`] of these.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    pub workflow_id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub namespace: String,
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub revision: u64,
    #[serde(default)]
    pub created_by: String,
    #[serde(default)]
    pub created_at: String,
    #[serde(default)]
    pub updated_by: String,
    #[serde(default)]
    pub updated_at: String,
    #[serde(default)]
    pub followed: bool,
    /// Names of the top-level tasks, in order.
    #[serde(default)]
    pub stages: Vec<String>,
    #[serde(default)]
    pub last_job: Option<Job>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_def: Option<String>,
}

/// Body of start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartRequest {
    pub workflow_execute_request: JsonText<ExecuteRequest>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecuteRequest {
    /// Checked against `input.schema` of the definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// Runs just these top-level tasks; the others are `skipped`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Result of start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedJob {
    pub job_name: String,
    #[serde(default)]
    pub workflow_id: String,
    #[serde(default)]
    pub status: Status,
}

/// Body of copy (table 4-30). A copy belongs to its maker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CopyInfo {
    /// Always `workflow`.
    #[serde(default = "workflow_attribute")]
    pub attribute: String,
    pub workflow_name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub namespace: String,
}

fn workflow_attribute() -> String {
    "workflow".to_owned()
}
