//! The hub's database: one SQLite file in the data directory, one writer and several readers.
//!
//! It opens, locks and migrates; what is in the tables belongs to the modules that read and write them.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

/// Of the connection that writes, as SQLite counts it: negative, in KiB.
const WRITER_CACHE: &str = "-32768";
const WRITER_STATEMENTS: usize = 256;
/// Of each connection that reads.
const READER_CACHE: &str = "-8192";

/// The database of one data directory; cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    write: SqlitePool,
    read: SqlitePool,
    directory: PathBuf,
    /// Held as long as this hub serves; the commands of the command line do not take it.
    _lock: Option<Arc<File>>,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("another hub serves from {0} already; stop it, or choose another directory with --data")]
    InUse(PathBuf),
    #[error("the data directory {path} cannot be used: {cause}")]
    Directory { path: PathBuf, cause: std::io::Error },
    #[error("the database {path} cannot be opened: {cause}")]
    Database { path: PathBuf, cause: sqlx::Error },
    #[error("the database {path} was written by a newer or different hub: {cause}")]
    Migration { path: PathBuf, cause: sqlx::migrate::MigrateError },
}

impl Database {
    /// Opens the database to serve from it; a second hub on the same directory is refused.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub async fn open(directory: &Path) -> Result<Self, OpenError> {
        create(directory)?;
        let lock = lock(directory)?;
        let mut database = Self::connect(directory).await?;
        database._lock = Some(Arc::new(lock));
        Ok(database)
    }

    /// Opens the database beside a hub that may be serving: for the commands of the command line.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub async fn open_beside(directory: &Path) -> Result<Self, OpenError> {
        create(directory)?;
        Self::connect(directory).await
    }

    async fn connect(directory: &Path) -> Result<Self, OpenError> {
        let path = directory.join("hub.sqlite");
        let failed = |cause| OpenError::Database { path: path.clone(), cause };
        // Access keys are stored readable: the file is its owner's alone.
        owner_only(&path).map_err(|cause| OpenError::Directory { path: path.clone(), cause })?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit has to survive the loss of power: WAL with NORMAL only survives a crash of the process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true);
        // The ends of all indexes that live runs write to stay in memory, and every statement of the committer stays
        // compiled: it has one for each table and number of rows.
        let writing =
            options.clone().pragma("cache_size", WRITER_CACHE).statement_cache_capacity(WRITER_STATEMENTS);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(writing)
            .await
            .map_err(failed)?;
        sqlx::migrate!("./migrations")
            .run(&write)
            .await
            .map_err(|cause| OpenError::Migration { path: path.clone(), cause })?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.read_only(true).pragma("cache_size", READER_CACHE))
            .await
            .map_err(failed)?;
        Ok(Self { write, read, directory: directory.to_owned(), _lock: None })
    }

    /// Connections that only read; they see what is committed.
    pub fn read(&self) -> &SqlitePool {
        &self.read
    }

    /// The one connection that writes.
    pub fn write(&self) -> &SqlitePool {
        &self.write
    }

    /// Begins a transaction that holds the write lock from its start, so that what it reads stays true until it
    /// commits.
    ///
    /// # Errors
    /// As SQLite has them.
    pub async fn begin(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
        self.write.begin_with("BEGIN IMMEDIATE").await
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Waits for open statements and closes the file.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

fn create(directory: &Path) -> Result<(), OpenError> {
    std::fs::create_dir_all(directory)
        .map_err(|cause| OpenError::Directory { path: directory.to_owned(), cause })
}

fn lock(directory: &Path) -> Result<File, OpenError> {
    let path = directory.join("hub.lock");
    let failed = |cause| OpenError::Directory { path: path.clone(), cause };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(directory.to_owned())),
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

#[cfg(unix)]
fn owner_only(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn owner_only(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_hub_on_the_same_data_is_refused_and_a_command_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let first = Database::open(directory.path()).await.unwrap();
        assert!(matches!(Database::open(directory.path()).await, Err(OpenError::InUse(_))));
        Database::open_beside(directory.path()).await.unwrap().close().await;
        first.close().await;
        drop(first);
        Database::open(directory.path()).await.unwrap().close().await;
    }

    #[tokio::test]
    async fn commits_are_made_to_survive_the_loss_of_power() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(directory.path()).await.unwrap();
        let (mode,): (String,) =
            sqlx::query_as("PRAGMA journal_mode").fetch_one(database.write()).await.unwrap();
        let (synchronous,): (i64,) =
            sqlx::query_as("PRAGMA synchronous").fetch_one(database.write()).await.unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
    }
}
