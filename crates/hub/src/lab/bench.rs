//! What every plugin of the lab works with: typed parameters, resources found or missed, and the task's log.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sqlx::{Sqlite, Transaction};

use super::inventory::{self, Resource};
use super::{DEFAULT_PROJECT, Failure};
use crate::execution::faults;
use crate::execution::runner::LogSink;

/// One plugin's work: one transaction, one log.
pub(super) struct Bench<'a> {
    pub(super) transaction: &'a mut Transaction<'static, Sqlite>,
    pub(super) log: &'a LogSink,
    pub(super) now: i64,
}

/// Where a plugin acts.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Place {
    pub(super) region: String,
    #[serde(default = "default_project")]
    pub(super) project: String,
}

fn default_project() -> String {
    DEFAULT_PROJECT.to_owned()
}

/// On or off, begun or ended: what most plugins choose between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StartStop {
    Start,
    Stop,
}

/// Reads `with` as the plugin's parameters.
///
/// # Errors
/// A validation error that names the parameter.
pub(super) fn parameters<T: DeserializeOwned>(with: &Value) -> Result<T, Failure> {
    serde_path_to_error::deserialize(with).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { "with".to_owned() } else { format!("with.{path}") };
        faults::validation(format!("{place}: {}", error.into_inner())).into()
    })
}

impl Bench<'_> {
    /// The resource of that id, or of that name.
    ///
    /// # Errors
    /// A communication error with status 404, as a cloud would answer.
    pub(super) async fn find(&mut self, place: &Place, kind: &str, name: &str) -> Result<Resource, Failure> {
        let found =
            inventory::find(self.transaction, &place.region, Some(&place.project), kind, name).await?;
        let found = found.ok_or_else(|| {
            missing(format!("{kind} {name} in region {}, project {}", place.region, place.project))
        })?;
        self.log.debug(format!("found {kind} {} ({})", found.name, found.id));
        Ok(found)
    }

    /// The bucket of that name: buckets belong to a region, not to a project.
    ///
    /// # Errors
    /// A communication error with status 404.
    pub(super) async fn bucket(&mut self, region: &str, name: &str) -> Result<Resource, Failure> {
        let found = inventory::find(self.transaction, region, None, "obs-bucket", name).await?;
        found.ok_or_else(|| missing(format!("bucket {name} in region {region}")))
    }

    pub(super) async fn save(&mut self, resource: &Resource) -> Result<(), Failure> {
        Ok(inventory::save(self.transaction, resource, self.now).await?)
    }

    pub(super) async fn delete(&mut self, resource: &Resource) -> Result<(), Failure> {
        Ok(inventory::delete(self.transaction, resource).await?)
    }

    /// All resources of a kind at a place.
    pub(super) async fn all(&mut self, place: &Place, kind: &str) -> Result<Vec<Resource>, Failure> {
        Ok(inventory::all(self.transaction, &place.region, &place.project, kind).await?)
    }
}

/// What is not there.
pub(super) fn missing(what: String) -> Failure {
    faults::communication(404, format!("there is no {what}")).into()
}

/// What is there in a state that does not allow it.
pub(super) fn conflict(detail: impl Into<String>) -> Failure {
    faults::communication(409, detail).into()
}

/// What was measured and is not as it must be.
pub(super) fn failed_check(detail: impl Into<String>) -> Failure {
    faults::runtime(detail).into()
}

/// Members of a resource as text and numbers; what is not there reads as nothing.
pub(super) trait Attributes {
    fn text(&self, name: &str) -> String;
    fn number(&self, name: &str) -> i64;
    fn set(&mut self, name: &str, value: impl Into<Value>);
}

impl Attributes for Map<String, Value> {
    fn text(&self, name: &str) -> String {
        self.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn number(&self, name: &str) -> i64 {
        self.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.insert(name.to_owned(), value.into());
    }
}
