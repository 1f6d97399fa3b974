//! Takes the power away at a commit, for tests: nothing after it happens, as far as this hub can tell.
//!
//! Compiled into tests only. A committer asks for the power line of its data directory; most directories have none.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::sync::watch;

static LINES: LazyLock<Mutex<HashMap<PathBuf, Arc<Power>>>> = LazyLock::new(Mutex::default);

/// The power of one hub.
#[derive(Debug)]
pub(super) struct Power {
    goes: Option<Goes>,
    /// Counts the commits that their hub has learnt of.
    commits: watch::Sender<u64>,
    gone: watch::Sender<bool>,
}

/// When the power goes: at the first commit that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    /// Nothing of it is in the database.
    BeforeCommit,
    /// It is in the database, and nobody has learnt so.
    AfterCommit,
}

impl Power {
    /// Lays a line to a data directory; hubs that are opened on it from now on depend on it.
    pub(super) fn lay(directory: &Path, goes: Option<Goes>) -> Arc<Self> {
        let power = Arc::new(Self { goes, commits: watch::Sender::new(0), gone: watch::Sender::new(false) });
        lines().insert(directory.to_owned(), Arc::clone(&power));
        power
    }

    pub(super) fn of(directory: &Path) -> Option<Arc<Self>> {
        lines().get(directory).cloned()
    }

    pub(super) fn cut(directory: &Path) {
        lines().remove(directory);
    }

    pub(super) async fn before_commit(&self) {
        self.lose(Goes::BeforeCommit).await;
    }

    pub(super) async fn after_commit(&self) {
        self.lose(Goes::AfterCommit).await;
    }

    /// Commits are reported to those who asked for them.
    pub(super) fn reported(&self) {
        self.commits.send_modify(|commits| *commits += 1);
    }

    pub(super) fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    /// Waits until the power is gone.
    pub(super) async fn gone(&self) {
        // The sender lives as long as this.
        let _ = self.gone.subscribe().wait_for(|gone| *gone).await;
    }

    async fn lose(&self, at: Goes) {
        if self.goes == Some(at) {
            self.gone.send_replace(true);
            std::future::pending().await
        }
    }
}

fn lines() -> std::sync::MutexGuard<'static, HashMap<PathBuf, Arc<Power>>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}
