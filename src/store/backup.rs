//! A copy of the database while it is in use, and the way back.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteLockingMode};
use sqlx::{ConnectOptions, Connection};

use super::{BUSY_WAIT_MS, Error, log_of, version};
use crate::clock::Millis;

/// How long somebody else may still have the database that is to be replaced, in milliseconds.
const IN_USE_WAIT_MS: u64 = 1_000;

/// Copies the database at `path` into a new file, as it is at one moment; everything that was committed before is in it. Those who use the database go on
/// meanwhile, in this process or others. Gives the copy's size in bytes.
///
/// # Errors
/// [`Error::Exists`], [`Error::File`], [`Error::Database`], [`Error::NotADatabase`] for a copy that cannot be read. None of them leaves a file.
pub async fn backup(path: &Path, to: &Path) -> Result<u64, Error> {
    if to.exists() {
        return Err(Error::Exists(to.to_owned()));
    }
    let part = beside(to, "part");
    let written = async {
        // SQLite fills an empty file, and leaves it the rights that it has: keys and passwords are in it.
        drop(create(&part)?);
        let mut conn = options(path).connect().await?;
        sqlx::query("VACUUM INTO ?").bind(text(&part)?).execute(&mut conn).await?;
        conn.close().await?;
        check(&part).await?;
        let file = File::open(&part).map_err(|why| failed(&part, why))?;
        file.sync_all().map_err(|why| failed(&part, why))?;
        rename(&part, to)?;
        Ok(file.metadata().map_err(|why| failed(to, why))?.len())
    };
    let written = written.await;
    if written.is_err() {
        // It may never have come about.
        let _gone = std::fs::remove_file(&part);
    }
    written
}

/// Puts a copy into the place of the database at `path`, which must not be in use; it is kept beside, and where is given. The copy stays where it is.
///
/// # Errors
/// [`Error::InUse`], [`Error::NotADatabase`], [`Error::Newer`], [`Error::File`], [`Error::Database`]. None of them changes the database.
pub async fn restore(from: &Path, path: &Path, now: Millis) -> Result<Option<PathBuf>, Error> {
    if log_of(from).exists() {
        // What is in the log would be missing.
        let why = "a log lies beside it, so it is in use or a copy made by hand; take one that ccgate backup made";
        return Err(Error::NotADatabase(from.to_owned(), why.to_owned()));
    }
    version::known(check(from).await?)?;
    let part = beside(path, "restoring");
    let copied = async {
        let mut copy = create(&part)?;
        let mut source = File::open(from).map_err(|why| failed(from, why))?;
        io::copy(&mut source, &mut copy).and_then(|_| copy.sync_all()).map_err(|why| failed(&part, why))?;
        let replaced = if path.exists() { Some(put_aside(path, now).await?) } else { None };
        rename(&part, path)?;
        Ok(replaced)
    };
    let copied = copied.await;
    if copied.is_err() {
        let _gone = std::fs::remove_file(&part);
    }
    copied
}

/// Renames the database, with all of its log in it; nobody else may have it.
async fn put_aside(path: &Path, now: Millis) -> Result<PathBuf, Error> {
    let alone = options(path).busy_timeout(Duration::from_millis(IN_USE_WAIT_MS)).locking_mode(SqliteLockingMode::Exclusive);
    let in_use = |error: sqlx::Error| match error.as_database_error() {
        Some(refused) if refused.code().is_some_and(|code| code == "5") => Error::InUse,
        _ => Error::from(error),
    };
    let mut conn = alone.connect().await.map_err(in_use)?;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut conn).await.map_err(in_use)?;
    sqlx::query("COMMIT").execute(&mut conn).await?;
    // Moves the log into the file, and removes it.
    conn.close().await?;
    if log_of(path).exists() {
        return Err(Error::InUse);
    }
    let aside = beside(path, &format!("replaced-{}", now.epoch_s()));
    if aside.exists() {
        return Err(Error::Exists(aside));
    }
    rename(path, &aside)?;
    Ok(aside)
}

/// Whether a file is a whole database of ccgate's; its version.
async fn check(path: &Path) -> Result<i64, Error> {
    let not_ours = |why: &str| Error::NotADatabase(path.to_owned(), why.to_owned());
    if !path.is_file() {
        return Err(not_ours("there is no such file"));
    }
    let read = async {
        let mut conn = options(path).read_only(true).immutable(true).connect().await?;
        let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut conn).await?;
        let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut conn).await?;
        conn.close().await?;
        Ok((found, version))
    };
    match read.await {
        Ok((found, Some(version))) if found == "ok" => Ok(version),
        Ok((found, _)) => Err(not_ours(&found)),
        Err(sqlx::Error::Database(why)) => Err(not_ours(why.message())),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_millis(BUSY_WAIT_MS));
    options.disable_statement_logging()
}

/// A new file that only its owner may read.
fn create(path: &Path) -> Result<File, Error> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map_err(|why| failed(path, why))
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    std::fs::rename(from, to).map_err(|why| failed(to, why))?;
    // So that the name is there after a power failure too.
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|why| failed(to, why))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{suffix}"));
    name.into()
}

fn text(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| failed(path, io::ErrorKind::InvalidFilename.into()))
}

fn failed(path: &Path, why: io::Error) -> Error {
    Error::File(path.to_owned(), Arc::new(why))
}
