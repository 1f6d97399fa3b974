//! The lab: the embedded provider behind the cloud plugins and the resource queries.
//!
//! An inventory in the hub's database that the plugins really change and the queries really read. A plugin's change
//! and the note that it was made are in one transaction, so a call that is repeated after a crash answers as the first
//! time and changes nothing. It calls nothing outside.

mod bench;
mod data;
mod inventory;
mod operations;
mod seed;
mod storage;
mod together;
mod traffic;

use async_trait::async_trait;
use flow::engine::WorkflowError;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::database::Database;
use crate::execution::faults;
use crate::execution::runner::{FunctionCall, FunctionRunner};
use bench::Bench;
use together::Asked;

pub use inventory::{Inventory, Query, Resource};
pub use seed::seed;

/// The project that a plugin acts in where its `with` names none, and that a sign-in without scope gets.
pub const DEFAULT_PROJECT: &str = "default";

/// Performs the cloud plugins on the inventory.
#[derive(Clone, Debug)]
pub struct Lab {
    calls: mpsc::UnboundedSender<Asked>,
}

impl Lab {
    /// Starts the task that performs the calls; it ends when every clone is dropped.
    pub fn new(database: Database) -> Self {
        let (calls, asked) = mpsc::unbounded_channel();
        tokio::spawn(together::perform_all(database, asked));
        Self { calls }
    }
}

#[async_trait]
impl FunctionRunner for Lab {
    async fn run(&self, call: FunctionCall) -> Result<Value, WorkflowError> {
        let (done, outcome) = oneshot::channel();
        let (function, log) = (call.function.clone(), call.log.clone());
        // Where nobody answers any more the hub is at its end.
        let gone = || Failure::Hub("the lab is closed".to_owned());
        let outcome = match self.calls.send(Asked { call, done }) {
            Ok(()) => outcome.await.unwrap_or_else(|_| Err(gone())),
            Err(_) => Err(gone()),
        };
        outcome.map_err(|failure| {
            let error = match failure {
                Failure::Task(error) => *error,
                Failure::Hub(cause) => {
                    tracing::error!(%cause, function, "the lab failed");
                    faults::runtime("the lab's inventory could not be read or changed")
                }
            };
            log.error(error.detail.clone().unwrap_or_default());
            error
        })
    }
}

async fn act(bench: &mut Bench<'_>, plugin: &str, with: &Value) -> Result<Value, Failure> {
    match plugin {
        "dns-record-add" => traffic::add_record(bench, with).await,
        "dns-record-delete" => traffic::delete_record(bench, with).await,
        "dns-record-weight" => traffic::weigh_record(bench, with).await,
        "load-balancer-job" => traffic::balance(bench, with).await,
        "dcs-whitelist" => data::whitelist(bench, with).await,
        "dcs-failover" => data::fail_over(bench, with).await,
        "drs-switch" => data::switch_replication(bench, with).await,
        "drs-check-rto-rpo" => data::check_objectives(bench, with).await,
        "rds-read-write" => data::set_mode(bench, with, "rds-instance").await,
        "rds-backup" => data::back_up(bench, with).await,
        "ddm-read-write" => data::set_mode(bench, with, "ddm-instance").await,
        "dws-dr" => data::recover(bench, with, "dws-dr").await,
        "opengauss-dr" => data::recover(bench, with, "opengauss-dr").await,
        "obs-bucket-policy" => storage::change_policy(bench, with).await,
        "obs-replication" => storage::replicate(bench, with).await,
        "obs-compare" => storage::compare(bench, with).await,
        "perftest-task" => operations::performance_test(bench, with).await,
        "chaos" => operations::experiment(bench, with).await,
        "mas-switch" => operations::switch_site(bench, with).await,
        "aom-job" => operations::run_job(bench, with).await,
        "smart-connect" => operations::connect(bench, with).await,
        other => Err(faults::configuration(format!("this hub has no function {other}")).into()),
    }
}

/// Why a plugin did not do what it was asked: the task's fault, or the hub's own.
#[derive(Debug)]
enum Failure {
    Task(Box<WorkflowError>),
    Hub(String),
}

impl From<WorkflowError> for Failure {
    fn from(error: WorkflowError) -> Self {
        Self::Task(Box::new(error))
    }
}

impl From<sqlx::Error> for Failure {
    fn from(cause: sqlx::Error) -> Self {
        Self::Hub(cause.to_string())
    }
}
