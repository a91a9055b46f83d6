//! Which version a database has: the last migration that was run on it.

use std::path::Path;

use sqlx::{ConnectOptions, Connection};

use super::backup::options;
use super::{Error, MIGRATOR};

/// How many migrations the database at `path` lacks, which [`super::Store::open`] would run. Nothing of it is changed, and who uses it goes on.
///
/// # Errors
/// [`Error::Newer`], [`Error::NotADatabase`], [`Error::Database`].
pub async fn behind(path: &Path) -> Result<usize, Error> {
    let read = async {
        let mut conn = options(path).pragma("query_only", "1").connect().await?;
        let version = sqlx::query_scalar::<_, Option<i64>>("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut conn).await?;
        conn.close().await?;
        Ok(version)
    };
    let version = match read.await {
        Ok(version) => version.unwrap_or_default(),
        Err(sqlx::Error::Database(why)) if why.message().contains("no such table") || why.code().is_some_and(|code| code == "26") => {
            return Err(Error::NotADatabase(path.to_owned(), why.message().to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    known(version)?;
    Ok(MIGRATOR.iter().filter(|migration| migration.version > version).count())
}

/// Refuses what a later ccgate wrote.
pub(super) fn known(version: i64) -> Result<(), Error> {
    let is_newer = MIGRATOR.iter().all(|migration| migration.version < version);
    if is_newer { Err(Error::Newer(version)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Fixture;
    use super::*;

    #[tokio::test]
    async fn an_older_database_is_told_and_stays_as_it_is() {
        let fixture = Fixture::new().await;
        assert_eq!(behind(&fixture.path()).await.unwrap(), 0, "also while it is in use");
        let older = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
        fixture.write(move |tx| Box::pin(async move { Ok(sqlx::query(older).execute(tx).await?) })).await.unwrap();
        fixture.store.close().await;
        for _ in 0..2 {
            assert_eq!(behind(&fixture.path()).await.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn what_is_no_database_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let (text, empty) = (folder.path().join("text"), folder.path().join("empty"));
        std::fs::write(&text, "x".repeat(10_000)).unwrap();
        std::fs::write(&empty, "").unwrap();
        for path in [text, empty] {
            let found = behind(&path).await;
            assert!(matches!(found, Err(Error::NotADatabase(..))), "{found:?}");
        }
    }
}
