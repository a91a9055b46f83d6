//! What goes wrong with the database.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Something that may be there once is there already, or is still in use. Names it in words a caller understands.
    #[error("{0}")]
    Conflict(&'static str),
    /// The row has changed since it was read: work the change out again.
    #[error("the row was changed meanwhile")]
    Stale,
    /// A row of this account that is needed is not there. Names its kind.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// A row holds what no version of ccgate writes. Names the column.
    #[error("{0} in the database cannot be read")]
    Corrupt(&'static str),
    /// The database was written by a newer ccgate.
    #[error(
        "the database is of a newer version (migration {0}) than this program: install the ccgate that wrote it, or a newer one, or put a backup from \
         before the upgrade in its place with ccgate restore"
    )]
    Newer(i64),
    /// The database could not be brought to this version.
    #[error("the database could not be migrated")]
    Migrate(#[source] Arc<sqlx::migrate::MigrateError>),
    /// Somebody has the database that is to be replaced.
    #[error("the database is in use: stop ccgate first")]
    InUse,
    /// A file that is to be made is there.
    #[error("{} is there already: choose another name, or remove it", .0.display())]
    Exists(PathBuf),
    /// A file that should be a database of ccgate's is none, or is damaged.
    #[error("{path} is no whole database of ccgate's: {1}", path = .0.display())]
    NotADatabase(PathBuf, String),
    /// A file cannot be read or written.
    #[error("{}", .0.display())]
    File(PathBuf, #[source] Arc<io::Error>),
    /// The transaction that the write was part of could not be committed; nothing of it was kept.
    #[error("the transaction could not be committed")]
    Commit(#[source] Arc<sqlx::Error>),
    /// The store is closed, or the write panicked.
    #[error("the store is closed")]
    Closed,
    /// Anything else.
    #[error("the database failed")]
    Database(#[source] Arc<sqlx::Error>),
}

/// What is said of SQLite's failures that somebody at the machine can mend, by their primary codes.
const FAULTS: &[(i32, &str)] = &[
    (5, "another process keeps it locked"),
    (6, "it is locked"),
    (8, "it may not be written"),
    (10, "its disk is full or broken"),
    (13, "its disk is full"),
    (14, "its file cannot be opened"),
];

/// What is said when a constraint refuses a row: the columns in SQLite's message, and our words.
const CONFLICTS: &[(&str, &str)] = &[
    ("account.domain", "the domain is in use already"),
    ("user.username", "the username is in use already"),
    ("user.email", "the email is in use already"),
    ("pgroup.name", "the name of the permission group is in use already"),
    ("api_key.hash", "the key exists already"),
    ("session.hash", "the session exists already"),
    ("device.username", "the device's username is in use already"),
    ("queue.name", "the queue's name is in use already"),
    ("membership.user_id", "the user is a member already"),
    ("extension.number", "the number is in use already"),
    ("pause.name", "the pause's name is in use already"),
    ("lead.phone", "the phone is in the list already"),
    ("resource.name", "the name is in use already"),
    ("resource_voicemail_number", "the number of the voicemail box is in use already"),
    ("agent.device_id", "another agent is checked in on this device"),
    ("agent.user_id", "the agent exists already"),
    ("checkin_code.code", "the code is in use already"),
    ("originate.uuid", "the call exists already"),
];

impl Error {
    /// What is wrong with the database, in words that follow "the database failed: "; none where nobody at the machine can mend it.
    pub fn fault(&self) -> Option<&'static str> {
        let (Self::Commit(error) | Self::Database(error)) = self else { return None };
        match &**error {
            sqlx::Error::Io(_) => Some("its file was removed or replaced"),
            sqlx::Error::PoolTimedOut => Some("it is too slow"),
            error => {
                // The extended code has the primary one in its lowest byte.
                let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
                FAULTS.iter().find(|(known, _)| *known == code & 0xff).map(|(_, words)| *words)
            }
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let Some(refused) = error.as_database_error() {
            if refused.is_unique_violation() {
                let found = CONFLICTS.iter().find(|(columns, _)| refused.message().contains(columns));
                return Self::Conflict(found.map_or("it exists already", |(_, words)| words));
            }
            if refused.is_foreign_key_violation() {
                return Self::Conflict("it is still in use");
            }
        }
        if matches!(error, sqlx::Error::PoolClosed) {
            return Self::Closed;
        }
        Self::Database(Arc::new(error))
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => Self::Newer(version),
            other => Self::Migrate(Arc::new(other)),
        }
    }
}
