//! Moves what was committed from the log into the database's file, beside the writer: in a commit it would keep everybody waiting for the disk.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::crash;
use super::open_file::OpenFile;

/// The log's length at which the writer moves it itself after all, in pages: with changes all the time this task never reaches its end.
pub(super) const LOG_MAX_PAGES: u32 = 16_384;
/// The wait between two rounds, in milliseconds.
const EVERY_MS: u64 = 1_000;

/// Runs until `closing`. The last connection that is closed moves the rest.
pub(super) async fn run(options: SqliteConnectOptions, file: OpenFile, mut committed: watch::Receiver<u64>, closing: CancellationToken) {
    crash::part("checkpoint");
    let mut conn = None;
    loop {
        tokio::select! {
            () = closing.cancelled() => break,
            changed = committed.changed() => if changed.is_err() { break },
        }
        let moved = match file.check() {
            Ok(()) => once(&options, &mut conn).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = moved {
            tracing::warn!(%error, "the database's log could not be moved into its file; trying again");
            conn = None;
        }
        tokio::select! {
            () = closing.cancelled() => break,
            () = sleep(Duration::from_millis(EVERY_MS)) => {}
        }
    }
    if let Some(conn) = conn {
        let _closed = conn.close().await;
    }
}

/// Gives how many pages the log has, and how many of them are in the file now.
async fn once(options: &SqliteConnectOptions, conn: &mut Option<super::Conn>) -> Result<(i64, i64), sqlx::Error> {
    let conn = match conn {
        Some(conn) => conn,
        None => conn.insert(options.connect().await?),
    };
    let (_busy, log, moved): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(conn).await?;
    Ok((log, moved))
}

#[cfg(test)]
mod tests {
    use super::super::tests::Fixture;
    use super::*;

    #[tokio::test]
    async fn what_was_committed_is_moved_into_the_file() {
        let fixture = Fixture::new().await;
        fixture.user(fixture.account, "dana").await;
        let options = SqliteConnectOptions::new().filename(fixture.path());
        let mut conn = None;
        let (log, moved) = once(&options, &mut conn).await.unwrap();
        assert!(log > 0 && moved == log, "{moved} of {log} pages");
        fixture.user(fixture.account, "noa").await;
        let (log, moved) = once(&options, &mut conn).await.unwrap();
        assert!(log > 0 && moved == log, "over the same connection, of a log that has begun anew: {moved} of {log} pages");
    }
}
