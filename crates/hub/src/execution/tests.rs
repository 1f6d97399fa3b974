//! Runs within this process, on a database of their own. The tests of what survives a kill are in `tests/durability.rs`.

mod budget;
mod crashes;
mod events;
mod externals;
mod history;
mod home;
mod large;
mod logs;
mod operators;
#[cfg(target_os = "linux")]
mod processes;
mod running;
mod sub_runs;

use std::sync::Arc;

use tempfile::TempDir;

use super::store::Committer;
use crate::database::Database;

/// A database that is gone with the test.
pub(super) struct Bench {
    database: Database,
    committer: Committer,
    _directory: Arc<TempDir>,
}

impl Bench {
    async fn new() -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let database = Database::open(directory.path()).await.unwrap();
        let committer = Committer::start(database.clone());
        Self { database, committer, _directory: directory }
    }
}
