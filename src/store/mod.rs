//! The database: the only place with SQL.
//!
//! Reads take a connection of a small pool and see one snapshot. Writes go through one task that commits many of them at once
//! ([`Store::write`]). The functions of the nouns are plain queries over a [`Conn`], so that they work in both. Every function about a row
//! of an account takes the account's id, and finds nothing of another account.

pub mod account;
pub mod agent;
pub mod agent_span;
pub mod backup;
pub mod cdr;
pub mod checkin_code;
mod checkpoint;
pub(crate) mod crash;
pub mod delivery;
pub mod device;
pub mod drain;
pub mod endpoint;
mod error;
pub mod event;
pub mod event_list;
pub mod extension;
pub mod figures;
pub mod fresh;
pub mod hook;
pub mod kept;
pub mod key;
pub mod last;
pub mod lead;
pub mod lead_import;
pub mod leg;
pub mod login_failure;
pub mod membership;
mod open_file;
pub mod originate;
pub mod pause;
mod people;
pub mod pgroup;
pub mod phone_list;
pub mod queue;
pub mod recording;
pub mod repair;
pub mod replay;
pub mod resource;
mod row;
pub mod session;
pub mod stats;
pub mod sweep;
#[cfg(test)]
mod tests;
pub mod user;
pub mod version;
pub mod web_ping;
mod writer;

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlitePool};
use tokio::sync::watch;

pub use error::Error;
pub use writer::{BATCH_JOBS_MAX, Counts, QUEUE_JOBS_MAX};

use crate::clock::Clock;

/// What queries run on: a connection of the pool or the writer's.
pub type Conn = sqlx::SqliteConnection;

/// A read-only connection with one snapshot of the database; goes back to the pool when it is dropped. Derefs to [`Conn`].
pub type Read = sqlx::Transaction<'static, sqlx::Sqlite>;

/// Connections for reading.
pub const READERS_MAX: u32 = 4;
/// How long a reader waits for one of them, in milliseconds.
pub const READ_WAIT_MS: u64 = 5_000;
/// How long a statement waits for another process's lock, in milliseconds.
pub const BUSY_WAIT_MS: u64 = 5_000;

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// The database. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    readers: SqlitePool,
    writer: writer::Writer,
    path: Arc<Path>,
    clock: Clock,
}

/// When a job is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// As soon as can be.
    Next,
    /// With the next others, or alone after 10 ms: it keeps nobody from a commit.
    Along,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// At most so many rows; all when none.
    pub limit: Option<u32>,
    /// Rows to leave out at the start.
    pub offset: u32,
}

impl Page {
    /// SQLite takes a negative limit for none.
    fn sql_limit(self) -> i64 {
        self.limit.map_or(-1, i64::from)
    }
}

impl Store {
    /// Opens the file, makes it when it is not there, for its owner only, brings it to this version and starts the writer. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Newer`] for a newer ccgate's database, which is left alone; [`Error::File`], [`Error::Migrate`], [`Error::Database`].
    pub async fn open(path: &Path, clock: Clock) -> Result<Self, Error> {
        make(path).map_err(|error| Error::File(path.to_owned(), Arc::new(error)))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .busy_timeout(Duration::from_millis(BUSY_WAIT_MS))
            .disable_statement_logging();
        let writing = options.clone().journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let writing = writing.pragma("wal_autocheckpoint", checkpoint::LOG_MAX_PAGES.to_string());
        let mut conn = writing.clone().connect().await?;
        MIGRATOR.run(&mut conn).await?;
        let file = open_file::OpenFile::at(path).map_err(|error| Error::File(path.to_owned(), Arc::new(error)))?;
        // `query_only` instead of a read-only file: a reader may have to recover the log.
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            // All at once and for good: one that is opened later might open what was put in the file's place.
            .min_connections(READERS_MAX)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_millis(READ_WAIT_MS))
            .test_before_acquire(false)
            .connect_with(options.pragma("query_only", "1"))
            .await?;
        let people = people::People::default();
        people.watch(&mut conn).await?;
        Ok(Self { readers, writer: writer::Writer::start(conn, writing, file, people), path: path.into(), clock })
    }

    /// A connection for reading; everything read over it is of one moment.
    ///
    /// # Errors
    /// [`Error::Database`] when none was free for [`READ_WAIT_MS`], or SQLite failed.
    pub async fn read(&self) -> Result<Read, Error> {
        Ok(self.readers.begin().await?)
    }

    /// Runs `job` in a transaction and gives its result once that is committed. When the job fails, nothing of it is kept.
    ///
    /// Jobs that wait together are committed together, each in its own savepoint; so a job must wait for nothing but its connection.
    /// Dropping this future before its turn in the queue gives the job up; after that the job runs, and nobody hears of it.
    ///
    /// # Errors
    /// The job's own; [`Error::Commit`] when its result could not be kept; [`Error::Closed`].
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.writer.write(Turn::Next, job).await
    }

    /// The same for a job that may wait.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_in<T, E, F>(&self, turn: Turn, job: F) -> Result<T, E>
    where
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.writer.write(turn, job).await
    }

    /// Deliveries that were committed since the last call and may start at once. For one who sends; what is not taken is cut.
    pub fn fresh(&self) -> fresh::Fresh {
        self.writer.fresh()
    }

    /// Until what writes, or what keeps SQLite's log short, has ended: by itself it never does.
    pub async fn broken(&self) {
        self.writer.broken().await;
    }

    /// Writes something that changes nothing, where the last write failed: whether that would still be so.
    ///
    /// # Errors
    /// [`Error::Commit`].
    pub async fn can_be_written(&self) -> Result<(), Error> {
        if !self.counts().is_failing.load(Ordering::Relaxed) {
            return Ok(());
        }
        // Not the migrations' version. It is written also where it is the same.
        self.write(|conn| Box::pin(async move { Ok(sqlx::query("PRAGMA user_version = 0").execute(conn).await.map(|_| ())?) })).await
    }

    /// Counts commits, and changes after each.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.writer.committed().clone()
    }

    /// How many commits there were: whatever was read since it last changed still holds, but for what another process writes.
    pub fn version(&self) -> u64 {
        *self.writer.committed().borrow()
    }

    /// The same of those that changed accounts, users, permission groups or keys.
    pub fn people_version(&self) -> u64 {
        self.writer.people_version()
    }

    /// What the writer has done since the start.
    pub fn counts(&self) -> &Counts {
        self.writer.counts()
    }

    /// The size of the file and of its log, in bytes; 0 for one that is not there.
    pub fn bytes(&self) -> (u64, u64) {
        let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        (bytes(&self.path), bytes(&log_of(&self.path)))
    }

    /// Where "now" comes from.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Refuses new writes, finishes those that wait, closes the file.
    pub async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}

/// Makes an empty file where there is none, which SQLite fills. It and its log keep the rights that it has: passwords and keys are in it.
fn make(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// SQLite's log beside a database.
fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
